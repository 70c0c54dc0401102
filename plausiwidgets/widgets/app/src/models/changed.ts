// The parameters that differ between two sets, as text.

import type { Slider, Values } from "../catalogue.ts";
import { shareOf } from "../engine/scales.ts";
import { ofUnit, plain } from "../i18n/words.ts";

export interface Changed {
  readonly slider: Slider;
  readonly before: string;
  readonly after: string;
}

const MAX_DIGITS = 12;

/** The changed parameters, starting with the largest movement of a slider. */
export function changedBetween(sliders: readonly Slider[], before: Values, after: Values): readonly Changed[] {
  const moves = sliders
    .filter(({ name }) => after[name] !== undefined && before[name] !== undefined && after[name] !== before[name])
    .map((slider) => ({ slider, distance: distanceOf(slider, before[slider.name], after[slider.name]) }));
  moves.sort((a, b) => b.distance - a.distance);
  return moves.map(({ slider }) => ({ slider, ...textsOf(slider, before[slider.name], after[slider.name]) }));
}

/** The distance of two values as a share of the track. */
function distanceOf(slider: Slider, from: number, to: number): number {
  const ends = [Math.min(slider.low, from, to), Math.max(slider.high, from, to)] as const;
  return Math.abs(shareOf(slider, from, ends) - shareOf(slider, to, ends));
}

/** Two numbers as text, with enough digits to show their difference. */
function textsOf({ unit }: Slider, from: number, to: number): Pick<Changed, "before" | "after"> {
  let digits = 4;
  while (digits < MAX_DIGITS && plain(from, digits) === plain(to, digits)) digits++;
  return { before: plain(from, digits), after: `${plain(to, digits)}${ofUnit(unit, " ")}` };
}
