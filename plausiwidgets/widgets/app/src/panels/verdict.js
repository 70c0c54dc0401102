import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { intervalText, measuredText } from "../i18n/words.ts";
import { isTask } from "../models/exerciseMode.js";
import { scaledWords } from "../models/titles.js";

/** @import { App } from "../app.js" */
/** @import { CriterionResult, Model, Pattern, Simulating, Verdict, Verified } from "../types.d.ts" */

/**
 * The verdict on a selection in words: one sentence, the same everywhere, and how it is coloured.
 * @param {Verdict | null} verdict @param {Verified | null} verified @param {Pattern} pattern @param {Model} model
 * @param {Simulating | null} [simulating]
 * @returns {{ kind: "waiting" | "holds" | "fragile" | "fails" | "ruled_out", words: string, why: string }}
 */
export function worded(verdict, verified, pattern, model, simulating = null) {
  if (simulating) return { kind: "waiting", ...awaited(simulating) };
  if (!pattern.components.some(({ criteria }) => criteria.length)) return { kind: "waiting", words: tr("Shown, not judged"), why: "" };
  if (!verdict) return { kind: "waiting", words: tr("…"), why: "" };
  const { criteria, loss, diverged } = verdict;
  if (loss > 0) {
    if (pattern.ruled_out) return { kind: "ruled_out", words: `∅ ${tr("Cannot")}`, why: tr(pattern.ruled_out) };
    if (diverged) {
      const why = tr("Its variables leave all bounds, and there is nothing to measure. Move a slider back.");
      return { kind: "fails", words: `✗ ${tr("Not yet: it runs away")}`, why };
    }
    const count = criteria.filter(({ passed }) => passed).length;
    const words = tr("Not yet: {count} of {total} hold", { count, total: criteria.length });
    return { kind: "fails", words: `✗ ${words}`, why: missing(criteria) };
  }
  if (verified?.status === "replicated") {
    const why = model.discrete
      ? tr("Every criterion holds in steps of {dt} ms, also after a longer rest and with rounded values.", { dt: model.dt })
      : tr("Every criterion holds, also at finer time steps, after a longer rest and with rounded values.");
    return { kind: "holds", words: `✓ ${tr("It does")}`, why };
  }
  if (verified?.status === "fragile" || verified?.status === "rejected") {
    const why = tr("Every criterion holds at this time step, but not in one of the checks: {why}", { why: tr(verified.why) });
    return { kind: "fragile", words: `~ ${tr("Holds, but not robustly")}`, why };
  }
  if (verified?.status === "asked") {
    return { kind: "holds", words: `✓ ${tr("Holds; checking …")}`, why: tr("Every criterion holds at this time step.") };
  }
  return { kind: "holds", words: `✓ ${tr("Holds")}`, why: tr("Every criterion holds at this time step.") };
}

/** What is awaited of Python, and why. @param {Simulating} simulating */
function awaited({ what, state, done, total }) {
  const isLine = what === "line";
  const why = isLine
    ? tr("This neuron has no form that this page can simulate.")
    : tr("This pattern has no form that this page can judge.");
  if (state !== "running") {
    const words = isLine ? tr("Not simulated") : tr("Not judged");
    return { words, why: isLine ? tr("The line is of former values.") : "" };
  }
  if (!isLine) return { words: tr("Python is judging …"), why };
  if (total) return { words: tr("Python is simulating … {percent} %", { percent: Math.min(Math.floor((100 * done) / total), 99) }), why };
  return { words: done ? tr("Python is simulating … {count} time steps", { count: done }) : tr("Python is simulating …"), why };
}

/** What is missed, worst first. @param {readonly CriterionResult[]} criteria */
function missing(criteria) {
  const missed = criteria.filter(({ passed }) => !passed).sort((a, b) => b.penalty - a.penalty);
  const names = missed.slice(0, 3).map(({ name }) => tr(name));
  const more = missed.length > 3 ? tr("and {count} more", { count: missed.length - 3 }) : "";
  return tr("Still missing: {names}.", { names: [...names, more].filter(Boolean).join(", ") });
}

const NOTHING = 1e-4; // of the ends of what is accepted: less is as good as 0

/** What was measured, in words: digits that only a computer tells from 0 are left out. @param {Pick<CriterionResult, "value" | "unit" | "low" | "high">} check */
export function measuredOf({ value, unit, low, high }) {
  if (Number.isNaN(value)) return tr("nothing to measure");
  const size = Math.max(...[low, high].filter(Number.isFinite).map(Math.abs), 0);
  return value !== 0 && Math.abs(value) < NOTHING * size ? `≈ ${measuredText(0, unit)}` : measuredText(value, unit);
}

/** A criterion with what was measured. @param {CriterionResult} check */
function criterionText(check) {
  const { name, unit, low, high, passed } = check;
  const [measured, accepted] = [measuredOf(check), intervalText(low, high, unit)];
  return `${passed ? "✓" : "✗"} ${tr("{criterion}: {measured}, must be {accepted}", { criterion: tr(name), measured, accepted })}`;
}

