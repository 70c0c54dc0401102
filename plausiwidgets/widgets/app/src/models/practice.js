import { endsOf, positionOf, STEPS, valueAt } from "../engine/scales.ts";
import { simulation } from "./simulation.js";

/** @import { Catalogue, ModelData, Selection, Slider, Values } from "../types.d.ts" */

const TRIES = 24;
const CELL = ["quiet", "at_rest", "cell"]; // criteria of a neuron that rests and has the potentials of a cell

/**
 * Values from which a hand has to come back: some sliders away from where the pattern holds, and judged not to show it,
 * by a neuron that still is one where such values are found.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} from @param {Slider[]} sliders
 * @returns {Generator<void, { values: Values, names: string[] } | null>}
 */
export function* moveAway(catalogue, data, from, sliders, random = Math.random) {
  for (let k = 0; k < TRIES; k++) {
    const names = [...sliders].sort(() => random() - 0.5).slice(0, Math.min(sliders.length, k < TRIES / 2 ? 2 : 3));
    const values = { ...from.values };
    for (const slider of names) {
      const value = from.values[slider.name];
      const ends = endsOf(slider, value);
      const at = positionOf(slider, value, ends);
      const far = Math.round((0.18 + 0.3 * random()) * STEPS);
      const to = random() < 0.5 ? at - far : at + far;
      values[slider.name] = valueAt(slider, to < 0 || to > STEPS ? (to < 0 ? at + far : at - far) : to, ends);
    }
    const { verdict } = yield* simulation(catalogue, data, { ...from, values }).judging();
    const isCell = verdict?.criteria.every(({ key, passed }) => passed || !CELL.includes(key));
    if (verdict && verdict.loss > 0 && !verdict.diverged && (isCell || k >= TRIES - 4))
      return { values, names: names.map(({ name }) => name) };
  }
  return null;
}
