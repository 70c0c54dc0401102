// A search without Python: CMA-ES on the judge of the page. It meets the criteria at the time step, and verifies nothing.

import { type Catalogue, type ModelData, patternOf, type Range, type Slider, type Values } from "../../catalogue.ts";
import { judgingWhole, runnersOf } from "../judge.ts";
import { NEURONS } from "../neuron.ts";
import { endsOf, shareOf, valueOn } from "../scales.ts";
import { Evolution } from "./evolution.ts";
import { normal, uniform } from "./random.ts";

/** Gets each run of CMA-ES, with the factor on the linear part of its asinh scales. It gets null when a run has ended. */
export type Watch = (run: Evolution | null, spread: number) => void;

const POPSIZE = 8; // of the first run
const MAX_POPSIZE = 32;
const SIGMA = 0.15;
const PATIENCE = 15; // generations without a gain
const GAIN = 1e-3;
const MIN_SPREAD = 1e-4;
const SCREENED = 32; // random points, the best of which starts a run
const WIDTHS = [1, 8]; // factors on the linear part of asinh scales, used alternately
const NO_LOSS = 1e6; // the loss of a set that cannot be evaluated
const BUDGET = 20000;

export interface SearchStart {
  readonly pattern: string;
  readonly values: Values;
  readonly dt: number;
}

export interface SearchSettings {
  /** Names of the parameters that the search varies. */
  readonly free: readonly string[];
  /** Bounds that differ from the ranges of the sliders. */
  readonly bounds: Readonly<Record<string, Range>>;
  readonly begin: "values" | "random";
  readonly seed?: number | undefined;
  readonly budget?: number | undefined;
}

export interface Evaluation {
  /** The values of the free parameters. */
  readonly values: Values;
  readonly loss: number;
  /** Whether this evaluation begins a restart. */
  readonly isFirst: boolean;
}

/** The search space: the unit cube, whose coordinates are places on the tracks of the free sliders. */
class Space {
  readonly sliders: readonly Slider[];
  readonly ends: readonly Range[];

  constructor(sliders: readonly Slider[], from: SearchStart, { free, bounds, begin }: SearchSettings) {
    this.sliders = sliders.filter(({ name }) => free.includes(name));
    this.ends = this.sliders.map(({ name, low, high }) => {
      const [least, most] = bounds[name] ?? [low, high];
      return begin === "random" ? [least, most] : endsOf({ low: least, high: most }, from.values[name]);
    });
  }

  /** The sliders, with wider linear parts of their asinh scales. */
  widened(factor: number): Slider[] {
    return this.sliders.map((one) =>
      one.linear_width === null ? one : { ...one, linear_width: one.linear_width * factor },
    );
  }

  pointOf(values: Values, on: readonly Slider[]): number[] {
    return on.map((slider, i) => shareOf(slider, values[slider.name], this.ends[i]));
  }

  valuesOf(point: readonly number[], on: readonly Slider[]): Values {
    return Object.fromEntries(on.map((slider, i) => [slider.name, valueOn(slider, folded(point[i]), this.ends[i])]));
  }
}

/** The free sliders in the order of the coordinates, with the limits of the search. */
export function axesOf(catalogue: Catalogue, data: ModelData, from: SearchStart, settings: SearchSettings) {
  const { sliders, ends } = spaceOf(catalogue, data, from, settings);
  return sliders.map(({ name, scale, linear_width }, i) => {
    const [low, high] = ends[i];
    return { name, low, high, scale, linear_width };
  });
}

function spaceOf(catalogue: Catalogue, data: ModelData, from: SearchStart, settings: SearchSettings): Space {
  return new Space([...patternOf(catalogue, data, from.pattern).stimulus, ...data.parameters], from, settings);
}

/** A coordinate reflected at 0 and 1. */
const folded = (x: number) => 1 - Math.abs((((x % 2) + 2) % 2) - 1);

