// The functions that emitted neurons call. They stay JavaScript in the Python package, which pastes their text into modules.

export * from "../../../../engine/javascript/runtime.js";

/**
 * A part of a current, linear from `first` to `last` over on ≤ t < off. Times are in ms. A waveform has three more numbers: its
 * kind, which is 1 for noise with tau and seed, and 2 for a chirp with f0 and f1.
 */
export type Piece = readonly number[];
