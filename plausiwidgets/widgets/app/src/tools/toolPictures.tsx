// Small pictures for the menu of the tools, which show the current neuron in each tool if the page can compute it quickly.

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { ModelData, Range } from "../catalogue.ts";
import { shareOf } from "../engine/scales.ts";
import type { Axis } from "../figure/axes.ts";
import { hasRoom, paint } from "../figure/painter.ts";
import type { Layer } from "../figure/picture.ts";
import { columns, extent } from "../figure/scene.ts";
import { type Colours, themeOf } from "../figure/theme.ts";
import { inPieces } from "../models/schedule.ts";
import { simulationOf } from "../models/simulation.ts";
import { type Cells, judgedCells, type PlaneOf, valuesAlong } from "./cells.tsx";
import { createParameterPlane } from "./parameterPlaneModel.ts";
import { layersOf } from "./parameterPlanePicture.ts";

const POINTS = 11; // number of points on a side of the parameter plane
const PROFILE = 31; // number of points of a loss curve
const WIDE = 104; // width in px
const PAUSE = 4; // ms between two slices of work
const MANY = 40; // maximum number of stored results for a model
const ROWS = 4; // number of criteria in a column
const EDGE = 0.08; // empty share of a picture at each side
const DOT = 4; // maximum radius in px

const SHARES: Range = [0, 1];

interface SketchProps extends Pick<App, "screen"> {
  /** The layers, in shares of the width and of the height. */
  readonly layers: (colours: Colours) => readonly Layer[];
}

/** A picture without axes. */
function Sketch({ screen, layers }: SketchProps) {
  const place = useRef<HTMLCanvasElement>(null);
  const colours = themeOf(screen.isDark.value);
  useEffect(() => {
    const canvas = place.current;
    if (!canvas || !hasRoom(canvas)) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const axis = { range: SHARES, grid: [] };
    const panel = { left: 0, top: 0, width, height, x: axis, y: axis, layers: layers(colours) };
    paint(canvas, { width, height, size: 13, colours, panels: [panel], labels: [], name: "tool" });
  });
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: A canvas without a tab index is not focusable.
  return <canvas ref={place} aria-hidden="true" />;
}

type Kept<T> = WeakMap<ModelData, Map<string, T>>;

/**
 * The result of work in slices, or null until it is available. The result is stored under its key. An empty key means no work.
 */
function usePieces<T>(kept: Kept<T>, data: ModelData, key: string, work: () => Generator<unknown, T>): T | null {
  const known = kept.get(data) ?? new Map<string, T>();
  kept.set(data, known);
  const finished = useSignal(0);
  finished.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: The key contains everything on which the work depends.
  useEffect(() => {
    if (!key || known.has(key)) return;
    const give = (result: T) => {
      if (known.size >= MANY) known.clear();
      known.set(key, result);
      finished.value++;
    };
    return inPieces(work(), give, PAUSE);
  }, [data, key]);
  return known.get(key) ?? null;
}

/** Whether the page can evaluate many parameter sets quickly. A procedure would need a search for each set. */
const isCheap = ({ run, verdict }: Pick<App, "run" | "verdict">): boolean =>
  run.isOurs.value && verdict.verdict.value !== null && !run.found.value.some(Boolean);

const AXIS: Axis = { name: "", unit: "", scale: "linear", linear_width: null, ends: SHARES };

const FLAT = { axes: [AXIS, AXIS], dots: [], isOld: false, showsAll: false, regions: [], words: () => "" } as const;

const planes: Kept<Cells> = new WeakMap();

/** A coarse parameter plane. */
export function PlanePicture(app: App) {
  const { catalogue, selection, screen } = app;
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  const plane = useMemo(() => createParameterPlane(app), []);
  const of = planeOf({ catalogue, selection }, plane);
  const key = isCheap(app) ? plane.about.value : "";
  const cells = usePieces(planes, of.data, key, () => judgedCells(of, POINTS, () => {}));
  if (!cells || !key) return null;
  const shown = { ...FLAT, cells, here: plane.here.value };
  return <Sketch screen={screen} layers={(colours) => layersOf(shown, colours).map(smaller)} />;
}

