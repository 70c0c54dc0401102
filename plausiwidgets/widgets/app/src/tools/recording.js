import { useState } from "preact/hooks";
import { Pictured } from "../figure/canvasView.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { intervalText } from "../i18n/words.ts";
import { Explained } from "../panels/glosses.js";
import { useRedraw } from "../panels/redraw.js";
import { keptIn } from "./jobs.js";
import { criteriaOf, recordedPicture, sweepsOf, timesOf, usualWeights } from "./recordingSweeps.js";

/** @import { App } from "../app.js" */
/** @import { Criterion, Sweep } from "./recordingSweeps.js" */

const MAX_BYTES = 10_000_000; // bytes: a connection is closed by a larger message
const WEIGHTS = [1, 0.5, 0.2, 0.1]; // that are offered

/** What a sweep is for: its pattern, that of the sweeps held out, or none. @typedef {"compared" | "predicted" | "out"} Role */

/**
 * A file that is read, and what is asked about it; `question` is the one whose answer is awaited, and `listeners` are the views.
 * Of a file whose units are known, `sweeps` and `criteria` are all that it has, `at` is the sweep that is looked at, `weights`
 * are those of what is compared, by name, 0 where it is not, and `roles` those of sweeps that are not compared. `model` is that for
 * which the pattern was made, `agreed` what the pattern that is shown was made with; empty until the user has agreed.
 * @typedef {{ file: File | null, bytes: ArrayBuffer | null, choices: Record<string, readonly string[]>, columns: Record<string, string>,
 *   units: Record<string, string>, notice: string, busy: boolean, question: object | null, listeners: Set<() => void>,
 *   sweeps: Sweep[], criteria: Criterion[], leftOut: readonly string[], unit: string, at: number, weights: Map<string, number>,
 *   roles: Map<string, Role>, pattern: string, heldOut: string, model: string, agreed: string }} Reading
 */
/** What is known of a file before it is read. @returns {Omit<Reading, "file" | "notice" | "busy" | "listeners">} */
const nothing = () => ({
  ...{ bytes: null, choices: {}, columns: {}, units: {}, question: null, sweeps: [], criteria: [], leftOut: [], unit: "", at: 0 },
  ...{ weights: new Map(), roles: new Map(), pattern: "", heldOut: "", model: "", agreed: "" },
});

/** What is read for an app, whichever of its views shows it. @param {App} app @returns {Reading} */
export const readingOf = (app) =>
  keptIn(app, "recording", () => ({ ...nothing(), file: null, notice: "", busy: false, listeners: new Set() }));

/** @param {Reading} state @param {Partial<Reading>} change */
function update(state, change) {
  Object.assign(state, change);
  for (const listener of [...state.listeners]) listener();
}

/** Reads a recording that was picked or dropped, and opens the tool that shows what was read. @param {App} app @param {File} file */
export async function readRecording(app, file) {
  const state = readingOf(app);
  app.store.set({ tool: "data", sheet: "" });
  if (file.size > MAX_BYTES) {
    const notice = tr("{name} has {size} MB, but the limit here is {most} MB. Use pw.from_recording in Python for larger files.", {
      name: file.name,
      size: Math.round(file.size / 1e6),
      most: MAX_BYTES / 1e6,
    });
    return update(state, { ...nothing(), file: null, notice, busy: false });
  }
  update(state, { ...nothing(), file, notice: "", busy: true });
  try {
    const bytes = await file.arrayBuffer();
    if (state.file !== file) return; // another one meanwhile
    state.bytes = bytes;
  } catch (error) {
    if (state.file === file) update(state, { busy: false, notice: String(error) }); // it has gone, or may not be read
    return;
  }
  ask(app);
}

/** What a pattern is made with; what is usual is left out. @param {Reading} state @returns {{ compare?: Record<string, number>, sweeps?: number[], holdout?: number[] }} */
export function chosenOf({ sweeps, criteria, leftOut, weights, roles }) {
  const usual = usualWeights(criteria, leftOut);
  const isUsual = [...usual].every(([name, weight]) => weights.get(name) === weight);
  const numbersOf = (/** @type {Role} */ role) =>
    sweeps.filter(({ name }) => (roles.get(name) ?? "compared") === role).flatMap(({ numbers }) => numbers);
  return {
    ...(isUsual ? {} : { compare: Object.fromEntries([...weights].filter(([, weight]) => weight > 0)) }),
    ...(roles.size ? { sweeps: numbersOf("compared"), holdout: numbersOf("predicted") } : {}),
  };
}

