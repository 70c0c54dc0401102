// The periods at increasing distances from the rheobase, and the kind of onset that they imply.

import { type Bracket, continued, PERIODS, RESOLUTION, SKIPS } from "./bracket.ts";
import { decimalShare, log10, slope } from "./numbers.ts";
import type { Kind, Onset } from "./outcome.ts";
import type { Runs, Train } from "./train.ts";

const RIPPLE = 0.01;
const IRREGULAR = 1.5;
export const LAST = 4;
const ROOT_FROM = 0.25;
const LOGARITHM_FROM = -0.15;
const DOUBT = 0.02;
const MAX_DOUBT = 0.1;
const ENDS_SOON = 0.1;
const SLOW = 1e-3;
const LINGERS = 0.25;
const FROM = 8;
const FOLD = -0.5;
const MAX_RUNGS = 26;
const SHOWN = 2.3;

/** The neuron's properties that the measurement requires: time step and first run in ms, span in mV, and whether it resets. */
export interface Measured {
  readonly dt: number;
  readonly first: number;
  readonly span: number;
  readonly resets: boolean;
}

/** The distances from the rheobase in half decades, with 0 for the rheobase itself and 2 for a tenth of it. */
function distances(width: number, reached: boolean): number[] {
  const end = width * (reached ? 1 : 10) * (1 - 1e-6);
  let decades = 0;
  while (decades < Math.floor(MAX_RUNGS / 2) && decimalShare(2 * (decades + 1)) >= end) decades++;
  const every = reached || decades < LAST ? 1 : 2;
  const out: number[] = [];
  for (let k = 0; k <= 2 * decades; k += every) out.push(k);
  const next = out[out.length - 1] + 1;
  if (every === 1 && next <= MAX_RUNGS && decimalShare(next) >= end) out.push(next);
  return out;
}

/** Yields runs at the rheobase, a tenth of it and so on above it, and stores their periods in `out`. */
export function* ladder(out: Onset, bracket: Bracket, slowest: number, neuron: Measured, longer: number): Runs<void> {
  let critical = bracket.high;
  let { width } = bracket;
  if (out.reached) {
    const law = bracket.critical(neuron.dt, slowest);
    if (law > 0 && law < bracket.high) {
      critical = law;
      width = bracket.high - law;
    }
  }
  out.rheobase = critical;
  out.width = Math.max(width / critical, 1e-15);
  out.skips = bracket.skips;
  const shares = distances(out.width, out.reached).map(decimalShare);
  const trains: Train[] = [];
  for (const share of shares) trains.push(yield* trainAt(critical, share, bracket, slowest, longer));
  out.shares = shares;
  out.periods = trains.map(({ period }) => period);
  if (trains[0].fires) out.period = trains[0].period;
  out.spread = 1;
  for (const { spread } of trains.slice(1)) if (spread > out.spread) out.spread = spread;
  const regular = trains.filter(({ fires, spread }) => fires && spread < SKIPS).map(({ period }) => period);
  out.slowest = regular.length ? Math.max(...regular) : bracket.skips ? 0 : bracket.period;
  yield* lookAtPotentials(out, trains, neuron);
}

function* trainAt(critical: number, share: number, bracket: Bracket, slowest: number, longer: number): Runs<Train> {
  const current = critical * (1 + share);
  // The expected period is that of the closest step within this distance.
  let expected = Number.NaN;
  for (const [x, period] of bracket.seen) {
    if (critical < x && x <= current && !(period <= expected)) expected = period;
  }
  expected = Math.min(Number.isNaN(expected) ? slowest : expected, slowest);
  const time = bracket.settle + PERIODS * 1.2 * expected * longer;
  const train = yield* continued({ current, time, state: bracket.follows ? bracket.state : null });
  if (train.fires || train.diverged) return train;
  return train.followedBy(yield { current, time: train.time, state: train.state }); // the train may end before the next spike
}

/** Yields runs of two periods at the largest and the smallest distance, and stores features of their potentials in `out`. */
function* lookAtPotentials(out: Onset, trains: readonly Train[], neuron: Measured): Runs<void> {
  const firing = trains.map((_, k) => k).filter((k) => trains[k].fires);
  if (!firing.length) return;
  const peaks: number[] = [];
  for (const k of [firing[0], firing[firing.length - 1]]) {
    const current = out.rheobase * (1 + out.shares[k]);
    const train = yield { current, time: SHOWN * trains[k].period, state: trains[k].state, records: true };
    peaks.push(ripples(train, RIPPLE * neuron.span));
    out.lingers = slowTime(train, SLOW * neuron.span, out.period);
  }
  [out.ripplesFar, out.ripples] = peaks;
}

