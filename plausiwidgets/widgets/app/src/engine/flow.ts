// The flow of a neuron with two state variables: rates, nullclines and fixed points. The rates are differences over one very
// short step of the neuron, so its equations are defined only once.

import type { Range, Values } from "../catalogue.ts";
import type { Neuron } from "./neuron.ts";

export type Point = readonly [x: number, y: number];
export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];
/** The rates of change per ms. NaN if the neuron spikes and is reset, because a reset is not part of the flow. */
export type Flow = (x: number, y: number) => Point;

export type FixedPointKind = "saddle" | `${"stable" | "unstable"} ${"focus" | "node"}`;

export interface FixedPoint {
  readonly x: number;
  readonly y: number;
  readonly kind: FixedPointKind;
}

const RATE_STEP = 1e-5; // ms
const SHIFT = 1e-5; // of central differences, relative to the variable or to 1, whichever is larger
const ROUNDS = 20; // of Newton's method
const PRECISE = 1e-7;

export function flowOf(neuron: Neuron, parameters: Values, current: number, resets: boolean): Flow {
  const currents = Float64Array.of(current);
  return (x, y) => {
    const { state, spikes } = neuron.simulate(parameters, currents, RATE_STEP, [x, y], []);
    if (resets && spikes.length) return [Number.NaN, Number.NaN];
    return [(state[0] - x) / RATE_STEP, (state[1] - y) / RATE_STEP];
  };
}

type Jacobian = readonly [a: number, b: number, c: number, d: number];

const shiftOf = (x: number) => SHIFT * Math.max(Math.abs(x), 1);
const isSmall = (change: number, x: number) => Math.abs(change) <= PRECISE * Math.max(Math.abs(x), 1);

/** The Jacobian of a flow, by rows. */
function jacobianAt(flow: Flow, x: number, y: number): Jacobian {
  const [h, k] = [shiftOf(x), shiftOf(y)];
  const [right, left, up, down] = [flow(x + h, y), flow(x - h, y), flow(x, y + k), flow(x, y - k)];
  return [
    (right[0] - left[0]) / (2 * h),
    (up[0] - down[0]) / (2 * k),
    (right[1] - left[1]) / (2 * h),
    (up[1] - down[1]) / (2 * k),
  ];
}

/** A zero of a flow near a point by Newton's method, or null if the method does not converge. */
function zeroNear(flow: Flow, x: number, y: number): Point | null {
  let [p, q] = [x, y];
  for (let round = 0; round < ROUNDS; round++) {
    const [f, g] = flow(p, q);
    const [a, b, c, d] = jacobianAt(flow, p, q);
    const determinant = a * d - b * c;
    const dx = (d * f - b * g) / determinant;
    const dy = (a * g - c * f) / determinant;
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) return null;
    p -= dx;
    q -= dy;
    if (isSmall(dx, p) && isSmall(dy, q)) return [p, q];
  }
  return null;
}

/** The value of the second variable at which its rate is zero, for a value of the first, or null. */
export function steadyAt(flow: Flow, x: number, y: number): number | null {
  let q = y;
  for (let round = 0; round < ROUNDS; round++) {
    const k = shiftOf(q);
    const change = (flow(x, q)[1] * 2 * k) / (flow(x, q + k)[1] - flow(x, q - k)[1]);
    if (!Number.isFinite(change)) return null;
    q -= change;
    if (isSmall(change, q)) return q;
  }
  return null;
}

/** The kind of a fixed point. */
function kindOf([a, b, c, d]: Jacobian): FixedPointKind {
  const trace = a + d;
  const determinant = a * d - b * c;
  if (determinant < 0) return "saddle";
  return `${trace < 0 ? "stable" : "unstable"} ${trace * trace < 4 * determinant ? "focus" : "node"}`;
}

/** Equally spaced numbers that include both ends. */
const spaced = ([low, high]: Range, n: number) =>
  Array.from({ length: n }, (_, i) => low + (i / (n - 1)) * (high - low));

/** A grid of values along the x axis and the y axis. */
export interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export const gridOf = (across: Range, up: Range, [nx, ny]: Point = [73, 57]): Grid => ({
  x: spaced(across, nx),
  y: spaced(up, ny),
});

export interface Nullclines {
  readonly grid: Grid;
  /** The nullcline of the first variable, and of the second. */
  readonly segments: readonly [readonly Segment[], readonly Segment[]];
  /** Cells that may contain a fixed point, because both nullclines cross the cell or a neighbour. */
  readonly near: ReadonlySet<number>;
}

