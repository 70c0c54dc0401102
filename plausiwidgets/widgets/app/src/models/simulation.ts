// All results of the page for one selection: the trace, the target and the verdict. If only the host can simulate the neuron,
// the trace and the verdict are those of the host.

import {
  type Catalogue,
  type Component,
  type Landmarks,
  type ModelData,
  type Pattern,
  patternOf,
  type Range,
  type Sweep,
} from "../catalogue.ts";
import { type Judgement, judgingWhole, type RunnerAt, runnersOf, type Verdict } from "../engine/judge.ts";
import { NEURONS, type Neuron } from "../engine/neuron.ts";
import { type Argument, valueOf } from "../engine/program.ts";
import type { Runner } from "../engine/runner.ts";
import { injected } from "../engine/runtime.ts";
import type { Handle, Line, Role, Simulated } from "./lines.ts";
import { lineOf, numbersOf } from "./response.ts";
import { isSame, type Selection, stored } from "./selection.ts";
import { isTargetSilent, targetOf } from "./target.ts";

export { ontoScale, upTo } from "./response.ts";

/** The sweeps that the procedure of each component has found. */
export type Found = readonly (readonly Sweep[] | null)[];

export const NOTHING_FOUND: Found = [];

/** The verdict and the sweeps that procedures have found. The verdict is null if only Python can evaluate the pattern. */
export interface Evaluated {
  readonly verdict: Verdict | null;
  readonly found: Found;
}

export interface SimulationOptions {
  readonly found?: Found;
  /** The result of the host, for a neuron that the page cannot simulate. */
  readonly answered?: Simulated | null;
  /** The name of the shown sweep, if it is not the main sweep. */
  readonly shown?: string;
  /** The existing runners of the selection, which store the resting state and the responses of the neuron. */
  readonly runners?: RunnerAt | null;
}

export interface Simulation {
  readonly selection: Selection;
  readonly pattern: Pattern;
  /** The neuron, or undefined if only the host can simulate it. */
  readonly neuron: Neuron | undefined;
  /** The shown sweep. */
  readonly sweep: Sweep;
  /** The names of all sweeps. */
  readonly sweeps: readonly string[];
  /** The distance from rest to threshold. */
  readonly span: number;
  /** The runner at the holding current of the shown sweep. Throws if only the host can simulate the neuron. */
  runner(): Runner;
  /** The response to the shown sweep. */
  trace(role: Role): Line;
  /** Whether the model resets its potential after a spike. */
  readonly resets: boolean;
  /** The target, which is the same for all values. */
  target(): Line | null;
  /** The resting potential, the threshold and the peak of this neuron. */
  scale(): Landmarks;
  /** The relevant part of the sweep, or null for the whole sweep. */
  event(line: Line): Range | null;
  /** The parts of the current that the user can drag. */
  handles(): Handle[];
  /**
   * Evaluates the selection. The generator pauses before each simulation.
   *
   * @param isCoarse whether an onset of firing is measured coarsely
   */
  judging(isCoarse?: boolean): Generator<unknown, Evaluated>;
}

/** The runners of a selection, or null if only the host can simulate the neuron. */
export function runnersAt(catalogue: Catalogue, data: ModelData, { model, values, dt }: Selection): RunnerAt | null {
  const neuron = NEURONS[model];
  return neuron ? runnersOf({ settings: catalogue.bench, ...data }, neuron, new Map(Object.entries(values)), dt) : null;
}

