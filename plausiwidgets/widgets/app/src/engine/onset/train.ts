// Runs of one neuron at a constant current, and the spike trains that they return.

/** A run with a step of current, from the resting state or from a state in which the neuron fires. */
export interface Run {
  /** The height of the step above the holding current. */
  readonly current: number;
  /** Minimum length in ms. */
  readonly time: number;
  /** The initial state, or null for the resting state. */
  readonly state: readonly number[] | null;
  /** Whether to keep the potential. */
  readonly records?: boolean;
}

export type Runs<T> = Generator<Run, T, Train>;

const STEADY = 0.01;
const NEAR_STEADY = 0.03;
const ENOUGH = 10;

/** The spike train of a run. */
export class Train {
  /** Intervals of the last half, in time steps. */
  readonly late: readonly number[];
  readonly longest: number;
  readonly shortest: number;
  /** Whether the train continues to the end of the run. */
  readonly fires: boolean;
  /** Mean of the late intervals in ms, or NaN if the train does not continue to the end of the run. */
  readonly period: number;
  /** The ratio of the longest to the shortest late interval, minus the effect of the time step. NaN below 3 spikes. */
  readonly spread: number;

  constructor(
    /** Time steps of the spikes. */
    readonly spikes: readonly number[],
    /** Length of the run in time steps. */
    readonly steps: number,
    readonly dt: number,
    readonly state: readonly number[],
    readonly diverged: boolean,
    readonly v: Float64Array | null = null,
  ) {
    const n = spikes.length;
    const count = Math.max(n - 1, 0);
    const late: number[] = [];
    for (let k = Math.floor(count / 2); k < count; k++) late.push(spikes[k + 1] - spikes[k]);
    this.late = late;
    let longest = 0;
    let shortest = late.length ? steps : 0;
    for (const x of late) {
      if (x > longest) longest = x;
      if (x < shortest) shortest = x;
    }
    this.longest = longest;
    this.shortest = shortest;
    this.fires = n >= 3 && !diverged && steps - spikes[n - 1] <= 1.5 * longest + 1;
    this.period = this.fires ? this.#mean(late.length) * dt : Number.NaN;
    this.spread = n >= 3 ? (longest - 1) / (shortest + 1) : Number.NaN;
  }

  /** This train followed by a train that starts at its end. */
  followedBy(more: Train): Train {
    const spikes = [...this.spikes, ...more.spikes.map((k) => k + this.steps)];
    return new Train(spikes, this.steps + more.steps, this.dt, more.state, more.diverged, more.v);
  }

  /** Length in ms. */
  get time(): number {
    return this.steps * this.dt;
  }

  /** Whether the late intervals are equal. */
  get isCalm(): boolean {
    return this.fires && this.spread <= 1 + STEADY;
  }

  /** Whether the train has reached its mean interval. */
  get isSteady(): boolean {
    if (this.spikes.length < ENOUGH || !this.fires) return false;
    const n = this.late.length;
    const whole = this.#mean(n);
    const last = this.#mean(n - Math.floor(n / 2));
    return Math.abs(last - whole) <= STEADY * whole + 1 / n;
  }

  /** Time in ms after which every interval is that of the steady train, at most half of the run. */
  get settledAfter(): number {
    const { spikes } = this;
    const mean = this.#mean(this.late.length);
    let first = 0;
    for (let k = 0; k + 1 < spikes.length; k++) {
      if (Math.abs(spikes[k + 1] - spikes[k] - mean) > NEAR_STEADY * mean + 2) first = k + 1;
    }
    return Math.min(spikes[Math.min(first, spikes.length - 1)], 0.5 * this.steps) * this.dt;
  }

  /** The mean of the last intervals, in time steps. */
  #mean(count: number): number {
    const last = this.spikes.length - 1;
    return (this.spikes[last] - this.spikes[last - count]) / count;
  }
}

/** The number of time steps of a run of at least `time`, rounded up to one of eight lengths per octave. */
export function wholeSteps(time: number, dt: number): number {
  const steps = Math.max(Math.ceil(time / dt - 1e-9), 1);
  let unit = 1;
  while (steps > 16 * unit) unit *= 2;
  return Math.ceil(steps / unit) * unit;
}
