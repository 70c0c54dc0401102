// How close a neuron is to its pattern, on a scale that is the same for every neuron.

import type { Verdict } from "../engine/judge.ts";

/** From 0 (far) to 1 (all criteria are met). The root spreads the small penalties of neurons that are nearly there. */
export function closenessOf({ loss, criteria }: Pick<Verdict, "loss" | "criteria">): number {
  if (!criteria.length || Number.isNaN(loss)) return 0;
  return Math.max(0, 1 - Math.sqrt(loss / criteria.length));
}
