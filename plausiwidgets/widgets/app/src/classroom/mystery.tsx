import { useComputed, useSignal } from "@preact/signals";
import type { TargetedInputEvent } from "preact";
import type { App } from "../app.ts";
import type { Slider, Values } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { plain } from "../i18n/words.ts";
import { isOpen } from "../models/search.ts";
import type { Game } from "../models/task.ts";
import { glossing } from "../panels/glosses.tsx";
import { Heading } from "../panels/Heading.tsx";
import { Name } from "../panels/Name.tsx";

// A mystery: the points, a race with a search, and other mysteries.

const PACE = 8; // evaluations per second of a search in a race, the same as in answers/search.py

const pointsText = (points: number) => (points < 0 ? "–" : String(points));

/** The points, above the sliders. */
export function Score({ selection, task, host }: Pick<App, "selection" | "task" | "host">) {
  const game = task.game.value;
  if (!game) return null;
  const hidden = selection.sliders.value.filter(({ name }) => game.moved.includes(name));
  return (
    <section class="pw-question pw-game" aria-label={tr("Mystery")}>
      <Heading host={host}>{tr("Mystery {seed}", { seed: game.seed })}</Heading>
      <p class="pw-score" role="status">
        <span>
          {tr("you")} <b>{pointsText(game.yours)}</b>
        </span>
        <span>
          {tr("search")} <b>{pointsText(game.best)}</b>
        </span>
        <span>{glossing()(tr("of 100 points"))}</span>
      </p>
      <p>
        {tr("The grey trace belongs to a neuron with hidden parameters:")}{" "}
        {hidden.map((slider, k) => (
          <>
            {k ? ", " : ""}
            <Name slider={slider} />
          </>
        ))}
        {". "}
        {tr("All other parameters are correct. Drag until your spikes line up with its spikes.")}
      </p>
    </section>
  );
}

/** A sentence about the race. */
function raceWords({ first, raced }: Game): string {
  if (first) return first === "yours" ? tr("You won.") : tr("The search won.");
  if (!raced) return "";
  return tr(
    "The search starts after four seconds. It evaluates {count} parameter sets per second, about as many as you see while dragging.",
    { count: PACE },
  );
}

/** The buttons below the sliders of a mystery: race, reveal, other mysteries. */
export function MysteryActions({ selection, search, task }: Pick<App, "selection" | "search" | "task">) {
  const isRacing = useComputed(() => {
    const latest = search.search.value;
    return latest !== null && isOpen(latest) && latest.pattern === task.game.value?.pattern;
  });
  const game = task.game.value;
  if (!game) return null;
  const words = raceWords(game);
  return (
    <div class="pw-actions">
      {game.yours === 100 && (
        <p role="status" class="pw-praise">
          ✓ {tr("Solved: 100 of 100 points.")}
        </p>
      )}
      {words && <p role="status">{words}</p>}
      {game.revealed && <Revealed selection={selection} game={game} values={game.revealed} />}
      <button type="button" class="pw-primary" disabled={isRacing.value} onClick={() => task.race()}>
        {tr("Race the search")}
      </button>
      {!game.revealed && (
        <button type="button" class="pw-second" onClick={() => task.reveal()}>
          {tr("Reveal parameters")}
        </button>
      )}
      <Another task={task} game={game} />
    </div>
  );
}

type RevealedProps = Pick<App, "selection"> & { readonly game: Game; readonly values: Values };

/** A table of the hidden parameters and those on the sliders. */
function Revealed({ selection, game, values }: RevealedProps) {
  const own = selection.current.value.values;
  const sliders = selection.sliders.value.filter(({ name }) => game.moved.includes(name));
  const cell = (value: number, { unit }: Slider) => <td>{`${plain(value)} ${unit}`}</td>;
  return (
    <table class="pw-revealed">
      <thead>
        <tr>
          <td />
          <th scope="col">{tr("hidden neuron")} ▲</th>
          <th scope="col">{tr("your neuron")}</th>
        </tr>
      </thead>
      <tbody>
        {sliders.map((slider) => (
          <tr key={slider.name}>
            <th scope="row">
              <Name slider={slider} />
            </th>
            {cell(values[slider.name], slider)}
            {cell(own[slider.name], slider)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A new mystery, or the mystery of a class by its number. */
function Another({ task, game }: Pick<App, "task"> & { readonly game: Game }) {
  const number = useSignal("");
  const isNumber = useComputed(() => /^\d{1,9}$/.test(number.value));
  const type = ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
    number.value = currentTarget.value;
  };
  const open = (event: Event) => {
    event.preventDefault();
    if (isNumber.peek()) task.beginMystery({ seed: Number(number.peek()) });
  };
  return (
    <form class="pw-another" onSubmit={open}>
      <button type="button" class="pw-link" onClick={() => task.beginMystery()}>
        {tr("New mystery")}
      </button>
      <label title={tr("Everyone who enters number {seed} gets this neuron.", { seed: game.seed })}>
        {tr("Number")}
        <input
          type="text"
          inputMode="numeric"
          maxLength={9}
          value={number.value}
          placeholder={String(game.seed)}
          onInput={type}
        />
      </label>
      <button type="submit" class="pw-link" disabled={!isNumber.value}>
        {tr("Open")}
      </button>
    </form>
  );
}
