// The runner brings a neuron with one parameter set to rest at a holding current, and then applies sweeps.

import type { Values } from "../catalogue.ts";
import { FEATURES } from "./features.ts";
import { type Call, type Neuron, type Simulated, type Start, simulated as simulatedBy } from "./neuron.ts";
import { DEPTHS, type Depth, type DepthName, featuresOf, type OnsetFeatures, silent } from "./onset/outcome.ts";
import { FIRST, onsetOf, SPACING, simulated } from "./onset/procedure.ts";
import { type Run, Train } from "./onset/train.ts";
import { injected, type Piece, roundHalfEven } from "./runtime.ts";

/** The constants for bringing neurons to rest. Python writes the same constants for all models. */
export interface RunnerSettings {
  /** Minimum length in ms of the control, in which a neuron comes to rest. */
  readonly settle: number;
  /** Duration in ms of the measured and shown time before the onset. */
  readonly before: number;
  /** Distance in spans of a perturbation from which the neuron must return to rest. */
  readonly kick: number;
  /** Maximum number of spikes per ms. Above it, the runner stops the neuron. */
  readonly rate: number;
  /** The maximum potential of a cell in mV and, if the threshold moves, the maximum distance from rest in spans. */
  readonly highest: number;
  readonly subthreshold: number;
  /** Time in ms before the control starts, in which spikes do not count. */
  readonly transient: number;
  /** Time in ms by which the control is extended while the neuron settles, and its maximum length. */
  readonly block: number;
  readonly longest: number;
  /** The maximum change of a settled variable over a block, and the share of a variable that rounding can change. */
  readonly settled: number;
  readonly rounding: number;
}

/** A sweep with evaluated formulas. */
export interface SweepNumbers {
  readonly pieces: readonly Piece[];
  readonly end: number;
  readonly duration: number;
}

/** The neuron at rest. */
export interface Rest {
  /** The state at the onset, or null if the neuron diverged earlier. */
  readonly state: readonly number[] | null;
  /** The last samples before the onset, for each recorded variable. */
  readonly before: readonly Float64Array[];
  /** Times of spikes before the onset in ms, negative. */
  readonly spikes: readonly number[];
  /** The number of samples before the onset. */
  readonly shown: number;
  readonly span: number;
  readonly threshold: number;
  readonly vBaseline: number;
  readonly range: number;
  readonly peak: number;
  readonly spontaneous: number;
  /** 0, or a number above 1 that is larger if the neuron diverged earlier. */
  readonly divergence: number;
}

/** The response to a sweep. Times are in ms from the onset. */
export interface Response {
  readonly t0: number;
  readonly dt: number;
  readonly v: Float64Array;
  readonly current: Float64Array;
  /** The traces of the recorded variables, starting with the potential. */
  readonly states: readonly Float64Array[];
  /** Spike times for the figure, including those before the onset. */
  readonly spikes: readonly number[];
  /** Spike times for the features, empty if the neuron diverged. */
  readonly times: readonly number[];
  /** The time in ms at which the neuron diverged, or NaN. */
  readonly divergedAt: number;
  /** The number of time steps until the end, and until the neuron diverged (or −1). */
  readonly last: number;
  readonly diverged: number;
  readonly lowest: number;
  readonly highest: number;
  /** The height of the smallest spike. */
  readonly rise: number;
}

/** The neuron at the end of the control. */
interface Control extends Pick<Rest, "before" | "shown"> {
  readonly start: Start;
  readonly state: readonly number[];
  /** The time steps of spikes relative to the end, which are negative. */
  readonly trains: readonly number[];
  /** The number of spikes in the control. */
  readonly spikes: number;
  /** The time step in which the neuron diverged, or −1. */
  readonly diverged: number;
  /** The number of time steps of a control without extension. */
  readonly steps: number;
}

/**
 * A measurement that pauses for each simulation and for independent parts. It continues with a given result, or computes it.
 */
export type Paused<T> = Generator<Pause, T, Simulated | readonly unknown[] | undefined>;
export type Pause = Call | readonly Paused<unknown>[] | undefined;

/** Finishes independent measurements, in lanes if a kernel takes them. */
export function* inParts<T>(works: readonly Paused<T>[]): Paused<readonly T[]> {
  const given = (yield works) as readonly T[] | undefined;
  if (given) return given;
  const results: T[] = [];
  for (const work of works) results.push(yield* work);
  return results;
}

/** Finishes a measurement without pauses. */
export function finished<T>(work: Paused<T>): T {
  let step = work.next(undefined);
  while (!step.done) step = work.next(undefined);
  return step.value;
}