/** The nullclines of a flow from its rates on a grid. */
export function nullclinesOf(flow: Flow, grid: Grid): Nullclines {
  const { x, y } = grid;
  const [nx, ny] = [x.length, y.length];
  const rates = y.map((b) => x.map((a) => flow(a, b)));
  const segments: [Segment[], Segment[]] = [[], []];
  const near = new Set<number>();
  for (let j = 0; j + 1 < ny; j++) {
    for (let i = 0; i + 1 < nx; i++) {
      const corners = [rates[j][i], rates[j][i + 1], rates[j + 1][i + 1], rates[j + 1][i]];
      // No nullcline crosses most cells, so skip them before allocating anything.
      const isCrossed = [changesSign(corners, 0), changesSign(corners, 1)];
      if (!isCrossed[0] && !isCrossed[1]) continue;
      if (corners.some(([f, g]) => !Number.isFinite(f) || !Number.isFinite(g))) continue;
      const cell = { x: [x[i], x[i + 1]], y: [y[j], y[j + 1]], rates: corners };
      for (const part of [0, 1] as const) if (isCrossed[part]) segments[part].push(...crossing(cell, part));
      if (!isCrossed[0] || !isCrossed[1]) continue;
      // Nullclines may touch in a neighbouring cell.
      for (const p of [i - 1, i, i + 1]) {
        for (const q of [j - 1, j, j + 1]) if (p >= 0 && q >= 0 && p + 1 < nx && q + 1 < ny) near.add(q * nx + p);
      }
    }
  }
  return { grid, segments, near };
}

/** Whether a rate has different signs at the four corners. A loop over the corners would take most of the time. */
function changesSign([a, b, c, d]: readonly Point[], part: 0 | 1): boolean {
  const isUp = a[part] > 0;
  return b[part] > 0 !== isUp || c[part] > 0 !== isUp || d[part] > 0 !== isUp;
}

interface Cell {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The rates at the corners, in order around the cell. */
  readonly rates: readonly Point[];
}

/** The segments on which a rate is zero in a cell, by marching squares. */
function crossing({ x, y, rates }: Cell, part: 0 | 1): Segment[] {
  const corners: Point[] = [
    [x[0], y[0]],
    [x[1], y[0]],
    [x[1], y[1]],
    [x[0], y[1]],
  ];
  const found: Point[] = [];
  for (let k = 0; k < 4; k++) {
    const [from, to] = [rates[k][part], rates[(k + 1) % 4][part]];
    if (from > 0 === to > 0) continue;
    const share = from / (from - to);
    const [[p, q], [r, s]] = [corners[k], corners[(k + 1) % 4]];
    found.push([p + share * (r - p), q + share * (s - q)]);
  }
  const segments: Segment[] = [];
  for (let k = 0; k + 1 < found.length; k += 2) segments.push([...found[k], ...found[k + 1]]);
  return segments;
}

/** The fixed points of a flow near its nullclines. */
export function fixedPointsOf(flow: Flow, { grid: { x, y }, near }: Nullclines): FixedPoint[] {
  const [low, high, bottom, top] = [x[0], x[x.length - 1], y[0], y[y.length - 1]];
  const points: FixedPoint[] = [];
  for (const cell of near) {
    const [i, j] = [cell % x.length, Math.floor(cell / x.length)];
    const zero = zeroNear(flow, (x[i] + x[i + 1]) / 2, (y[j] + y[j + 1]) / 2);
    if (!zero) continue;
    const [a, b] = zero;
    if (a < low || a > high || b < bottom || b > top) continue;
    const isKnown = points.some(
      (one) => Math.abs(one.x - a) < 1e-5 * (high - low) && Math.abs(one.y - b) < 1e-5 * (top - bottom),
    );
    if (!isKnown) points.push({ x: a, y: b, kind: kindOf(jacobianAt(flow, a, b)) });
  }
  return points.sort((p, q) => p.x - q.x);
}

/** The nullclines and the fixed points of a flow within two ranges. */
export function planeOf(flow: Flow, across: Range, up: Range, points?: Point) {
  const nullclines = nullclinesOf(flow, gridOf(across, up, points));
  return { nullclines: nullclines.segments, points: fixedPointsOf(flow, nullclines) };
}

/** The most common value. */
export function mostCommon(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const x of values) counts.set(x, (counts.get(x) ?? 0) + 1);
  let [best, most] = [0, 0];
  for (const [x, n] of counts) if (n > most) [best, most] = [x, n];
  return best;
}

/** Joins segments that share an end into lines. */
export function joined(segments: readonly Segment[]): Point[][] {
  const key = (x: number, y: number) => `${x.toPrecision(10)},${y.toPrecision(10)}`;
  const ends = new Map<string, number[]>();
  segments.forEach(([a, b, c, d], k) => {
    for (const end of [key(a, b), key(c, d)]) ends.set(end, [...(ends.get(end) ?? []), k]);
  });
  const used = new Set<number>();
  const follow = (line: Point[]): Point[] => {
    for (;;) {
      const [x, y] = line[line.length - 1];
      const next = (ends.get(key(x, y)) ?? []).find((k) => !used.has(k));
      if (next === undefined) return line;
      used.add(next);
      const [a, b, c, d] = segments[next];
      line.push(key(a, b) === key(x, y) ? [c, d] : [a, b]);
    }
  };
  const lines: Point[][] = [];
  segments.forEach(([a, b, c, d], k) => {
    if (used.has(k)) return;
    used.add(k);
    const begun: Point[] = [
      [a, b],
      [c, d],
    ];
    lines.push(follow(follow(begun).reverse()));
  });
  return lines;
}