const planeOf = (
  { catalogue, selection }: Pick<App, "catalogue" | "selection">,
  { sliders, ends }: Pick<ReturnType<typeof createParameterPlane>, "sliders" | "ends">,
): PlaneOf => ({
  ...{ catalogue, data: selection.data.value, selection: selection.current.value },
  ...{ sliders: sliders.value, ends: ends.value },
});

const smaller = (layer: Layer): Layer =>
  layer.kind === "dots" ? { ...layer, radius: Math.min(layer.radius, DOT) } : layer;

/** The losses for some values of a parameter, which are shares of its range. */
interface Profile {
  readonly shares: readonly number[];
  readonly losses: readonly number[];
  /** The share of the current value. */
  readonly here: number;
}

const profiles: Kept<Profile> = new WeakMap();

/** The loss along the first parameter of the parameter plane. */
export function ProfilePicture(app: App) {
  const { catalogue, selection, screen } = app;
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  const plane = useMemo(() => createParameterPlane(app), []);
  const of = planeOf({ catalogue, selection }, plane);
  const key = isCheap(app) ? JSON.stringify([of.selection, of.sliders[0].name, of.ends[0]]) : "";
  const profile = usePieces(profiles, of.data, key, () => profileOf(of));
  return profile && <Sketch screen={screen} layers={(colours) => profileLayers(profile, colours)} />;
}

function* profileOf({
  catalogue,
  data,
  selection,
  sliders: [slider],
  ends: [ends],
}: PlaneOf): Generator<unknown, Profile> {
  const present = selection.values[slider.name];
  // The current value is between two others, and may be the only one at which all criteria are met.
  const all = [...valuesAlong(slider, ends, PROFILE), present].sort((a, b) => a - b);
  const losses: number[] = [];
  for (const value of all) {
    const values = { ...selection.values, [slider.name]: value };
    const { verdict } = yield* simulationOf(catalogue, data, { ...selection, values }).judging();
    losses.push(verdict?.loss ?? Number.NaN);
    yield;
  }
  return { shares: all.map((value) => shareOf(slider, value, ends)), losses, here: shareOf(slider, present, ends) };
}

function profileLayers({ shares, losses, here }: Profile, { blue, soft }: Colours): Layer[] {
  const heights = losses.map(Math.sqrt); // square roots as in the curves of the tool, which enlarge small losses
  const [, highest] = extent([0, 1], heights);
  const ys = heights.map((height) => inner(height / highest));
  return [
    { kind: "line", xs: [here, here], ys: [0, 1], stroke: { colour: soft, width: 1.5, dash: [4, 3] } },
    { kind: "line", xs: shares, ys, stroke: { colour: blue, width: 2 } },
  ];
}

/** A share moved within the margins of a picture. */
const inner = (share: number): number => EDGE + (1 - 2 * EDGE) * share;

/** The injected current. */
export function StimulusPicture({ run, scene, screen }: App) {
  const { t0, dt, current } = run.trace.value;
  const [begin, end] = scene.value.x;
  const [ts, currents] = columns(t0, dt, current, [begin, end], WIDE);
  const [low, high] = extent([0], currents);
  const xs = ts.map((t) => (t - begin) / (end - begin));
  const ys = currents.map((one) => inner((one - low) / (high - low || 1)));
  return (
    <Sketch screen={screen} layers={({ blue }) => [{ kind: "line", xs, ys, stroke: { colour: blue, width: 2 } }]} />
  );
}

/** A dot and a line for each criterion. */
export function CriteriaPicture({ verdict, screen }: App) {
  const passed = useComputed(() => verdict.verdict.value?.criteria.map((one) => one.passed) ?? []).value;
  if (!passed.length) return null;
  const across = Math.ceil(passed.length / ROWS);
  const layers = ({ green, red, line, card }: Colours) =>
    passed.flatMap((isMet, k): Layer[] => {
      const at = (share: number) => inner((Math.floor(k / ROWS) + share) / across);
      const y = 1 - ((k % ROWS) + 0.5) / ROWS;
      const colour = isMet ? green : red;
      const dot = { radius: DOT, alpha: 1, colour: isMet ? green : card, edge: { colour, width: 2 } };
      return [
        { kind: "dots", xs: [at(0)], ys: [y], ...dot },
        { kind: "line", xs: [at(0.18), at(0.8)], ys: [y, y], stroke: { colour: line, width: 4 } },
      ];
    });
  return <Sketch screen={screen} layers={layers} />;
}
