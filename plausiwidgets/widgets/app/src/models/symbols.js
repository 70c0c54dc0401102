import { tr } from "../i18n/texts.ts";

/** @import { Mark } from "../types.d.ts" */
// Signs of what is known of a neuron and a pattern, and their words.

/** @type {Record<Mark | "running", string>} */
export const SIGNS = {
  replicated: "✓",
  fragile: "~",
  unverified: "○",
  asked: "○",
  rejected: "✗",
  ruled_out: "∅",
  unjudged: "–",
  running: "…",
};

/** @param {Mark | "running"} mark */
export function markWords(mark) {
  if (mark === "replicated") return tr("shows it (verified)");
  if (mark === "fragile") return tr("holds, but not robustly");
  if (mark === "ruled_out") return tr("cannot");
  if (mark === "running") return tr("being searched");
  return tr("not known");
}

/** The mark of a search of an assessment. @param {import("../messages.ts").AssessedRow} row @returns {Mark | "running"} */
export function markOf({ status, state, ruled_out }) {
  if (ruled_out) return "ruled_out";
  if (state === "running" || state === "waiting" || state === "paused") return "running";
  return status === "failed" ? "rejected" : status;
}

/** The rows of an answer with those of the last ones, by model and pattern. @param {Record<string, import("../messages.ts").AssessedRow> | null} known @param {import("../messages.ts").AssessedRow[]} rows */
export const withRows = (known, rows) => ({ ...known, ...Object.fromEntries(rows.map((row) => [`${row.model} ${row.pattern}`, row])) });
