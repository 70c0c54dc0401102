// The scene of the figure, composed from the models.

import { computed, type ReadonlySignal } from "@preact/signals";
import type { App } from "../app.ts";
import { ofUnit } from "../i18n/words.ts";
import type { Handle, Line, Looked } from "../models/lines.ts";
import { isOpen } from "../models/search.ts";
import { isOf } from "../models/selection.ts";
import { targetParts } from "../models/titles.ts";
import { padded, type Ranges, rangesOf, type Scene, seenAt, widened } from "./scene.ts";

/** The scene of the figure. It is the same object as before if nothing of it has changed. */
export function composeScene(
  selection: App["selection"],
  run: App["run"],
  verdict: App["verdict"],
  search: App["search"],
  task: App["task"],
  screen: App["screen"],
): ReadonlySignal<Scene> {
  const lines = linesOf({ selection, run, search, task, screen });
  const handles = handlesOf({ selection, run, task });
  const runningSearch = computed(() => idOfRunning(search));
  const targetTitle = computed(() => targetTitleOf({ selection, task }));
  const widen = widening();
  let last: Scene | null = null;
  return computed(() => {
    const { model, pattern } = selection.current.value;
    const { unit, potential_unit, resets } = selection.data.value.model;
    const { neuron } = run.simulation.value;
    const below = belowOf(run);
    const needed = neededRanges(run, lines.value, below);
    const key = `${model} ${pattern} ${run.sweep.value} ${run.isWhole.value}`;
    const axes = widen(key, runningSearch.value, needed);
    const zoom = run.zoom.value;
    const x = zoom?.x ?? run.event.value ?? needed.x;
    const next: Scene = {
      lines: lines.value,
      x,
      v: zoom?.y ?? axes.v,
      i: axes.i,
      currentUnit: ofUnit(unit),
      potentialUnit: ofUnit(potential_unit),
      handles: handles.value.map((handle) => seenAt(handle, x)),
      marks: verdict.looks.value,
      isPointed: verdict.marked.value >= 0,
      isFaded: run.isFaded.value,
      peak: resets && below === null && neuron ? neuron.peak : Number.NaN,
      targetTitle: targetTitle.value,
    };
    if (!last || !isSameScene(last, next)) last = next;
    return last;
  });
}

/** The lines in the order in which they are drawn. */
function linesOf({
  selection,
  run,
  search,
  task,
  screen,
}: Pick<App, "selection" | "run" | "search" | "task" | "screen">) {
  const showsBest = computed(() => showsBestOf({ selection, search, task }));
  return computed(() => {
    const pinned = screen.pinned.value;
    const isCompared = isOf(pinned, selection.current.value);
    return [
      run.target.value,
      isCompared && pinned ? run.lineOf("pinned", pinned.values) : null,
      showsBest.value ? run.lineOf("best", search.shownBest.value) : null,
      run.trace.value,
    ].filter((line) => line !== null);
  });
}

/** Whether the figure shows the best parameters of the search, as soon as there are any. */
export const showsBestOf = ({ selection, search, task }: Pick<App, "selection" | "search" | "task">): boolean =>
  search.isShown.value && task.task.value.kind !== "practice" && isOf(search.search.value, selection.current.value);

/** The handles of the parameters that the user may change. */
const handlesOf = ({ selection, run, task }: Pick<App, "selection" | "run" | "task">) =>
  computed(() => {
    const { locked } = selection.ranges.value;
    const moved = task.game.value?.moved;
    const canMove = (name: string) => !locked.includes(name) && (!moved || moved.includes(name));
    return run.simulation.value.handles().filter(({ name }) => canMove(name));
  });

/** The name of the target, with its source. In a task the name hides the neuron. */
const targetTitleOf = ({ selection, task }: Pick<App, "selection" | "task">): string =>
  targetParts(selection.pattern.value, isTargetHidden(task)).join(", ");

/** Whether the target is the hidden neuron of a mystery. */
export const isTargetHidden = ({ game, exercise }: App["task"]): boolean =>
  game.value !== null || Boolean(exercise?.common);

/** The id of the search that runs, or an empty text. */
function idOfRunning({ search }: App["search"]): string {
  const shown = search.value;
  return shown && isOpen(shown) ? shown.id : "";
}

/** A pattern of small potentials is shown below this potential. */
function belowOf(run: App["run"]): number | null {
  const { pattern, scale } = run.simulation.value;
  if (!pattern.fine || !run.event.value) return null;
  const [rest, threshold] = scale();
  return threshold + 0.4 * (threshold - rest);
}

function neededRanges(run: App["run"], lines: readonly Line[], below: number | null): Ranges {
  const { span, scale } = run.simulation.value;
  return rangesOf(lines, { span, low: scale()[0], below, event: run.event.value });
}

/**
 * Axes that only widen, so that they do not move under the hand. They start again with another key, and at the end of a search,
 * whose evaluations have widened them.
 */
function widening() {
  let key = "";
  let running = "";
  let kept: Pick<Ranges, "v" | "i"> | null = null;
  return (nextKey: string, nextRunning: string, needed: Ranges): Pick<Ranges, "v" | "i"> => {
    const isOver = running !== "" && nextRunning === "";
    const isNew = nextKey !== key || isOver;
    const { v, i } = (isNew ? null : kept) ?? { v: needed.v, i: padded(needed.i, 0.02) };
    kept = { v: widened(v, needed.v), i: widened(i, needed.i) };
    key = nextKey;
    running = nextRunning;
    return kept;
  };
}

/** Whether two scenes look the same. Lines are compared as objects, because each simulation makes new ones. */
function isSameScene(a: Scene, b: Scene): boolean {
  return (
    isEvery(a.lines, b.lines, Object.is) &&
    isEvery(a.x, b.x, Object.is) &&
    isEvery(a.v, b.v, Object.is) &&
    isEvery(a.i, b.i, Object.is) &&
    isEvery(a.handles, b.handles, isSameHandle) &&
    isEvery(a.marks, b.marks, isSameMark) &&
    a.currentUnit === b.currentUnit &&
    a.potentialUnit === b.potentialUnit &&
    a.isPointed === b.isPointed &&
    a.isFaded === b.isFaded &&
    Object.is(a.peak, b.peak) &&
    a.targetTitle === b.targetTitle
  );
}

const isEvery = <T>(a: readonly T[], b: readonly T[], isSame: (x: T, y: T) => boolean): boolean =>
  a === b || (a.length === b.length && a.every((x, k) => isSame(x, b[k])));

const isSameHandle = (a: Handle, b: Handle) =>
  a.name === b.name &&
  a.axis === b.axis &&
  a.t === b.t &&
  a.current === b.current &&
  a.value === b.value &&
  a.slope === b.slope;

const isSameMark = (a: Looked, b: Looked) =>
  a.from === b.from && a.to === b.to && a.text === b.text && a.passed === b.passed;
