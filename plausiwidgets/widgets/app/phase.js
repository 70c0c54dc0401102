import { begun, paintAxes } from "./axes.js";
import { tr } from "./engine/texts.js";
import { asked, useJob } from "./jobs.js";
import { html, useEffect, useRef, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */
/** @import { CurrentLevel } from "./messages.d.ts" */
/** @import { Answer, Arrays, Range } from "./types.d.ts" */

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
  const canvas = useRef(/** @type {any} */ (null));
  const { selection, dark, present } = app.store.get();
  const [pair, choose] = useState(/** @type {string[]} */ ([]));
  const [level, show] = useState(-1);
  const [now, setNow] = useState(/** @type {number | null} */ (null)); // the time at which the other variables are taken
  const [time, point] = useState(/** @type {number | null} */ (null));
  const [, again] = useState(0);
  const data = /** @type {Phase | null} */ (job.get().data);
  const phase = data?.about === selection.model ? data : null;
  const isPair = phase ? pair.length === 2 && pair.every((name) => phase.variables.includes(name)) : false;
  useEffect(() => app.onPoint((t) => t !== null && point(t)), []);
  useEffect(() => {
    const begin = () => {
      const { selection: at } = app.store.get();
      const fields = { sweep: app.run.sweep.name, pair: isPair ? pair : [], others: now === null ? "steady" : "now", now: now ?? 0 };
      job.begin({ ...asked(at), ...fields }, (_, answer, arrays) => phaseOf(at.model, answer, arrays));
    };
    const timer = setTimeout(begin, REST);
    return () => clearTimeout(timer);
  }, [JSON.stringify([selection.model, selection.pattern, selection.values, selection.dt, isPair && pair, now])]);
  useEffect(() => () => job.stop(), []);
  useEffect(() => {
    const watched = new ResizeObserver(() => again((n) => n + 1));
    watched.observe(canvas.current);
    return () => watched.disconnect();
  }, []);
  const k = phase ? (level >= 0 && level < phase.levels.length ? level : phase.usual) : 0;
  const size = present ? 18 : 14;
  useEffect(() => {
    if (phase && canvas.current.clientWidth) paintPhase(canvas.current, phase, k, time, dark, size);
  });
  const { state, error } = job.get();
  const variables = phase?.variables ?? [];
  const menu = (/** @type {0 | 1} */ i, /** @type {string} */ label) =>
    html`<label>${label} <select onchange=${(/** @type {any} */ e) => {
      const next = [...(phase?.names ?? [])];
      if (e.target.value === next[1 - i]) next[1 - i] = next[i];
      next[i] = e.target.value;
      choose(next);
    }}>${variables.map((name) => html`<option value=${name} selected=${name === phase?.names[i]}>${name}</option>`)}</select></label>`;
  const points = phase?.levels[k].points ?? [];
  const isLine = phase?.names.length === 1;
  return html`<div class="pw-fields">
    <div class="pw-toolrow">
      ${variables.length > 2 ? html`${menu(0, tr("across"))} ${menu(1, tr("up"))}` : ""}
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
                ? tr("other variables as they are at the time pointed at")
                : tr("other variables as at {time} ms", { time: Math.round(now) })
            }</label>`
          : ""
      }
    </div>
    <canvas class="pw-cells" ref=${canvas} role="img" aria-label=${phase?.sentence || tr("Phase plane")}></canvas>
    <div class="pw-fieldwords">
      <p class="pw-at">${points.length ? points.map(({ kind, text }) => `${tr(kind)} ${text}`).join("; ") : phase ? tr("no fixed point here") : ""}</p>
      <p role="status">${state === "failed" ? error : phase ? phase.sentence : tr("simulating …")}</p>
      <ul class="pw-planekey">${(phase && !isLine ? phase.names : []).map((v, i) => html`<li class=${i ? "u" : "v"}><i></i>${tr("{v} stands still", { v })}</li>`)}
        <li>● ${tr("stable")} ○ ${tr("unstable")}</li><li>${tr("Move over the figure, and the point follows.")}</li></ul>
    </div></div>`;
}

/** @param {HTMLCanvasElement} canvas @param {Phase} phase @param {number} k the current @param {number | null} time @param {boolean} dark @param {number} size */
function paintPhase(canvas, phase, k, time, dark, size) {
  const { context, frame, colours } = begun(canvas, dark, size);
  const linear = { unit: "", scale: "linear", zero: null };
  const [[x0, x1], [y0, y1]] = phase.ranges;
  const px = (/** @type {number} */ x) => frame.left + ((x - x0) / (x1 - x0)) * frame.width;
  const py = (/** @type {number} */ y) => frame.top + ((y1 - y) / (y1 - y0)) * frame.height;
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  const way = (/** @type {Float32Array} */ points, stride = 2, at = 0) => {
    let down = false;
    for (let j = 0; j + stride <= points.length; j += stride) {
      const [x, y] = [points[j + at], points[j + at + 1]];
      if (!Number.isFinite(x + y)) down = false;
      else if (down) context.lineTo(px(x), py(y));
      else {
        context.moveTo(px(x), py(y));
        down = true;
      }
    }
  };
  context.strokeStyle = colours.example;
  context.lineWidth = 1.2;
  context.beginPath();
  const arrows = phase.arrows[k] ?? new Float32Array();
  for (let j = 0; j + 4 <= arrows.length; j += 4) {
    const [u, v] = [arrows[j + 2] * frame.width, -arrows[j + 3] * frame.height];
    const long = Math.hypot(u, v);
    if (!long) continue;
    const [x, y] = [px(arrows[j]), py(arrows[j + 1])];
    const [ax, ay, bx, by] = [x - (u / long) * ARROW, y - (v / long) * ARROW, x + (u / long) * ARROW, y + (v / long) * ARROW];
    const turn = Math.atan2(v, u);
    context.moveTo(ax, ay);
    context.lineTo(bx, by);
    for (const side of [2.6, -2.6]) {
      context.moveTo(bx, by);
      context.lineTo(bx + 4 * Math.cos(turn + side), by + 4 * Math.sin(turn + side));
    }
  }
  context.stroke();
  context.strokeStyle = colours.blue;
  context.globalAlpha = 0.75;
  context.lineWidth = 1.4;
  context.beginPath();
  way(phase.path, 4, 1);
  context.stroke();
  context.globalAlpha = 1;
  phase.lines[k].forEach((pieces, i) => {
    context.strokeStyle = i ? colours.green : colours.best;
    context.lineWidth = 2.3;
    context.setLineDash(i ? [7, 4] : []);
    context.beginPath();
    for (const piece of pieces) way(piece);
    context.stroke();
  });
  context.setLineDash([]);
  if (phase.names.length === 1) {
    context.strokeStyle = colours.soft;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(frame.left, py(0));
    context.lineTo(frame.left + frame.width, py(0));
    context.stroke();
  }
  for (const { x, y, kind } of phase.levels[k].points) {
    context.beginPath();
    context.arc(px(x), py(y), 5.5, 0, 6.3);
    context.fillStyle = kind.startsWith("stable") ? colours.ink : colours.card;
    context.fill();
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.stroke();
  }
  const here = time === null ? -1 : rowAt(phase.path, time);
  if (here >= 0) {
    context.beginPath();
    context.arc(px(phase.path[4 * here + 1]), py(phase.path[4 * here + 2]), 7, 0, 6.3);
    context.fillStyle = colours.red;
    context.fill();
  }
  context.restore();
  const [x, y] = [phase.labels[0], phase.labels[1]].map((name, i) => ({ ...linear, name, ends: phase.ranges[i] }));
  paintAxes(context, frame, x, y, colours, size);
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
