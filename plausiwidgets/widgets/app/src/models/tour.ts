// The tour, in which one model glides through its verified patterns with the same few sliders.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ModelData, Slider } from "../catalogue.ts";
import { FRAMES, type Frames } from "./motion.ts";
import type { RunModel } from "./run.ts";
import { firstOf, isOf, type Selection, type SelectionModel, stored } from "./selection.ts";
import type { TaskModel } from "./task.ts";
import { shapeOf } from "./titles.ts";

const STEP = 500; // time in ms for each pattern
const GLIDE = 250; // part of this time in ms for the glide
const CALM_STEP = 1000; // time in ms for each pattern without motion
const MIN_PATTERNS = 3;
const SLIDERS = 4;

/** The progress of a running tour. */
export interface Stage {
  /** The key of the pattern. */
  readonly pattern: string;
  /** The number of the pattern, starting with 1. */
  readonly number: number;
}

export interface TourModel {
  /** Whether the page can simulate the model, enough of its patterns are verified, and there is no task. */
  readonly canBegin: ReadonlySignal<boolean>;
  readonly stage: ReadonlySignal<Stage | null>;
  /** The keys of the patterns in their order. */
  readonly patterns: ReadonlySignal<readonly string[]>;
  /** The sliders of a running tour, otherwise null. */
  readonly sliders: ReadonlySignal<readonly Slider[] | null>;
  /** Starts the tour. At its end, the selection is that before the tour. */
  begin(): Promise<void>;
  /** Stops a running tour at its current pattern, which becomes an undo step. */
  stop(): void;
}

type Toured = Pick<SelectionModel, "choose" | "current" | "data" | "finishGlide" | "keep" | "show" | "sliders">;

export function createTour(
  selection: Toured,
  { isOurs }: Pick<RunModel, "isOurs">,
  { isTask, lesson }: Pick<TaskModel, "isTask" | "lesson">,
  frames: Frames = FRAMES,
): TourModel {
  const { current, data, sliders } = selection;
  const stage = signal<Stage | null>(null);
  const patterns = computed(() => verifiedOf(data.value));
  let tours = 0; // a stopped tour must not continue after its timer

  const stop = () => {
    if (!stage.peek()) return;
    tours++;
    selection.finishGlide();
    batch(() => {
      stage.value = null;
      selection.keep();
    });
  };
  const visit = async (to: string, number: number, last: Selection) => {
    const isHere = () => isOf(current.peek(), last);
    if (!isHere()) return false; // the user has opened another selection
    stage.value = { pattern: to, number };
    return selection.choose(last.model, to, { glide: { duration: GLIDE, isStep: false } });
  };
  const begin = async () => {
    stop();
    const tour = ++tours;
    selection.keep();
    const before = current.peek();
    const pause = frames.canMove() ? STEP : CALM_STEP;
    const start = frames.now();
    let last = before;
    for (const [k, key] of patterns.peek().entries()) {
      const wasChosen = await visit(key, k + 1, last);
      if (tour !== tours) return;
      if (!wasChosen) return stop();
      last = { ...before, pattern: key };
      await frames.wait(start + (k + 1) * pause - frames.now());
      if (tour !== tours) return;
    }
    if (!isOf(current.peek(), last)) return stop();
    await selection.choose(before.model, before.pattern, { to: before, glide: { duration: GLIDE, isStep: false } });
    if (tour === tours) stage.value = null;
  };
  return {
    canBegin: computed(() => isOurs.value && !isTask.value && !lesson.value && patterns.value.length >= MIN_PATTERNS),
    stage,
    patterns,
    sliders: computed(() => (stage.value ? changedOf(data.value, patterns.value, sliders.value) : null)),
    begin,
    stop,
  };
}

/** The keys of the patterns whose initial parameter set is verified. */
const verifiedOf = ({ patterns }: ModelData): readonly string[] =>
  Object.entries(patterns)
    .filter(([key, { sets }]) => !shapeOf(key) && sets[firstOf(sets)].status === "replicated")
    .map(([key]) => key);

/** The sliders of the model that differ most often between the patterns, in their order. */
function changedOf(data: ModelData, patterns: readonly string[], sliders: readonly Slider[]): readonly Slider[] {
  const sets = patterns.map((key) => stored(data, key, firstOf(data.patterns[key].sets)).values);
  const countOf = (name: string) => new Set(sets.map((values) => values[name])).size;
  const own = sliders.filter(({ name }) => data.parameters.some((one) => one.name === name));
  const most = [...own].sort((a, b) => countOf(b.name) - countOf(a.name)).slice(0, SLIDERS);
  return own.filter((slider) => most.includes(slider));
}
