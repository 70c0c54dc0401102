// The symbol and the name of each status.

import type { Status } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import type { AssessedRow } from "../messages.ts";

/** The status of a pair of model and pattern, or "running" during a search for it. */
export type Mark = Status | "running";

export type Rows = Readonly<Record<string, AssessedRow>>;

export const SYMBOLS: Readonly<Record<Mark, string>> = {
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

export const isMark = (text: string): text is Mark => Object.hasOwn(SYMBOLS, text);

const STATUSES: readonly Status[] = [
  "replicated",
  "fragile",
  "unverified",
  "rejected",
  "ruled_out",
  "unsearched",
  "failed",
  "unjudged",
];

/** The name of the status of a pair after a search. */
export function markWords(mark: Mark): string {
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

/** A symbol with its name. */
export interface LegendItem {
  readonly mark: Status;
  readonly symbol: string;
  readonly words: string;
}

/** The symbols of the occurring statuses with their names. */
export function legendOf(marks: Iterable<Mark>): readonly LegendItem[] {
  const occurring = new Set(marks);
  const shown = STATUSES.filter((mark) => occurring.has(mark));
  return shown.map((mark) => ({ mark, symbol: SYMBOLS[mark], words: markWords(mark) }));
}

/** The mark for a search of an assessment. */
export function markOf({ status, state, ruled_out }: Pick<AssessedRow, "status" | "state" | "ruled_out">): Mark {
  if (ruled_out) return "ruled_out";
  if (state === "running" || state === "waiting" || state === "paused") return "running";
  return status;
}

/** Adds the rows of a reply to those of earlier replies, by model and pattern. */
export const withRows = (known: Rows | null | undefined, rows: readonly AssessedRow[]): Rows => ({
  ...known,
  ...Object.fromEntries(rows.map((row) => [`${row.model} ${row.pattern}`, row])),
});
