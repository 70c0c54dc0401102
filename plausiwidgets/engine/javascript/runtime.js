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

// The exponential of Python's compiled kernels, without fused products. Math.exp differs between browsers in its last bit.
// e^x = 2^n · e^r with an integer n and |r| <= ln(2)/2, where e^r is a polynomial.
export const ROUND = 6755399441055744; // a sum with it is rounded to an integer
export const PER_LN2 = 1.4426950408889634;
export const LN2 = [0.6931471805598903, 5.497923018708371e-14]; // ln 2 in two parts
export const HIGHEST = 709.4; // above it, e^x is infinite
export const LOWEST = -708; // below it, e^x is 0
export const SERIES = [
  0.5000000000000001, 0.16666666666666669, 0.04166666666662399, 0.008333333333330051, 0.0013888888917281794,
  0.00019841269863105968, 2.480152119021773e-5, 2.7557268378684192e-6, 2.7620138719733994e-7, 2.5100424157005067e-8,
];
const POWERS = Float64Array.from({ length: 2048 }, (_, k) => 2 ** (k - 1023));
const [HIGH_LN2, LOW_LN2] = LN2;
const [C0, C1, C2, C3, C4, C5, C6, C7, C8, C9] = SERIES;

/** e^x, with the same operations in the same order as in the kernels of a page. @param {number} x */
export function exponential(x) {
  if (x > HIGHEST) return Infinity;
  if (x < LOWEST) return 0;
  const n = x * PER_LN2 + ROUND - ROUND;
  const r = x - n * HIGH_LN2 - n * LOW_LN2;
  const square = r * r;
  const fourth = square * square;
  const low = (C3 * r + C2) * square + (C1 * r + C0);
  const high = (C9 * r + C8) * fourth + ((C7 * r + C6) * square + (C5 * r + C4));
  return (1 + (fourth * square * high + (square * low + r))) * POWERS[(n | 0) + 1023];
}

/** @param {number} x */
export function sigmoid(x) {
  return 1 / (1 + exponential(-x));
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

const GRID = 0.1; // ms between two points of a waveform
const NOISE = 1; // the kind of a piece; 2 is a chirp

const ROUNDS = [13, 15, 26, 6, 17, 29, 16, 24];
const PARITY = 0x1bd11bda;

/** The sum of the two words of 32 bits of a counter: Threefry-2x32 with 20 rounds. @param {number} seed @param {number} counter */
function randomWords(seed, counter) {
  const keys = [seed | 0, 0, PARITY ^ seed];
  let x = (counter + seed) | 0;
  let y = 0;
  for (let block = 0; block < 5; block++) {
    for (let i = 0; i < 4; i++) {
      const bits = ROUNDS[4 * (block % 2) + i];
      x = (x + y) | 0;
      y = ((y << bits) | (y >>> (32 - bits))) ^ x;
    }
    x = (x + keys[(block + 1) % 3]) | 0;
    y = (y + keys[(block + 2) % 3] + block + 1) | 0;
  }
  return (x >>> 0) + (y >>> 0);
}

/** @type {Map<number, Float64Array>} */
const NORMALS = new Map();

/** Normal numbers of a seed: each is the sum of twelve uniform numbers, minus 6. @param {number} seed @param {number} count */
function normalNumbers(seed, count) {
  const known = NORMALS.get(seed);
  if (known && known.length >= count) return known;
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let total = 0;
    for (let pair = 6 * i; pair < 6 * i + 6; pair++) total += randomWords(seed, pair);
    numbers[i] = (total + 6) / 4294967296 - 6;
  }
  if (NORMALS.size >= 128) NORMALS.clear();
  NORMALS.set(seed, numbers);
  return numbers;
}

/** Points of an Ornstein–Uhlenbeck process with the variance 1. @param {number} tau @param {number} seed @param {number} count */
function noisePoints(tau, seed, count) {
  const decay = (1 - GRID / (2 * tau)) / (1 + GRID / (2 * tau));
  const spread = Math.sqrt(1 - decay * decay);
  const points = normalNumbers(seed, count).slice(0, count);
  for (let i = 1; i < count; i++) points[i] = decay * points[i - 1] + spread * points[i];
  return points;
}

// The Taylor series of sin(2πx), the highest power first. Math.sin differs between browsers in its last bit.
const SINE = [
  0.0011309237482517963, -0.012031585942120627, 0.10422916220813984, -0.7181223017785006, 3.819952584848282,
  -15.09464257682299, 42.058693944897655, -76.70585975306139, 81.60524927607506, -41.34170224039976, 6.283185307179586,
];

/** sin(2πx). @param {number} cycles */
function sine(cycles) {
  let x = cycles - Math.floor(cycles + 0.5);
  if (x > 0.25) x = 0.5 - x;
  else if (x < -0.25) x = -0.5 - x;
  const square = x * x;
  let total = SINE[0];
  for (let i = 1; i < SINE.length; i++) total = total * square + SINE[i];
  return total * x;
}

/** Points of a sine wave whose frequency changes over `width` ms. @param {number} f0 @param {number} f1 @param {number} width @param {number} count */
function chirpPoints(f0, f1, width, count) {
  return Float64Array.from({ length: count }, (_, i) => {
    const seconds = i / 10000;
    return sine(seconds * (f0 + 0.5 * (f1 - f0) * (seconds / (width / 1000))));
  });
}

/**
 * Adds the mean of a waveform over each time step. The waveform is linear between points on a grid of 0.1 ms.
 * @param {Float64Array} currents @param {readonly number[]} piece @param {number} t0 @param {number} dt
 */
function addWaveform(currents, [on, off, amplitude, , kind, a, b], t0, dt) {
  if (!(off > on)) return;
  const end = Math.min(off, t0 + currents.length * dt); // a piece may last much longer than the simulation
  const count = Math.floor(Math.max(end - on, 0) / GRID) + 2;
  const x = kind === NOISE ? noisePoints(a, b, count) : chirpPoints(a, b, off - on, count);
  const whole = new Float64Array(count); // the integral up to each point, in units of the grid
  for (let i = 1; i < count; i++) whole[i] = whole[i - 1] + 0.5 * (x[i - 1] + x[i]);
  /** @param {number} t */
  const integral = (t) => {
    const place = (Math.min(Math.max(t, on), off) - on) / GRID;
    const i = Math.min(Math.floor(place), count - 2);
    const share = place - i;
    return whole[i] + share * (x[i] + 0.5 * share * (x[i + 1] - x[i]));
  };
  const first = Math.max(Math.floor((on - t0) / dt) - 1, 0);
  const last = Math.min(Math.ceil((off - t0) / dt) + 1, currents.length);
  let left = integral(t0 + first * dt);
  for (let k = first; k < last; k++) {
    const right = integral(t0 + (k + 1) * dt);
    currents[k] += amplitude * ((right - left) * (GRID / dt));
    left = right;
  }
}

/**
 * The mean current in each of `steps` time steps, the first of which starts at t0. Pieces [on, off, start, end] are added
 * to the holding current; they are linear from `start` to `end` over on <= t < off (ms). A piece [on, off, sd, sd, 1, tau,
 * seed] is noise, and [on, off, amplitude, amplitude, 2, f0, f1] is a chirp.
 * @param {readonly (readonly number[])[]} pieces @param {number} holding
 * @param {number} t0 @param {number} dt @param {number} steps
 */
export function injected(pieces, holding, t0, dt, steps) {
  const currents = new Float64Array(steps).fill(holding);
  for (const piece of pieces) {
    const [on, off, start, end, kind] = piece;
    if (kind) {
      addWaveform(currents, piece, t0, dt);
      continue;
    }
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
