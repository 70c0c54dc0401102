// Random numbers in independent streams. Each part of a search has its own stream, so that the parts are independent.

/** A 32-bit number from a seed and a key. */
function mixed(seed: number, key: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of [seed, key.length, ...key]) {
    hash = Math.imul(hash ^ (part >>> 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** The random numbers of a search. Tests replace them by those of Python. */
export interface Random {
  /** 0 or 1. */
  bit(): number;
  /** A number of at least 0 and less than 1. */
  uniform(): number;
  normal(): number;
  /** A number of the standard Cauchy distribution. */
  cauchy(): number;
  /** An integer of at least 0 and less than `end`. */
  below(end: number): number;
}

const WARM = 12; // number of discarded numbers until the state of a new stream is mixed

/** The stream of a seed and a key, from sfc32, the small fast counting generator of PractRand. */
export function streamOf(seed: number, ...key: readonly number[]): Random {
  const s = Uint32Array.of(mixed(seed, [...key, 0]), mixed(seed, [...key, 1]), mixed(seed, [...key, 2]), 1);
  const next = () => {
    const sum = (s[0] + s[1] + s[3]++) >>> 0;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return sum;
  };
  for (let k = 0; k < WARM; k++) next();
  const uniform = () => (next() >>> 5) * 2 ** -27 + (next() >>> 6) * 2 ** -53;
  return {
    bit: () => next() >>> 31,
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    cauchy: () => Math.tan(Math.PI * (uniform() - 0.5)),
    below: (end) => Math.floor(uniform() * end),
  };
}
