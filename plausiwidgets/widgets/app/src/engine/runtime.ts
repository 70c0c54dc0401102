// The functions that generated neurons call. They are JavaScript in the Python package, which inserts their text into modules.

export * from "../../../../engine/javascript/runtime.js";

/**
 * A part of a current that is linear from `first` to `last` in on ≤ t < off. Times are in ms. A waveform has three more
 * numbers: its kind (1 for noise, 2 for a chirp) and two parameters (tau and seed, or f0 and f1).
 */
export type Piece = readonly number[];
