// The closeness of a neuron to its pattern, on a common scale for all neurons.

import type { Verdict } from "../engine/judge.ts";

/**
 * The closeness from 0 (far) to 1 (all criteria are met). The square root spreads the small penalties of neurons that are
 * close.
 */
export function closenessOf({ loss, criteria }: Pick<Verdict, "loss" | "criteria">): number {
  if (!criteria.length || Number.isNaN(loss)) return 0;
  return Math.max(0, 1 - Math.sqrt(loss / criteria.length));
}
