// The tool that replaces the stimulus of the selection by another injected current, which a host creates.

import { type Signal, signal, useSignal } from "@preact/signals";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { ofUnit } from "../i18n/words.ts";
import type { Requests } from "../messages.ts";
import { isJudged } from "../models/selection.ts";
import { countText, patternInSentence, shapeOf } from "../models/titles.ts";
import { glossing } from "../panels/glosses.tsx";
import { keptIn } from "./jobs.ts";

const MAX_CHARACTERS = 1_000_000; // maximum number of characters of a waveform
const MAX_PULSES = 50;
const MAX_SEED = 2 ** 32 - 1;

type Shape = Requests["stimulus"]["shape"];

/** The input of the user, which is kept while the tool is closed. */
interface Typed {
  /** The pattern whose stimulus was replaced. */
  readonly before: string;
  readonly text: string;
  /** Whether the current is interpolated between the values. */
  readonly lines: boolean;
  readonly number: number;
  /** The seed of the noise. */
  readonly seed: number;
  /** The name of the file that contains the text. */
  readonly title: string;
}

const FIRST: Typed = { before: "tonic_spiking", text: "", lines: false, number: 5, seed: 1, title: "" };

const SHAPES: readonly (readonly [name: Shape, title: () => string, tip: () => string])[] = [
  ["step", () => tr("Step"), () => tr("A constant current.")],
  ["pulses", () => tr("Pulses"), () => tr("A train of current pulses.")],
  ["ramp", () => tr("Ramp"), () => tr("A current that rises steadily from the holding current.")],
  ["noise", () => tr("Noise"), () => tr("Frozen noise on a constant current. The same seed gives the same noise.")],
  ["chirp", () => tr("Chirp"), () => tr("A sine wave whose frequency changes. It shows resonance.")],
];

/** The data that the parts of the tool share. */
interface Parts {
  readonly typed: Signal<Typed>;
  readonly status: Signal<string>;
  /** Whether the user types a waveform that is not applied yet. */
  readonly isTyping: Signal<boolean>;
  /** The shape of the current stimulus, or an empty string for the stimulus of a pattern. */
  readonly shape: string;
  change(change: Partial<Typed>): void;
  apply(shape: Shape): void;
}

/** A tool for another injected current. The parameters do not change, and one click restores the pattern. */
export function Stimulus({ selection, host }: Pick<App, "selection" | "host">) {
  const typed = keptIn({ selection }, "stimulus", () => signal(FIRST));
  const status = useSignal("");
  const isTyping = useSignal(false);
  const pattern = selection.pattern.value;
  const isPattern = isJudged(pattern);
  const shape = isPattern ? "" : shapeOf(pattern.key);
  const change = (next: Partial<Typed>) => {
    typed.value = { ...typed.peek(), ...next };
  };
  const apply = (wanted: Shape) => {
    status.value = "";
    const shown = selection.pattern.peek();
    if (isJudged(shown)) change({ before: shown.key });
    const { text, lines, number, seed, title } = typed.peek();
    const fields = {
      shape: wanted,
      number: wanted === "noise" ? seed : number,
      text: wanted === "values" ? text : "",
      lines,
      title,
    };
    const isWanted = selection.setOut();
    host.ask("stimulus", fields, (reply) => {
      if (reply.state === "failed") status.value = reply.error;
      if (reply.state !== "done" || !isWanted()) return;
      selection.choose(selection.data.peek().model.name, reply.pattern, { keep: true });
    });
  };
  const parts = { typed, status, isTyping, shape, change, apply };
  const titled = { catalogue: selection.catalogue, data: selection.data.value };
  const glossed = glossing();
  return (
    <div class="pw-fields pw-onecolumn">
      <Shapes {...parts} isPattern={isPattern} selection={selection} />
      <p class="pw-at">
        {glossed(
          isPattern
            ? tr(
                "The standard stimulus for {pattern}, with its criteria. Changing the stimulus does not change the neuron's parameters.",
                { pattern: patternInSentence(titled, pattern.key) },
              )
            : tr("This stimulus has no criteria. Its parameters are on the sliders and in the figure."),
        )}
      </p>
      {shape === "pulses" && !isTyping.value && <PulseCount {...parts} />}
      {shape === "noise" && !isTyping.value && <Seed {...parts} />}
      {(isTyping.value || shape === "values") && <Waveform {...parts} unit={selection.data.value.model.unit} />}
      <p role="status" class="pw-wrong">
        {status}
      </p>
    </div>
  );
}

interface ShapesProps extends Parts, Pick<App, "selection"> {
  readonly isPattern: boolean;
}

