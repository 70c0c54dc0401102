// Several measurements advance together. Each pauses for its simulations, which a kernel computes in its lanes. The results are
// those of the neuron's own function, so a measurement does not depend on the kernel or on the other measurements.

import type { Call, Neuron, Simulated } from "../neuron.ts";
import type { Pause, Paused } from "../runner.ts";
import { valuesOf } from "../runtime.ts";
import { ADDRESSES, CHUNK, DIVERGED, LANES, moduleFor } from "./kernel.ts";

/** Measurements that are parts of a task, with their results. */
interface Whole {
  /** The task that waits for the results, or null. */
  readonly task: Task | null;
  readonly results: unknown[];
  missing: number;
}

/** A measurement, which is one part of a whole. */
interface Task {
  readonly work: Paused<unknown>;
  readonly whole: Whole;
  readonly place: number;
}

/** Adds the parts of a task to the queue. The first part is the next task. */
function divided(works: readonly Paused<unknown>[], task: Task | null, queue: Task[]): Whole {
  const whole: Whole = { task, results: new Array(works.length), missing: works.length };
  for (let place = works.length - 1; place >= 0; place--) queue.push({ work: works[place], whole, place });
  return whole;
}

const isParts = (pause: Pause): pause is readonly Paused<unknown>[] => Array.isArray(pause);

/** A simulation in a lane, and its results so far. */
interface Job {
  readonly task: Task;
  readonly call: Call;
  readonly recorded: Float64Array | null;
  readonly spikes: number[];
  /** The number of computed steps. */
  done: number;
  diverged: number;
}

export class Lanes {
  readonly #neuron: Neuron;
  readonly #values: Float64Array;
  readonly #integers: Int32Array;
  readonly #run: (steps: number, stopping: number) => number;
  /** The constant current in the window of each lane, or NaN. */
  readonly #levels = new Array<number>(LANES).fill(Number.NaN);

  /** The number of lanes. */
  readonly width = LANES;

  private constructor(neuron: Neuron, { exports: { run, memory } }: WebAssembly.Instance) {
    this.#neuron = neuron;
    this.#run = run as (steps: number, stopping: number) => number;
    const { buffer } = memory as WebAssembly.Memory;
    this.#values = new Float64Array(buffer);
    this.#integers = new Int32Array(buffer);
  }

  /** The lanes for a neuron, or null without a kernel. */
  static async of(neuron: Neuron): Promise<Lanes | null> {
    const module = await moduleFor(neuron);
    if (!module) return null;
    // Safari compiles a module although the policy of the page forbids WebAssembly, and rejects the instance.
    const instance = await WebAssembly.instantiate(module).catch(() => null);
    return instance && new Lanes(neuron, instance);
  }

