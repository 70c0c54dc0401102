// The plane of two parameters, which shows where the pattern is shown. The neuron is a point that the user can drag.

import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { App } from "../app.ts";
import type { Slider } from "../catalogue.ts";
import { positionOf, STEPS, valueAt } from "../engine/scales.ts";
import { axesPicture, axisOf, frameOf } from "../figure/axes.ts";
import { Pictured, type PlaceAttributes } from "../figure/CanvasView.tsx";
import { arrowOf, dragged } from "../figure/pointer.ts";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit, plain } from "../i18n/words.ts";
import { sharedOf, type Titled, titleOf } from "../models/titles.ts";
import { glossing } from "../panels/glosses.tsx";
import { PairMenus } from "./axisMenus.tsx";
import { acceptedShare, type Cells, cellAt, GRIDS, maskOf, missedAt } from "./cells.tsx";
import type { JobState } from "./jobs.ts";
import { createParameterPlane, type ParameterPlaneModel, type Place, type PlaneModels } from "./parameterPlaneModel.ts";
import { layersOf } from "./parameterPlanePicture.ts";
import { regionsOf, withLetters } from "./patternRegions.ts";

const KEY = 4; // slider positions by which an arrow key moves the neuron; with Shift, it is one
const NAMED = 3; // maximum number of criteria that are named; the others are counted

type Models = PlaneModels & Pick<App, "screen">;

/** The plane of two parameters. */
export function ParameterPlane({ selection, verdict, search, task, host, screen }: Models) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  const plane = useMemo(() => createParameterPlane({ selection, verdict, search, task, host }), []);
  const pointed = useSignal<Place | null>(null);
  useSignalEffect(() => {
    plane.about.value;
    return plane.judge();
  });
  useEffect(() => plane.leave, [plane]);
  const views = { plane, pointed, selection };
  return (
    <div class="pw-fields">
      <PlaneMenus plane={plane} selection={selection} />
      <PlaneCells {...views} search={search} host={host} screen={screen} />
      <PlaneWords {...views} screen={screen} />
    </div>
  );
}

interface PlaneProps extends Pick<App, "selection"> {
  readonly plane: ParameterPlaneModel;
}

interface PointedProps extends PlaneProps {
  /** The place under the pointer. */
  readonly pointed: Signal<Place | null>;
}

