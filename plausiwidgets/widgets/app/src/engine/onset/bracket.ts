// The bracket of the rheobase: a silent step, a step with firing, and the periods measured so far.

import { log10 } from "./numbers.ts";
import type { Run, Runs, Train } from "./train.ts";

export const COARSE = 1 / 16;
export const PERIODS = 4;
export const SKIPS = 1.7;
export const LATE = 4;
export const RESOLUTION = 2e-3;
const EXTENDED = 3;
const FITTED = 5;
const APART = 1.15;
const NEAREST = 1e-9;
const RATIO = 1.011;
const GRID = 2000;

/** Yields a run and continues it while its intervals change. Returns the whole train. */
export function* continued(run: Run): Runs<Train> {
  let train = yield run;
  for (let k = 0; k < EXTENDED && !train.isCalm && train.fires; k++) {
    train = train.followedBy(yield { current: run.current, time: train.time, state: train.state });
  }
  return train;
}

/** A bracket of the rheobase between a silent step and a step with firing. */
export class Bracket {
  /** Whether runs start from the last state of firing instead of the resting state. */
  follows = false;
  skips = false;

  constructor(
    public low: number,
    public high: number,
    public period: number,
    public state: readonly number[],
    public settle: number,
    /** Every step with firing, with its period. */
    public seen: Map<number, number>,
  ) {}

  get width(): number {
    return this.high - this.low;
  }

  *testStep(current: number, time: number): Runs<boolean> {
    const train = yield* continued({ current, time, state: this.follows ? this.state : null });
    return this.moveTo(current, train);
  }

  /** Moves one side of the bracket to a step. Returns whether the neuron fires there. */
  moveTo(current: number, train: Train): boolean {
    if (!train.fires) {
      this.low = current;
      return false;
    }
    this.high = current;
    this.period = train.period;
    this.state = train.state;
    this.seen.set(current, train.period);
    this.skips = train.spread > SKIPS;
    return true;
  }

  /** Yields runs until the low step is silent for a time, or the period exceeds `until`. */
  *lower(time: number, width: number, scale: number, until = Infinity): Runs<void> {
    let wide = width;
    while (this.low > 0 && this.period < until && (yield* this.testStep(this.low, time))) {
      this.low = Math.max(this.high - Math.min(wide, scale * COARSE), 0);
      wide *= LATE;
    }
  }

  /** The steps with firing in ascending order. */
  #steps(): number[] {
    return [...this.seen.keys()].sort((a, b) => a - b);
  }

  /** The step at which a square-root law reaches a period. In this law, the squared rate is linear in the current. */
  aim(period: number): number {
    const steps = this.#steps();
    if (steps.length < 2) return Number.NaN;
    const [first, second] = steps;
    const rateAt = (step: number) => {
      const known = this.seen.get(step) ?? Number.NaN;
      return 1 / (known * known);
    };
    const growth = (rateAt(second) - rateAt(first)) / (second - first);
    return growth > 0 ? first + (1 / (period * period) - rateAt(first)) / growth : Number.NaN;
  }

  /** The critical step for which the longest periods follow a power law or a logarithm of the distance. */
  critical(dt: number, slowest: number): number {
    const periodAt = (step: number) => this.seen.get(step) ?? Number.NaN;
    const steps: number[] = [];
    for (const step of this.#steps()) {
      const last = steps.at(-1);
      if (last === undefined || periodAt(step) < periodAt(last) / APART) steps.push(step);
    }
    steps.length = Math.min(steps.length, FITTED);
    if (steps.length < 4) return this.low;
    const unit = steps[1] - steps[0];
    const periods = steps.map(periodAt);
    const away = steps.map((step) => (step - steps[0]) / unit);
    const silent = (this.low - steps[0]) / unit;
    let best = Infinity;
    let critical = this.low;
    for (const law of LAWS) {
      for (const nearest of NEARESTS) {
        const misfit = misfitOf(law, periods, away, silent, nearest, dt, slowest);
        if (misfit < best) {
          best = misfit;
          critical = steps[0] - nearest * unit;
        }
      }
    }
    return critical;
  }
}

const NEARESTS: readonly number[] = nearests();

function nearests(): number[] {
  const values = [NEAREST];
  while (values.length < GRID) values.push(values[values.length - 1] * RATIO);
  return values;
}

type Law = (distance: number) => number;

const LAWS: readonly Law[] = [(distance) => 1 / Math.sqrt(distance), (distance) => -log10(distance)];

/** The weighted squared error of a law for a critical step, infinite if it predicts a visible period at the silent step. */
function misfitOf(
  law: Law,
  periods: readonly number[],
  away: readonly number[],
  silent: number,
  nearest: number,
  dt: number,
  slowest: number,
): number {
  const basis = away.map((distance) => law(nearest + distance));
  const weights = periods.map((period) => {
    const error = dt + RESOLUTION * period;
    return 1 / (error * error);
  });
  let [total, mean, centre] = [0, 0, 0];
  for (const [i, weight] of weights.entries()) {
    total += weight;
    mean += weight * periods[i];
    centre += weight * basis[i];
  }
  mean /= total;
  centre /= total;
  let [both, square] = [0, 0];
  for (const [i, weight] of weights.entries()) {
    both += weight * (basis[i] - centre) * (periods[i] - mean);
    square += weight * (basis[i] - centre) * (basis[i] - centre);
  }
  const factor = both / square;
  let misfit = 0;
  for (const [i, weight] of weights.entries()) {
    const error = periods[i] - mean - factor * (basis[i] - centre);
    misfit += weight * (error * error);
  }
  const away0 = nearest + silent;
  const predicted = mean + factor * (law(Math.abs(away0)) - centre);
  const isVisible = away0 > 0 && !(predicted > slowest);
  return isVisible || Number.isNaN(misfit) ? Infinity : misfit;
}
