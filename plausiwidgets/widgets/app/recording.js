import { tr } from "./engine/texts.js";
import { useRedraw } from "./redraw.js";
import { html, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */

const MOST = 10_000_000; // bytes: a connection is closed by a larger message

/**
 * A file that is read, and what is asked about it; `question` is the one whose answer is awaited, and `heard` are the views.
 * @typedef {{ file: File | null, bytes: ArrayBuffer | null, choices: Record<string, string[]>, columns: Record<string, string>,
 *   protocols: string[], units: Record<string, string>, said: string, busy: boolean, question: object | null, heard: Set<() => void> }} Reading
 */
/** @type {WeakMap<App, Reading>} */
const kept = new WeakMap();

/** What is read for an app, whichever of its views shows it. @param {App} app @returns {Reading} */
export function readingOf(app) {
  const state = kept.get(app) ?? {
    file: null,
    bytes: null,
    choices: {},
    columns: {},
    protocols: [],
    units: {},
    said: "",
    busy: false,
    question: null,
    heard: new Set(),
  };
  kept.set(app, state);
  return state;
}

/** @param {Reading} state @param {Partial<Reading>} change */
function tell(state, change) {
  Object.assign(state, change);
  for (const hear of [...state.heard]) hear();
}

/** Reads a recording that was picked or dropped, and opens the tool that asks for what the file does not say. @param {App} app @param {File} file */
export async function readRecording(app, file) {
  const state = readingOf(app);
  app.store.set({ tool: "data", sheet: "" });
  const begun = { bytes: null, choices: {}, protocols: [], units: {}, question: null };
  if (file.size > MOST) {
    const said = tr("{name} has {size} MB: at most {most} MB are read. In Python, pw.from_recording reads larger files.", {
      name: file.name,
      size: Math.round(file.size / 1e6),
      most: MOST / 1e6,
    });
    return tell(state, { ...begun, file: null, said, busy: false });
  }
  tell(state, { ...begun, file, said: "", busy: true });
  try {
    const bytes = await file.arrayBuffer();
    if (state.file !== file) return; // another one meanwhile
    state.bytes = bytes;
  } catch (error) {
    if (state.file === file) tell(state, { busy: false, said: String(error) }); // it has gone, or may not be read
    return;
  }
  ask(app);
}

/** @param {App} app */
function ask(app) {
  const state = readingOf(app);
  if (!state.file || !state.bytes) return;
  const question = { model: app.data.model.name, name: state.file.name, units: state.units };
  tell(state, { busy: true, said: "", question });
  app.host.ask(
    "recording",
    question,
    (answer) => {
      if (state.question !== question || answer.state === "running") return; // another file, or other units, by now
      if (answer.state !== "done") return tell(state, { busy: false, said: answer.error ?? "" });
      const { pattern, choices, columns, protocols } = answer;
      const units = Object.fromEntries(Object.entries(choices).map(([what, [first]]) => [what, state.units[what] ?? first]));
      if (pattern) app.choose(app.data.model.name, pattern, { keep: true });
      tell(state, { busy: false, choices, columns, protocols, units });
    },
    state.bytes,
  );
}

/** A recorded cell as the target, from a file. @param {{ app: App }} props */
export function Recording({ app }) {
  const state = readingOf(app);
  const [over, isOver] = useState(false);
  const redraw = useRedraw(
    (changed) => {
      state.heard.add(changed);
      return () => state.heard.delete(changed);
    },
    [state],
  );
  const asked = Object.entries(state.choices);
  const take = (/** @type {File | null | undefined} */ file) => file && readRecording(app, file);
  return html`<div class="pw-fields pw-onecolumn">
    <p class="pw-lead">${tr("A recorded cell becomes the target: what it did is asked of your neuron, and its trace is drawn behind yours.")}</p>
    <label class=${`pw-drop${over ? " over" : ""}`} ondragover=${(/** @type {DragEvent} */ e) => {
      e.preventDefault();
      isOver(true);
    }} ondragleave=${() => isOver(false)} ondrop=${(/** @type {DragEvent} */ e) => {
      e.preventDefault();
      e.stopPropagation();
      isOver(false);
      take(e.dataTransfer?.files[0]);
    }}>${tr("Drop a CSV, ABF or NWB file here, or open one")}
      <small>${tr("Columns t, v and current; or spike times")}</small>
      <input type="file" accept=".csv,.txt,.tsv,.abf,.nwb,text/csv,text/plain" onchange=${(/** @type {any} */ e) => take(e.target.files[0])} /></label>
    ${
      asked.length
        ? html`<p class="pw-at">${tr("Which units has {name}?", { name: state.file?.name ?? "" })}</p>
          <div class="pw-toolrow">${asked.map(
            ([what, units]) => html`<label>${NAMES[what]?.() ?? what}
              <select onchange=${(/** @type {any} */ e) => {
                state.units = { ...state.units, [what]: e.target.value };
                redraw();
              }}>${units.map((unit) => html`<option value=${unit} selected=${state.units[what] === unit}>${tr(unit)}</option>`)}</select></label>`,
          )}<button class="pw-small" onclick=${() => ask(app)}>${tr("Show")}</button></div>`
        : ""
    }
    ${state.protocols.length && !state.busy ? html`<ul class="pw-protocols">${state.protocols.map((words) => html`<li>${words}</li>`)}</ul>` : ""}
    <p role="status" class=${state.said ? "pw-wrong" : ""}>${state.said || (state.busy ? tr("reading …") : state.file && !asked.length ? tr("{name} is shown.", { name: state.file.name }) : "")}</p>
  </div>`;
}

/** @type {Record<string, () => string>} */
const NAMES = { t: () => tr("Times"), v: () => tr("Potential"), current: () => tr("Current"), spikes: () => tr("Spike times") };
