// A tape is the measurement of a pattern as a program with operations on numbers, on rows, and on the responses to sweeps.
// Python traces the tape. The player is a generator that pauses before each simulation, so that the page stays responsive. It
// computes an instruction only when its result is needed, because a branch that is not taken may contain a search.

import { FEATURES, type Row } from "./features.ts";
import type { DepthName } from "./onset/outcome.ts";
import { type Argument, type Instruction, operationOf, type Part } from "./program.ts";
import { inParts, type Paused, type Response, type Runner, type SweepNumbers } from "./runner.ts";
import { type Piece, roundHalfEven } from "./runtime.ts";

export interface AppliedSweep {
  readonly name: string;
  readonly pieces: readonly (readonly Argument[])[];
  readonly end: Argument;
  readonly duration: Argument | null;
  /** The window in which a silent neuron gets a graded penalty. */
  readonly response: readonly Argument[];
  /** The window in which Python records the potential. */
  readonly voltage: readonly Argument[] | null;
}

/** Sweeps that a pattern applies together. */
export interface Applied {
  readonly sweeps: readonly AppliedSweep[];
  readonly graded: string;
  /** The condition under which the sweeps are applied, or null for always. */
  readonly only: Argument | null;
  readonly keep: boolean;
  /** Whether the sweeps are shown, but not measured. */
  readonly shown: boolean;
}

export interface Tape {
  readonly body: readonly Instruction[];
  readonly applied: readonly Applied[];
  readonly features: Readonly<Record<string, Argument>>;
  readonly progress: Readonly<Record<string, Argument>>;
  readonly gap: Argument;
}

/** A sweep of a tape with numbers, and the measured response. */
export interface Application {
  readonly sweep: SweepNumbers & { readonly name: string };
  readonly times: readonly number[];
  readonly top: number;
  readonly bottom: number;
  peak: number;
  /** The response, or null if the condition of the sweep was false. */
  readonly response: Response | null;
}

/** The value of an instruction: a number, a boolean, a row, or a record of a feature. */
type Value = number | boolean | Rows | Readonly<Record<string, number>>;
type Rows = Row | readonly (number | boolean)[] | readonly Row[];

/**
 * Functions whose arguments come from a tape. The method type allows narrower parameters, because Python traces only calls that
 * fit.
 */
interface Table {
  [name: string]: { apply(...values: readonly Value[]): Value }["apply"];
}

const TABLE: Table = FEATURES;

export class Player {
  readonly results = new Map<number, Value>();
  readonly responses = new Map<number, Map<string, Application>>();

  constructor(
    readonly tape: Pick<Tape, "body"> & Partial<Tape>,
    readonly runner: Runner,
    readonly values: ReadonlyMap<string, number>,
    readonly times: readonly number[] = [],
    readonly isCoarse = false,
  ) {}

  *value(argument: Argument): Paused<Value> {
    if (typeof argument === "string") return this.named(argument);
    if (typeof argument !== "object") return argument;
    const [place] = argument;
    const known = this.results.get(place);
    if (known !== undefined) return known;
    const result = yield* this.#computed(this.tape.body[place]);
    this.results.set(place, result);
    return result;
  }

  *number(argument: Argument): Paused<number> {
    return Number(yield* this.value(argument));
  }

  named(name: string): Value {
    const { runner } = this;
    switch (name) {
      case "@nan":
        return Number.NaN;
      case "@inf":
        return Infinity;
      case "@-inf":
        return -Infinity;
      case "@times":
        return this.times;
      case "@dt":
        return runner.dt;
      case "@span":
        return runner.rest.span;
      case "@threshold":
        return runner.rest.threshold;
      case "@v_baseline":
        return runner.rest.vBaseline;
      case "@baseline_range":
        return runner.rest.range;
      case "@ceiling":
        return runner.ceiling;
      case "@baseline_peak":
        return runner.rest.peak;
      case "@spontaneous_spikes":
        return runner.rest.spontaneous;
      case "@lowest":
        return runner.lowest;
      case "@highest":
        return runner.highest;
      case "@rise":
        return runner.rise;
      default:
        return this.values.get(name) ?? Number.NaN;
    }
  }

