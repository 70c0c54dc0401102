// Numbers and ranges as text, in the same form as in Python.

import { roundHalfEven } from "../engine/runtime.ts";
import { tr } from "./texts.ts";

const withMinus = (text: string) => text.replaceAll("-", "−");

/** A number with a given number of significant digits, or a dash for NaN. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "–";
  if (Math.abs(value) === Infinity) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size < 1e-12) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) return withMinus(String(Number(value.toPrecision(digits))));
  if (size >= 1e-4 && size < 1e7) return withMinus(String(roundHalfEven(value)));
  const sign = exponent < 0 ? "-" : "+";
  return withMinus(`${Number(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`);
}

/** A unit as shown on the screen, such as "ms⁻¹" for "1/ms". */
export const unitText = (unit: string): string => unit.replace(/^1\/(\p{L}+)$/u, "$1⁻¹");

/** A unit with a prefix and a suffix, or an empty string for a number without a unit. */
export const ofUnit = (unit: string, before = "", after = "") =>
  unit && unit !== "1" ? before + unitText(unit) + after : "";

const singular = (unit: string) =>
  ({
    spikes: tr("spike"),
    bursts: tr("burst"),
    intervals: tr("interval"),
    periods: tr("period"),
    extrema: tr("extremum"),
    laws: tr("law"),
    peaks: tr("peak"),
  })[unit] ?? tr(unit);

/** An accepted range with both ends, or with one end if the other is infinite. */
export function intervalText(low: number, high: number, givenUnit: string): string {
  const isOne = (low === 1 || high === 1) && (low === high || low === -Infinity || high === Infinity);
  const unit = ofUnit(givenUnit) && ` ${isOne ? singular(givenUnit) : unitText(tr(givenUnit))}`;
  if (low === high || (high === 0 && low === -Infinity)) return `${numberText(high)}${unit}`;
  if (high === Infinity) return low === -Infinity ? tr("any") : `≥ ${numberText(low)}${unit}`;
  if (low === -Infinity) return `≤ ${numberText(high)}${unit}`;
  return tr("{low} to {high}", { low: numberText(low), high: numberText(high) }) + unit;
}

/** A measured value with its unit. */
export const measuredText = (value: number, unit: string) =>
  Number.isNaN(value) ? numberText(value) : intervalText(value, value, unit);

/** A number with up to `digits` significant digits, in the form of the sliders. */
export const plain = (value: number, digits = 4): string => String(Number(value.toPrecision(digits))).replace("-", "−");
