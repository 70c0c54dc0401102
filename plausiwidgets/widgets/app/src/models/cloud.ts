// The cloud of a search: the places of its newest evaluations, the distribution of its CMA-ES run, and its population.

import type { Range } from "../catalogue.ts";
import { shareOf, valueOn } from "../engine/scales.ts";
import { eigen } from "../engine/search/cmaes.ts";
import type { ReplyArrays, SearchAxis } from "../messages.ts";

export const KEPT = 5000; // evaluations
const DISTRIBUTIONS = 20; // for the playback of a short search
const ENOUGH = 100; // evaluations by which the plane is chosen: the best tenth of fewer has no axis
const CORNERS = 72; // of an ellipse

/** A run of CMA-ES, in the unit cube of the search. */
export interface Distribution {
  /** The number of evaluations at that time. */
  readonly at: number;
  readonly mean: ArrayLike<number>;
  /** σ²C, row by row. */
  readonly covariance: ArrayLike<number>;
  /** A factor on the linear part of the asinh scales of the run. */
  readonly spread: number;
}

export interface Cloud {
  /** The free parameters, with the limits of the search. */
  readonly space: readonly SearchAxis[];
  /** Places from 0 to 1 on the tracks of the sliders, one row for each evaluation. */
  readonly places: Float32Array;
  /** The number of the evaluation in the first row, and the number of rows. */
  readonly first: number;
  readonly rows: number;
  /** The newest distributions. A mean without coordinates is that of a time without CMA-ES. */
  readonly distributions: readonly Distribution[];
  /** Places of the members of a population, row by row. It is empty while CMA-ES runs. */
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

/** The fields of a reply from which the cloud is made. */
export interface CloudReply {
  readonly from?: number;
  readonly space?: readonly SearchAxis[];
  readonly spread?: number;
}

/** The cloud after another reply. The values of a reply belong to the last of its evaluations. */
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

/** The places of values, row by row. */
function placesOf(space: readonly SearchAxis[], values: ArrayLike<number>): Float32Array {
  const limits = space.map(limitsOf);
  return Float32Array.from(values, (x, k) => shareOf(space[k % space.length], x, limits[k % space.length]));
}

/** Adds rows, the last of which is that of the evaluation `at - 1`. Only the newest rows are kept. */
function withRows(before: Cloud, space: readonly SearchAxis[], at: number, values: Float32Array) {
  const wide = space.length;
  const added = Math.floor(values.length / wide);
  let { places, first, rows } = before;
  if (!added) return { places, first, rows };
  const begin = at - added;
  // A gap, or a reply with earlier evaluations, as after a reload.
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

/** The distribution that was the newest when `count` evaluations were done, or null if CMA-ES did not run. */
export function distributionAt({ distributions }: Cloud, count: number): Distribution | null {
  const newest = distributions.findLast(({ at }) => at <= count);
  return newest?.mean.length ? newest : null;
}

// -- the plane -------------------------------------------------------------------------------------------

/** The numbers of two parameters. */
export type Plane = readonly [x: number, y: number];

/** Whether there are enough evaluations to choose the plane. */
export const isPlaneKnown = ({ rows }: Cloud, isOver: boolean): boolean => rows >= ENOUGH || (isOver && rows > 1);

/**
 * The two parameters with the largest share of the first principal axis of the best tenth of the first evaluations. Later
 * evaluations do not count, so that the plane does not depend on the time of a reply.
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

/** A function of a coordinate in the unit cube of a run, which gives the place on the track of the slider. */
function placing({ scale, linear_width, low, high }: SearchAxis, spread: number): (u: number) => number {
  if (scale !== "asinh" || linear_width === null || spread === 1) return (u) => u;
  const own = [low, high].map((x) => Math.asinh(x / (linear_width * spread)));
  const [a, b] = [low, high].map((x) => Math.asinh(x / linear_width));
  return (u) => (Math.asinh(Math.sinh(own[0] + u * (own[1] - own[0])) * spread) - a) / (b - a);
}

/** A function that moves a coordinate into the unit cube, as the search folds its points, together with its mean. */
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

/** The ellipse at the places on the tracks. It is bent if the run has another scale than the sliders. */
export function shownEllipse(cloud: Cloud, distribution: Distribution, plane: Plane): { xs: number[]; ys: number[] } {
  const { xs, ys } = ellipseOf(distribution, plane);
  const [x, y] = plane.map((i) => {
    const [place, fold] = [placing(cloud.space[i], distribution.spread), folding(distribution.mean[i])];
    return (u: number) => place(fold(u));
  });
  return { xs: xs.map(x), ys: ys.map(y) };
}

/** The value at a place of an axis. */
export const valueAtPlace = (axis: SearchAxis, place: number): number => valueOn(axis, place, limitsOf(axis));

/** The place of a value on an axis. */
export const placeOfValue = (axis: SearchAxis, value: number): number => shareOf(axis, value, limitsOf(axis));
