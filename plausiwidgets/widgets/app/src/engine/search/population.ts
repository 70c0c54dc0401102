// Differential evolution in the unit cube, guided by random halves of the criteria, as in Python's evolution.py. The sum of the
// penalties can mislead: a neuron that bursts too early may have a larger loss than a silent neuron. A member therefore moves
// towards the best member under a random half of the criteria, similar to lexicase selection. The sum decides which point
// survives.

import type { Random } from "./random.ts";
import { type Chart, clipped, folded } from "./space.ts";

/** The minimum improvement of the loss that counts as a gain. */
export const GAIN = 1e-3;
const SHARE = 0.5; // probability that a criterion counts for the choice of a member
const REST = 1e-3; // weight of the other criteria, which decide between members with equal penalties
const TIE = 1e-6; // largest random penalty, which decides between equal members, such as silent ones
const OFFERS = 3; // number of candidate steps of a member
const STEP = 0.7; // location of the Cauchy distribution of the length of a step, which is clipped to [0.1, 1]
const STEP_SPREAD = 0.1; // scale of this distribution
const CROSSING = 0.8; // probability that a coordinate is taken from the step
const PATIENCE = 12; // number of trials of every member without a gain, after which the population is stale
const COLLAPSED = 0.01; // largest standard deviation of a coordinate in a converged population

/** The penalties of one point: one for each criterion, and one for a failed verification or a divergence. */
export type Penalties = ArrayLike<number>;

/** The loss, which is the sum of the penalties in their order, because another order would change the last bit. */
export function lossOf(penalties: Penalties): number {
  let sum = 0;
  for (let k = 0; k < penalties.length; k++) sum += penalties[k];
  return sum;
}

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/** The first index of the smallest number. */
export function placeOfLeast(xs: ArrayLike<number>): number {
  let place = 0;
  for (let k = 1; k < xs.length; k++) if (xs[k] < xs[place]) place = k;
  return place;
}

const times = <T>(count: number, make: (k: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));

export class Population {
  readonly #random: Random;
  readonly #units: number[][];
  readonly #penalties: Penalties[];
  readonly #losses: number[];
  #next = 0;
  #reference: number;
  #sinceGain = 0;
  #tried: number[] = [];
  #trials: number[][] = [];

  constructor(
    readonly chart: Chart,
    units: readonly (readonly number[])[],
    penalties: readonly Penalties[],
    random: Random,
  ) {
    this.#random = random;
    this.#units = units.map((unit) => [...unit]);
    this.#penalties = [...penalties];
    this.#losses = this.#penalties.map(lossOf);
    this.#reference = Math.min(...this.#losses);
  }

  get size(): number {
    return this.#units.length;
  }

  get units(): readonly (readonly number[])[] {
    return this.#units;
  }

  get losses(): readonly number[] {
    return this.#losses;
  }

  /** Whether the population no longer improves or has converged. */
  get isStale(): boolean {
    if (this.#sinceGain >= PATIENCE * this.size) return true;
    const units = this.#units;
    return units[0].every((_, i) => {
      const mean = units.reduce((sum, unit) => sum + unit[i], 0) / units.length;
      return Math.sqrt(units.reduce((sum, unit) => sum + (unit[i] - mean) ** 2, 0) / units.length) <= COLLAPSED;
    });
  }

  /** The trials of the next members, as parameter values. */
  ask(count: number): number[][] {
    this.#tried = times(count, (k) => (this.#next + k) % this.size);
    const partial = this.#partialLosses(count);
    const offers = this.#offers(partial.map(placeOfLeast));
    // The step whose nearest member has the smallest loss is tried.
    this.#trials = partial.map((losses, k) => {
      const own = offers.map((offer) => offer[k]);
      const expected = own.map(
        (offer) => losses[placeOfLeast(this.#units.map((unit) => squaredDistance(offer, unit)))],
      );
      return own[placeOfLeast(expected)];
    });
    return this.#trials.map((trial) => this.chart.decode(trial));
  }

  /** Updates the population with the penalties of the trials. A member moves unless its loss would rise. */
  tell(penalties: readonly Penalties[]): void {
    this.#next = (this.#next + penalties.length) % this.size;
    // The losses are compared with those before any trial of this batch.
    const before = this.#tried.map((member) => this.#losses[member]);
    penalties.forEach((one, k) => {
      if (lossOf(one) <= before[k]) this.#replace(this.#tried[k], this.#trials[k], one);
    });
    this.#note(penalties.length);
  }

  /** Replaces the member nearest to the best of other points by that point, if the point is better. */
  take(points: readonly (readonly number[])[], penalties: readonly Penalties[]): void {
    const losses = penalties.map(lossOf);
    const best = placeOfLeast(losses);
    const unit = this.chart.encode(points[best]).map(clipped);
    const near = placeOfLeast(this.#units.map((own) => squaredDistance(own, unit)));
    if (losses[best] < this.#losses[near]) this.#replace(near, unit, penalties[best]);
    this.#note(0);
  }

  /** The losses of all members under a random half of the criteria, for each trial. */
  #partialLosses(count: number): number[][] {
    const { uniform } = this.#random;
    const width = this.#penalties[0].length;
    const weights = times(count, () => times(width, () => (uniform() < SHARE ? 1 : REST)));
    return weights.map((own) =>
      this.#penalties.map((penalties) => {
        let sum = 0;
        for (let k = 0; k < width; k++) sum += own[k] * penalties[k];
        return sum + TIE * uniform();
      }),
    );
  }

  /**
   * Candidate steps, each towards a member, with shape offers × trials × coordinates. Random numbers are drawn in the order of
   * Python.
   */
  #offers(towards: readonly number[]): number[][][] {
    const { below, cauchy, uniform } = this.#random;
    const members = this.#units;
    const wide = members[0].length;
    const grid = <T>(draw: () => T) => times(OFFERS, () => towards.map(draw));
    const one = grid(() => below(this.size));
    const other = grid(() => below(this.size));
    const length = grid(() => Math.min(Math.max(STEP + STEP_SPREAD * cauchy(), 0.1), 1));
    const chance = grid(() => times(wide, uniform));
    const always = grid(() => below(wide));
    return one.map((_, offer) =>
      towards.map((to, k) => {
        const [x, best] = [members[this.#tried[k]], members[to]];
        const [from, until] = [members[other[offer][k]], members[one[offer][k]]];
        return x.map((at, i) => {
          const isCrossed = chance[offer][k][i] < CROSSING || i === always[offer][k];
          const step = length[offer][k];
          return folded(isCrossed ? at + step * (best[i] - at) + step * (until[i] - from[i]) : at);
        });
      }),
    );
  }

  #replace(member: number, unit: readonly number[], penalties: Penalties): void {
    this.#units[member] = [...unit];
    this.#penalties[member] = penalties;
    this.#losses[member] = lossOf(penalties);
  }

  #note(evaluations: number): void {
    this.#sinceGain += evaluations;
    const best = Math.min(...this.#losses);
    if (this.#reference - best > GAIN) {
      this.#reference = best;
      this.#sinceGain = 0;
    }
  }
}
