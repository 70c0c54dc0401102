// The sets of a search that pass the verification tests of the page. Python verifies them one after another.

import { squaredDistance } from "../engine/search/population.ts";

const KEPT = 64; // maximum number of waiting candidates

export interface Candidate {
  /** The index of the evaluation. */
  readonly number: number;
  readonly point: readonly number[];
  /** The place of the point in the unit cube of the search. */
  readonly unit: readonly number[];
}

export class Candidates {
  /** The candidate that is being verified. */
  current: Candidate | null = null;
  #waiting: Candidate[] = [];
  readonly #refuted: Candidate[] = [];

  add(candidate: Candidate): void {
    if (this.#waiting.length < KEPT) this.#waiting.push(candidate);
  }

  get isEmpty(): boolean {
    return this.current === null && this.#waiting.length === 0;
  }

  /** Takes the candidate that is farthest from those that are not robust, because they are close to each other. */
  next(): Candidate | null {
    if (this.current || !this.#waiting.length) return null;
    const distanceOf = ({ unit }: Candidate) =>
      Math.min(...this.#refuted.map((other) => squaredDistance(unit, other.unit)), Infinity);
    const distances = this.#waiting.map(distanceOf);
    const place = distances.indexOf(Math.max(...distances));
    [this.current] = this.#waiting.splice(place, 1);
    return this.current;
  }

  /** Marks the current candidate as not robust or not verifiable. */
  refute(): void {
    if (this.current) this.#refuted.push(this.current);
    this.current = null;
  }
}
