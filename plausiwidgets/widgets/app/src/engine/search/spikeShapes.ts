// The shapes of spikes of a neuron without a reset, as in Python's verification.py: no partial spikes, and none that last long.

import { saturated } from "../criteria.ts";
import type { Judgement } from "../judge.ts";

const WHOLE = 0.3; // height of the smallest upstroke that is a spike, as a fraction of a full spike
const HALF = { most: WHOLE, scale: 0.3 }; // largest other upstroke, as a fraction of a full spike
const CLEAR = { most: 1 / 1.5, scale: 0.3 }; // and as a fraction of the smallest spike
const BRIEF = { most: 50, scale: 50 }; // longest time above half the height of the largest spike, in ms

interface Limit {
  readonly most: number;
  readonly scale: number;
}

const violation = (value: number, { most, scale }: Limit) =>
  value <= most ? 0 : Math.max(saturated((value - most) / scale), 1e-9);

export interface Shape {
  readonly half: number;
  readonly clear: number;
  readonly brief: number;
}

/** The size of each rise of a potential of at least `least` mV, and its top. A fall by half of that must follow. */
export function upstrokes(v: ArrayLike<number>, rest: number, least: number): { rise: number; top: number }[] {
  const found: { rise: number; top: number }[] = [];
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < v.length && Number.isFinite(v[k]); k++) {
    const x = v[k];
    high = Math.max(high, x);
    if (high - x >= 0.5 * least) {
      const rise = high - Math.max(low, rest);
      if (rise >= least) found.push({ rise, top: high });
      [low, high] = [x, -Infinity];
    } else if (x < low) [low, high] = [x, -Infinity];
  }
  return found;
}

/** The number of samples of the longest stretch above a level. */
export function longestAbove(v: ArrayLike<number>, level: number): number {
  let [longest, length] = [0, 0];
  for (let k = 0; k < v.length; k++) {
    length = v[k] > level ? length + 1 : 0;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** The shape of the spikes in a potential that begins at rest. */
export function shapeOf(
  v: ArrayLike<number>,
  rest: number,
  dt: number,
  { level, full }: { readonly level: number; readonly full: number },
): Shape {
  let top = -Infinity;
  for (let k = 0; k < v.length; k++) top = Math.max(v[k], top);
  const brief = longestAbove(v, 0.5 * (rest + top)) * dt;
  const rises = upstrokes(v, rest, CLEAR.most * WHOLE * full);
  const first = rises.findIndex((one) => one.top >= level);
  if (first < 0) return { half: 0, clear: 0, brief };
  const spikes = rises.filter((one) => one.top >= level);
  const others = rises.slice(first).filter((one) => one.top < level);
  const largest = Math.max(0, ...others.map(({ rise }) => rise));
  return { half: largest / full, clear: largest / Math.min(...spikes.map(({ rise }) => rise)), brief };
}

/** The shapes of the responses with a spike. */
function* shapesOf(results: readonly Judgement[], spike: { readonly level: number; readonly full: number }) {
  for (const { responses } of results) {
    for (const { response } of [...responses.values()].flatMap((sweeps) => [...sweeps.values()])) {
      if (!response?.times.length) continue;
      const onset = Math.round(-response.t0 / response.dt);
      yield shapeOf(response.v.subarray(onset), response.v[onset - 1], response.dt, spike);
    }
  }
}

/** The largest loss of the responses: for partial spikes, and for spikes that last long. */
export function lossesOfShapes(
  results: readonly Judgement[],
  spike: { readonly level: number; readonly full: number },
) {
  const losses = { partial: 0, long: 0 };
  for (const { half, clear, brief } of shapesOf(results, spike)) {
    losses.partial = Math.max(losses.partial, violation(half, HALF) + violation(clear, CLEAR));
    losses.long = Math.max(losses.long, violation(brief, BRIEF));
  }
  return losses;
}
