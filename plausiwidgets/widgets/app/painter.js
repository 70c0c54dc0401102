import { tr } from "./engine/texts.js";
import { numberText } from "./engine/words.js";
import { columns, frame, sampleAt, ticks, tickText } from "./scene.js";
import { FONT, THEMES } from "./theme.js";

/** @import { Line, Role, Scene } from "./types.d.ts" */

/** @type {Record<Role, { width: number, dash: number[] }>} */
const STROKES = {
  example: { width: 5, dash: [] },
  pinned: { width: 1.8, dash: [12, 4] },
  best: { width: 1.9, dash: [7, 3] },
  yours: { width: 1.9, dash: [] },
};
const SMALLEST = 20; // px between two labels
const HANDLE = 8; // px

/** Sizes a canvas to its place. @param {HTMLCanvasElement} canvas @param {number} [size] of the font @returns {[CanvasRenderingContext2D, number, number]} */
export function prepared(canvas, size = 14) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  context.font = `${size}px ${FONT}`;
  context.textBaseline = "middle";
  return [context, width, height];
}

/** Draws a line of points, from gap to gap. @param {CanvasRenderingContext2D} context @param {number[]} xs @param {number[]} ys @param {(x: number) => number} px @param {(y: number) => number} py */
export function path(context, xs, ys, px, py) {
  context.beginPath();
  let down = false;
  for (let k = 0; k < xs.length; k++) {
    if (!Number.isFinite(ys[k])) down = false;
    else if (down) context.lineTo(px(xs[k]), py(ys[k]));
    else {
      context.moveTo(px(xs[k]), py(ys[k]));
      down = true;
    }
  }
}

/**
 * Draws a scene; returns the box of the potential, from its highest to its lowest label.
 * @param {HTMLCanvasElement} canvas @param {Scene} scene @param {{ dark: boolean, size: number, hover: number | null, taken: string, drag: [number, number] | null }} how
 */
export function paint(canvas, scene, { dark, size, hover, taken, drag }) {
  const [context, width, height] = prepared(canvas, size);
  const colours = THEMES[dark ? "dark" : "light"];
  const at = frame(scene, width, height, size);
  const right = at.left + at.plot;
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {CanvasTextAlign} */ align) => {
    context.textAlign = align;
    context.fillText(text, x, y);
  };

  for (const [begin, end] of scene.marks) {
    context.fillStyle = colours.blue;
    context.globalAlpha = 0.1;
    const [a, b] = [Math.max(at.x(begin), at.left), Math.min(at.x(end), right)];
    context.fillRect(a, at.top, Math.max(b - a, 2), at.potential);
    context.globalAlpha = 1;
  }

  context.fillStyle = colours.soft;
  context.strokeStyle = colours.grid;
  context.lineWidth = 1;
  const peak = scene.peak;
  const labels = ticks(scene.v, Math.min(6, at.potential / 60));
  const shown = Number.isFinite(peak) ? [peak, ...labels.filter((v) => Math.abs(at.y(v) - at.y(peak)) > SMALLEST && v < peak)] : labels;
  for (const v of shown) {
    write(tickText(Number(v.toPrecision(4))), at.left - 10, at.y(v), "right");
    context.beginPath();
    context.moveTo(at.left, Math.round(at.y(v)) + 0.5);
    context.lineTo(right, Math.round(at.y(v)) + 0.5);
    context.stroke();
  }
  const bottom = at.row + at.current;
  const steps = ticks(scene.x, at.plot / Math.max(80, 5.4 * size));
  const unit = tr("time (ms)");
  for (const t of steps) write(tickText(t), at.x(t), bottom + 1.1 * size, "center");
  write(unit, right, bottom + 2.25 * size, "right");
  context.save();
  context.translate(0.9 * size, at.top + at.potential / 2);
  context.rotate(-Math.PI / 2);
  write(tr("potential (mV)"), 0, 0, "center");
  context.restore();

  context.save();
  context.beginPath();
  context.rect(at.left, 0, at.plot, height);
  context.clip();
  for (const line of scene.lines) {
    const { width: thick, dash } = STROKES[line.role];
    context.strokeStyle = line.role === "yours" ? colours.blue : colours[line.role];
    context.lineWidth = size > 16 && line.role !== "example" ? thick * 1.6 : thick;
    context.setLineDash(dash);
    path(context, ...columns(line.t0, line.dt, line.v, scene.x, at.plot), at.x, at.y);
    context.stroke();
  }
  context.setLineDash([]);
  const yours = scene.lines.find(({ role }) => role === "yours");
  if (yours) drawCurrent(context, yours, scene, at, colours);
  context.restore();
  drawLevels(write, scene, at, size);

  if (drag) {
    context.fillStyle = colours.blue;
    context.globalAlpha = 0.14;
    context.fillRect(Math.min(...drag), at.top, Math.abs(drag[1] - drag[0]), bottom - at.top);
    context.globalAlpha = 1;
  }
  if (hover !== null && yours && hover >= scene.x[0] && hover <= scene.x[1]) {
    const k = sampleAt(yours, hover);
    context.strokeStyle = colours.soft;
    context.beginPath();
    context.moveTo(Math.round(at.x(hover)) + 0.5, at.top);
    context.lineTo(Math.round(at.x(hover)) + 0.5, bottom);
    context.stroke();
    const words = [`${numberText(hover, 4)} ms`, `${numberText(yours.v[k], 3)} mV`, `${numberText(yours.current[k], 3)} ${scene.unit}`];
    const text = words.join("   ");
    const wide = context.measureText(text).width + 20;
    const x = at.x(hover) + 12 + wide > right ? at.x(hover) - 12 - wide : at.x(hover) + 12;
    context.fillStyle = colours.card;
    context.strokeStyle = colours.line;
    context.beginPath();
    context.roundRect(x, at.top + 6, wide, 28, 8);
    context.fill();
    context.stroke();
    context.fillStyle = colours.ink;
    write(text, x + 10, at.top + 20, "left");
  }
  for (const handle of scene.handles) {
    const [x, y] = [at.x(handle.t), at.yi(handle.current)];
    if (x < at.left - 1 || x > right + 1) continue;
    context.beginPath();
    context.arc(x, y, HANDLE + (taken === handle.name ? 2 : 0), 0, 2 * Math.PI);
    context.fillStyle = colours.card;
    context.fill();
    context.strokeStyle = colours.blue;
    context.lineWidth = 3;
    context.stroke();
  }
  const [held] = scene.handles;
  if (held && !taken && at.current > 40) {
    context.fillStyle = colours.soft;
    const text = scene.handles.length > 1 ? tr("current: drag its height, its times") : tr("current: drag its height");
    const [x, y] = [at.x(held.t), at.yi(held.current)];
    const wide = context.measureText(text).width;
    const other = scene.handles.find((one) => one !== held && one.t > held.t);
    const room = (other ? at.x(other.t) - 14 : right) - x - 18;
    const low = held.current >= 0 ? Math.max(y, at.row + 4) + 16 : y - 16;
    if (wide < room) write(text, x + 18, low, "left");
    else if (x + 34 + wide < right && other) write(text, at.x(other.t) + 18, low, "left");
    else if (x - 18 - wide > at.left) write(text, x - 18, low, "right");
  }
  const heights = shown.map(at.y);
  return [at.left, Math.min(...heights), at.plot, Math.max(...heights) - Math.min(...heights)];
}

