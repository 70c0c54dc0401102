// The simulation of the last undo step. The axes are computed from it, so that they change at the end of a drag but not during
// it. While the sliders glide to another pattern, it is the simulation of the goal.

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Line } from "./lines.ts";
import type { RunModel } from "./run.ts";
import { isOf, isSame, type SelectionModel } from "./selection.ts";
import { type Simulation, simulationOf } from "./simulation.ts";

export interface Settled {
  readonly simulation: Simulation;
  readonly line: Line;
}

interface Kept extends Settled {
  readonly key: string;
}

/** The settled simulation of the shown pair and sweep. It does not change during a drag. */
export function settledOf(selection: SelectionModel, run: RunModel): ReadonlySignal<Settled> {
  const { catalogue, current, data, goal, settled } = selection;
  const pair = computed(() => `${current.value.model} ${current.value.pattern}`);
  const step = computed(() => {
    pair.value;
    return isOf(settled.value, current.peek()) ? settled.value : (goal.peek() ?? current.peek());
  });
  let last: Kept | null = null;
  return computed(() => {
    const [at, found, shown, isOurs] = [step.value, run.found.value, run.sweep.value, run.isOurs.value];
    const key = `${pair.value} ${shown} ${isOurs}`;
    const isAtRest = at === current.peek() || isSame(at, current.peek());
    // A host replies later, so its line may still belong to former values.
    const isLate = !isOurs && run.answered.value !== null && run.isFaded.value;
    if (last?.key === key && (!isAtRest || isLate)) return last;
    const isHere = isAtRest || !isOurs;
    const simulation = isHere ? run.simulation.peek() : simulationOf(catalogue, data.value, at, { found, shown });
    last = { key, simulation, line: isHere ? run.trace.peek() : simulation.trace("yours") };
    return last;
  });
}
