// The step of a neuron as WebAssembly with SIMD, from the text of its function `simulate`. Several runs advance together, two in
// each vector. Every operation has the result of JavaScript to the last bit, so a run does not depend on the other runs.

import type { Neuron } from "../neuron.ts";
import { HIGHEST, LN2, LOWEST, PER_LN2, ROUND, SERIES } from "../runtime.ts";
import {
  block,
  branchIf,
  type Code,
  constant,
  integer,
  integers,
  local,
  memory,
  moduleOf,
  storeInteger,
  type VectorName,
  vector,
} from "./module.ts";

/** The number of runs that advance together. */
export const LANES = 4;
/** The maximum number of steps of one call. */
export const CHUNK = 1024;

const WINDOW = 8 * CHUNK;
const [CURRENTS, POTENTIALS, EVENTS, END] = [0, LANES, 2 * LANES, 2 * LANES + 1].map((windows) => windows * WINDOW);
/**
 * Addresses in bytes. The currents and the potentials have one window for each lane. An event is a step, times 8, and bits for
 * the lanes. `end` contains the address after the last event. The values are the state, the parameters and the time step, each
 * with a number for each lane.
 */
export const ADDRESSES = { currents: CURRENTS, potentials: POTENTIALS, events: EVENTS, end: END, values: END + 16 };
/** The number of the first bit of an event for a divergence. The bits for spikes come before it. */
export const DIVERGED = 16;

/** Locals of the function: its parameters, the step times 8, and the address of the next event. The vectors follow. */
const [STEPS, STOPPING, AT, EVENT, VECTORS] = [0, 1, 2, 3, 4];

/** The error for a step without a kernel. */
class NoKernelError extends Error {}

type Line = readonly [name: string, source: string];

/** The text of a step, divided into its parts. */
function partsOf({ simulate }: Neuron) {
  const text = simulate.toString();
  const found = (pattern: RegExp): string => {
    const match = text.match(pattern);
    if (!match) throw new NoKernelError(`no ${pattern}`);
    return match[1];
  };
  const lines = (part: string): Line[] =>
    [...part.matchAll(/^ *const (x\d+) = (.*);$/gm)].map(([, name, source]) => [name, source]);
  const moving = found(/for \(let k = 0; k < steps; k\+\+\) \{([\s\S]*)/);
  return {
    fixed: lines(text.slice(0, -moving.length)),
    moving: lines(moving),
    parameters: found(/const \[(.*)\] = valuesOf/).split(", "),
    spike: found(/const spike = (.*);/),
    state: found(/^ *\[s0.*\] = \[(.*)\];/m).split(", "),
    limit: Number(found(/<= (\S+)\) \|\|/)),
  };
}

const NUMBERS: Readonly<Record<string, VectorName>> = { "+": "add", "-": "sub", "*": "mul", "/": "div" };
const COMPARISONS: Readonly<Record<string, VectorName>> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "===": "eq",
  "!==": "ne",
};
const CONDITIONS: Readonly<Record<string, VectorName>> = { "&&": "and", "||": "or" };
const FUNCTIONS: Readonly<Record<string, VectorName>> = {
  absolute: "abs",
  roundHalfEven: "nearest",
  "Math.sqrt": "sqrt",
  "Math.floor": "floor",
  "Math.ceil": "ceil",
};

const ATOM = String.raw`([\w.]+|\(-[\w.]+\))`;
const CHOICE = new RegExp(String.raw`^\(${ATOM} \? ${ATOM} : ${ATOM}\)$`);
/** A maximum or a minimum, which is the first number if it is not a number. */
const EXTREMUM = new RegExp(String.raw`^\(${ATOM} ([<>]) ${ATOM} \|\| \1 !== \1 \? \1 : \3\)$`);
const PAIR = new RegExp(String.raw`^\(${ATOM} (\S+) ${ATOM}\)$`);
const CALL = new RegExp(String.raw`^([\w.]+)\(${ATOM}\)$`);
const NEGATIVE = /^\(?-([\w.]+)\)?$/;
const NOT = /^\(?!([\w.]+)\)?$/;
const NUMBER = /^-?(\d|Infinity|NaN)/;

