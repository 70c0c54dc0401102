// Small pictures of the patterns of a model.

import { useEffect, useRef } from "preact/hooks";
import type { Catalogue, Landmarks, ModelData, Range } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import type { Line } from "../models/lines.ts";
import { inPieces, type Stop } from "../models/schedule.ts";
import { stored } from "../models/selection.ts";
import { simulationOf } from "../models/simulation.ts";
import { path, prepared } from "./painter.ts";
import { columns, extent } from "./scene.ts";
import { themeOf } from "./theme.ts";

const WIDE = 150; // width in px for which a thumbnail is computed

/** A line with the ranges of its axes. */
export interface Thumbnail {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly x: Range;
  readonly v: Range;
  readonly isTarget?: boolean;
}

const kept = new WeakMap<ModelData, Map<string, Thumbnail>>();

/** The existing thumbnails of a model, by the keys of their patterns. */
export function picturesOf(data: ModelData): Map<string, Thumbnail> {
  const known = kept.get(data) ?? new Map<string, Thumbnail>();
  kept.set(data, known);
  return known;
}

/**
 * Simulates the missing thumbnails of a model one after another while the page is idle. Each shows its pattern, with this
 * neuron if a stored set is verified, and otherwise with the target.
 *
 * @param give is called with the key of each pattern
 */
export function drawPictures(catalogue: Catalogue, data: ModelData, give: (key: string) => void): Stop {
  const known = picturesOf(data);
  function* work() {
    for (const key of Object.keys(data.patterns)) {
      if (known.has(key) || !NEURONS[data.model.name]) continue;
      known.set(key, thumbnailOf(catalogue, data, key));
      give(key);
      yield;
    }
  }
  return inPieces(work(), () => {});
}

function thumbnailOf(catalogue: Catalogue, data: ModelData, key: string): Thumbnail {
  const best = data.patterns[key].sets.findIndex(({ status }) => status === "replicated");
  const simulation = simulationOf(catalogue, data, stored(data, key, Math.max(best, 0)));
  const own = simulation.trace("yours");
  const line = best < 0 ? (simulation.target() ?? own) : own;
  const picture = pictureOf(line, simulation.event(own), simulation.pattern.fine, simulation.scale());
  return { ...picture, isTarget: line !== own };
}

/**
 * The thumbnail of a line.
 *
 * @param fine whether the pattern consists of potentials below the threshold
 */
export function pictureOf(line: Line, event: Range | null, fine: boolean, [rest, threshold]: Landmarks): Thumbnail {
  const x: Range = event ?? [line.t0, line.t0 + line.v.length * line.dt];
  const [xs, ys] = columns(line.t0, line.dt, line.v, x, WIDE);
  const highest = fine ? threshold + 0.4 * (threshold - rest) : Infinity;
  const [low, high] = extent(ys.filter((y) => y <= highest));
  const least = (fine ? 0.27 : 2) * (threshold - rest); // a line that hardly moves must look flat in any unit
  return { xs, ys, x, v: [low, Math.max(high, low + least)] };
}

/** A thumbnail, or an empty place until it exists. */
export function Shown({ picture, isDark }: { readonly picture: Thumbnail | undefined; readonly isDark: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (picture && canvas.current) paintPicture(canvas.current, picture, isDark);
  }, [picture, isDark]);
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: A canvas takes no focus.
  return <canvas ref={canvas} aria-hidden="true" />;
}

function paintPicture(canvas: HTMLCanvasElement, { xs, ys, x, v, isTarget }: Thumbnail, dark: boolean): void {
  const [pen, width, height] = prepared(canvas);
  const { blue, soft } = themeOf(dark);
  pen.strokeStyle = isTarget ? soft : blue;
  pen.lineWidth = 1.4;
  const px = (t: number) => ((t - x[0]) / (x[1] - x[0])) * width;
  const py = (y: number) => 3 + ((v[1] - y) / (v[1] - v[0])) * (height - 6);
  path(pen, xs, ys, px, py);
  pen.stroke();
}
