// The plane of two parameters, with its axes, its cells, and the times of new evaluations.

import { batch, computed, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { App } from "../app.ts";
import type { Range, Slider } from "../catalogue.ts";
import { endsOf, STEPS, shareOf, valueAt } from "../engine/scales.ts";
import { inPieces } from "../models/schedule.ts";
import { isOf, type Selection } from "../models/selection.ts";
import type { Pair } from "./axisMenus.tsx";
import {
  type Cells,
  cellsOf,
  GRIDS,
  hasSamePlane,
  type JudgedPlane,
  judgedCells,
  type PlaneRequest,
} from "./cells.tsx";
import { type JobState, jobOf, keptIn, rangesFor, requestOf } from "./jobs.ts";

const REST = 250; // time in ms after the last change before the evaluation

export type PlaneModels = Pick<App, "selection" | "verdict" | "search" | "task" | "host">;
/** A position as shares of the two axes. */
export type Place = readonly [across: number, up: number];
type Both<T> = readonly [x: T, y: T];

export interface ParameterPlaneModel {
  readonly names: ReadonlySignal<readonly string[]>;
  readonly pair: ReadonlySignal<Pair>;
  readonly sliders: ReadonlySignal<Both<Slider>>;
  readonly ends: ReadonlySignal<Both<Range>>;
  /** Whether the host evaluates the plane. */
  readonly isHost: ReadonlySignal<boolean>;
  /** Whether the plane shows all patterns, which only a host evaluates. */
  readonly showsAll: ReadonlySignal<boolean>;
  readonly cells: ReadonlySignal<Cells | null>;
  /** Whether the cells belong to former values of the other parameters. */
  readonly isOld: ReadonlySignal<boolean>;
  /** The job of the host, or null if the page evaluates the plane. */
  readonly job: ReadonlySignal<JobState<JudgedPlane> | null>;
  /** The position of the neuron. */
  readonly here: ReadonlySignal<Place>;
  /** The positions of the stored parameter sets and of the best set of a search. */
  readonly dots: ReadonlySignal<readonly Place[]>;
  /** The inputs of the cells as text. */
  readonly about: ReadonlySignal<string>;
  choose(pair: Pair): void;
  showAll(showsAll: boolean): void;
  /** Moves the neuron to a position. */
  go(to: Place): void;
  /** Evaluates the plane after a moment if it has changed. Returns a function that stops it. */
  judge(): () => void;
  /** Stops the evaluation when the tool is closed. */
  leave(): void;
}

/** The state that is kept while the tool is closed. */
interface Kept {
  readonly chosen: Signal<Pair | null>;
  /** The pair before the user selects one. It stays the same when other parameters are fixed or locked. */
  usual: Pair | null;
  readonly showsAll: Signal<boolean>;
  readonly request: Signal<PlaneRequest | null>;
  /** The plane that the page has evaluated. */
  readonly own: Signal<JudgedPlane | null>;
}

const newState = (): Kept => ({
  chosen: signal(null),
  usual: null,
  showsAll: signal(false),
  request: signal(null),
  own: signal(null),
});

/**
 * The initial pair of a plane, which consists of the last two key parameters of the model, or otherwise of the first two
 * parameters.
 */
function usualPair({ selection }: Pick<App, "selection">): Pair {
  const { stimulus, matter } = selection.pattern.peek();
  const { fixed, locked } = selection.ranges.peek();
  const open = namesOf(selection.sliders.peek()).filter((name) => !locked.includes(name));
  const own = open.filter((name) => !namesOf(stimulus).includes(name) && !fixed.includes(name)).reverse();
  const mattering = own.filter((name) => matter.includes(name));
  const [y, x] = [...mattering, ...own.filter((name) => !mattering.includes(name)), ...open, ...locked];
  return [x, y];
}

const namesOf = (sliders: readonly Slider[]): string[] => sliders.map(({ name }) => name);

export function createParameterPlane(models: PlaneModels): ParameterPlaneModel {
  const { selection, verdict, host } = models;
  const kept = keptIn(models, "plane", newState);
  const job = jobOf({ selection, host }, "plane");
  const { names, pair, sliders } = axesOf(models, kept);
  const isHost = computed(() => verdict.asks("plane"));
  const showsAll = computed(() => kept.showsAll.value && isHost.value);
  const ends = computed(() => {
    const { values } = selection.current.value;
    return both(
      sliders.value,
      (slider) => kept.request.value?.ends[slider.name] ?? endsOf(slider, values[slider.name]),
    );
  });
  const wanted = computed(() => {
    const ranges = sliders.value.map(({ name, low, high }) => [name, low, high]);
    return JSON.stringify([ranges, showsAll.value, isHost.value]);
  });
  const isSame = computed(() => {
    const { value: request } = kept.request;
    return request?.wanted === wanted.value && hasSamePlane(request.selection, selection.current.value, pair.value);
  });
  const judged = computed(() => (isHost.value ? job.job.value.data : kept.own.value));
  const work = { models, kept, job, wanted, sliders, isHost, showsAll };
  return {
    ...{ names, pair, sliders, ends, isHost, showsAll },
    cells: computed(() => {
      const request = kept.request.value;
      const isOfKind = request?.all === showsAll.value; // bits of criteria are not valid as bits of patterns
      return isOfKind && judged.value?.of.wanted === request.wanted ? judged.value.cells : null;
    }),
    isOld: computed(() => !isSame.value || (isHost.value && judged.value?.of !== kept.request.value)),
    job: computed(() => (isHost.value ? job.job.value : null)),
    here: computed(() => placeOf(sliders.value, selection.current.value.values, ends.value)),
    dots: dotsOf(models, sliders, ends),
    about: computed(() => JSON.stringify([wanted.value, othersIn(selection.current.value, pair.value)])),
    choose(next) {
      kept.chosen.value = next;
    },
    showAll(next) {
      kept.showsAll.value = next;
    },
    go(to) {
      const [x, y] = both(sliders.peek(), (slider, k) => valueAt(slider, Math.round(to[k] * STEPS), ends.peek()[k]));
      selection.put({ [sliders.peek()[0].name]: x, [sliders.peek()[1].name]: y });
    },
    judge: () => (isSame.peek() ? () => {} : judgeSoon(work)),
    leave() {
      if (job.job.peek().state === "running") {
        job.stop();
        kept.request.value = null; // the next opening of the tool repeats the request
      } else if (!isHost.peek() && kept.own.peek()?.cells.y.length !== GRIDS[GRIDS.length - 1])
        kept.request.value = null;
    },
  };
}

const both = <T, U>([x, y]: Both<T>, make: (one: T, k: 0 | 1) => U): Both<U> => [make(x, 0), make(y, 1)];

const placeOf = (sliders: Both<Slider>, values: Selection["values"], ends: Both<Range>): Place =>
  both(sliders, (slider, k) => shareOf(slider, values[slider.name], ends[k]));

/** The part of a selection on which a plane depends, which is everything except its two parameters. */
const othersIn = ({ model, pattern, dt, values }: Selection, pair: Pair) => [
  ...[model, pattern, dt],
  Object.entries(values).filter(([name]) => !pair.includes(name)),
];

/** The parameters of the axes. */
function axesOf(models: Pick<App, "selection">, kept: Kept) {
  const { sliders: all } = models.selection;
  const names = computed(() => namesOf(all.value));
  const pair = computed(() => {
    const isHere = (one: Pair | null) => one?.every((name) => names.value.includes(name));
    const known = [kept.chosen.value, kept.usual].find(isHere);
    kept.usual = known ? kept.usual : untracked(() => usualPair(models));
    return known ?? kept.usual ?? usualPair(models);
  });
  const sliders = computed(() => both(pair.value, (name) => sliderIn(all.value, name)));
  return { names, pair, sliders };
}

function sliderIn(sliders: readonly Slider[], name: string): Slider {
  const found = sliders.find((one) => one.name === name);
  if (!found) throw new Error(`The model has no parameter ${name}.`);
  return found;
}

/**
 * The positions of the stored sets and of the best set of a search. Empty in practice, because they would show the solution.
 */
function dotsOf(
  { selection, search, task }: PlaneModels,
  sliders: ReadonlySignal<Both<Slider>>,
  ends: ReadonlySignal<Both<Range>>,
) {
  const isPractice = computed(() => task.task.value.kind === "practice");
  const best = computed(() => {
    const { value: found } = search.search;
    return isOf(found, selection.current.value) ? found?.best : null;
  });
  return computed(() => {
    if (isPractice.value) return [];
    const stored = selection.pattern.value.sets.map(({ values }) => Object.fromEntries(values));
    const isIn = (values: Selection["values"]) =>
      sliders.value.every(({ name }, k) => values[name] >= ends.value[k][0] && values[name] <= ends.value[k][1]);
    return [...stored, ...(best.value ? [best.value] : [])]
      .filter(isIn)
      .map((values) => placeOf(sliders.value, values, ends.value));
  });
}

interface Work extends Pick<ParameterPlaneModel, "sliders" | "isHost" | "showsAll"> {
  readonly models: PlaneModels;
  readonly kept: Kept;
  readonly job: ReturnType<typeof jobOf<"plane">>;
  readonly wanted: ReadonlySignal<string>;
}

/** Evaluates a plane after a moment without a change, at the host or on the page. */
function judgeSoon({ models, kept, job, wanted, ...of }: Work): () => void {
  const { selection } = models;
  let stop = () => {};
  const begin = () => {
    const [at, sliders, isHost] = [selection.current.peek(), of.sliders.peek(), of.isHost.peek()];
    const ends = both(sliders, (slider) => endsOf(slider, at.values[slider.name]));
    const [x, y] = sliders.map(({ name }) => name);
    const all = of.showsAll.peek();
    const request: PlaneRequest = { wanted: wanted.peek(), all, selection: at, ends: { [x]: ends[0], [y]: ends[1] } };
    batch(() => {
      kept.request.value = request;
      kept.own.value = null;
      if (!isHost) return;
      const bounds = { ...rangesFor(models), ...request.ends };
      const fields = { ...requestOf(at), bounds, x, y, all, points: GRIDS };
      job.begin(fields, (_, reply, arrays) => ({ cells: cellsOf(reply, arrays), of: request }));
    });
    if (!isHost) stop = judgeHere(selection, kept.own, request, sliders, ends);
  };
  const timer = setTimeout(begin, kept.request.peek() ? REST : 0);
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Evaluates a plane on the page, on one grid after another. */
function judgeHere(
  { catalogue, data, current }: App["selection"],
  own: Signal<JudgedPlane | null>,
  of: PlaneRequest,
  sliders: Both<Slider>,
  ends: Both<Range>,
): () => void {
  const plane = { catalogue, data: data.peek(), selection: current.peek(), sliders, ends };
  const give = (cells: Cells) => {
    const before = own.peek()?.cells;
    // A complete plane is shown until the finer one is complete. The first plane is shown row by row.
    const isFiner = before && before.x.length < cells.x.length && before.rows === before.y.length;
    if (!isFiner || cells.rows === cells.y.length) own.value = { cells, of };
  };
  function* work(): Generator<unknown, void> {
    for (const points of GRIDS) yield* judgedCells(plane, points, give);
  }
  return inPieces(work(), () => {}, 4);
}
