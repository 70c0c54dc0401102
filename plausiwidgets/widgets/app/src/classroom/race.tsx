// A mystery in an app with a host: the points, a race with a search, and other mysteries.

import { useComputed, useSignal } from "@preact/signals";
import type { TargetedInputEvent } from "preact";
import type { App } from "../app.ts";
import type { Exercise, Slider, Values } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { plain } from "../i18n/words.ts";
import { isOpen } from "../models/search.ts";
import type { Attempt } from "../models/task.ts";
import { seedOf } from "../models/titles.ts";
import { glossing } from "../panels/glosses.tsx";
import { Name } from "../panels/Name.tsx";

const PACE = 8; // evaluations per second of a search in a race, as in handlers/search.py

const pointsText = (points: number) => (points < 0 ? "–" : String(points));

/** The points of the user and of a search. */
export function Score({ attempt }: { readonly attempt: Attempt }) {
  return (
    <p class="pw-score" role="status">
      <span>
        {tr("you")} <b>{pointsText(attempt.yours)}</b>
      </span>
      <span>
        {tr("search")} <b>{pointsText(attempt.best)}</b>
      </span>
      <span>{glossing()(tr("of 100 points"))}</span>
    </p>
  );
}

/** A sentence about the race. */
function raceWords({ first, raced }: Attempt): string {
  if (first) return first === "yours" ? tr("You won.") : tr("The search won.");
  if (!raced) return "";
  return tr(
    "The search starts after four seconds. It evaluates {count} parameter sets per second, about as many as you see while dragging.",
    { count: PACE },
  );
}

type RaceProps = Pick<App, "selection" | "search" | "task"> & { readonly attempt: Attempt };

/** The buttons that start a race, reveal the parameters, and open other mysteries. */
export function Race({ selection, search, task, attempt }: RaceProps) {
  const isRacing = useComputed(() => {
    const latest = search.search.value;
    return latest !== null && isOpen(latest) && latest.pattern === task.attempt.value?.pattern;
  });
  const words = raceWords(attempt);
  return (
    <>
      {words && <p role="status">{words}</p>}
      {attempt.revealed && <Revealed selection={selection} attempt={attempt} values={attempt.revealed} />}
      <button type="button" class="pw-primary" disabled={isRacing.value} onClick={() => task.race()}>
        {tr("Race the search")}
      </button>
      {!attempt.revealed && (
        <button type="button" class="pw-second" onClick={() => task.reveal()}>
          {tr("Reveal parameters")}
        </button>
      )}
      <Another task={task} exercise={attempt.exercise} />
    </>
  );
}

type RevealedProps = Pick<App, "selection"> & { readonly attempt: Attempt; readonly values: Values };

/** A table of the hidden parameters and those on the sliders. */
function Revealed({ selection, attempt, values }: RevealedProps) {
  const own = selection.current.value.values;
  const sliders = selection.sliders.value.filter(({ name }) => attempt.exercise.free.includes(name));
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

/** Buttons for a new mystery, and for the mystery of a class by its number. */
function Another({ task, exercise }: Pick<App, "task"> & { readonly exercise: Exercise }) {
  const seed = seedOf(exercise) ?? "";
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
      <label title={tr("Everyone who enters number {seed} gets this neuron.", { seed })}>
        {tr("Number")}
        <input type="text" inputMode="numeric" maxLength={9} value={number.value} placeholder={seed} onInput={type} />
      </label>
      <button type="submit" class="pw-link" disabled={!isNumber.value}>
        {tr("Open")}
      </button>
    </form>
  );
}
