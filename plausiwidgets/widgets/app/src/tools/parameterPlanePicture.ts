// The picture of a plane of two parameters, with cells, edges of the region that shows a pattern, stored sets and the neuron.

import { type Axis, atShare, hereAt } from "../figure/axes.ts";
import type { Layer, Stroke } from "../figure/picture.ts";
import type { Colours } from "../figure/theme.ts";
import { type Cells, edgeAt, type Mask, maskOf, outline } from "./cells.tsx";
import type { Place } from "./parameterPlaneModel.ts";
import { huesOf, type Region } from "./patternRegions.ts";

const SHADES = 6;

export interface PlanePictureOf {
  readonly cells: Cells | null;
  readonly axes: readonly [x: Axis, y: Axis];
  readonly here: Place;
  readonly dots: readonly Place[];
  readonly isOld: boolean;
  readonly showsAll: boolean;
  /** The patterns with a region, if the plane shows all patterns. */
  readonly regions: readonly Region[];
  /** The text of the cell at shares of the axes. */
  readonly words: (cells: Cells, place: Place) => string;
}

/** The layers of a plane, from bottom to top. */
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
  const below = of.showsAll ? regionLayers(of, cells, grid) : lossLayers(of, cells, grid, colours);
  return [...below, ...above];
}

/** The evaluated rows of a plane, and the edges of its cells in coordinates of the axes. */
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

/** The texts of all cells. */
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

/** The regions of all patterns. Their edges have the hues of the cells. */
function regionLayers(of: PlanePictureOf, cells: Cells, grid: CellGrid): Layer[] {
  const { xs, ys } = grid;
  const { regions } = of;
  const alpha = of.isOld ? 0.3 : 1;
  return [
    {
      ...{ kind: "cells", xs, ys, index: huesOf(cells, regions) },
      palette: regions.map(({ colour }) => ({ colour, alpha: 0.8 * alpha })),
      words: wordsOf(of, cells, grid),
    },
    ...regions.map(({ place, colour }) => edgeOf(maskOf(cells, place), grid, { colour, width: 2, alpha })),
  ];
}

/**
 * The loss as shades, which are paler for higher losses. The region that shows the pattern also has an edge, so colours are not
 * required.
 */
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
