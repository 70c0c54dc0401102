// The spike shapes of a neuron without a reset, as in Python's verification.py. Spikes must be neither partial nor long.

import { saturated } from "../criteria.ts";
import type { Judgement } from "../judge.ts";
import { roundHalfEven } from "../runtime.ts";

const WHOLE = 0.3; // height of the smallest upstroke that is a spike, as a fraction of a full spike
const HALF = { most: WHOLE, scale: 0.3 }; // limits of the largest upstroke that is not a spike, as a fraction of a full spike
const CLEAR = { most: 1 / 1.5, scale: 0.3 }; // limits of the same upstroke, as a fraction of the smallest spike
const RING = { most: 0.5 * WHOLE, scale: 0.15 }; // limits of the largest upstroke in the pause after a burst, as a fraction of a full spike
const SMALLEST_RINGING = 1; // smallest measured upstroke in mV
const PAUSE = 3; // duration of this pause in longest intervals of the burst
const BRIEF = { most: 50, scale: 50 }; // limits of the longest time in ms above half the height of the largest spike

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
  readonly ring: number;
}

/** The size of each rise of a potential by at least `least` mV, and its top. A fall by half of the rise must follow. */
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

/** The largest upstroke of a potential in the pause after a burst, or 0 below two spikes. `spikes` are time steps. */
export function ringing(v: Float64Array, spikes: readonly number[], rest: number, level: number): number {
  if (spikes.length < 2) return 0;
  const last = roundHalfEven(spikes[spikes.length - 1]);
  const stop = last + roundHalfEven(PAUSE * Math.max(...spikes.slice(1).map((k, i) => k - spikes[i])));
  const part = v.subarray(last, stop);
  const below = part.findIndex((x) => x < level);
  if (below < 0) return 0;
  return Math.max(0, ...upstrokes(part.subarray(below), rest, SMALLEST_RINGING).map(({ rise }) => rise));
}

/** The number of samples of the longest section above a level. */
export function longestAbove(v: ArrayLike<number>, level: number): number {
  let [longest, length] = [0, 0];
  for (let k = 0; k < v.length; k++) {
    length = v[k] > level ? length + 1 : 0;
    longest = Math.max(longest, length);
  }
  return longest;
}

/** The shape of the spikes in a potential that starts at rest. */
export function shapeOf(
  v: Float64Array,
  rest: number,
  dt: number,
  times: readonly number[],
  { level, full }: { readonly level: number; readonly full: number },
): Shape {
  let top = -Infinity;
  for (let k = 0; k < v.length; k++) top = Math.max(v[k], top);
  const brief = longestAbove(v, 0.5 * (rest + top)) * dt;
  const steps = times.map((t) => t / dt);
  const ring = ringing(v, steps, rest, level) / full;
  const rises = upstrokes(v, rest, CLEAR.most * WHOLE * full);
  const first = rises.findIndex((one) => one.top >= level);
  if (first < 0) return { half: 0, clear: 0, brief, ring };
  const spikes = rises.filter((one) => one.top >= level);
  const others = rises.slice(first).filter((one) => one.top < level);
  const largest = Math.max(0, ...others.map(({ rise }) => rise));
  return { half: largest / full, clear: largest / Math.min(...spikes.map(({ rise }) => rise)), brief, ring };
}

/** The shapes of the responses with a spike. */
function* shapesOf(results: readonly Judgement[], spike: { readonly level: number; readonly full: number }) {
  for (const { responses } of results) {
    for (const { response } of [...responses.values()].flatMap((sweeps) => [...sweeps.values()])) {
      if (!response?.times.length) continue;
      const onset = Math.round(-response.t0 / response.dt);
      yield shapeOf(response.v.subarray(onset), response.v[onset - 1], response.dt, response.times, spike);
    }
  }
}

/** The largest losses of the responses for partial spikes, for long spikes, and for ringing after a burst. */
export function lossesOfShapes(
  results: readonly Judgement[],
  spike: { readonly level: number; readonly full: number },
) {
  const losses = { partial: 0, long: 0, ringing: 0 };
  for (const { half, clear, brief, ring } of shapesOf(results, spike)) {
    losses.partial = Math.max(losses.partial, violation(half, HALF) + violation(clear, CLEAR));
    losses.long = Math.max(losses.long, violation(brief, BRIEF));
    losses.ringing = Math.max(losses.ringing, violation(ring, RING));
  }
  return losses;
}
