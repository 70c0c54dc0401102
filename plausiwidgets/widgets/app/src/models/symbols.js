import { tr } from "../i18n/texts.ts";

/** @import { Mark } from "../types.d.ts" */
// The symbol and the words of each status.

/** @type {Record<Mark | "running", string>} */
export const SYMBOLS = {
  replicated: "✓",
  fragile: "~",
  unverified: "○",
  rejected: "✗",
  ruled_out: "∅",
  unsearched: "·",
  failed: "!",
  unjudged: "–",
  running: "…",
};

/** The words for a pair of model and pattern, as a search leaves it. @param {Mark | "running"} mark */
export function markWords(mark) {
  if (mark === "replicated") return tr("verified");
  if (mark === "fragile") return tr("not robust");
  if (mark === "unverified") return tr("criteria met, not verified");
  if (mark === "rejected") return tr("not found");
  if (mark === "ruled_out") return tr("ruled out");
  if (mark === "failed") return tr("error");
  if (mark === "unjudged") return tr("no criteria");
  if (mark === "running") return tr("search running");
  return tr("not searched");
}

/** Symbols with their words, of those statuses that occur. @param {Iterable<Mark | "running">} marks @returns {{ mark: Mark, symbol: string, words: string }[]} */
export function legendOf(marks) {
  const occurring = new Set(marks);
  const known = /** @type {Mark[]} */ (Object.keys(SYMBOLS).filter((mark) => mark !== "running"));
  return known.filter((mark) => occurring.has(mark)).map((mark) => ({ mark, symbol: SYMBOLS[mark], words: markWords(mark) }));
}

/** The mark of a search of an assessment. @param {import("../messages.ts").AssessedRow} row @returns {Mark | "running"} */
export function markOf({ status, state, ruled_out }) {
  if (ruled_out) return "ruled_out";
  if (state === "running" || state === "waiting" || state === "paused") return "running";
  return status;
}

/** The rows of an answer with those of the last ones, by model and pattern. @param {Record<string, import("../messages.ts").AssessedRow> | null} known @param {import("../messages.ts").AssessedRow[]} rows */
export const withRows = (known, rows) => ({ ...known, ...Object.fromEntries(rows.map((row) => [`${row.model} ${row.pattern}`, row])) });
