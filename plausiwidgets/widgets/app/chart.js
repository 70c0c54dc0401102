import { prepared } from "./painter.js";
import { ticks, tickText } from "./scene.js";
import { THEMES } from "./theme.js";

/** @import { Range } from "./types.d.ts" */

/**
 * Axes of a small picture: grid, numbers, titles; returns how values become places.
 * @param {HTMLCanvasElement} canvas
 * @param {{ x: Range, y: Range, titles: [string, string], dark: boolean, size: number, at?: [number[], number[]], text?: (value: number) => string }} about
 *   `at`: where the axes have numbers, in place of round ones
 */
export function axes(canvas, { x, y, titles, dark, size, at, text = (value) => tickText(Number(value.toPrecision(4))) }) {
  const [context, width, height] = prepared(canvas, size);
  const colours = THEMES[dark ? "dark" : "light"];
  const [left, right, top, bottom] = [4.6 * size, width - size, 1.8 * size, height - 2.9 * size];
  const px = (/** @type {number} */ value) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left);
  const py = (/** @type {number} */ value) => top + ((y[1] - value) / (y[1] - y[0])) * (bottom - top);
  const [across, up] = at ?? [ticks(x, (right - left) / (6 * size)), ticks(y, (bottom - top) / (4 * size))];
  context.strokeStyle = colours.grid;
  context.fillStyle = colours.soft;
  context.lineWidth = 1;
  for (const value of across) {
    context.textAlign = "center";
    context.fillText(text(value), px(value), bottom + 1.1 * size);
    context.strokeRect(Math.round(px(value)) + 0.5, top, 0, bottom - top);
  }
  for (const value of up) {
    context.textAlign = "right";
    context.fillText(text(value), left - 8, py(value));
    context.strokeRect(left, Math.round(py(value)) + 0.5, right - left, 0);
  }
  context.textAlign = "right";
  context.fillText(titles[0], right, bottom + 2.2 * size);
  context.textAlign = "left";
  context.fillText(titles[1], 4, 0.8 * size);
  return { context, colours, px, py, left, right, top, bottom };
}
