import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { ofUnit } from "../i18n/words.ts";
import { countText, patternInSentence, shapeOf } from "../models/titles.js";
import { glossing } from "../panels/glosses.js";
import { useAgain } from "../panels/redraw.js";
import { keptIn } from "./jobs.js";

/** @import { App } from "../app.js" */

const MAX_CHARACTERS = 1_000_000; // characters of a text of values
const MAX_PULSES = 50;

/** @typedef {{ before: string, text: string, lines: boolean, number: number, title: string }} Kept what is kept while the tool is closed */

/** @type {[string, () => string, () => string][]} */
const SHAPES = [
  ["step", () => tr("Step"), () => tr("A constant current.")],
  ["pulses", () => tr("Pulses"), () => tr("A train of current pulses.")],
  ["ramp", () => tr("Ramp"), () => tr("A current that rises steadily from the holding current.")],
];

/** Another current for the neuron that is shown: its parameters stay, and the pattern is one press away. @param {{ app: App }} props */
export function Stimulus({ app }) {
  const { selection } = app.store.get();
  const isPattern = app.isJudged();
  const state = keptIn(
    app,
    "stimulus",
    () => /** @type {Kept} */ ({ before: "tonic_spiking", text: "", lines: false, number: 5, title: "" }),
  );
  if (isPattern) state.before = selection.pattern;
  const [status, setStatus] = useState("");
  const again = useAgain();
  const [typing, type] = useState(false);
  const area = useRef(/** @type {any} */ (null));
  const shape = isPattern ? "" : shapeOf(selection.pattern);
  const isOpen = typing || shape === "values";
  const apply = (/** @type {import("../messages.ts").Requests["stimulus"]["shape"]} */ wanted) => {
    setStatus("");
    const fields = {
      shape: wanted,
      number: state.number,
      text: wanted === "values" ? state.text : "",
      lines: state.lines,
      title: state.title,
    };
    const isWanted = app.setOut();
    app.host.ask("stimulus", fields, (answer) => {
      if (answer.state === "failed") return setStatus(answer.error ?? "");
      if (answer.state === "done" && isWanted()) app.choose(app.data.model.name, answer.pattern, { keep: true });
    });
  };
  useEffect(() => {
    if (area.current && area.current.value !== state.text) area.current.value = state.text;
  });
  const read = async (/** @type {File} */ file) => {
    if (file.size > MAX_CHARACTERS)
      return setStatus(tr("{name} is too large. The limit is {most} characters.", { name: file.name, most: countText(MAX_CHARACTERS) }));
    state.text = await file.text();
    state.title = file.name;
    type(true);
    again();
    apply("values");
  };
  const unit = app.data.model.unit;
  const glossed = glossing();
  const perLine = `${tr("Per line, one time (ms from the onset) and one current")}${ofUnit(unit, " (", ")")}`;
  const button = (/** @type {string} */ name, /** @type {string} */ title, /** @type {string} */ tip, /** @type {() => void} */ act) =>
    html`<button aria-pressed=${name === "" ? isPattern && !typing : name === "values" ? isOpen : shape === name && !typing} title=${tip} onclick=${act}>${title}</button>`;
  return html`<div class="pw-fields pw-onecolumn">
    <div role="group" class="pw-tabs pw-wrap" aria-label=${tr("Stimulus")}>
      ${button("", tr("Standard"), tr("Return to the standard stimulus of the pattern and its criteria"), () => {
        type(false);
        if (!isPattern) app.choose(selection.model, state.before, { keep: true });
      })}
      ${SHAPES.map(([name, title, tip]) =>
        button(name, title(), tip(), () => {
          type(false);
          apply(/** @type {any} */ (name));
        }),
      )}
      ${button("values", tr("Waveform…"), tr("A current waveform that you type, paste or load from a file"), () => type(true))}
    </div>
    <p class="pw-at">${glossed(
      isPattern
        ? tr("The standard stimulus for {pattern}, with its criteria. Changing the stimulus does not change the neuron's parameters.", {
            pattern: patternInSentence(app, state.before),
          })
        : tr("This stimulus has no criteria. Its parameters are on the sliders and in the figure."),
    )}</p>
    ${
      shape === "pulses" && !typing
        ? html`<div class="pw-toolrow"><label>${tr("Pulses")} <input type="number" min="1" max=${MAX_PULSES} step="1" value=${state.number}
            onchange=${(/** @type {any} */ e) => {
              const number = e.target.valueAsNumber;
              if (!Number.isInteger(number) || number < 1 || number > MAX_PULSES)
                return setStatus(tr("The number of pulses must be between 1 and {most}.", { most: MAX_PULSES }));
              state.number = number;
              apply("pulses");
            }} /></label></div>`
        : ""
    }
    ${
      isOpen
        ? html`<div class="pw-values"><span>${glossed(perLine)}</span>
            <textarea aria-label=${perLine} ref=${area} rows="7" spellcheck="false" placeholder=${"0 10\n100 0\n200 10\n250 0"} oninput=${(
              /** @type {any} */ e,
            ) => {
              state.text = e.target.value;
              state.title = "";
            }}></textarea></div>
          <div class="pw-toolrow"><button class="pw-small" onclick=${() => apply("values")}>${tr("Apply")}</button>
            <div role="group" class="pw-tabs" aria-label=${tr("Between samples")}>${[false, true].map(
              (lines) =>
                html`<button aria-pressed=${state.lines === lines} onclick=${() => {
                  state.lines = lines;
                  again();
                  if (shape === "values") apply("values");
                }}>${lines ? tr("interpolate linearly") : tr("steps")}</button>`,
            )}</div>
            <label class="pw-open">${tr("Open file…")}<input type="file" accept=".csv,.txt,.tsv,text/plain,text/csv" onchange=${(/** @type {any} */ e) => e.target.files[0] && read(e.target.files[0])} /></label></div>`
        : ""
    }
    <p role="status" class="pw-wrong">${status}</p>
  </div>`;
}
