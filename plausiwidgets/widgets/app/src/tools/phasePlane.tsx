// The phase plane of a neuron with two variables that the page simulates.

import { type ReadonlySignal, signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Range } from "../catalogue.ts";
import type { Point } from "../engine/flow.ts";
import { type Axis, axesPicture } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import type { Layer } from "../figure/picture.ts";
import type { Colours } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { glossing } from "../panels/glosses.tsx";
import {
  createPhasePlane,
  type Path,
  type PhasePlaneModel,
  type PlaneSource,
  placeAt,
  type Trajectory,
} from "./phasePlaneModel.ts";
import { afterChanges, drawSmall } from "./smallPicture.ts";

const SMALL: Point = [37, 29]; // grid points of the small plane, which is drawn during a drag
const NEAR = 0.5; // distance in px below which points of the trajectory in the small plane are merged

type Shown = Pick<App, "selection" | "run">;

/** The data of a plane, or null without a phase plane. */
function sourceOf({ selection, run }: Shown): PlaneSource | null {
  const [simulation, { model }] = [run.simulation.peek(), selection.data.peek()];
  return model.plane && simulation.neuron ? { model, simulation, trace: run.trace.peek() } : null;
}

const NO_TIME = signal<number | null>(null);

/** The phase plane without axes, which is updated during a drag. */
export function SmallPlane({ selection, run, screen }: Shown & Pick<App, "screen">) {
  const place = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  useLayoutEffect(() => (place.current ? drawPlane(place.current, { selection, run, screen }) : undefined), []);
  return (
    <>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: A canvas without a tab index is not focusable. */}
      <canvas ref={place} aria-hidden="true" />
      <i hidden />
    </>
  );
}

function drawPlane(canvas: HTMLCanvasElement, { selection, run, screen }: Shown & Pick<App, "screen">): () => void {
  const source = signal<PlaneSource | null>(null);
  const plane = createPhasePlane(source, NO_TIME, SMALL);
  const stopFollowing = afterChanges(run.trace, () => {
    source.value = sourceOf({ selection, run });
  });
  const stopDrawing = drawSmall(canvas, screen, {
    panel(box, colours) {
      const [across, up] = [plane.across.value, plane.up.value];
      if (!across || !up) return null;
      const near = [(NEAR * (across[1] - across[0])) / box.width, (NEAR * (up[1] - up[0])) / box.height] as const;
      const layers = layersOf(plane, { words: [], near, colours });
      return { ...box, x: { range: across, grid: [] }, y: { range: up, grid: [] }, layers };
    },
    pointed() {
      const [time, from, trajectory] = [run.pointedAt.value, source.value, plane.trajectory.value];
      if (time === null || !from || !trajectory) return null;
      const k = placeAt(from, trajectory, time);
      return [trajectory.x[k], trajectory.y[k]];
    },
  });
  return () => {
    stopDrawing();
    stopFollowing();
  };
}

interface LayerOptions {
  /** The texts of the fixed points. */
  readonly words: readonly string[];
  /** The distances on the x and the y axis below which two points of the trajectory are merged. */
  readonly near: Point;
  readonly colours: Colours;
}

/** The trajectory, the nullclines and the fixed points of a plane, and the state at the time under the pointer. */
function layersOf(plane: PhasePlaneModel, { words, near, colours }: LayerOptions): Layer[] {
  const { value: trajectory } = plane.trajectory;
  if (!trajectory) return [];
  const { value: here } = plane.here;
  return [
    ...trajectoryLayers(trajectory, near, colours),
    ...plane.nullclines.value.map((path, k) => nullcline(k, path, colours)),
    ...plane.points.value.map((point, k) => fixedPoint(point, words[k], colours)),
    ...(here === null ? [] : [pointed(trajectory.x[here], trajectory.y[here], colours)]),
  ];
}

function trajectoryLayers({ x, y, jumps }: Trajectory, near: Point, { blue }: Colours): Layer[] {
  const [xs, ys]: [number[], number[]] = [[], []];
  let last = 0;
  for (let k = 0; k < x.length; k++) {
    const isNear = k > 0 && Math.abs(x[k] - x[last]) < near[0] && Math.abs(y[k] - y[last]) < near[1];
    if (jumps.has(k)) {
      xs.push(Number.NaN);
      ys.push(Number.NaN);
    } else if (isNear) continue;
    xs.push(x[k]);
    ys.push(y[k]);
    last = k;
  }
  const resets = [...jumps];
  return [
    { kind: "line", xs, ys, stroke: { colour: blue, width: 1.3, alpha: 0.75 } },
    { kind: "dots", xs: resets.map((k) => x[k]), ys: resets.map((k) => y[k]), radius: 2.8, colour: blue, alpha: 1 },
  ];
}

/** The nullcline of the first or the second variable of a plane. */
export const nullcline = (part: number, path: Path, colours: Colours): Layer => ({
  kind: "line",
  ...path,
  stroke: { colour: part ? colours.green : colours.best, width: 2.2, dash: part ? [7, 4] : [] },
});