/** The instructions of lines, and the locals of a kernel. A name has one local in each vector. */
class Compiler {
  readonly #places = new Map<string, number>();
  readonly #conditions = new Set<string>(["true", "false"]);
  /** The names with a value. */
  readonly #known: Set<string>;

  constructor(inputs: readonly string[]) {
    this.#known = new Set(inputs);
  }

  /** The number of locals with vectors. */
  get count(): number {
    return this.#places.size;
  }

  place(name: string, unit: number): number {
    const key = `${name} ${unit}`;
    const place = this.#places.get(key) ?? VECTORS + this.#places.size;
    this.#places.set(key, place);
    return place;
  }

  get(name: string, unit: number): Code {
    return local.get(this.place(name, unit));
  }

  /** A name or a number. A condition is a vector with all bits set or none. */
  atom(text: string, unit: number): Code {
    const plain = text.replace(/^\((.*)\)$/, "$1");
    if (plain === "true") return vector("not", constant(0));
    if (plain === "false") return constant(0);
    if (NUMBER.test(plain)) return constant(Number(plain));
    if (!this.#known.has(plain)) throw new NoKernelError(text);
    return this.get(plain, unit);
  }

  #expect(isCondition: boolean, ...atoms: readonly string[]): void {
    for (const atom of atoms) if (this.#conditions.has(atom) !== isCondition) throw new NoKernelError(atom);
  }

  /** The instructions of a line, which set the local of its name. */
  line(line: Line, unit: number): Code[] {
    const codes = this.#operation(line, unit);
    this.#known.add(line[0]);
    return codes;
  }

  /** The instructions of a line with one operation. */
  #operation([name, source]: Line, unit: number): Code[] {
    const set = (operation: VectorName, ...atoms: readonly string[]) => [
      local.set(this.place(name, unit), vector(operation, ...atoms.map((atom) => this.atom(atom, unit)))),
    ];
    const choice = source.match(CHOICE);
    if (choice) {
      const [, condition, yes, no] = choice;
      this.#expect(true, condition);
      this.#expect(this.#conditions.has(yes), no);
      if (this.#conditions.has(yes)) this.#conditions.add(name);
      return set("select", yes, no, condition);
    }
    const extremum = source.match(EXTREMUM);
    if (extremum) {
      const [, one, sign, other] = extremum;
      this.#expect(false, one, other);
      const [a, b] = [this.atom(one, unit), this.atom(other, unit)];
      const isFirst = vector("or", vector(COMPARISONS[sign], a, b), vector("ne", a, a));
      return [local.set(this.place(name, unit), vector("select", a, b, isFirst))];
    }
    const pair = source.match(PAIR);
    if (pair) {
      const [, left, operator, right] = pair;
      const operation = NUMBERS[operator] ?? COMPARISONS[operator] ?? CONDITIONS[operator];
      if (!operation) throw new NoKernelError(operator);
      this.#expect(operator in CONDITIONS, left, right);
      if (!(operator in NUMBERS)) this.#conditions.add(name);
      return set(operation, left, right);
    }
    const not = source.match(NOT);
    if (not) {
      this.#expect(true, not[1]);
      this.#conditions.add(name);
      return set("not", not[1]);
    }
    const negative = source.match(NEGATIVE);
    if (negative) {
      this.#expect(false, negative[1]);
      return set("neg", negative[1]);
    }
    const [, called, x] = source.match(CALL) ?? [];
    if (x === undefined) throw new NoKernelError(source);
    this.#expect(false, x);
    if (called === "exponential") return this.#exponential(name, this.atom(x, unit), unit);
    if (called === "sigmoid") {
      const [inner, one] = [`${name} inner`, constant(1)];
      const quotient = vector("div", one, vector("add", one, this.get(inner, unit)));
      const negative = vector("neg", this.atom(x, unit));
      return [...this.#exponential(inner, negative, unit), local.set(this.place(name, unit), quotient)];
    }
    if (!(called in FUNCTIONS)) throw new NoKernelError(called);
    return set(FUNCTIONS[called], x);
  }

  /** The function `exponential` of the runtime. */
  #exponential(name: string, x: Code, unit: number): Code[] {
    const get = (part: string) => this.get(`${name} ${part}`, unit);
    const set = (part: string, code: Code) => local.set(this.place(`${name} ${part}`, unit), code);
    const add = (a: Code, b: Code) => vector("add", a, b);
    const sub = (a: Code, b: Code) => vector("sub", a, b);
    const mul = (a: Code, b: Code) => vector("mul", a, b);
    const pair = (k: number) => add(mul(constant(SERIES[k + 1]), get("r")), constant(SERIES[k]));
    const high = add(mul(pair(8), get("fourth")), add(mul(pair(6), get("square")), pair(4)));
    const sum = add(mul(mul(get("fourth"), get("square")), high), add(mul(get("square"), get("low")), get("r")));
    // The sum with `ROUND` has the integer n in its low bits, which are added to the exponent.
    const scaled = vector("addIntegers", get("sum"), vector("shiftLeft", get("rounded"), integer(52)));
    const bounded = vector("select", constant(Infinity), scaled, vector("gt", x, constant(HIGHEST)));
    return [
      set("rounded", add(mul(x, constant(PER_LN2)), constant(ROUND))),
      set("n", sub(get("rounded"), constant(ROUND))),
      set("r", sub(sub(x, mul(get("n"), constant(LN2[0]))), mul(get("n"), constant(LN2[1])))),
      set("square", mul(get("r"), get("r"))),
      set("fourth", mul(get("square"), get("square"))),
      set("low", add(mul(pair(2), get("square")), pair(0))),
      set("sum", add(constant(1), sum)),
      local.set(this.place(name, unit), vector("andNot", bounded, vector("lt", x, constant(LOWEST)))),
    ];
  }
}

const UNITS = Array.from({ length: LANES / 2 }, (_, unit) => unit);

const addressOf = (value: number, unit = 0): number => ADDRESSES.values + 8 * (value * LANES + 2 * unit);

/** The instructions of the vectors in turn, so that one vector advances while another one waits for its result. */
function inTurn(codes: (unit: number) => readonly Code[]): Code {
  const all = UNITS.map(codes);
  return all[0].flatMap((_, k) => all.flatMap((own) => own[k]));
}

const [zero, at] = [integer(0), local.get(AT)];

/** Loads the currents of the next step. */
function currentOf(unit: number): Code {
  const first = ADDRESSES.currents + 2 * unit * WINDOW;
  return memory("loadLane", first + WINDOW, [at, memory("loadZero", first, [at])], 1);
}

/** Replaces the state, stores the potential, and sets the conditions `spike` and `lost`. */
function updateOf(compiler: Compiler, { spike, state, limit }: ReturnType<typeof partsOf>, unit: number): Code {
  const placeOf = (name: string) => compiler.place(name, unit);
  const stateOf = (k: number) => compiler.get(`s${k}`, unit);
  const [first, second] = [2 * unit, 2 * unit + 1].map((lane) => ADDRESSES.potentials + lane * WINDOW);
  const checked = state.map((_, k) => (k ? vector("sub", stateOf(k), stateOf(k)) : stateOf(0)));
  const size = vector(
    "abs",
    checked.reduce((sum, one) => vector("add", sum, one)),
  );
  return [
    ...local.set(placeOf("spike"), vector("ne", compiler.atom(spike, unit), constant(0))),
    // All new values are on the stack before the first old value is replaced.
    ...state.flatMap((name) => compiler.atom(name, unit)),
    ...state.flatMap((_, k) => local.set(placeOf(`s${state.length - 1 - k}`), [])),
    ...memory("storeLane", first, [at, stateOf(0)], 0),
    ...memory("storeLane", second, [at, stateOf(0)], 1),
    ...local.set(placeOf("lost"), vector("not", vector("le", size, constant(limit)))),
  ];
}

/** Notes an event if a lane has one, and leaves the loop at an event with a bit of `stopping`. */
function noteOf(compiler: Compiler): Code {
  const bits = (name: string, from: number): Code =>
    UNITS.map((unit) => {
      const own = vector("bitmask", compiler.get(name, unit));
      return integers("shl", own, integer(from + 2 * unit));
    }).reduce((a, b) => integers("or", a, b));
  const event = integers("or", bits("spike", 0), bits("lost", DIVERGED));
  const all = UNITS.flatMap((unit) => [compiler.get("spike", unit), compiler.get("lost", unit)]);
  return [
    ...vector(
      "anyTrue",
      all.reduce((a, b) => vector("or", a, b)),
    ),
    ...block("if", [
      ...storeInteger(local.get(EVENT), at, 0),
      ...storeInteger(local.get(EVENT), event, 4),
      ...advance(EVENT, 8),
      ...advance(AT, 8),
      ...branchIf(2, integers("and", event, local.get(STOPPING))),
      ...advance(AT, -8),
    ]),
  ];
}

const advance = (place: number, by: number): Code => local.set(place, integers("add", local.get(place), integer(by)));

/**
 * The module of a neuron. Its function `run(steps, stopping)` advances the runs by at most `steps`, and returns the number of
 * steps, times 8. An event with a bit of `stopping` ends it.
 */
function bytesOf(neuron: Neuron): Uint8Array<ArrayBuffer> {
  const parts = partsOf(neuron);
  const names = [...parts.state.map((_, k) => `s${k}`), ...parts.parameters, "dt"];
  const compiler = new Compiler([...names, "current"]);
  const lines = (part: readonly Line[]) => part.flatMap((line) => inTurn((unit) => compiler.line(line, unit)));
  const fixed = lines(parts.fixed); // first, because the other lines use its conditions
  const body: Code = [
    ...inTurn((unit) => [local.set(compiler.place("current", unit), currentOf(unit))]),
    ...lines(parts.moving),
    ...inTurn((unit) => [updateOf(compiler, parts, unit)]),
    ...noteOf(compiler),
    ...advance(AT, 8),
    ...branchIf(0, integers("ltU", at, integers("shl", local.get(STEPS), integer(3)))),
  ];
  const load = (name: string, k: number) =>
    inTurn((unit) => [local.set(compiler.place(name, unit), memory("load", addressOf(k, unit), [zero]))]);
  const store = (_: string, k: number) =>
    inTurn((unit) => [memory("store", addressOf(k, unit), [zero, compiler.get(`s${k}`, unit)])]);
  const code: Code = [
    ...names.flatMap(load),
    ...fixed,
    ...local.set(AT, zero),
    ...local.set(EVENT, integer(ADDRESSES.events)),
    ...block("block", block("loop", body)),
    ...parts.state.flatMap(store),
    ...storeInteger(zero, local.get(EVENT), ADDRESSES.end),
    ...at,
  ];
  const sizes = { parameters: AT, integers: VECTORS - AT, vectors: compiler.count, bytes: addressOf(names.length) };
  return moduleOf(code, sizes);
}

const modules = new WeakMap<Neuron, Promise<WebAssembly.Module | null>>();

/** The compiled module of a neuron, or null if its step or the browser has no kernel. */
export function moduleFor(neuron: Neuron): Promise<WebAssembly.Module | null> {
  const known = modules.get(neuron) ?? compiled(neuron);
  modules.set(neuron, known);
  return known;
}

async function compiled(neuron: Neuron): Promise<WebAssembly.Module | null> {
  try {
    const bytes = bytesOf(neuron);
    return globalThis.WebAssembly ? await WebAssembly.compile(bytes) : null;
  } catch (error) {
    // A page can forbid WebAssembly, and an old browser has no vectors.
    if (error instanceof NoKernelError || error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
}
