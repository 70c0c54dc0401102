// The measured onset of firing of one neuron, and its kinds.

/** Every kind of onset, in the order of Python's KINDS. */
export const KINDS = [
  "no firing",
  "fires at rest",
  "unclear",
  "staircase",
  "bursting",
  "finite",
  "logarithm",
  "root",
] as const;

export type Kind = (typeof KINDS)[number];

/** The onset of firing of a neuron that gets a step of current at rest. Python documents the fields. */
export interface Onset {
  kind: Kind;
  top: number;
  spikes: number;
  rheobase: number;
  width: number;
  exponent: number;
  error: number;
  drive: number;
  period: number;
  slowest: number;
  shares: number[];
  periods: number[];
  reached: boolean;
  persists: boolean;
  ripples: number;
  ripplesFar: number;
  lingers: number;
  spread: number;
  spreadFar: number;
  skips: boolean;
  exhausted: boolean;
}

export const silent = (): Onset => ({
  kind: "no firing",
  top: Number.NaN,
  spikes: 0,
  rheobase: Number.NaN,
  width: Number.NaN,
  exponent: Number.NaN,
  error: Number.NaN,
  drive: Number.NaN,
  period: Number.NaN,
  slowest: Number.NaN,
  shares: [],
  periods: [],
  reached: false,
  persists: false,
  ripples: 0,
  ripplesFar: 0,
  lingers: 0,
  spread: Number.NaN,
  spreadFar: Number.NaN,
  skips: false,
  exhausted: false,
});

/** The limits of the measurement close to the rheobase. */
export interface Depth {
  /** The period is followed to this multiple of the period at twice the rheobase, and further to `slowest` ms. */
  readonly least: number;
  readonly slowest: number;
  /** The tolerance of the rheobase, as a share of it. */
  readonly tolerance: number;
  /** Maximum simulated time in ms. */
  readonly budget: number;
  /** The depth at which an unclear onset is measured again, unless it exceeded the budget. */
  readonly deeper?: Depth;
}

const DEEP: Depth = { least: 100, slowest: 10_000, tolerance: 1e-9, budget: 4_000_000 };

/** Every depth by its name, as in Python. */
export const DEPTHS = {
  coarse: { least: 32, slowest: 100, tolerance: 1e-8, budget: 60_000 },
  search: { least: 32, slowest: 2000, tolerance: 1e-8, budget: 600_000, deeper: DEEP },
  deep: DEEP,
} as const satisfies Record<string, Depth>;

export type DepthName = keyof typeof DEPTHS;

/** The error for a simulated time that exceeds the budget of a depth. */
export class BudgetError extends Error {}

/** The fields that criteria evaluate. */
export interface OnsetFeatures {
  readonly [name: string]: number;
}

export function featuresOf(one: Onset): OnsetFeatures {
  const isClear = one.kind === "root" || one.kind === "logarithm" || one.kind === "finite";
  return {
    kind: KINDS.indexOf(one.kind),
    clear: Number(isClear),
    top: Number.isNaN(one.top) ? 0 : one.top,
    spikes: one.spikes,
    rheobase: one.rheobase,
    exponent: one.exponent,
    drive: one.drive,
    rise: one.slowest / one.period,
    rate: 1000 / one.period,
    skipped: Math.max(one.ripples - Math.max(one.ripplesFar, 1), 0),
    spread: one.spread,
    spread_far: one.spreadFar,
  };
}