  *#all(list: readonly Argument[]): Paused<Value[]> {
    const values: Value[] = [];
    for (const argument of list) values.push(yield* this.value(argument));
    return values;
  }

  *#numbers(list: readonly Argument[]): Paused<number[]> {
    return (yield* this.#all(list)).map(Number);
  }

  *#computed([name, ...operands]: Instruction): Paused<Value> {
    const given = operands as readonly Argument[]; // only the two searches below have a `Part`
    switch (name) {
      case "times":
      case "top":
      case "bottom":
      case "peak":
        return (yield* this.#response(given))[name];
      case "v":
        return yield* this.#potential(given);
      case "field":
        return ((yield* this.value(given[0])) as Record<string, number>)[String(given[1])];
      case "list":
        return (yield* this.#all(given)) as number[];
      case "control":
        return yield* this.runner.control(yield* this.number(given[0]));
      case "threshold_at":
        return this.runner.thresholdAt(yield* this.number(given[0]));
      case "onset": {
        const [top, only] = yield* this.#numbers(given.slice(0, 2));
        return yield* this.runner.onset(top, this.isCoarse ? "coarse" : (given[2] as DepthName), Boolean(only));
      }
      case "steps_show": {
        const [height, width, duration, only] = yield* this.#numbers(given.slice(0, -1));
        return yield* this.#shows(operands[4] as Part, only ? height : null, width, duration);
      }
      case "weakest_step": {
        const [width, duration, low, high, works, tolerance] = yield* this.#numbers(given.slice(0, -1));
        if (!works) return Number.NaN;
        return yield* this.#weakest(operands[6] as Part, { width, duration, low, high, tolerance });
      }
      case "where": {
        // For a single condition, only one branch is computed, because the other branch may contain a search.
        const condition = yield* this.value(given[0]);
        if (typeof condition !== "object") return yield* this.value(condition ? given[1] : given[2]);
      }
    }
    return applied(name, yield* this.#all(given));
  }

  *#response([call, name]: readonly Argument[]): Paused<Application> {
    const found = (yield* this.applied(Number(call))).get(String(name));
    if (!found) throw new Error(`a tape has no sweep ${name}`);
    return found;
  }

  *#potential([begin, end, ...given]: readonly Argument[]): Paused<Float64Array> {
    const { response } = yield* this.#response(given);
    const [from, to] = yield* this.#numbers([begin, end]);
    const { shown } = this.runner.rest;
    const place = (t: number) => shown + roundHalfEven(t / this.runner.dt);
    return (response?.v ?? new Float64Array()).subarray(place(from), place(to));
  }

  *#shows(part: Part, height: number | null, width: number, duration: number): Paused<Value> {
    const times = height === null ? [] : yield* this.runner.stepTimes(height, width, duration);
    return yield* new Player(part, this.runner, this.values, times, this.isCoarse).value(part.result);
  }

  /** The smallest amplitude at which a step shows the pattern, by bisection. */
  *#weakest(
    part: Part,
    { width, duration, low, high, tolerance }: Record<"width" | "duration" | "low" | "high" | "tolerance", number>,
  ): Paused<number> {
    let [bottom, top] = [low, high];
    while (top > 1e-6 * high && top - bottom > tolerance * top) {
      const middle = 0.5 * (bottom + top);
      if (yield* this.#shows(part, middle, width, duration)) top = middle;
      else bottom = middle;
    }
    return top > 1e-6 * high ? top : Number.NaN;
  }

  /** The responses to the sweeps of one call, by their names. */
  *applied(call: number): Paused<Map<string, Application>> {
    const known = this.responses.get(call);
    if (known) return known;
    const { sweeps, graded, only, keep, shown } = (this.tape.applied ?? [])[call];
    const { runner } = this;
    const isApplied = runner.rest.state !== null && (only === null || Boolean(yield* this.value(only)));
    const responses = new Map<string, Application>();
    const prepared = runner.prepared(yield* this.#sweepsOf(sweeps));
    const found = isApplied ? yield* inParts(prepared.map((sweep) => runner.responding(sweep, keep))) : [];
    for (const [k, sweep] of prepared.entries()) {
      const response = found[k];
      if (!response) {
        responses.set(sweep.name, {
          sweep,
          times: [],
          top: Number.NaN,
          bottom: Number.NaN,
          peak: Number.NaN,
          response: null,
        });
        continue;
      }
      if (!shown) runner.note(response, keep);
      responses.set(sweep.name, {
        sweep,
        times: response.times,
        top: response.highest,
        bottom: response.lowest,
        peak: Number.NaN,
        response,
      });
    }
    const answer = responses.get(graded);
    const window = sweeps.find(({ name }) => name === graded)?.response;
    if (isApplied && answer && window) this.#grade(answer, window);
    this.responses.set(call, responses);
    return responses;
  }

  *#sweepsOf(sweeps: readonly AppliedSweep[]): Paused<Application["sweep"][]> {
    const numbers: { name: string; pieces: Piece[]; end: number; duration: number | null }[] = [];
    for (const { name, pieces, end, duration } of sweeps) {
      const own: Piece[] = [];
      for (const piece of pieces) own.push(yield* this.#numbers(piece));
      const [last, least] = yield* this.#numbers([end, duration ?? end]);
      numbers.push({ name, pieces: own, end: last, duration: duration === null ? null : least });
    }
    const longest = Math.max(...numbers.map(({ end }) => end));
    return numbers.map((sweep) => ({ ...sweep, duration: sweep.duration ?? longest }));
  }

  /** Stores the largest potential of the window in which a silent neuron gets a graded penalty. */
  #grade(application: Application, [begin, end]: readonly Argument[]): void {
    const { dt, rest } = this.runner;
    const steps = roundHalfEven(application.sweep.duration / dt);
    const isFixed = typeof begin === "number" && typeof end === "number";
    const first = isFixed ? Math.max(roundHalfEven(begin / dt), 0) : 0;
    const last = isFixed ? Math.min(roundHalfEven(end / dt), steps) : steps;
    const v = application.response?.v ?? new Float64Array();
    application.peak = -Infinity;
    for (let i = first; i < last; i++) {
      if (v[rest.shown + i] > application.peak) application.peak = v[rest.shown + i];
    }
  }
}

/** Applies a feature, or an operation on rows or numbers. */
function applied(name: string, values: readonly Value[]): Value {
  return Object.hasOwn(TABLE, name) ? TABLE[name](...values) : elementwise(name, values);
}

/** Applies an operation to numbers, or to each entry if an operand is a row. */
export function elementwise(name: string, values: readonly Value[]): Value {
  const operation = operationOf(name);
  const rows = values.map((x) => (typeof x === "object" ? (x as ArrayLike<number | boolean>) : null));
  const row = rows.find((x) => x !== null);
  const operandsAt = (i: number) => values.map((x, k) => (rows[k] ? rows[k][i] : (x as number | boolean)));
  return row ? Array.from(row, (_, i) => operation(...operandsAt(i))) : operation(...operandsAt(0));
}