  /** Finishes measurements, and returns their results in the same order. The generator pauses after each part of the work. */
  *finishing<T>(works: readonly Paused<T>[]): Generator<void, T[]> {
    const jobs: (Job | null)[] = new Array(LANES).fill(null);
    const queue: Task[] = [];
    const all = divided(works, null, queue);
    /** Continues a measurement until its next simulation. At its end, another measurement continues. */
    const resume = (lane: number, from: Task, result: Simulated | undefined) => {
      let task: Task | undefined = from;
      let given: Simulated | readonly unknown[] | undefined = result;
      jobs[lane] = null;
      while (task) {
        const step = task.work.next(given);
        given = undefined;
        if (step.done) {
          const { whole, place }: Task = task;
          whole.results[place] = step.value;
          whole.missing--;
          const waiting: Task | null = whole.missing ? null : whole.task;
          task = waiting ?? queue.pop();
          if (waiting) given = whole.results;
        } else if (isParts(step.value)) {
          if (!step.value.length) given = [];
          else {
            divided(step.value, task, queue);
            task = queue.pop();
          }
        } else if (step.value && this.#takes(step.value)) {
          jobs[lane] = this.#begin(lane, task, step.value);
          return;
        }
      }
    };
    while (queue.length || jobs.some((job) => job)) {
      for (let lane = 0; lane < LANES; lane++) {
        const task = jobs[lane] ? undefined : queue.pop();
        if (task) resume(lane, task, undefined);
      }
      if (!jobs.some((job) => job)) continue;
      this.#advance(jobs);
      for (const [lane, job] of jobs.entries()) {
        if (job && (job.done === job.call.steps || job.diverged >= 0)) resume(lane, job.task, this.#end(lane, job));
      }
      yield;
    }
    return all.results as T[];
  }

  /** Whether the kernel can compute a simulation, which records at most the potential. */
  #takes({ record, steps }: Call): boolean {
    return steps > 0 && (!record.length || (record.length === 1 && record[0] === this.#neuron.states[0]));
  }

  /** The index of a value of the first lane. */
  #place(k: number): number {
    return ADDRESSES.values / 8 + k * LANES;
  }

  #begin(lane: number, task: Task, call: Call): Job {
    const values = this.#values;
    const own = [...call.state, ...valuesOf(this.#neuron.parameters, call.parameters), call.dt];
    own.forEach((value, k) => {
      values[this.#place(k) + lane] = value;
    });
    if (typeof call.currents === "number" && this.#levels[lane] !== call.currents) {
      values.fill(call.currents, lane * CHUNK, (lane + 1) * CHUNK);
      this.#levels[lane] = call.currents;
    }
    const recorded = call.record.length ? new Float64Array(call.steps) : null;
    return { task, call, recorded, spikes: [], done: 0, diverged: -1 };
  }

  /** Advances all lanes by the same number of steps. */
  #advance(jobs: readonly (Job | null)[]): void {
    const values = this.#values;
    let steps = CHUNK;
    let stopping = 0;
    const busy = jobs.findIndex((job) => job);
    for (const [lane, job] of jobs.entries()) {
      if (!job) {
        // An idle lane repeats a busy one, because a diverged state would cost an event in each step.
        for (let k = 0; k <= this.#neuron.states.length + this.#neuron.parameters.length; k++)
          values[this.#place(k) + lane] = values[this.#place(k) + busy];
        continue;
      }
      steps = Math.min(steps, job.call.steps - job.done);
      stopping |= 1 << (lane + DIVERGED);
      if (job.spikes.length + 1 >= job.call.spikeLimit) stopping |= 1 << lane;
    }
    for (const [lane, job] of jobs.entries()) {
      if (!job || typeof job.call.currents === "number") continue;
      values.set(job.call.currents.subarray(job.done, job.done + steps), lane * CHUNK);
      this.#levels[lane] = Number.NaN;
    }
    const done = this.#run(steps, stopping) / 8;
    for (let k = ADDRESSES.events / 4; k < this.#integers[ADDRESSES.end / 4] / 4; k += 2) {
      const [at, bits] = [this.#integers[k] / 8, this.#integers[k + 1]];
      for (const [lane, job] of jobs.entries()) {
        if (!job || job.diverged >= 0 || job.spikes.length >= job.call.spikeLimit) continue;
        if ((bits >> (lane + DIVERGED)) & 1) job.diverged = job.done + at;
        else if ((bits >> lane) & 1) job.spikes.push(job.done + at);
      }
    }
    for (const [lane, job] of jobs.entries()) {
      if (!job) continue;
      const first = ADDRESSES.potentials / 8 + lane * CHUNK;
      job.recorded?.set(values.subarray(first, first + done), job.done);
      // After the last allowed spike, the next step counts as diverged.
      const { length } = job.spikes;
      if (job.diverged < 0 && length >= job.call.spikeLimit && job.spikes[length - 1] + 1 < job.call.steps)
        job.diverged = job.spikes[length - 1] + 1;
      job.done += done;
    }
  }

  #end(lane: number, { call, recorded, spikes, diverged }: Job): Simulated {
    const state = call.state.map((_, k) => (diverged < 0 ? this.#values[this.#place(k) + lane] : Number.NaN));
    if (diverged >= 0) recorded?.fill(Number.NaN, diverged);
    return { spikes, recorded: recorded ? [recorded] : [], state, reached: state, diverged };
  }
}
