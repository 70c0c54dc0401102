// One run of CMA-ES in the unit cube, as in Python's cmaes.py. Its points are folded into the cube.

import { Evolution } from "./cmaes.ts";
import { GAIN } from "./population.ts";
import type { Random } from "./random.ts";
import { type Chart, clipped, folded } from "./space.ts";

const COLLAPSED = 1e-4; // largest standard deviation of a converged run, in the unit cube

export interface RunSettings {
  /** The first standard deviation, in the unit cube. */
  readonly sigma: number;
  readonly popsize: number;
  /** Number of generations without a gain after which the run ends. */
  readonly patience: number;
}

export class CmaRun {
  readonly #evolution: Evolution;
  readonly #patience: number;
  #best = Infinity;
  #reference = Infinity;
  #gained = 0; // the generation of the last gain
  #isFinished = false;
  #asked: number[][] = [];

  constructor(
    readonly chart: Chart,
    start: readonly number[],
    { sigma, popsize, patience }: RunSettings,
    random: Random,
  ) {
    this.#patience = patience;
    this.#evolution = new Evolution(start.map(clipped), sigma, popsize, random.normal);
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  distribution(): ReturnType<Evolution["distribution"]> {
    return this.#evolution.distribution();
  }

  /** The next generation as parameter values. */
  ask(): number[][] {
    this.#asked = this.#evolution.ask();
    return this.#asked.map((point) => this.chart.decode(point.map(folded)));
  }

  /** Updates the run with the losses of the requested points. */
  tell(losses: readonly number[]): void {
    this.#best = Math.min(this.#best, ...losses);
    // Folding repeats the landscape beyond the cube, so a slope leads back.
    const outside = (point: readonly number[]) => point.reduce((sum, x) => sum + (x - clipped(x)) ** 2, 0);
    this.#evolution.tell(
      this.#asked,
      losses.map((loss, k) => loss + outside(this.#asked[k])),
    );
    const { generation, spread } = this.#evolution;
    if (this.#reference - this.#best > GAIN) {
      this.#reference = this.#best;
      this.#gained = generation;
    }
    this.#isFinished = generation - this.#gained >= this.#patience || !(spread > COLLAPSED);
  }
}
