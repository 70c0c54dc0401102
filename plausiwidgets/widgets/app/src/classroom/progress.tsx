// The progress of an exercise, or of a notebook with locked parameters.

import type { App } from "../app.ts";
import type { Verdict } from "../engine/judge.ts";
import { tr } from "../i18n/texts.ts";
import { pointsOf } from "../models/exercise.ts";
import { patternInSentence } from "../models/titles.ts";

/**
 * The progress in words.
 *
 * @param common the criteria that earn no points, if the neuron of the target is hidden
 */
function progressOf(common: readonly string[] | null, verdict: Verdict | null): string {
  if (!verdict) return tr("…");
  if (verdict.diverged) return tr("the simulation diverges");
  if (common) return tr("{points} of 100 points", { points: pointsOf(verdict, common) });
  const count = verdict.criteria.filter(({ passed }) => passed).length;
  return tr("{count} of {total} criteria met", { count, total: verdict.criteria.length });
}

type ProgressProps = Pick<App, "selection" | "verdict"> & { readonly common?: readonly string[] | null };

/** The progress, or praise. */
export function Progress({ selection, verdict, common = null }: ProgressProps) {
  const latest = verdict.verdict.value;
  if (latest?.loss !== 0) {
    return <p role="status">{tr("Not yet: {state}", { state: progressOf(common, latest) })}</p>;
  }
  const { catalogue, data, pattern } = selection;
  const title = patternInSentence({ catalogue, data: data.value }, pattern.value.key);
  const praise = common
    ? tr("Solved. All criteria are met.")
    : tr("Well done! Your neuron shows {pattern}.", { pattern: title });
  return (
    <p role="status" class="pw-praise">
      ✓ {praise}
    </p>
  );
}

/** The progress below the sliders of an app with locked parameters. */
export const LockedActions = ({ selection, verdict }: Pick<App, "selection" | "verdict">) => (
  <div class="pw-actions">
    <Progress selection={selection} verdict={verdict} />
  </div>
);
