// The content of the figure without its style: ranges, ticks and places in a box. Painters and pointers share it.

import type { Range } from "../catalogue.ts";
import type { Handle, Line, Looked, Zoom } from "../models/lines.ts";
import type { Axis, Panel } from "./picture.ts";
import type { SpikeRow } from "./rows.ts";

/** A place in px. */
export type Point = readonly [x: number, y: number];

export interface Scene {
  /** The lines in the order in which they are drawn. */
  readonly lines: readonly Line[];
  /** The spike rows, from top to bottom. */
  readonly rows: readonly SpikeRow[];
  readonly x: Range;
  readonly v: Range;
  readonly i: Range;
  /** The units of the current and of the potential. Empty for a model without units. */
  readonly currentUnit: string;
  readonly potentialUnit: string;
  readonly handles: readonly Handle[];
  /** The time spans that the marked criterion evaluates, or those of the criteria that are not met. */
  readonly marks: readonly Looked[];
  /** Whether a criterion is marked, so that its spans are drawn more strongly. */
  readonly isPointed: boolean;
  /** The top of a spike of a neuron that resets. NaN for other neurons. */
  readonly peak: number;
  /** Whether the trace of the neuron belongs to former values. */
  readonly isFaded: boolean;
  /** Whether the current of a low figure is folded, without labels and handles, because a search or a tool is open. */
  readonly isFolding?: boolean;
  /** The name of the target, with its source. */
  readonly targetTitle: string;
}

const MARGIN = { left: 62, right: 20, top: 11, bottom: 30, gap: 14 }; // margins in px for a font of 14
const WIDEST = 12; // the shown part of a diverged potential, in distances from rest to threshold

export interface RangeOptions {
  /** The distance from rest to threshold. */
  readonly span: number;
  /** The resting potential. */
  readonly low: number;
  /** The upper limit of the shown potential for a pattern of small potentials, or null. */
  readonly below: number | null;
  /** The relevant part of the sweep. */
  readonly event: Range | null;
}

export interface Ranges {
  readonly x: Range;
  readonly v: Range;
  readonly i: Range;
}

/**
 * The ranges that contain the lines. Of a line that diverges after the onset, they contain a limited part, and of one that
 * diverges earlier, nothing.
 */
export function rangesOf(lines: readonly Line[], options: RangeOptions): Ranges {
  const { span, low: rest } = options;
  let v = EMPTY;
  let i = EMPTY;
  let x = EMPTY;
  for (const line of lines) {
    v = joined(v, potentialsOf(line, options));
    if (line.role === "yours") i = joined(i, limitsOf(line.current));
    x = joined(x, [line.t0, line.t0 + line.v.length * line.dt]);
  }
  if (!(v[1] > v[0])) v = [rest - span, rest + 2 * span];
  if (!(i[1] > i[0])) i = i[0] && Number.isFinite(i[0]) ? [Math.min(i[0], 0), Math.max(i[0], 0)] : [0, 1];
  return { x, v: padded(v, 0.035), i };
}

const EMPTY: Range = [Infinity, -Infinity];

const joined = ([a, b]: Range, [c, d]: Range): Range => [Math.min(a, c), Math.max(b, d)];

