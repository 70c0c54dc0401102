// The selection: a model under a pattern with a value for each slider. This module changes it and undoes changes.

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

const PAUSE = 700; // ms between two keys that are separate steps of undo

export interface Selection {
  readonly model: string;
  readonly pattern: string;
  readonly values: Values;
  readonly dt: number;
  /** The stored set from which the values were last taken. */
  readonly set: number;
}

/** Ranges that differ from those of the sliders, parameters that a search keeps fixed, and parameters that nobody may change. */
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

/** Shows a sentence to the user. The result removes the sentence, unless another one has replaced it. */
export type Notify = (sentence: string) => () => void;

/** Options for opening a pair of model and pattern, which opens with its stored set by default. */
export interface Opening {
  /** Values that the defaults complete. */
  readonly values?: Values | undefined;
  readonly dt?: number | undefined;
  /** Keeps the values of the sliders that the next model has too. */
  readonly keep?: boolean;
  /** A complete selection, for example a step of undo, which adds no step. */
  readonly to?: Selection;
  /** Lets the parameters of the model glide to those of the other pattern, whose stimulus is applied immediately. */
  readonly glide?: GlideOptions;
}

export interface SelectionModel extends Glide {
  readonly catalogue: Catalogue;
  /** The data of the model that is shown. */
  readonly data: ReadonlySignal<ModelData>;
  readonly current: ReadonlySignal<Selection>;
  /** The last step of undo. It does not follow a drag. */
  readonly settled: ReadonlySignal<Selection>;
  readonly pattern: ReadonlySignal<Pattern>;
  /** All sliders with their chosen ranges: the stimulus first, then the model. */
  readonly sliders: ReadonlySignal<readonly Slider[]>;
  readonly ranges: ReadonlySignal<SearchRanges>;
  /** The names of the parameters that a search may change. */
  readonly free: ReadonlySignal<readonly string[]>;
  readonly history: ReadonlySignal<History<Selection>>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  /** A new object whenever another pair (`isOther`) or a stored set was opened. What belongs to the former one ends then. */
  readonly opened: ReadonlySignal<{ readonly isOther: boolean }>;

  /** Changes values without a step of undo, as a drag does. Locked parameters keep theirs. */
  put(values: Values): void;
  /** A value in the range of its slider, rounded as the slider rounds it, `by` positions away. */
  within(name: string, value: number, by?: number): number;
  /** Moves a value by positions of its slider. */
  nudge(name: string, by: number): void;
  setTimeStep(dt: number): void;
  /** Adds the selection as a step of undo, for example at the end of a drag. */
  keep(): void;
  /** Adds it a moment after the last of several changes, so that keys in a row are one step. */
  keepSoon(): void;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Takes a history from the other side: Python or another view. Its present step is shown. */
  take(history: History<Selection>): Promise<void>;

  /** Shows a selection of a model whose data is here. It adds no step of undo. */
  show(to: Selection, data?: ModelData): void;
  /** Shows a selection, whose data may have to be fetched. It adds no step of undo. */
  back(to: Selection): Promise<void>;
  /** Opens a pair of model and pattern. Returns whether it was opened, and not replaced by a later choice. */
  choose(model: string, pattern: string, how?: Opening): Promise<boolean>;
  /** Opens the next pattern (1) or the previous one (-1). */
  next(by: number): Promise<boolean>;
  /** Loads a stored set of the pair. */
  load(set: number): void;
  /** Loads the defaults of the model. */
  defaults(): void;
  configure(change: Partial<SearchRanges>): void;
  describe(model: string, pattern: string): Promise<ModelData>;
  /** Takes the complete data of a custom model, or the reason why there are none. */
  learn(data: ModelData, error?: string): void;
  /**
   * Begins to open something that must be fetched first. The result returns whether the choice is still wanted, because
   * a later choice replaces an earlier one.
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

/** The changes of the selection. Each one ends a glide before it acts. */
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
  // The key alone, so that what depends on the pattern does not follow a drag.
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

/** Whether the data of a selection are those that are shown. */
const isHere = ({ data, current }: State, to: Selection): boolean =>
  to.model === data.peek().model.name && isOf(current.peek(), to);

/** The pattern that is `by` places from the present one. */
function neighbourOf({ catalogue, data, current }: State, { name }: Pick<Host, "name">, by: number): string {
  // Of a custom model not every pattern is here yet. A file shows the patterns that it contains.
  const known = name === "none" ? [] : Object.keys(catalogue.patterns);
  const all = [...new Set([...known, ...Object.keys(data.peek().patterns)])].filter((one) => !shapeOf(one));
  return all[(all.indexOf(current.peek().pattern) + by + all.length) % all.length];
}

/** The changes of values and ranges. */
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
      keep();
    },
    configure(change) {
      ranges.value = { ...ranges.peek(), ...change };
    },
  };
}

