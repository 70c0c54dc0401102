import { useState } from "preact/hooks";
import { shareOf } from "../engine/scales.ts";
import { atShare, axesPicture, axisOf, frameOf, hereAt } from "../figure/axes.js";
import { Pictured } from "../figure/canvasView.js";
import { arrowOf } from "../figure/pointer.js";
import { extent, padded } from "../figure/scene.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { countText } from "../models/titles.js";
import { glossing } from "../panels/glosses.js";
import { useAgain } from "../panels/redraw.js";
import { csvOf, save } from "../panels/saving.js";
import { plain } from "../panels/sliders.js";
import { PairMenus } from "./axisMenus.js";
import { asked, keptIn, rangesFor, useJob } from "./jobs.js";

/** @import { App } from "../app.js" */
/** @import { Axis } from "../figure/axes.js" */
/** @import { Answer, Arrays, Layer } from "../types.d.ts" */

const COUNT = 500;
const NEAR = 18; // px from a pointer to the point that it means

/** Sets of values, one after the other. @typedef {{ names: string[], values: Float64Array, count: number, volume: number | null, evaluations: number, pair: [string, string] | null }} Sets */

/**
 * The sets of an answer: those that are new behind the others, and of the last answer all of them.
 * @param {Sets | null} known @param {Answer} answer @param {Arrays} arrays @returns {Sets}
 */
export function withSets(known, { state, names, volume, evaluations }, { values = new Float64Array() }) {
  const fresh = Float64Array.from(values);
  const before = state !== "done" && known ? known.values : new Float64Array();
  const all = new Float64Array(before.length + fresh.length);
  all.set(before);
  all.set(fresh, before.length);
  return { names, values: all, count: names.length ? all.length / names.length : 0, volume, evaluations, pair: null };
}

/** The point that is nearest to a place, within reach. @param {([number, number] | null)[]} points @param {[number, number]} place @param {number} reach @param {(point: [number, number]) => boolean} [allowed] */
export function nearest(points, [x, y], reach, allowed = () => true) {
  let best = -1;
  points.forEach((point, k) => {
    if (!point || !allowed(point)) return;
    const far = Math.hypot(point[0] - x, point[1] - y);
    if (far < reach) [best, reach] = [k, far];
  });
  return best;
}

/** The next point in the direction of an arrow, within 45 degrees of it. @param {([number, number] | null)[]} points @param {number} from @param {[number, number]} by */
export function nextPoint(points, from, [dx, dy]) {
  const [x, y] = points[from] ?? [0, 0];
  return nearest(points, [x, y], Infinity, ([px, py]) => {
    const along = (px - x) * dx + (py - y) * dy;
    return along > 1 && Math.abs((px - x) * dy + (py - y) * dx) <= along;
  });
}

