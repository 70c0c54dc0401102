/** @import { Handle, Line, Panel, Range, Scene } from "../types.d.ts" */
// What is drawn, without how: ranges, ticks, places in a box. Painters and hands share it.

const MARGIN = { left: 62, right: 20, top: 11, bottom: 30, gap: 14 }; // px, of a font of 14
const WIDEST = 25; // most of a diverged potential that the axis holds, in distances from rest to threshold

/**
 * The ranges that hold some lines; of a diverged one, as much as is sensible, and nothing of one that was lost before the onset.
 * @param {Line[]} lines
 * @param {{ span: number, low: number, below: number | null, event: Range | null }} about
 *   `below`: what a pattern about small swings shows is below this potential
 * @returns {{ x: Range, v: Range, i: Range }}
 */
export function rangesOf(lines, { span, low: rest, below, event }) {
  let [low, high, i0, i1, begin, end] = [Infinity, -Infinity, Infinity, -Infinity, Infinity, -Infinity];
  for (const { v, current, t0, dt, role, divergedAt } of lines) {
    const far = divergedAt <= t0 ? 0 : Number.isFinite(divergedAt) ? WIDEST * span : Infinity;
    const [first, last] = event && below !== null ? [(event[0] - t0) / dt, (event[1] - t0) / dt] : [0, v.length];
    for (let k = Math.max(0, Math.floor(first)); k < Math.min(v.length, last); k++) {
      const x = Math.min(Math.max(v[k], rest - far), rest + far);
      if (below !== null && x > below) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    if (role === "yours") {
      for (const x of current) {
        if (x < i0) i0 = x;
        if (x > i1) i1 = x;
      }
    }
    begin = Math.min(begin, t0);
    end = Math.max(end, t0 + v.length * dt);
  }
  if (!(high > low)) [low, high] = [rest - span, rest + 2 * span];
  if (!(i1 > i0)) [i0, i1] = i0 && Number.isFinite(i0) ? [Math.min(i0, 0), Math.max(i0, 0)] : [0, 1];
  return { x: [begin, end], v: padded([low, high], 0.035), i: [i0, i1] };
}

/** A handle in the middle of what is seen of its step. @param {Handle} handle @param {Range} x @returns {Handle} */
export function seenAt(handle, [first, last]) {
  if (!handle.step) return handle;
  const [from, to] = [Math.max(handle.step[0], first), Math.min(handle.step[1], last)];
  return to > from ? { ...handle, t: (from + to) / 2 } : handle;
}

/** The least and the greatest of some numbers, of those that are finite; 0 to 1 where there are none. @param {ArrayLike<number>[]} some @returns {Range} */
export function extent(...some) {
  let [low, high] = [Infinity, -Infinity];
  for (const numbers of some) {
    for (let k = 0; k < numbers.length; k++) {
      if (!Number.isFinite(numbers[k])) continue;
      if (numbers[k] < low) low = numbers[k];
      if (numbers[k] > high) high = numbers[k];
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** @param {Range} range @param {number} share @returns {Range} */
export function padded([low, high], share) {
  const room = share * (high - low) || 1;
  return [low - room, high + room];
}

/** A range that holds another one, with some room so that it does not change with every frame of a drag. @param {Range} kept @param {Range} needed @returns {Range} */
export function widened([low, high], [least, most]) {
  const room = 0.06 * Math.max(high - low, most - least);
  const slack = 0.004 * (high - low);
  return [least < low - slack ? least - room : low, most > high + slack ? most + room : high];
}

/** Round numbers within a range, some `most` of them. @param {Range} range @param {number} most */
export function ticks([low, high], most) {
  const rough = (high - low) / Math.max(most, 1);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.8) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1);
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** A number for an axis. @param {number} value */
export const tickText = (value) => String(value).replace("-", "−");

/** Where everything is in a box of so many pixels. @param {Scene} scene @param {number} width @param {number} height @param {number} [size] of the font */
export function frame(scene, width, height, size = 14) {
  const [left, right, top, bottom, gap] = [MARGIN.left, MARGIN.right, MARGIN.top, MARGIN.bottom, MARGIN.gap].map((x) => (x * size) / 14);
  const plot = Math.max(width - left - right, 10);
  const current = height < 500 ? 36 : Math.min(56, 0.09 * height);
  const potential = Math.max(height - top - bottom - gap - current, 10);
  const row = top + potential + gap;
  const room = 0.12 * (scene.i[1] - scene.i[0]);
  const [i0, i1] = [scene.i[0], scene.i[1] + room];
  const [x0, x1] = scene.x;
  const [v0, v1] = scene.v;
  return {
    left,
    plot,
    top,
    potential,
    row,
    current,
    x: (/** @type {number} */ t) => left + ((t - x0) / (x1 - x0)) * plot,
    t: (/** @type {number} */ x) => x0 + ((x - left) / plot) * (x1 - x0),
    y: (/** @type {number} */ v) => top + ((v1 - v) / (v1 - v0)) * potential,
    yi: (/** @type {number} */ i) => row + ((i1 - i) / (i1 - i0)) * current,
    perPixel: (i1 - i0) / current,
    msPerPixel: (x1 - x0) / plot,
  };
}

/**
 * What a line looks like in so many pixel columns: the least and the greatest of each, in their order.
 * @param {number} t0 @param {number} dt @param {Float64Array} v @param {Range} x @param {number} columns
 * @returns {[number[], number[]]}
 */
export function columns(t0, dt, v, [begin, end], columns) {
  const first = Math.max(0, Math.floor((begin - t0) / dt) - 1);
  const last = Math.min(v.length, Math.ceil((end - t0) / dt) + 2);
  const size = Math.max(1, Math.floor((last - first) / (2 * columns)));
  const xs = [];
  const ys = [];
  for (let k = first; k < last; k += size) {
    let low = k;
    let high = k;
    for (let j = k + 1; j < Math.min(k + size, last); j++) {
      if (v[j] < v[low]) low = j;
      if (v[j] > v[high]) high = j;
    }
    const [a, b] = low < high ? [low, high] : [high, low];
    xs.push(t0 + a * dt);
    ys.push(v[a]);
    if (a === b) continue;
    xs.push(t0 + b * dt);
    ys.push(v[b]);
  }
  return [xs, ys];
}

/** The sample of a line at a time. @param {Line} line @param {number} t */
export function sampleAt({ t0, dt, v }, t) {
  return Math.min(Math.max(Math.floor((t - t0) / dt), 0), v.length - 1);
}

const CLOSEST = 1 / 2000; // of a range, that a zoom can show
const CLICK = 8; // px: less is a click
const FLAT = 24; // px: a box that is lower than this is a part of the time, at all potentials

/**
 * A part of a range, nearer by a factor about a place in it; null where it is all of it.
 * @param {Range} shown @param {Range} whole @param {number} factor less than 1 is nearer @param {number} about @returns {Range | null}
 */
export function nearer([low, high], [first, last], factor, about) {
  const all = last - first;
  const wide = Math.max((high - low) * factor, all * CLOSEST);
  if (wide >= all * (1 - 1e-9)) return null;
  const share = Math.min(Math.max((about - low) / (high - low), 0), 1);
  const begin = Math.min(Math.max(about - share * wide, first), last - wide);
  return [begin, begin + wide];
}

/**
 * What a box that was drawn over a panel chooses; null where it is a click.
 * @param {[number, number]} from px @param {[number, number]} to @param {Pick<Panel, "left" | "top" | "width" | "height"> & { x: { range: Range }, y: { range: Range } }} panel
 * @returns {{ zoom: import("../types.d.ts").Zoom, box: [number, number, number, number] } | null} the box as left, top, width, height
 */
export function boxed(from, to, { left, top, width, height, x, y }) {
  const inside = (/** @type {[number, number]} */ [a, b]) => [
    Math.min(Math.max(a, left), left + width),
    Math.min(Math.max(b, top), top + height),
  ];
  const [[ax, ay], [bx, by]] = [inside(from), inside(to)];
  const [wide, high] = [Math.abs(bx - ax), Math.abs(by - ay)];
  if (wide < CLICK && high < FLAT) return null;
  const at = (/** @type {number} */ share, /** @type {Range} */ [low, end]) => low + share * (end - low);
  const [x0, x1] = wide < CLICK ? [left, left + width] : [Math.min(ax, bx), Math.max(ax, bx)];
  const isFlat = high < FLAT;
  const [y0, y1] = isFlat ? [top, top + height] : [Math.min(ay, by), Math.max(ay, by)];
  return {
    zoom: {
      x: [at((x0 - left) / width, x.range), at((x1 - left) / width, x.range)],
      y: isFlat ? null : [at(1 - (y1 - top) / height, y.range), at(1 - (y0 - top) / height, y.range)],
    },
    box: [x0, y0, x1 - x0, y1 - y0],
  };
}
