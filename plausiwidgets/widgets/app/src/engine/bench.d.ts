import type { Formula, Sweep } from "../types.d.ts";
export function valueOf(formula: Formula, values: Map<string, number>): number;
export function settled(neuron: any, bench: any, parameters: object, holding: number, dt: number): any;
export function responseTo(
  sweep: Sweep,
  rest: any,
  neuron: any,
  bench: any,
  parameters: object,
  holding: number,
  dt: number,
  values: Map<string, number>,
): any;
export function injected(pieces: number[][], holding: number, t0: number, dt: number, steps: number): Float64Array<ArrayBuffer>;
