import type { Pattern } from "../types.d.ts";
export function benchesOf(data: object, neuron: any, values: Map<string, number>, dt: number): (holding: string | null) => any;
export function judgingAll(pattern: Pattern, benchAt: (holding: string | null) => any, values: Map<string, number>): Generator<void, any[]>;
export function together(results: any[]): any;
