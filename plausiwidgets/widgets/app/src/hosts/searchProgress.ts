// The progress of a search in the browser, with the rows of its evaluations and its best set.

import type { Values } from "../catalogue.ts";
import type { Problem, Rank } from "../engine/search/objective.ts";
import { RANKS, rowLength, type Widths, widthsOf } from "../engine/search/rows.ts";
import type { Report } from "../engine/search/worker.ts";
import type { Reply, ReplyArrays, Requests } from "../messages.ts";

const NEWEST = 2000; // maximum number of evaluations whose values are in one reply
const AT_BOUND = 0.02; // distance from a bound, as a share of the range and of the bound, below which a value is at the bound

export class SearchProgress {
  count = 0;
  readonly widths: Widths;
  #rows = new Float64Array();
  #best = -1;

  constructor(
    readonly id: string,
    readonly fields: Requests["search"],
    readonly problem: Problem,
    readonly budget: number,
  ) {
    this.widths = widthsOf(problem);
  }

  /** The rows of all evaluations, packed. */
  get rows(): Float64Array {
    return this.#rows.subarray(0, this.count * rowLength(this.widths));
  }

  /** Adds the rows of a report. Those that a new leader repeats keep their ranks. */
  add({ rows, from }: Pick<Report, "rows" | "from">): void {
    const length = rowLength(this.widths);
    const first = this.count;
    const added = rows.subarray((first - from) * length);
    const end = first * length + added.length;
    if (end > this.#rows.length) {
      const kept = this.rows;
      this.#rows = new Float64Array(Math.max(end, 2 * this.#rows.length));
      this.#rows.set(kept);
    }
    this.#rows.set(added, first * length);
    this.count = end / length;
    for (let k = first; k < this.count; k++) this.#consider(k);
  }

  /** Sets the rank of an evaluation after its verification by Python. */
  rank(number: number, rank: Rank): void {
    this.#rows[number * rowLength(this.widths) + 1] = RANKS.indexOf(rank);
    this.#best = -1;
    for (let k = 0; k < this.count; k++) this.#consider(k);
  }

  rankOf(number: number): Rank {
    return RANKS[this.#rows[number * rowLength(this.widths) + 1]];
  }

  pointOf(number: number): number[] {
    const first = number * rowLength(this.widths) + 2;
    return [...this.#rows.subarray(first, first + this.widths.point)];
  }

  /** The complete set of an evaluation. */
  setOf(number: number): Values {
    const point = this.pointOf(number);
    return { ...this.fields.values, ...Object.fromEntries(this.problem.axes.map(({ name }, i) => [name, point[i]])) };
  }

  /** The loss for comparisons of sets with equal ranks, which includes the loss of a failed verification test. */
  #gradedOf(number: number): number {
    const length = rowLength(this.widths);
    const isFragile = this.rankOf(number) === "fragile";
    return this.#rows[number * length] + (isFragile ? this.#rows[(number + 1) * length - 1] : 0);
  }

  #consider(number: number): void {
    if (this.#best < 0) {
      this.#best = number;
      return;
    }
    const [own, best] = [number, this.#best].map((one) => this.#rows[one * rowLength(this.widths) + 1]);
    if (own < best || (own === best && this.#gradedOf(number) < this.#gradedOf(this.#best))) this.#best = number;
  }

  reply(state: Reply<"search">["state"], from: number, report: Pick<Report, "seconds" | "error" | "distribution">) {
    const { model, pattern, dt } = this.fields;
    const hasBest = this.#best >= 0;
    const search = {
      ...{ id: this.id, model, pattern, dt, evaluations: this.count, budget: this.budget, seconds: report.seconds },
      loss: hasBest ? this.#rows[this.#best * rowLength(this.widths)] : ("Infinity" as const),
      best: hasBest ? this.setOf(this.#best) : {},
      at_bounds: hasBest ? this.#atBounds() : [],
      status: hasBest ? this.rankOf(this.#best) : ("rejected" as const),
      sentence: "",
    };
    const space = this.problem.axes;
    const { spread } = report.distribution;
    return { id: this.id, kind: "search", state, from, search, space, spread, error: report.error } as Reply<"search">;
  }

  arrays(from: number, { restarts, distribution }: Pick<Report, "restarts" | "distribution">): ReplyArrays["search"] {
    const { spread: _, ...arrays } = distribution;
    const losses = Float32Array.from(
      { length: this.count - from },
      (_, k) => this.#rows[(from + k) * rowLength(this.widths)],
    );
    const first = Math.max(from, this.count - NEWEST);
    const values = new Float32Array((this.count - first) * this.widths.point);
    for (let k = first; k < this.count; k++) values.set(this.pointOf(k), (k - first) * this.widths.point);
    return { loss: losses, restarts: Int32Array.from(restarts), values, ...arrays };
  }

  /** The parameters of the best set that are at a bound of their range. */
  #atBounds(): string[] {
    const point = this.pointOf(this.#best);
    return this.problem.axes
      .filter(({ low, high }, i) =>
        [low, high].some((end) => Math.abs(point[i] - end) <= AT_BOUND * Math.min(Math.abs(end), high - low)),
      )
      .map(({ name }) => name);
  }
}