export function simulationOf(
  catalogue: Catalogue,
  data: ModelData,
  selection: Selection,
  { found = NOTHING_FOUND, answered = null, shown = "", runners = null }: SimulationOptions = {},
): Simulation {
  const pattern = patternOf(catalogue, data, selection.pattern);
  const neuron = NEURONS[selection.model];
  const values = new Map(Object.entries(selection.values));
  const sweeps = sweepsOf(pattern, selection, found);
  const twin = (name: string) => twinOf(catalogue, data, pattern, name);
  const isSilent = (name: string) => isTargetSilent(catalogue, data, pattern, name, () => twin(name));
  const { sweep, component } = shownSweep(pattern, sweeps, shown, isSilent);
  const runnerAt = runners ?? runnersAt(catalogue, data, selection);
  const { resets } = data.model;

  const runner = () => {
    if (!runnerAt) throw new Error(`This page cannot simulate the model ${selection.model}.`);
    return runnerAt(component.holding);
  };
  const trace = (role: Role): Line => {
    if (neuron) return lineOf(role, runner().respond(numbersOf(sweep, values)), resets ? neuron.peak : Number.NaN);
    if (answered) return lineOf(role, answered.line, resets ? scale()[2] : Number.NaN);
    return currentOf(role, { sweep, component }, values, catalogue.bench.before, selection.dt);
  };
  const scale = (): Landmarks => {
    if (neuron) return landmarksOf(runner(), neuron.peak);
    const isMillivolts = data.model.potential_unit === "mV";
    return answered?.scale ?? landmarksIn(answered?.line.v ?? new Float64Array(), isMillivolts);
  };

  return {
    selection,
    pattern,
    neuron,
    sweep,
    sweeps: sweeps.map((one) => one.sweep.name),
    get span() {
      const [rest, threshold] = neuron ? [] : scale();
      return rest !== undefined && threshold !== undefined ? threshold - rest : runner().rest.span;
    },
    runner,
    trace,
    resets,
    target() {
      const base = stored(data, pattern.key);
      const packaged = (): Landmarks | null => {
        if (!neuron) return answered && scale(); // the host sends only one scale, and the first one is kept
        if (isSame(base, selection)) return scale();
        return simulationOf(catalogue, data, base, { shown: sweep.name }).scale();
      };
      return targetOf(catalogue, data, pattern, sweep.name, { twin: () => twin(sweep.name), packaged, any: scale });
    },
    scale,
    event: (line) => eventOf(pattern, sweep, line, values),
    handles: () => handlesOf(sweep, pattern, values, component.holding),
    *judging(isCoarse = false) {
      if (!runnerAt) return { verdict: answered?.verdict ?? null, found: NOTHING_FOUND };
      const { verdict, results } = yield* judgingWhole(pattern, runnerAt, values, isCoarse);
      const applied = pattern.components.map((part, i) => appliedSweeps(part, results[i]));
      return { verdict, found: applied };
    },
  };
}

/**
 * The trace of the first stored set if it is the target itself, written for this model. The two traces then differ only if the
 * values differ.
 */
function twinOf(catalogue: Catalogue, data: ModelData, { key }: Pattern, sweep: string): Line | null {
  const simulation = simulationOf(catalogue, data, stored(data, key), { shown: sweep });
  return simulation.sweep.name === sweep ? simulation.trace("target") : null;
}

/** A sweep with its component. */
interface OwnSweep {
  readonly sweep: Sweep;
  readonly component: Component;
}

function sweepsOf({ components, sets }: Pattern, { set }: Selection, found: Found): OwnSweep[] {
  const { chosen } = sets[set] ?? sets[0];
  return components.flatMap((component, i) => {
    const own = component.sweeps.length ? component.sweeps : (found[i] ?? chosen?.[i] ?? []);
    return own.map((sweep) => ({ sweep, component }));
  });
}

/**
 * The sweep with some name. By default, it is the main sweep or, if the target of the main sweep has no spikes, the next sweep
 * whose target has spikes.
 */
function shownSweep(
  { main, components }: Pattern,
  sweeps: readonly OwnSweep[],
  shown: string,
  isSilent: (name: string) => boolean,
): OwnSweep {
  const named = (name: string) => sweeps.find(({ sweep }) => sweep.name === name);
  const fromMain = () => sweeps.slice(sweeps.findIndex(({ sweep }) => sweep.name === main));
  const firing = () => named(main) && fromMain().find(({ sweep }) => !isSilent(sweep.name));
  // An empty sweep is used until a procedure has chosen its sweeps.
  const empty = { sweep: { name: main, pieces: [], end: 100, duration: 100 }, component: components[0] };
  return named(shown) ?? firing() ?? named(main) ?? sweeps[0] ?? empty;
}

/** The injected current of a sweep without a response. */
function currentOf(
  role: Role,
  { sweep, component: { holding } }: OwnSweep,
  values: ReadonlyMap<string, number>,
  before: number,
  dt: number,
): Line {
  const { pieces, end, duration } = numbersOf(sweep, values);
  const steps = Math.max(Math.round((before + Math.min(end, duration)) / dt), 2);
  const held = holding === null ? 0 : Number(values.get(holding));
  const v = new Float64Array(steps).fill(Number.NaN);
  const current = injected(pieces, held, -before, dt, steps);
  return { role, t0: -before, dt, v, current, spikes: [], divergedAt: Number.NaN };
}

/** Rest, threshold and peak of a neuron. If the neuron diverges before it is at rest, they are undefined. */
function landmarksOf({ rest }: Runner, highest: number): Landmarks {
  const peak = Math.max(highest, rest.threshold + 0.07 * rest.span);
  const low = rest.state && Number.isFinite(rest.vBaseline) ? rest.vBaseline : rest.threshold - rest.span;
  return [low, Math.min(low + rest.span, peak - 0.02 * (peak - low)), peak];
}

