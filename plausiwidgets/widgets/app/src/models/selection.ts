// The selection, which has a model, a pattern and a value for each slider. This module changes the selection and undoes
// changes.

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import {
  type Catalogue,
  isWhole,
  type ModelData,
  type Pattern,
  patternOf,
  type Range,
  type Slider,
  type StoredSet,
  type Values,
} from "../catalogue.ts";
import { endsOf, positionOf, STEPS, valueAt } from "../engine/scales.ts";
import type { Host } from "../hosts/host.ts";
import { afterGlide, createGlide, type Glide, type GlideOptions } from "./glide.ts";
import { added, begun, type History, type HistoryStore, moved, present } from "./history.ts";
import { shapeOf } from "./titles.ts";

const PAUSE = 700; // time in ms between two key presses that are separate undo steps

export interface Selection {
  readonly model: string;
  readonly pattern: string;
  readonly values: Values;
  readonly dt: number;
  /** The index of the stored set that was loaded last, or -1 if the values complete the defaults, as in a link. */
  readonly set: number;
}

/** Changed ranges of the sliders, parameters that a search keeps fixed, and locked parameters. */
export interface SearchRanges {
  readonly bounds: Readonly<Record<string, Range>>;
  readonly fixed: readonly string[];
  readonly locked: readonly string[];
}

/** The ranges of some sliders before the user changes them. */
export const usualRanges = (sliders: readonly Slider[]): SearchRanges => ({
  bounds: {},
  fixed: sliders.filter(({ vary }) => vary === false).map(({ name }) => name),
  locked: [],
});

/** Shows a sentence to the user. The returned function removes the sentence, unless another one has replaced it. */
export type Notify = (sentence: string) => () => void;

/** Options for opening a pair of model and pattern. By default, it opens with its stored set. */
export interface Opening {
  /** Values that replace some of the defaults. */
  readonly values?: Values | undefined;
  readonly dt?: number | undefined;
  /** Whether to keep the values of the sliders that the next model also has. */
  readonly keep?: boolean;
  /** A complete selection, for example an undo step. It adds no step. */
  readonly to?: Selection;
  /** Options of a glide of the model's parameters to those of the other pattern. The stimulus changes immediately. */
  readonly glide?: GlideOptions;
}

export interface SelectionModel extends Glide {
  readonly catalogue: Catalogue;
  /** The data of the shown model. */
  readonly data: ReadonlySignal<ModelData>;
  readonly current: ReadonlySignal<Selection>;
  /** The last undo step, which does not change during a drag. */
  readonly settled: ReadonlySignal<Selection>;
  readonly pattern: ReadonlySignal<Pattern>;
  /** All sliders with their selected ranges. Those of the stimulus are first. */
  readonly sliders: ReadonlySignal<readonly Slider[]>;
  readonly ranges: ReadonlySignal<SearchRanges>;
  /** The names of the parameters that a search may change. */
  readonly free: ReadonlySignal<readonly string[]>;
  readonly history: ReadonlySignal<History<Selection>>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  /**
   * A new object whenever another pair (`isOther`) or a stored set was opened, so that state of the former one can be dropped.
   */
  readonly opened: ReadonlySignal<{ readonly isOther: boolean }>;

  /** Changes values without an undo step, as during a drag. Locked parameters keep their values. */
  put(values: Values): void;
  /** The value that is `by` slider positions away, within the range of its slider and rounded to its resolution. */
  within(name: string, value: number, by?: number): number;
  /** Moves a value by positions of its slider. */
  nudge(name: string, by: number): void;
  setTimeStep(dt: number): void;
  /** Adds the selection as an undo step, for example at the end of a drag. */
  keep(): void;
  /** Adds the selection as an undo step after a pause, so that several key presses are one step. */
  keepSoon(): void;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Replaces the history by that of Python or of another view, and shows its current step. */
  take(history: History<Selection>): Promise<void>;

  /** Shows a selection of a model with available data, without an undo step. */
  show(to: Selection, data?: ModelData): void;
  /** Shows a selection whose data may have to be fetched, without an undo step. */
  back(to: Selection): Promise<void>;
  /** Opens a pair of model and pattern. Returns false if a later choice has replaced it or if it cannot be opened. */
  choose(model: string, pattern: string, how?: Opening): Promise<boolean>;
  /** Opens the next pattern (1) or the previous one (-1). */
  next(by: number): Promise<boolean>;
  /** Loads a stored set of the pair. */
  load(set: number): void;
  /** Loads the defaults of the model. */
  defaults(): void;
  configure(change: Partial<SearchRanges>): void;
  describe(model: string, pattern: string): Promise<ModelData>;
  /** Stores the complete data of a custom model, or reports the error. */
  learn(data: ModelData, error?: string): void;
  /**
   * Announces a choice whose data must be fetched first. Returns a function that returns whether the choice is still current,
   * because a later choice replaces an earlier one.
   */
  setOut(): () => boolean;
  close(): void;
}

