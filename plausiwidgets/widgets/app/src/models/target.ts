// The target, which is the trace of a published neuron or a recording to which the user's trace is compared.

import type { Catalogue, Landmarks, ModelData, Pattern, RecordedLine, TargetNeuron } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import { Runner } from "../engine/runner.ts";
import type { Line } from "./lines.ts";
import { lineOf, numbersOf, ontoScale } from "./response.ts";

interface Target {
  readonly line: Line;
  /** The landmarks of the target's neuron, or null for a recording, which is never scaled. */
  readonly scale: Landmarks | null;
  readonly resets: boolean;
}

/** The keys of the patterns of mysteries. */
const MYSTERY = /^mystery(#\d+)?$/;

const simulated = new WeakMap<ModelData, Map<string, Target | null>>();
const placed = new WeakMap<ModelData, Map<string, Line | null>>();
const silent = new WeakMap<ModelData, Map<string, boolean>>();

/** Returns a value from the map of some data, or computes and stores it. */
function kept<T>(maps: WeakMap<ModelData, Map<string, T>>, data: ModelData): Map<string, T> {
  const known = maps.get(data) ?? new Map<string, T>();
  maps.set(data, known);
  return known;
}

export interface Scaling {
  /** The trace of the first stored set if it is the target itself, written for this model. It is never scaled. */
  readonly twin: () => Line | null;
  /** The landmarks of the first stored set, or null while they are unknown. */
  readonly packaged: () => Landmarks | null;
  /** The landmarks to use until those are known. */
  readonly any: () => Landmarks;
}

/** The target of a sweep, or null. A target from another neuron is scaled only once, so no slider changes it. */
export function targetOf(
  catalogue: Catalogue,
  data: ModelData,
  pattern: Pattern,
  sweep: string,
  { twin, packaged, any }: Scaling,
): Line | null {
  const lines = kept(placed, data);
  const key = `${pattern.key} ${sweep}`;
  const before = lines.get(key);
  if (before !== undefined) return before;
  const own = pattern.twin ? twin() : null;
  const target = own ? null : otherOf(catalogue, data, pattern, sweep);
  if (own || !target?.scale) {
    const line = own ?? target?.line ?? null;
    lines.set(key, line);
    return line;
  }
  const landmarks = packaged();
  const line = onto(target, landmarks ?? any());
  if (landmarks) lines.set(key, line);
  return line;
}

/** Whether the target of a sweep has no spikes. False without a target. */
export function isTargetSilent(
  catalogue: Catalogue,
  data: ModelData,
  pattern: Pattern,
  sweep: string,
  twin: Scaling["twin"],
): boolean {
  const known = kept(silent, data);
  const key = `${pattern.key} ${sweep}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const line = (pattern.twin ? twin() : null) ?? otherOf(catalogue, data, pattern, sweep)?.line;
  const isSilent = line?.spikes.length === 0;
  known.set(key, isSilent);
  return isSilent;
}

function otherOf(catalogue: Catalogue, data: ModelData, pattern: Pattern, sweep: string): Target | null {
  const targets = kept(simulated, data);
  const key = `${pattern.key} ${sweep}`;
  let target = targets.get(key);
  if (target === undefined) {
    target = foundOf(catalogue, data, pattern, sweep);
    targets.set(key, target);
  }
  return target;
}

function foundOf(catalogue: Catalogue, data: ModelData, pattern: Pattern, sweep: string): Target | null {
  for (const target of pattern.targets) {
    const found =
      "lines" in target ? recordedOf(target.lines, data, pattern, sweep) : simulatedOf(catalogue, target, sweep);
    if (found) return found;
  }
  return null;
}

function simulatedOf(catalogue: Catalogue, target: TargetNeuron, name: string): Target | null {
  const { holding, resets, scale, dt } = target;
  const sweep = target.sweeps.find((one) => one.name === name);
  const neuron = NEURONS[target.neuron];
  if (!sweep || !neuron) return null;
  const values = new Map(target.values);
  const held = holding === null ? 0 : Number(values.get(holding));
  const parameters = Object.fromEntries(target.parameters.map((one) => [one, values.get(one) ?? Number.NaN]));
  const runner = new Runner(neuron, { settings: catalogue.bench, resets }, parameters, held, dt);
  return { line: lineOf("target", runner.respond(numbersOf(sweep, values)), Number.NaN), scale, resets };
}

/** The line of a recording, on a time grid. */
function recordedOf(lines: readonly RecordedLine[], data: ModelData, pattern: Pattern, name: string): Target | null {
  const line = lines.find((one) => one.name === name);
  if (!line) return null;
  const { t, v, spikes } = line;
  // The hidden neuron of a mystery is the same model with other values, so its spikes have the same height.
  const own = data.model.resets && MYSTERY.test(pattern.key) ? NEURONS[data.model.name]?.peak : undefined;
  const peak = own ?? line.peak ?? Number.NaN;
  const dt = (t[t.length - 1] - t[0]) / Math.max(t.length - 1, 1);
  const potentials = Float64Array.from(v, (x) => x ?? Number.NaN);
  const response = { t0: t[0], dt, v: potentials, current: new Float64Array(), spikes, divergedAt: Number.NaN };
  return { line: lineOf("target", response, peak), scale: null, resets: false };
}

/** The target, scaled to the landmarks of another neuron. */
function onto({ line, scale, resets }: Target, to: Landmarks): Line {
  if (!scale) return line;
  return lineOf("target", { ...line, v: ontoScale(line.v, scale, to) }, resets ? to[2] : Number.NaN);
}
