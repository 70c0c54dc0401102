// The tool with parameter sets that show the pattern, which a host samples, as points in a plane of two columns.

import { type Signal, signal, useSignal } from "@preact/signals";
import type { App } from "../app.ts";
import { shareOf } from "../engine/scales.ts";
import { type Axis, atShare, axesPicture, axisOf, frameOf, hereAt } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import type { Layer, Picture } from "../figure/picture.ts";
import { arrowOf } from "../figure/pointer.ts";
import { extent, type Point, padded } from "../figure/scene.ts";
import type { Colours } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit, plain } from "../i18n/words.ts";
import { isOf } from "../models/selection.ts";
import { countText } from "../models/titles.ts";
import { glossing } from "../panels/glosses.tsx";
import { csvOf, save } from "../panels/saving.ts";
import { PairMenus } from "./axisMenus.tsx";
import { type FullReply, type JobArrays, jobOf, keptIn, rangesFor, requestOf } from "./jobs.ts";

const COUNT = 500;
const NEAR = 18; // maximum distance in px at which the pointer selects a point

/** Parameter sets in row-major order in `values`. Measured features follow the parameters of each set. */
export interface Sets {
  readonly names: readonly string[];
  readonly values: Float64Array;
  readonly count: number;
  /** The share of the search space that shows the pattern, or null if it is unknown. */
  readonly volume: number | null;
  readonly evaluations: number;
}

type Pair = readonly [x: string, y: string];

/** The sets after a reply. New sets follow the known ones, and those of the last reply replace them. */
export function withSets(
  known: Sets | null,
  { state, names, volume, evaluations }: Pick<FullReply<"samples">, "state" | "names" | "volume" | "evaluations">,
  { values: fresh = new Float64Array() }: JobArrays<"samples">,
): Sets {
  const before = state !== "done" && known ? known.values : new Float64Array();
  const values = new Float64Array(before.length + fresh.length);
  values.set(before);
  values.set(fresh, before.length);
  return { names, values, count: names.length ? values.length / names.length : 0, volume, evaluations };
}

/** The index of the nearest point within a distance, or -1. */
export function nearest(
  points: readonly (Point | null)[],
  [x, y]: Point,
  reach: number,
  isAllowed: (point: Point) => boolean = () => true,
): number {
  let best = -1;
  let least = reach;
  for (const [k, point] of points.entries()) {
    if (!point || !isAllowed(point)) continue;
    const distance = Math.hypot(point[0] - x, point[1] - y);
    if (distance < least) [best, least] = [k, distance];
  }
  return best;
}

/** The index of the next point in the direction of an arrow key, within 45 degrees, or -1. */
export function nextPoint(points: readonly (Point | null)[], from: number, [dx, dy]: Point): number {
  const [x, y] = points[from] ?? [0, 0];
  return nearest(points, [x, y], Number.POSITIVE_INFINITY, ([px, py]) => {
    const along = (px - x) * dx + (py - y) * dy;
    return along > 1 && Math.abs((px - x) * dy + (py - y) * dx) <= along;
  });
}

/** Two of the columns that vary, either the selected ones or those of key parameters. */
function pairOf(varied: readonly string[], matter: readonly string[], chosen: Pair | null): Pair | null {
  if (chosen?.every((name) => varied.includes(name))) return chosen;
  const key = matter.filter((name) => varied.includes(name));
  const [x, y] = [...key, ...varied.filter((name) => !key.includes(name))];
  return x && y ? [x, y] : null;
}

