// Logarithms and powers of ten that are rounded identically in Python and in the app. They consist of sums, products, quotients
// and roots.

const TERMS = 12;

/** The decimal logarithm of a positive number, from the series of the inverse hyperbolic tangent. */
export function log10(x: number): number {
  let share = x;
  let exponent = 0;
  for (; share >= 1; share /= 2) exponent++;
  for (; share < 0.5; share *= 2) exponent--;
  if (share < Math.sqrt(0.5)) {
    share *= 2;
    exponent--;
  }
  const s = (share - 1) / (share + 1);
  const z = s * s;
  let total = 1 / (2 * TERMS + 1);
  for (let k = TERMS - 1; k >= 0; k--) total = total * z + 1 / (2 * k + 1);
  return (2 * (s * total) + exponent * Math.LN2) * Math.LOG10E;
}

/** 10 to the power of minus `halves` / 2. */
export function decimalShare(halves: number): number {
  let power = 1;
  for (let k = 0; k < Math.floor(halves / 2); k++) power *= 10;
  return halves % 2 ? 1 / (power * Math.sqrt(10)) : 1 / power;
}

export function summed(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The slope of the least-squares line and its standard error. The sums run from left to right. */
export function slope(x: readonly number[], y: readonly number[]): [slope: number, error: number] {
  const n = x.length;
  const middle = summed(x) / n;
  const level = summed(y) / n;
  const wide = summed(x.map((a) => (a - middle) * (a - middle)));
  const result = summed(x.map((a, i) => (a - middle) * (y[i] - level))) / wide;
  const offset = level - result * middle;
  const misses = x.map((a, i) => y[i] - offset - result * a);
  const scatter = summed(misses.map((miss) => miss * miss)) / Math.max(n - 2, 1);
  return [result, Math.sqrt(scatter / wide)];
}
