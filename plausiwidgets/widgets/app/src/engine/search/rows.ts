// Evaluated points as rows of numbers, which are sent between workers and stored across a reload.

import type { Evaluated, Rank } from "./objective.ts";

/** The ranks, starting with the best. */
export const RANKS: readonly Rank[] = ["replicated", "unverified", "fragile", "rejected"];

/** The number of entries of a row before the point, which are the loss and the rank. */
const HEAD = 2;

/** The number of free parameters and of penalties. */
export interface Widths {
  readonly point: number;
  readonly penalties: number;
}

export const rowLength = ({ point, penalties }: Widths): number => HEAD + point + penalties;

export function packed(rows: readonly Evaluated[]): Float64Array<ArrayBuffer> {
  return Float64Array.from(
    rows.flatMap(({ loss, rank, point, penalties }) => [loss, RANKS.indexOf(rank), ...point, ...penalties]),
  );
}

/** Reads packed rows. */
export function unpacked(rows: ArrayLike<number>, widths: Widths): Evaluated[] {
  const length = rowLength(widths);
  const part = (from: number, count: number) => Array.from({ length: count }, (_, k) => rows[from + k]);
  return Array.from({ length: Math.floor(rows.length / length) }, (_, k) => {
    const first = k * length;
    return {
      loss: rows[first],
      rank: RANKS[rows[first + 1]],
      point: part(first + HEAD, widths.point),
      penalties: part(first + HEAD + widths.point, widths.penalties),
    };
  });
}

/**
 * The widths of the rows of a problem. The penalties are one for each criterion, and one for a failed verification or a
 * divergence.
 */
export const widthsOf = (problem: {
  readonly axes: readonly unknown[];
  readonly pattern: { readonly components: readonly { readonly criteria: readonly unknown[] }[] };
}): Widths => ({
  point: problem.axes.length,
  penalties: problem.pattern.components.reduce((sum, { criteria }) => sum + criteria.length, 1),
});
