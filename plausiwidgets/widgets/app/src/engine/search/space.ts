// The space of a search, with the free parameters, their limits, and the unit cube in which the search works.

import type { Range, Slider, Values } from "../../catalogue.ts";
import { endsOf, type Scale, shareOf, valueOn } from "../scales.ts";

/** A free parameter with the limits of the search. */
export interface Axis extends Scale {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** A coordinate reflected at 0 and 1 into the cube. */
export const folded = (x: number): number => 1 - Math.abs((((x % 2) + 2) % 2) - 1);

export const clipped = (x: number): number => Math.min(Math.max(x, 0), 1);

/** The map between the cube and parameter values. `spread` is a factor on the linear parts of the asinh scales. */
export class Chart {
  readonly #axes: readonly Axis[];
  readonly #ends: readonly Range[];

  constructor(
    axes: readonly Axis[],
    readonly spread = 1,
  ) {
    this.#axes = axes.map((axis) =>
      axis.linear_width === null ? axis : { ...axis, linear_width: axis.linear_width * spread },
    );
    this.#ends = axes.map(({ low, high }) => [low, high]);
  }

  /** The values at a point of the cube. */
  decode(unit: ArrayLike<number>): number[] {
    return this.#axes.map((axis, i) => valueOn(axis, unit[i], this.#ends[i]));
  }

  /** The point of the cube for some values. */
  encode(values: ArrayLike<number>): number[] {
    return this.#axes.map((axis, i) => shareOf(axis, values[i], this.#ends[i]));
  }
}

export interface SpaceSettings {
  /** Names of the parameters that the search varies. */
  readonly free: readonly string[];
  /** Bounds that replace the ranges of the sliders. */
  readonly bounds: Readonly<Record<string, Range>>;
  readonly begin: "values" | "random";
}

/**
 * The axes of a search. If the search starts at the values, the axes contain them, even outside the ranges of their sliders.
 */
export function axesOf(sliders: readonly Slider[], values: Values, settings: SpaceSettings): Axis[] {
  const { free, bounds, begin } = settings;
  return sliders
    .filter(({ name }) => free.includes(name))
    .map(({ name, scale, linear_width, low: least, high: most }) => {
      const [from, to] = bounds[name] ?? [least, most];
      const [low, high] = begin === "random" ? [from, to] : endsOf({ low: from, high: to }, values[name]);
      return { name, low, high, scale, linear_width };
    });
}