export function createSelection(
  catalogue: Catalogue,
  host: Pick<Host, "name" | "describe">,
  first: ModelData,
  begin: Selection,
  store: HistoryStore<Selection>,
  notify: Notify,
): SelectionModel {
  const state = stateOf(catalogue, first, begin, store.load() ?? begun(begin));
  const { current, history, ranges, settled, sliders } = state;
  const keeping = createKeeping(state, store);
  const glide = createGlide({ ...state, show: (to) => show(state, to), keep: keeping.keep });
  const opening = createOpening(state, host, keeping.keep, glide, notify);
  const undoing = createUndoing(state, keeping, opening);
  const acts = actsOf(state, host, keeping, opening, undoing, glide);
  const stop = store.onChange((next) => void acts.take(next));
  return {
    ...state,
    ...glide,
    ...acts,
    free: computed(() => {
      const { fixed, locked } = ranges.value;
      return sliders.value.map(({ name }) => name).filter((name) => !fixed.includes(name) && !locked.includes(name));
    }),
    canUndo: computed(() => history.value.at > 0 || !isSame(settled.value, current.value)),
    canRedo: computed(() => history.value.at < history.value.steps.length - 1),
    describe: opening.describe,
    learn: opening.learn,
    setOut: opening.setOut,
    close() {
      glide.finishGlide();
      keeping.close();
      stop();
    },
  };
}

/** The functions that change the selection. Each ends a running glide first. */
function actsOf(
  state: State,
  host: Pick<Host, "name">,
  keeping: ReturnType<typeof createKeeping>,
  opening: ReturnType<typeof createOpening>,
  undoing: ReturnType<typeof createUndoing>,
  glide: Glide,
) {
  const changes = changesOf(state, keeping.keep);
  const first = <Given extends unknown[], Result>(act: (...given: Given) => Result) => afterGlide(glide, act);
  return {
    ...changes,
    put: first(changes.put),
    nudge: first(changes.nudge),
    setTimeStep: first(changes.setTimeStep),
    defaults: first(changes.defaults),
    keep: first(keeping.keep),
    keepSoon: first(keeping.keepSoon),
    undo: first(undoing.undo),
    redo: first(undoing.redo),
    take: first(undoing.take),
    show: first((to: Selection, data?: ModelData) => show(state, to, data)),
    back: first(async (to: Selection) => {
      if (isHere(state, to)) show(state, to);
      else await opening.open(to.model, to.pattern, { to });
    }),
    choose: first((model: string, name: string, how?: Opening) => opening.open(model, name, how)),
    next: first((by: number) => opening.open(state.current.peek().model, neighbourOf(state, host, by), { glide: {} })),
    load: first((set: number) => opening.load(set)),
  };
}

/** The signals that the functions of a selection share. */
interface State {
  readonly catalogue: Catalogue;
  readonly data: Signal<ModelData>;
  readonly current: Signal<Selection>;
  readonly ranges: Signal<SearchRanges>;
  readonly history: Signal<History<Selection>>;
  readonly opened: Signal<{ readonly isOther: boolean }>;
  readonly settled: ReadonlySignal<Selection>;
  readonly pattern: ReadonlySignal<Pattern>;
  readonly sliders: ReadonlySignal<readonly Slider[]>;
}

function stateOf(catalogue: Catalogue, first: ModelData, begin: Selection, steps: History<Selection>): State {
  const data = signal(first);
  const current = signal(begin);
  const ranges = signal(usualRanges(slidersOf(patternOf(catalogue, first, begin.pattern), first)));
  const history = signal(steps);
  // The key is a separate signal, so that computations from the pattern do not run during a drag.
  const key = computed(() => current.value.pattern);
  const pattern = computed(() => patternOf(catalogue, data.value, key.value));
  const sliders = computed(() => {
    const { bounds } = ranges.value;
    return slidersOf(pattern.value, data.value).map((slider) => {
      const range = bounds[slider.name];
      return range ? { ...slider, low: range[0], high: range[1] } : slider;
    });
  });
  const settled = computed(() => present(history.value));
  return { catalogue, data, current, ranges, history, opened: signal({ isOther: false }), settled, pattern, sliders };
}

function show({ catalogue, data, current, ranges }: State, to: Selection, next: ModelData = data.peek()): void {
  batch(() => {
    if (!isOf(current.peek(), to)) ranges.value = usualRanges(slidersOf(patternOf(catalogue, next, to.pattern), next));
    data.value = next;
    current.value = to;
  });
}

