// The arithmetic of a zoom along one axis.

import type { Range } from "../catalogue.ts";

const CLOSEST = 1 / 2000; // the smallest part of a range that a zoom can show

/**
 * The part of a range after a zoom by a factor around a point in it, or null if it is the whole range.
 *
 * @param factor a factor below 1 zooms in
 */
export function nearer([low, high]: Range, [first, last]: Range, factor: number, around: number): Range | null {
  const all = last - first;
  const wide = Math.max((high - low) * factor, all * CLOSEST);
  if (wide >= all * (1 - 1e-9)) return null;
  const share = Math.min(Math.max((around - low) / (high - low), 0), 1);
  const begin = Math.min(Math.max(around - share * wide, first), last - wide);
  return [begin, begin + wide];
}
