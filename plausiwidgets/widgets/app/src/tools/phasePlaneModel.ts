// The phase plane of the shown neuron. Nullclines and fixed points are computed again only when the flow or the axes change,
// because they need about a thousand calls of the neuron.

import { computed, type ReadonlySignal, untracked } from "@preact/signals";
import type { Model, Range, Values } from "../catalogue.ts";
import {
  type FixedPoint,
  type Flow,
  fixedPointsOf,
  flowOf,
  gridOf,
  joined,
  mostCommon,
  nullclinesOf,
  type Point,
  steadyAt,
} from "../engine/flow.ts";
import type { Neuron } from "../engine/neuron.ts";
import { extent, padded, sampleAt } from "../figure/scene.ts";
import type { Line } from "../models/lines.ts";
import type { Simulation } from "../models/simulation.ts";

const ABOVE = 1; // distance in spans by which a plane extends above the threshold of a neuron with a reset
const SMALLEST = 0.7; // the axis is kept if the needed range is at least this share of it
const SLACK = 0.05; // share of an axis by which a trajectory may approach its ends
const NO_NAMES: readonly string[] = [];
const STEADY = 7; // number of points along the x axis at which the second nullcline is computed for the ranges

/** The data from which a phase plane is computed. */
export interface PlaneSource {
  readonly model: Model;
  readonly simulation: Simulation;
  /** The trace of the simulation. */
  readonly trace: Line;
}

/** The states of the neuron after the onset. */
export interface Trajectory {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The indices after the resets. */
  readonly jumps: ReadonlySet<number>;
  /** The states that determine the ranges of the axes. */
  readonly seen: Readonly<Record<"x" | "y", readonly number[]>>;
}

