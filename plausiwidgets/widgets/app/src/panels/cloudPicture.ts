// The cloud of evaluations in the plane of two parameters, on the scales of their sliders. Dots fade with their age.

import { placesIn } from "../figure/painter.ts";
import type { Axis, Label, Layer, Panel, Picture } from "../figure/picture.ts";
import { ticks } from "../figure/scene.ts";
import { type Colours, themeOf } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import type { SearchAxis } from "../messages.ts";
import {
  type Cloud,
  distributionAt,
  KEPT,
  type Plane,
  placeOfValue,
  shownEllipse,
  valueAtPlace,
} from "../models/cloud.ts";
import type { Search } from "../models/search.ts";

const LETTER = 0.62; // width of a letter as a share of the font size
const MARGIN = { left: 52, right: 12, top: 32, bottom: 32 };
const EDGE = 0.02; // margin as a share of an axis, so that no dot is cut at the edge of the box
const DOT = 2.5; // radius in px
const SQUARE = 2.1; // half-width in px, for about the same area as a dot
const DISCS = 4; // number of ages with discs; there are so many older dots that squares save time, and they are too pale to look different
const NEWEST = 32; // number of evaluations of the first age; each further age is twice as long
const ALPHAS = [0.95, 0.75, 0.58, 0.44, 0.33, 0.25, 0.19, 0.15];
const NEAR = 10; // maximum distance in px of a reading

type Evaluated = Pick<Search, "cloud" | "evaluations">;

export interface CloudOptions {
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  /** The size of the font. */
  readonly size: number;
  readonly plane: Plane;
  /** Reserved space in px at the right end of the x axis. */
  readonly reserved?: number;
  /** Reserved space in px at the left of the key, for the menu of the y axis. */
  readonly beforeKey?: number;
}

/** The picture of the first `count` evaluations. */
export function cloudPicture(found: Evaluated, count: number, options: CloudOptions): Picture {
  const { width, height, dark, size, plane } = options;
  const { cloud } = found;
  const colours = themeOf(dark);
  const distribution = distributionAt(cloud, count);
  const [x, y] = plane.map((i) => cloud.space[i]);
  const wide = Math.max(width - MARGIN.left - MARGIN.right, 10);
  const high = Math.max(height - MARGIN.top - MARGIN.bottom, 10);
  const [across, up] = [axisTicks(x, wide / 70), axisTicks(y, high / 45)];
  const panel: Panel = {
    ...{ left: MARGIN.left, top: MARGIN.top, width: wide, height: high },
    ...{ x: axisOf(x, across), y: axisOf(y, up) },
    layers: [
      ...dotsOf(cloud, count, plane, colours.best),
      ...populationOf(cloud, plane, colours),
      ...(distribution ? ellipseLayers(cloud, distribution, plane, colours) : []),
      ...bestOf(found, count, plane, colours),
    ],
  };
  const { px, py } = placesIn(panel);
  const end = MARGIN.left + wide - (options.reserved ?? 0);
  const soft = { colour: colours.soft };
  const labels: Label[] = [
    ...across.map(
      (value): Label => ({ ...soft, ...textAt(value), x: px(placeOfValue(x, value)), y: height - 14, align: "center" }),
    ),
    ...up.map(
      (value): Label => ({
        ...soft,
        ...textAt(value),
        x: MARGIN.left - 8,
        y: py(placeOfValue(y, value)),
        align: "right",
      }),
    ),
  ].filter(({ x: at, align, text }) => align === "right" || at + 0.3 * size * text.length < end);
  const key = distribution ? tr("CMA-ES, 2σ") : cloud.population.length ? tr("population") : "";
  if (key && MARGIN.left + wide - LETTER * size * key.length >= (options.beforeKey ?? 0))
    labels.push({ text: key, x: MARGIN.left + wide, y: MARGIN.top / 2, align: "right", colour: colours.ink });
  return { width, height, size, colours, panels: [panel], labels, name: "evaluations" };
}

const textAt = (value: number) => ({ text: numberText(value, 3) });

const axisOf = (axis: SearchAxis, values: readonly number[]): Axis => ({
  range: [-EDGE, 1 + EDGE],
  grid: values.map((value) => placeOfValue(axis, value)),
});

/** About `count` round values on an axis, with a minimum distance. */
export function axisTicks(axis: SearchAxis, count: number): number[] {
  const { low, high, scale } = axis;
  if (scale === "linear") return ticks([low, high], count);
  const most = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const powers = Array.from({ length: 13 }, (_, k) => 10 ** (most - k));
  const sizes = [1, 3, 5, 2].flatMap((factor) => powers.map((power) => Number((factor * power).toPrecision(2))));
  const taken: number[] = [];
  for (const value of [0, ...sizes.flatMap((one) => [one, -one])]) {
    if (value < low || value > high) continue;
    const place = placeOfValue(axis, value);
    if (taken.every((other) => Math.abs(placeOfValue(axis, other) - place) * count >= 1 - 1e-9)) taken.push(value);
  }
  return taken.sort((a, b) => a - b);
}

