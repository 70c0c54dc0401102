import { STEPS, valueAt } from "../engine/scales.ts";
import { simulation } from "../models/simulation.js";

/** @import { Answer, Arrays, Catalogue, ModelData, Range, Selection, Slider } from "../types.d.ts" */

/**
 * A plane of two values in cells, y by y: `loss` is 0 where every criterion holds, and `unmet` has a bit for each that
 * does not. Of several patterns both have one plane after the other, and one bit.
 * @typedef {{ x: ArrayLike<number>, y: ArrayLike<number>, loss: Float32Array, unmet: Uint32Array, criteria: string[], patterns: string[], rows: number }} Cells
 * `rows` counts those that are judged
 */

export const GRIDS = [10, 20, 40]; // points of a side, one after the other
const BITS = 31;

/** The cells of an answer. @param {Answer} answer @param {Arrays} arrays @returns {Cells} */
export function cellsOf({ criteria, patterns }, { x, y, loss, unmet }) {
  return {
    x,
    y,
    loss: /** @type {Float32Array} */ (loss),
    unmet: /** @type {Uint32Array} */ (unmet),
    criteria,
    patterns,
    rows: y.length,
  };
}

/** Values at so many equal steps of a slider. @param {Slider} slider @param {Range} ends @param {number} points */
export const valuesAlong = (slider, ends, points) =>
  [...Array(points).keys()].map((k) => valueAt(slider, (k / (points - 1)) * STEPS, ends));

/**
 * Judges a plane on the page, for want of a host: one row after the other.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} selection @param {Slider} x @param {Slider} y
 * @param {[Range, Range]} ends @param {number} points @param {(cells: Cells) => void} give is called for each row
 * @returns {Generator<void, Cells>}
 */
export function* judgedCells(catalogue, data, selection, x, y, ends, points, give) {
  const cells = {
    x: valuesAlong(x, ends[0], points),
    y: valuesAlong(y, ends[1], points),
    loss: new Float32Array(points * points).fill(NaN),
    unmet: new Uint32Array(points * points),
    criteria: /** @type {string[]} */ ([]),
    patterns: [selection.pattern],
    rows: 0,
  };
  for (const row of cells.y.keys()) {
    for (const [column, value] of cells.x.entries()) {
      const values = { ...selection.values, [x.name]: value, [y.name]: cells.y[row] };
      const { verdict } = yield* simulation(catalogue, data, { ...selection, values }).judging();
      if (!verdict) continue;
      cells.loss[row * points + column] = verdict.loss;
      cells.unmet[row * points + column] = verdict.criteria
        .slice(0, BITS)
        .reduce((bits, { passed }, k) => (passed ? bits : (bits | (1 << k)) >>> 0), 0);
      cells.criteria = verdict.criteria.map(({ name }) => name);
      yield;
    }
    cells.rows = row + 1;
    give({ ...cells });
  }
  return cells;
}

/** The cell at two shares of the axes. @param {Cells} cells @param {number} across @param {number} up @returns {[number, number]} row and column */
export const cellAt = ({ x, y }, across, up) => [
  Math.min(Math.max(Math.round(up * (y.length - 1)), 0), y.length - 1),
  Math.min(Math.max(Math.round(across * (x.length - 1)), 0), x.length - 1),
];

/** What does not hold in a cell, by name. @param {Cells} cells @param {number} row @param {number} column */
export const missedAt = ({ unmet, criteria, x }, row, column) => criteria.filter((_, k) => (unmet[row * x.length + column] >>> k) & 1);

/**
 * The edges of the cells of a mask, as lines between corners: [row, column] to [row, column].
 * @param {(row: number, column: number) => boolean} holds @param {number} rows @param {number} columns
 * @returns {[number, number, number, number][]}
 */
export function outline(holds, rows, columns) {
  const at = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= 0 && row < rows && column >= 0 && column < columns && holds(row, column);
  /** @type {[number, number, number, number][]} */
  const edges = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      // Between two cells; what lies at the border of the plane goes on beyond it.
      if (row > 0 && row < rows && column < columns && at(row, column) !== at(row - 1, column)) edges.push([row, column, row, column + 1]);
      if (column > 0 && column < columns && row < rows && at(row, column) !== at(row, column - 1))
        edges.push([row, column, row + 1, column]);
    }
  }
  return edges;
}

/** The cell of a mask that is deepest inside, for a letter; null of an empty one. @param {(row: number, column: number) => boolean} holds @param {number} rows @param {number} columns @returns {[number, number] | null} */
export function deepest(holds, rows, columns) {
  const inside = (/** @type {number} */ r, /** @type {number} */ c) => r >= 0 && c >= 0 && r < rows && c < columns && holds(r, c);
  /** @type {[number, number] | null} */
  let best = null;
  let depth = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!holds(row, column)) continue;
      let size = 1;
      while (
        [
          [size, 0],
          [-size, 0],
          [0, size],
          [0, -size],
        ].every(([a, b]) => inside(row + a, column + b))
      )
        size++;
      if (size > depth) [best, depth] = [[row, column], size];
    }
  }
  return best;
}

/** Where a cell begins, as a share of the axis: those at the ends are cut in half. @param {number} k @param {number} points */
export const edgeAt = (k, points) => Math.min(Math.max((k - 0.5) / (points - 1), 0), 1);

/** Whether two selections have the same plane: everything but the two values is equal. @param {Selection} a @param {Selection} b @param {string[]} pair */
export const hasSamePlane = (a, b, pair) =>
  a.model === b.model &&
  a.pattern === b.pattern &&
  a.dt === b.dt &&
  Object.entries(a.values).every(([name, value]) => pair.includes(name) || b.values[name] === value);

/** The share of the cells in which every criterion holds. @param {Cells} cells */
export function acceptedShare({ loss, x, rows }) {
  const count = Math.max(x.length * rows, 1);
  let held = 0;
  for (let k = 0; k < count; k++) if (loss[k] === 0) held++;
  return held / count;
}