function potentialsOf({ v, t0, dt, divergedAt }: Line, { span, low: rest, below, event }: RangeOptions): Range {
  const far = divergedAt <= t0 ? 0 : Number.isFinite(divergedAt) ? WIDEST * span : Infinity;
  const [first, last] = event && below !== null ? [(event[0] - t0) / dt, (event[1] - t0) / dt] : [0, v.length];
  let [low, high] = EMPTY;
  for (let k = Math.max(0, Math.floor(first)); k < Math.min(v.length, last); k++) {
    const x = Math.min(Math.max(v[k], rest - far), rest + far);
    if (below !== null && x > below) continue;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return [low, high];
}

/** The smallest and the largest number, without NaN. */
function limitsOf(numbers: ArrayLike<number>): Range {
  let [low, high] = EMPTY;
  for (let k = 0; k < numbers.length; k++) {
    if (numbers[k] < low) low = numbers[k];
    if (numbers[k] > high) high = numbers[k];
  }
  return [low, high];
}

/** A handle moved to the middle of the visible part of its step. */
export function seenAt(handle: Handle, [first, last]: Range): Handle {
  if (!handle.step) return handle;
  const [from, to] = [Math.max(handle.step[0], first), Math.min(handle.step[1], last)];
  return to > from ? { ...handle, t: (from + to) / 2 } : handle;
}

/** The smallest and the largest finite number, or 0 and 1 if no number is finite. */
export function extent(...some: readonly ArrayLike<number>[]): Range {
  let [low, high] = EMPTY;
  for (const numbers of some) {
    for (let k = 0; k < numbers.length; k++) {
      if (!Number.isFinite(numbers[k])) continue;
      if (numbers[k] < low) low = numbers[k];
      if (numbers[k] > high) high = numbers[k];
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

export function padded([low, high]: Range, share: number): Range {
  const room = share * (high - low) || 1;
  return [low - room, high + room];
}

/** About `count` round numbers within a range. */
export function ticks([low, high]: Range, count: number): number[] {
  const rough = (high - low) / Math.max(count, 1);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.8) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const length = Math.max(0, Math.floor(high / step + 1e-9) - first + 1);
  return Array.from({ length }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** A number as the label of an axis. */
export const tickText = (value: number): string => String(value).replace("-", "−");

/** Places of the figure in px. */
export interface Frame {
  readonly left: number;
  readonly plot: number;
  readonly top: number;
  /** The heights of the potential and of the current, and the top of the current. */
  readonly potential: number;
  readonly current: number;
  readonly row: number;
  /** The places of the spike rows, which are between the potential and the current. */
  readonly rows: readonly RowFrame[];
  readonly perPixel: number;
  readonly msPerPixel: number;
  x(t: number): number;
  t(x: number): number;
  y(v: number): number;
  yi(i: number): number;
}

/** The place of a spike row in px. `pitch` is the distance from one row to the next. */
export interface RowFrame {
  readonly top: number;
  readonly height: number;
  readonly pitch: number;
}

const FOLDED = 20; // height in px of a current without labels and handles
const FOLDING = 350; // height of the figure in px, for a font of 14, below which the current is folded

/** Whether the current is folded. */
export const isFolded = ({ current }: Pick<Frame, "current">): boolean => current <= FOLDED;

const LOW = 300; // height of the figure in px below which the spike rows are closer to each other

/** The distance from one spike row to the next, and the height of a row, in px. */
function rowSize(height: number, size: number): readonly [pitch: number, height: number] {
  return height < LOW ? [(15 * size) / 14, (11 * size) / 14] : [(24 * size) / 14, (17 * size) / 14];
}

/**
 * The places of the figure in a box in px.
 *
 * @param size of the font
 */
export function frame(
  scene: Pick<Scene, "x" | "v" | "i" | "rows" | "isFolding">,
  width: number,
  height: number,
  size = 14,
): Frame {
  const { left, right, top, bottom, gap } = scaledMargin(size);
  const plot = Math.max(width - left - right, 10);
  const open = height < 500 ? 36 : Math.min(56, 0.09 * height);
  const current = scene.isFolding && height < (FOLDING * size) / 14 ? FOLDED : open;
  const [pitch, high] = rowSize(height, size);
  const between = scene.rows.length * pitch + (scene.rows.length ? gap / 2 : 0);
  const potential = Math.max(height - top - bottom - gap - current - between, 10);
  const row = top + potential + between + gap;
  const first = row - gap - scene.rows.length * pitch + (pitch - high) / 2;
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
    rows: scene.rows.map((_, k) => ({ top: first + k * pitch, height: high, pitch })),
    current,
    x: (t) => left + ((t - x0) / (x1 - x0)) * plot,
    t: (x) => x0 + ((x - left) / plot) * (x1 - x0),
    y: (v) => top + ((v1 - v) / (v1 - v0)) * potential,
    yi: (i) => row + ((i1 - i) / (i1 - i0)) * current,
    perPixel: (i1 - i0) / current,
    msPerPixel: (x1 - x0) / plot,
  };
}

function scaledMargin(size: number): typeof MARGIN {
  const { left, right, top, bottom, gap } = MARGIN;
  const [l, r, t, b, g] = [left, right, top, bottom, gap].map((x) => (x * size) / 14);
  return { left: l, right: r, top: t, bottom: b, gap: g };
}

/** The appearance of a line in columns of pixels, with the smallest and the largest value of each in their order. */
export function columns(
  t0: number,
  dt: number,
  v: Float64Array,
  [begin, end]: Range,
  count: number,
): [ts: number[], vs: number[]] {
  const first = Math.max(0, Math.floor((begin - t0) / dt) - 1);
  const last = Math.min(v.length, Math.ceil((end - t0) / dt) + 2);
  const size = Math.max(1, Math.floor((last - first) / (2 * count)));
  const ts: number[] = [];
  const vs: number[] = [];
  for (let k = first; k < last; k += size) {
    let low = k;
    let high = k;
    for (let j = k + 1; j < Math.min(k + size, last); j++) {
      if (v[j] < v[low]) low = j;
      if (v[j] > v[high]) high = j;
    }
    const [a, b] = low < high ? [low, high] : [high, low];
    ts.push(t0 + a * dt);
    vs.push(v[a]);
    if (a === b) continue;
    ts.push(t0 + b * dt);
    vs.push(v[b]);
  }
  return [ts, vs];
}

/** The sample index of a line at a time. */
export const sampleAt = ({ t0, dt, v }: Pick<Line, "t0" | "dt" | "v">, t: number): number =>
  Math.min(Math.max(Math.floor((t - t0) / dt), 0), v.length - 1);

const CLICK = 8; // a shorter drag in px is a click
const FLAT = 24; // height of a box in px below which it chooses only a range of time

/** The size of a panel and the ranges of its axes. */
export type BoxedPanel = Pick<Panel, "left" | "top" | "width" | "height"> & {
  readonly x: Pick<Axis, "range">;
  readonly y: Pick<Axis, "range">;
};

export interface Boxed {
  readonly zoom: Zoom;
  readonly box: readonly [left: number, top: number, width: number, height: number];
}

/** The zoom that a box over a panel selects, or null for a click. */
export function boxed(from: Point, to: Point, { left, top, width, height, x, y }: BoxedPanel): Boxed | null {
  const inside = ([a, b]: Point): Point => [
    Math.min(Math.max(a, left), left + width),
    Math.min(Math.max(b, top), top + height),
  ];
  const [[ax, ay], [bx, by]] = [inside(from), inside(to)];
  const [wide, high] = [Math.abs(bx - ax), Math.abs(by - ay)];
  if (wide < CLICK && high < FLAT) return null;
  const at = (share: number, [low, end]: Range) => low + share * (end - low);
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
