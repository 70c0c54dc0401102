// What the step of any neuron may need, with the meaning that torch and the kernels give it.

/** The nearest integer; of two equally near ones the even one. */
export function roundHalfEven(x) {
  if (!(Math.abs(x) < 4503599627370496) || x === 0) return x; // 2^52: no fraction from there on
  return x > 0 ? x + 4503599627370496 - 4503599627370496 : -(-x + 4503599627370496 - 4503599627370496);
}

/** Of a number or a BigInt. */
export function absolute(x) {
  return typeof x === "number" ? Math.abs(x) : x < 0n ? -x : x;
}

export function copySign(x, sign) {
  const negative = sign < 0 || Object.is(sign, -0);
  return negative ? -Math.abs(x) : Math.abs(x);
}

/** x to the power of y, where 1 to any power is 1. */
export function power(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

export function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/** a modulo b with the sign of b. */
export function remainder(a, b) {
  const rest = a % b;
  return rest !== 0 && b < 0 !== rest < 0 ? rest + b : rest;
}

/** The largest integer not above a/b, as torch rounds it. */
export function floorDivide(a, b) {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1;
  if (quotient === 0) return copySign(0, a / b);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

/** A double as an integer of so many bits; one without such an integer becomes the smallest, as in every engine. */
export function truncated(x, bits) {
  const edge = 2 ** (bits - 1);
  return x > -edge - 1 && x < edge ? BigInt(Math.trunc(x)) : -BigInt(edge);
}

/** A 64-bit integer as a float32, rounded once: what a double leaves out is no more than one bit here. */
export function singleOf(x) {
  const rest = BigInt.asUintN(11, x);
  return Math.fround(Number(x > -9007199254740992n && x < 9007199254740992n ? x : x - rest + (rest ? 1024n : 0n)));
}

/** The values of parameters in their order; what is left out takes its default. */
export function valuesOf(declared, given) {
  const names = declared.map(([name]) => name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw new Error(`unknown parameter ${name}. Valid: ${names.join(", ")}.`);
  }
  return declared.map(([name, value]) => (Object.hasOwn(given, name) ? given[name] : value));
}

/** Which entries of the state to record, as arrays for `steps` values; "v" is the potential, whatever its name. */
export function columnsOf(states, record, steps) {
  return record.map((name) => {
    const place = states.includes(name) ? states.indexOf(name) : name === "v" ? 0 : -1;
    if (place < 0) throw new Error(`unknown state variable ${name}. Valid: ${states.join(", ")}.`);
    return { place, values: new Float64Array(steps) };
  });
}

/**
 * The mean current of each of `steps` time steps from t0 on: a holding level, and pieces [on, off, start, end] that
 * are linear from `start` to `end` over on <= t < off (ms) and add up.
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

/** The lowest potential at which a balance of currents falls through 0, as `lowest_rest` of the models finds it. */
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

/** The potential from rest to threshold in mV, within half and twice the `usual` one. */
export function spanOf(rest, threshold, usual) {
  const span = threshold - rest;
  return Number.isNaN(span) ? usual : Math.min(Math.max(span, usual / 2), usual * 2);
}
