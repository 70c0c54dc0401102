import { endsOf, positionOf, STEPS, valueAt } from "../engine/scales.ts";
import { inPieces } from "./schedule.js";
import { simulation } from "./simulation.js";

/** @import { Catalogue, ModelData, Range, Selection, Slider, Store } from "../types.d.ts" */

const COARSE = 26; // positions that are judged before the ends of what holds are looked for
const WAIT = 220; // ms at rest

/**
 * The bars under the sliders: where a value alone, with the others as they are, lets every criterion hold at the time
 * step. They are found while nothing else happens, and are kept for a slider as long as the others stand still.
 * @param {Store} store @param {() => { catalogue: Catalogue, data: ModelData } | null} about
 */
export function bars(store, about) {
  /** @type {Map<string, { key: string, spans: Range[] }>} spans in shares of the slider */
  const known = new Map();
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {Slider[]} */
  let wanted = [];
  let stop = () => {};
  let timer = 0;

  const begin = () => {
    stop();
    clearTimeout(timer);
    timer = Number(setTimeout(work, WAIT));
  };
  const work = () => {
    const { selection, verdict } = store.get();
    const context = about();
    const next = wanted.find((slider) => known.get(slider.name)?.key !== keyOf(selection, slider));
    if (!next || !context || !verdict) return;
    stop = inPieces(
      spansOf(context.catalogue, context.data, selection, next),
      (spans) => {
        known.set(next.name, { key: keyOf(selection, next), spans });
        for (const listener of [...listeners]) listener();
        work();
      },
      4,
    );
  };
  const off = store.on((_, changed) => (changed.has("verdict") || changed.has("selection")) && begin());
  return {
    /** The spans of a slider in shares of its track; null where they are not known. @param {Slider} slider */
    of(slider) {
      const entry = known.get(slider.name);
      return entry && entry.key === keyOf(store.get().selection, slider) ? entry.spans : null;
    },
    /** @param {Slider[]} sliders */
    want(sliders) {
      const isSame =
        sliders.length === wanted.length &&
        sliders.every(({ name, low, high }, k) => name === wanted[k].name && low === wanted[k].low && high === wanted[k].high);
      if (isSame) return;
      wanted = sliders;
      begin();
    },
    /** @param {() => void} listener */
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      off();
      stop();
      clearTimeout(timer);
    },
  };
}

/** Everything that the bar of a value depends on. @param {Selection} selection @param {Slider} slider */
function keyOf({ model, pattern, values, dt }, { name, low, high }) {
  const others = Object.entries(values).filter(([other]) => other !== name);
  return JSON.stringify([model, pattern, dt, low, high, others]);
}

/**
 * Where a slider lets the pattern hold: coarse, then each end to a position.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} selection @param {Slider} slider
 * @returns {Generator<void, Range[]>}
 */
export function* spansOf(catalogue, data, selection, slider) {
  const value = selection.values[slider.name];
  const ends = endsOf(slider, value);
  /** @type {Map<number, boolean>} */
  const judged = new Map();
  /** @param {number} position @returns {Generator<void, boolean>} */
  function* holds(position) {
    const known = judged.get(position);
    if (known !== undefined) return known;
    const values = { ...selection.values, [slider.name]: valueAt(slider, position, ends) };
    const { verdict } = yield* simulation(catalogue, data, { ...selection, values }).judging();
    judged.set(position, verdict?.loss === 0);
    return verdict?.loss === 0;
  }
  const here = positionOf(slider, value, ends);
  const places = [...Array(COARSE + 1).keys()].map((k) => Math.round((k / COARSE) * STEPS));
  const points = [...new Set([...places, here])].sort((a, b) => a - b);
  const results = [];
  for (const point of points) results.push(yield* holds(point));
  /** @type {Range[]} */
  const spans = [];
  let begin = results[0] ? 0 : -1;
  for (let k = 1; k < points.length; k++) {
    if (results[k] === results[k - 1]) continue;
    let [a, b] = [points[k - 1], points[k]];
    while (b - a > 1) {
      const middle = (a + b) >> 1;
      if ((yield* holds(middle)) === results[k - 1]) a = middle;
      else b = middle;
    }
    if (results[k]) begin = b;
    else spans.push([begin / STEPS, a / STEPS]);
  }
  if (results[points.length - 1]) spans.push([begin / STEPS, 1]);
  return spans;
}
