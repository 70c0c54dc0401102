// The picture of a plane of two parameters: cells, edges of the region that shows a pattern, stored sets and the neuron.

import type { SharedPattern } from "../catalogue.ts";
import { type Axis, atShare, hereAt } from "../figure/axes.ts";
import type { Layer, Stroke } from "../figure/picture.ts";
import type { Colours } from "../figure/theme.ts";
import { type Cells, deepest, edgeAt, type Mask, maskOf, outline } from "./cells.tsx";
import type { Place } from "./parameterPlaneModel.ts";

const SHADES = 6;
const FILLS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a"]; // by Okabe and Ito
const DASHES = [[], [6, 3], [2, 3]];

export interface PlanePictureOf {
  readonly cells: Cells | null;
  readonly axes: readonly [x: Axis, y: Axis];
  readonly here: Place;
  readonly dots: readonly Place[];
  readonly isOld: boolean;
  readonly showsAll: boolean;
  readonly patterns: Readonly<Record<string, Pick<SharedPattern, "letter">>>;
  /** The words of a cell at shares of the axes. */
  readonly words: (cells: Cells, place: Place) => string;
}

/** The layers of a plane, from the bottom. */
export function layersOf(of: PlanePictureOf, colours: Colours): Layer[] {
  const { axes, here, dots, cells } = of;
  const [x, y] = axes;
  const sets: Layer = {
    kind: "dots",
    xs: dots.map(([share]) => atShare(x, share)),
    ys: dots.map(([, share]) => atShare(y, share)),
    ...{ radius: 4, colour: colours.ink, alpha: 1, edge: { colour: colours.card, width: 1.5 } },
  };
  const above = [sets, hereAt(atShare(x, here[0]), atShare(y, here[1]), colours)];
  if (!cells) return above;
  const grid = gridOf(cells, axes);
  const below = of.showsAll ? regionsOf(of, cells, grid, colours) : lossLayers(of, cells, grid, colours);
  return [...below, ...above];
}

/** The evaluated rows of a plane, and the edges of its cells in the places of the axes. */
interface CellGrid {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

function gridOf({ x, rows }: Cells, [across, up]: PlanePictureOf["axes"]): CellGrid {
  const edges = Array.from({ length: x.length + 1 }, (_, k) => edgeAt(k, x.length));
  return {
    rows: [...Array(rows).keys()],
    columns: [...Array(x.length).keys()],
    xs: edges.map((share) => atShare(across, share)),
    ys: edges.slice(0, rows + 1).map((share) => atShare(up, share)),
  };
}

const tableOf = <T>({ rows, columns }: CellGrid, make: (row: number, column: number) => T): T[][] =>
  rows.map((row) => columns.map((column) => make(row, column)));

/** The words of all cells. */
const wordsOf = ({ words }: PlanePictureOf, cells: Cells, grid: CellGrid) => {
  const last = grid.columns.length - 1;
  return () => tableOf(grid, (row, column) => words(cells, [column / last, row / last]));
};

/** The edge of a mask. */
function edgeOf(mask: Mask, { rows, columns, xs, ys }: CellGrid, stroke: Stroke): Layer {
  const lines = outline(mask, rows.length, columns.length);
  return {
    kind: "line",
    stroke,
    xs: lines.flatMap(([, c0, , c1]) => [xs[c0], xs[c1], Number.NaN]),
    ys: lines.flatMap(([r0, , r1]) => [ys[r0], ys[r1], Number.NaN]),
  };
}

/** The regions of several patterns. A layer without a colour has the words of the cells. */
function regionsOf(of: PlanePictureOf, cells: Cells, grid: CellGrid, colours: Colours): Layer[] {
  const { xs, ys } = grid;
  const regions = cells.patterns.flatMap((_, k) => regionOf(of, cells, k, grid, colours));
  const index = tableOf(grid, () => 0);
  const words = wordsOf(of, cells, grid);
  return [...regions, { kind: "cells", xs, ys, index, palette: [{ colour: colours.card, alpha: 0 }], words }];
}

/** The region of one of several patterns, with its letter, or nothing if no cell shows the pattern. */
function regionOf(of: PlanePictureOf, cells: Cells, k: number, grid: CellGrid, colours: Colours): Layer[] {
  const { axes, isOld, patterns } = of;
  const mask = maskOf(cells, k);
  const inside = deepest(mask, grid.rows.length, grid.columns.length);
  if (!inside) return [];
  const { xs, ys } = grid;
  const colour = FILLS[k % FILLS.length];
  const dash = DASHES[Math.floor(k / FILLS.length) % DASHES.length];
  const index = tableOf(grid, (row, column) => (mask(row, column) ? 0 : -1));
  const [y, x] = inside.map((at, i) => atShare(axes[1 - i], at / (grid.columns.length - 1)));
  const text = patterns[cells.patterns[k]]?.letter ?? "?";
  return [
    { kind: "cells", xs, ys, index, palette: [{ colour, alpha: isOld ? 0.08 : 0.2 }] },
    edgeOf(mask, grid, { colour, width: 2, dash, alpha: isOld ? 0.4 : 1 }),
    { kind: "text", text, colour: colours.ink, back: colours.card, x, y },
  ];
}

/** The loss as shades: the higher, the paler. The region that shows the pattern also has an edge, so colours are not needed. */
function lossLayers(of: PlanePictureOf, cells: Cells, grid: CellGrid, colours: Colours): Layer[] {
  const { xs, ys } = grid;
  const { length } = grid.columns;
  const alpha = of.isOld ? 0.4 : 1;
  const lossAt = (row: number, column: number) => cells.loss[row * length + column];
  const evaluated = cells.loss.subarray(0, cells.rows * length).filter(Number.isFinite);
  const highest = evaluated.reduce((a, b) => Math.max(a, b), 0) || 1;
  const shadeOf = (loss: number) => {
    if (Number.isNaN(loss)) return -1;
    return loss === 0 ? 0 : 1 + Math.ceil(Math.min(Math.sqrt(loss / highest), 1) * SHADES);
  };
  const shades = Array.from({ length: SHADES + 1 }, (_, k) => ({
    colour: colours.soft,
    alpha: alpha * (0.06 + 0.5 * (1 - k / SHADES)),
  }));
  return [
    {
      ...{ kind: "cells", xs, ys },
      index: tableOf(grid, (row, column) => shadeOf(lossAt(row, column))),
      palette: [{ colour: colours.bar, alpha }, ...shades],
      words: wordsOf(of, cells, grid),
    },
    edgeOf((row, column) => lossAt(row, column) === 0, grid, { colour: colours.ink, width: 2, alpha }),
  ];
}
