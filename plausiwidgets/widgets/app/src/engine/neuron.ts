// Neurons that Python generates for the page. The same program runs as machine code in Python, so the spikes are identical.

import type { Values } from "../catalogue.ts";
import * as runtime from "./runtime.ts";

export interface Start {
  /** The initial state, in a new array for each call, which the caller may change. */
  readonly state: number[];
  /** Distance from rest to threshold in mV. */
  readonly span: number;
  readonly threshold: number;
}

export interface Simulated {
  /** Indices of the time steps in which the neuron fired. */
  readonly spikes: readonly number[];
  /** One array for each recorded variable, after each step. NaN once the neuron diverged. */
  readonly recorded: readonly Float64Array[];
  readonly state: readonly number[];
  /** The state after the last computed step, also if the neuron diverged in this step. */
  readonly reached: readonly number[];
  /** The first time step in which the neuron diverged, or −1. */
  readonly diverged: number;
}

/** The arguments of a simulation. */
export interface Call {
  readonly parameters: Values;
  /** The current in each time step, or a constant current. */
  readonly currents: Float64Array | number;
  readonly steps: number;
  readonly dt: number;
  readonly state: readonly number[];
  readonly record: readonly string[];
  /** The maximum number of spikes, at least 1. The neuron counts as diverged in the step after the last of them. */
  readonly spikeLimit: number;
}

export function simulated(
  neuron: Neuron,
  { parameters, currents, steps, dt, state, record, spikeLimit }: Call,
): Simulated {
  const all = typeof currents === "number" ? new Float64Array(steps).fill(currents) : currents;
  return neuron.simulate(parameters, all, dt, state, record, spikeLimit);
}

export interface Neuron {
  readonly name: string;
  readonly dt: number;
  readonly peak: number;
  readonly states: readonly string[];
  readonly parameters: readonly (readonly [string, number])[];
  start(parameters: Values, holding: number): Start;
  simulate(
    parameters: Values,
    currents: Float64Array,
    dt: number,
    state: readonly number[],
    record?: readonly string[],
    spikeLimit?: number,
  ): Simulated;
}

/** The neurons that this page can simulate, by their names. The page runs no code except that which Python generated. */
export const NEURONS: Record<string, Neuron> = {};

/** Adds neurons. The minifier renames the functions of the runtime, so `make` receives them by name. */
export function addNeurons(make: (functions: typeof runtime) => Readonly<Record<string, Neuron>>): void {
  Object.assign(NEURONS, make(runtime));
}