/** Asks for what a file is, or, with what the user has chosen, for its pattern. @param {App} app @param {boolean} [agreed] */
function ask(app, agreed = false) {
  const state = readingOf(app);
  if (!state.file || !state.bytes) return;
  const chosen = agreed ? chosenOf(state) : {};
  const question = { model: app.data.model.name, name: state.file.name, units: state.units, ...chosen };
  const isWanted = agreed ? app.setOut() : () => false;
  update(state, { busy: true, notice: "", question });
  app.host.ask(
    "recording",
    question,
    (answer, arrays) => {
      if (state.question !== question || answer.state === "running") return; // another file, or other units, by now
      if (answer.state !== "done") return update(state, { busy: false, notice: answer.error ?? "" });
      const { pattern, choices, columns, held_out: heldOut } = answer;
      if (agreed) {
        update(state, { busy: false, pattern, heldOut, model: question.model, agreed: JSON.stringify(chosen) });
        return isWanted() ? show(app, pattern) : undefined;
      }
      const units = Object.fromEntries(Object.entries(choices).map(([what, [first]]) => [what, state.units[what] ?? first]));
      const known = pattern ? state.units : units;
      const [sweeps, criteria, leftOut] = [sweepsOf(answer, arrays), criteriaOf(answer), answer.left_out];
      const weights = usualWeights(criteria, leftOut);
      const found = {
        sweeps,
        criteria,
        leftOut,
        weights,
        roles: new Map(),
        at: 0,
        unit: answer.unit,
        pattern,
        heldOut,
        model: question.model,
        agreed: "",
      };
      update(state, { busy: false, choices, columns, units: known, ...found });
    },
    state.bytes,
  );
}

/** Makes what was chosen the target. @param {App} app */
export function agree(app) {
  const state = readingOf(app);
  const chosen = chosenOf(state);
  // What stood was made with another choice, or for another neuron, whose current has other units.
  if (Object.keys(chosen).length || !["", "{}"].includes(state.agreed) || state.model !== app.data.model.name) return ask(app, true);
  update(state, { agreed: JSON.stringify(chosen) });
  return show(app, state.pattern);
}

/** Makes a pattern of the file the target, at the sweep that is looked at. @param {App} app @param {string} pattern */
async function show(app, pattern) {
  await app.choose(app.data.model.name, pattern, { keep: true });
  lookAt(app, readingOf(app).at);
}

/** Shows a sweep of what was read, and of the figure where it has it. @param {App} app @param {number} at */
function lookAt(app, at) {
  const state = readingOf(app);
  const name = state.sweeps[at]?.name ?? "";
  update(state, { at });
  if (app.run.sweeps.includes(name) && app.run.sweep.name !== name) app.showSweep(name);
}

/** A recorded cell as the target, from a file. @param {{ app: App }} props */
export function Recording({ app }) {
  const state = readingOf(app);
  const [over, isOver] = useState(false);
  const redraw = useRedraw(
    (changed) => {
      state.listeners.add(changed);
      return () => state.listeners.delete(changed);
    },
    [state],
  );
  const asked = Object.entries(state.choices);
  const take = (/** @type {File | null | undefined} */ file) => file && readRecording(app, file);
  const isRead = state.sweeps.length > 0;
  return html`<div class="pw-fields pw-onecolumn">
    ${isRead ? "" : html`<p class="pw-lead">${tr("Load a recording to use it as the target. Your neuron is compared with it, and its trace is drawn behind yours.")}</p>`}
    <label class=${`pw-drop${over ? " over" : ""}${isRead ? " small" : ""}`} ondragover=${(/** @type {DragEvent} */ e) => {
      e.preventDefault();
      isOver(true);
    }} ondragleave=${() => isOver(false)} ondrop=${(/** @type {DragEvent} */ e) => {
      e.preventDefault();
      e.stopPropagation();
      isOver(false);
      take(e.dataTransfer?.files[0]);
    }}>${isRead ? tr("{name} (drop or open another file)", { name: state.file?.name ?? "" }) : tr("Drop or open a CSV, ABF or NWB file")}
      ${isRead ? "" : html`<small>${tr("Columns t, v and current, or spike times")}</small>`}
      <input type="file" accept=".csv,.txt,.tsv,.abf,.nwb,text/csv,text/plain" onchange=${(/** @type {any} */ e) => take(e.target.files[0])} /></label>
    ${
      asked.length
        ? html`<p class="pw-at">${tr("What are the units of {name}?", { name: state.file?.name ?? "" })}</p>
          <div class="pw-toolrow">${asked.map(
            ([what, units]) => html`<label>${NAMES[what]?.() ?? what}
              <select onchange=${(/** @type {any} */ e) => {
                state.units = { ...state.units, [what]: e.target.value };
                redraw();
              }}>${units.map((unit) => html`<option value=${unit} selected=${state.units[what] === unit}>${tr(unit)}</option>`)}</select></label>`,
          )}<button class="pw-small" onclick=${() => ask(app)}>${tr("Show")}</button></div>`
        : ""
    }
    ${isRead ? html`<${Read} app=${app} state=${state} />` : ""}
    <p role="status" class=${state.notice ? "pw-wrong" : ""}>${state.notice || (state.busy ? tr("reading …") : statusOf(state))}</p>
  </div>`;
}

