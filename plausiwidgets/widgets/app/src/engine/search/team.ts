// The evaluation of a batch by several workers. The leader also evaluates, so it works without helpers. The rows are in the
// order of the points, independent of the speed of the workers, so the number of workers does not change a search.

import { addCode } from "../code.ts";
import { Evaluator } from "./evaluator.ts";
import type { Evaluated, Problem } from "./objective.ts";
import type { Batch, Phase } from "./portfolio.ts";
import { packed, unpacked, type Widths, widthsOf } from "./rows.ts";

const PIECE = 4; // time in ms of the work in one message to a helper
const AHEAD = 2; // number of pieces at a helper, so that the next piece is there when a piece is finished
const SLICE = 4; // time in ms of work after which the leader reads its messages
const MAX_PIECE = 16; // maximum number of points in a piece
const SILENCE = 10_000; // time in ms after which the leader evaluates the points of silent helpers

/** The neurons of a custom model, and the runtime that their code requires. */
export interface Code {
  readonly code: Readonly<Record<string, string>>;
  readonly runtime: string;
}

/** A message of the leader to a helper: the problem of a search, or points. */
export type Piece =
  | (Code & { readonly problem: Problem })
  | {
      readonly search: number;
      readonly first: number;
      readonly points: readonly (readonly number[])[];
      readonly phase: Phase;
    };

/** The rows of a piece. */
interface Finished {
  readonly search: number;
  readonly first: number;
  readonly rows: Float64Array;
}

/** The part of a MessagePort that workers use. */
export interface Port {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

const READY = "ready";
/** The ports of helpers whose script runs. Other helpers get no points, because a batch would wait for them. */
const ready = new WeakSet<Port>();

/** Runs a helper, which evaluates the points that it receives. */
export function help(port: Port): void {
  port.postMessage(READY);
  let evaluator: Promise<Evaluator> | null = null;
  port.onmessage = async ({ data }: MessageEvent<Piece>) => {
    if ("problem" in data) {
      evaluator = addCode(data.code, data.runtime).then(() => new Evaluator(data.problem));
      return;
    }
    const { search, first, points, phase } = data;
    const own = await evaluator;
    if (!own) return;
    const rows = packed(own.evaluate(points, phase));
    const finished: Finished = { search, first, rows };
    port.postMessage(finished, [rows.buffer]);
  };
}

/** A helper with its current pieces, each identified by its first point. */
interface Helper {
  readonly port: Port;
  readonly pieces: Map<number, number>;
}

/** Returns a promise that a message resolves, so that other messages are read before it. A browser would throttle a timer. */
export function turns(): { next(): Promise<void>; close(): void } {
  const { port1, port2 } = new MessageChannel();
  let resume = () => {};
  port1.onmessage = () => resume();
  return {
    next: () =>
      new Promise((resolve) => {
        resume = resolve;
        port2.postMessage(0);
      }),
    close: () => port1.close(),
  };
}

let searches = 0;

/** The evaluations of one search, from the side of the leader. */
export class Team {
  /** Working time of the leader in ms. */
  worked = 0;
  #evaluator: Evaluator | null = null;
  readonly #helpers: Helper[] = [];
  readonly #search = ++searches;
  readonly #widths: Widths;
  readonly #turns = turns();
  #since = 0; // time of the last turn in ms
  #each = 1; // average time in ms of one evaluation
  #lost: number[] = [];
  #rows: (Evaluated | undefined)[] = [];
  #wake = () => {};

  constructor(
    readonly problem: Problem,
    readonly code: Code,
    ports: readonly Port[],
  ) {
    this.#widths = widthsOf(problem);
    this.join(ports);
  }

  /** Adds helpers. */
  join(ports: readonly Port[]): void {
    const { problem } = this;
    const { code, runtime } = this.code;
    for (const port of ports) {
      const helper: Helper = { port, pieces: new Map() };
      this.#helpers.push(helper);
      port.postMessage({ problem, code, runtime } satisfies Piece);
      port.onmessage = ({ data }: MessageEvent<Finished | typeof READY>) => {
        ready.add(port);
        if (data !== READY) this.#take(helper, data);
      };
    }
  }

