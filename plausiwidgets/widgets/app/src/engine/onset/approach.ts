// The search for the rheobase, with a first bracket and increasingly long periods.

import { Bracket, COARSE, continued, LATE, PERIODS } from "./bracket.ts";
import type { Runs, Train } from "./train.ts";

const LONGEST = 16_000;
const WEAKER = 4;
const BLOCKED = 7;
const BEYOND = [1e-3, 3e-3, 0.01, 0.03, 0.1];
const SHOT = 4;
export const WEAKEST = 1e-5;
const RUNG = 2;
const REACHED = 1.3;
const MISSES = 2;
const FOLLOWED = [1e-2, 1e-4, 1e-6];
export const PATIENCE = 2;

/** Yields runs that double the length of the train until its intervals are steady. */
export function* untilSteady(current: number, first: number, longest = LONGEST): Runs<Train> {
  let train = yield { current, time: first, state: null };
  while (!train.isSteady && !train.diverged && train.time < longest) {
    train = train.followedBy(yield { current, time: train.time, state: train.state });
  }
  return train;
}

/** Yields runs until the neuron fires at a step of current. The step is NaN if it never fires. */
export function* firingStep(top: number, first: number): Runs<[step: number, train: Train]> {
  let train = yield* untilSteady(top, first);
  if (train.fires) return [top, train];
  let hasSpikes = train.spikes.length > 0;
  for (let k = 0; k < BLOCKED; k++) {
    const step = top * 0.5 ** (k + 1);
    const short = yield { current: step, time: SHOT * first, state: null };
    if (!short.spikes.length && !hasSpikes) continue;
    hasSpikes = true;
    train = yield* untilSteady(step, first, LONGEST / WEAKER);
    if (train.fires) return [step, train];
  }
  return hasSpikes ? yield* narrowRange(top, first, train) : [Number.NaN, train];
}

/** Returns a firing step just above the weakest step with a spike, because a narrow range of firing may precede a block. */
function* narrowRange(top: number, first: number, last: Train): Runs<[step: number, train: Train]> {
  let low = 0;
  let high = top;
  while (high - low > BEYOND[0] * high && high > WEAKEST * top) {
    const middle = 0.5 * (low + high);
    const short = yield { current: middle, time: SHOT * first, state: null };
    if (short.spikes.length) high = middle;
    else low = middle;
  }
  let train = last;
  for (const share of BEYOND) {
    train = yield* untilSteady(high * (1 + share), first, LONGEST / WEAKER);
    if (train.fires) return [high * (1 + share), train];
  }
  return [Number.NaN, train];
}

/** Yields runs that halve the range from 0 to a step with firing. */
export function* firstBracket(top: number, train: Train): Runs<Bracket> {
  const bracket = new Bracket(0, top, train.period, train.state, train.settledAfter, new Map([[top, train.period]]));
  while (bracket.width > COARSE * bracket.high && bracket.high > WEAKEST * top) {
    const middle = 0.5 * (bracket.low + bracket.high);
    yield* bracket.testStep(middle, bracket.settle + PERIODS * RUNG * bracket.period);
  }
  return bracket;
}

/** The target periods of the search, each twice the previous one, up to the slowest. */
export function targets(period: number, slowest: number): number[] {
  const out = [slowest];
  while (out[0] / RUNG > period * (1 + 1e-9)) out.unshift(out[0] / RUNG);
  return out;
}

/** The search that narrows a bracket around the rheobase. */
export class Approach {
  /** Whether firing, once started, persists at a step that does not elicit it. */
  persists = false;
  #widths: number[];
  #patience = PATIENCE;
  #time = 0;

  constructor(
    readonly bracket: Bracket,
    readonly scale: number,
    readonly tolerance: number,
    readonly longer: number,
  ) {
    this.#widths = bracket.follows ? [] : [...FOLLOWED];
  }

  /** Yields runs until the longest period is reached or the bracket is closed. Returns whether the period is reached. */
  *run(periods: readonly number[]): Runs<boolean> {
    for (const target of periods) if (!(yield* this.#reach(target))) return false;
    return true;
  }

  *#reach(target: number): Runs<boolean> {
    const { bracket, scale } = this;
    const enough = target / REACHED;
    let misses = 0;
    if (bracket.period >= enough) return true;
    this.#time = bracket.settle + PERIODS * target * this.longer;
    for (let k = 0; k < PATIENCE - this.#patience; k++) this.#time *= LATE;
    // A step that was silent in a shorter run may elicit slower firing.
    yield* bracket.lower(this.#time, bracket.width, scale, enough);
    while (bracket.period < enough) {
      if (this.#widths.length && bracket.width <= this.#widths[0] * scale) {
        this.#widths = this.#widths.filter((width) => width < bracket.width / scale);
        const fires = yield* this.#continues();
        if (this.persists) return false;
        if (fires) continue;
      }
      if (bracket.width <= Math.max(this.tolerance, bracket.skips ? FOLLOWED[FOLLOWED.length - 1] : 0) * scale) {
        return false;
      }
      let step = bracket.aim(target);
      const margin = 0.02 * bracket.width;
      if (misses === MISSES || !(bracket.low + margin < step && step < bracket.high - margin)) {
        step = 0.5 * (bracket.low + bracket.high);
      }
      if (!(yield* bracket.testStep(step, this.#time))) misses = Math.min(misses + 1, MISSES);
    }
    return true;
  }

  /**
   * Tests whether the firing neuron continues to fire at the silent step. Returns whether the neuron only starts to fire late.
   */
  *#continues(): Runs<boolean> {
    const { bracket, scale } = this;
    const train = yield* continued({ current: bracket.low, time: this.#time, state: bracket.state });
    if (!train.fires) return false;
    const { low, width } = bracket;
    if (!this.#patience || !bracket.moveTo(low, yield { current: low, time: LATE * this.#time, state: null })) {
      this.persists = true;
      return true;
    }
    this.#patience--;
    this.#time *= LATE;
    this.#widths = [...FOLLOWED];
    bracket.low = Math.max(low - LATE * width, 0);
    yield* bracket.lower(this.#time, LATE * width, scale);
    return true;
  }
}