/** Gives the loss of a set. */
type LossOf = (values: Values) => number;

function lossOf(catalogue: Catalogue, data: ModelData, from: SearchStart): LossOf {
  const pattern = patternOf(catalogue, data, from.pattern);
  const neuron = NEURONS[data.model.name];
  return (values) => {
    const all = new Map(Object.entries({ ...from.values, ...values }));
    const runners = runnersOf({ settings: catalogue.bench, ...data }, neuron, all, from.dt);
    const work = judgingWhole(pattern, runners, all);
    let step = work.next();
    while (!step.done) step = work.next();
    const loss = step.value.verdict?.loss ?? NO_LOSS;
    return Number.isFinite(loss) ? loss : NO_LOSS;
  };
}

/** Evaluates sets until one meets every criterion or the budget is used up. */
export function* searching(
  catalogue: Catalogue,
  data: ModelData,
  from: SearchStart,
  settings: SearchSettings,
  watch: Watch = () => {},
): Generator<Evaluation, void> {
  const { begin, seed = 0, budget = BUDGET } = settings;
  const space = spaceOf(catalogue, data, from, settings);
  const loss = lossOf(catalogue, data, from);
  const random = uniform(seed);
  const normals = normal(random);
  let left = budget;
  for (let runs = 0; left > 0; runs++) {
    const width = WIDTHS[runs % WIDTHS.length];
    const on = space.widened(width);
    const starting =
      runs === 0 && begin === "values"
        ? atValues(space, on, from, loss)
        : screening(space, on, loss, random, Math.min(SCREENED, left), runs > 0);
    const run = function* () {
      const start = yield* starting;
      const popsize = Math.min(POPSIZE * 2 ** Math.floor(runs / 2), MAX_POPSIZE);
      const evolution = new Evolution(start, SIGMA, popsize, normals);
      watch(evolution, width);
      yield* evolving(space, on, loss, evolution);
      watch(null, width);
    };
    for (const evaluation of run()) {
      yield evaluation;
      left--;
      if (evaluation.loss === 0) return;
      if (left <= 0) return;
    }
  }
}

/** Starts a run at the values of the selection. */
function* atValues(space: Space, on: readonly Slider[], { values }: SearchStart, loss: LossOf) {
  const own = Object.fromEntries(on.map(({ name }) => [name, values[name]]));
  yield { values: own, loss: loss({}), isFirst: false };
  return space.pointOf(values, on);
}

/** Starts a run at the best of some random points. */
function* screening(
  space: Space,
  on: readonly Slider[],
  loss: LossOf,
  random: () => number,
  count: number,
  isRestart: boolean,
): Generator<Evaluation, number[]> {
  let least = Infinity;
  let best: number[] = [];
  for (let k = 0; k < count; k++) {
    const point = on.map(random);
    const values = space.valuesOf(point, on);
    const found = loss(values);
    yield { values, loss: found, isFirst: isRestart && k === 0 };
    if (found < least) [least, best] = [found, point];
  }
  return best;
}

/** One run of CMA-ES, until it gains nothing or has collapsed. */
function* evolving(space: Space, on: readonly Slider[], loss: LossOf, run: Evolution): Generator<Evaluation, void> {
  let reference = Infinity;
  let gained = 0;
  while (run.generation - gained < PATIENCE && run.spread > MIN_SPREAD) {
    const points = run.ask();
    const losses: number[] = [];
    for (const point of points) {
      const values = space.valuesOf(point, on);
      const found = loss(values);
      yield { values, loss: found, isFirst: false };
      // The landscape repeats beyond the cube, so a slope leads back.
      losses.push(found + point.reduce((total, x) => total + (x - Math.min(Math.max(x, 0), 1)) ** 2, 0));
    }
    run.tell(points, losses);
    const best = Math.min(...losses);
    if (reference - best > GAIN) [reference, gained] = [best, run.generation];
  }
}
