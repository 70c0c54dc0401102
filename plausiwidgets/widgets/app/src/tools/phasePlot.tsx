// The phase plot of any neuron, which shows the slope of its potential against the potential. Unlike a phase plane, it needs
// only the trace.

import { signal, useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Landmarks, Range } from "../catalogue.ts";
import { extent, padded, sampleAt } from "../figure/scene.ts";
import { tr } from "../i18n/texts.ts";
import type { Line } from "../models/lines.ts";
import { afterChanges, drawSmall, thinned } from "./smallPicture.ts";

const NEAR = 0.5; // distance in px below which points are merged
const MARGIN = 0.06; // margin as a share of the ranges
const ABOVE = 0.25; // distance by which the ranges extend above the threshold of a neuron with a reset, in distances from rest to threshold

type Shown = Pick<App, "run" | "screen">;

export interface PhasePlot {
  /** The potential, which is NaN at the spikes of a neuron with a reset, because peak and reset are not part of its flow. */
  readonly v: Float64Array;
  readonly slope: Float64Array;
  readonly x: Range;
  readonly y: Range;
}

/** Whether a trace has a phase plot, which requires a simulation without divergence. */
const hasPhasePlot = ({ v, divergedAt }: Line): boolean => Number.isFinite(v[1]) && Number.isNaN(divergedAt);

/**
 * The phase plot of a trace, or null without one. A spike is a reset if the potential falls by half the distance from rest to
 * the threshold within one time step. For a neuron with a reset, points above the threshold do not affect the ranges.
 */
export function phasePlotOf(trace: Line, [rest, threshold]: Landmarks): PhasePlot | null {
  if (!hasPhasePlot(trace)) return null;
  const v = trace.v.slice();
  const places = trace.spikes.map((time) => Math.round((time - trace.t0) / trace.dt));
  const resets = places.filter((k) => trace.v[k + 1] < trace.v[k] - (threshold - rest) / 2);
  for (const k of resets) v[k] = Number.NaN;
  const top = resets.length ? threshold + ABOVE * (threshold - rest) : Infinity;
  const { dt } = trace;
  const slope = v.map((x, k) => (k + 1 < v.length ? (v[k + 1] - x) / dt : Number.NaN));
  const isSeen = (k: number) => v[k] < top && Number.isFinite(slope[k]);
  const [x, y] = [v, slope].map((values) => padded(extent(values.filter((_, k) => isSeen(k))), MARGIN));
  return { v, slope, x, y };
}

/** A small phase plot with its title, which is updated with the sliders. */
export function PhasePlotCard({ run, screen }: Shown) {
  const isShown = useComputed(() => hasPhasePlot(run.trace.value));
  if (!isShown.value) return null;
  return (
    <div class="pw-inside">
      <span>{tr("Phase plot: dv/dt against v")}</span>
      <div>
        <SmallPhasePlot run={run} screen={screen} />
      </div>
    </div>
  );
}

function SmallPhasePlot(app: Shown) {
  const place = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  useLayoutEffect(() => (place.current ? drawPlot(place.current, app) : undefined), []);
  return (
    <>
      <canvas ref={place} role="img" aria-label={tr("Phase plot: dv/dt against v")} />
      <i hidden />
    </>
  );
}

function drawPlot(canvas: HTMLCanvasElement, { run, screen }: Shown) {
  const plot = signal<PhasePlot | null>(null);
  const stopFollowing = afterChanges(run.trace, () => {
    plot.value = phasePlotOf(run.trace.peek(), run.simulation.peek().scale());
  });
  const stopDrawing = drawSmall(canvas, screen, {
    panel(box, colours) {
      if (!plot.value) return null;
      const { v, slope, x, y } = plot.value;
      const [xs, ys] = thinned(v, slope, [(NEAR * (x[1] - x[0])) / box.width, (NEAR * (y[1] - y[0])) / box.height]);
      return {
        ...box,
        x: { range: x, grid: [] },
        y: { range: y, grid: [] },
        layers: [
          { kind: "line", xs: x, ys: [0, 0], stroke: { colour: colours.soft, width: 1, dash: [4, 4] } },
          { kind: "line", xs, ys, stroke: { colour: colours.blue, width: 1.3, alpha: 0.75 } },
        ],
      };
    },
    pointed() {
      const [time, shown] = [run.pointedAt.value, plot.value];
      if (time === null || !shown) return null;
      const k = sampleAt(run.trace.peek(), time);
      return [shown.v[k], shown.slope[k]];
    },
  });
  return () => {
    stopDrawing();
    stopFollowing();
  };
}