/** The rows of the drawn evaluations, from the first to one after the last. */
function rowsOf({ first, rows }: Cloud, count: number): readonly [from: number, to: number] {
  const to = Math.min(rows, count - first);
  return [Math.max(to - KEPT, 0), to];
}

/** The dots as one layer for each age, from the oldest to the newest. */
function dotsOf(cloud: Cloud, count: number, [i, j]: Plane, colour: string): Layer[] {
  const { places, space } = cloud;
  const wide = space.length;
  const [from, end] = rowsOf(cloud, count);
  const layers: Layer[] = [];
  let to = end;
  for (const [age, alpha] of ALPHAS.entries()) {
    const begin = age === ALPHAS.length - 1 ? from : Math.max(from, end - NEWEST * (2 ** (age + 1) - 1));
    if (to <= from) break;
    const [xs, ys] = [new Float32Array(to - begin), new Float32Array(to - begin)];
    for (let k = begin; k < to; k++) {
      xs[k - begin] = places[k * wide + i];
      ys[k - begin] = places[k * wide + j];
    }
    const shape = age < DISCS ? { radius: DOT } : { radius: SQUARE, square: true };
    layers.unshift({ kind: "dots", xs, ys, ...shape, colour, alpha });
    to = begin;
  }
  return layers;
}

function populationOf({ population, space }: Cloud, [i, j]: Plane, { ink, card }: Colours): Layer[] {
  if (!population.length) return [];
  const wide = space.length;
  const members = Array.from({ length: population.length / wide }, (_, k) => k * wide);
  const [xs, ys] = [members.map((k) => population[k + i]), members.map((k) => population[k + j])];
  return [{ kind: "dots", xs, ys, radius: 4, colour: card, alpha: 0, edge: { colour: ink, width: 1.5 } }];
}

function ellipseLayers(
  ...[cloud, distribution, plane, { ink: colour }]: [...Parameters<typeof shownEllipse>, Colours]
) {
  const { xs, ys } = shownEllipse(cloud, distribution, plane);
  const layer: Layer = { kind: "line", xs, ys, stroke: { colour, width: 2 }, fill: 0.05 };
  return [layer];
}

/** A ring around the best evaluation whose position is stored. */
function bestOf({ cloud, evaluations: { losses } }: Evaluated, count: number, [i, j]: Plane, { best, card }: Colours) {
  const { places, space, first } = cloud;
  const [, to] = rowsOf(cloud, count);
  let row = -1;
  for (let k = 0; k < to; k++) if (row < 0 || losses[first + k] < losses[first + row]) row = k;
  if (row < 0) return [];
  const at = { xs: [places[row * space.length + i]], ys: [places[row * space.length + j]] };
  const ring = (colour: string, width: number): Layer => ({
    ...{ kind: "dots", ...at, radius: 7, colour: card, alpha: 0, edge: { colour, width } },
  });
  return [ring(card, 7), ring(best, 3)];
}

/** The evaluation nearest to a place of the picture in px. */
export function readCloud(
  found: Evaluated,
  count: number,
  plane: Plane,
  { panels: [panel] }: Picture,
  x: number,
  y: number,
) {
  const { cloud, evaluations } = found;
  const { places, space, first } = cloud;
  const { px, py } = placesIn(panel);
  const away = (k: number) => {
    const [a, b] = plane.map((i) => places[k * space.length + i]);
    return Math.hypot(px(a) - x, py(b) - y);
  };
  const [from, to] = rowsOf(cloud, count);
  let [row, least] = [-1, NEAR];
  for (let k = to - 1; k >= from; k--) {
    const distance = away(k);
    if (distance < least) [row, least] = [k, distance];
  }
  if (row < 0) return null;
  const values = plane.map(
    (i) => `${space[i].name} ${numberText(valueAtPlace(space[i], places[row * space.length + i]), 3)}`,
  );
  const rows = [...values, `${tr("this evaluation")}: ${numberText(evaluations.losses[first + row], 3)}`];
  return {
    at: px(places[row * space.length + plane[0]]),
    ...{ top: panel.top, height: panel.height, right: panel.left + panel.width },
    head: tr("evaluation {n}", { n: String(first + row + 1) }),
    rows: rows.map((text) => ({ role: "try", text })),
  };
}
