// What the bench of the judge does with a neuron, for one set of values: it settles, and gets its sweeps.

import { injected, roundHalfEven } from "../../../../simulation/javascript/runtime.js";
import { OPERATIONS } from "./features.js";

/** The value of a formula: a number, the name of a value, or [operation, operands]. */
export function valueOf(formula, values) {
  if (typeof formula === "number") return formula;
  if (typeof formula === "string") return values.get(formula);
  const [name, ...operands] = formula;
  return OPERATIONS[name](...operands.map((operand) => valueOf(operand, values)));
}

/** How often a neuron may fire in so many steps before it is given up. */
export function spikeLimit(bench, steps, dt) {
  return Math.trunc(bench.rate * steps * dt) + 2;
}

/** The neuron at rest at a holding current, with the last 50 ms before the onset; `state` is null where it is lost. */
export function settled(neuron, bench, parameters, holding, dt) {
  const shown = roundHalfEven(bench.before / dt);
  const steps = roundHalfEven(bench.settle / dt) + shown;
  const { state, span, threshold } = neuron.start(parameters, holding);
  state[0] += bench.kick * span;
  const currents = new Float64Array(steps).fill(holding);
  const run = neuron.simulate(parameters, currents, dt, state, [neuron.states[0]], spikeLimit(bench, steps, dt));
  return {
    state: run.diverged < 0 ? run.state : null,
    v: run.recorded[0].subarray(steps - shown),
    spikes: run.spikes.filter((k) => k >= steps - shown).map((k) => (k - steps) * dt),
    steps: run.spikes,
    total: steps,
    diverged: run.diverged,
    span,
    threshold,
    shown,
  };
}

/**
 * The response to a sweep: {t0, dt, v, current, spikes, divergedAt}, times in ms from the onset; and in time steps:
 * when it fired (`steps`, and `every` with those after the end), the end (`last`) and when it was lost (`lost`, or -1).
 */
export function responseTo(sweep, rest, neuron, bench, parameters, holding, dt, values) {
  const pieces = sweep.pieces.map((piece) => piece.map((formula) => valueOf(formula, values)));
  const steps = roundHalfEven(valueOf(sweep.duration, values) / dt);
  const last = Math.min(roundHalfEven(valueOf(sweep.end, values) / dt), steps);
  const { shown } = rest;
  const v = new Float64Array(shown + steps);
  const current = new Float64Array(shown + steps).fill(holding, 0, shown);
  const currents = injected(pieces, holding, 0, dt, steps);
  v.set(rest.v);
  current.set(currents, shown);
  const line = { t0: -shown * dt, dt, v, current, spikes: rest.spikes, divergedAt: NaN, steps: [], every: [], last, lost: -1 };
  if (rest.state === null) {
    v.fill(NaN, shown);
    return { ...line, divergedAt: line.t0, lost: 0 };
  }
  const limit = spikeLimit(bench, last, dt);
  const run = neuron.simulate(parameters, currents, dt, rest.state, [neuron.states[0]], limit);
  v.set(run.recorded[0], shown);
  const fired = run.spikes.filter((k) => k < last);
  const isLost = run.diverged >= 0 && run.diverged < last;
  return {
    ...line,
    spikes: [...rest.spikes, ...fired.map((k) => k * dt)],
    divergedAt: isLost ? run.diverged * dt : NaN,
    steps: fired,
    every: run.spikes,
    lost: isLost ? run.diverged : -1,
  };
}

export { injected };
