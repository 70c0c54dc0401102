// The noise tolerance of the selection, computed by the page, or by Python for a neuron that only Python can simulate.

import { type Catalogue, type ModelData, patternOf } from "../catalogue.ts";
import { runnersOfKind } from "../engine/judge.ts";
import { NEURONS } from "../engine/neuron.ts";
import { LARGEST, NoisyRunner, SMALLEST, toleranceOf } from "../engine/noise.ts";
import { tr } from "../i18n/texts.ts";
import type { Selection } from "./selection.ts";

/** Time constant of the noise in ms, and number of noise seeds. */
export const NOISES = { tau: 5, seeds: 10 };

/** Whether a procedure chooses the sweeps of a pattern from the responses. */
const adapts = (catalogue: Catalogue, data: ModelData, pattern: string): boolean =>
  patternOf(catalogue, data, pattern).components.some(({ tape, sweeps }) => tape && !sweeps.length);

/** Whether the page can compute the tolerance of a neuron that it simulates. */
export const canTolerate = (catalogue: Catalogue, data: ModelData, { model, pattern }: Selection): boolean =>
  Boolean(NEURONS[model]) && patternOf(catalogue, data, pattern).components.every(({ tape }) => tape);

/** The tolerance in words. The generator pauses before each simulation. */
export function* toleranceText(
  catalogue: Catalogue,
  data: ModelData,
  selection: Selection,
): Generator<unknown, string> {
  const { model, pattern, values, dt } = selection;
  if (adapts(catalogue, data, pattern)) {
    return tr(
      "not defined, because the pattern adapts its stimulus to the responses of the neuron, such as in a search for the threshold. With noise, the threshold itself would change.",
    );
  }
  const own = new Map(Object.entries(values));
  const runnerAt = runnersOfKind(NoisyRunner, { settings: catalogue.bench, ...data }, NEURONS[model], own, dt);
  return textOf(yield* toleranceOf(patternOf(catalogue, data, pattern), runnerAt, own, NOISES));
}

function textOf(percent: number): string {
  if (Number.isNaN(percent)) return tr("not defined, because the criteria are not met without noise.");
  if (percent === 0) return tr("less than {percent} % of the amplitude", { percent: SMALLEST });
  if (percent === Infinity) return tr("more than {percent} % of the amplitude", { percent: LARGEST });
  return tr("{percent} % of the amplitude", { percent: Number(percent.toPrecision(2)) });
}
