import { titleOf } from "./axes.js";
import { flowOf, joined, mostCommon, planeOf, steadyAt } from "./engine/flow.js";
import { tr } from "./engine/texts.js";
import { numberText } from "./engine/words.js";
import { prepared } from "./painter.js";
import { padded, sampleAt, ticks, tickText } from "./scene.js";
import { THEMES } from "./theme.js";
import { html, useEffect, useRef } from "./vendor/preact.js";

/** @import { App } from "./app.js" */

const ABOVE = 1; // how far above the threshold a plane goes, in spans, where the neuron is reset
/** Points of a small plane, which is drawn while a hand moves. @type {[number, number]} */
const SMALL = [37, 29];
const WAIT = 40; // ms between two drawings while a hand moves

/**
 * The phase plane of what is shown: nullclines at the usual current, fixed points, and the trajectory of the sweep.
 * @param {App} app @param {number | null} time of the figure, for the current and a dot @param {boolean} small
 */
function planeAt(app, time, small) {
  const { run, yours, data } = app;
  const { neuron } = run;
  const { resets } = data.model;
  const bench = run.bench();
  const { rest, parameters } = bench;
  const currents = yours.current.subarray(rest.shown);
  if (rest.state === null) return null;
  const way = neuron.simulate(parameters, currents, app.store.get().selection.dt, rest.state, neuron.states);
  const [x, y] = way.recorded.map((/** @type {Float64Array} */ values, /** @type {number} */ k) => [rest.state[k], ...values]);
  const k = time === null ? -1 : sampleAt(yours, time);
  const current = k < 0 ? mostCommon(currents) : yours.current[k];
  const top = rest.threshold + ABOVE * rest.span;
  const seen = x
    .map((/** @type {number} */ _, /** @type {number} */ i) => i)
    .filter((/** @type {number} */ i) => Number.isFinite(x[i]) && (!resets || x[i] < top));
  const extent = (/** @type {number[]} */ all) => {
    let [low, high] = [Infinity, -Infinity];
    for (const one of all) if (Number.isFinite(one)) [low, high] = [Math.min(low, one), Math.max(high, one)];
    return padded([low, high], 0.1);
  };
  const flow = flowOf(neuron, parameters, current, resets);
  const across = extent([rest.v[rest.v.length - 1], rest.threshold + 0.5 * rest.span, ...seen.map((/** @type {number} */ i) => x[i])]);
  const steady = [...Array(7).keys()].map((i) => steadyAt(flow, across[0] + (i / 6) * (across[1] - across[0]), y[0]) ?? NaN);
  const up = extent([...seen.map((/** @type {number} */ i) => y[i]), ...steady]);
  const jumps = new Set(resets ? way.spikes.map((/** @type {number} */ i) => i + 1) : []);
  const here = k < 0 ? null : Math.min(Math.max(k - rest.shown + 1, 0), x.length - 1);
  const unit = data.model.potential_unit;
  return { x, y, jumps, across, up, current, here, unit, names: neuron.states, ...planeOf(flow, across, up, small ? SMALL : undefined) };
}

/**
 * @param {HTMLCanvasElement} canvas @param {ReturnType<typeof planeAt>} plane @param {boolean} dark @param {boolean} small @param {number} size
 */