const [MANY, MAX_PIPS] = [20, 100]; // pips that have room, of the usual size and small

/** The chip: the verdict, and a pip for each criterion, which the arrow keys and a pointer mark. @param {{ app: App }} props */
export function Chip({ app }) {
  const { verdict, verified, simulating, marked, turn, sheet } = app.store.get();
  const criteria = simulating ? [] : (verdict?.criteria ?? []);
  const { kind, words, why } = worded(verdict, verified, app.pattern, app.data.model, simulating);
  const mark = (/** @type {number} */ place) => app.store.set({ marked: place });
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") mark(-1);
    if (!by || !criteria.length) return;
    event.preventDefault();
    event.stopPropagation();
    mark((marked + by + (marked < 0 && by < 0 ? 1 : 0) + criteria.length) % criteria.length);
  };
  const over = (/** @type {any} */ event) => {
    const place = event.target.closest?.("[data-pip]")?.dataset.pip;
    mark(place === undefined ? -1 : Number(place));
  };
  const detail = marked >= 0 && criteria[marked] ? criterionText(criteria[marked]) : "";
  const count = criteria.filter(({ passed }) => passed).length;
  const isCounted = !criteria.length || (kind === "fails" && !verdict?.diverged); // by the words
  const counted = isCounted ? tr("Criteria") : tr("{count} of {total} criteria hold", { count, total: criteria.length });
  const isPraised = turn?.stage === "solved" || (isTask(app.store.get()) && kind === "holds");
  return html`<div class="pw-verdict">
    <button class=${`pw-chip ${isPraised ? "solved " : ""}${kind}`} title=${detail || why} aria-expanded=${sheet === "criteria"} aria-haspopup="dialog"
      aria-label=${`${words}. ${detail || counted}`} onclick=${() => app.store.set({ sheet: sheet === "criteria" ? "" : "criteria" })}
      onkeydown=${keys} onpointermove=${over} onpointerleave=${() => mark(-1)} onblur=${() => mark(-1)}>
      <span>${words}</span>
      <span class=${`pw-pips${criteria.length > MANY ? " many" : ""}`} aria-hidden="true">${(
        criteria.length > MAX_PIPS ? [] : criteria
      ).map(({ passed }, k) => html`<i data-pip=${k} class=${`${passed ? "on" : ""}${k === marked ? " marked" : ""}`}></i>`)}</span>
    </button>
    ${simulating ? html`<button class="pw-whole" onclick=${simulating.state === "running" ? app.stopSimulating : app.again}>${simulating.state === "running" ? tr("Stop") : tr("Once more")}</button>` : ""}
    ${detail ? html`<span class="pw-detail" aria-live="polite">${detail}</span>` : ""}
    <span class="pw-unseen" role="status">${simulating?.done ? tr("Python is simulating …") : words}</span>
  </div>`;
}

/** The table of criteria. @param {{ app: App }} props */
export function Criteria({ app }) {
  const { verdict, marked } = app.store.get();
  const { pattern } = app;
  const mark = (/** @type {number} */ place) => () => app.store.set({ marked: place });
  useEffect(() => mark(-1), []); // a pointer does not leave a row that is taken away
  return html`<div class="pw-criteria" tabindex="0" role="group" aria-label=${tr("Criteria")}>
    ${pattern.ruled_out && verdict?.loss !== 0 ? html`<p><b>∅ ${tr("Cannot")}: </b>${tr(pattern.ruled_out)}</p>` : ""}
    <table>
      <thead><tr><th scope="col"><span class="pw-unseen">${tr("holds")}</span></th><th scope="col">${tr("criterion")}</th>
        <th scope="col">${tr("measured")}</th><th scope="col">${tr("must be")}</th></tr></thead>
      <tbody>${(verdict?.criteria ?? []).map(
        (
          check,
          k,
        ) => html`<tr key=${k} class=${`${check.passed ? "" : "missed"}${k === marked ? " marked" : ""}`} onpointermove=${mark(k)} onpointerleave=${mark(-1)}>
          <td><span role="img" aria-label=${check.passed ? tr("holds") : tr("does not hold")}>${check.passed ? "✓" : "✗"}</span></td>
          <th scope="row">${tr(check.name)}<small>${tr(check.text)}</small></th>
          <td>${measuredOf(check)}</td>
          <td>${intervalText(check.low, check.high, check.unit)}</td></tr>`,
      )}</tbody>
    </table>
    ${[
      ["", pattern.function],
      [tr("What matters"), pattern.hint],
      [tr("Source"), pattern.source],
      ["", app.isScaled() ? scaledWords() : ""],
    ]
      .filter(([, text]) => text)
      .map(([head, text]) => html`<p>${head ? html`<b>${head}: </b>` : ""}${tr(text)}</p>`)}
  </div>`;
}
