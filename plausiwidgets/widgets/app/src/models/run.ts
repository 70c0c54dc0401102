// The simulation of the selection, with the trace, the target, and the shown part of the sweep.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ModelData, Range } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import type { Host } from "../hosts/host.ts";
import { following } from "./following.ts";
import { createHostSimulation, type Waiting } from "./hostSimulation.ts";
import type { Line, Role, Simulated, Zoom } from "./lines.ts";
import type { Notify, Selection, SelectionModel } from "./selection.ts";
import { type Found, NOTHING_FOUND, runnersAt, type Simulation, simulationOf } from "./simulation.ts";
import { nearer } from "./zoom.ts";

export type { Waiting } from "./hostSimulation.ts";
export type { Found } from "./simulation.ts";

/** A reason to evaluate the selection again. */
export interface Occasion {
  readonly selection: Selection;
  /** Whether the page can simulate the neuron. */
  readonly isOurs: boolean;
  readonly opened: { readonly isOther: boolean };
}

export interface RunModel {
  readonly simulation: ReadonlySignal<Simulation>;
  /** Whether the page can simulate the neuron. Otherwise its host simulates it. */
  readonly isOurs: ReadonlySignal<boolean>;
  /** The reason for a new evaluation, as a new object for each change that requires one. */
  readonly occasion: ReadonlySignal<Occasion>;
  /** The trace of the neuron on the sliders. */
  readonly trace: ReadonlySignal<Line>;
  readonly target: ReadonlySignal<Line | null>;
  /** The name of the shown sweep. */
  readonly sweep: ReadonlySignal<string>;
  /** The names of all sweeps. */
  readonly sweeps: ReadonlySignal<readonly string[]>;
  /** The sweeps that procedures have found for the pair of model and pattern. */
  readonly found: ReadonlySignal<Found>;
  /** The relevant part of the sweep. Null if the whole sweep is shown or relevant. */
  readonly event: ReadonlySignal<Range | null>;
  readonly isWhole: ReadonlySignal<boolean>;
  readonly zoom: ReadonlySignal<Zoom | null>;
  /** Whether only a part of the sweep is relevant, so that the user can switch. */
  readonly isPart: ReadonlySignal<boolean>;
  /** The simulation by the host that the screen shows as running, stopped or failed. */
  readonly waiting: ReadonlySignal<Waiting | null>;
  /** The result of the host for the current selection, or for a former one while the host simulates. */
  readonly answered: ReadonlySignal<Simulated | null>;
  /** Whether the trace belongs to former values, because the host has not simulated the current ones yet. */
  readonly isFaded: ReadonlySignal<boolean>;
  /** The time under the pointer, for views that show the state at this time. */
  readonly pointedAt: ReadonlySignal<number | null>;

  pointAt(time: number | null): void;
  zoomTo(zoom: Zoom | null): void;
  /**
   * Zooms in (a factor below 1) or out around a time, by default the centre.
   *
   * @param shown the range of a figure, if it has more lines than the trace and the target
   */
  zoomBy(factor: number, around?: number | null, shown?: Range): void;
  showWhole(isWhole: boolean): void;
  showSweep(name: string): void;
  /** Stores the sweeps that a procedure has found during the evaluation of the selection. */
  takeSweeps(found: Found): void;
  /** The line of other values of the current pair, which is simulated once. Null if the page cannot simulate the neuron. */
  lineOf(role: Exclude<Role, "target" | "yours">, values: Readonly<Record<string, number>> | null): Line | null;
  /** Requests the simulation or the evaluation from the host if the page cannot do it. */
  askHost(what: "line" | "verdict"): void;
  stopWaiting(): void;
  /** Repeats the simulation after a stop or a failure. */
  again(): void;
  close(): void;
}

export function createRun(selection: SelectionModel, host: Pick<Host, "can" | "ask">, notify: Notify): RunModel {
  const { current } = selection;
  const { own, keep, forget } = ownOf(current);
  const results = resultsOf(selection, own);
  const { isOurs, simulation, trace, target, found, answered, sweep } = results;
  const occasion = occasionOf(selection, isOurs);
  const view = viewOf(simulation, trace, target);
  const remote = createHostSimulation({
    current,
    simulation,
    host,
    notify,
    hasLine: () => isOurs.peek() || answered.peek() !== null,
    take: (result) => keep({ answered: result }),
  });
  const stopFollowing = following(occasion, (now, last) => {
    const isOpened = last !== null && now.opened !== last.opened;
    forget();
    if (isOpened) view.reset(now.opened.isOther);
    remote.abandon();
    if (now.isOurs || (isOpened && now.opened.isOther)) remote.clear();
    if (!now.isOurs) remote.ask("line");
  });

  return {
    ...results,
    occasion,
    ...view.signals,
    ...view.actions,
    waiting: remote.waiting,
    isFaded: computed(() => remote.waiting.value?.what === "line"),
    showSweep(name) {
      batch(() => {
        keep({ sweep: name });
        view.actions.zoomTo(null);
        if (!isOurs.peek()) remote.ask("line");
      });
    },
    takeSweeps(sweeps) {
      if (sweeps.some(Boolean)) keep({ found: sweeps });
    },
    lineOf: linesOf(selection, isOurs, found, sweep),
    askHost: remote.ask,
    stopWaiting: remote.stop,
    again: () => remote.ask(isOurs.peek() ? "verdict" : "line"),
    close() {
      stopFollowing();
      remote.abandon();
    },
  };
}

