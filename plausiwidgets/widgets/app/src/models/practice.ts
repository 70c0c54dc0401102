// Practice: some sliders are moved away from parameters that show the pattern, and the user moves them back.

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Catalogue, ModelData, Slider, Values } from "../catalogue.ts";
import { endsOf, positionOf, STEPS, valueAt } from "../engine/scales.ts";
import { tr } from "../i18n/texts.ts";
import type { RunModel } from "./run.ts";
import { inPieces } from "./schedule.ts";
import type { SearchModel } from "./search.ts";
import { type Notify, type Selection, type SelectionModel, stored } from "./selection.ts";
import { simulationOf } from "./simulation.ts";
import type { VerdictModel } from "./verdict.ts";

const MAX_DRAWS = 24; // maximum number of simulated sets with moved sliders
const LAST_DRAWS = 4; // number of last attempts that accept a neuron that is not at rest
const MIN_MOVE = 0.18; // minimum movement as a share of the slider
const MAX_MOVE = 0.48;
const AT_REST = ["quiet", "at_rest", "cell"]; // keys of criteria that a resting neuron with usual potentials meets

/** Practice in progress. `from` contains the parameters of the solution. */
export interface Practice {
  readonly stage: "open" | "hint" | "shown" | "solved";
  readonly from: Values;
  readonly moved: readonly string[];
}

export interface PracticeModel {
  readonly practice: ReadonlySignal<Practice | null>;
  readonly canPractise: ReadonlySignal<boolean>;
  /** Moves some of the sliders away from the solution. */
  begin(sliders: readonly Slider[]): void;
  hint(): void;
  /** Ends the practice and returns its state. The sliders do not move. */
  end(): Practice | null;
  giveUp(): void;
  close(): void;
}

export function createPractice(
  selection: SelectionModel,
  run: RunModel,
  { verdict }: Pick<VerdictModel, "verdict">,
  search: Pick<SearchModel, "show">,
  notify: Notify,
): PracticeModel {
  const practice = signal<Practice | null>(null);
  const isShown = computed(() => verdict.value?.loss === 0);
  const firstVerified = computed(() => selection.pattern.value.sets.findIndex(({ status }) => status === "replicated"));
  const starts = startsOf(selection, notify, (from, moved) => {
    selection.keep();
    practice.value = { stage: "open", from: from.values, moved: moved.names };
    search.show(false);
    run.zoomTo(null);
    notify("");
    selection.show({ ...from, values: moved.values });
    selection.keep();
  });
  const stopEnding = effect(() => {
    selection.opened.value;
    starts.stop();
    practice.value = null;
  });
  const stopFollowing = effect(() => {
    const latest = verdict.value;
    if (latest) practice.value = judged(practice.peek(), latest.loss);
  });
  const end = () => {
    const ended = practice.peek();
    practice.value = null;
    return ended;
  };
  return {
    practice,
    canPractise: computed(() => run.isOurs.value && (isShown.value || firstVerified.value >= 0)),
    begin: (sliders) => starts.find(isShown.peek() ? null : Math.max(firstVerified.peek(), 0), sliders),
    hint() {
      const now = practice.peek();
      if (now) practice.value = { ...now, stage: now.stage === "open" ? "hint" : "shown" };
    },
    end,
    giveUp() {
      const ended = end();
      if (!ended) return;
      selection.put(ended.from);
      selection.keep();
    },
    close() {
      starts.stop();
      stopEnding();
      stopFollowing();
    },
  };
}

/** Finds starting points in slices that keep the page responsive. */
function startsOf(selection: SelectionModel, notify: Notify, take: (from: Selection, moved: Moved) => void) {
  let stop = () => {};
  return {
    /** @param set the stored set that shows the pattern, or null for the sliders */
    find(set: number | null, sliders: readonly Slider[]) {
      const data = selection.data.peek();
      const current = selection.current.peek();
      const from = set === null ? current : stored(data, current.pattern, set);
      const isWanted = selection.setOut();
      stop();
      stop = inPieces(movingAway(selection.catalogue, data, from, sliders), (moved) => {
        if (!isWanted()) return;
        if (moved) batch(() => take(from, moved));
        else notify(tr("No suitable starting point was found. Choose another pattern."));
      });
    },
    stop: () => stop(),
  };
}

/** The practice after a verdict. It is solved once, and ends as soon as a criterion is no longer met. */
function judged(practice: Practice | null, loss: number): Practice | null {
  if (practice?.stage === "solved") return loss > 0 ? null : practice;
  return practice && loss === 0 ? { ...practice, stage: "solved" } : practice;
}

/** Parameters that have been moved away from their solution. */
export interface Moved {
  readonly values: Values;
  readonly names: readonly string[];
}

/**
 * Finds a starting point for practice. It moves two or three sliders away from parameters that show the pattern, until the
 * neuron no longer shows it. If possible, the neuron is at rest without a stimulus.
 */
export function* movingAway(
  catalogue: Catalogue,
  data: ModelData,
  from: Selection,
  sliders: readonly Slider[],
  random = Math.random,
): Generator<unknown, Moved | null> {
  for (let k = 0; k < MAX_DRAWS; k++) {
    const count = Math.min(sliders.length, k < MAX_DRAWS / 2 ? 2 : 3);
    const chosen = [...sliders].sort(() => random() - 0.5).slice(0, count);
    const moved = Object.fromEntries(
      chosen.map((slider) => [slider.name, away(slider, from.values[slider.name], random)]),
    );
    const values = { ...from.values, ...moved };
    const { verdict } = yield* simulationOf(catalogue, data, { ...from, values }).judging();
    if (!verdict || verdict.loss === 0 || verdict.diverged) continue;
    const isAtRest = verdict.criteria.every(({ key, passed }) => passed || !AT_REST.includes(key));
    if (isAtRest || k >= MAX_DRAWS - LAST_DRAWS) return { values, names: chosen.map(({ name }) => name) };
  }
  return null;
}

/** Another position of a slider. If the slider would leave its range, it moves in the other direction. */
function away(slider: Slider, value: number, random: () => number): number {
  const ends = endsOf(slider, value);
  const at = positionOf(slider, value, ends);
  const far = Math.round((MIN_MOVE + (MAX_MOVE - MIN_MOVE) * random()) * STEPS);
  const by = random() < 0.5 ? -far : far;
  const isInside = at + by >= 0 && at + by <= STEPS;
  return valueAt(slider, isInside ? at + by : at - by, ends);
}