/** Parameter sets from the whole region that shows the pattern. The user can open each set. */
export function Samples({ selection, host, search, screen }: Pick<App, "selection" | "host" | "search" | "screen">) {
  const chosenPair = keptIn<Signal<Pair | null>>({ selection }, "samples", () => signal(null));
  const job = jobOf({ selection, host }, "samples");
  const chosen = useSignal(-1);
  const { state, error, about, data, total } = job.job.value;
  const pattern = selection.pattern.value;
  const model = selection.data.value.model.name;
  const isHere = isOf(about, { model, pattern: pattern.key });
  const sets = isHere ? data : null;
  const isRunning = state === "running" && isHere;
  const varied = sets ? sets.names.filter((_, k) => isVaried(sets, k)) : [];
  const pair = pairOf(varied, pattern.matter, chosenPair.value);

  const begin = () => {
    chosen.value = -1;
    const [bounds, free] = [rangesFor({ selection }), selection.free.peek()];
    job.begin({ ...requestOf(selection.current.peek()), bounds, free, count: COUNT, seed: 0 }, withSets);
  };
  const pick = (next: Pair) => {
    chosenPair.value = next;
  };
  const glossed = glossing();
  return (
    <div class="pw-fields">
      <div class="pw-toolrow">
        {isRunning ? (
          <button type="button" class="pw-small" onClick={job.stop}>
            ■ {tr("Stop")}
          </button>
        ) : (
          <button type="button" class="pw-small" onClick={begin}>
            {sets ? tr("Draw again") : tr("Draw {count} samples", { count: COUNT })}
          </button>
        )}
        {pair && <PairMenus names={varied} pair={pair} choose={pick} />}
        {sets && sets.count > 0 && !isRunning && <Save sets={sets} name={`${model}_${pattern.key}_samples.csv`} />}
      </div>
      {sets && pair ? (
        <Points {...{ selection, host, search, screen, sets, pair, chosen }} />
      ) : (
        <p class="pw-lead">
          {glossed(
            tr(
              "There is rarely just one solution. This tool samples the whole region, within the search ranges, in which all criteria are met.",
            ),
          )}
        </p>
      )}
      <div class="pw-fieldwords">
        {sets && pair && <Picked selection={selection} sets={sets} pair={pair} chosen={chosen} />}
        <p role="status">{glossed(statusOf({ state: isHere ? state : "", error }, sets, total))}</p>
        {isRunning && total > 0 && <progress max={total} value={sets?.count ?? 0} aria-label={tr("Sampling")} />}
      </div>
    </div>
  );
}

/** A button that saves the sets as a file. */
function Save({ sets, name }: { readonly sets: Sets; readonly name: string }) {
  return (
    <button type="button" class="pw-small" onClick={() => save(name, csvOf(sets.names, rowsOf(sets)), "text/csv")}>
      {tr("Save as CSV")}
    </button>
  );
}

interface PointsProps extends Pick<App, "selection" | "host" | "search" | "screen"> {
  readonly sets: Sets;
  readonly pair: Pair;
  /** The index of the selected set, or -1. */
  readonly chosen: Signal<number>;
}

/** The sets as points for two of their columns. The pointer or the arrow keys select a set, and a click or Enter opens it. */
function Points({ selection, host, search, screen, sets, pair, chosen }: PointsProps) {
  const dark = screen.isDark.value;
  const size = screen.isPresenting.value ? 18 : 14;
  const axes = pairMapped(pair, (name) => axisFor({ selection }, sets, name));
  const { values } = selection.current.value;
  const own = pairMapped(axes, (axis) => shareOf(axis, values[axis.name], axis.ends));
  const shares = sharesOf(sets, axes);
  /** The places of the sets in px. */
  const placesIn = ({ clientWidth, clientHeight }: HTMLElement): (Point | null)[] => {
    const { left, top, width, height } = frameOf(clientWidth, clientHeight, size);
    return shares.map(([x, y]) => (Number.isFinite(x + y) ? [left + x * width, top + (1 - y) * height] : null));
  };
  const label = tr("Parameter sets plotted over {names}. Arrow keys select a set, and Enter opens it.", {
    names: pair.join(", "),
  });
  return (
    <Pictured
      host={host}
      search={search}
      of={[sets, chosen.value, dark, size, JSON.stringify([axes, own])]}
      picture={(width, height) =>
        axesPicture({ width, height, dark, size, name: "samples" }, ...axes, (colours) =>
          layersOf(shares, axes, own, chosen.peek(), colours),
        )
      }
      attributes={{
        tabIndex: 0,
        role: "group",
        "data-points": "",
        "aria-label": label,
        ...handlersOf(placesIn, chosen, (set) => openSet(selection, sets, set)),
      }}
    />
  );
}

/** Moves the sliders to the parameters of a set. */
function openSet(selection: App["selection"], sets: Sets, set: number): void {
  if (set < 0 || set >= sets.count) return;
  const names = new Set(selection.sliders.peek().map(({ name }) => name));
  const changed = sets.names.flatMap((name, k) => (names.has(name) ? [[name, valueOf(sets, set, k)]] : []));
  selection.put(Object.fromEntries(changed));
  selection.keep();
}

/** An event of the element with the points. */
type At<E extends Event> = E & { readonly currentTarget: HTMLElement };

