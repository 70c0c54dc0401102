// A simulation by the host, if the page cannot simulate the neuron or evaluate the pattern.

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Host } from "../hosts/host.ts";
import type { Simulated } from "./lines.ts";
import { simulatedBy } from "./remote.ts";
import type { Notify, Selection } from "./selection.ts";
import type { Simulation } from "./simulation.ts";

const LONG = 300; // time in ms after which the screen shows that a simulation runs

/** A line or a verdict that Python is computing. `total` is the number of time steps, or 0 if it is unknown. */
export interface Waiting {
  readonly what: "line" | "verdict";
  readonly state: "running" | "stopped" | "failed";
  readonly done: number;
  readonly total: number;
}

export interface HostSimulation {
  /** The simulation that the screen shows as running, stopped or failed. */
  readonly waiting: ReadonlySignal<Waiting | null>;
  /** Sends the selection to the host. The result replaces the former one when it arrives. */
  ask(what: Waiting["what"]): void;
  /** Ends the simulation at the user's request. */
  stop(): void;
  /** Ends the simulation because the selection has changed, and removes the sentence about a failure. */
  abandon(): void;
  /** Ends the display of a running, stopped or failed simulation. */
  clear(): void;
}

export interface HostSimulationOptions {
  readonly current: ReadonlySignal<Selection>;
  readonly simulation: ReadonlySignal<Simulation>;
  readonly host: Pick<Host, "ask">;
  readonly notify: Notify;
  /** Whether a line can be shown until the host replies. */
  hasLine(): boolean;
  take(result: Simulated): void;
}

export function createHostSimulation(options: HostSimulationOptions): HostSimulation {
  const { current, simulation, host, notify } = options;
  const waiting = signal<Waiting | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cancel = () => {};
  let takeBack = () => {}; // removes the sentence about a failure

  const abandon = () => {
    cancel();
    cancel = () => {};
    clearTimeout(timer);
    takeBack();
    takeBack = () => {};
  };
  const ask = (what: Waiting["what"]) => {
    abandon();
    const of = current.peek();
    const { model, values, dt } = of;
    const { pattern, sweep } = simulation.peek();
    const show = (next: Partial<Waiting> = {}) => {
      waiting.value = { what, state: "running", done: 0, total: 0, ...next };
    };
    if (waiting.peek() || !options.hasLine()) show();
    else timer = setTimeout(show, LONG);
    const fields = { model, pattern: of.pattern, values, dt, sweeps: [sweep.name], states: false };
    cancel = host.ask("simulate", fields, (reply, arrays) => {
      if (current.peek() !== of || reply.state === "superseded") return;
      clearTimeout(timer);
      if (reply.state === "running") return show({ done: reply.done, total: reply.total });
      batch(() => {
        if (reply.state === "done") {
          options.take(simulatedBy(reply, arrays, pattern, sweep.name));
          waiting.value = null;
        } else {
          show({ state: reply.state === "stopped" ? "stopped" : "failed" });
          takeBack = notify(reply.error ?? "");
        }
      });
    });
  };
  return {
    waiting,
    ask,
    stop() {
      cancel();
      clearTimeout(timer);
      const before = waiting.peek();
      if (before) waiting.value = { ...before, state: "stopped" };
    },
    abandon,
    clear() {
      waiting.value = null;
    },
  };
}
