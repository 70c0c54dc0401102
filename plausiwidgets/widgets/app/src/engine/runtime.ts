// The functions that emitted neurons call. They stay JavaScript in the Python package, which pastes their text into modules.

export * from "../../../../engine/javascript/runtime.js";

/** A part of a current, linear from `first` to `last` over on ≤ t < off. Times are in ms. */
export type Piece = readonly [on: number, off: number, first: number, last: number];
