import { useEffect, useState } from "preact/hooks";
import { axesPicture, frameOf } from "../figure/axes.js";
import { Pictured } from "../figure/canvasView.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { glossing } from "../panels/glosses.js";
import { PairMenus } from "./axisMenus.js";
import { asked, useJob, useJobAtRest } from "./jobs.js";
import { fixedPoint, nullcline, PlaneKey, pointed } from "./phasePlane.js";

/** @import { App } from "../app.js" */
/** @import { CurrentLevel } from "../messages.ts" */
/** @import { Answer, Arrays, Layer, Range } from "../types.d.ts" */

const REST = 200; // ms after the last change
const ARROW = 7; // px of half an arrow of the field

/**
 * A phase plane of any two variables, or a phase line, as a host has drawn it.
 * @typedef {{ names: string[], labels: string[], ranges: Range[], levels: CurrentLevel[], usual: number, variables: string[], sentence: string, lines: Float32Array[][][], arrows: Float32Array[], path: Float32Array, about: string }} Phase
 * `lines`: by current, nullcline and piece, x and y one after the other
 */

/** @param {string} about @param {Answer} answer @param {Arrays} arrays @returns {Phase} */
export function phaseOf(about, { names, labels, ranges, levels, usual, variables, sentence }, arrays) {
  const lines = levels.map((/** @type {CurrentLevel} */ { nullclines }, /** @type {number} */ k) =>
    nullclines.map((count, i) => [...Array(count).keys()].map((j) => /** @type {Float32Array} */ (arrays[`${k}.${i}.${j}`]))),
  );
  const arrows = levels.map(
    (/** @type {CurrentLevel} */ _, /** @type {number} */ k) => /** @type {Float32Array} */ (arrays[`${k}.arrows`]),
  );
  return {
    names,
    labels,
    ranges,
    levels,
    usual,
    variables,
    sentence,
    lines,
    arrows,
    path: /** @type {Float32Array} */ (arrays.path),
    about,
  };
}

/** The phase plane of a neuron whose plane the page does not draw by itself. @param {{ app: App }} props */
export function AskedPhase({ app }) {
  const job = useJob(app, "phase");
  const { selection, dark, present } = app.store.get();
  const [pair, choose] = useState(/** @type {string[]} */ ([]));
  const [level, show] = useState(-1);
  const [now, setNow] = useState(/** @type {number | null} */ (null)); // the time at which the other variables are taken
  const [time, point] = useState(/** @type {number | null} */ (null));
  const data = /** @type {Phase | null} */ (job.get().data);
  const phase = data?.about === selection.model ? data : null;
  const isPair = phase ? pair.length === 2 && pair.every((name) => phase.variables.includes(name)) : false;
  useEffect(() => app.onPoint((t) => t !== null && point(t)), []);
  const begin = () => {
    const { selection: at } = app.store.get();
    const fields = { sweep: app.run.sweep.name, pair: isPair ? pair : [], others: now === null ? "steady" : "now", now: now ?? 0 };
    job.begin({ ...asked(at), ...fields }, (_, answer, arrays) => phaseOf(at.model, answer, arrays));
  };
  useJobAtRest(job, REST, begin, [
    JSON.stringify([selection.model, selection.pattern, selection.values, selection.dt, isPair && pair, now]),
  ]);
  const k = phase ? (level >= 0 && level < phase.levels.length ? level : phase.usual) : 0;
  const size = present ? 18 : 14;
  const picture = (/** @type {number} */ width, /** @type {number} */ height) =>
    phase && pictureOf(phase, k, time, { width, height, dark, size });
  const attributes = { role: "img", "aria-label": phase?.sentence || tr("Phase plane") };
  const { state, error } = job.get();
  const variables = phase?.variables ?? [];
  const points = phase?.levels[k].points ?? [];
  const isLine = phase?.names.length === 1;
  const glossed = glossing();
  return html`<div class="pw-fields">
    <div class="pw-toolrow">
      ${variables.length > 2 ? html`<${PairMenus} names=${variables} pair=${phase?.names} choose=${choose} />` : ""}
      ${
        phase && phase.levels.length > 1
          ? html`<label>I <select onchange=${(/** @type {any} */ e) => show(Number(e.target.value))}>${phase.levels.map(
              ({ text }, i) => html`<option value=${i} selected=${i === k}>${text}</option>`,
            )}</select></label>`
          : ""
      }
      ${
        variables.length > 2
          ? html`<label><input type="checkbox" checked=${now !== null} onchange=${() => setNow(now === null ? (time ?? 0) : null)} /> ${
              now === null
                ? tr("other variables as at the time under the pointer")
                : tr("other variables as at {time} ms", { time: Math.round(now) })
            }</label>`
          : ""
      }
    </div>
    <${Pictured} app=${app} of=${[phase, k, time, dark, size]} picture=${picture} attributes=${attributes} />
    <div class="pw-fieldwords">
      <p class="pw-at">${glossed(points.length ? points.map(({ kind, text }) => `${tr(kind)} ${text}`).join("; ") : phase ? tr("no fixed point here") : "")}</p>
      <p role="status">${state === "failed" ? error : phase ? glossed(phase.sentence) : tr("simulating …")}</p>
      <${PlaneKey} names=${phase && !isLine ? phase.names : []} glossed=${glossed} />
    </div></div>`;
}

