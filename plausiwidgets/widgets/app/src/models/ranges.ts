// Wider ranges for a search that did not find the pattern.

import type { Range, Slider } from "../catalogue.ts";

/** The wider ranges of some sliders, on their scales and within the hard limits of their parameters. */
export function widerRanges(sliders: readonly Slider[], names: readonly string[]): Readonly<Record<string, Range>> {
  const own = sliders.filter(({ name }) => names.includes(name));
  return Object.fromEntries(own.map((slider) => [slider.name, widerRange(slider)]));
}

function widerRange(slider: Slider): Range {
  const { low, high, limits } = slider;
  const [least, most] = limits;
  const [first, last] = doubled(slider);
  // A limit itself may be excluded, so a range that would cross its limit ends half-way to it.
  const begin = least !== null && first <= least ? (low + least) / 2 : first;
  const end = most !== null && last >= most ? (high + most) / 2 : last;
  return [Math.min(rounded(begin), low), Math.max(rounded(end), high)];
}

function doubled({ low, high, scale }: Slider): Range {
  switch (scale) {
    case "log": {
      const ratio = Math.sqrt(high / low);
      return [low / ratio, high * ratio];
    }
    case "asinh": // each end moves away from the other by a factor of 2
      return [low > 0 ? low / 2 : 2 * low, high > 0 ? 2 * high : high / 2];
    default: {
      const half = (high - low) / 2;
      return [low - half, high + half];
    }
  }
}

const rounded = (x: number): number => Number(x.toPrecision(3));

/**
 * The parameters whose ranges may be too narrow. They are those of the best set at a bound, otherwise all free ones of the
 * model.
 */
export function narrowOf(sliders: readonly Slider[], free: readonly string[], atEnds: readonly string[]): string[] {
  const own = sliders.filter(({ name }) => free.includes(name));
  const atLimit = own.filter(({ name }) => atEnds.includes(name));
  const chosen = atLimit.length ? atLimit : own.filter(({ group }) => group !== "stimulus");
  return chosen.map(({ name }) => name);
}