  /**
   * Evaluates the points of a batch. `mayContinue` is awaited regularly, and ends the work if it returns false. `progress` gets
   * the rows before the first missing row.
   */
  async evaluate(
    { points, phase }: Batch,
    mayContinue: () => Promise<boolean>,
    progress: (rows: readonly Evaluated[]) => void,
  ): Promise<readonly Evaluated[] | null> {
    this.#evaluator ??= new Evaluator(this.problem); // the code of the neuron is there now
    this.#rows = new Array(points.length);
    let [next, complete] = [0, 0];
    this.#since = performance.now();
    const report = () => {
      const before = complete;
      while (complete < points.length && this.#rows[complete]) complete++;
      if (complete > before) progress(this.#rows.slice(0, complete) as Evaluated[]);
    };
    while (complete < points.length) {
      if (!(await mayContinue())) return null;
      // The leader evaluates the first points, so that they are reported first.
      const own = this.#lost.splice(-this.#share(points.length - next + this.#lost.length));
      if (!own.length) {
        const first = next;
        next += this.#share(points.length - first);
        for (let k = first; k < next; k++) own.push(k);
      }
      next = this.#handOut(points, phase, next);
      if (own.length) await this.#evaluate(this.#evaluator, own, points, phase);
      else await this.#message();
      report();
      if (!this.#isDue()) continue;
      await this.#turn();
      report(); // rows of helpers may have arrived
    }
    return this.#rows as Evaluated[];
  }

  /** Evaluates the points of a helper that has failed. */
  lose(place: number): void {
    this.#takeBack(this.#helpers.splice(place, 1));
    this.#wake();
  }

  close(): void {
    this.#turns.close();
  }

  /** The number of points that a worker evaluates together, of those that are left. */
  #share(left: number): number {
    const workers = 1 + this.#helpers.filter(({ port }) => ready.has(port)).length;
    return Math.min(this.#evaluator?.width ?? 1, Math.ceil(left / workers));
  }

  async #evaluate(
    evaluator: Evaluator,
    places: readonly number[],
    points: Batch["points"],
    phase: Phase,
  ): Promise<void> {
    const work = evaluator.evaluating(
      places.map((place) => points[place]),
      phase,
    );
    let took = 0;
    for (;;) {
      const began = performance.now();
      const step = work.next();
      took += performance.now() - began;
      if (step.done) {
        for (const [k, place] of places.entries()) this.#rows[place] = step.value[k];
        break;
      }
      if (this.#isDue()) await this.#turn();
    }
    this.worked += took;
    this.#each += 0.1 * (took / places.length - this.#each);
  }

  readonly #isDue = (): boolean => performance.now() - this.#since >= SLICE;

  /** Reads the messages. On a page, the browser can also respond to the user. */
  async #turn(): Promise<void> {
    await this.#turns.next();
    this.#since = performance.now();
  }

  /** Sends points to the helpers, and returns the index of the first point without a worker. */
  #handOut(points: Batch["points"], phase: Phase, from: number): number {
    let next = from;
    const { length } = points;
    for (let round = 0; round < AHEAD; round++) {
      for (const { port, pieces } of this.#helpers) {
        if (pieces.size > round || next >= length || !ready.has(port)) continue;
        const fair = Math.ceil((length - next) / (AHEAD * (this.#helpers.length + 1)));
        const count = Math.max(
          Math.min(fair, Math.max(1, Math.round(PIECE / this.#each)), MAX_PIECE),
          this.#share(length - next),
        );
        const piece = { search: this.#search, first: next, points: points.slice(next, next + count), phase };
        port.postMessage(piece satisfies Piece);
        pieces.set(next, piece.points.length);
        next += piece.points.length;
      }
    }
    return next;
  }

  #take({ pieces }: Helper, { search, first, rows }: Finished): void {
    if (search !== this.#search || !pieces.delete(first)) return; // the piece belongs to a stopped search
    unpacked(rows, this.#widths).forEach((row, k) => {
      this.#rows[first + k] = row;
    });
    this.#wake();
  }

  /** Waits for rows. A browser can end a helper without a message, so the wait is limited. */
  #message(): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#takeBack(this.#helpers);
        resolve();
      }, SILENCE);
      this.#wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  /** Takes the points of silent helpers back. These helpers get no points until they send a message. */
  #takeBack(helpers: readonly Helper[]): void {
    for (const { port, pieces } of helpers) {
      if (pieces.size) ready.delete(port);
      for (const [first, count] of pieces) for (let k = first; k < first + count; k++) this.#lost.push(k);
      pieces.clear();
    }
  }
}