/** Points of pieces one after the other, with a gap between two. @param {ArrayLike<number>[]} pieces @param {number} [stride] @param {number} [at] @returns {{ xs: number[], ys: number[] }} */
function wayOf(pieces, stride = 2, at = 0) {
  const [xs, ys] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (const points of pieces) {
    for (let j = 0; j + stride <= points.length; j += stride) {
      const isThere = Number.isFinite(points[j + at] + points[j + at + 1]);
      xs.push(points[j + at]);
      ys.push(isThere ? points[j + at + 1] : NaN);
    }
    xs.push(NaN);
    ys.push(NaN);
  }
  return { xs, ys };
}

/** @param {Phase} phase @param {number} k the current @param {number | null} time @param {{ width: number, height: number, dark: boolean, size: number }} how */
function pictureOf(phase, k, time, how) {
  const linear = { unit: "", scale: "linear", linear_width: null };
  const [[x0, x1], [y0, y1]] = phase.ranges;
  const frame = frameOf(how.width, how.height, how.size);
  const [perX, perY] = [(x1 - x0) / frame.width, (y1 - y0) / frame.height];
  const arrows = phase.arrows[k] ?? new Float32Array();
  const field = { xs: /** @type {number[]} */ ([]), ys: /** @type {number[]} */ ([]) };
  for (let j = 0; j + 4 <= arrows.length; j += 4) {
    const [u, v] = [arrows[j + 2] * frame.width, arrows[j + 3] * frame.height];
    const long = Math.hypot(u, v);
    if (!long) continue;
    const [dx, dy, turn] = [(u / long) * ARROW, (v / long) * ARROW, Math.atan2(v, u)];
    const heads = [2.6, -2.6].map((side) => [dx + 4 * Math.cos(turn + side), dy + 4 * Math.sin(turn + side)]);
    for (const [a, b] of [[-dx, -dy], [dx, dy], heads[0], [dx, dy], heads[1]]) {
      field.xs.push(arrows[j] + a * perX);
      field.ys.push(arrows[j + 1] + b * perY);
    }
    field.xs.push(NaN);
    field.ys.push(NaN);
  }
  const here = time === null ? -1 : rowAt(phase.path, time);
  const [x, y] = phase.ranges.map((ends, i) => ({ ...linear, name: phase.labels[i], ends: /** @type {Range} */ ([...ends]) }));
  return axesPicture({ ...how, name: "phase" }, x, y, (colours) => [
    { kind: "line", ...field, stroke: { colour: colours.example, width: 1.2 } },
    { kind: "line", ...wayOf([phase.path], 4, 1), stroke: { colour: colours.blue, width: 1.4, alpha: 0.75 } },
    ...phase.lines[k].map((pieces, i) => nullcline(i, wayOf(pieces), colours)),
    ...(phase.names.length === 1
      ? /** @type {Layer[]} */ ([{ kind: "line", xs: [x0, x1], ys: [0, 0], stroke: { colour: colours.soft, width: 1 } }])
      : []),
    ...phase.levels[k].points.map((point) => fixedPoint(point, `${tr(point.kind)} ${point.text}`, colours)),
    ...(here < 0 ? [] : [pointed(phase.path[4 * here + 1], phase.path[4 * here + 2], colours)]),
  ]);
}

/** The row of a trajectory that is nearest to a time; −1 of an empty one. @param {Float32Array} path @param {number} time */
export function rowAt(path, time) {
  let best = -1;
  let least = Infinity;
  for (let j = 0; 4 * j < path.length; j++) {
    const far = Math.abs(path[4 * j] - time);
    if (far < least) [best, least] = [j, far];
  }
  return best;
}