/** Points of lines, with NaN between two lines. */
export interface Path {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

export interface PhasePlaneModel {
  /** The names of the two variables. */
  readonly names: ReadonlySignal<readonly string[]>;
  /** The units of the current and of the potential. */
  readonly units: ReadonlySignal<Pick<Model, "unit" | "potential_unit"> | null>;
  /** The trajectory, or null if the neuron diverges before the onset or has no phase plane. */
  readonly trajectory: ReadonlySignal<Trajectory | null>;
  /** The current for which the nullclines are drawn. */
  readonly current: ReadonlySignal<number>;
  readonly across: ReadonlySignal<Range | null>;
  readonly up: ReadonlySignal<Range | null>;
  /** The nullclines of the first and of the second variable. */
  readonly nullclines: ReadonlySignal<readonly Path[]>;
  readonly points: ReadonlySignal<readonly FixedPoint[]>;
  /** The index in the trajectory at the time, or null without a time. */
  readonly here: ReadonlySignal<number | null>;
}

/** The inputs of a flow, which are compared by value. */
interface FlowInputs {
  readonly neuron: Neuron;
  readonly parameters: Values;
  readonly current: number;
  readonly resets: boolean;
}

/**
 * @param source the data of the plane, or null without a plane
 * @param time the time under the pointer, or null; the nullclines are drawn for the current at this time
 * @param size the numbers of grid points along x and y
 */
export function createPhasePlane(
  source: ReadonlySignal<PlaneSource | null>,
  time: ReadonlySignal<number | null>,
  size?: Point,
): PhasePlaneModel {
  const trajectory = computed(() => source.value && trajectoryOf(source.value));
  const current = computed(() => (source.value ? currentAt(source.value, time.value) : 0));
  const flow = flowSignal(source, current);
  const pair = computed(() =>
    source.value ? `${source.value.simulation.selection.model} ${source.value.simulation.selection.pattern}` : "",
  );
  const across = kept(pair, () => {
    const { value: from } = source;
    return from && trajectory.value && acrossOf(from, trajectory.value);
  });
  const steady = computed(() => {
    const y = untracked(() => trajectory.value?.y[0]); // only the starting point of Newton's method
    return flow.value && across.value && y !== undefined ? steadyAlong(flow.value, across.value, y) : [];
  });
  const up = kept(pair, () => trajectory.value && upOf(trajectory.value, steady.value));
  const found = computed(() =>
    flow.value && across.value && up.value ? nullclinesOf(flow.value, gridOf(across.value, up.value, size)) : null,
  );
  return {
    names: computed(() => source.value?.simulation.neuron?.states ?? NO_NAMES),
    units: computed(() => source.value?.model ?? null),
    trajectory,
    current,
    across,
    up,
    nullclines: computed(() => found.value?.segments.map((segments) => pathOf(joined(segments))) ?? []),
    points: computed(() => (flow.value && found.value ? fixedPointsOf(flow.value, found.value) : [])),
    here: computed(() => {
      const { value: from } = source;
      if (!from || !trajectory.value || time.value === null) return null;
      return placeAt(from, trajectory.value, time.value);
    }),
  };
}

/** The index in a trajectory at a time. */
export function placeAt({ simulation, trace }: PlaneSource, { x }: Trajectory, time: number): number {
  const k = sampleAt(trace, time) - simulation.runner().rest.shown + 1;
  return Math.min(Math.max(k, 0), x.length - 1);
}

/** A signal that keeps its object while the next one is equal by value. */
function byValue<T>(make: () => T, isEqual: (a: T, b: T) => boolean): ReadonlySignal<T> {
  let last: { readonly value: T } | null = null;
  return computed(() => {
    const value = make();
    if (!last || !isEqual(last.value, value)) last = { value };
    return last.value;
  });
}

function flowSignal(
  source: ReadonlySignal<PlaneSource | null>,
  current: ReadonlySignal<number>,
): ReadonlySignal<Flow | null> {
  const inputs = byValue<FlowInputs | null>(() => {
    const { value: from } = source;
    if (!from?.simulation.neuron) return null;
    const { neuron, parameters, options } = from.simulation.runner();
    return { neuron, parameters, current: current.value, resets: options.resets };
  }, isSameFlow);
  return computed(() => {
    const { value: of } = inputs;
    return of && flowOf(of.neuron, of.parameters, of.current, of.resets);
  });
}

function isSameFlow(a: FlowInputs | null, b: FlowInputs | null): boolean {
  if (!a || !b) return a === b;
  return (
    a.neuron === b.neuron &&
    a.current === b.current &&
    a.resets === b.resets &&
    Object.entries(b.parameters).every(([name, value]) => a.parameters[name] === value)
  );
}

/**
 * The range of an axis. It does not change while a slider moves the trajectory only a little, because the nullclines depend on
 * it. Another pair of model and pattern has its own range.
 */
function kept(pair: ReadonlySignal<string>, needed: () => Range | null): ReadonlySignal<Range | null> {
  let [of, last]: [string, Range | null] = ["", null];
  return computed(() => {
    const next = needed();
    if (next && last && of === pair.value && isRoomy(last, next)) return last;
    [of, last] = [pair.value, next];
    return next;
  });
}

/** Whether a range contains another one without being much longer. */
function isRoomy([low, high]: Range, [first, last]: Range): boolean {
  const length = high - low;
  return first >= low - SLACK * length && last <= high + SLACK * length && last - first >= SMALLEST * length;
}

function trajectoryOf({ simulation, trace }: PlaneSource): Trajectory | null {
  const { neuron, selection } = simulation;
  if (neuron?.states.length !== 2) return null;
  const { rest, parameters, options } = simulation.runner();
  if (!rest.state) return null;
  const { state } = rest;
  const currents = trace.current.subarray(rest.shown);
  const { recorded, spikes } = neuron.simulate(parameters, currents, selection.dt, state, neuron.states);
  const [x, y] = recorded.map((values, k) => [state[k], ...values]);
  const jumps = new Set(options.resets ? spikes.map((k) => k + 1) : []);
  const top = options.resets ? rest.threshold + ABOVE * rest.span : Infinity;
  return { x, y, jumps, seen: seenIn(x, y, top) };
}

/**
 * The states that determine the ranges, without the peaks of a neuron with a reset. It is one loop, because a function call for
 * each state would be slow.
 */
function seenIn(x: readonly number[], y: readonly number[], top: number): Trajectory["seen"] {
  const seen: Record<"x" | "y", number[]> = { x: [], y: [] };
  for (let k = 0; k < x.length; k++) {
    if (!Number.isFinite(x[k]) || x[k] >= top) continue;
    seen.x.push(x[k]);
    seen.y.push(y[k]);
  }
  return seen;
}

/** The current at a time, or the most common current after the onset. */
function currentAt({ simulation, trace }: PlaneSource, time: number | null): number {
  if (time !== null) return trace.current[sampleAt(trace, time)];
  return simulation.neuron ? mostCommon(trace.current.subarray(simulation.runner().rest.shown)) : 0;
}

function acrossOf({ simulation }: PlaneSource, { seen }: Trajectory): Range {
  const { rest } = simulation.runner();
  return padded(extent([rest.vBaseline, rest.threshold + 0.5 * rest.span], seen.x), 0.1);
}

const steadyAlong = (flow: Flow, [low, high]: Range, y: number): number[] =>
  Array.from({ length: STEADY }, (_, k) => steadyAt(flow, low + (k / (STEADY - 1)) * (high - low), y) ?? Number.NaN);

/** The range of the second variable. Steady values extend it, but the trajectory keeps at least half of the height. */
function upOf({ seen }: Trajectory, steady: readonly number[]): Range {
  const [least, most] = padded(extent(seen.y), 0.1);
  const reach = 0.5 * (most - least);
  const near = steady.map((y) => Math.min(Math.max(y, least - reach), most + reach));
  return padded(extent([least, most], near), 0.1);
}

function pathOf(lines: readonly (readonly Point[])[]): Path {
  const points = lines.flatMap((line) => [...line, [Number.NaN, Number.NaN] as const]);
  return { xs: points.map(([x]) => x), ys: points.map(([, y]) => y) };
}
