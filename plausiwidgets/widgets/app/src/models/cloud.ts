// The cloud of a search, with its newest evaluations, the distribution of its CMA-ES run, and its population.

import type { Range } from "../catalogue.ts";
import { shareOf, valueOn } from "../engine/scales.ts";
import { eigen } from "../engine/search/cmaes.ts";
import type { ReplyArrays, SearchAxis } from "../messages.ts";

export const KEPT = 5000; // maximum number of evaluations
const DISTRIBUTIONS = 20; // maximum number of distributions, for the playback of a short search
const ENOUGH = 100; // minimum number of evaluations for the choice of the plane, because the best tenth of fewer has no clear axis
const CORNERS = 72; // number of corners of an ellipse

/** The distribution of a CMA-ES run in the unit cube of the search. */
export interface Distribution {
  /** The number of evaluations when the reply was sent. */
  readonly at: number;
  readonly mean: ArrayLike<number>;
  /** σ²C in row-major order. */
  readonly covariance: ArrayLike<number>;
  /** A factor on the linear part of the asinh scales of the run. */
  readonly spread: number;
}

export interface Cloud {
  /** The free parameters, with the limits of the search. */
  readonly space: readonly SearchAxis[];
  /** Positions from 0 to 1 on the tracks of the sliders, with one row for each evaluation. */
  readonly places: Float32Array;
  /** The index of the evaluation in the first row, and the number of rows. */
  readonly first: number;
  readonly rows: number;
  /** The newest distributions. The mean is empty while CMA-ES does not run. */
  readonly distributions: readonly Distribution[];
  /** Positions of the members of a population in row-major order. Empty while CMA-ES runs. */
  readonly population: Float32Array;
}

export const noCloud = (): Cloud => ({
  space: [],
  places: new Float32Array(),
  first: 0,
  rows: 0,
  distributions: [],
  population: new Float32Array(),
});

const NONE = { mean: [], covariance: [], spread: 1 };

/** The fields of a reply that the cloud uses. */
export interface CloudReply {
  readonly from?: number;
  readonly space?: readonly SearchAxis[];
  readonly spread?: number;
}

/** The cloud after another reply. The values in a reply belong to the last of its evaluations. */
export function withReply(
  before: Cloud,
  { from = 0, space: given = [], spread = 1 }: CloudReply,
  { loss, values, mean, covariance, population }: Partial<ReplyArrays["search"]>,
): Cloud {
  const space = before.space.length ? before.space : given; // the same object until the end of the search
  if (!space.length || !loss) return before;
  const at = from + loss.length;
  const isRunning = mean?.length === space.length && covariance?.length === space.length ** 2;
  const now = isRunning ? { at, mean, covariance, spread } : { ...NONE, at };
  return {
    space,
    ...withRows(before, space, at, values ?? new Float32Array()),
    distributions: [...before.distributions.slice(1 - DISTRIBUTIONS), now],
    population: placesOf(space, population ?? new Float32Array()),
  };
}

const limitsOf = ({ low, high }: SearchAxis): Range => [low, high];

/** The positions of values in row-major order. */
function placesOf(space: readonly SearchAxis[], values: ArrayLike<number>): Float32Array {
  const limits = space.map(limitsOf);
  return Float32Array.from(values, (x, k) => shareOf(space[k % space.length], x, limits[k % space.length]));
}

/** Adds rows, the last of which belongs to the evaluation `at - 1`. Only the newest rows are kept. */
function withRows(before: Cloud, space: readonly SearchAxis[], at: number, values: Float32Array) {
  const wide = space.length;
  const added = Math.floor(values.length / wide);
  let { places, first, rows } = before;
  if (!added) return { places, first, rows };
  const begin = at - added;
  // The rows start again after a gap, and after a reply with earlier evaluations, as after a reload.
  if (begin < first || begin > first + rows) [first, rows] = [begin, 0];
  rows = begin - first;
  if ((rows + added) * wide > places.length) {
    const kept = Math.min(rows, KEPT);
    const room = new Float32Array((2 * KEPT + added) * wide);
    room.set(places.subarray((rows - kept) * wide, rows * wide));
    [places, first, rows] = [room, first + rows - kept, kept];
  }
  places.set(placesOf(space, values), rows * wide);
  return { places, first, rows: rows + added };
}