function paintPlane(canvas, plane, dark, small, size) {
  const [context, width, height] = prepared(canvas, size);
  if (!plane) return;
  const colours = THEMES[dark ? "dark" : "light"];
  const [left, right, top, bottom] = small ? [4, width - 4, 4, height - 4] : [62, width - 12, 10, height - 42];
  const [[x0, x1], [y0, y1]] = [plane.across, plane.up];
  const px = (/** @type {number} */ x) => left + ((x - x0) / (x1 - x0)) * (right - left);
  const py = (/** @type {number} */ y) => top + ((y1 - y) / (y1 - y0)) * (bottom - top);
  context.fillStyle = colours.soft;
  context.strokeStyle = colours.grid;
  if (!small) {
    for (const v of ticks(plane.across, (right - left) / 90)) {
      context.textAlign = "center";
      context.fillText(tickText(v), px(v), bottom + 15);
      context.strokeRect(Math.round(px(v)) + 0.5, top, 0, bottom - top);
    }
    for (const v of ticks(plane.up, (bottom - top) / 60)) {
      context.textAlign = "right";
      context.fillText(tickText(v), left - 8, py(v));
      context.strokeRect(left, Math.round(py(v)) + 0.5, right - left, 0);
    }
    context.textAlign = "right";
    context.fillText(titleOf({ name: plane.names[0], unit: plane.unit }), right, bottom + 32);
    context.textAlign = "left";
    context.fillText(plane.names[1], 10, top + 8);
  }
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.strokeStyle = colours.blue;
  context.globalAlpha = 0.75;
  context.lineWidth = 1.3;
  context.beginPath();
  for (let k = 0; k < plane.x.length; k++) {
    if (k === 0 || plane.jumps.has(k)) context.moveTo(px(plane.x[k]), py(plane.y[k]));
    else context.lineTo(px(plane.x[k]), py(plane.y[k]));
  }
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = colours.blue;
  for (const k of plane.jumps) context.fillRect(px(plane.x[k]) - 2.5, py(plane.y[k]) - 2.5, 5, 5);
  plane.nullclines.forEach((segments, part) => {
    context.strokeStyle = part ? colours.green : colours.best;
    context.lineWidth = 2.2;
    context.setLineDash(part ? [7, 4] : []);
    context.beginPath();
    for (const line of joined(segments)) {
      line.forEach(([x, y], k) => {
        if (k) context.lineTo(px(x), py(y));
        else context.moveTo(px(x), py(y));
      });
    }
    context.stroke();
  });
  context.setLineDash([]);
  for (const { x, y, kind } of plane.points) {
    context.beginPath();
    context.arc(px(x), py(y), 5.5, 0, 6.3);
    context.fillStyle = kind.startsWith("stable") ? colours.ink : colours.card;
    context.fill();
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.stroke();
  }
  if (plane.here !== null) {
    context.beginPath();
    context.arc(px(plane.x[plane.here]), py(plane.y[plane.here]), 7, 0, 6.3);
    context.fillStyle = colours.red;
    context.fill();
  }
  context.restore();
}

/** Draws a plane whenever the page is free after a change. @param {App} app @param {HTMLCanvasElement} canvas @param {boolean} small @param {(plane: any) => void} [told] */
function watched(app, canvas, small, told) {
  let timer = 0;
  /** @type {number | null} */
  let time = null;
  const draw = () => {
    timer = 0;
    if (!canvas.clientHeight || !app.data.model.plane) return;
    const plane = planeAt(app, time, small);
    const { dark, present } = app.store.get();
    paintPlane(canvas, plane, dark, small, present ? 18 : small ? 13 : 14);
    told?.(plane);
  };
  const soon = () => {
    if (!timer) timer = Number(setTimeout(draw, WAIT));
  };
  const off = app.store.on((_, changed) => ["selection", "dark", "drawn", "present"].some((key) => changed.has(key)) && soon());
  const away = app.onPoint((t) => {
    if (small) return;
    time = t;
    soon();
  });
  const size = new ResizeObserver(soon);
  size.observe(canvas);
  soon();
  return () => {
    off();
    away();
    size.disconnect();
    clearTimeout(timer);
  };
}

/** @param {{ app: App }} props */
export function SmallPlane({ app }) {
  const canvas = useRef(/** @type {any} */ (null));
  useEffect(() => watched(app, canvas.current, true), []);
  return html`<canvas ref=${canvas} aria-hidden="true"></canvas>`;
}

/** The phase plane with axes, keys and its fixed points in words. @param {{ app: App }} props */
export function PhasePlane({ app }) {
  const canvas = useRef(/** @type {any} */ (null));
  const words = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const tell = (/** @type {any} */ plane) => {
      if (!plane) return;
      const at = `I = ${numberText(plane.current, 3)} ${app.data.model.unit}`;
      const named = plane.points.map((/** @type {any} */ { x, kind }) => `${KINDS[kind]()} ${plane.names[0]} = ${numberText(x, 4)}`);
      words.current.textContent = `${at}: ${named.join(", ") || tr("no fixed point here")}`;
    };
    return watched(app, canvas.current, false, tell);
  }, []);
  const [v, u] = app.run.neuron.states;
  return html`<div class="pw-plane"><canvas ref=${canvas} role="img" aria-label=${tr("Phase plane")}></canvas>
    <p ref=${words} role="status"></p>
    <ul class="pw-planekey"><li class="v"><i></i>${tr("{v} stands still", { v })}</li><li class="u"><i></i>${tr("{v} stands still", { v: u })}</li>
      <li>● ${tr("stable")} ○ ${tr("unstable")}</li><li>${tr("Move over the figure, and the point follows.")}</li></ul></div>`;
}

/** @type {Record<string, () => string>} */
const KINDS = {
  saddle: () => tr("saddle"),
  "stable node": () => tr("stable node"),
  "unstable node": () => tr("unstable node"),
  "stable focus": () => tr("stable focus"),
  "unstable focus": () => tr("unstable focus"),
};
