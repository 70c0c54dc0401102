// The picture of all patterns in a plane, with a hue for each pattern and its letter next to the plane.

import type { SharedPattern } from "../catalogue.ts";
import { frameOf } from "../figure/axes.ts";
import type { Label, Picture, Rule } from "../figure/picture.ts";
import { type Cells, deepest, type Mask, maskOf } from "./cells.tsx";

const TURN = 137.508; // degrees between the hues of successive patterns, so that neighbours differ
const LIGHTNESS: Readonly<Record<"light" | "dark", readonly number[]>> = {
  light: [0.5, 0.66, 0.8],
  dark: [0.5, 0.66, 0.82],
};
const CHROMA = 0.13;
const DOT = 4; // size in px of the end of the line from a letter
const GAP = 1.25; // minimum distance of two letters in font sizes

/** A pattern with a region in a plane. */
export interface Region {
  readonly key: string;
  readonly letter: string;
  readonly colour: string;
  /** The index among the patterns of the cells, and the number of cells that show the pattern. */
  readonly place: number;
  readonly size: number;
  /** The cell with its hue that is farthest from the edges. Without such a cell, it is a cell of the region. */
  readonly inside: readonly [row: number, column: number];
}

/** The patterns with a region in a plane. A pattern of a model always has the same hue. */
export function regionsOf(
  cells: Cells,
  patterns: Readonly<Record<string, Pick<SharedPattern, "letter">>>,
  isDark: boolean,
): Region[] {
  const { rows } = cells;
  const { length: columns } = cells.x;
  const found = cells.patterns.flatMap((key, place) => {
    const size = sizeOf(maskOf(cells, place), rows, columns);
    const letter = patterns[key]?.letter ?? "?";
    return size ? [{ key, letter, colour: hueOf(place, isDark), place, size }] : [];
  });
  const hues = huesOf(cells, found);
  return found.map((region, k) => {
    const inside =
      deepest((row, column) => hues[row][column] === k, rows, columns) ??
      deepest(maskOf(cells, region.place), rows, columns) ??
      ([0, 0] as const);
    return { ...region, inside };
  });
}

function sizeOf(mask: Mask, rows: number, columns: number): number {
  let size = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) size += Number(mask(row, column));
  return size;
}

/**
 * The hue of each cell as the index of a region, or −1 without a pattern. A cell with several patterns has the hue of the
 * rarest one, so that no hues are mixed and no region is hidden by a larger one.
 */
export function huesOf(cells: Cells, regions: readonly Pick<Region, "place" | "size">[]): number[][] {
  const rarest = regions
    .map(({ place, size }, k) => ({ mask: maskOf(cells, place), size, k }))
    .sort((a, b) => a.size - b.size);
  return Array.from({ length: cells.rows }, (_, row) =>
    Array.from({ length: cells.x.length }, (_, column) => rarest.find(({ mask }) => mask(row, column))?.k ?? -1),
  );
}

/** The colour of a pattern. */
function hueOf(place: number, isDark: boolean): string {
  const levels = LIGHTNESS[isDark ? "dark" : "light"];
  const lightness = levels[place % levels.length];
  return hexOf(lightness, CHROMA, (place * TURN * Math.PI) / 180);
}

/** An OKLCH colour in hexadecimal form, which every painter supports. */
function hexOf(lightness: number, chroma: number, hue: number): string {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const [l, m, s] = [
    (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map(byteOf).join("")}`;
}

function byteOf(linear: number): string {
  const one = Math.min(Math.max(linear, 0), 1);
  const gamma = one <= 0.0031308 ? 12.92 * one : 1.055 * one ** (1 / 2.4) - 0.055;
  return Math.round(255 * gamma)
    .toString(16)
    .padStart(2, "0");
}

/** A picture of a plane with the letters of its regions on the right, each with a line to its region. */
export function withLetters(picture: Picture, regions: readonly Region[], points: number): Picture {
  const { width, height, size, colours } = picture;
  const { left, top, width: wide, height: high } = frameOf(width, height, size);
  const right = left + wide;
  const placed = regions
    .map(({ letter, inside: [row, column] }) => ({
      letter,
      x: left + (column / (points - 1)) * wide,
      y: top + (1 - row / (points - 1)) * high,
    }))
    .sort((a, b) => a.y - b.y || b.x - a.x);
  const wanted = placed.map(({ y }) => y);
  const heights = apart(wanted, GAP * size, [top + size / 2, top + high - size / 2]);
  const labels: Label[] = placed.map(({ letter }, k) => ({
    ...{ text: letter, x: right + 0.62 * size, y: heights[k], align: "center", colour: colours.ink },
  }));
  const rules: Rule[] = placed.flatMap(({ x, y }, k) => [
    { from: [x, y], to: [right, heights[k]], colour: colours.ink },
    { from: [x - DOT / 2, y], to: [x + DOT / 2, y], colour: colours.ink, width: DOT },
  ]);
  return { ...picture, labels: [...picture.labels, ...labels], rules: [...(picture.rules ?? []), ...rules] };
}

/** Heights in ascending order with a minimum distance, near the wanted ones and, if there is space, within two ends. */
export function apart(wanted: readonly number[], by: number, [low, high]: readonly [number, number]): number[] {
  const step = Math.min(by, (high - low) / Math.max(wanted.length - 1, 1));
  const down: number[] = [];
  for (const one of wanted) down.push(Math.max(one, low, (down.at(-1) ?? -Infinity) + step));
  let limit = high;
  for (let k = down.length - 1; k >= 0; k--) {
    down[k] = Math.min(down[k], limit);
    limit = down[k] - step;
  }
  return down;
}
