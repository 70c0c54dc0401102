import { shareOf } from "./engine/scales.js";
import { prepared } from "./painter.js";
import { ticks, tickText } from "./scene.js";
import { THEMES } from "./theme.js";

/** @import { Range, Slider } from "./types.d.ts" */
// Two values across and up, for the tools: where they are in so many pixels, and their axes.

/** A value along an axis: its scale is that of its slider. @typedef {{ name: string, unit: string, ends: Range } & Pick<Slider, "scale" | "zero">} Axis */
/** @typedef {{ left: number, top: number, width: number, height: number }} Frame */

const APART = [78, 34]; // px between two labels, across and up
const FIRST = [1, 5, 2]; // which labels are kept where there is no room for all

/** @param {Slider} slider @param {Range} ends @returns {Axis} */
export const axisOf = ({ name, unit, scale, zero }, ends) => ({ name, unit, scale, zero, ends });

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

/** A canvas that was cleared, its frame, and its colours. @param {HTMLCanvasElement} canvas @param {boolean} dark @param {number} size */
export function begun(canvas, dark, size) {
  const [context, width, height] = prepared(canvas, size);
  return { context, frame: frameOf(width, height, size), colours: THEMES[dark ? "dark" : "light"] };
}

/**
 * Labels and titles of both axes, and the frame.
 * @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Axis} x @param {Axis} y @param {Record<string, string>} colours @param {number} size
 */
export function paintAxes(context, { left, top, width, height }, x, y, colours, size) {
  const bottom = top + height;
  context.fillStyle = colours.soft;
  context.strokeStyle = colours.soft;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.strokeRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(width), Math.round(height));
  context.beginPath();
  context.textAlign = "center";
  for (const [value, share] of labelsOf(x, width, APART[0] * (size / 14))) {
    const at = Math.round(left + share * width) + 0.5;
    context.moveTo(at, bottom);
    context.lineTo(at, bottom + 5);
    context.fillText(tickText(value), at, bottom + 1.05 * size);
  }
  context.textAlign = "right";
  for (const [value, share] of labelsOf(y, height, APART[1] * (size / 14))) {
    const at = Math.round(bottom - share * height) + 0.5;
    context.moveTo(left, at);
    context.lineTo(left - 5, at);
    context.fillText(tickText(value), left - 8, at);
  }
  context.stroke();
  context.textAlign = "center";
  context.fillStyle = colours.ink;
  context.fillText(titleOf(x), left + width / 2, bottom + 2.2 * size);
  context.save();
  context.translate(0.75 * size, top + height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(titleOf(y), 0, 0);
  context.restore();
}

/** A value with its unit. @param {{ name: string, unit: string }} axis */
export const titleOf = ({ name, unit }) => (unit && unit !== "1" ? `${name} (${unit})` : name);

/** The neuron that is shown, as a point. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {Record<string, string>} colours */
export function paintHere(context, x, y, colours) {
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  context.fillStyle = colours.card;
  context.fill();
  context.strokeStyle = colours.ink;
  context.lineWidth = 3.5;
  context.stroke();
}
