import { searching as search } from "../engine/search/search.ts";

/** @import { Evaluation } from "../engine/search/search.ts" */
/** @import { Catalogue, Host, ModelData, Selection, Values } from "../types.d.ts" */
// A search without Python, in a worker of the browser.

const REPORT = 100; // ms between two answers

/** An order to the worker. @typedef {{ order: string, id: string, catalogue: Catalogue, data: ModelData, from: Selection, how: any }} Order */

/** Searches in a worker of the browser, by its orders; called there. */
export function seek() {
  const port = /** @type {any} */ (globalThis);
  /** @type {Generator<Evaluation, void> | null} */
  let work = null;
  let timer = 0;
  let isPaused = false;
  let at = { id: "", count: 0, best: /** @type {Values} */ ({}), least: Infinity, worked: 0, restarts: /** @type {number[]} */ ([]) };
  const report = (/** @type {string} */ state, /** @type {number[]} */ losses) => {
    const { id, count, best, least, worked, restarts } = at;
    const news = Float32Array.from(losses);
    port.postMessage({ id, state, from: count - losses.length, losses: news, best, least, restarts, seconds: worked / 1000 });
  };
  const advance = () => {
    timer = 0;
    if (!work || isPaused) return;
    const began = performance.now();
    /** @type {number[]} */
    const losses = [];
    let isOver = false;
    while (!isOver && performance.now() - began < REPORT) {
      const { done, value } = work.next();
      isOver = Boolean(done);
      if (!value) continue;
      if (value.isFirst) at.restarts.push(at.count);
      at.count++;
      losses.push(value.loss);
      if (value.loss < at.least) [at.least, at.best] = [value.loss, value.values];
    }
    at.worked += performance.now() - began;
    report(isOver ? "done" : "running", losses);
    if (isOver) work = null;
    else timer = Number(setTimeout(advance)); // a message may have come
  };
  port.onmessage = (/** @type {{ data: Order }} */ { data: { order, id, catalogue, data, from, how } }) => {
    if (order === "search") {
      at = { id, count: 0, best: {}, least: Infinity, worked: 0, restarts: [] };
      isPaused = false;
      work = search(catalogue, data, from, how);
      if (!timer) advance();
    } else if (work && id === at.id) {
      isPaused = order === "pause";
      if (order === "stop") work = null;
      report({ pause: "paused", stop: "stopped" }[order] ?? "running", []);
      if (work && !isPaused && !timer) advance();
    }
  };
}

/** A worker of the browser that runs the script of this page. */
function newWorker() {
  const script = /** @type {HTMLScriptElement} */ (document.querySelector("body > script[type=module]"));
  if (script.src) return new Worker(script.src);
  const url = URL.createObjectURL(new Blob([script.text], { type: "text/javascript" }));
  return new Worker(url); // its text imports nothing
}

const KINDS = ["search", "running", "pause", "resume", "stop"];

/** A host without Python that searches by itself, where the browser has workers. @param {Host} host @param {Catalogue} catalogue @param {Record<string, ModelData>} shipped @returns {Host} */
export function searching(host, catalogue, shipped) {
  if (typeof Worker === "undefined") return host;
  /** @type {Worker | null} */
  let worker = null;
  let count = 0;
  return {
    ...host,
    can: (kind) => KINDS.includes(kind) || host.can(kind),
    ask(kind, fields, listener, data) {
      if (!KINDS.includes(kind)) return host.ask(kind, fields, listener, data);
      const { of, model, pattern, values, dt, begin, free, bounds, seed } = /** @type {any} */ (fields);
      if (kind !== "search") {
        if (of) worker?.postMessage({ order: kind, id: of });
        return () => {};
      }
      const id = `page-${++count}`;
      let isLeft = false;
      try {
        worker ??= newWorker();
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        setTimeout(() => listener({ id, kind, state: "failed", error: text }, {}));
        return () => {};
      }
      worker.onmessage = ({ data: report }) => {
        if (report.id !== id || isLeft) return;
        const { state, from, losses, best, least, restarts, seconds } = report;
        const status = least === 0 ? "unverified" : "rejected";
        const complete = Object.keys(best).length ? { ...values, ...best } : {};
        const search = { id, model, pattern, dt, loss: least, best: complete, status, seconds };
        listener({ id, kind, state, from, search }, { loss: losses, restarts: Int32Array.from(restarts) });
      };
      worker.onerror = (event) => listener({ id, kind, state: "failed", error: event.message || "the search failed" }, {});
      const needed = { ...catalogue, models: {}, patterns: { [pattern]: catalogue.patterns[pattern] } };
      const from = { model, pattern, values, dt, set: 0 };
      worker.postMessage({ order: "search", id, catalogue: needed, data: shipped[model], from, how: { begin, free, bounds, seed } });
      return () => {
        isLeft = true;
        worker?.postMessage({ order: "stop", id });
      };
    },
    close() {
      worker?.terminate();
      host.close();
    },
  };
}
