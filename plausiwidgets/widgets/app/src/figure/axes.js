import { shareOf } from "../engine/scales.ts";
import { ofUnit } from "../i18n/words.ts";
import { ticks, tickText } from "./scene.js";
import { THEMES } from "./theme.js";

/** @import { Layer, Picture, Range, Slider } from "../types.d.ts" */
// Two values across and up, for the tools: where they are in so many pixels, and their axes.

/** A value along an axis: its scale is that of its slider. @typedef {{ name: string, unit: string, ends: Range } & Pick<Slider, "scale" | "linear_width">} Axis */
/** @typedef {{ left: number, top: number, width: number, height: number }} Frame */

const APART = [78, 34]; // px between two labels, across and up
const FIRST = [1, 5, 2]; // which labels are kept where there is no room for all

/** @param {Pick<Slider, "name" | "unit" | "scale" | "linear_width">} slider @param {Range} ends @returns {Axis} */
export const axisOf = ({ name, unit, scale, linear_width }, ends) => ({ name, unit, scale, linear_width, ends });

/** Labels of an axis in so many pixels, with their shares. @param {Axis} axis @param {number} pixels @param {number} apart px @returns {[number, number][]} */
export function labelsOf(axis, pixels, apart) {
  const { ends, scale } = axis;
  if (scale !== "log" && scale !== "asinh") return ticks(ends, pixels / apart).map((value) => [value, shareOf(axis, value, ends)]);
  const most = Math.ceil(Math.log10(Math.max(...ends.map(Math.abs), 1e-12)));
  /** @type {[number, number][]} */
  const kept = [];
  const take = (/** @type {number} */ value) => {
    if (value < ends[0] * (1 - Math.sign(ends[0]) * 1e-9) || value > ends[1] * (1 + Math.sign(ends[1]) * 1e-9)) return;
    const share = shareOf(axis, value, ends);
    if (kept.every(([, other]) => Math.abs(other - share) * pixels >= apart)) kept.push([value, share]);
  };
  if (scale === "asinh") take(0);
  for (const factor of FIRST) {
    for (let power = most; power > most - 8; power--) {
      for (const sign of [1, -1]) take(Number((sign * factor * 10 ** power).toPrecision(6)));
    }
  }
  return kept.sort((a, b) => a[0] - b[0]);
}

/** The frame in a box of so many pixels. @param {number} width @param {number} height @param {number} size of the font @returns {Frame} */
export function frameOf(width, height, size) {
  const [left, bottom, top, right] = [3.9 * size, 2.9 * size, 0.7 * size, 1.2 * size];
  return { left, top, width: Math.max(width - left - right, 10), height: Math.max(height - bottom - top, 10) };
}

/** Where a share of an axis is: the value where the axis is linear, else the share itself. @param {Axis} axis @param {number} share */
export const atShare = (axis, share) => (isLinear(axis) ? axis.ends[0] + share * (axis.ends[1] - axis.ends[0]) : share);

/** @param {Axis} axis */
const isLinear = ({ scale }) => scale !== "log" && scale !== "asinh";

/**
 * A picture of two axes: labels, titles, a frame, and what lies in it, in places of `atShare`.
 * @param {{ width: number, height: number, dark: boolean, size: number, name: string }} how @param {Axis} x @param {Axis} y
 * @param {(colours: Record<string, string>) => Layer[]} layers @returns {Picture}
 */
export function axesPicture({ width, height, dark, size, name }, x, y, layers) {
  const frame = frameOf(width, height, size);
  const colours = THEMES[dark ? "dark" : "light"];
  const { left, top } = frame;
  const [right, bottom] = [left + frame.width, top + frame.height];
  const crisp = (/** @type {number} */ at) => Math.round(at) + 0.5;
  /** @type {NonNullable<Picture["rules"]>} */
  const rules = [];
  const rule = (/** @type {[number, number]} */ from, /** @type {[number, number]} */ to) => rules.push({ from, to, colour: colours.soft });
  const [l, r, t, b] = [left, right, top, bottom].map(crisp);
  rule([l, t], [r, t]);
  rule([l, b], [r, b]);
  rule([l, t], [l, b]);
  rule([r, t], [r, b]);
  /** @type {Picture["labels"]} */
  const labels = [];
  for (const [value, share] of labelsOf(x, frame.width, APART[0] * (size / 14))) {
    const at = crisp(left + share * frame.width);
    rule([at, bottom], [at, bottom + 5]);
    labels.push({ text: tickText(value), x: at, y: bottom + 1.05 * size, align: "center", colour: colours.soft });
  }
  for (const [value, share] of labelsOf(y, frame.height, APART[1] * (size / 14))) {
    const at = crisp(bottom - share * frame.height);
    rule([left - 5, at], [left, at]);
    labels.push({ text: tickText(value), x: left - 8, y: at, align: "right", colour: colours.soft });
  }
  labels.push({ text: titleOf(x), x: left + frame.width / 2, y: bottom + 2.2 * size, align: "center", colour: colours.ink });
  labels.push({ text: titleOf(y), x: 0.75 * size, y: top + frame.height / 2, align: "center", colour: colours.ink, turned: true });
  const rangeOf = (/** @type {Axis} */ axis) => /** @type {Range} */ (isLinear(axis) ? axis.ends : [0, 1]);
  const across = { range: rangeOf(x), grid: [], head: (/** @type {string} */ at) => (isLinear(x) ? `${at} ${x.unit}`.trim() : x.name) };
  const panel = { ...frame, x: across, y: { range: rangeOf(y), grid: [] }, layers: layers(colours) };
  return { width, height, size, colours, panels: [panel], labels, rules, name };
}

/** The neuron that is shown, as a point. @param {number} x @param {number} y @param {Record<string, string>} colours @returns {Layer} */
export const hereAt = (x, y, colours) => ({
  ...{ kind: "dots", xs: [x], ys: [y], radius: 8, colour: colours.card, alpha: 1 },
  edge: { colour: colours.ink, width: 3.5 },
});

/** A value with its unit. @param {{ name: string, unit: string }} axis */
const titleOf = ({ name, unit }) => `${name}${ofUnit(unit, " (", ")")}`;
