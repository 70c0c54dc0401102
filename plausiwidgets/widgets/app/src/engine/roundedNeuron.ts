// A neuron in the arithmetic of a chip. Its parameters and, after each time step, its state are rounded.

import type { ModelData, Values } from "../catalogue.ts";
import type { Neuron, Simulated } from "./neuron.ts";
import { fixedPoint, powerOfTwo, type Rounded } from "./numberFormat.ts";

export const FEWEST_BITS = 3;
export const MOST_BITS = 32;
const CURRENTS = 8; // the number of current steps from which the ranges of the state variables of a custom neuron are computed
const DURATION = 500; // duration of each step in ms

export interface Formats {
  readonly states: readonly Rounded[];
  readonly parameters: Readonly<Record<string, Rounded>>;
}

/** The largest absolute values of the state variables in the packaged sets, or otherwise during current steps. */
export function rangesOf(
  neuron: Neuron,
  { ranges, currents = [0, 0] }: Pick<ModelData, "ranges" | "currents">,
): readonly number[] {
  if (ranges) return ranges;
  const [low, high] = currents;
  const steps = Math.round(DURATION / neuron.dt);
  const { state } = neuron.start({}, 0);
  const largest = state.map(Math.abs);
  for (let k = 0; k < CURRENTS; k++) {
    const current = new Float64Array(steps).fill(low + ((high - low) * k) / (CURRENTS - 1));
    const { recorded } = neuron.simulate({}, current, neuron.dt, state, neuron.states);
    for (const [i, values] of recorded.entries()) {
      largest[i] = values.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), largest[i]);
    }
  }
  return largest.map((size) => size || 1);
}

/** Fixed point with a number of bits for each state variable and parameter. */
export function fixedPointOf(bits: number, ranges: readonly number[], parameters: ModelData["parameters"]): Formats {
  const format = (largest: number) => fixedPoint(bits, powerOfTwo(largest));
  const entries = parameters.map(({ name, low, high }) => [name, format(Math.max(Math.abs(low), Math.abs(high)))]);
  return { states: ranges.map(format), parameters: Object.fromEntries(entries) };
}

/**
 * A neuron whose parameters and state are rounded.
 *
 * @param level the potential whose upward crossing is a spike, or null for a neuron with a reset
 */
export function onChip(neuron: Neuron, formats: Formats, level: number | null): Neuron {
  const parametersOf = (given: Values): Values =>
    Object.fromEntries(
      neuron.parameters.map(([name, usual]) => [name, formats.parameters[name](given[name] ?? usual)]),
    );
  const round = (state: readonly number[]) => state.map((x, i) => formats.states[i](x));
  const one = new Float64Array(1);

  function simulate(
    given: Values,
    currents: Float64Array,
    dt: number,
    start: readonly number[],
    record: readonly string[] = ["v"],
    spikeLimit = Number.POSITIVE_INFINITY,
  ): Simulated {
    const parameters = parametersOf(given);
    const places = record.map((name) => Math.max(neuron.states.indexOf(name), 0));
    const recorded = places.map(() => new Float64Array(currents.length).fill(Number.NaN));
    const spikes: number[] = [];
    let state = start;
    for (let k = 0; k < currents.length; k++) {
      one[0] = currents[k];
      const step = neuron.simulate(parameters, one, dt, state, []);
      const next = round(step.reached); // a value outside the range saturates
      if (next.some(Number.isNaN) || spikes.length >= spikeLimit) {
        const lost = neuron.states.map(() => Number.NaN);
        return { spikes, recorded, state: lost, reached: next, diverged: k };
      }
      // The rounded potential decides, because the next step starts from it.
      const fires = level === null ? step.spikes.length > 0 : state[0] < level && next[0] >= level;
      state = next;
      if (fires) spikes.push(k);
      for (const [i, place] of places.entries()) recorded[i][k] = state[place];
    }
    return { spikes, recorded, state, reached: state, diverged: -1 };
  }

  return {
    ...neuron,
    simulate,
    start(given, holding) {
      // Rest and threshold are for the measurement of a pattern. They are not values of the chip.
      const { span, threshold } = neuron.start(given, holding);
      return { state: round(neuron.start(parametersOf(given), holding).state), span, threshold };
    },
  };
}
