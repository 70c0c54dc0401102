import type { Range } from "../types.d.ts";
export type Flow = (x: number, y: number) => [number, number];
export type Segment = [number, number, number, number];
export function flowOf(neuron: any, parameters: object, current: number, resets: boolean): Flow;
export function steadyAt(flow: Flow, x: number, y: number): number | null;
export function planeOf(
  flow: Flow,
  x: Range,
  y: Range,
  points?: [number, number],
): { nullclines: [Segment[], Segment[]]; points: { x: number; y: number; kind: string }[] };
export function mostCommon(values: Float64Array): number;
export function joined(segments: Segment[]): [number, number][][];
