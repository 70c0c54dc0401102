// The verdict in words.

import { type Model, type Pattern, ruledOutAt, type Status, type Values } from "../catalogue.ts";
import type { CriterionResult, Verdict } from "../engine/judge.ts";
import { tr } from "../i18n/texts.ts";
import { intervalText, measuredText } from "../i18n/words.ts";
import { missedOf } from "./looks.ts";
import type { Waiting } from "./run.ts";
import { isJudged } from "./selection.ts";
import { SYMBOLS } from "./symbols.ts";
import type { Verified, Worded } from "./verdict.ts";

export function wordedOf(
  verdict: Verdict | null,
  verified: Verified | null,
  pattern: Pattern,
  model: Model,
  values: Values,
  waiting: Waiting | null = null,
): Worded {
  if (waiting) return { kind: "waiting", ...awaited(waiting) };
  if (!isJudged(pattern)) return worded("unjudged", tr("No criteria"), "");
  if (!verdict) return { kind: "waiting", words: tr("…"), why: "" };
  const proof = ruledOutAt(pattern, values);
  if (verdict.loss === 0 && proof) return contradicting(proof);
  const words = verdict.loss > 0 ? missed(verdict, proof) : met(verified, model);
  return verdict.isCoarse && words.kind !== "ruled_out" ? coarse(words) : words;
}

/** The words of a verdict that may still change. */
const coarse = ({ kind, words }: Worded): Worded => ({
  kind,
  words: tr("{verdict} – coarse", { verdict: words }),
  why: tr("The onset of firing is measured coarsely while you change a value, and more accurately when you stop."),
});

type Kind = Exclude<Worded["kind"], "waiting"> & Status;

/** A verdict with the symbol of its status. */
const worded = (kind: Kind, words: string, why: string): Worded => ({ kind, words: `${SYMBOLS[kind]} ${words}`, why });

/** The words if a proof contradicts the evaluation, so that one of them must be wrong. The proof has priority. */
function contradicting(proof: string): Worded {
  const why = tr("All criteria are met, but a proof rules the pattern out for these parameters: {proof}", {
    proof: tr(proof),
  });
  return worded("rejected", tr("Contradicts a proof"), why);
}

function missed({ criteria, diverged }: Verdict, proof: string): Worded {
  if (proof) return worded("ruled_out", tr("Ruled out"), tr(proof));
  if (diverged) {
    const why = tr("The simulation diverges, so nothing can be measured. Move a slider back.");
    return worded("rejected", tr("Criteria not met (divergence)"), why);
  }
  const count = criteria.filter(({ passed }) => passed).length;
  const words = tr("Criteria not met ({count} of {total} met)", { count, total: criteria.length });
  return worded("rejected", words, missingWords(criteria));
}

function met(verified: Verified | null, model: Model): Worded {
  switch (verified?.status) {
    case "replicated":
      return worded("replicated", tr("Verified"), testedWords(model));
    case "rejected": {
      const why = tr("All criteria are met on this page, but not in Python at the same time step.");
      return worded("rejected", tr("Criteria not met"), why);
    }
    case "fragile": {
      const failed = { why: tr(verified.why) };
      const why = tr("All criteria are met at this time step, but one verification test fails: {why}", failed);
      return worded("fragile", tr("Not robust"), why);
    }
  }
  return worded("unverified", unverifiedWords(verified), tr("All criteria are met at this time step."));
}

function unverifiedWords(verified: Verified | null): string {
  if (verified?.status !== "pending") return tr("Criteria met, not verified");
  const { ahead } = verified;
  return ahead
    ? tr("Criteria met, verification queued ({count} ahead)", { count: ahead })
    : tr("Criteria met, verifying …");
}

function testedWords({ discrete, dt }: Model): string {
  return discrete
    ? tr(
        "All criteria are met at this model's fixed time step of {dt} ms, and remain met in every verification test, such as rounded parameters.",
        { dt },
      )
    : tr(
        "All criteria are met, and remain met in every verification test, such as smaller time steps and rounded parameters.",
      );
}

/** The words while Python computes, or why it does not. */
function awaited({ what, state, done, total }: Waiting): Omit<Worded, "kind"> {
  const isLine = what === "line";
  if (state !== "running") {
    const words = isLine ? tr("Not simulated") : tr("Not evaluated");
    return { words, why: isLine ? tr("This trace is out of date.") : "" };
  }
  if (!isLine) {
    return { words: tr("Python is evaluating …"), why: tr("This page cannot evaluate this pattern without Python.") };
  }
  return { words: progressWords(done, total), why: tr("This page cannot simulate this model without Python.") };
}

function progressWords(done: number, total: number): string {
  if (total) {
    const percent = Math.min(Math.floor((100 * done) / total), 99);
    return tr("Python is simulating … {percent} %", { percent });
  }
  return done ? tr("Python is simulating … {count} time steps", { count: done }) : tr("Python is simulating …");
}

/** The worst criterion with its measured value and its accepted range, and the number of the others that are not met. */
function missingWords(criteria: readonly CriterionResult[]): string {
  const [worst, ...others] = missedOf(criteria);
  if (!worst) return "";
  const { name, unit, low, high } = worst;
  const measured = measuredOf(worst);
  const words = { criterion: tr(name), measured, accepted: intervalText(low, high, unit), count: others.length };
  return others.length
    ? tr("Not met: {criterion} ({measured}, required {accepted}), and {count} more.", words)
    : tr("Not met: {criterion} ({measured}, required {accepted}).", words);
}

const NOTHING = 1e-4; // share of the ends of an accepted range below which a value is shown as 0

/** A measured value in words. Digits that are numerically equal to 0 are left out. */
export function measuredOf({
  value,
  unit,
  low,
  high,
}: Pick<CriterionResult, "value" | "unit" | "low" | "high">): string {
  if (Number.isNaN(value)) return tr("not measurable");
  const size = Math.max(...[low, high].filter(Number.isFinite).map(Math.abs), 0);
  return value !== 0 && Math.abs(value) < NOTHING * size ? `≈ ${measuredText(0, unit)}` : measuredText(value, unit);
}