/** The steps of undo, and the store in which they are kept. */
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

/** The ways to other pairs, whose data may have to be fetched. A later choice replaces an earlier one. */
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
  /** Opens a pair. `taking` is called with the change of the selection, and also if the pair cannot be opened. */
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

/** Undo and redo. The history moves with the selection, so that nobody sees only one of the two changes. */
function createUndoing(
  state: State,
  { keep, record, close }: ReturnType<typeof createKeeping>,
  { open, latest }: ReturnType<typeof createOpening>,
): Pick<SelectionModel, "undo" | "redo" | "take"> {
  const { history } = state;
  /** The history of an undo or redo whose data are still fetched, while no later choice replaces it. */
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
    // While the data of a step are fetched, another undo continues from that step.
    const next = moved(coming?.choice === latest() ? coming.history : history.peek(), by);
    if (next) await reach(next, () => record(next));
  };
  return {
    undo() {
      keep(); // an unfinished drag is a step of its own
      return go(-1);
    },
    redo: () => go(1),
    async take(next) {
      close(); // a step that was about to be kept is in the other history, or is older than it
      await reach(next, () => {
        history.value = next;
      });
    },
  };
}

/** The selection with which a pair opens. `before` is the former one. */
function openingOf(data: ModelData, key: string, { keep, values, dt }: Opening, before: Selection): Selection {
  const at = values ? defaultsOf(data, key) : stored(data, key, firstOf(data.patterns[key].sets));
  const names = new Set(data.parameters.map(({ name }) => name));
  const kept = Object.entries(before.values).filter(([name]) => keep && names.has(name));
  return { ...at, values: { ...at.values, ...Object.fromEntries(kept), ...values }, dt: dt ?? at.dt };
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

/** The stored set on which the app opens: that of an exported page, otherwise the first. */
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

/** The defaults of a model and a pattern, which complete given values. */
export function defaultsOf(data: ModelData, key: string): Selection {
  const all = slidersOf(data.patterns[key], data);
  const values = Object.fromEntries(all.map((slider) => [slider.name, slider.default]));
  return { ...stored(data, key, firstOf(data.patterns[key].sets)), values, dt: data.model.dt };
}

/** Whether two selections have the same model, pattern, time step and values, from whichever set. */
export function isSame(a: Selection, b: Selection): boolean {
  return (
    a.model === b.model &&
    a.pattern === b.pattern &&
    a.dt === b.dt &&
    Object.entries(a.values).every(([name, value]) => b.values[name] === value)
  );
}

/** The place of the stored set that a selection is, or -1. */
export const knownSet = (data: ModelData, selection: Selection): number =>
  data.patterns[selection.pattern].sets.findIndex((_, set) => isSame(selection, stored(data, selection.pattern, set)));

/** Whether something belongs to the model and the pattern of a selection. */
export const isOf = (
  one: Pick<Selection, "model" | "pattern"> | null | undefined,
  { model, pattern }: Pick<Selection, "model" | "pattern">,
): boolean => one?.model === model && one.pattern === pattern;

/** Whether a pattern has criteria. A current alone has none. */
export const isJudged = ({ components }: Pattern): boolean => components.some(({ criteria }) => criteria.length > 0);
