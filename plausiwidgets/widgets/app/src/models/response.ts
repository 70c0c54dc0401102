// Responses of a neuron converted to lines of a figure.

import type { Landmarks, Sweep } from "../catalogue.ts";
import { type Argument, valueOf } from "../engine/program.ts";
import type { SweepNumbers } from "../engine/runner.ts";
import type { Piece } from "../engine/runtime.ts";
import type { Line, Role } from "./lines.ts";

/** A sweep with numbers, for some values of the stimulus parameters. */
export function numbersOf(
  { body = [], pieces, end, duration }: Sweep,
  values: ReadonlyMap<string, number>,
): SweepNumbers {
  const at = (argument: Argument) => valueOf(argument, body, values);
  return {
    pieces: pieces.map((piece): Piece => piece.map(at)),
    end: at(end),
    duration: at(duration),
  };
}

type Response = Pick<Line, "t0" | "dt" | "v" | "current" | "spikes" | "divergedAt">;

/** @param peak NaN for a neuron whose potential contains the spikes */
export function lineOf(role: Role, { t0, dt, v, current, spikes, divergedAt }: Response, peak: number): Line {
  return { role, t0, dt, v: upTo(v, { t0, dt, spikes }, peak), current, spikes, divergedAt };
}

/** The potential of a neuron with a reset, with each spike drawn up to the peak. */
export function upTo(
  v: Float64Array,
  { t0, dt, spikes }: Pick<Line, "t0" | "dt" | "spikes">,
  peak: number,
): Float64Array {
  if (Number.isNaN(peak) || !spikes.length) return v;
  const out = Float64Array.from(v);
  for (const time of spikes) {
    const k = Math.round((time - t0) / dt);
    if (out[k] < peak) out[k] = peak;
  }
  return out;
}

/** Maps rest, threshold and peak of one neuron to those of another, with linear interpolation in between. */
export function ontoScale(v: Float64Array, [rest, threshold, peak]: Landmarks, to: Landmarks): Float64Array {
  const below = (to[1] - to[0]) / (threshold - rest);
  const above = (to[2] - to[1]) / (peak - threshold);
  return v.map((x) => (x <= threshold ? to[0] + (x - rest) * below : to[1] + (x - threshold) * above));
}