/** The current of a line, filled to zero. @param {CanvasRenderingContext2D} context @param {Line} line @param {Scene} scene @param {ReturnType<typeof frame>} at @param {Record<string, string>} colours */
function drawCurrent(context, line, scene, at, colours) {
  const [ts, is] = columns(line.t0, line.dt, line.current, scene.x, at.plot);
  context.strokeStyle = colours.blue;
  context.lineWidth = 2;
  context.beginPath();
  let last = NaN;
  for (let k = 0; k < ts.length; k++) {
    // A jump is a vertical stroke, as it is held from step to step.
    if (Math.abs(is[k] - last) > 0.2 * (scene.i[1] - scene.i[0])) context.lineTo(at.x(ts[k]), at.yi(last));
    context.lineTo(at.x(ts[k]), at.yi(is[k]));
    last = is[k];
  }
  context.stroke();
  if (!ts.length) return;
  context.lineTo(at.x(ts[ts.length - 1]), at.yi(0));
  context.lineTo(at.x(ts[0]), at.yi(0));
  context.globalAlpha = 0.15;
  context.fillStyle = colours.blue;
  context.fill();
  context.globalAlpha = 1;
}

/** Zero and the farthest level of the current. @param {(text: string, x: number, y: number, align: CanvasTextAlign) => void} write @param {Scene} scene @param {ReturnType<typeof frame>} at @param {number} size */
function drawLevels(write, scene, at, size) {
  const held = scene.lines.find(({ role }) => role === "yours");
  if (!held) return;
  let far = 0;
  for (const x of held.current) if (Math.abs(x) > Math.abs(far)) far = x;
  const zero = at.yi(0);
  write("0", at.left - 10, zero, "right");
  const level = Math.min(Math.max(at.yi(far), at.row), at.row + at.current);
  if (Math.abs(level - zero) > size) write(numberText(far, 3), at.left - 10, level, "right");
  write(scene.unit, at.left - 10, Math.abs(level - zero) > 2 * size + 4 ? (level + zero) / 2 : Math.max(level, zero) + size + 3, "right");
}
