// Number formats of chips, with the same operations as Python's models/number_format.py, so that both round to the same values.

import { roundHalfEven } from "./runtime.ts";

/** Returns the value of a format that is nearest to a number. */
export type Rounded = (x: number) => number;

/** Signed fixed point with saturation. The values are multiples of a step from `-limit` to `limit - step`. */
export function fixedPoint(bits: number, limit: number): Rounded {
  const step = (2 * limit) / 2 ** bits;
  const most = 2 ** (bits - 1);
  // The limit is a power of two, so both products are exact. NaN stays NaN.
  return (x) => {
    const whole = roundHalfEven(x * (1 / step));
    return Math.min(Math.max(whole, -most), most - 1) * step;
  };
}

/** The smallest power of two that is at least `value`. */
export function powerOfTwo(value: number): number {
  if (!(value > 0)) return 1;
  let power = 1;
  while (power < value) power *= 2;
  while (power / 2 >= value) power /= 2;
  return power;
}