/** Whether the data of a selection are those of the shown pair. */
const isHere = ({ data, current }: State, to: Selection): boolean =>
  to.model === data.peek().model.name && isOf(current.peek(), to);

/** The pattern that is `by` places from the current one. */
function neighbourOf({ catalogue, data, current }: State, { name }: Pick<Host, "name">, by: number): string {
  // Not every pattern of a custom model is available yet. A file shows the patterns that it contains.
  const known = name === "none" ? [] : Object.keys(catalogue.patterns);
  const all = [...new Set([...known, ...Object.keys(data.peek().patterns)])].filter((one) => !shapeOf(one));
  return all[(all.indexOf(current.peek().pattern) + by + all.length) % all.length];
}

/** The functions that change values and ranges. */
function changesOf(
  { data, current, ranges, sliders }: State,
  keep: () => void,
): Pick<SelectionModel, "put" | "within" | "nudge" | "setTimeStep" | "defaults" | "configure"> {
  const set = (values: Values) => {
    const before = current.peek();
    current.value = { ...before, values: { ...before.values, ...values } };
  };
  const put = (values: Values) => {
    const { locked } = ranges.peek();
    set(Object.fromEntries(Object.entries(values).filter(([name]) => !locked.includes(name))));
  };
  const within = (name: string, value: number, by = 0) => {
    const slider = sliders.peek().find((one) => one.name === name);
    const before = current.peek().values[name];
    if (!slider || !Number.isFinite(value)) return before;
    const ends = endsOf(slider, before);
    return valueAt(slider, Math.min(Math.max(positionOf(slider, value, ends) + by, 0), STEPS), ends);
  };
  return {
    put,
    within,
    nudge: (name, by) => put({ [name]: within(name, current.peek().values[name], by) }),
    setTimeStep(dt) {
      current.value = { ...current.peek(), dt };
      keep();
    },
    defaults() {
      set(Object.fromEntries(data.peek().parameters.map((slider) => [slider.name, slider.default])));
      current.value = withKnownSet(data.peek(), current.peek());
      keep();
    },
    configure(change) {
      ranges.value = { ...ranges.peek(), ...change };
    },
  };
}

/** The undo steps, and the store that keeps them. */
function createKeeping({ current, history, settled }: State, store: HistoryStore<Selection>) {
  let pause: ReturnType<typeof setTimeout> | undefined;
  const record = (next: History<Selection>) => {
    history.value = next;
    store.save(next);
  };
  const keep = () => {
    clearTimeout(pause);
    if (!isSame(settled.peek(), current.peek())) record(added(history.peek(), current.peek()));
  };
  return {
    record,
    keep,
    keepSoon() {
      clearTimeout(pause);
      pause = setTimeout(keep, PAUSE);
    },
    close: () => clearTimeout(pause),
  };
}

/** The functions that open other pairs, whose data may have to be fetched. A later choice replaces an earlier one. */
function createOpening(
  state: State,
  host: Pick<Host, "describe">,
  keep: () => void,
  { glideTo }: Pick<Glide, "glideTo">,
  notify: Notify,
) {
  const { data, current, opened } = state;
  let choices = 0;
  const setOut = () => {
    const choice = ++choices;
    return () => choice === choices;
  };
  const learn = (next: ModelData, error = "") => {
    if (error) notify(error);
    else if (next.model.name === data.peek().model.name) data.value = next;
  };
  const describe = async (model: string, name: string) => {
    const here = data.peek();
    if (model === here.model.name && isWhole(here, name)) return here;
    return host.describe(model, name, learn);
  };
  /** Opens a pair. `taking` is called together with the change of the selection, and also if the pair cannot be opened. */
  const open = async (model: string, name: string, how: Opening = {}, taking: () => void = () => {}) => {
    const isWanted = setOut();
    try {
      const next = await describe(model, name);
      if (!isWanted()) return false;
      batch(() => {
        opened.value = { isOther: true };
        taking();
        const before = current.peek();
        const to = how.to ?? openingOf(next, name, how, before);
        const isGlide = how.glide !== undefined && before.model === model;
        show(state, isGlide ? withModelOf(before, to, next) : to, next);
        if (isGlide) glideTo(to, how.glide);
        else if (!how.to) keep();
      });
      return true;
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error));
      if (isWanted()) taking();
      return false;
    }
  };
  const load = (set: number) =>
    batch(() => {
      opened.value = { isOther: false };
      show(state, stored(data.peek(), current.peek().pattern, set));
      keep();
    });
  return { open, load, setOut, learn, describe, latest: () => choices };
}

