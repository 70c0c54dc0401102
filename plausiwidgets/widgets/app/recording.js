import { tr } from "./engine/texts.js";
import { useRedraw } from "./redraw.js";
import { html, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */

const MOST = 10_000_000; // bytes: a connection is closed by a larger message

/** A file that is read, and what is asked about it. @typedef {{ file: File | null, bytes: ArrayBuffer | null, choices: Record<string, string[]>, columns: Record<string, string>, protocols: string[], units: Record<string, string>, said: string, busy: boolean, hear: () => void }} Reading */
/** @type {WeakMap<App, Reading>} */
const kept = new WeakMap();

/** @param {App} app */
function readingOf(app) {
  const state = kept.get(app) ?? {
    file: null,
    bytes: null,
    choices: {},
    columns: {},
    protocols: [],
    units: {},
    said: "",
    busy: false,
    hear: () => {},
  };
  kept.set(app, state);
  return state;
}

/** Reads a recording that was picked or dropped, and opens the tool that asks for what the file does not say. @param {App} app @param {File} file */
export async function readRecording(app, file) {
  const state = readingOf(app);
  app.store.set({ tool: "data", sheet: "" });
  const tell = (/** @type {Partial<Reading>} */ change) => {
    Object.assign(state, change);
    state.hear();
  };
  if (file.size > MOST) {
    return tell({
      said: tr("{name} has {size} MB: at most {most} MB are read. In Python, pw.from_recording reads larger files.", {
        name: file.name,
        size: Math.round(file.size / 1e6),
        most: MOST / 1e6,
      }),
    });
  }
  tell({ file, bytes: null, choices: {}, protocols: [], units: {}, said: "", busy: true });
  try {
    const bytes = await file.arrayBuffer();
    if (state.file !== file) return; // another one meanwhile
    tell({ bytes });
  } catch (error) {
    return tell({ busy: false, said: String(error) }); // it has gone, or may not be read
  }
  ask(app);
}

/** @param {App} app */
function ask(app) {
  const state = readingOf(app);
  if (!state.file || !state.bytes) return;
  Object.assign(state, { busy: true, said: "" });
  state.hear();
  const fields = { model: app.data.model.name, name: state.file.name, units: state.units };
  app.host.ask(
    "recording",
    fields,
    (answer) => {
      if (answer.state === "failed") Object.assign(state, { busy: false, said: answer.error ?? "" });
      else if (answer.state === "done") {
        const { pattern, choices, columns, protocols } = answer;
        const units = Object.fromEntries(Object.entries(choices).map(([what, [first]]) => [what, state.units[what] ?? first]));
        Object.assign(state, { busy: false, choices, columns, protocols, units });
        if (pattern) app.choose(app.data.model.name, pattern, { keep: true });
      }
      state.hear();
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
      state.hear = changed;
      return () => {
        state.hear = () => {};
      };
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
