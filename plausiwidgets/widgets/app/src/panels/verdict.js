import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { intervalText, measuredText } from "../i18n/words.ts";
import { isTask } from "../models/exerciseMode.js";
import { SYMBOLS } from "../models/symbols.js";
import { scaledWords } from "../models/titles.js";
import { glossing } from "./glosses.js";

/** @import { App } from "../app.js" */
/** @import { CriterionResult, Model, Pattern, Simulating, Verdict, Verified } from "../types.d.ts" */

/**
 * The verdict on a selection in words: one sentence, the same everywhere, and how it is coloured.
 * @param {Verdict | null} verdict @param {Verified | null} verified @param {Pattern} pattern @param {Model} model
 * @param {Simulating | null} [simulating]
 * @returns {{ kind: "waiting" | "unjudged" | "replicated" | "unverified" | "fragile" | "rejected" | "ruled_out", words: string, why: string }}
 */
export function worded(verdict, verified, pattern, model, simulating = null) {
  if (simulating) return { kind: "waiting", ...awaited(simulating) };
  if (!pattern.components.some(({ criteria }) => criteria.length)) return shown("unjudged", tr("No criteria"), "");
  if (!verdict) return { kind: "waiting", words: tr("…"), why: "" };
  const { criteria, loss, diverged } = verdict;
  if (loss > 0) {
    if (pattern.ruled_out) return shown("ruled_out", tr("Ruled out"), tr(pattern.ruled_out));
    if (diverged) {
      const why = tr("The simulation diverges, so nothing can be measured. Move a slider back.");
      return shown("rejected", tr("Criteria not met (divergence)"), why);
    }
    const count = criteria.filter(({ passed }) => passed).length;
    const words = tr("Criteria not met ({count} of {total} met)", { count, total: criteria.length });
    return shown("rejected", words, missing(criteria));
  }
  if (verified?.status === "replicated") {
    const why = model.discrete
      ? tr(
          "All criteria are met at this model's fixed time step of {dt} ms, and remain met in every verification test, such as rounded parameters.",
          { dt: model.dt },
        )
      : tr("All criteria are met, and remain met in every verification test, such as smaller time steps and rounded parameters.");
    return shown("replicated", tr("Verified"), why);
  }
  if (verified?.status === "rejected") {
    return shown("rejected", tr("Criteria not met"), tr("All criteria are met on this page, but not in Python at the same time step."));
  }
  if (verified?.status === "fragile") {
    const why = tr("All criteria are met at this time step, but one verification test fails: {why}", { why: tr(verified.why) });
    return shown("fragile", tr("Not robust"), why);
  }
  const words = verified?.status === "pending" ? tr("Criteria met, verifying …") : tr("Criteria met, not verified");
  return shown("unverified", words, tr("All criteria are met at this time step."));
}

/** A verdict with the symbol of its status. @template {import("../types.d.ts").Mark} T @param {T} kind @param {string} words @param {string} why */
const shown = (kind, words, why) => ({ kind, words: `${SYMBOLS[kind]} ${words}`, why });

/** What is awaited of Python, and why. @param {Simulating} simulating */
function awaited({ what, state, done, total }) {
  const isLine = what === "line";
  const why = isLine
    ? tr("This page cannot simulate this model without Python.")
    : tr("This page cannot evaluate this pattern without Python.");
  if (state !== "running") {
    const words = isLine ? tr("Not simulated") : tr("Not evaluated");
    return { words, why: isLine ? tr("This trace is out of date.") : "" };
  }
  if (!isLine) return { words: tr("Python is evaluating …"), why };
  if (total) return { words: tr("Python is simulating … {percent} %", { percent: Math.min(Math.floor((100 * done) / total), 99) }), why };
  return { words: done ? tr("Python is simulating … {count} time steps", { count: done }) : tr("Python is simulating …"), why };
}

/** What is missed, worst first. @param {readonly CriterionResult[]} criteria */
function missing(criteria) {
  const missed = criteria.filter(({ passed }) => !passed).sort((a, b) => b.penalty - a.penalty);
  const names = missed.slice(0, 3).map(({ name }) => tr(name));
  const more = missed.length > 3 ? tr("and {count} more", { count: missed.length - 3 }) : "";
  return tr("Not met: {names}.", { names: [...names, more].filter(Boolean).join(", ") });
}

const NOTHING = 1e-4; // of the ends of what is accepted: less is as good as 0

