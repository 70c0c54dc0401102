import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { markOf, withRows } from "../models/symbols.js";
import { save } from "../panels/saving.js";
import { jobOf, useJob } from "./jobs.js";

/** @import { App } from "../app.js" */
/** @import { AssessedRow } from "../messages.ts" */
/** @import { Mark } from "../types.d.ts" */

const SEED = 0;

/** What the assessment of this app has found of a model and a pattern. @param {App} app @param {string} model @param {string} pattern @returns {{ mark: Mark | "running", row: AssessedRow } | null} */
export function assessedOf(app, model, pattern) {
  const { state, data } = jobOf(app, "assess").get();
  const row = /** @type {AssessedRow | undefined} */ (data?.rows[`${model} ${pattern}`]);
  const mark = row && markOf(row);
  if (!row || !mark || (mark === "running" && state !== "running")) return null; // it was stopped before it had an end
  return { mark, row };
}

/** Searches each pattern of one model, or of all, and shows how far it is; the table above is filled as it goes. @param {{ app: App, models: string[] }} props */
export function Assess({ app, models }) {
  const job = useJob(app, "assess");
  const { selection } = app.store.get();
  const { state, error, done, total, data } = job.get();
  const runs = state === "running";
  const begin = (/** @type {string[]} */ names) => () =>
    job.begin({ models: names, patterns: [], seed: SEED }, (known, { rows, seconds, csv }) => ({
      rows: withRows(known?.rows, rows),
      seconds,
      csv,
    }));
  return html`<div class="pw-toolrow pw-assess">
    ${
      runs
        ? html`<button class="pw-small" onclick=${job.stop}>■ ${tr("Stop")}</button>
          <progress max=${total || 1} value=${done} aria-label=${tr("Assessment")}></progress>`
        : html`<button class="pw-small" onclick=${begin([selection.model])}>${tr("Assess this model")}</button>
          <button class="pw-small" onclick=${begin(models)}>${tr("Assess all {count} models (slow)", { count: models.length })}</button>`
    }
    ${!runs && data?.csv ? html`<button class="pw-small" onclick=${() => save("assessment.csv", data.csv, "text/csv")}>${tr("Save as CSV")}</button>` : ""}
    <span role="status">${
      state === "failed"
        ? error
        : runs
          ? total
            ? tr("{done} of {total} searches, {seconds} s", { done, total, seconds: Math.round(data?.seconds ?? 0) })
            : tr("starting …")
          : state === "stopped"
            ? tr("Stopped after {done} of {total} searches.", { done, total })
            : state === "done"
              ? tr("{total} searches in {seconds} s. Outlined cells are new.", {
                  total,
                  seconds: Math.round(data?.seconds ?? 0),
                })
              : tr("The symbols show the packaged assessment. Start an assessment here to search for every pattern again.")
    }</span></div>`;
}