/** A fixed point, which is filled if it is stable. */
export function fixedPoint(
  { x, y, kind }: { readonly x: number; readonly y: number; readonly kind: string },
  words: string | undefined,
  colours: Colours,
): Layer {
  const colour = kind.startsWith("stable") ? colours.ink : colours.card;
  const dot = { xs: [x], ys: [y], radius: 5.5, colour, alpha: 1, edge: { colour: colours.ink, width: 2 } };
  return { kind: "dots", ...dot, ...(words === undefined ? {} : { words: [words] }) };
}

/** The state of the neuron at the time under the pointer. */
export const pointed = (x: number, y: number, { red }: Colours): Layer => ({
  kind: "dots",
  xs: [x],
  ys: [y],
  radius: 7,
  colour: red,
  alpha: 1,
});

export interface PlaneKeyProps {
  readonly names: readonly string[];
  readonly glossed: ReturnType<typeof glossing>;
}

/** The legend of a phase plane. */
export function PlaneKey({ names, glossed }: PlaneKeyProps) {
  return (
    <ul class="pw-planekey">
      {names.map((v, k) => (
        <li key={v} class={k ? "u" : "v"}>
          <i />
          {glossed(tr("{v}-nullcline", { v }))}
        </li>
      ))}
      <li>● {glossed(tr("stable fixed points"))}</li>
      <li>○ {tr("unstable fixed points")}</li>
      <li>{glossed(tr("Hover over the trace to move the point along the trajectory."))}</li>
    </ul>
  );
}

/** The phase plane with axes, a legend, and its fixed points in words. */
export function PhasePlane({ selection, run, screen, host, search }: Shown & Pick<App, "screen" | "host" | "search">) {
  const source = useSignal<PlaneSource | null>(null);
  const time = useSignal<number | null>(null);
  const plane = useMemo(() => createPhasePlane(source, time), [source, time]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  useEffect(() => {
    const stopFollowing = afterChanges(run.trace, () => {
      source.value = sourceOf({ selection, run });
    });
    const stopPointing = afterChanges(run.pointedAt, () => {
      time.value = run.pointedAt.peek();
    });
    return () => {
      stopFollowing();
      stopPointing();
    };
  }, []);
  const variables = useComputed(() => run.simulation.value.neuron?.states);
  return (
    <div class="pw-plane">
      <PlanePicture plane={plane} screen={screen} host={host} search={search} />
      <PlaneWords plane={plane} variables={variables} />
    </div>
  );
}

interface PlaneProps {
  readonly plane: PhasePlaneModel;
}

/** The fixed points of a plane in words. */
const wordsOf = ({ names, points }: PhasePlaneModel): string[] =>
  points.value.map(({ x, kind }) => `${KINDS[kind]()} ${names.value[0]} = ${numberText(x, 4)}`);

const linear = (name: string, unit: string, ends: Range): Axis => ({
  ...{ name, unit, ends },
  ...{ scale: "linear", linear_width: null },
});

function PlanePicture({ plane, screen, host, search }: PlaneProps & Pick<App, "screen" | "host" | "search">) {
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const [across, up, unit] = [plane.across.value, plane.up.value, plane.units.value?.potential_unit ?? ""];
  const drawn = [plane.trajectory, plane.nullclines, plane.points, plane.here].map(({ value }) => value);
  const picture = (width: number, height: number) => {
    if (!across || !up) return null;
    const [x, y] = plane.names.value;
    const options = { width, height, dark, size, name: "phase" };
    return axesPicture(options, linear(x, unit, across), linear(y, "", up), (colours) =>
      layersOf(plane, { words: wordsOf(plane), near: [0, 0], colours }),
    );
  };
  const attributes = { role: "img", "aria-label": tr("Phase plane") } as const;
  const of = [...drawn, across, up, dark, size];
  return <Pictured host={host} search={search} of={of} picture={picture} attributes={attributes} />;
}

/**
 * The current and the fixed points in words, and the legend. The legend contains the variables even before the plane is
 * computed.
 */
function PlaneWords({
  plane,
  variables,
}: PlaneProps & { readonly variables: ReadonlySignal<readonly string[] | undefined> }) {
  const glossed = glossing();
  const isShown = useComputed(() => plane.up.value !== null);
  const points = wordsOf(plane).join(", ") || tr("no fixed point here");
  const current = `${numberText(plane.current.value, 3)}${ofUnit(plane.units.value?.unit ?? "", " ")}`;
  return (
    <>
      <p role="status">{glossed(isShown.value ? `I = ${current}: ${points}` : "")}</p>
      <PlaneKey names={variables.value ?? []} glossed={glossed} />
    </>
  );
}

const KINDS: Readonly<Record<string, () => string>> = {
  saddle: () => tr("saddle"),
  "stable node": () => tr("stable node"),
  "unstable node": () => tr("unstable node"),
  "stable focus": () => tr("stable focus"),
  "unstable focus": () => tr("unstable focus"),
};
