// Simulated lines, and the parts of them that a view shows. Times in ms, potentials in mV, currents in the unit of the
// model.

import type { Range } from "../catalogue.ts";
import type { Verdict } from "../engine/judge.ts";

/** The line of the target, of a pinned neuron, of the best parameters of a search, and of the sliders. */
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

/** A part of the current that can be dragged: its height or its time depends on a stimulus parameter. */
export interface Handle {
  readonly name: string;
  readonly axis: "height" | "time";
  readonly t: number;
  readonly current: number;
  readonly value: number;
  /** The change of the current, or of the time, with the value. */
  readonly slope: number;
  /** The time during which the current has this height. */
  readonly step?: Range;
}

/** The simulation and evaluation of a host. `scale` is rest, threshold and peak, if they are known. */
export interface Simulated {
  readonly line: Line;
  readonly verdict: Verdict | null;
  readonly scale: readonly [rest: number, threshold: number, peak: number] | null;
}

/** A part of a figure: a range of its horizontal axis, and one of its vertical axis if that was chosen as well. */
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