/** @param {Reading} state */
function statusOf({ file, sweeps, agreed }) {
  if (!file || !sweeps.length) return "";
  return agreed
    ? tr("{name} is the target.", { name: file.name })
    : tr("Check the data read from the file, and correct them if necessary.");
}

/** What was read of a file: a sweep, the recovered protocol in words, and what is compared. @param {{ app: App, state: Reading }} props */
function Read({ app, state }) {
  const { sweeps, at, criteria, weights, roles, leftOut, unit } = state;
  const { dark, present } = app.store.get();
  const size = present ? 18 : 14;
  const sweep = sweeps[at];
  const change = (/** @type {() => void} */ act) => {
    act();
    update(state, {});
  };
  const roleOf = (/** @type {Sweep} */ { name }) => roles.get(name) ?? "compared";
  const compared = sweeps.filter((one) => roleOf(one) === "compared").length;
  const isAgreed = state.agreed !== "" && state.agreed === JSON.stringify(chosenOf(state));
  const isNone = compared === 0 || [...weights.values()].every((weight) => weight === 0);
  const isHeldOut = state.heldOut !== "" && app.store.get().selection.pattern === state.heldOut;
  const parts = ["v", "current", "spikes"].filter((part) => /** @type {any} */ (sweep)[part].length);
  return html`
    ${
      sweeps.length > 1
        ? html`<div class="pw-toolrow"><button class="pw-icon" aria-label=${tr("Previous sweep")} disabled=${at === 0} onclick=${() => lookAt(app, at - 1)}>‹</button>
            <b>${tr(sweep.name)}</b>
            <button class="pw-icon" aria-label=${tr("Next sweep")} disabled=${at === sweeps.length - 1} onclick=${() => lookAt(app, at + 1)}>›</button>
            <label>${tr("Role of the sweep")} <select class="pw-sweeprole" onchange=${(/** @type {any} */ e) =>
              change(() => {
                if (e.target.value === "compared") roles.delete(sweep.name);
                else roles.set(sweep.name, e.target.value);
              })}>${Object.entries(ROLES).map(
              ([role, title]) => html`<option value=${role} selected=${roleOf(sweep) === role}>${title()}</option>`,
            )}</select></label><${Explained} of=${ROLES.predicted()} /></div>
          <div role="group" class="pw-sweepchips" aria-label=${tr("Sweeps")}>${sweeps.map(
            (one, k) =>
              html`<button class=${roleOf(one)} aria-current=${k === at} title=${`${tr(one.name)}: ${ROLES[roleOf(one)]()}`} aria-label=${`${tr(one.name)}: ${ROLES[roleOf(one)]()}`} onclick=${() => lookAt(app, k)}>${one.numbers[0]}</button>`,
          )}</div>`
        : ""
    }
    <${Pictured} app=${app} of=${[sweep, dark, size, unit]} whole=${() => timesOf(sweep)}
      picture=${(/** @type {number} */ width, /** @type {number} */ height, /** @type {any} */ zoom) => recordedPicture(sweep, width, height, zoom, { dark, size, unit })}
      attributes=${{ role: "img", "aria-label": tr("{sweep} as read from the file: {protocol}", { sweep: tr(sweep.name), protocol: sweep.protocol }), class: "pw-cells pw-recorded" }} />
    <p class="pw-planekey pw-recordedkey" aria-hidden="true">${parts.map((part) => html`<span class=${part}><i></i>${KEYS[part]()}</span>`)}${
      sweep.protocol ? html`<span class="injected"><i></i>${tr("reconstructed stimulus")}</span>` : ""
    }</p>
    ${sweep.protocol ? html`<p class="pw-protocol">${sweep.protocol}</p>` : ""}
    <fieldset class="pw-compare"><legend>${tr("Features compared")}</legend>
      <ul>${[...weights].map(([name, weight]) => {
        const own = criteria.filter(({ of, sweep: where }) => of === name && (where === "" || where === sweep.name));
        return html`<li key=${name} class=${weight ? "" : "off"}>
          <label><input type="checkbox" checked=${weight > 0} onchange=${() => change(() => weights.set(name, weight ? 0 : 1))} /> <b>${WHAT[name]?.() ?? name}</b></label><${Explained} of=${WHAT[name]?.() ?? name} />
          <select aria-label=${tr("Weight of {name}", { name: WHAT[name]?.() ?? name })} disabled=${!weight} onchange=${(
            /** @type {any} */ e,
          ) => change(() => weights.set(name, Number(e.target.value)))}>${WEIGHTS.map(
            (one) => html`<option value=${one} selected=${one === weight}>× ${one}</option>`,
          )}</select>
          <div>${own.length ? own.map((one) => html`<span title=${tr(one.text)}>${inWords(one, own.length > 1)}</span>`) : html`<span>${tr("nothing to compare in this sweep")}</span>`}
          ${leftOut.includes(name) ? html`<span>${tr("This cell fires spontaneously, so a repeat of the recording would not meet this criterion either.")}</span>` : ""}
          ${own.some(({ shaped }) => shaped) && app.data.model.resets ? html`<span>${tr("Not compared because your model resets after each spike.")}</span>` : ""}</div>
        </li>`;
      })}</ul>
    </fieldset>
    <div class="pw-toolrow"><button class="pw-small pw-agree" disabled=${isAgreed || isNone || state.busy} onclick=${() => agree(app)}>${
      state.agreed ? tr("Apply changes") : tr("Use as target")
    }</button>
    ${
      isAgreed && state.heldOut
        ? html`<button class="pw-small" onclick=${() => show(app, isHeldOut ? state.pattern : state.heldOut)}>${
            isHeldOut ? tr("Back to fitted sweeps") : tr("Evaluate held-out sweeps")
          }</button>`
        : ""
    }
    ${isNone ? html`<span class="pw-wrong">${compared ? tr("Select at least one feature to compare.") : tr("Use at least one sweep for fitting.")}</span>` : ""}</div>`;
}