/** The handlers of the pointer and the keys, which select and open points. */
function handlersOf(
  placesIn: (place: HTMLElement) => readonly (Point | null)[],
  chosen: Signal<number>,
  open: (set: number) => void,
) {
  const under = (event: At<MouseEvent>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return nearest(placesIn(event.currentTarget), [event.clientX - left, event.clientY - top], NEAR);
  };
  return {
    onKeyDown(event: At<KeyboardEvent>) {
      const arrow = arrowOf(event);
      if (!arrow && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      if (!arrow) return open(chosen.peek());
      const { clientWidth, clientHeight } = event.currentTarget;
      const points = placesIn(event.currentTarget);
      const centre: Point = [clientWidth / 2, clientHeight / 2];
      const next = points[chosen.peek()]
        ? nextPoint(points, chosen.peek(), arrow)
        : nearest(points, centre, Number.POSITIVE_INFINITY);
      if (next >= 0) chosen.value = next;
    },
    onPointerMove(event: At<PointerEvent>) {
      if (event.pointerType !== "touch") chosen.value = under(event);
    },
    onPointerLeave() {
      chosen.value = -1;
    },
    onClick(event: At<MouseEvent>) {
      chosen.value = under(event);
      open(chosen.peek());
    },
  };
}

const pairMapped = <T, U>([x, y]: readonly [T, T], act: (one: T) => U): readonly [U, U] => [act(x), act(y)];

/** The positions of the sets as shares of two axes. */
function sharesOf(sets: Sets, axes: readonly [Axis, Axis]): readonly Point[] {
  const columns = pairMapped(axes, ({ name }) => sets.names.indexOf(name));
  return Array.from({ length: sets.count }, (_, set) => {
    const share = (k: 0 | 1) => shareOf(axes[k], valueOf(sets, set, columns[k]), axes[k].ends);
    return [share(0), share(1)];
  });
}

function layersOf(
  shares: readonly Point[],
  [x, y]: readonly [Axis, Axis],
  own: Point,
  chosen: number,
  colours: Picture["colours"] & Colours,
): readonly Layer[] {
  const at = (some: readonly Point[]) => ({
    xs: some.map(([share]) => atShare(x, share)),
    ys: some.map(([, share]) => atShare(y, share)),
  });
  const layers: Layer[] = [{ kind: "dots", ...at(shares), radius: 3, colour: colours.blue, alpha: 0.55 }];
  if (own.every(Number.isFinite)) layers.push(hereAt(atShare(x, own[0]), atShare(y, own[1]), colours));
  const ring = { radius: 7, colour: colours.card, alpha: 0, edge: { colour: colours.best, width: 3 } };
  if (shares[chosen]) layers.push({ kind: "dots", ...at([shares[chosen]]), ...ring });
  return layers;
}

/** The values of the selected set. */
function Picked({ selection, sets, pair, chosen }: Pick<PointsProps, "selection" | "sets" | "pair" | "chosen">) {
  const set = chosen.value;
  const textOf = (name: string) => {
    const unit = selection.sliders.value.find((slider) => slider.name === name)?.unit ?? "";
    return `${name} = ${plain(valueOf(sets, set, sets.names.indexOf(name)))}${ofUnit(unit, " ")}`;
  };
  return (
    <p class="pw-at">
      {set >= 0 && set < sets.count
        ? `${pair.map(textOf).join(", ")}. ${tr("Click the point or press Enter to open this set.")}`
        : tr("Each point is a parameter set that shows the pattern.")}
    </p>
  );
}

function statusOf(
  { state, error }: { readonly state: string; readonly error: string },
  sets: Sets | null,
  total: number,
): string {
  if (state === "failed") return error;
  if (state === "running" && !sets) return tr("looking for a first solution …");
  if (!sets) return "";
  const progress = { done: sets.count, total, count: countText(sets.evaluations) };
  if (state === "running") return tr("{done} of {total} solutions, {count} evaluations", progress);
  if (state === "stopped") return tr("Stopped at {done} solutions after {count} evaluations.", progress);
  const percent = sets.volume === null ? "" : numberText(100 * sets.volume, 2);
  const volume = percent && ` ${tr("Solutions occupy {percent} % of the search space.", { percent })}`;
  return tr("{done} solutions found in {count} evaluations.", progress) + volume;
}

const valueOf = ({ values, names }: Sets, set: number, column: number): number => values[set * names.length + column];

const rowsOf = ({ values, names, count }: Sets): readonly Float64Array[] =>
  Array.from({ length: count }, (_, set) => values.subarray(set * names.length, (set + 1) * names.length));

/** Whether a column has more than one value. */
function isVaried(sets: Sets, column: number): boolean {
  for (let set = 1; set < sets.count; set++) {
    if (valueOf(sets, set, column) !== valueOf(sets, 0, column)) return true;
  }
  return false;
}

/** The axis of a column, from the range of its slider or the extent of a measured feature. */
function axisFor({ selection }: Pick<App, "selection">, sets: Sets, name: string): Axis {
  const slider = selection.sliders.value.find((one) => one.name === name);
  if (slider) return axisOf(slider, rangesFor({ selection })[name]);
  const column = sets.names.indexOf(name);
  const ends = padded(extent(rowsOf(sets).map((row) => row[column])), 0.05);
  return { name, unit: "", scale: "linear", linear_width: null, ends };
}