function PlaneMenus({ plane, selection }: PlaneProps) {
  const units = useComputed(
    () => new Map(selection.sliders.value.map(({ name, unit }) => [name, ofUnit(unit, " (", ")")])),
  );
  return (
    <div class="pw-toolrow">
      <PairMenus
        names={plane.names.value}
        pair={plane.pair.value}
        choose={plane.choose}
        titleOf={(name) => name + (units.value.get(name) ?? "")}
      />
      {plane.isHost.value && (
        <div role="group" class="pw-tabs" aria-label={tr("View")}>
          {[false, true].map((all) => (
            <button
              key={String(all)}
              type="button"
              aria-pressed={plane.showsAll.value === all}
              onClick={() => plane.showAll(all)}
            >
              {all ? tr("all patterns") : tr("this pattern")}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function PlaneCells({
  plane,
  pointed,
  selection,
  search,
  host,
  screen,
}: PointedProps & Pick<App, "search" | "host" | "screen">) {
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const [cells, isOld, showsAll] = [plane.cells.value, plane.isOld.value, plane.showsAll.value];
  const [here, dots, ends, [x, y]] = [plane.here.value, plane.dots.value, plane.ends.value, plane.sliders.value];
  const axes = [axisOf(x, ends[0]), axisOf(y, ends[1])] as const;
  const titled = { catalogue: selection.catalogue, data: selection.data.value };
  const picture = (width: number, height: number) => {
    const words = (of: Cells, place: Place) => describedAt(titled, of, place, showsAll);
    const regions = showsAll && cells ? regionsOf(cells, sharedOf(titled), dark) : [];
    const about = { cells, axes, here, dots, isOld, showsAll, regions, words };
    const options = { width, height, dark, size, name: "plane" };
    const made = axesPicture(options, ...axes, (colours) => layersOf(about, colours));
    return cells && regions.length ? withLetters(made, regions, cells.x.length) : made;
  };
  const attributes: PlaceAttributes = {
    ...{ tabIndex: 0, role: "group", "aria-roledescription": tr("parameter plane") },
    "aria-label": tr("Plane of {x} and {y}. Arrow keys move the neuron, in small steps with Shift.", {
      x: x.name,
      y: y.name,
    }),
    ...handlersOf(plane, pointed, selection, size),
    "data-drag": "",
  };
  const of = [cells, isOld, showsAll, dark, size, JSON.stringify([axes, here, dots])];
  return <Pictured host={host} search={search} of={of} picture={picture} attributes={attributes} />;
}

type PlanePointer = TargetedPointerEvent<HTMLDivElement>;

/** The handlers of the pointer and the keys on the plane. `size` is the size of the font. */
function handlersOf(
  plane: ParameterPlaneModel,
  pointed: Signal<Place | null>,
  selection: App["selection"],
  size: number,
) {
  const placeIn = (element: HTMLElement, { clientX, clientY }: MouseEvent): Place => {
    const { left, top } = element.getBoundingClientRect();
    const frame = frameOf(element.clientWidth, element.clientHeight, size);
    const [across, down] = [(clientX - left - frame.left) / frame.width, (clientY - top - frame.top) / frame.height];
    const within = (share: number) => Math.min(Math.max(share, 0), 1);
    return [within(across), within(1 - down)];
  };
  return {
    onPointerDown(event: PlanePointer) {
      if (event.button) return;
      event.preventDefault();
      const { currentTarget: element } = event;
      dragged(element, event, (e) => plane.go(placeIn(element, e)), selection.keep);
      pointed.value = null;
      plane.go(placeIn(element, event));
    },
    onPointerMove(event: PlanePointer) {
      if (event.buttons || event.pointerType === "touch") return;
      pointed.value = placeIn(event.currentTarget, event);
    },
    onPointerLeave() {
      pointed.value = null;
    },
    onKeyDown: (event: TargetedKeyboardEvent<HTMLDivElement>) => moveByKey(event, plane, selection),
  };
}

/** Moves the neuron with an arrow key. */
function moveByKey(event: KeyboardEvent, plane: ParameterPlaneModel, selection: App["selection"]): void {
  const arrow = arrowOf(event);
  if (!arrow) return;
  event.preventDefault();
  event.stopPropagation();
  const step = event.shiftKey ? 1 : KEY;
  const by = [step * arrow[0], -step * arrow[1]];
  const { values } = selection.current.peek(); // key presses can be faster than the view
  const moved = plane.sliders.peek().flatMap((slider, k) => {
    if (!by[k]) return [];
    const ends = plane.ends.peek()[k];
    const position = positionOf(slider, values[slider.name], ends) + by[k];
    return [[slider.name, valueAt(slider, Math.min(Math.max(position, 0), STEPS), ends)] as const];
  });
  selection.put(Object.fromEntries(moved));
  selection.keepSoon();
}

/** The values and the loss at the pointer or at the neuron, the state of the evaluation, and the legend. */
function PlaneWords({ plane, pointed, selection, screen }: PointedProps & Pick<App, "screen">) {
  const [cells, isOld, showsAll] = [plane.cells.value, plane.isOld.value, plane.showsAll.value];
  const { values } = selection.current.value;
  const titled = { catalogue: selection.catalogue, data: selection.data.value };
  const glossed = glossing();
  const at = plane.sliders.value.map((slider, k) => {
    const share = pointed.value?.[k];
    const value =
      share === undefined ? values[slider.name] : valueAt(slider, Math.round(share * STEPS), plane.ends.value[k]);
    return textAt(slider, value);
  });
  const place = pointed.value ?? plane.here.value;
  return (
    <div class="pw-fieldwords">
      <p class="pw-at">
        {at.join(", ")}
        {cells && !isOld && [": ", glossed(describedAt(titled, cells, place, showsAll))]}
      </p>
      <p role="status">{statusOf(cells, isOld, plane.job.value, showsAll)}</p>
      {showsAll ? (
        cells && <PatternKey cells={cells} titled={titled} dark={screen.isDark.value} />
      ) : (
        <CellKey glossed={glossed} />
      )}
    </div>
  );
}

/** The letters, the hues and the titles of the patterns in a plane. */
function PatternKey({
  cells,
  titled,
  dark,
}: {
  readonly cells: Cells;
  readonly titled: Titled;
  readonly dark: boolean;
}) {
  const regions = regionsOf(cells, sharedOf(titled), dark);
  return (
    <ul class="pw-planekey patterns">
      {regions.map(({ key, letter, colour }) => (
        <li key={key}>
          <i style={`background:${colour}`} />
          <b>{letter}</b> {titleOf(titled, key)}
        </li>
      ))}
    </ul>
  );
}

function CellKey({ glossed }: { readonly glossed: ReturnType<typeof glossing> }) {
  return (
    <ul class="pw-planekey">
      <li class="holds">
        <i />
        {glossed(tr("all criteria met"))}
      </li>
      <li class="near">
        <i />
        {glossed(tr("close"))}
      </li>
      <li class="far">
        <i />
        {glossed(tr("far"))}
      </li>
      <li>○ {tr("your neuron (drag it)")}</li>
      <li>• {tr("packaged parameter sets")}</li>
    </ul>
  );
}

/** A value with its name and unit. */
const textAt = ({ name, unit }: Slider, value: number) => `${name} = ${plain(value)}${ofUnit(unit, " ")}`;

/** The patterns that a place of a plane shows, or the loss and the criteria that are not met. */
function describedAt(titled: Titled, cells: Cells, [across, up]: Place, showsAll: boolean): string {
  const [row, column] = cellAt(cells, across, up);
  if (row >= cells.rows) return "…";
  if (showsAll) {
    const shown = cells.patterns.filter((_, k) => maskOf(cells, k)(row, column));
    return shown.length ? shown.map((key) => titleOf(titled, key)).join(", ") : tr("no pattern");
  }
  const loss = cells.loss[row * cells.x.length + column];
  if (loss === 0) return tr("all criteria met");
  const missed = missedAt(cells, row, column).map((name) => tr(name));
  const more = missed.length > NAMED ? ` ${tr("and {count} more", { count: missed.length - NAMED })}` : "";
  const names = missed.slice(0, NAMED).join(", ") + more;
  const distance = tr("loss {distance}", { distance: numberText(loss, 3) });
  return missed.length ? `${distance}, ${tr("not met: {names}", { names })}` : distance;
}

/** The evaluated share of the plane, and the share of it that shows the pattern. */
function statusOf(cells: Cells | null, isOld: boolean, job: JobState<unknown> | null, showsAll: boolean): string {
  if (job?.state === "failed") return job.error;
  if (!cells) return tr("evaluating …");
  if (isOld) return tr("Re-evaluating because other parameters have changed …");
  const points = cells.x.length;
  const total = points * points;
  if (cells.rows < points) return tr("{done} of {total} grid points evaluated", { done: cells.rows * points, total });
  const isRunning = job ? job.state === "running" : points < GRIDS[GRIDS.length - 1];
  return shownWords(cells, total, showsAll) + (isRunning ? ` · ${tr("refining …")}` : "");
}

function shownWords(cells: Cells, total: number, showsAll: boolean): string {
  if (showsAll) {
    const { length: count } = cells.patterns.filter((_, k) => cells.unmet.some((bits) => !((bits >>> k) & 1)));
    return tr("{count} of {total} patterns appear in this plane", { count, total: cells.patterns.length });
  }
  const share = acceptedShare(cells);
  if (!share) return tr("Pattern shown at none of {total} grid points", { total });
  return tr("Pattern shown at {percent} % of {total} grid points", { percent: numberText(100 * share, 2), total });
}