const USUAL_SPAN = 15; // default distance from rest to threshold in mV
const USUAL_SHARE = 0.2; // default distance as a share of the distance to the peak, for a potential that is not in mV

/** Rest, threshold and peak, estimated from a trace. */
function landmarksIn(v: Float64Array, isMillivolts: boolean): Landmarks {
  const rest = Number.isFinite(v[0]) ? v[0] : isMillivolts ? -65 : 0;
  const peak = v.reduce((a, x) => Math.max(a, Number.isNaN(x) ? rest : x), rest); // NaN after the divergence
  if (isMillivolts) return [rest, rest + USUAL_SPAN, Math.max(peak, rest + 2 * USUAL_SPAN)];
  const above = peak > rest ? peak - rest : 1;
  return [rest, rest + USUAL_SHARE * above, rest + above];
}

function eventOf(
  { components }: Pattern,
  { name }: Sweep,
  line: Line,
  values: ReadonlyMap<string, number>,
): Range | null {
  const component = components.find(({ event, label }) => event && name.startsWith(label));
  if (!component?.event) return null;
  const [first, last] = [line.t0, line.t0 + line.v.length * line.dt];
  const [low, high] = component.event.map((time) => {
    if (typeof time === "string") return values.get(time) ?? Number.NaN;
    return typeof time === "number" ? time : stimulusEnd(line) + time.after;
  });
  const [begin, end] = [Math.max(low, first), Math.min(Math.max(high, low + 10), last)];
  return end - begin < 0.98 * (last - first) ? [begin, end] : null;
}

/** The time at which the current returns to its holding level for the last time, or 0 if it never leaves the level. */
export function stimulusEnd({ t0, dt, current }: Line): number {
  const highest = current.reduce((a, x) => Math.max(a, Math.abs(x)), 1);
  const last = current.findLastIndex((x) => Math.abs(x - current[0]) > 1e-9 * highest);
  return last < 0 ? 0 : t0 + Math.min(last + 1, current.length - 1) * dt;
}

/** The sweeps that the procedure of a component has applied, or null without a procedure. */
function appliedSweeps({ label, sweeps }: Component, result: Judgement | null): Sweep[] | null {
  if (sweeps.length || !result) return null;
  const { tape, responses } = result;
  const shown = [...responses].filter(([call]) => tape.applied[call].keep || tape.applied[call].shown);
  return shown.flatMap(([, byName]) =>
    [...byName]
      .filter(([, { response }]) => response)
      .map(([name, { sweep }]) => ({
        name: `${label}${name}`,
        pieces: sweep.pieces,
        end: sweep.end,
        duration: sweep.duration,
      })),
  );
}

/**
 * The parts of a current that the user can drag. They are the height of a piece and its end, if they depend on a stimulus
 * parameter.
 */
export function handlesOf(
  sweep: Pick<Sweep, "body" | "pieces">,
  { stimulus }: Pick<Pattern, "stimulus">,
  values: ReadonlyMap<string, number>,
  holding: string | null,
): Handle[] {
  const held = holding === null ? 0 : Number(values.get(holding));
  const own = stimulus.filter(({ name }) => name !== holding);
  return own.flatMap(({ name }) => handlesFor(name, sweep, values, held));
}

const LEAST_SLOPE = 1e-9;

function handlesFor(
  name: string,
  { body = [], pieces }: Pick<Sweep, "body" | "pieces">,
  values: ReadonlyMap<string, number>,
  held: number,
): Handle[] {
  const value = Number(values.get(name));
  const step = 1e-4 * Math.max(Math.abs(value), 1e-3);
  const moved = new Map(values).set(name, value + step);
  const at = (argument: Argument) => valueOf(argument, body, values);
  const slopeOf = (argument: Argument) => (valueOf(argument, body, moved) - at(argument)) / step;
  for (const [on, off, start, end] of pieces) {
    const [t0, t1] = [at(on), at(off)];
    if (!(t1 > t0)) continue;
    const height = slopeOf(end);
    if (Math.abs(height) > LEAST_SLOPE) {
      const isRamp = Math.abs(at(start) - at(end)) > 1e-9;
      const place = isRamp ? { t: t1 } : { t: (t0 + t1) / 2, step: [t0, t1] as const };
      return [{ name, axis: "height", ...place, current: held + at(end), value, slope: height }];
    }
    const time = slopeOf(off);
    if (Math.abs(time) > LEAST_SLOPE) {
      return [{ name, axis: "time", t: t1, current: held + at(end) / 2, value, slope: time }];
    }
  }
  return [];
}
