// The evaluation of several points of a search together, in the lanes of a kernel if the neuron has one.

import { Lanes } from "../lanes/lanes.ts";
import { NEURONS } from "../neuron.ts";
import { type Evaluated, Objective, type Problem } from "./objective.ts";
import type { Phase } from "./portfolio.ts";

export class Evaluator {
  readonly objective: Objective;
  /** Resolves when the kernel is compiled, or when the neuron or the browser turns out to have none. */
  readonly compiled: Promise<void>;
  #lanes: Lanes | null = null;

  /** Until the kernel is compiled, the neuron's own function evaluates the points, with the same results. */
  constructor(problem: Problem) {
    this.objective = new Objective(problem);
    this.compiled = Lanes.of(NEURONS[problem.model.name]).then((lanes) => {
      this.#lanes = lanes;
    });
  }

  /** The number of points that are evaluated together. */
  get width(): number {
    return this.#lanes ? 2 * this.#lanes.width : 1; // a lane whose measurement ends early takes another
  }

  /** The evaluations of points, which do not depend on each other or on the kernel. */
  evaluate(points: readonly (readonly number[])[], phase: Phase): Evaluated[] {
    const work = this.evaluating(points, phase);
    let step = work.next();
    while (!step.done) step = work.next();
    return step.value;
  }

  /** The evaluations of points, with a pause after each part of the work. */
  *evaluating(points: readonly (readonly number[])[], phase: Phase): Generator<void, Evaluated[]> {
    const objective = this.objective;
    const works = points.map((point) => objective.evaluating(point, phase));
    if (!this.#lanes) {
      const rows: Evaluated[] = [];
      for (const work of works) {
        let step = work.next(undefined);
        for (; !step.done; step = work.next(undefined)) yield;
        rows.push(step.value);
      }
      return rows;
    }
    const rows = yield* this.#lanes.finishing(works);
    // The neuron's own function decides about a set that is reported as found.
    return rows.map((row, k) =>
      row.rank === "unverified" && !objective.accepts(row.point) ? objective.evaluate(points[k], phase) : row,
    );
  }
}
