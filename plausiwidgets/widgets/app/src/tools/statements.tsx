// The statements of a user about a recorded cell, which are its spontaneous firing and corrections of its potential.

import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import type { Reading } from "./reading.ts";

interface FiringProps {
  readonly reading: Reading;
  readonly answer: (isSpontaneous: boolean) => void;
}

/**
 * The question whether a cell that fires without a stimulus does so spontaneously. The comparison starts only after the answer.
 */
export function Firing({ reading: { firing, isSpontaneous, unit, isBusy }, answer }: FiringProps) {
  if (!firing) return null;
  const words = {
    ...{ level: `${numberText(firing.level)} ${unit}`.trim(), time: numberText(firing.time) },
    ...{ count: firing.count, sweeps: firing.sweeps, first: tr(firing.first), rate: numberText(firing.rate, 2) },
  };
  const button = (value: boolean, text: string) => (
    <button
      type="button"
      class="pw-small"
      aria-pressed={isSpontaneous === value}
      disabled={isBusy}
      onClick={() => answer(value)}
    >
      {text}
    </button>
  );
  return (
    <fieldset class={`pw-firing${isSpontaneous === null ? " open" : ""}`}>
      <legend>{tr("Does this cell fire spontaneously?")}</legend>
      <p>
        {firing.sweeps === 1
          ? tr(
              "The cell fires at the holding current of {level}, first at {time} ms, with {rate} Hz on average.",
              words,
            )
          : tr(
              "The cell fires at the holding current of {level} in {count} of {sweeps} sweeps, first in {first} at {time} ms, with {rate} Hz on average.",
              words,
            )}
      </p>
      <div class="pw-toolrow">
        {button(true, tr("Yes, spontaneous firing"))}
        {button(false, tr("No, cell at rest"))}
      </div>
      <p>
        {tr(
          "If the cell fires spontaneously, its rate and regularity are compared. If the cell is at rest, sweeps with such spikes are left out.",
        )}
      </p>
    </fieldset>
  );
}

/** The notes of Python about the recording. */
export function Notes({ reading: { notes, firing } }: { readonly reading: Reading }) {
  const others = firing ? notes.slice(1) : notes; // the question already contains the first note
  if (!others.length) return null;
  return (
    <ul class="pw-notes">
      {others.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

interface CorrectionsProps {
  readonly reading: Reading;
  readonly correct: (change: Partial<Pick<Reading, "junction" | "resistance">>) => void;
}

/** The corrections of the recorded potential. */
export function Corrections({ reading: { junction, resistance }, correct }: CorrectionsProps) {
  const field = (name: "junction" | "resistance", value: number, title: string, unit: string, least?: number) => (
    <label>
      {title}
      <input
        type="number"
        step="any"
        min={least}
        value={value}
        onChange={({ currentTarget }) => correct({ [name]: currentTarget.valueAsNumber || 0 })}
      />{" "}
      {unit}
    </label>
  );
  return (
    <fieldset class="pw-corrections">
      <legend>{tr("Corrections of the potential")}</legend>
      <div class="pw-toolrow">
        {field("junction", junction, tr("Junction potential"), "mV")}
        {field("resistance", resistance, tr("Series resistance"), "MΩ", 0)}
      </div>
      <p>{tr("Potential = recorded potential − junction potential − current × series resistance.")}</p>
    </fieldset>
  );
}