/** The newest distribution after `count` evaluations, or null if CMA-ES did not run. */
export function distributionAt({ distributions }: Cloud, count: number): Distribution | null {
  const newest = distributions.findLast(({ at }) => at <= count);
  return newest?.mean.length ? newest : null;
}

// -- the plane -------------------------------------------------------------------------------------------

/** The indices of two parameters. */
export type Plane = readonly [x: number, y: number];

/** Whether there are enough evaluations for the choice of the plane. */
export const isPlaneKnown = ({ rows }: Cloud, isOver: boolean): boolean => rows >= ENOUGH || (isOver && rows > 1);

/**
 * The two parameters with the largest components in the first principal axis of the best tenth of the first evaluations. Later
 * evaluations are not used, so that the plane does not depend on the time of a reply.
 */
export function planeOf({ space, places, first, rows }: Cloud, losses: ArrayLike<number>): Plane {
  const wide = space.length;
  const order = Array.from({ length: Math.min(rows, ENOUGH) }, (_, k) => k).filter(
    (k) => !Number.isNaN(losses[first + k]),
  );
  order.sort((i, j) => losses[first + i] - losses[first + j]);
  const best = order.slice(0, Math.max(Math.ceil(order.length / 10), 3));
  const mean = space.map((_, i) => best.reduce((total, k) => total + places[k * wide + i], 0) / best.length);
  const product = (k: number, i: number, j: number) =>
    (places[k * wide + i] - mean[i]) * (places[k * wide + j] - mean[j]);
  const spread = space.map((_, i) => space.map((_, j) => best.reduce((total, k) => total + product(k, i, j), 0)));
  const axis = eigen(spread).vectors.map((row) => Math.abs(row[wide - 1]));
  const [x, y] = space.map((_, i) => i).sort((i, j) => axis[j] - axis[i]);
  return [x, y];
}

// -- the ellipse -----------------------------------------------------------------------------------------

/** A function that maps a coordinate in the unit cube of a run to the position on the track of the slider. */
function placing({ scale, linear_width, low, high }: SearchAxis, spread: number): (u: number) => number {
  if (scale !== "asinh" || linear_width === null || spread === 1) return (u) => u;
  const own = [low, high].map((x) => Math.asinh(x / (linear_width * spread)));
  const [a, b] = [low, high].map((x) => Math.asinh(x / linear_width));
  return (u) => (Math.asinh(Math.sinh(own[0] + u * (own[1] - own[0])) * spread) - a) / (b - a);
}

/**
 * A function that maps a coordinate into the unit cube, in the way in which the search folds its points, together with its
 * mean.
 */
function folding(mean: number): (u: number) => number {
  const cell = Math.floor(mean);
  return cell % 2 === 0 ? (u) => u - cell : (u) => cell + 1 - u;
}

/** The ellipse of a distribution in a plane at two standard deviations, in the unit cube of its run. */
export function ellipseOf({ mean, covariance }: Distribution, [i, j]: Plane): { xs: number[]; ys: number[] } {
  const wide = mean.length;
  const across = Math.sqrt(Math.max(covariance[i * wide + i], 0));
  const slope = across ? covariance[i * wide + j] / across : 0;
  const up = Math.sqrt(Math.max(covariance[j * wide + j] - slope ** 2, 0));
  const angles = Array.from({ length: CORNERS + 1 }, (_, k) => (2 * Math.PI * k) / CORNERS);
  return {
    xs: angles.map((t) => mean[i] + 2 * across * Math.cos(t)),
    ys: angles.map((t) => mean[j] + 2 * (slope * Math.cos(t) + up * Math.sin(t))),
  };
}

/** The ellipse in positions on the tracks. It is bent if the scales of the run and of the sliders differ. */
export function shownEllipse(cloud: Cloud, distribution: Distribution, plane: Plane): { xs: number[]; ys: number[] } {
  const { xs, ys } = ellipseOf(distribution, plane);
  const [x, y] = plane.map((i) => {
    const [place, fold] = [placing(cloud.space[i], distribution.spread), folding(distribution.mean[i])];
    return (u: number) => place(fold(u));
  });
  return { xs: xs.map(x), ys: ys.map(y) };
}

/** The value at a position on an axis. */
export const valueAtPlace = (axis: SearchAxis, place: number): number => valueOn(axis, place, limitsOf(axis));

/** The position of a value on an axis. */
export const placeOfValue = (axis: SearchAxis, value: number): number => shareOf(axis, value, limitsOf(axis));