/** Undo and redo. The history and the selection change together, so that no observer sees only one of the two changes. */
function createUndoing(
  state: State,
  { keep, record, close }: ReturnType<typeof createKeeping>,
  { open, latest }: ReturnType<typeof createOpening>,
): Pick<SelectionModel, "undo" | "redo" | "take"> {
  const { history } = state;
  /** The history of an undo or redo whose data are being fetched, until a later choice replaces it. */
  let coming: { readonly history: History<Selection>; readonly choice: number } | null = null;
  const reach = async (next: History<Selection>, take: () => void) => {
    const to = present(next);
    if (isHere(state, to)) {
      batch(() => {
        take();
        show(state, to);
      });
      return;
    }
    const opening = open(to.model, to.pattern, { to }, take);
    const choice = latest();
    coming = { history: next, choice };
    await opening;
    if (choice === latest()) coming = null;
  };
  const go = async (by: number) => {
    // While the data of a step are being fetched, another undo continues from that step.
    const next = moved(coming?.choice === latest() ? coming.history : history.peek(), by);
    if (next) await reach(next, () => record(next));
  };
  return {
    undo() {
      keep(); // an unfinished drag becomes a separate step
      return go(-1);
    },
    redo: () => go(1),
    async take(next) {
      close(); // a pending step is already in the other history, or is older than it
      await reach(next, () => {
        history.value = next;
      });
    },
  };
}

/** The initial selection of a pair. `before` is the former selection. */
function openingOf(data: ModelData, key: string, { keep, values, dt }: Opening, before: Selection): Selection {
  const at = values ? defaultsOf(data, key) : stored(data, key, firstOf(data.patterns[key].sets));
  const names = new Set(data.parameters.map(({ name }) => name));
  const kept = Object.entries(before.values).filter(([name]) => keep && names.has(name));
  const to = { ...at, values: { ...at.values, ...Object.fromEntries(kept), ...values }, dt: dt ?? at.dt };
  return values || keep ? withKnownSet(data, to) : to;
}

/** A selection with the parameters that the model had before. */
function withModelOf(before: Selection, to: Selection, { parameters }: ModelData): Selection {
  const kept = parameters.map(({ name }) => [name, before.values[name] ?? to.values[name]]);
  return { ...to, values: { ...to.values, ...Object.fromEntries(kept) } };
}

/** All sliders of a pattern: its stimulus, then the model. */
export const slidersOf = (pattern: Pick<Pattern, "stimulus">, data: ModelData): readonly Slider[] => [
  ...pattern.stimulus,
  ...data.parameters,
];

/** The index of the initial stored set, which is that of an exported page or otherwise the first. */
export const firstOf = (sets: readonly StoredSet[]): number =>
  Math.max(
    sets.findIndex(({ begin }) => begin),
    0,
  );

/** The selection of a stored set. */
export function stored(data: ModelData, key: string, set = 0): Selection {
  const { values, dt } = data.patterns[key].sets[set];
  return { model: data.model.name, pattern: key, values: Object.fromEntries(values), dt, set };
}

/** The defaults of a model and a pattern. */
export function defaultsOf(data: ModelData, key: string): Selection {
  const all = slidersOf(data.patterns[key], data);
  const values = Object.fromEntries(all.map((slider) => [slider.name, slider.default]));
  return { ...stored(data, key, firstOf(data.patterns[key].sets)), values, dt: data.model.dt };
}

/** Whether two selections have the same model, pattern, time step and values. Their stored sets may differ. */
export function isSame(a: Selection, b: Selection): boolean {
  return (
    a.model === b.model &&
    a.pattern === b.pattern &&
    a.dt === b.dt &&
    Object.entries(a.values).every(([name, value]) => b.values[name] === value)
  );
}

/** The index of the stored set that equals a selection, or -1. */
export const knownSet = (data: ModelData, selection: Selection): number =>
  data.patterns[selection.pattern].sets.findIndex((_, set) => isSame(selection, stored(data, selection.pattern, set)));

/** A selection whose stored set is the one with its values, or none. */
export const withKnownSet = (data: ModelData, selection: Selection): Selection => ({
  ...selection,
  set: knownSet(data, selection),
});

/** Whether an object belongs to the model and the pattern of a selection. */
export const isOf = (
  one: Pick<Selection, "model" | "pattern"> | null | undefined,
  { model, pattern }: Pick<Selection, "model" | "pattern">,
): boolean => one?.model === model && one.pattern === pattern;

/** Whether a pattern has criteria. A custom current has no criteria. */
export const isJudged = ({ components }: Pattern): boolean => components.some(({ criteria }) => criteria.length > 0);
