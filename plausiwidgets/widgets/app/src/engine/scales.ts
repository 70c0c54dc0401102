// The track of a slider, with its positions and the values at them on the scale of the parameter.

import type { Range } from "../catalogue.ts";

/** The number of steps of a slider. */
export const STEPS = 400;

export interface Scale {
  readonly scale: string;
  /** The half-width of the linear part of an asinh scale, or null for other scales. */
  readonly linear_width: number | null;
}

function transformed({ scale, linear_width }: Scale, x: number): number {
  if (scale === "log") return Math.log(x);
  return scale === "asinh" ? Math.asinh(x / (linear_width ?? 1)) : x;
}

function untransformed({ scale, linear_width }: Scale, x: number): number {
  if (scale === "log") return Math.exp(x);
  return scale === "asinh" ? Math.sinh(x) * (linear_width ?? 1) : x;
}

const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** The ends of a slider's track, which are those of its range, widened if necessary to contain the value. */
export function endsOf(
  { low, high }: { readonly low: number; readonly high: number },
  value: number,
): [number, number] {
  return [Math.min(low, value), Math.max(high, value)];
}

/** The place of a value on the track, from 0 to 1. */
export function shareOf(scale: Scale, value: number, [low, high]: Range): number {
  const a = transformed(scale, low);
  const b = transformed(scale, high);
  return (transformed(scale, clamp(value, low, high)) - a) / (b - a);
}

/** The value at a place on the track, with all its digits. */
export function valueOn(scale: Scale, share: number, [low, high]: Range): number {
  const a = transformed(scale, low);
  const b = transformed(scale, high);
  return clamp(untransformed(scale, a + share * (b - a)), low, high);
}

/** The position of a slider that is nearest to a value. */
export function positionOf(scale: Scale, value: number, ends: Range): number {
  return Math.round(shareOf(scale, value, ends) * STEPS);
}

/** A number with a given number of decimals. Ties go to the even digit, as in Python. */
function rounded(x: number, decimals: number): number {
  const digits = Math.abs(x).toFixed(decimals + 30);
  const isTie = /^50*$/.test(digits.slice(-30));
  const below = digits.slice(0, -30).replace(/\.$/, "");
  if (isTie && Number(below.at(-1)) % 2 === 0) return Math.sign(x) * Number(below);
  return Number(x.toFixed(decimals));
}

/** The value at a slider's position, rounded to the digits that the slider can resolve. */
export function valueAt(scale: Scale, position: number, [low, high]: Range): number {
  if (position <= 0) return low;
  if (position >= STEPS) return high;
  const a = transformed(scale, low);
  const b = transformed(scale, high);
  const at = (k: number) => untransformed(scale, a + (k / STEPS) * (b - a));
  const here = at(position);
  const step = Math.min(at(position + 1) - here, here - at(position - 1));
  const decimals = step > 0 ? Math.max(0, Math.ceil(-Math.log10(step))) : 12;
  return clamp(rounded(here, Math.min(decimals, 60)), low, high);
}
