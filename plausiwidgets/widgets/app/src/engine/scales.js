// A slider: its positions, and the values that they stand for on the scale of its parameter.

export const STEPS = 400; // positions of a slider

function transformed(slider, x) {
  if (slider.scale === "log") return Math.log(x);
  return slider.scale === "asinh" ? Math.asinh(x / slider.zero) : x;
}

function untransformed(slider, x) {
  if (slider.scale === "log") return Math.exp(x);
  return slider.scale === "asinh" ? Math.sinh(x) * slider.zero : x;
}

/** The ends of the track of a slider: its range, and its value wherever that is. */
export function endsOf({ low, high }, value) {
  return [Math.min(low, value), Math.max(high, value)];
}

/** Where a value is on the track of a slider, from 0 to 1. */
export function shareOf(slider, value, [low, high]) {
  const [a, b] = [low, high].map((x) => transformed(slider, x));
  return (transformed(slider, Math.min(Math.max(value, low), high)) - a) / (b - a);
}

/** The value at a share of the track, with all its digits. */
export function valueOn(slider, share, [low, high]) {
  const [a, b] = [low, high].map((x) => transformed(slider, x));
  return Math.min(Math.max(untransformed(slider, a + share * (b - a)), low), high);
}

export function positionOf(slider, value, ends) {
  return Math.round(shareOf(slider, value, ends) * STEPS);
}

/** A number with so many decimals; of two equally near ones the even one, as Python has it. */
function rounded(x, decimals) {
  const digits = Math.abs(x).toFixed(decimals + 30);
  const isTie = /^50*$/.test(digits.slice(-30));
  const below = digits.slice(0, -30).replace(/\.$/, "");
  if (isTie && Number(below.at(-1)) % 2 === 0) return Math.sign(x) * Number(below);
  return Number(x.toFixed(decimals));
}

/** The value at a slider's position, without digits that the slider cannot resolve. */
export function valueAt(slider, position, [low, high]) {
  if (position <= 0) return low;
  if (position >= STEPS) return high;
  const [a, b] = [low, high].map((x) => transformed(slider, x));
  const at = (k) => untransformed(slider, a + (k / STEPS) * (b - a));
  const here = at(position);
  const step = Math.min(at(position + 1) - here, here - at(position - 1));
  const decimals = step > 0 ? Math.max(0, Math.ceil(-Math.log10(step))) : 12;
  return Math.min(Math.max(rounded(here, Math.min(decimals, 60)), low), high);
}
