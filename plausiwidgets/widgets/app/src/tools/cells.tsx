// Planes of two parameters in cells, with their evaluation without a host, and their content.

import type { Catalogue, ModelData, Range, Slider } from "../catalogue.ts";
import { type Scale, STEPS, valueAt } from "../engine/scales.ts";
import type { Selection } from "../models/selection.ts";
import { simulationOf } from "../models/simulation.ts";
import type { FullReply, JobArrays } from "./jobs.ts";

/**
 * A plane in cells in row-major order. `loss` is 0 in a cell in which all criteria are met, and `unmet` has a bit for each
 * criterion that is not met. For several patterns, `loss` contains their planes one after another, and `unmet` has a bit for
 * each pattern that is not shown.
 */
export interface Cells {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly loss: Float32Array;
  readonly unmet: Uint32Array;
  readonly criteria: readonly string[];
  readonly patterns: readonly string[];
  /** The number of evaluated rows. */
  readonly rows: number;
}

/** A request for a plane. Planes with the same `wanted` have the same axes. */
export interface PlaneRequest {
  readonly wanted: string;
  /** Whether the plane shows all patterns. */
  readonly all: boolean;
  readonly selection: Selection;
  readonly ends: Readonly<Record<string, Range>>;
}

export interface JudgedPlane {
  readonly cells: Cells;
  readonly of: PlaneRequest;
}

/** A condition on the cells. */
export type Mask = (row: number, column: number) => boolean;

/** The numbers of points per side of successive grids. */
export const GRIDS: readonly number[] = [10, 20, 40];
const BITS = 31;

/** The cells of a reply. */
export const cellsOf = (
  { criteria, patterns }: Pick<FullReply<"plane">, "criteria" | "patterns">,
  {
    x = new Float64Array(),
    y = new Float64Array(),
    loss = new Float32Array(),
    unmet = new Uint32Array(),
  }: JobArrays<"plane">,
): Cells => ({ x, y, loss, unmet, criteria, patterns, rows: y.length });

/** Values at equal steps of a slider, including both ends. */
export const valuesAlong = (slider: Scale, ends: Range, points: number): number[] =>
  Array.from({ length: points }, (_, k) => valueAt(slider, (k / (points - 1)) * STEPS, ends));

/** The plane of two parameters around a selection. */
export interface PlaneOf {
  readonly catalogue: Catalogue;
  readonly data: ModelData;
  readonly selection: Selection;
  readonly sliders: readonly [x: Slider, y: Slider];
  readonly ends: readonly [x: Range, y: Range];
}

/** Evaluates a plane on the page row by row, and calls `give` after each row. */
export function* judgedCells(
  { catalogue, data, selection, sliders: [x, y], ends }: PlaneOf,
  points: number,
  give: (cells: Cells) => void,
): Generator<unknown, Cells> {
  const [xs, ys] = [valuesAlong(x, ends[0], points), valuesAlong(y, ends[1], points)];
  const loss = new Float32Array(points * points).fill(Number.NaN);
  const unmet = new Uint32Array(points * points);
  let cells: Cells = { x: xs, y: ys, loss, unmet, criteria: [], patterns: [selection.pattern], rows: 0 };
  for (const row of ys.keys()) {
    for (const [column, value] of xs.entries()) {
      const values = { ...selection.values, [x.name]: value, [y.name]: ys[row] };
      const { verdict } = yield* simulationOf(catalogue, data, { ...selection, values }).judging();
      if (!verdict) continue;
      loss[row * points + column] = verdict.loss;
      unmet[row * points + column] = bitsOf(verdict.criteria.slice(0, BITS));
      cells = { ...cells, criteria: verdict.criteria.map(({ name }) => name) };
      yield;
    }
    cells = { ...cells, rows: row + 1 };
    give(cells);
  }
  return cells;
}

/** A number with a bit for each criterion that is not met. */
const bitsOf = (criteria: readonly { readonly passed: boolean }[]): number =>
  criteria.reduce((bits, { passed }, k) => (passed ? bits : (bits | (1 << k)) >>> 0), 0);

/** The row and the column of the cell at a share of each axis. */
export function cellAt({ x, y }: Pick<Cells, "x" | "y">, across: number, up: number): [row: number, column: number] {
  const nearest = (share: number, { length }: ArrayLike<number>) =>
    Math.min(Math.max(Math.round(share * (length - 1)), 0), length - 1);
  return [nearest(up, y), nearest(across, x)];
}

/** The names of the criteria that are not met in a cell. */
export const missedAt = (
  { unmet, criteria, x }: Pick<Cells, "unmet" | "criteria" | "x">,
  row: number,
  column: number,
): string[] => criteria.filter((_, k) => (unmet[row * x.length + column] >>> k) & 1);

/** The mask of the cells that show pattern k of several patterns. */
export const maskOf =
  ({ unmet, x }: Pick<Cells, "unmet" | "x">, k: number): Mask =>
  (row, column) =>
    !((unmet[row * x.length + column] >>> k) & 1);

/** An edge between two corners of cells. */
export type Edge = readonly [row: number, column: number, toRow: number, toColumn: number];

/**
 * The edges between cells inside and outside a mask. A mask continues beyond the border of the plane, so there are no edges at
 * the border.
 */
export function outline(mask: Mask, rows: number, columns: number): Edge[] {
  const edges: Edge[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const isIn = mask(row, column);
      if (row > 0 && isIn !== mask(row - 1, column)) edges.push([row, column, row, column + 1]);
      if (column > 0 && isIn !== mask(row, column - 1)) edges.push([row, column, row + 1, column]);
    }
  }
  return edges;
}

/** The cell of a mask that is farthest from its edges, as the place of a letter. Null if the mask is empty. */
export function deepest(mask: Mask, rows: number, columns: number): [row: number, column: number] | null {
  const isIn: Mask = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && mask(r, c);
  const isInside = (r: number, c: number, by: number) =>
    isIn(r + by, c) && isIn(r - by, c) && isIn(r, c + by) && isIn(r, c - by);
  let best: [number, number] | null = null;
  let depth = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!mask(row, column)) continue;
      let size = 1;
      while (isInside(row, column, size)) size++;
      if (size > depth) [best, depth] = [[row, column], size];
    }
  }
  return best;
}

/** The start of a cell as a share of the axis. The cells at the ends of the axis are cut in half. */
export const edgeAt = (k: number, points: number): number => Math.min(Math.max((k - 0.5) / (points - 1), 0), 1);

/** Whether two selections have the same plane, so that they differ at most in the two parameters of the plane. */
export const hasSamePlane = (a: Selection, b: Selection, pair: readonly string[]): boolean =>
  a.model === b.model &&
  a.pattern === b.pattern &&
  a.dt === b.dt &&
  Object.entries(a.values).every(([name, value]) => pair.includes(name) || b.values[name] === value);

/** The share of the evaluated cells in which all criteria are met. */
export function acceptedShare({ loss, x, rows }: Pick<Cells, "loss" | "x" | "rows">): number {
  const count = Math.max(x.length * rows, 1);
  return loss.subarray(0, count).filter((one) => one === 0).length / count;
}