/** What was measured, in words: digits that only a computer tells from 0 are left out. @param {Pick<CriterionResult, "value" | "unit" | "low" | "high">} check */
export function measuredOf({ value, unit, low, high }) {
  if (Number.isNaN(value)) return tr("not measurable");
  const size = Math.max(...[low, high].filter(Number.isFinite).map(Math.abs), 0);
  return value !== 0 && Math.abs(value) < NOTHING * size ? `≈ ${measuredText(0, unit)}` : measuredText(value, unit);
}

/** A criterion with what was measured. @param {CriterionResult} check */
function criterionText(check) {
  const { name, unit, low, high, passed } = check;
  const [measured, accepted] = [measuredOf(check), intervalText(low, high, unit)];
  return `${passed ? "✓" : "✗"} ${tr("{criterion}: {measured} (required {accepted})", { criterion: tr(name), measured, accepted })}`;
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
  const isCounted = !criteria.length || (kind === "rejected" && verdict?.loss !== 0 && !verdict?.diverged); // by the words
  const counted = isCounted ? tr("Criteria") : tr("{count} of {total} criteria met", { count, total: criteria.length });
  const isPraised = turn?.stage === "solved" || (isTask(app.store.get()) && ["replicated", "unverified"].includes(kind));
  return html`<div class="pw-verdict">
    <button class=${`pw-chip ${isPraised ? "solved " : ""}${kind}`} title=${detail || why} aria-expanded=${sheet === "criteria"} aria-haspopup="dialog"
      aria-label=${`${words}. ${detail || counted}`} onclick=${() => app.store.set({ sheet: sheet === "criteria" ? "" : "criteria" })}
      onkeydown=${keys} onpointermove=${over} onpointerleave=${() => mark(-1)} onblur=${() => mark(-1)}>
      <span>${words}</span>
      <span class=${`pw-pips${criteria.length > MANY ? " many" : ""}`} aria-hidden="true">${(
        criteria.length > MAX_PIPS ? [] : criteria
      ).map(({ passed }, k) => html`<i data-pip=${k} class=${`${passed ? "on" : ""}${k === marked ? " marked" : ""}`}></i>`)}</span>
    </button>
    ${simulating ? html`<button class="pw-whole" onclick=${simulating.state === "running" ? app.stopSimulating : app.again}>${simulating.state === "running" ? tr("Stop") : tr("Try again")}</button>` : ""}
    ${detail ? html`<span class="pw-detail" aria-live="polite">${detail}</span>` : ""}
    <span class="pw-unseen" role="status">${simulating?.done ? tr("Python is simulating …") : words}</span>
  </div>`;
}

/** The table of criteria. @param {{ app: App }} props */
export function Criteria({ app }) {
  const { verdict, marked } = app.store.get();
  const { pattern } = app;
  const mark = (/** @type {number} */ place) => () => app.store.set({ marked: place });
  const glossed = glossing();
  useEffect(() => mark(-1), []); // a pointer does not leave a row that is taken away
  return html`<div class="pw-criteria" tabindex="0" role="group" aria-label=${tr("Criteria")}>
    ${pattern.ruled_out && verdict?.loss !== 0 ? html`<p><b>${SYMBOLS.ruled_out} ${tr("Ruled out")}: </b>${tr(pattern.ruled_out)}</p>` : ""}
    <table>
      <thead><tr><th scope="col"><span class="pw-unseen">${tr("met")}</span></th><th scope="col">${tr("criterion")}</th>
        <th scope="col">${tr("measured")}</th><th scope="col">${glossed(tr("accepted range"))}</th></tr></thead>
      <tbody>${(verdict?.criteria ?? []).map(
        (
          check,
          k,
        ) => html`<tr key=${k} class=${`${check.passed ? "" : "missed"}${k === marked ? " marked" : ""}`} onpointermove=${mark(k)} onpointerleave=${mark(-1)}>
          <td><span role="img" aria-label=${check.passed ? tr("met") : tr("not met")}>${check.passed ? "✓" : "✗"}</span></td>
          <th scope="row">${glossed(tr(check.name))}<small>${glossed(tr(check.text))}</small></th>
          <td>${measuredOf(check)}</td>
          <td>${intervalText(check.low, check.high, check.unit)}</td></tr>`,
      )}</tbody>
    </table>
    ${[
      ["", pattern.function],
      [tr("Key parameters"), pattern.hint],
      [tr("Source"), pattern.source],
      ["", app.isScaled() ? scaledWords() : ""],
    ]
      .filter(([, text]) => text)
      .map(([head, text]) => html`<p>${head ? html`<b>${head}: </b>` : ""}${tr(text)}</p>`)}
  </div>`;
}
