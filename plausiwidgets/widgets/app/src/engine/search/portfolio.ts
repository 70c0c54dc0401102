// The strategy of a search, as in Python's portfolio.py. A screen evolves, and CMA-ES runs start from its best members. The two
// exchange points. A population that no longer improves is replaced by one of twice the size on another scale.

import { CmaRun } from "./cmaRun.ts";
import { lossOf, type Penalties, Population, squaredDistance } from "./population.ts";
import { streamOf } from "./random.ts";
import { Sobol } from "./sobol.ts";
import { type Axis, Chart } from "./space.ts";

const STREAMS = { sobol: 0, population: 1, run: 2, random: 4 }; // the first numbers of the keys of the random streams
const APART = 0.1; // minimum distance between the starts of two runs from one population, in diagonals of the cube

const POPULATION = 32; // members of the first population
const MAX_POPULATION = 256;
const TRIED = 4; // one of so many members is tried at a time
const RUN = { popsize: 8, sigma: 0.15, patience: 15 };
const ALONE = 2000; // number of evaluations before the first run; with a start, the first run starts immediately
const EXPLORED = 2; // number of Sobol points for each trial, instead of runs, if amplitudes are solved
const SPREADS = [1, 8]; // factors on the linear parts of asinh scales, used alternately

export type Phase = "start" | "screen" | "search";

/** Points that are evaluated together. The next batch depends on the penalties of all of them. */
export interface Batch {
  readonly points: readonly (readonly number[])[];
  readonly phase: Phase;
}

/** The state of CMA-ES, or the values of a population, after the last batch. */
export interface Distribution {
  readonly mean: Float64Array<ArrayBuffer>;
  readonly covariance: Float64Array<ArrayBuffer>;
  readonly spread: number;
  /** The values of a population in row-major order. Empty while CMA-ES runs. */
  readonly population: Float32Array<ArrayBuffer>;
}

export const NO_DISTRIBUTION: Distribution = {
  mean: new Float64Array(),
  covariance: new Float64Array(),
  spread: 1,
  population: new Float32Array(),
};

export interface Strategy {
  readonly axes: readonly Axis[];
  readonly seed: number;
  readonly budget: number;
  /** The parameter values that are evaluated first. */
  readonly start?: readonly number[] | null;
  /** Whether the amplitude of each point is solved. Random points then do well, and CMA-ES may follow a misleading slope. */
  readonly solvesAmplitude?: boolean;
}

/** The planner of a search. Its points depend only on the settings and on the penalties. */
export class Portfolio {
  restarts = 0;
  readonly #strategy: Strategy;
  readonly #charts: readonly Chart[];
  readonly #sobol: Sobol;
  #left: number;
  #runs = 0;
  #population: Population | null = null;
  #run: CmaRun | null = null;

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
    this.#left = strategy.budget;
    this.#charts = SPREADS.map((spread) => new Chart(strategy.axes, spread));
    this.#sobol = new Sobol(strategy.axes.length, streamOf(strategy.seed, STREAMS.sobol));
  }

  distribution(): Distribution {
    const [run, population] = [this.#run, this.#population];
    if (run) return { ...NO_DISTRIBUTION, ...run.distribution(), spread: run.chart.spread };
    if (!population) return NO_DISTRIBUTION;
    const values = population.units.flatMap((unit) => population.chart.decode(unit));
    return { ...NO_DISTRIBUTION, population: Float32Array.from(values) };
  }

  /** Yields batches and receives their penalties until the budget is spent. */
  *batches(): Generator<Batch, void, readonly Penalties[]> {
    const { start } = this.#strategy;
    if (start) yield* this.#evaluate([start], "start");
    let size = POPULATION;
    for (let round = 0; this.#left > 0; round++) {
      this.#population = this.#run = null;
      const chart = this.#charts[round % this.#charts.length];
      const units = this.#sobol.draw(Math.min(size, this.#left));
      const penalties = yield* this.#evaluate(
        units.map((unit) => chart.decode(unit)),
        "screen",
      );
      const random = streamOf(this.#strategy.seed, STREAMS.population, round);
      this.#population = new Population(chart, units, penalties, random);
      yield* this.#evolve(this.#population);
      size = Math.min(2 * size, MAX_POPULATION);
      this.restarts++;
    }
  }

  /** Evolves a population, together with one CMA-ES run after another, until it no longer improves. */
  *#evolve(population: Population): Generator<Batch, void, readonly Penalties[]> {
    const { start = null, solvesAmplitude = false, budget } = this.#strategy;
    const used: number[][] = [];
    let run: CmaRun | null = null;
    while (this.#left > 0 && !population.isStale) {
      const runs = start !== null || (budget - this.#left >= ALONE && !solvesAmplitude);
      if (runs) run ??= this.#newRun(population, used);
      const tried = Math.min(Math.max(Math.floor(population.size / TRIED), 1), this.#left);
      const asked = population.ask(tried);
      this.#run = run;
      const active = this.#left >= tried + RUN.popsize ? run : null; // a run requires whole generations
      if (active) asked.push(...active.ask());
      if (solvesAmplitude) {
        asked.push(...this.#sobol.draw(EXPLORED * tried).map((unit) => this.#charts[0].decode(unit)));
      }
      const penalties = yield* this.#evaluate(asked, "search");
      population.tell(penalties.slice(0, tried));
      if (!active) continue;
      const end = tried + RUN.popsize;
      const own = penalties.slice(tried, end);
      active.tell(own.map(lossOf));
      population.take(asked.slice(tried, end), own);
      if (!active.isFinished) continue;
      run = this.#newRun(population, used);
      this.restarts++;
    }
  }

  /**
   * Returns a new run. The first run starts at the start, and the others at the best member apart from the starts of other
   * runs.
   */
  #newRun(population: Population, used: number[][]): CmaRun {
    const { seed, axes, start = null } = this.#strategy;
    const number = this.#runs++;
    const chart = this.#charts[number % this.#charts.length];
    let from = start;
    if (number > 0 || !from) {
      const { uniform } = streamOf(seed, STREAMS.random, number);
      const unit = apart(population, used) ?? axes.map(uniform);
      used.push(unit);
      from = population.chart.decode(unit);
    }
    return new CmaRun(chart, chart.encode(from), RUN, streamOf(seed, STREAMS.run, number));
  }

  /** Yields as many points as the budget allows, and returns their penalties. */
  *#evaluate(asked: Batch["points"], phase: Phase): Generator<Batch, readonly Penalties[], readonly Penalties[]> {
    const points = asked.slice(0, this.#left);
    const penalties = yield { points, phase };
    this.#left -= points.length;
    return penalties;
  }
}

/** The best member that is apart from all used points. */
function apart({ units, losses }: Population, used: readonly (readonly number[])[]): number[] | null {
  const least = APART ** 2 * units[0].length;
  const order = losses.map((_, k) => k).sort((i, j) => losses[i] - losses[j]);
  const place = order.find((k) => used.every((other) => squaredDistance(units[k], other) >= least));
  return place === undefined ? null : [...units[place]];
}
