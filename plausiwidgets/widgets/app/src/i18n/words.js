// Numbers and intervals as text, as patterns/formatting.py has them.

import { roundHalfEven } from "../../../../simulation/javascript/runtime.js";
import { tr } from "./texts.js";

/** A number with four significant digits, a dash for NaN. */
export function numberText(value, digits = 4) {
  if (Number.isNaN(value)) return "–";
  if (Math.abs(value) === Infinity) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size < 1e-12) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  let text = String(Number(value.toPrecision(digits)));
  if (exponent < -4 || exponent >= digits) {
    if (size >= 1e-4 && size < 1e7) text = String(roundHalfEven(value));
    else text = `${Number(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return text.replaceAll("-", "−");
}

/** A unit as it is shown, with what stands around it: of a number without one, nothing. */
export function ofUnit(unit, before = "", after = "") {
  return unit && unit !== "1" ? before + unit + after : "";
}

/** An accepted interval, both ends included; an infinite end is open. */
export function intervalText(low, high, givenUnit) {
  const isOne = (low === 1 || high === 1) && (low === high || low === -Infinity || high === Infinity);
  const one = () => ({ spikes: tr("spike"), bursts: tr("burst"), intervals: tr("interval") })[givenUnit];
  const word = () => (isOne ? (one() ?? tr(givenUnit)) : tr(givenUnit));
  const unit = ofUnit(givenUnit) && ` ${word()}`;
  if (low === high || (high === 0 && low < 0)) return `${numberText(high)}${unit}`;
  if (high === Infinity) return low === -Infinity ? tr("any") : `≥ ${numberText(low)}${unit}`;
  if (low === -Infinity) return `≤ ${numberText(high)}${unit}`;
  return tr("{low} to {high}", { low: numberText(low), high: numberText(high) }) + unit;
}

/** A measured value with its unit. */
export function measuredText(value, unit) {
  return Number.isNaN(value) ? numberText(value) : intervalText(value, value, unit);
}
