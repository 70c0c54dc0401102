// The target: the trace that the trace of the sliders is compared with. It is a published neuron or a recording.

import type { Catalogue, Landmarks, ModelData, Pattern, RecordedLine, TargetNeuron } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import { Runner } from "../engine/runner.ts";
import type { Line } from "./lines.ts";
import { lineOf, numbersOf, ontoScale } from "./response.ts";

export interface Target {
  readonly line: Line;
  /** The landmarks of the neuron of the target, or null for a recording, which is never scaled. */
  readonly scale: Landmarks | null;
  readonly resets: boolean;
}

/** The keys of patterns that match a mystery. */
const MYSTERY = /^mystery(#\d+)?$/;

const known = new WeakMap<ModelData, Map<string, Target | null>>();

/**
 * The target of a sweep, or null. It is simulated once.
 *
 * @param twin gives the first stored set as the target, if the pattern has a twin
 */
export function targetOf(
  catalogue: Catalogue,
  data: ModelData,
  pattern: Pattern,
  sweep: string,
  twin: () => Target | null,
): Target | null {
  const targets = known.get(data) ?? new Map<string, Target | null>();
  known.set(data, targets);
  const key = `${pattern.key} ${sweep}`;
  let target = targets.get(key);
  if (target === undefined) {
    target = (pattern.twin ? twin() : null) ?? foundOf(catalogue, data, pattern, sweep);
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

/** The line of a recording, on a grid of time. */
function recordedOf(lines: readonly RecordedLine[], data: ModelData, pattern: Pattern, name: string): Target | null {
  const line = lines.find((one) => one.name === name);
  if (!line) return null;
  const { t, v, spikes } = line;
  // The hidden neuron of a mystery is this model with other values, and its spikes are equally tall.
  const own = data.model.resets && MYSTERY.test(pattern.key) ? NEURONS[data.model.name]?.peak : undefined;
  const peak = own ?? line.peak ?? Number.NaN;
  const dt = (t[t.length - 1] - t[0]) / Math.max(t.length - 1, 1);
  const potentials = Float64Array.from(v, (x) => x ?? Number.NaN);
  const response = { t0: t[0], dt, v: potentials, current: new Float64Array(), spikes, divergedAt: Number.NaN };
  return { line: lineOf("target", response, peak), scale: null, resets: false };
}

/** The target at the landmarks of another neuron. */
export function onto({ line, scale, resets }: Target, landmarks: () => Landmarks): Line {
  if (!scale) return line;
  const to = landmarks();
  return lineOf("target", { ...line, v: ontoScale(line.v, scale, to) }, resets ? to[2] : Number.NaN);
}
