// A program that Python has traced, with instructions on numbers and rows. A sweep is a program of the stimulus parameters. A
// tape is a program that also applies sweeps.

import { OPERATIONS } from "./operations.ts";

/** A constant, the name of an input ("@…" for a property of the runner), or the index of an instruction. */
export type Argument = number | boolean | string | readonly [place: number];

/** The part of a program that is played for each step of an amplitude search. */
export interface Part {
  readonly body: readonly Instruction[];
  readonly result: Argument;
}

export type Instruction = readonly [operation: string, ...operands: readonly (Argument | Part)[]];

/**
 * An operation whose operands come from data. The method type allows narrower operands, because Python traces only calls that
 * fit.
 */
export type Operation = { apply(...operands: readonly (number | boolean)[]): number | boolean }["apply"];

const TABLE: Readonly<Record<string, Operation>> = OPERATIONS;

export function operationOf(name: string): Operation {
  if (!Object.hasOwn(TABLE, name)) throw new Error(`unknown operation ${name}`);
  return TABLE[name];
}

/** The value of an argument in a program that depends only on inputs and needs no simulation. */
export function valueOf(argument: Argument, body: readonly Instruction[], inputs: ReadonlyMap<string, number>): number {
  const at = (one: Argument): number | boolean => {
    if (typeof one === "string") return inputs.get(one) ?? Number.NaN;
    if (typeof one !== "object") return one;
    const [name, ...operands] = body[one[0]];
    return operationOf(name)(...(operands as readonly Argument[]).map(at));
  };
  return Number(at(argument));
}
