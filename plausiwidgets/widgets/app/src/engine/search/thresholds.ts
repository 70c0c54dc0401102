// The solution of the amplitude of patterns between two thresholds, as in Python's amplitude.py. Bisection finds the highest
// threshold of the sweeps that must fire, and the lowest threshold of the sweeps that must be silent.

import type { Range } from "../../catalogue.ts";
import { type Argument, valueOf } from "../program.ts";
import { inParts, type Paused, type Runner } from "../runner.ts";
import type { AppliedSweep, Tape } from "../tape.ts";

/** The name of the solved stimulus parameter. */
export const AMPLITUDE = "amplitude";
const BISECTIONS = 12;
const FIRST_BISECTIONS = 8; // the remaining bisections are for thresholds that are nearly apart
const NEAR = -0.3; // logarithm of the ratio above which the thresholds are nearly apart
const WANTED = 0.2; // logarithm of the ratio above which the shortfall is 0
const SCALE = 0.2; // difference of the logarithm from `WANTED` with a shortfall of 1/2
const MIN_ROOM = 1e-3;
const NO_RATIO = -100;
const MAX_SILENT = 100;

/** The sweeps that must fire, and those that must be silent. */
export interface Window {
  readonly fire: readonly string[];
  readonly silent: readonly string[];
}

/** Logarithms of the amplitudes between which a neuron shows a pattern, NaN without such amplitudes. */
export interface Thresholds {
  readonly fireAbove: number;
  readonly silentBelow: number;
  /** The distance of the thresholds from being apart. Its maximum is the number of silent sweeps. */
  readonly shortfall: number;
}

/** A component of a pattern with the stimulus values of one parameter set. */
export interface Solvable {
  readonly tape: Tape;
  readonly window: Window;
  readonly values: ReadonlyMap<string, number>;
  readonly limits: Range;
}

/** A threshold between two logarithms of the amplitude, if the sweep fires at all. */
interface Bracket {
  readonly sweep: AppliedSweep;
  readonly firesAtAll: boolean;
  low: number;
  high: number;
}

function* firesAt(runner: Runner, { tape, values }: Solvable, sweep: AppliedSweep, log: number): Paused<boolean> {
  const own = new Map(values).set(AMPLITUDE, Math.exp(log));
  const at = (argument: Argument) => valueOf(argument, tape.body, own);
  const pieces = sweep.pieces.map((piece) => piece.map(at));
  return yield* runner.fires(pieces, [at(sweep.response[0]), at(sweep.response[1])]);
}

export function* thresholdsOf(runner: Runner, problem: Solvable): Paused<Thresholds> {
  yield* runner.settled();
  const { tape, window, limits } = problem;
  const { state, spontaneous, divergence } = runner.rest;
  const none = { fireAbove: Number.NaN, silentBelow: Number.NaN, shortfall: shortfallOf(NO_RATIO, window) };
  if (state === null || spontaneous > 0 || divergence > 0) return none;
  const [bottom, top] = limits.map(Math.log);
  function* bracketOf(name: string): Paused<Bracket> {
    const sweep = tape.applied[0].sweeps.find((one) => one.name === name);
    if (!sweep) throw new Error(`a tape has no sweep ${name}`);
    return { sweep, low: bottom, high: top, firesAtAll: yield* firesAt(runner, problem, sweep, top) };
  }
  const must = yield* inParts(window.fire.map(bracketOf));
  if (!must.every(({ firesAtAll }) => firesAtAll)) return none;
  const rest = yield* inParts(window.silent.map(bracketOf));
  yield* bisect(must, rest, (sweep, log) => firesAt(runner, problem, sweep, log));
  const silentBelow = Math.min(lowestOf(rest), top);
  return { fireAbove: highestOf(must), silentBelow, shortfall: shortfallOf(ratioOf(must, rest), window) };
}

const highestOf = (must: readonly Bracket[]) => Math.max(...must.map(({ high }) => high));
const lowestOf = (rest: readonly Bracket[]) =>
  Math.min(...rest.filter(({ firesAtAll }) => firesAtAll).map(({ high }) => high), Infinity);
/** The smallest ratio counts, because a gain in one threshold must not compensate a loss in another. */
const ratioOf = (must: readonly Bracket[], rest: readonly Bracket[]) =>
  Math.min(lowestOf(rest), MAX_SILENT) - highestOf(must);

/** Narrows the brackets that may contain the highest threshold to fire or the lowest threshold to be silent. */
function* bisect(
  must: readonly Bracket[],
  rest: readonly Bracket[],
  fires: (sweep: AppliedSweep, log: number) => Paused<boolean>,
): Paused<void> {
  for (let round = 0; round < BISECTIONS; round++) {
    if (round === FIRST_BISECTIONS && !(ratioOf(must, rest) > NEAR)) return;
    const above = Math.max(...must.map(({ low }) => low));
    const below = lowestOf(rest);
    const decisive = [
      ...must.filter(({ high }) => high > above),
      ...rest.filter(({ low, firesAtAll }) => firesAtAll && low < below),
    ];
    const middles = decisive.map(({ low, high }) => 0.5 * (low + high));
    const isFiring = yield* inParts(decisive.map(({ sweep }, k) => fires(sweep, middles[k])));
    for (const [k, one] of decisive.entries()) one[isFiring[k] ? "high" : "low"] = middles[k];
  }
}

function shortfallOf(ratio: number, { silent }: Window): number {
  const missing = Math.max(WANTED - ratio, 0) / SCALE;
  return (silent.length * missing) / (1 + missing);
}

/** The thresholds for amplitudes that satisfy both pairs of thresholds. */
export const intersected = (one: Thresholds, other: Thresholds): Thresholds => ({
  ...one,
  fireAbove: Math.max(one.fireAbove, other.fireAbove),
  silentBelow: Math.min(one.silentBelow, other.silentBelow),
});

/** The geometric mean of the thresholds within the limits, or just above the first if they overlap. */
export function amplitudeBetween(
  { fireAbove, silentBelow }: Thresholds,
  otherwise: number,
  [low, high]: Range,
): number {
  const room = Math.max(0.5 * (silentBelow - fireAbove), MIN_ROOM);
  return Number.isNaN(room) ? otherwise : Math.min(Math.max(Math.exp(fireAbove + room), low), high);
}
