// A scrambled Sobol sequence, whose points fill a cube more evenly than random points. The directions are those of Joe and Kuo,
// SIAM J. Sci. Comput. 30, 2008, under the licence in optimization/sobol_licence.txt. The scrambling uses a random lower
// triangular matrix for each dimension and a digital shift (Matoušek, J. Complexity 14, 1998). For the same random bits, the
// points are those of the search in Python.

import type { Random } from "./random.ts";

const BITS = 30;

/**
 * The directions of each dimension, starting with the second: the inner coefficients of its primitive polynomial as bits, then
 * its first direction numbers. Their count is the degree of the polynomial.
 */
const DIRECTIONS: readonly (readonly number[])[] = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
  [19, 1, 1, 1, 15, 7, 5],
  [22, 1, 3, 1, 15, 13, 25],
  [25, 1, 1, 5, 5, 19, 61],
  [1, 1, 3, 7, 11, 23, 15, 103],
  [4, 1, 3, 7, 13, 13, 15, 69],
  [7, 1, 1, 3, 13, 7, 35, 63],
  [8, 1, 3, 5, 9, 1, 25, 53],
  [14, 1, 3, 1, 13, 9, 35, 107],
  [19, 1, 3, 1, 5, 27, 61, 31],
  [21, 1, 1, 5, 11, 19, 41, 61],
  [28, 1, 3, 5, 3, 3, 13, 69],
  [31, 1, 1, 7, 13, 1, 19, 1],
  [32, 1, 3, 7, 5, 13, 19, 59],
  [37, 1, 1, 3, 9, 25, 29, 41],
  [41, 1, 3, 5, 13, 23, 1, 55],
  [42, 1, 3, 7, 3, 13, 59, 17],
  [50, 1, 3, 1, 3, 5, 53, 69],
  [55, 1, 1, 5, 5, 23, 33, 13],
  [56, 1, 1, 7, 7, 1, 61, 123],
  [59, 1, 1, 7, 9, 13, 61, 49],
  [62, 1, 3, 3, 5, 3, 55, 33],
  [14, 1, 3, 1, 15, 31, 13, 49, 245],
  [21, 1, 3, 5, 15, 31, 59, 63, 97],
  [22, 1, 3, 1, 11, 11, 11, 77, 249],
  [38, 1, 3, 1, 11, 27, 43, 71, 9],
  [47, 1, 1, 7, 15, 21, 11, 81, 45],
  [49, 1, 3, 7, 3, 25, 31, 65, 79],
  [50, 1, 3, 1, 1, 19, 11, 3, 205],
  [52, 1, 1, 5, 9, 19, 21, 29, 157],
  [56, 1, 3, 7, 11, 1, 33, 89, 185],
  [67, 1, 3, 3, 3, 15, 9, 79, 71],
  [70, 1, 3, 7, 11, 15, 39, 119, 27],
  [84, 1, 1, 3, 1, 11, 31, 97, 225],
  [97, 1, 1, 1, 3, 23, 43, 57, 177],
  [103, 1, 3, 7, 7, 17, 17, 37, 71],
  [115, 1, 3, 1, 5, 27, 63, 123, 213],
  [122, 1, 1, 3, 5, 11, 43, 53, 133],
  [8, 1, 3, 5, 5, 29, 17, 47, 173, 479],
  [13, 1, 3, 3, 11, 3, 1, 109, 9, 69],
  [16, 1, 1, 1, 5, 17, 39, 23, 5, 343],
  [22, 1, 3, 1, 5, 25, 15, 31, 103, 499],
  [25, 1, 1, 1, 11, 11, 17, 63, 105, 183],
  [44, 1, 1, 5, 11, 9, 29, 97, 231, 363],
  [47, 1, 1, 5, 15, 19, 45, 41, 7, 383],
  [52, 1, 3, 7, 7, 31, 19, 83, 137, 221],
  [55, 1, 1, 1, 3, 23, 15, 111, 223, 83],
  [59, 1, 1, 5, 13, 31, 15, 55, 25, 161],
  [62, 1, 1, 3, 13, 25, 47, 39, 87, 257],
];

export const DIMENSIONS = DIRECTIONS.length + 1;

/** The direction numbers of one dimension of an unscrambled sequence. */
function directionNumbers(dimension: number): number[] {
  if (dimension === 0) return Array.from({ length: BITS }, (_, k) => 2 ** (BITS - 1 - k));
  const [coefficients, ...numbers] = DIRECTIONS[dimension - 1];
  const degree = numbers.length;
  for (let k = degree; k < BITS; k++) {
    let number = numbers[k - degree] ^ (numbers[k - degree] << degree);
    for (let i = 1; i < degree; i++) if ((coefficients >> (degree - 1 - i)) & 1) number ^= numbers[k - i] << i;
    numbers.push(number);
  }
  return numbers.slice(0, BITS).map((number, k) => number * 2 ** (BITS - 1 - k));
}

/** 1 if an odd number of bits is set. */
function parity(x: number): number {
  let odd = 0;
  for (let left = x; left; left &= left - 1) odd ^= 1;
  return odd;
}

/** The points of a scrambled sequence without the first point. Coordinates beyond the dimensions of the table are random. */
export class Sobol {
  readonly #more: number;
  #last: number[];
  readonly #directions: readonly (readonly number[])[];
  #drawn = 1;

  constructor(
    size: number,
    readonly random: Random,
  ) {
    const known = Math.min(size, DIMENSIONS);
    this.#more = size - known;
    const { bit } = random;
    this.#last = Array.from({ length: known }, () => {
      let shift = 0;
      for (let k = 0; k < BITS; k++) shift += bit() * 2 ** k;
      return shift;
    });
    this.#directions = this.#last.map((_, dimension) => scrambled(dimension, bit));
  }

  /** The next points. */
  draw(count: number): number[][] {
    return Array.from({ length: count }, () => {
      // With Gray's code, a point differs from the previous one by the direction of the lowest set bit of its number.
      const lowest = 31 - Math.clz32(this.#drawn & -this.#drawn);
      this.#drawn++;
      this.#last = this.#last.map((x, dimension) => x ^ this.#directions[dimension][lowest]);
      const rest = Array.from({ length: this.#more }, () => this.random.uniform());
      return [...this.#last.map((x) => x / 2 ** BITS), ...rest];
    });
  }
}

/** The scrambled directions of a dimension. Row p computes bit p, from the highest, from the bits up to it. */
function scrambled(dimension: number, bit: () => number): number[] {
  const rows = Array.from({ length: BITS }, (_, p) => {
    let row = 2 ** (BITS - 1 - p);
    for (let k = 0; k < BITS; k++) row += (k < p ? bit() : 0 * bit()) * 2 ** (BITS - 1 - k);
    return row;
  });
  return directionNumbers(dimension).map((number) =>
    rows.reduce((out, row, p) => out | (parity(row & number) << (BITS - 1 - p)), 0),
  );
}
