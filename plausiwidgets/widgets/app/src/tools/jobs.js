import { useEffect } from "preact/hooks";
import { endsOf } from "../engine/scales.ts";
import { useRedraw } from "../panels/redraw.js";

/** @import { Kind } from "../messages.ts" */
/** @import { App } from "../app.js" */
/** @import { Answer, Arrays, Selection } from "../types.d.ts" */
// What is asked of the host for a tool: it goes on while the tool is closed, and its result is kept.

/**
 * @typedef {object} Job
 * @property {"" | "running" | "done" | "stopped" | "failed"} state
 * @property {string} error a sentence, of one that failed
 * @property {number} done
 * @property {number} total
 * @property {Selection | null} about what it was asked about
 * @property {any} data what was taken from its answers
 */

/** @type {WeakMap<App, Map<string, any>>} */
const kept = new WeakMap();

/** What an app keeps under a name while the tool is closed, made when it is first asked for. @template T @param {App} app @param {string} name @param {() => T} make @returns {T} */
export function keptIn(app, name, make) {
  const own = kept.get(app) ?? new Map();
  kept.set(app, own);
  if (!own.has(name)) own.set(name, make());
  return own.get(name);
}

/** The job of a kind: one an app. @param {App} app @param {Kind} kind */
export const jobOf = (app, kind) => keptIn(app, `job of ${kind}`, () => createJob(app, kind));

/** @param {App} app @param {Kind} kind */
function createJob(app, kind) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {Job} */
  let job = { state: "", error: "", done: 0, total: 0, about: null, data: null };
  let cancel = () => {};
  let count = 0;
  const set = (/** @type {Partial<Job>} */ change) => {
    job = { ...job, ...change };
    for (const listener of [...listeners]) listener();
  };
  return {
    get: () => job,
    /** @param {() => void} listener */
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /**
     * Asks; `take` makes the data of the last ones and an answer. What is shown stays until the first answer.
     * @param {object} fields @param {(data: any, answer: Answer, arrays: Arrays) => any} take
     */
    begin(fields, take) {
      cancel();
      const mine = ++count;
      let data = /** @type {any} */ (null);
      set({ state: "running", error: "", done: 0, total: 0, about: app.store.get().selection });
      cancel = app.host.ask(kind, /** @type {any} */ (fields), (/** @type {Answer} */ answer, arrays) => {
        if (mine !== count) return;
        const { state, done = 0, total = 0 } = answer;
        if (state === "failed") return set({ state, error: answer.error ?? "" });
        if (state === "superseded" || state === "stopped") return set({ state: "stopped" });
        data = take(data, answer, arrays);
        set({ state: state === "done" ? "done" : "running", data, done, total });
      });
    },
    stop() {
      count++;
      cancel();
      cancel = () => {};
      if (job.state === "running") set({ state: "stopped" });
    },
  };
}

/** A job, and the view that asks for it is drawn anew when it changes. @param {App} app @param {Kind} kind */
export function useJob(app, kind) {
  const job = jobOf(app, kind);
  useRedraw(job.on, [job]);
  return job;
}

/**
 * Asks at rest after each change of what it is about, and ends with its view.
 * @param {ReturnType<typeof createJob>} job @param {number} rest ms @param {() => void} begin @param {unknown[]} about
 */
export function useJobAtRest(job, rest, begin, about) {
  useEffect(() => {
    const timer = setTimeout(begin, rest);
    return () => clearTimeout(timer);
  }, about);
  useEffect(() => job.stop, []);
}

/** The fields of a question about a selection. @param {Selection} selection */
export const asked = ({ model, pattern, values, dt }) => ({ model, pattern, values, dt });

/** The ranges of all sliders, each with its value. @param {App} app @returns {Record<string, import("../types.d.ts").Range>} */
export function rangesFor(app) {
  const { values } = app.store.get().selection;
  return Object.fromEntries(app.sliders.map((slider) => [slider.name, endsOf(slider, values[slider.name])]));
}