/** The shapes of a current, starting with the stimulus of the pattern. */
function Shapes({ typed, isTyping, shape, apply, isPattern, selection }: ShapesProps) {
  const restore = () => {
    isTyping.value = false;
    if (isJudged(selection.pattern.peek())) return;
    selection.choose(selection.current.peek().model, typed.peek().before, { keep: true });
  };
  const pick = (name: Shape) => () => {
    isTyping.value = false;
    apply(name);
  };
  const type = () => {
    isTyping.value = true;
  };
  const button = (isChosen: boolean, title: string, tip: string, act: () => void) => (
    <button key={title} type="button" aria-pressed={isChosen} title={tip} onClick={act}>
      {title}
    </button>
  );
  return (
    <div role="group" class="pw-tabs pw-wrap" aria-label={tr("Stimulus")}>
      {button(
        isPattern && !isTyping.value,
        tr("Standard"),
        tr("Return to the standard stimulus of the pattern and its criteria"),
        restore,
      )}
      {SHAPES.map(([name, title, tip]) => button(shape === name && !isTyping.value, title(), tip(), pick(name)))}
      {button(
        isTyping.value || shape === "values",
        tr("Waveform…"),
        tr("A current waveform that you type, paste or load from a file"),
        type,
      )}
    </div>
  );
}

/** The number of pulses in a train. */
function PulseCount({ typed, status, change, apply }: Parts) {
  const take = (number: number) => {
    if (!Number.isInteger(number) || number < 1 || number > MAX_PULSES) {
      status.value = tr("The number of pulses must be between 1 and {most}.", { most: MAX_PULSES });
      return;
    }
    change({ number });
    apply("pulses");
  };
  return <WholeNumber title={tr("Pulses")} low={1} high={MAX_PULSES} value={typed.value.number} take={take} />;
}

/** The seed of the noise. */
function Seed({ typed, status, change, apply }: Parts) {
  const take = (seed: number) => {
    if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
      status.value = tr("The seed must be an integer between 0 and {most}.", { most: countText(MAX_SEED) });
      return;
    }
    change({ seed });
    apply("noise");
  };
  return <WholeNumber title={tr("Seed")} low={0} high={MAX_SEED} value={typed.value.seed} take={take} />;
}

interface WholeNumberProps {
  readonly title: string;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  take(value: number): void;
}

function WholeNumber({ title, low, high, value, take }: WholeNumberProps) {
  return (
    <div class="pw-toolrow">
      <label>
        {title}{" "}
        <input
          type="number"
          min={low}
          max={high}
          step="1"
          value={value}
          onChange={(event) => take(event.currentTarget.valueAsNumber)}
        />
      </label>
    </div>
  );
}

/** A waveform as text, which is typed or from a file. */
function Waveform({ typed, status, isTyping, shape, change, apply, unit }: Parts & { readonly unit: string }) {
  const { text, lines } = typed.value;
  const read = async (file: File) => {
    if (file.size > MAX_CHARACTERS) {
      const limit = { name: file.name, most: countText(MAX_CHARACTERS) };
      status.value = tr("{name} is too large. The limit is {most} characters.", limit);
      return;
    }
    change({ text: await file.text(), title: file.name });
    isTyping.value = true;
    apply("values");
  };
  const interpolate = (next: boolean) => () => {
    change({ lines: next });
    if (shape === "values") apply("values");
  };
  const open = ({ currentTarget: { files } }: { readonly currentTarget: HTMLInputElement }) => {
    if (files?.[0]) read(files[0]);
  };
  const perLine = `${tr("Per line, one time (ms from the onset) and one current")}${ofUnit(unit, " (", ")")}`;
  return (
    <>
      <div class="pw-values">
        <span>{glossing()(perLine)}</span>
        <textarea
          aria-label={perLine}
          rows={7}
          spellcheck={false}
          placeholder={"0 10\n100 0\n200 10\n250 0"}
          value={text}
          onInput={(event) => change({ text: event.currentTarget.value, title: "" })}
        />
      </div>
      <div class="pw-toolrow">
        <button type="button" class="pw-small" onClick={() => apply("values")}>
          {tr("Apply")}
        </button>
        <div role="group" class="pw-tabs" aria-label={tr("Between samples")}>
          <button type="button" aria-pressed={!lines} onClick={interpolate(false)}>
            {tr("steps")}
          </button>
          <button type="button" aria-pressed={lines} onClick={interpolate(true)}>
            {tr("interpolate linearly")}
          </button>
        </div>
        <label class="pw-open">
          {tr("Open file…")}
          <input type="file" accept=".csv,.txt,.tsv,text/plain,text/csv" onChange={open} />
        </label>
      </div>
    </>
  );
}
