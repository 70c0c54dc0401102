// Requests of the tools to the host. A job continues while its tool is closed, and its result is kept.

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import type { Range } from "../catalogue.ts";
import { endsOf } from "../engine/scales.ts";
import type { Listener } from "../hosts/host.ts";
import type { AssessedRow, Requests } from "../messages.ts";
import type { Selection, SelectionModel } from "../models/selection.ts";
import type { JudgedPlane } from "./cells.tsx";
import type { Profile } from "./curves.tsx";
import type { Diagram } from "./onset.tsx";
import type { Phase } from "./requestedPhasePlane.tsx";
import type { Sets } from "./samples.tsx";

type Rows = Readonly<Record<string, AssessedRow>>;

/** The data that each kind of job derives from its replies. */
export interface JobData {
  assess: { readonly rows: Rows; readonly seconds: number; readonly csv: string };
  bifurcations: Diagram;
  equations: {
    readonly name: string;
    readonly lines: string;
    readonly meanings: Readonly<Record<string, string>>;
    readonly card: string;
  };
  phase: Phase;
  plane: JudgedPlane;
  profiles: Readonly<Record<string, Profile>>;
  rate: { readonly current: ArrayLike<number>; readonly rate: ArrayLike<number> };
  repertoire: Rows;
  samples: Sets;
}

export type JobKind = keyof JobData;

export interface JobState<D> {
  readonly state: "" | "running" | "done" | "stopped" | "failed";
  /** A sentence if the job failed, otherwise an empty string. */
  readonly error: string;
  readonly done: number;
  readonly total: number;
  /** The selection at the start of the job. */
  readonly about: Selection | null;
  /** The data of the last reply. Until the first reply, they are those of the previous request. */
  readonly data: D | null;
}

type AnyReply<K extends JobKind> = Parameters<Listener<K>>[0];

/** A reply with all its fields. */
export type FullReply<K extends JobKind> = AnyReply<K> & { readonly state: "waiting" | "running" | "paused" | "done" };
export type JobArrays<K extends JobKind> = Parameters<Listener<K>>[1];
/** Combines the data of earlier replies to the same request with a reply. */
export type Take<K extends JobKind> = (
  data: JobData[K] | null,
  reply: FullReply<K>,
  arrays: JobArrays<K>,
) => JobData[K];

export interface Job<K extends JobKind> {
  readonly job: ReadonlySignal<JobState<JobData[K]>>;
  /** Sends a request, which replaces the previous one. */
  begin(fields: Requests[K], take: Take<K>): void;
  stop(): void;
}

const kept = new WeakMap<SelectionModel, Map<string, unknown>>();

/** An object that an app keeps under a name while a tool is closed. The first call creates it. Each name has only one type. */
export function keptIn<T>({ selection }: Pick<App, "selection">, name: string, make: () => T): T {
  const own = kept.get(selection) ?? new Map<string, unknown>();
  kept.set(selection, own);
  if (!own.has(name)) own.set(name, make());
  return own.get(name) as T;
}

/** The job of a kind. An app has one job of each kind. */
export const jobOf = <K extends JobKind>(app: Pick<App, "selection" | "host">, kind: K): Job<K> =>
  keptIn(app, `job of ${kind}`, () => createJob(app, kind));

function createJob<K extends JobKind>({ selection, host }: Pick<App, "selection" | "host">, kind: K): Job<K> {
  const job = signal<JobState<JobData[K]>>({ state: "", error: "", done: 0, total: 0, about: null, data: null });
  const change = (next: Partial<JobState<JobData[K]>>) => {
    job.value = { ...job.peek(), ...next };
  };
  let cancel = () => {};
  let count = 0;
  return {
    job,
    begin(fields, take) {
      cancel();
      const own = ++count;
      let data: JobData[K] | null = null;
      change({ state: "running", error: "", done: 0, total: 0, about: selection.current.peek() });
      cancel = host.ask<K>(kind, fields, (reply, arrays) => {
        if (own !== count) return;
        if (isFull<K>(reply)) {
          data = take(data, reply, arrays);
          change({ state: reply.state === "done" ? "done" : "running", data, ...progressOf(reply) });
        } else if (reply.state === "failed") change({ state: "failed", error: reply.error ?? "" });
        else change({ state: "stopped" });
      });
    },
    stop() {
      count++;
      cancel();
      cancel = () => {};
      if (job.peek().state === "running") change({ state: "stopped" });
    },
  };
}

const isFull = <K extends JobKind>(reply: AnyReply<K>): reply is FullReply<K> =>
  ["waiting", "running", "paused", "done"].includes(reply.state);

function progressOf(reply: object): { done: number; total: number } {
  const numberOf = (value: unknown) => (typeof value === "number" ? value : 0);
  return { done: "done" in reply ? numberOf(reply.done) : 0, total: "total" in reply ? numberOf(reply.total) : 0 };
}

/**
 * Starts a job when the text `about` has not changed for some time, and stops the job when its view is removed.
 *
 * @param rest time in ms without a change
 */
export function useJobAtRest<K extends JobKind>(job: Job<K>, rest: number, begin: () => void, about: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request depends on `about`, a text that compares by value.
  useEffect(() => {
    const timer = setTimeout(begin, rest);
    return () => clearTimeout(timer);
  }, [about]);
  useEffect(() => job.stop, [job]);
}

/** The fields of a request about a selection. */
export const requestOf = ({
  model,
  pattern,
  values,
  dt,
}: Selection): Pick<Selection, "model" | "pattern" | "values" | "dt"> => ({
  model,
  pattern,
  values,
  dt,
});

/** The ranges of all sliders, each extended to the value of its slider. */
export function rangesFor({ selection }: Pick<App, "selection">): Record<string, Range> {
  const { values } = selection.current.value;
  return Object.fromEntries(
    selection.sliders.value.map((slider) => [slider.name, endsOf(slider, values[slider.name])]),
  );
}
