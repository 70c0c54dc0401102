// Simulated lines and the parts of them that a view shows. Times are in ms, potentials in mV and currents in the unit of the
// model.

import type { Range } from "../catalogue.ts";
import type { Verdict } from "../engine/judge.ts";

/** The role of a line, which belongs to the target, a pinned neuron, the best parameters of a search, or the sliders. */
export type Role = "target" | "pinned" | "best" | "yours";

export interface Line {
  readonly role: Role;
  readonly t0: number;
  readonly dt: number;
  readonly v: Float64Array;
  readonly current: Float64Array;
  readonly spikes: readonly number[];
  /** The time of the first sample that is not finite, or NaN. */
  readonly divergedAt: number;
}

/** A part of the current that the user can drag, because its height or its time depends on a stimulus parameter. */
export interface Handle {
  readonly name: string;
  readonly axis: "height" | "time";
  readonly t: number;
  readonly current: number;
  readonly value: number;
  /** The change of the current or of the time per change of the value. */
  readonly slope: number;
  /** The time range in which the current has this height. */
  readonly step?: Range;
}

/** The result of a simulation and evaluation by the host. `scale` contains rest, threshold and peak if they are known. */
export interface Simulated {
  readonly line: Line;
  readonly verdict: Verdict | null;
  readonly scale: readonly [rest: number, threshold: number, peak: number] | null;
}

/** A part of a figure: a range of its x axis and, if it was selected too, of its y axis. */
export interface Zoom {
  readonly x: Range;
  readonly y: Range | null;
}

/** A span of the sweep that a criterion evaluates, with the measured value. */
export interface Looked {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly passed: boolean;
}