/** What a criterion accepts. @param {Criterion} criterion @param {boolean} isOneOfMany */
function inWords({ name, low, high, unit }, isOneOfMany) {
  const accepted = intervalText(low, high, unit);
  return isOneOfMany ? `${tr(name)}: ${accepted}` : accepted;
}

/** @type {Record<string, () => string>} */
const NAMES = { t: () => tr("Times"), v: () => tr("Potential"), current: () => tr("Current"), spikes: () => tr("Spike times") };

/** @type {Record<string, () => string>} */
const KEYS = { v: () => tr("recording"), current: () => tr("recorded current"), spikes: () => tr("detected spike") };

/** @type {Record<Role, () => string>} */
const ROLES = { compared: () => tr("used for fitting"), predicted: () => tr("held out for validation"), out: () => tr("excluded") };

/** What is compared, by its name in Python. @type {Record<string, () => string>} */
const WHAT = {
  n: () => tr("number of spikes"),
  latency: () => tr("latency"),
  mean_isi: () => tr("mean interspike interval (ISI)"),
  cv: () => tr("coefficient of variation (CV)"),
  times: () => tr("spike times"),
  rest: () => tr("resting potential"),
  rate_before: () => tr("firing rate before the stimulus"),
  course: () => tr("subthreshold potential"),
  resistance: () => tr("input resistance"),
  time_constant: () => tr("membrane time constant"),
  level: () => tr("potential at the end of steps"),
  sag: () => tr("sag"),
  ahp: () => tr("potential between spikes"),
  height: () => tr("spike peak"),
  width: () => tr("spike width"),
};
