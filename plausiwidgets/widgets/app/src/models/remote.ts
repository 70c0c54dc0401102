// The result of a host that has simulated and evaluated a neuron, converted to a result of the page.

import type { Pattern } from "../catalogue.ts";
import type { Criterion } from "../engine/criteria.ts";
import type { CriterionResult, Verdict } from "../engine/judge.ts";
import { tr } from "../i18n/texts.ts";
import type { HostCriterion, HostVerdict, Replies, ReplyArrays } from "../messages.ts";
import type { Line, Simulated } from "./lines.ts";

/** Converts a number of a message. A number that JSON cannot represent is a string or null. */
export const numberOf = (value: HostCriterion["value"]): number => (value === null ? Number.NaN : Number(value));

/** @param name the shown sweep */
export function simulatedBy(
  { sweeps, verdict, scale = [] }: Pick<Replies["simulate"], "sweeps" | "verdict" | "scale">,
  arrays: Partial<ReplyArrays["simulate"]>,
  pattern: Pattern,
  name: string,
): Simulated {
  if (!sweeps.length) throw new Error(tr("it contains no sweep"));
  const k = Math.max(
    sweeps.findIndex((sweep) => sweep.name === name),
    0,
  );
  const { t0, dt } = sweeps[k];
  const v = Float64Array.from(arrays[`${k}.v`] ?? []);
  const lost = v.findIndex((x) => Number.isNaN(x));
  const line: Line = {
    role: "yours",
    t0,
    dt,
    v,
    current: Float64Array.from(arrays[`${k}.current`] ?? []),
    spikes: [...(arrays[`${k}.spikes`] ?? [])],
    divergedAt: lost < 0 ? Number.NaN : t0 + lost * dt,
  };
  const [rest, threshold, peak] = scale;
  const landmarks = scale.length === 3 ? ([rest, threshold, peak] as const) : null;
  return { line, verdict: verdict && verdictOf(verdict, pattern), scale: landmarks };
}

function verdictOf({ status, criteria, loss, diverged }: HostVerdict, { components }: Pattern): Verdict | null {
  if (status === "unjudged") return null;
  const known = new Map(components.flatMap((part) => part.criteria.map((criterion) => [criterion.key, criterion])));
  return { criteria: criteria.map((one) => resultOf(one, known.get(one.key))), loss: numberOf(loss), diverged };
}

/**
 * Converts a criterion of the host. If the page does not have it, it gets no text. Only an evaluation by the page uses its kind
 * and its scale.
 */
function resultOf(one: HostCriterion, known: Criterion | undefined): CriterionResult {
  return {
    text: "",
    kind: "band",
    scale: 1,
    ...known,
    ...one,
    value: numberOf(one.value),
    low: numberOf(one.low),
    high: numberOf(one.high),
    penalty: numberOf(one.penalty),
  };
}
