// The noise that a pattern tolerates. Python's noise_tolerance does the same, with the same noises.

import type { Pattern } from "../catalogue.ts";
import { judgingAll, type RunnerAt, together } from "./judge.ts";
import { type Paused, type Response, Runner, type SweepNumbers } from "./runner.ts";

const FIRST = 0.1; // the smallest noise in percent of the amplitude
const DOUBLINGS = 12;
const PRECISION = 1.05;
const REQUIRED = 0.9; // the share of noise seeds with which the criteria must be met
const NEXT_SWEEP = 1000; // the difference between the seeds of two sweeps
const NOISE = 1; // the number of the kind of a piece

/** The largest noise that the page tests, in percent of the amplitude. */
export const LARGEST = FIRST * 2 ** DOUBLINGS;
export const SMALLEST = FIRST;

/** A runner that adds noise to each sweep, from the onset of its first piece to the end of its last piece. */
export class NoisyRunner extends Runner {
  /** Standard deviation in percent of the largest height of a piece. */
  percent = 0;
  tau = 5;
  seed = 0;

  override prepared<S extends SweepNumbers>(sweeps: readonly S[]): readonly S[] {
    const heights = sweeps.flatMap(({ pieces }) => pieces.flatMap((piece) => [piece[2], piece[3]].map(Math.abs)));
    const sd = Math.max(0, ...heights) * (this.percent / 100);
    return sweeps.map((sweep, j) => {
      if (!sweep.pieces.length) return sweep;
      const on = Math.min(...sweep.pieces.map((piece) => piece[0]));
      const off = Math.max(...sweep.pieces.map((piece) => piece[1]));
      const noise = [on, off, sd, sd, NOISE, this.tau, this.seed + NEXT_SWEEP * j];
      return { ...sweep, pieces: [...sweep.pieces, noise] };
    });
  }

  /** Does not store the response, because each noise is applied only once. */
  override *responding(sweep: SweepNumbers): Paused<Response> {
    return yield* super.responding(sweep, false);
  }
}

export interface Noises {
  readonly tau: number;
  readonly seeds: number;
}

/**
 * The largest noise in percent of the amplitude with which the criteria are met. 0 without such a noise, Infinity without a
 * limit, and NaN if the criteria are not met without noise.
 */
export function* toleranceOf(
  pattern: Pick<Pattern, "components" | "stimulus">,
  runnerAt: RunnerAt<NoisyRunner>,
  values: ReadonlyMap<string, number>,
  { tau, seeds }: Noises,
): Paused<number> {
  const runners = pattern.components.map(({ holding }) => runnerAt(holding));
  const isMet = function* (percent: number, seed: number): Paused<boolean> {
    for (const runner of runners) Object.assign(runner, { percent, tau, seed });
    const results = yield* judgingAll(pattern, runnerAt, values, { hasLooks: false });
    return together(results.filter((result) => result !== null)).loss === 0;
  };
  const passes = function* (percent: number): Paused<boolean> {
    let missed = 0;
    for (let seed = 0; seed < seeds; seed++) {
      if (!(yield* isMet(percent, seed))) missed++;
      if (seeds - missed < REQUIRED * seeds) return false;
    }
    return true;
  };
  if (!(yield* isMet(0, 0))) return Number.NaN;
  let [low, high] = [0, 0];
  for (let k = 0; k <= DOUBLINGS; k++) {
    high = FIRST * 2 ** k;
    if (!(yield* passes(high))) break;
    low = high;
  }
  if (low === high) return Infinity;
  while (low && high > PRECISION * low) {
    const middle = Math.sqrt(low * high);
    if (yield* passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}
