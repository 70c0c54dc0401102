// The evaluation of several points of a search together, in the lanes of a kernel if the neuron has one.

import { Lanes } from "../lanes/lanes.ts";
import { NEURONS } from "../neuron.ts";
import { type Evaluated, Objective, type Problem } from "./objective.ts";
import type { Phase } from "./portfolio.ts";

export class Evaluator {
  private constructor(
    readonly objective: Objective,
    readonly lanes: Lanes | null,
  ) {}

  /** Compiles the kernel of the neuron. */
  static async of(problem: Problem): Promise<Evaluator> {
    return new Evaluator(new Objective(problem), await Lanes.of(NEURONS[problem.model.name]));
  }

  /** The number of points that are evaluated together. */
  get width(): number {
    return this.lanes ? 2 * this.lanes.width : 1; // a lane whose measurement ends early takes another
  }

  /** The evaluations of points, which do not depend on each other or on the kernel. */
  evaluate(points: readonly (readonly number[])[], phase: Phase): Evaluated[] {
    const { objective, lanes } = this;
    if (!lanes) return points.map((point) => objective.evaluate(point, phase));
    const rows = lanes.finish(points.map((point) => objective.evaluating(point, phase)));
    // The neuron's own function decides about a set that is reported as found.
    return rows.map((row, k) =>
      row.rank === "unverified" && !objective.accepts(row.point) ? objective.evaluate(points[k], phase) : row,
    );
  }
}