export interface RunnerOptions {
  readonly settings: RunnerSettings;
  readonly resets: boolean;
  /** Index of the threshold in the state of a neuron whose threshold moves. */
  readonly thresholdPlace?: number | undefined;
  /** Whether to record all state variables, for a phase plane, or only the potential. */
  readonly recordsAll?: boolean;
}

/** A neuron with one parameter set at a holding current. The runner stores the responses to its sweeps. */
export class Runner {
  #rest: Rest | null = null;
  readonly recorded: readonly string[];
  /** The measurements for all patterns, over the sweeps of one verdict. */
  lowest = Number.NaN;
  highest = Number.NaN;
  rise = Infinity;
  divergence = 0;
  readonly #known = new Map<string, Response>();

  constructor(
    readonly neuron: Neuron,
    readonly options: RunnerOptions,
    readonly parameters: Values,
    readonly holding: number,
    readonly dt: number,
  ) {
    this.recorded = options.recordsAll ? neuron.states : neuron.states.slice(0, 1);
  }

  /** The neuron at rest. */
  get rest(): Rest {
    this.#rest ??= finished(this.#settle());
    return this.#rest;
  }

  /** Brings the neuron to rest, with pauses. */
  *settled(): Paused<void> {
    this.#rest ??= yield* this.#settle();
  }

