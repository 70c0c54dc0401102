// The spans of the shown sweep that criteria evaluate.

import type { Range } from "../catalogue.ts";
import type { CriterionResult, Verdict } from "../engine/judge.ts";
import { tr } from "../i18n/texts.ts";
import { measuredText } from "../i18n/words.ts";
import type { Line, Looked } from "./lines.ts";
import { SYMBOLS } from "./symbols.ts";

const NOTHING: readonly Looked[] = []; // always the same object, so that a verdict without spans does not redraw the figure

/** The spans of the marked criterion. Without a mark, those of the measured criteria that are not met, with the worst first. */
export function looksOf(
  verdict: Verdict | null,
  marked: number,
  { t0, dt, v }: Line,
  sweep: string,
): readonly Looked[] {
  if (!verdict || verdict.diverged) return NOTHING;
  const { criteria } = verdict;
  const chosen = criteria[marked] ? [criteria[marked]] : missedOf(criteria).filter(({ value }) => !Number.isNaN(value));
  const isMarked = criteria[marked] !== undefined;
  const spans = chosen.flatMap((one) => spansOf(one, isMarked, [t0, t0 + v.length * dt], sweep));
  return spans.length ? spans : NOTHING;
}

/** The criteria that are not met, with the worst first. */
export const missedOf = (criteria: readonly CriterionResult[]): CriterionResult[] =>
  criteria.filter(({ passed }) => !passed).sort((a, b) => b.penalty - a.penalty);

function spansOf(one: CriterionResult, isMarked: boolean, [first, last]: Range, sweep: string): Looked[] {
  const text = textOf(one, isMarked, sweep);
  return (one.looks ?? [])
    .filter((look) => look.sweep === null || look.sweep === sweep)
    .map(({ from, to }) => ({
      from: Math.max(Number.isNaN(from) ? first : from, first),
      to: Math.min(Number.isNaN(to) ? last : to, last),
      text,
      passed: one.passed,
    }))
    .filter(({ from, to }) => to > from);
}

/** The measured value, with the name of the criterion if it is not marked. */
function textOf({ name, unit, value }: CriterionResult, isMarked: boolean, sweep: string): string {
  const ownUnit = !isMarked && name.endsWith(unit) ? "" : unit; // the unit "spikes" is left out after a name that ends with it
  const measured = Number.isNaN(value) ? tr("not measurable") : measuredText(value, ownUnit);
  if (isMarked) return measured;
  const prefix = `${sweep}: `; // the title of a criterion of a recording starts with its sweep, which is shown anyway
  const title = tr(name.startsWith(prefix) ? name.slice(prefix.length) : name);
  return `${SYMBOLS.rejected} ${title}: ${measured}`;
}
