import { Evolution } from "../engine/evolution.js";
import { endsOf, shareOf, valueOn } from "../engine/scales.js";
import { patternOf, simulation, slidersOf } from "../models/simulation.js";

/** @import { Catalogue, Host, ModelData, Range, Selection, Slider, Values } from "../types.d.ts" */
// A search without Python: CMA-ES on the judge of the page, in a worker of the browser. What it finds holds by the
// letter; nothing is verified.

const POPSIZE = 8; // of the first run; each run after it has more
const MOST = 32;
const SIGMA = 0.15;
const PATIENCE = 15; // generations without a gain
const GAIN = 1e-3;
const COLLAPSED = 1e-4;
const SCREEN = 32; // random points, of which the best begins a run
const SPREADS = [1, 8]; // factors on the middle of asinh scales, in turn
const LOST = 1e6; // loss of what cannot be measured
const BUDGET = 20000;
const REPORT = 100; // ms between two answers

/** Numbers from 0 to 1: mulberry32. @param {number} seed */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normal numbers, by Box and Muller. @param {() => number} random */
const normals = (random) => () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A coordinate reflected at 0 and 1. @param {number} x */
const folded = (x) => 1 - Math.abs((((x % 2) + 2) % 2) - 1);

/**
 * Tries sets until one meets every criterion; gives each with its loss, and whether a run begins with it.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} from
 * @param {{ free: string[], bounds: Record<string, Range>, begin: string, seed?: number, budget?: number }} how
 * @returns {Generator<{ values: Values, loss: number, isFirst: boolean }, void>}
 */
export function* seeking(catalogue, data, from, { free, bounds, begin, seed = 0, budget = BUDGET }) {
  const sliders = slidersOf(patternOf(catalogue, data, from.pattern), data).filter(({ name }) => free.includes(name));
  const random = numbers(seed);
  const normal = normals(random);
  /** @type {Range[]} */
  const ends = sliders.map(({ name, low, high }) => {
    const range = bounds[name] ?? [low, high];
    return begin === "random" ? range : endsOf({ low: range[0], high: range[1] }, from.values[name]);
  });
  let left = budget;
  let runs = 0;
  const scaled = (/** @type {number} */ spread) => sliders.map((one) => (one.zero === null ? one : { ...one, zero: one.zero * spread }));
  /** @param {number[]} point @param {Slider[]} on */
  const valuesOf = (point, on) => Object.fromEntries(on.map((slider, i) => [slider.name, valueOn(slider, folded(point[i]), ends[i])]));
  /** @param {Values} values */
  const judged = (values) => {
    const work = simulation(catalogue, data, { ...from, values: { ...from.values, ...values } }).judging();
    let step = work.next();
    while (!step.done) step = work.next();
    const loss = step.value.verdict?.loss ?? LOST;
    left--;
    return Number.isFinite(loss) ? loss : LOST;
  };
  while (left > 0) {
    const on = scaled(SPREADS[runs % SPREADS.length]);
    let isFirst = runs > 0;
    /** @type {number[]} */
    let start = [];
    if (runs === 0 && begin !== "random") {
      start = on.map((slider, i) => shareOf(slider, from.values[slider.name], ends[i]));
      const loss = judged({});
      yield { values: Object.fromEntries(on.map(({ name }) => [name, from.values[name]])), loss, isFirst: false };
      if (loss === 0) return;
    } else {
      let least = Infinity;
      for (let k = 0; k < SCREEN && left > 0; k++) {
        const point = on.map(random);
        const values = valuesOf(point, on);
        const loss = judged(values);
        yield { values, loss, isFirst };
        isFirst = false;
        if (loss === 0) return;
        if (loss < least) [least, start] = [loss, point];
      }
    }
    const run = new Evolution(start, SIGMA, Math.min(POPSIZE * 2 ** Math.floor(runs / 2), MOST), normal);
    let reference = Infinity;
    let gained = 0;
    while (left > 0 && run.generation - gained < PATIENCE && run.spread > COLLAPSED) {
      const points = run.ask();
      const losses = [];
      for (const point of points) {
        if (left <= 0) return;
        const values = valuesOf(point, on);
        const loss = judged(values);
        yield { values, loss, isFirst: false };
        if (loss === 0) return;
        // Beyond the cube the landscape repeats itself: a slope leads back.
        losses.push(loss + point.reduce((total, x) => total + (x - Math.min(Math.max(x, 0), 1)) ** 2, 0));
      }
      run.tell(points, losses);
      const best = Math.min(...losses);
      if (reference - best > GAIN) [reference, gained] = [best, run.generation];
    }
    runs++;
  }
}

/** An order to the worker. @typedef {{ order: string, id: string, catalogue: Catalogue, data: ModelData, from: Selection, how: any }} Order */

/** Searches in a worker of the browser, by its orders; called there. */
export function seek() {
  const port = /** @type {any} */ (globalThis);
  /** @type {Generator<{ values: Values, loss: number, isFirst: boolean }, void> | null} */
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
      work = seeking(catalogue, data, from, how);
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