/** All ways to show a pattern: sets that are spread over the whole region, each of which opens. @param {{ app: App }} props */
export function Samples({ app }) {
  const state = keptIn(app, "samples", () => ({ pair: /** @type {[string, string] | null} */ (null) }));
  const job = useJob(app, "samples");
  const [chosen, choose] = useState(-1);
  const again = useAgain();
  const { selection, dark, present } = app.store.get();
  const { state: how, error, about, data, total } = job.get();
  const isHere = about?.model === selection.model && about.pattern === selection.pattern;
  const sets = /** @type {Sets | null} */ (isHere ? data : null);
  const runs = how === "running" && isHere;
  const size = present ? 18 : 14;

  const names = sets?.count ? sets.names : [];
  const varied = sets ? names.filter((_, k) => isVaried(sets, k)) : [];
  if (!state.pair?.every((name) => varied.includes(name))) {
    const own = app.pattern.matter.filter((name) => varied.includes(name));
    const [x, y] = [...own, ...varied.filter((name) => !own.includes(name))];
    state.pair = x && y ? [x, y] : null;
  }
  const columns = state.pair?.map((name) => names.indexOf(name)) ?? [];
  const axes = /** @type {Axis[]} */ (sets && state.pair ? state.pair.map((name, k) => axisFor(app, sets, name, columns[k])) : []);
  const value = (/** @type {number} */ set, /** @type {number} */ column) => (sets ? sets.values[set * names.length + column] : NaN);

  const shares = () =>
    sets && axes.length === 2
      ? [...Array(sets.count).keys()].map((k) => axes.map((axis, i) => shareOf(axis, value(k, columns[i]), axis.ends)))
      : [];
  /** Where the sets are in a place, in px. @param {HTMLElement} place */
  const places = ({ clientWidth, clientHeight }) => {
    const { left, top, width, height } = frameOf(clientWidth, clientHeight, size);
    return shares().map(
      ([x, y]) => /** @type {[number, number] | null} */ (Number.isFinite(x + y) ? [left + x * width, top + (1 - y) * height] : null),
    );
  };
  const own = axes.map((axis) => shareOf(axis, selection.values[axis.name], axis.ends));
  const picture = (/** @type {number} */ width, /** @type {number} */ height) => {
    if (axes.length < 2) return null;
    const [x, y] = axes;
    return axesPicture({ width, height, dark, size, name: "samples" }, x, y, (colours) => {
      const points = shares();
      const at = (/** @type {number[][]} */ some) => ({ xs: some.map(([a]) => atShare(x, a)), ys: some.map(([, b]) => atShare(y, b)) });
      /** @type {Layer[]} */
      const layers = [{ kind: "dots", ...at(points), radius: 3, colour: colours.blue, alpha: 0.55 }];
      if (own.every(Number.isFinite)) layers.push(hereAt(atShare(x, own[0]), atShare(y, own[1]), colours));
      const ring = { radius: 7, colour: colours.card, alpha: 0, edge: { colour: colours.best, width: 3 } };
      if (points[chosen]) layers.push({ kind: "dots", ...at([points[chosen]]), ...ring });
      return layers;
    });
  };
  const shown = Boolean(sets?.count) && axes.length === 2;

  const begin = () => {
    choose(-1);
    job.begin({ ...asked(selection), bounds: rangesFor(app), free: app.free(), count: COUNT, seed: 0 }, withSets);
  };
  const open = (/** @type {number} */ set) => {
    if (!sets || set < 0 || set >= sets.count) return;
    const own = new Set(app.sliders.map(({ name }) => name));
    app.put(Object.fromEntries(sets.names.flatMap((name, k) => (own.has(name) ? [[name, value(set, k)]] : []))));
    app.keep();
  };
  const under = (/** @type {PointerEvent} */ event) => {
    const place = /** @type {HTMLElement} */ (event.currentTarget);
    const { left, top } = place.getBoundingClientRect();
    return nearest(places(place), [event.clientX - left, event.clientY - top], NEAR);
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const by = arrowOf(event);
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (!by) return open(chosen);
    const place = /** @type {HTMLElement} */ (event.currentTarget);
    const points = places(place);
    const { clientWidth: w, clientHeight: h } = place;
    const next = points[chosen] ? nextPoint(points, chosen, by) : nearest(points, [w / 2, h / 2], Infinity);
    if (next >= 0) choose(next);
  };
  const pick = (/** @type {[string, string]} */ pair) => {
    state.pair = pair;
    again();
  };
  const glossed = glossing();
  const picked = sets && chosen >= 0 && chosen < sets.count && axes.length === 2;
  return html`<div class="pw-fields">
    <div class="pw-toolrow">
      ${runs ? html`<button class="pw-small" onclick=${job.stop}>■ ${tr("Stop")}</button>` : html`<button class="pw-small" onclick=${begin}>${sets ? tr("Draw again") : tr("Draw {count} samples", { count: COUNT })}</button>`}
      ${shown ? html`<${PairMenus} names=${varied} pair=${state.pair} choose=${pick} />` : ""}
      ${sets?.count && !runs ? html`<button class="pw-small" onclick=${() => save(`${selection.model}_${selection.pattern}_samples.csv`, csvOf(sets.names, rowsOf(sets)), "text/csv")}>${tr("Save as CSV")}</button>` : ""}
    </div>
    ${
      shown
        ? html`<${Pictured} app=${app} of=${[sets, chosen, dark, size, JSON.stringify([axes, own])]} picture=${picture} attributes=${{
            ...{ tabindex: "0", role: "group", "data-points": "", onkeydown: keys },
            "aria-label": tr("Parameter sets plotted over {names}. Arrow keys select a set, and Enter opens it.", {
              names: state.pair?.join(", ") ?? "",
            }),
            onpointermove: (/** @type {any} */ e) => e.pointerType !== "touch" && choose(under(e)),
            onpointerleave: () => choose(-1),
            onclick: (/** @type {any} */ e) => {
              const set = under(e);
              choose(set);
              open(set);
            },
          }} />`
        : html`<p class="pw-lead">${glossed(tr("There is rarely just one solution. This tool samples the whole region, within the search ranges, in which all criteria are met."))}</p>`
    }
    <div class="pw-fieldwords">
      ${shown ? html`<p class="pw-at">${picked ? `${axes.map((axis, k) => `${axis.name} = ${plain(value(chosen, columns[k]))}${ofUnit(axis.unit, " ")}`).join(", ")}. ${tr("Click the point or press Enter to open this set.")}` : tr("Each point is a parameter set that shows the pattern.")}</p>` : ""}
      <p role="status">${glossed(statusOf({ state: isHere ? how : "", error }, sets, total))}</p>
      ${runs && total ? html`<progress max=${total} value=${sets?.count ?? 0} aria-label=${tr("Sampling")}></progress>` : ""}
    </div>
  </div>`;
}

/** @param {{ state: string, error: string }} job @param {Sets | null} sets @param {number} total */
function statusOf({ state, error }, sets, total) {
  if (state === "failed") return error;
  if (state === "running") {
    return sets
      ? tr("{done} of {total} solutions, {count} evaluations", { done: sets.count, total, count: countText(sets.evaluations) })
      : tr("looking for a first solution …");
  }
  if (!sets) return "";
  if (state === "stopped")
    return tr("Stopped at {done} solutions after {count} evaluations.", { done: sets.count, count: countText(sets.evaluations) });
  const volume =
    sets.volume === null
      ? ""
      : ` ${tr("Solutions occupy {percent} % of the search space.", { percent: numberText(100 * sets.volume, 2) })}`;
  return tr("{done} solutions found in {count} evaluations.", { done: sets.count, count: countText(sets.evaluations) }) + volume;
}

/** The rows of sets. @param {Sets} sets */
const rowsOf = ({ values, names, count }) => [...Array(count).keys()].map((k) => values.subarray(k * names.length, (k + 1) * names.length));

/** Whether a column has more than one value. @param {Sets} sets @param {number} column */
function isVaried({ values, names, count }, column) {
  for (let k = 1; k < count; k++) if (values[k * names.length + column] !== values[column]) return true;
  return false;
}

/** The axis of a column: as its slider has it, or of what was measured. @param {App} app @param {Sets} sets @param {string} name @param {number} column @returns {Axis} */
function axisFor(app, sets, name, column) {
  const slider = app.sliders.find((one) => one.name === name);
  if (slider) return axisOf(slider, rangesFor(app)[name]);
  const ends = padded(extent(rowsOf(sets).map((row) => row[column])), 0.05);
  return { name, unit: "", scale: "linear", linear_width: null, ends };
}
