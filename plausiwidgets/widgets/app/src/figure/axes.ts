// The axes of two quantities for the tools, with places in px, labels and titles.

import type { Range, Slider } from "../catalogue.ts";
import { shareOf } from "../engine/scales.ts";
import { ofUnit } from "../i18n/words.ts";
import type { Label, Layer, Panel, Picture, Rule } from "./picture.ts";
import { ticks, tickText } from "./scene.ts";
import { type Colours, themeOf } from "./theme.ts";

/** An axis of a quantity, with the scale of its slider. */
export type Axis = Pick<Slider, "name" | "unit" | "scale" | "linear_width"> & { readonly ends: Range };

/** The box between the axes, in px. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const APART = [78, 34] as const; // px between two labels on the x and on the y axis
const FIRST = [1, 5, 2]; // the order in which labels are kept if there is not enough space

export const axisOf = ({ name, unit, scale, linear_width }: Omit<Axis, "ends">, ends: Range): Axis => ({
  name,
  unit,
  scale,
  linear_width,
  ends,
});

const isLinear = ({ scale }: Pick<Axis, "scale">) => scale !== "log" && scale !== "asinh";

/** The labels of an axis, with their positions as shares of its length. `apart` is the minimum distance of two labels in px. */
export function labelsOf(axis: Axis, pixels: number, apart: number): (readonly [value: number, share: number])[] {
  const { ends, scale } = axis;
  if (isLinear(axis)) return ticks(ends, pixels / apart).map((value) => [value, shareOf(axis, value, ends)]);
  const highest = Math.ceil(Math.log10(Math.max(...ends.map(Math.abs), 1e-12)));
  const kept: (readonly [value: number, share: number])[] = [];
  const add = (value: number) => {
    if (value < ends[0] * (1 - Math.sign(ends[0]) * 1e-9) || value > ends[1] * (1 + Math.sign(ends[1]) * 1e-9)) return;
    const share = shareOf(axis, value, ends);
    if (kept.every(([, other]) => Math.abs(other - share) * pixels >= apart)) kept.push([value, share]);
  };
  if (scale === "asinh") add(0);
  for (const factor of FIRST) {
    for (let power = highest; power > highest - 8; power--) {
      for (const sign of [1, -1]) add(Number((sign * factor * 10 ** power).toPrecision(6)));
    }
  }
  return kept.sort((a, b) => a[0] - b[0]);
}

/**
 * The frame in a box in px.
 *
 * @param size of the font
 */
export function frameOf(width: number, height: number, size: number): Frame {
  const [left, bottom, top, right] = [3.9 * size, 2.9 * size, 0.7 * size, 1.2 * size];
  return { left, top, width: Math.max(width - left - right, 10), height: Math.max(height - bottom - top, 10) };
}

/** The coordinate at a share of an axis, which is the value on a linear axis and otherwise the share itself. */
export const atShare = (axis: Pick<Axis, "scale" | "ends">, share: number): number =>
  isLinear(axis) ? axis.ends[0] + share * (axis.ends[1] - axis.ends[0]) : share;

export interface AxesOptions {
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  /** The size of the font. */
  readonly size: number;
  readonly name: string;
}

type Layers = (colours: Colours) => readonly Layer[];

/** A picture with two axes, labels, titles and a frame. Its layers use the coordinates of `atShare`. */
export function axesPicture(
  { width, height, dark, size, name }: AxesOptions,
  x: Axis,
  y: Axis,
  layers: Layers,
): Picture {
  const frame = frameOf(width, height, size);
  const colours = themeOf(dark);
  const across = marksAcross(x, frame, size, colours);
  const up = marksUp(y, frame, size, colours);
  const panel: Panel = {
    ...frame,
    x: { range: rangeOf(x), grid: [], head: (at) => (isLinear(x) ? `${at}${ofUnit(x.unit, " ")}` : x.name) },
    y: { range: rangeOf(y), grid: [] },
    layers: layers(colours),
  };
  return {
    ...{ width, height, size, colours, name },
    panels: [panel],
    labels: [...across.labels, ...up.labels, ...titlesOf(x, y, frame, size, colours)],
    rules: [...borderOf(frame, colours), ...across.rules, ...up.rules],
  };
}

const rangeOf = (axis: Axis): Range => (isLinear(axis) ? axis.ends : [0, 1]);

const crisp = (at: number) => Math.round(at) + 0.5;

function borderOf({ left, top, width, height }: Frame, { soft: colour }: Colours): Rule[] {
  const [l, r, t, b] = [left, left + width, top, top + height].map(crisp);
  return [
    { from: [l, t], to: [r, t], colour },
    { from: [l, b], to: [r, b], colour },
    { from: [l, t], to: [l, b], colour },
    { from: [r, t], to: [r, b], colour },
  ];
}

interface Marks {
  readonly rules: readonly Rule[];
  readonly labels: readonly Label[];
}

function marksAcross(axis: Axis, { left, top, width, height }: Frame, size: number, { soft: colour }: Colours): Marks {
  const bottom = top + height;
  const marks = labelsOf(axis, width, APART[0] * (size / 14)).map(([value, share]) => ({
    text: tickText(value),
    at: crisp(left + share * width),
  }));
  return {
    rules: marks.map(({ at }) => ({ from: [at, bottom], to: [at, bottom + 5], colour })),
    labels: marks.map(({ text, at }) => ({ text, x: at, y: bottom + 1.05 * size, align: "center", colour })),
  };
}

function marksUp(axis: Axis, { left, top, height }: Frame, size: number, { soft: colour }: Colours): Marks {
  const marks = labelsOf(axis, height, APART[1] * (size / 14)).map(([value, share]) => ({
    text: tickText(value),
    at: crisp(top + height - share * height),
  }));
  return {
    rules: marks.map(({ at }) => ({ from: [left - 5, at], to: [left, at], colour })),
    labels: marks.map(({ text, at }) => ({ text, x: left - 8, y: at, align: "right", colour })),
  };
}

function titlesOf(
  x: Axis,
  y: Axis,
  { left, top, width, height }: Frame,
  size: number,
  { ink: colour }: Colours,
): Label[] {
  const [middle, below] = [left + width / 2, top + height + 2.2 * size];
  return [
    { text: titleOf(x), x: middle, y: below, align: "center", colour },
    { text: titleOf(y), x: 0.75 * size, y: top + height / 2, align: "center", colour, turned: true },
  ];
}

/** A value with its unit. */
const titleOf = ({ name, unit }: Axis) => `${name}${ofUnit(unit, " (", ")")}`;

/** The point of the shown neuron. */
export const hereAt = (x: number, y: number, colours: Colours): Layer => ({
  ...{ kind: "dots", xs: [x], ys: [y], radius: 8, colour: colours.card, alpha: 1 },
  edge: { colour: colours.ink, width: 3.5 },
});
