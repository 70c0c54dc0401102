// Formulas of a stimulus as Python records them: a number, the name of a value, or an operation with its operands.

import { floorDivide, roundHalfEven } from "./runtime.ts";

export type Formula = number | string | readonly [string, ...Formula[]];

/** Operations on numbers. They give the results of NumPy. */
export const OPERATIONS = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
  "/": (a: number, b: number) => a / b,
  "//": (a: number, b: number) => floorDivide(a, b),
  negative: (a: number) => -a,
  abs: (a: number) => Math.abs(a),
  max: (a: number, b: number) => (a > b || Number.isNaN(a) ? a : b),
  min: (a: number, b: number) => (a < b || Number.isNaN(a) ? a : b),
  sqrt: (a: number) => Math.sqrt(a),
  square: (a: number) => a * a,
  floor: (a: number) => Math.floor(a),
  round: (a: number) => roundHalfEven(a),
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "==": (a: number | boolean, b: number | boolean) => Number(a) === Number(b),
  "!=": (a: number | boolean, b: number | boolean) => Number(a) !== Number(b),
  "&": (a: boolean, b: boolean) => Boolean(a && b),
  "|": (a: boolean, b: boolean) => Boolean(a || b),
  "~": (a: boolean) => !a,
  isfinite: (a: number) => Number.isFinite(a),
  where: <T>(condition: boolean, a: T, b: T) => (condition ? a : b),
} as const;

/** An operation whose operands come from data. As a method it may have narrower operands: Python records calls that fit. */
export type Operation = { apply(...operands: readonly (number | boolean)[]): number | boolean }["apply"];

const TABLE: Readonly<Record<string, Operation>> = OPERATIONS;

export function operationOf(name: string): Operation {
  if (!Object.hasOwn(TABLE, name)) throw new Error(`unknown operation ${name}`);
  return TABLE[name];
}

/** The number that a formula gives for some values. */
export function valueOf(formula: Formula, values: ReadonlyMap<string, number>): number {
  if (typeof formula === "number") return formula;
  if (typeof formula === "string") return values.get(formula) ?? Number.NaN;
  const [name, ...operands] = formula;
  return Number(operationOf(name)(...operands.map((operand) => valueOf(operand, values))));
}