/** The simulation of the selection, and its parts. */
function resultsOf({ catalogue, data, current }: SelectionModel, own: ReadonlySignal<Own>) {
  const isOurs = computed(() => canSimulate(data.value, current.value));
  const found = computed(() => own.value.found);
  const answered = computed(() => own.value.answered);
  const chosen = computed(() => own.value.sweep);
  // Runners store their simulations, so another sweep or an evaluation of the selection reuses the resting state.
  const runners = computed(() => runnersAt(catalogue, data.value, current.value));
  const line = computed(() => (isOurs.value ? null : answered.value)); // a verdict of the host does not replace the trace of the page
  const simulation = computed(() => {
    const options = { found: found.value, answered: line.value, shown: chosen.value, runners: runners.value };
    return simulationOf(catalogue, data.value, current.value, options);
  });
  return {
    isOurs,
    found,
    answered,
    simulation,
    trace: computed(() => simulation.value.trace("yours")),
    target: computed(() => simulation.value.target()),
    sweep: computed(() => simulation.value.sweep.name),
    sweeps: namesOf(simulation),
  };
}

/** Whether the page can simulate a neuron. The result depends on the data, because they may contain its program. */
const canSimulate = (_: ModelData, { model }: Selection): boolean => NEURONS[model] !== undefined;

/**
 * The reason for a new evaluation, as a new object for each change that requires one. If only the host can simulate a neuron,
 * more complete data require no new evaluation.
 */
function occasionOf(
  { data, current, opened }: SelectionModel,
  isOurs: ReadonlySignal<boolean>,
): ReadonlySignal<Occasion> {
  let last: Occasion | null = null;
  return computed(() => {
    data.value; // subscribes to the data, because any data of a neuron that the page can simulate may change its verdict
    const next = { selection: current.value, isOurs: isOurs.value, opened: opened.value };
    const isSame = last !== null && last.selection === next.selection && last.opened === next.opened;
    if (last === null || !isSame || last.isOurs || next.isOurs) last = next;
    return last;
  });
}

/** The state for one pair of model and pattern, which another pair does not inherit. */
interface Own {
  readonly found: Found;
  readonly answered: Simulated | null;
  /** The name of the selected sweep. */
  readonly sweep: string;
}

const NOTHING: Own = { found: NOTHING_FOUND, answered: null, sweep: "" };

function ownOf(current: ReadonlySignal<Selection>) {
  const pair = computed(() => `${current.value.model} ${current.value.pattern}`);
  const kept = signal({ pair: pair.peek(), own: NOTHING });
  const own = computed(() => (kept.value.pair === pair.value ? kept.value.own : NOTHING));
  return {
    own,
    keep(change: Partial<Own>) {
      kept.value = { pair: pair.peek(), own: { ...own.peek(), ...change } };
    },
    /** Drops the state of a former pair, so that a return to it starts without this state. */
    forget() {
      if (kept.peek().pair !== pair.peek()) kept.value = { pair: pair.peek(), own: NOTHING };
    },
  };
}

/** The shown part of the sweep, and the pointer in it. */
function viewOf(
  simulation: ReadonlySignal<Simulation>,
  trace: ReadonlySignal<Line>,
  target: ReadonlySignal<Line | null>,
) {
  const isWhole = signal(false);
  const zoom = signal<Zoom | null>(null);
  const pointedAt = signal<number | null>(null);
  const part = computed(() => simulation.value.event(trace.value));
  const event = computed(() => (isWhole.value ? null : part.value));
  const isPart = computed(() => zoom.value !== null || part.value !== null);
  const range = (): Range => zoom.peek()?.x ?? event.peek() ?? rangeOf([trace.peek(), target.peek()]);
  return {
    signals: { event, isWhole, zoom, isPart, pointedAt },
    actions: {
      pointAt(time: number | null) {
        pointedAt.value = time;
      },
      zoomTo(next: Zoom | null) {
        zoom.value = next;
      },
      zoomBy(factor: number, around: number | null = null, shown: Range = range()) {
        const next = nearer(shown, rangeOf([trace.peek()]), factor, around ?? (shown[0] + shown[1]) / 2);
        zoom.value = next && { x: next, y: zoom.peek()?.y ?? null };
      },
      showWhole(whole: boolean) {
        batch(() => {
          isWhole.value = whole;
          zoom.value = null;
        });
      },
    },
    reset(isOther: boolean) {
      zoom.value = null;
      if (isOther) isWhole.value = false;
    },
  };
}

/** The time range that contains some lines. */
function rangeOf(lines: readonly (Line | null)[]): Range {
  const own = lines.filter((line) => line !== null);
  return [Math.min(...own.map(({ t0 }) => t0)), Math.max(...own.map(({ t0, dt, v }) => t0 + v.length * dt))];
}

/** The names of all sweeps. The object stays the same during a drag. */
function namesOf(simulation: ReadonlySignal<Simulation>): ReadonlySignal<readonly string[]> {
  const text = computed(() => JSON.stringify(simulation.value.sweeps));
  return computed(() => JSON.parse(text.value));
}

/** Returns lines of other values, and stores one line for each role. */
function linesOf(
  { catalogue, data, current }: SelectionModel,
  isOurs: ReadonlySignal<boolean>,
  found: ReadonlySignal<Found>,
  sweep: ReadonlySignal<string>,
): RunModel["lineOf"] {
  const known = new Map<Role, { key: string; found: Found; data: ModelData; line: Line }>();
  return (role, values) => {
    if (!isOurs.value || !values) return null;
    const at = { ...current.value, values: { ...current.value.values, ...values } };
    const key = JSON.stringify([at.model, at.pattern, at.dt, at.values, sweep.value]);
    const before = known.get(role);
    if (before?.key === key && before.found === found.value && before.data === data.value) return before.line;
    const options = { found: found.value, shown: sweep.value };
    const line = simulationOf(catalogue, data.value, at, options).trace(role);
    known.set(role, { key, found: found.value, data: data.value, line });
    return line;
  };
}