/** The potential between the first two spikes. */
function between({ v, spikes }: Train): Float64Array {
  return v && spikes.length >= 2 ? v.subarray(spikes[0] + 1, spikes[1]) : new Float64Array();
}

/** The time in ms between two spikes in which the potential changes by less than `change` in a period. */
function slowTime(train: Train, change: number, period: number): number {
  const v = between(train);
  let count = 0;
  for (let k = 1; k < v.length; k++) if (Math.abs(v[k] - v[k - 1]) * period < change * train.dt) count++;
  return count * train.dt;
}

/** The number of peaks between two spikes that rise and fall by more than `least`. */
function ripples(train: Train, least: number): number {
  const v = between(train);
  const turns: number[] = [];
  for (let k = 1; k + 1 < v.length; k++) {
    if (Math.sign(v[k + 1] - v[k]) === Math.sign(v[k] - v[k - 1])) continue;
    const last = turns.at(-1);
    if (last !== undefined && Math.abs(v[k] - last) < least) turns.pop();
    else turns.push(v[k]);
  }
  let count = 0;
  for (let k = 2; k < turns.length - 2; k++) if (turns[k - 1] < turns[k] && turns[k] > turns[k + 1]) count++;
  return count;
}

/** The first index and the end of the distances with a period. */
export function inARow(periods: readonly number[]): [first: number, end: number] {
  let first = 0;
  while (first < periods.length && !(periods[first] > 0)) first++;
  let end = first;
  while (end < periods.length && periods[end] > 0) end++;
  return [first, end];
}

/** Stores the exponent and the kind of an onset in `out`, from its periods. */
export function classify(out: Onset, { dt, resets }: Measured): void {
  if (out.ripples > Math.max(out.ripplesFar, 1)) {
    out.kind = "staircase";
    return;
  }
  if (out.persists && out.slowest > 0) {
    // The limit cycle exists below the onset, so it does not take part in the onset.
    out.exponent = -1;
    out.error = 0;
    out.kind = "finite";
    return;
  }
  const [first, end] = inARow(out.periods);
  out.kind = "unclear";
  if (end - first < LAST || out.slowest === 0) return;
  const periods = out.periods.slice(first, end);
  const decades = out.shares.slice(first, end).map((share) => -log10(share));
  const steps = periods.slice(1).map((period, i) => ({
    growth: period - periods[i],
    resolution: 2 * dt + RESOLUTION * period,
    decade: decades[i + 1],
  }));
  const recent = steps.slice(-LAST);
  fitExponent(
    out,
    recent.map(({ decade }) => decade),
    recent.map(({ growth, resolution }) => log10(Math.max(growth, resolution))),
  );
  if (recent.filter(({ growth, resolution }) => growth <= resolution).length >= 2) {
    out.exponent = Math.min(out.exponent, FOLD); // the exponent no longer grows
    out.error = 0;
  }
  if (!resets && !out.reached && !lingers(out, first, end)) out.exponent = Math.min(out.exponent, FOLD);
  const falls = recent.some(({ growth, resolution }) => growth < -3 * resolution);
  if (out.spread < IRREGULAR && !falls) out.kind = kindOf(out);
}

function fitExponent(out: Onset, x: readonly number[], y: readonly number[]): void {
  const n = x.length;
  [out.exponent, out.error] = slope(x, y);
  const last = (y[n - 1] - y[n - 2]) / (x[n - 1] - x[n - 2]);
  if (last < out.exponent - ENDS_SOON) {
    // The order matters: the error is the difference from the new exponent.
    const before = out.exponent;
    out.exponent = last;
    out.error = 0.5 * (before - last);
  }
}

/** Whether the potential is almost constant during the growing part of the period. */
function lingers(out: Onset, first: number, end: number): boolean {
  const near: number[] = [];
  for (let k = first; k < end; k++) if (out.shares[k] <= decimalShare(FROM)) near.push(out.periods[k]);
  return near.length < 2 || out.lingers >= LINGERS * (near[near.length - 1] - near[0]);
}

/** The kind of an onset with one period, from its exponent. */
function kindOf({ exponent, error, reached, skips }: Onset): Kind {
  const doubt = Math.min(DOUBT + error, MAX_DOUBT);
  const kind = exponent >= ROOT_FROM ? "root" : exponent >= LOGARITHM_FROM ? "logarithm" : "finite";
  if (Math.abs(exponent - LOGARITHM_FROM) < doubt) return "unclear";
  if (reached && kind === "finite") return "unclear";
  if (skips && kind !== "finite") return "unclear";
  return kind;
}
