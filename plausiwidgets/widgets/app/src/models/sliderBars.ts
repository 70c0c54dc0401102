// The bars under the sliders, which show where all criteria are met if only one parameter changes. They are computed while the
// app is idle, and stay valid for a slider as long as the other parameters do not change.

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Catalogue, ModelData, Range, Slider, Values } from "../catalogue.ts";
import { endsOf, positionOf, STEPS, valueAt } from "../engine/scales.ts";
import type { RunModel } from "./run.ts";
import { inPieces, type Stop } from "./schedule.ts";
import type { SearchModel } from "./search.ts";
import type { Selection, SelectionModel } from "./selection.ts";
import { simulationOf } from "./simulation.ts";
import type { VerdictModel } from "./verdict.ts";

const COARSE = 26; // number of intervals between the first evaluated positions
const WAIT = 220; // time in ms without a change before the computation
const PAUSE = 4; // time in ms between two slices of work, because a drag is more urgent

/** Parts of the track of a slider, as shares of its length. */
export type Spans = readonly Range[];

export interface BarsModel {
  /** The known spans of each slider. */
  readonly spans: ReadonlySignal<ReadonlyMap<string, Spans>>;
  /** The best parameters of a search for the marks on the sliders, or null. */
  readonly best: ReadonlySignal<Values | null>;
  /** Requests the bars of some sliders instead of those requested before. */
  want(sliders: readonly Slider[]): void;
  close(): void;
}

type Known = ReadonlyMap<string, { readonly key: string; readonly spans: Spans }>;

export function createBars(
  selection: SelectionModel,
  run: RunModel,
  { verdict }: VerdictModel,
  search: Pick<SearchModel, "onSliders">,
): BarsModel {
  const { catalogue, data, current, sliders } = selection;
  const known = signal<Known>(new Map());
  const wanted = signal<readonly Slider[]>([]);
  let stop: Stop = () => {};

  const isKnown = (slider: Slider) => known.peek().get(slider.name)?.key === keyOf(current.peek(), slider);
  const work = () => {
    // The sweeps of a procedure change along the slider, so each position would require a search for them.
    const canEvaluate =
      !selection.isGliding.peek() && run.isOurs.peek() && !run.found.peek().some(Boolean) && verdict.peek() !== null;
    const slider = wanted.peek().find((one) => !isKnown(one));
    if (!slider || !canEvaluate) return;
    const key = keyOf(current.peek(), slider);
    const give = (spans: Spans) => {
      known.value = new Map([...known.peek(), [slider.name, { key, spans }]]);
      work();
    };
    stop = inPieces(spansOf(catalogue, data.peek(), current.peek(), slider), give, PAUSE);
  };
  const stopFollowing = effect(() => {
    current.value;
    verdict.value;
    wanted.value;
    return untracked(() => {
      const timer = setTimeout(work, WAIT);
      return () => {
        clearTimeout(timer);
        stop();
      };
    });
  });

  let last: ReadonlyMap<string, Spans> = new Map();
  const spans = computed(() => {
    const own = sliders.value.flatMap((slider): [string, Spans][] => {
      const entry = known.value.get(slider.name);
      return entry && entry.key === keyOf(current.value, slider) ? [[slider.name, entry.spans]] : [];
    });
    const isSame = own.length === last.size && own.every(([name, one]) => last.get(name) === one);
    if (!isSame) last = new Map(own); // otherwise each step of a drag would redraw the bars
    return last;
  });
  return {
    spans,
    best: search.onSliders,
    want(next) {
      if (!areSame(next, wanted.peek())) wanted.value = next;
    },
    close: stopFollowing,
  };
}

const areSame = (some: readonly Slider[], others: readonly Slider[]): boolean =>
  some.length === others.length &&
  some.every((one, k) => one.name === others[k].name && one.low === others[k].low && one.high === others[k].high);

/** The key of all data on which the bar of a slider depends, which does not include its own value. */
function keyOf({ model, pattern, values, dt }: Selection, { name, low, high }: Slider): string {
  const others = Object.entries(values).filter(([other]) => other !== name);
  return JSON.stringify([model, pattern, dt, low, high, others]);
}

/** The spans of a slider in which all criteria are met, first at coarse positions, then with the ends at single positions. */
export function* spansOf(
  catalogue: Catalogue,
  data: ModelData,
  selection: Selection,
  slider: Slider,
): Generator<unknown, Range[]> {
  const value = selection.values[slider.name];
  const ends = endsOf(slider, value);
  const known = new Map<number, boolean>();
  function* isMet(position: number): Generator<unknown, boolean> {
    const before = known.get(position);
    if (before !== undefined) return before;
    const values = { ...selection.values, [slider.name]: valueAt(slider, position, ends) };
    const { verdict } = yield* simulationOf(catalogue, data, { ...selection, values }).judging();
    known.set(position, verdict?.loss === 0);
    return verdict?.loss === 0;
  }
  const coarse = Array.from({ length: COARSE + 1 }, (_, k) => Math.round((k / COARSE) * STEPS));
  const positions = [...new Set([...coarse, positionOf(slider, value, ends)])].sort((a, b) => a - b);
  const results: boolean[] = [];
  for (const position of positions) results.push(yield* isMet(position));

  const spans: Range[] = [];
  let begin = 0;
  for (let k = 1; k < positions.length; k++) {
    if (results[k] === results[k - 1]) continue;
    let [a, b] = [positions[k - 1], positions[k]];
    while (b - a > 1) {
      const middle = (a + b) >> 1;
      if ((yield* isMet(middle)) === results[k - 1]) a = middle;
      else b = middle;
    }
    if (results[k]) begin = b;
    else spans.push([begin / STEPS, a / STEPS]);
  }
  if (results.at(-1)) spans.push([begin / STEPS, 1]);
  return spans;
}
