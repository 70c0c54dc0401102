// Functions that the steps of neurons call. They give the results of torch and of the compiled kernels.

/** The nearest integer. Ties go to the even integer. @param {number} x */
export function roundHalfEven(x) {
  if (!(Math.abs(x) < 4503599627370496) || x === 0) return x; // 2^52: no fraction from there on
  return x > 0 ? x + 4503599627370496 - 4503599627370496 : -(-x + 4503599627370496 - 4503599627370496);
}

/** The absolute value of a number or a BigInt. @template {number | bigint} T @param {T} x @returns {T} */
export function absolute(x) {
  return /** @type {T} */ (typeof x === "number" ? Math.abs(x) : x < 0n ? -x : x);
}

/** @param {number} x @param {number} sign */
export function copySign(x, sign) {
  const negative = sign < 0 || Object.is(sign, -0);
  return negative ? -Math.abs(x) : Math.abs(x);
}

/** x to the power of y, where 1 to any power is 1. @param {number} x @param {number} y */
export function power(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

/** @param {number} x */
export function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/** a modulo b with the sign of b. @param {number} a @param {number} b */
export function remainder(a, b) {
  const rest = a % b;
  return rest !== 0 && b < 0 !== rest < 0 ? rest + b : rest;
}

/** The largest integer not above a/b, rounded as in torch. @param {number} a @param {number} b */
export function floorDivide(a, b) {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1;
  if (quotient === 0) return copySign(0, a / b);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

/** A double as an integer with a number of bits, or the smallest integer if it has no place. @param {number} x @param {number} bits */
export function truncated(x, bits) {
  const edge = 2 ** (bits - 1);
  return x > -edge - 1 && x < edge ? BigInt(Math.trunc(x)) : -BigInt(edge);
}

/** A 64-bit integer as a float32, rounded once. A double would round first. @param {bigint} x */
export function singleOf(x) {
  const rest = BigInt.asUintN(11, x);
  return Math.fround(Number(x > -9007199254740992n && x < 9007199254740992n ? x : x - rest + (rest ? 1024n : 0n)));
}

/**
 * The values of parameters in their order. A missing parameter takes its default.
 * @param {readonly (readonly [string, number])[]} declared @param {Readonly<Record<string, number>>} given
 * @returns {number[]}
 */
export function valuesOf(declared, given) {
  const names = declared.map(([name]) => name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw new Error(`unknown parameter ${name}. Valid: ${names.join(", ")}.`);
  }
  return declared.map(([name, value]) => (Object.hasOwn(given, name) ? given[name] : value));
}

/**
 * The entries of the state to record, with an array of `steps` values each. "v" is always the potential.
 * @param {readonly string[]} states @param {readonly string[]} record @param {number} steps
 */
export function columnsOf(states, record, steps) {
  return record.map((name) => {
    const place = states.includes(name) ? states.indexOf(name) : name === "v" ? 0 : -1;
    if (place < 0) throw new Error(`unknown state variable ${name}. Valid: ${states.join(", ")}.`);
    return { place, values: new Float64Array(steps) };
  });
}

/**
 * The mean current in each of `steps` time steps, the first of which starts at t0. Pieces [on, off, start, end] are added
 * to the holding current; they are linear from `start` to `end` over on <= t < off (ms).
 * @param {readonly (readonly [on: number, off: number, start: number, end: number])[]} pieces @param {number} holding
 * @param {number} t0 @param {number} dt @param {number} steps
 */
export function injected(pieces, holding, t0, dt, steps) {
  const currents = new Float64Array(steps).fill(holding);
  for (const [on, off, start, end] of pieces) {
    const first = Math.max(Math.floor((on - t0) / dt) - 1, 0);
    const last = Math.min(Math.ceil((off - t0) / dt) + 1, steps);
    for (let k = first; k < last; k++) {
      const left = t0 + k * dt;
      const right = t0 + (k + 1) * dt;
      const a = Math.max(left, on);
      const b = Math.min(right, off);
      if (!(b > a)) continue;
      const share = start === end ? 0 : (0.5 * (a + b) - on) / (off - on);
      const height = start === end ? start : start + share * (end - start);
      currents[k] += a === left && b === right ? height : height * ((b - a) / dt);
    }
  }
  return currents;
}

/**
 * The lowest potential at which a balance of currents falls through 0, as `lowest_rest` in Python finds it.
 * @param {(v: number) => number} balance
 */
export function lowestRest(balance) {
  let low = -150;
  let step = 3;
  for (const points of [71, 31, 31]) {
    let last = 0;
    while (last < points && balance(low + step * last) > 0) last++;
    low += step * (last === points ? points - 1 : Math.max(last - 1, 0));
    step /= 30;
  }
  return low;
}

/** The distance from rest to threshold in mV, limited to half and twice the usual one. @param {number} rest @param {number} threshold @param {number} usual */
export function spanOf(rest, threshold, usual) {
  const span = threshold - rest;
  return Number.isNaN(span) ? usual : Math.min(Math.max(span, usual / 2), usual * 2);
}
