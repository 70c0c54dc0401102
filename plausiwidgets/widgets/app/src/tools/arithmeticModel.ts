// The neuron on the sliders in fixed point, with its simulation for a number of bits and the verdicts for several numbers.

import type { Catalogue, ModelData } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import { fixedPointOf, onChip, rangesOf } from "../engine/roundedNeuron.ts";
import type { Selection } from "../models/selection.ts";
import { type Evaluated, type Simulation, simulationOf } from "../models/simulation.ts";

/** The numbers of bits whose verdicts the tool compares. */
export const COMPARED = [6, 8, 10, 12, 14, 16, 18, 20, 24, 32] as const;

const ranges = new Map<string, readonly number[]>();

/** The simulation of a selection in fixed point, or null if the page cannot simulate the neuron. */
export function roundedSimulation(
  catalogue: Catalogue,
  data: ModelData,
  selection: Selection,
  bits: number,
): Simulation | null {
  const neuron = NEURONS[selection.model];
  if (!neuron) return null;
  const known = ranges.get(selection.model) ?? rangesOf(neuron, data);
  ranges.set(selection.model, known);
  const { name, spike } = data.model;
  const key = `${name}_${bits}_bits`;
  NEURONS[key] ??= onChip(neuron, fixedPointOf(bits, known, data.parameters), spike?.level ?? null);
  return simulationOf(catalogue, data, { ...selection, model: key });
}

/** Evaluates a selection for each of the compared numbers of bits, and calls `give` after each. */
export function* comparing(
  catalogue: Catalogue,
  data: ModelData,
  selection: Selection,
  give: (bits: number, evaluated: Evaluated) => void,
): Generator<unknown, void> {
  for (const bits of COMPARED) {
    const simulation = roundedSimulation(catalogue, data, selection, bits);
    if (!simulation) return;
    give(bits, yield* simulation.judging());
    yield;
  }
}
