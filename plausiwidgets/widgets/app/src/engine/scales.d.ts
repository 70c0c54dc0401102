import type { Range, Slider } from "../types.d.ts";
/** Positions of a slider. */
export const STEPS: number;
export function endsOf(slider: Pick<Slider, "low" | "high">, value: number): Range;
export function shareOf(slider: Pick<Slider, "scale" | "zero">, value: number, ends: Range): number;
export function valueOn(slider: Pick<Slider, "scale" | "zero">, share: number, ends: Range): number;
export function positionOf(slider: Slider, value: number, ends: Range): number;
export function valueAt(slider: Slider, position: number, ends: Range): number;
