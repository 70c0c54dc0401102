// The assessment of one model or of all models, which a host runs, with its buttons and its results for the map.

import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import type { AssessedRow } from "../messages.ts";
import { type Mark, markOf, withRows } from "../models/symbols.ts";
import { save } from "../panels/saving.ts";
import { type JobData, type JobState, jobOf } from "./jobs.ts";

const SEED = 0;

/** The result of the assessment for a pair of model and pattern, or null before it is available. */
export function assessedOf(
  app: Pick<App, "selection" | "host">,
  model: string,
  pattern: string,
): { readonly mark: Mark; readonly row: AssessedRow } | null {
  const { state, data } = jobOf(app, "assess").job.value;
  const row = data?.rows[`${model} ${pattern}`];
  if (!row) return null;
  const mark = markOf(row);
  const isCut = mark === "running" && state !== "running"; // the assessment was stopped during this search
  return isCut ? null : { mark, row };
}

type AssessProps = Pick<App, "selection" | "host"> & { readonly models: readonly string[] };

/** Searches every pattern of one model or of all models. The table above shows each result as soon as it is available. */
export function Assess({ selection, host, models }: AssessProps) {
  const job = jobOf({ selection, host }, "assess");
  const { state, data } = job.job.value;
  const isRunning = state === "running";
  const begin = (names: readonly string[]) =>
    job.begin({ models: names, patterns: [], seed: SEED }, (known, { rows, seconds, csv }) => ({
      rows: withRows(known?.rows, rows),
      seconds,
      csv,
    }));
  return (
    <div class="pw-toolrow pw-assess">
      {isRunning ? (
        running(job)
      ) : (
        <>
          <button type="button" class="pw-small" onClick={() => begin([selection.data.peek().model.name])}>
            {tr("Assess this model")}
          </button>
          <button type="button" class="pw-small" onClick={() => begin(models)}>
            {tr("Assess all {count} models (slow)", { count: models.length })}
          </button>
        </>
      )}
      {!isRunning && data?.csv && (
        <button type="button" class="pw-small" onClick={() => save("assessment.csv", data.csv, "text/csv")}>
          {tr("Save as CSV")}
        </button>
      )}
      <span role="status">{statusText(job.job.value)}</span>
    </div>
  );
}

/** The progress of an assessment. Its button replaces the one that started it in the same element, and so keeps the focus. */
function running({ job, stop }: ReturnType<typeof jobOf<"assess">>) {
  const { done, total } = job.value;
  return (
    <>
      <button type="button" class="pw-small" onClick={stop}>
        ■ {tr("Stop")}
      </button>
      <progress max={total || 1} value={done} aria-label={tr("Assessment")} />
    </>
  );
}

function statusText({ state, error, done, total, data }: JobState<JobData["assess"]>): string {
  const seconds = Math.round(data?.seconds ?? 0);
  if (state === "failed") return error;
  if (state === "running") {
    return total ? tr("{done} of {total} searches, {seconds} s", { done, total, seconds }) : tr("starting …");
  }
  if (state === "stopped") return tr("Stopped after {done} of {total} searches.", { done, total });
  if (state === "done") return tr("{total} searches in {seconds} s. Outlined cells are new.", { total, seconds });
  return tr("The symbols show the packaged assessment. Start an assessment here to search for every pattern again.");
}
