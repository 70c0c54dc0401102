// The scene of the figure, composed from the models.

import { computed, type ReadonlySignal } from "@preact/signals";
import type { App } from "../app.ts";
import { ofUnit } from "../i18n/words.ts";
import type { Handle, Line, Looked } from "../models/lines.ts";
import { isOf } from "../models/selection.ts";
import { type Settled, settledOf } from "../models/settled.ts";
import { targetParts } from "../models/titles.ts";
import { EMPTY_BEST, longestInside, rowOf, type SpikeRow } from "./rows.ts";
import { padded, type Ranges, rangesOf, type Scene, seenAt } from "./scene.ts";

/** The scene of the figure. A scene without a change is the same object as before. */
export function composeScene(
  selection: App["selection"],
  run: App["run"],
  verdict: App["verdict"],
  search: App["search"],
  task: App["task"],
  screen: App["screen"],
): ReadonlySignal<Scene> {
  const lines = linesOf({ selection, run, search, task, screen });
  const rows = rowsOf({ selection, run, search, task }, lines.all);
  const handles = handlesOf({ selection, run });
  const targetTitle = computed(() => targetTitleOf({ selection, task }));
  const axes = axesOf(settledOf(selection, run), run, lines.pinned);
  let last: Scene | null = null;
  return computed(() => {
    const { unit, potential_unit } = selection.data.value.model;
    const { ranges, peak } = axes.value;
    const zoom = run.zoom.value;
    const x = zoom?.x ?? ranges.x;
    const next: Scene = {
      lines: lines.all.value,
      rows: rows.value,
      x,
      v: zoom?.y ?? ranges.v,
      i: ranges.i,
      currentUnit: ofUnit(unit),
      potentialUnit: ofUnit(potential_unit),
      handles: handles.value.map((handle) => seenAt(handle, x)),
      marks: verdict.looks.value,
      isPointed: verdict.marked.value >= 0,
      isFaded: run.isFaded.value,
      isFolding: search.isShown.value || screen.tool.value !== "",
      peak,
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
  const pinned = computed(() => {
    const kept = screen.pinned.value;
    return kept && isOf(kept, selection.current.value) ? run.lineOf("pinned", kept.values) : null;
  });
  const all = computed(() =>
    [
      run.target.value,
      pinned.value,
      showsBest.value ? run.lineOf("best", search.shownBest.value) : null,
      run.trace.value,
    ].filter((line) => line !== null),
  );
  return { all, pinned };
}

/** The spike rows. A search has a row from its start to its end, so that the figure moves only at these times. */
function rowsOf(
  { selection, run, search, task }: Pick<App, "selection" | "run" | "search" | "task">,
  lines: ReadonlySignal<readonly Line[]>,
) {
  const hasBest = computed(() => run.isOurs.value && hasBestRow({ selection, search, task }));
  const inside = computed(() => longestInside(selection.pattern.value));
  const best = computed(() => {
    const line = hasBest.value ? run.lineOf("best", search.shownBest.value) : null;
    return line ? rowOf(line, "best", inside.value) : EMPTY_BEST;
  });
  return computed(() => {
    const own = (["target", "yours"] as const).map((role) => {
      const line = lines.value.find((one) => one.role === role);
      return line ? rowOf(line, role, inside.value) : null;
    });
    return [...own, hasBest.value ? best.value : null].filter((row): row is SpikeRow => row !== null);
  });
}

/** Whether the figure has a row for the best set of the search. The row exists from the start, so that nothing moves later. */
export const hasBestRow = ({ selection, search, task }: Pick<App, "selection" | "search" | "task">): boolean =>
  showsBestOf({ selection, search, task }) ||
  (search.isShown.value && search.isRunning.value && isOf(search.search.value, selection.current.value));

/** Whether the figure shows the best parameters of the search, which it does until they are on the sliders. */
export const showsBestOf = ({ selection, search, task }: Pick<App, "selection" | "search" | "task">): boolean =>
  search.isShown.value &&
  !search.isTaken.value &&
  task.task.value.kind !== "practice" &&
  isOf(search.search.value, selection.current.value);

/** The handles of the parameters that the user may change. */
const handlesOf = ({ selection, run }: Pick<App, "selection" | "run">) =>
  computed(() => {
    const { locked } = selection.ranges.value;
    return run.simulation.value.handles().filter(({ name }) => !locked.includes(name));
  });

/** The name of the target with its source. In an exercise, the name does not reveal the neuron. */
const targetTitleOf = ({ selection, task }: Pick<App, "selection" | "task">): string =>
  targetParts(selection.pattern.value, isTargetHidden(task)).join(", ");

/** Whether the target is the hidden neuron of a mystery. */
export const isTargetHidden = ({ exercise }: App["task"]): boolean => Boolean(exercise.value?.common);

/** The axes for the settled simulation, the target and the neuron that is kept for comparison. */
function axesOf(settled: ReadonlySignal<Settled>, run: App["run"], pinned: ReadonlySignal<Line | null>) {
  return computed(() => {
    const { simulation, line } = settled.value;
    const { neuron, span, scale, pattern } = simulation;
    const event = run.isWhole.value ? null : simulation.event(line);
    const [low, threshold] = scale();
    // A pattern of small potentials is shown only below this potential.
    const below = pattern.fine && event ? threshold + 0.4 * (threshold - low) : null;
    const lines = [run.target.value, pinned.value, line].filter((one) => one !== null);
    const { x, v, i } = rangesOf(lines, { span, low, below, event });
    const ranges: Ranges = { x: event ?? x, v, i: padded(i, 0.02) };
    return { ranges, peak: neuron && simulation.resets && below === null ? neuron.peak : Number.NaN };
  });
}

/** Whether two scenes look equal. Lines are compared by identity, because each simulation creates new ones. */
function isSameScene(a: Scene, b: Scene): boolean {
  return (
    isEvery(a.lines, b.lines, Object.is) &&
    isEvery(a.rows, b.rows, Object.is) &&
    isEvery(a.x, b.x, Object.is) &&
    isEvery(a.v, b.v, Object.is) &&
    isEvery(a.i, b.i, Object.is) &&
    isEvery(a.handles, b.handles, isSameHandle) &&
    isEvery(a.marks, b.marks, isSameMark) &&
    a.currentUnit === b.currentUnit &&
    a.potentialUnit === b.potentialUnit &&
    a.isPointed === b.isPointed &&
    a.isFaded === b.isFaded &&
    a.isFolding === b.isFolding &&
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