  *#simulate(call: Omit<Call, "parameters" | "dt">): Paused<Simulated> {
    const whole = { ...call, parameters: this.parameters, dt: this.dt };
    return ((yield whole) as Simulated | undefined) ?? simulatedBy(this.neuron, whole);
  }

  /** Starts a new verdict and resets the measurements of earlier sweeps. */
  begin(): void {
    this.lowest = this.highest = this.rest.vBaseline;
    this.rise = Infinity;
    this.divergence = this.rest.divergence;
  }

  #steps(ms: number): number {
    return roundHalfEven(ms / this.dt);
  }

  /** The number of spikes above which the runner stops a neuron. */
  #spikeLimit(steps: number): number {
    return Math.trunc(this.options.settings.rate * steps * this.dt) + 2;
  }

  *#settle(): Paused<Rest> {
    const { start, state, before, trains, spikes, diverged, steps, shown } = yield* this.#controlAt(this.holding);
    const v = before[0];
    const range = FEATURES.voltage_range(v);
    return {
      state: diverged < 0 ? state : null,
      before,
      spikes: trains.map((k) => k * this.dt),
      shown,
      span: start.span,
      threshold: start.threshold,
      vBaseline: v[v.length - 1],
      range,
      peak: Number.isNaN(range) ? Number.NaN : v.reduce((a, x) => Math.max(a, x), -Infinity),
      spontaneous: spikes,
      divergence: diverged < 0 ? 0 : 1 + shareLeft(diverged, steps),
    };
  }

  /** The number of spikes in the control at another holding current. */
  *control(holding: number): Paused<number> {
    if (holding === this.holding) return this.rest.spontaneous;
    const { spikes, diverged, steps } = yield* this.#controlAt(holding);
    if (diverged >= 0) this.divergence = Math.max(this.divergence, 1 + shareLeft(diverged, steps));
    return spikes;
  }

  /**
   * Simulates the holding current until the state variables have settled. The control restarts from the state after the
   * transient. A neuron that fires or diverges is not at rest, so its control is not extended.
   */
  *#controlAt(holding: number): Paused<Control> {
    const { neuron } = this;
    const { before, settle, kick, transient, longest, ...settings } = this.options.settings;
    const start = neuron.start(this.parameters, holding);
    start.state[0] += kick * start.span;
    const [lead, shown] = [this.#steps(transient), this.#steps(before)];
    const block = this.#steps(Math.min(settings.block, settle));
    const first = this.#steps(settle) - block;
    let [state, former]: (readonly number[])[] = [start.state, start.state];
    let [length, spikes, diverged] = [0, 0, -1];
    let seen = this.recorded.map(() => new Float64Array(shown).fill(Number.NaN));
    let trains: readonly number[] = [];
    const simulate = (call: Omit<Call, "parameters" | "dt">) => this.#simulate(call);
    const limit = (steps: number) => this.#spikeLimit(steps);
    function* held(steps: number, record: readonly string[]): Paused<number> {
      const run = yield* simulate({ currents: holding, steps, state, record, spikeLimit: limit(steps) });
      if (record.length) {
        seen = run.recorded.map((values) => values.slice(steps - shown));
        trains = run.spikes.filter((k) => k >= steps - shown).map((k) => k - steps);
      }
      if (run.diverged >= 0) diverged = length + run.diverged;
      [former, state] = [state, run.state];
      length += steps;
      return run.spikes.length;
    }
    const early = yield* held(lead, []);
    const begun = state;
    if (diverged < 0) spikes += yield* held(first, []);
    if (diverged < 0) spikes += yield* held(block, this.recorded);
    const isSettled = () =>
      state.every((now, k) => {
        const share = settings.settled * Math.abs(k ? now - begun[k] : start.span);
        // Without an early spike, the neuron started near its rest, and its potential follows every slow current.
        const allowed = k ? (early ? share + settings.rounding * Math.abs(now) : Infinity) : share;
        return Math.abs(now - former[k]) <= allowed;
      });
    const most = lead + this.#steps(longest);
    while (!spikes && diverged < 0 && length + block <= most && !isSettled())
      spikes += yield* held(block, this.recorded);
    return { start, state, before: seen, trains, spikes, diverged, steps: lead + first + block, shown };
  }

  /** The maximum potential. A threshold that moves may grow without limit, and the potential with it. */
  get ceiling(): number {
    const { settings, thresholdPlace } = this.options;
    const { threshold, span } = this.rest;
    if (thresholdPlace === undefined) return settings.highest;
    return Math.min(settings.highest, threshold + (settings.subthreshold - 1) * span);
  }

  /** The threshold of the neuron at rest at a constant current, which depends on the current only if it is a state variable. */
  thresholdAt(current: number): number {
    const { thresholdPlace } = this.options;
    if (thresholdPlace === undefined) return this.rest.threshold;
    return this.neuron.start(this.parameters, current).state[thresholdPlace];
  }

  /** The sweeps that are applied instead of those of a pattern. A subclass may change them. */
  prepared<S extends SweepNumbers>(sweeps: readonly S[]): readonly S[] {
    return sweeps;
  }

  /** The response to a sweep. The runner stores the response unless `remember` is false. */
  respond(sweep: SweepNumbers, remember = true): Response {
    return finished(this.responding(sweep, remember));
  }

  /** The response to a sweep, with a pause for each simulation. */
  *responding(sweep: SweepNumbers, remember = true): Paused<Response> {
    const key = JSON.stringify([sweep.pieces, sweep.end, sweep.duration]);
    const known = this.#known.get(key);
    if (known) return known;
    const response = yield* this.#simulated(sweep);
    if (remember) this.#known.set(key, response);
    return response;
  }

  *#simulated(sweep: SweepNumbers): Paused<Response> {
    const { dt, rest, holding } = this;
    const { shown } = rest;
    const steps = this.#steps(sweep.duration);
    const last = Math.min(this.#steps(sweep.end), steps);
    const currents = injected(sweep.pieces, holding, 0, dt, steps);
    const current = new Float64Array(shown + steps).fill(holding, 0, shown);
    current.set(currents, shown);
    const t0 = -shown * dt;
    const call = { currents, steps, record: this.recorded, spikeLimit: this.#spikeLimit(last) };
    const run = rest.state && (yield* this.#simulate({ ...call, state: rest.state }));
    const states = rest.before.map((before, i) => joined(before, run?.recorded[i], steps));
    const isLost = !run || (run.diverged >= 0 && run.diverged < last);
    const diverged = run ? (isLost ? run.diverged : -1) : 0;
    const fired = run?.spikes.filter((k) => k < last) ?? [];
    const v = states[0];
    return {
      t0,
      dt,
      v,
      current,
      states,
      spikes: [...rest.spikes, ...fired.map((k) => k * dt)],
      times: isLost ? [] : fired.map((k) => k * dt),
      divergedAt: run ? (isLost ? run.diverged * dt : Number.NaN) : t0,
      last,
      diverged,
      ...extremesOf(v.subarray(shown), run?.spikes ?? [], rest.state?.[0] ?? Number.NaN, diverged),
    };
  }

  /** Adds a response to the measurements: extreme potentials, smallest spike and divergence. */
  note({ lowest, highest, rise, diverged, last }: Response, keepsRise: boolean): void {
    if (lowest < this.lowest || Number.isNaN(this.lowest)) this.lowest = lowest;
    if (highest > this.highest || Number.isNaN(this.highest)) this.highest = highest;
    if (keepsRise && !this.options.resets) this.rise = Math.min(this.rise, rise);
    if (diverged >= 0) this.divergence = Math.max(this.divergence, shareLeft(diverged, last));
  }

  /** Whether the neuron fires in a window of a sweep. The simulation ends at the first such spike. */
  *fires(pieces: readonly Piece[], [first, last]: readonly [first: number, last: number]): Paused<boolean> {
    const { dt, rest, holding } = this;
    if (!rest.state) return false;
    const steps = Math.ceil(last / dt - 1e-9);
    const limit = first <= 0 ? 1 : this.#spikeLimit(steps); // the first spike decides, unless it can precede the window
    const currents = injected(pieces, holding, 0, dt, steps);
    const { spikes } = yield* this.#simulate({ currents, steps, state: rest.state, record: [], spikeLimit: limit });
    return spikes.some((k) => k * dt >= first && k * dt < last);
  }

  /** The spike times of the response to a step of `width` ms, empty if the neuron diverged. */
  *stepTimes(height: number, width: number, duration: number): Paused<number[]> {
    if (!this.rest.state) return [];
    const steps = this.#steps(duration);
    const currents = injected([[0, width, height, height]], this.holding, 0, this.dt, steps);
    const call = { currents, steps, state: this.rest.state, record: [], spikeLimit: this.#spikeLimit(steps) };
    const run = yield* this.#simulate(call);
    return run.diverged < 0 ? run.spikes.map((k) => k * this.dt) : [];
  }

  /** Measures the onset of firing after a step of current. The generator pauses before each simulation. */
  *onset(top: number, depth: DepthName, only: boolean): Paused<OnsetFeatures> {
    const state = only ? yield* this.#stillLonger() : null;
    if (!state) return featuresOf({ ...silent(), kind: "fires at rest" });
    if (!(top > 0)) return featuresOf(silent());
    const { resets } = this.options;
    const measured = { dt: this.dt, first: FIRST * this.neuron.dt, span: this.rest.span, resets };
    const spacing = SPACING * Math.max(Math.abs(this.holding) + top, 1e-3);
    const simulate = (run: Run, steps: number) => this.#constant(run, steps, state);
    let level: Depth = DEPTHS[depth];
    for (;;) {
      const onset = yield* simulated(onsetOf(top, measured, level, spacing), this.dt, level.budget, simulate);
      const isOpen = onset.kind === "unclear" && !onset.exhausted;
      if (!isOpen || !level.deeper) return featuresOf(onset);
      level = level.deeper;
    }
  }

  /** The state after settling for the same time again, or null if the neuron fires during that time. */
  *#stillLonger(): Paused<readonly number[] | null> {
    const { state, spontaneous } = this.rest;
    if (!state || spontaneous > 0) return null;
    const steps = this.#steps(this.options.settings.settle);
    const { spikes, diverged, state: later } = yield* this.#constant({ current: 0, time: 0, state }, steps, state);
    return spikes.length || diverged ? null : later;
  }

  /** The response to a constant step above the holding current. */
  *#constant({ current, state, records = false }: Run, steps: number, rest: readonly number[]): Paused<Train> {
    const names = records ? this.neuron.states.slice(0, 1) : [];
    const limit = Math.max(this.#spikeLimit(steps), FEWEST); // a neuron that is stopped early counts as diverged
    const call = { currents: this.holding + current, steps, state: state ?? rest, record: names, spikeLimit: limit };
    const run = yield* this.#simulate(call);
    return new Train(run.spikes, steps, this.dt, run.state, run.diverged >= 0, run.recorded[0] ?? null);
  }
}

/** The minimum number of spikes at a constant current before the runner stops a neuron. */
const FEWEST = 50;

/** The samples before and after the onset in one array. Samples after it are NaN if they are missing. */
function joined(before: Float64Array, after: Float64Array | undefined, steps: number): Float64Array {
  const all = new Float64Array(before.length + steps);
  all.set(before);
  if (after) all.set(after, before.length);
  else all.fill(Number.NaN, before.length);
  return all;
}

/** The remaining share of a sweep when the neuron diverges in one of its steps. */
const shareLeft = (diverged: number, steps: number) =>
  Math.min(Math.max((steps - diverged) / Math.max(steps, 1), 1e-6), 1);

/** The extreme potentials after the onset, and the height of the smallest spike. `diverged` is a time step, or −1. */
function extremesOf(v: Float64Array, spikes: readonly number[], start: number, diverged: number) {
  let [low, high, trough, lowest, highest, rise] = [start, start, start, Infinity, -Infinity, Infinity];
  let next = 0;
  let last = start;
  const end = diverged < 0 ? v.length : diverged;
  for (let k = 0; k < end; k++) {
    if (spikes[next] === k) {
      if (next > 0) rise = Math.min(rise, high - trough);
      trough = low;
      lowest = Math.min(lowest, low);
      highest = Math.max(highest, high);
      [low, high] = [Infinity, -Infinity];
      next++;
    }
    last = v[k];
    if (last < low) low = last;
    if (last > high) high = last;
  }
  if (next > 0 && last < high) rise = Math.min(rise, high - trough);
  return { lowest: Math.min(low, lowest), highest: Math.max(high, highest), rise };
}
