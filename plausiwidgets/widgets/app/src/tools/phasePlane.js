import { useEffect, useRef, useState } from "preact/hooks";
import { flowOf, joined, mostCommon, planeOf, steadyAt } from "../engine/flow.ts";
import { axesPicture } from "../figure/axes.js";
import { Pictured } from "../figure/canvasView.js";
import { paint } from "../figure/painter.js";
import { extent, padded, sampleAt } from "../figure/scene.js";
import { THEMES } from "../figure/theme.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { glossing } from "../panels/glosses.js";

/** @import { App } from "../app.js" */
/** @import { Layer } from "../types.d.ts" */

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
  const { rest, parameters } = run.runner();
  const currents = yours.current.subarray(rest.shown);
  const { state } = rest;
  if (state === null) return null;
  const way = neuron.simulate(parameters, currents, app.store.get().selection.dt, state, neuron.states);
  const [x, y] = way.recorded.map((values, k) => [state[k], ...values]);
  const k = time === null ? -1 : sampleAt(yours, time);
  const current = k < 0 ? mostCommon(currents) : yours.current[k];
  const top = rest.threshold + ABOVE * rest.span;
  const seen = x
    .map((/** @type {number} */ _, /** @type {number} */ i) => i)
    .filter((/** @type {number} */ i) => Number.isFinite(x[i]) && (!resets || x[i] < top));
  const flow = flowOf(neuron, parameters, current, resets);
  const across = padded(
    extent(
      [rest.vBaseline, rest.threshold + 0.5 * rest.span],
      seen.map((/** @type {number} */ i) => x[i]),
    ),
    0.1,
  );
  const steady = [...Array(7).keys()].map((i) => steadyAt(flow, across[0] + (i / 6) * (across[1] - across[0]), y[0]) ?? NaN);
  // Of what is steady as much as leaves the way half of the height.
  const [least, most] = padded(extent(seen.map((/** @type {number} */ i) => y[i])), 0.1);
  const reach = 0.5 * (most - least);
  const up = padded(
    extent(
      [least, most],
      steady.map((one) => Math.min(Math.max(one, least - reach), most + reach)),
    ),
    0.1,
  );
  const jumps = new Set(resets ? way.spikes.map((/** @type {number} */ i) => i + 1) : []);
  const here = k < 0 ? null : Math.min(Math.max(k - rest.shown + 1, 0), x.length - 1);
  const unit = data.model.potential_unit;
  return { x, y, jumps, across, up, current, here, unit, names: neuron.states, ...planeOf(flow, across, up, small ? SMALL : undefined) };
}

/** @typedef {NonNullable<ReturnType<typeof planeAt>>} Plane */

/** What lies in a phase plane. @param {Plane} plane @param {Record<string, string>} colours @returns {Layer[]} */
function layersOf(plane, colours) {
  const way = { xs: /** @type {number[]} */ ([]), ys: /** @type {number[]} */ ([]) };
  for (let k = 0; k < plane.x.length; k++) {
    if (plane.jumps.has(k)) {
      way.xs.push(NaN);
      way.ys.push(NaN);
    }
    way.xs.push(plane.x[k]);
    way.ys.push(plane.y[k]);
  }
  const resets = [...plane.jumps];
  /** @type {Layer[]} */
  const layers = [
    { kind: "line", ...way, stroke: { colour: colours.blue, width: 1.3, alpha: 0.75 } },
    { kind: "dots", xs: resets.map((k) => plane.x[k]), ys: resets.map((k) => plane.y[k]), radius: 2.8, colour: colours.blue, alpha: 1 },
  ];
  plane.nullclines.forEach((segments, part) => {
    const lines = joined(segments);
    const ends = (/** @type {0 | 1} */ i) => lines.flatMap((line) => [...line.map((point) => point[i]), NaN]);
    layers.push(nullcline(part, { xs: ends(0), ys: ends(1) }, colours));
  });
  layers.push(...plane.points.map((point) => fixedPoint(point, wordsOf(plane, point), colours)));
  const { here } = plane;
  if (here !== null) layers.push(pointed(plane.x[here], plane.y[here], colours));
  return layers;
}

/** A fixed point in words. @param {Plane} plane @param {{ x: number, kind: string }} point */
const wordsOf = ({ names }, { x, kind }) => `${KINDS[kind]()} ${names[0]} = ${numberText(x, 4)}`;

/** Where a variable stands still: the first of a plane, or the second. @param {number} part @param {{ xs: number[], ys: number[] }} way @param {Record<string, string>} colours @returns {Layer} */
export const nullcline = (part, way, colours) => ({
  ...{ kind: "line", ...way, stroke: { colour: part ? colours.green : colours.best, width: 2.2, dash: part ? [7, 4] : [] } },
});

/** A fixed point: filled where it is stable. @param {{ x: number, y: number, kind: string }} point @param {string} words @param {Record<string, string>} colours @returns {Layer} */
export function fixedPoint({ x, y, kind }, words, colours) {
  const colour = kind.startsWith("stable") ? colours.ink : colours.card;
  return { kind: "dots", xs: [x], ys: [y], radius: 5.5, colour, alpha: 1, edge: { colour: colours.ink, width: 2 }, words: [words] };
}

/** Where the neuron is at the time that is pointed at. @param {number} x @param {number} y @param {Record<string, string>} colours @returns {Layer} */
export const pointed = (x, y, colours) => ({ kind: "dots", xs: [x], ys: [y], radius: 7, colour: colours.red, alpha: 1 });

/** What the lines and points of a phase plane are. @param {{ names: string[], glossed: (text: string) => any }} props */
export function PlaneKey({ names, glossed }) {
  return html`<ul class="pw-planekey">${names.map((v, k) => html`<li class=${k ? "u" : "v"}><i></i>${glossed(tr("{v}-nullcline", { v }))}</li>`)}
    <li>● ${glossed(tr("stable fixed points"))}</li><li>○ ${tr("unstable fixed points")}</li><li>${glossed(tr("Hover over the trace to move the point along the trajectory."))}</li></ul>`;
}

/** Calls whenever the page is free after a change. @param {App} app @param {(time: number | null) => void} act with the time that is pointed at */
function watched(app, act) {
  let timer = 0;
  /** @type {number | null} */
  let time = null;
  const soon = () => {
    if (timer) return;
    timer = Number(
      setTimeout(() => {
        timer = 0;
        if (app.data.model.plane) act(time);
      }, WAIT),
    );
  };
  const off = app.store.on((_, changed) => ["selection", "dark", "drawn", "present"].some((key) => changed.has(key)) && soon());
  const away = app.onPoint((t) => {
    time = t;
    soon();
  });
  soon();
  return {
    soon,
    close() {
      off();
      away();
      clearTimeout(timer);
    },
  };
}

const MIN_HEIGHT = 40; // px: a smaller one shows nothing

/** A small one without axes, which is drawn while a hand moves. @param {{ app: App }} props */
export function SmallPlane({ app }) {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const canvas = place.current;
    const draw = () => {
      const { clientWidth: width, clientHeight: height } = canvas;
      const plane = height >= MIN_HEIGHT ? planeAt(app, null, true) : null;
      if (!plane) return;
      const colours = THEMES[app.store.get().dark ? "dark" : "light"];
      const box = { left: 4, top: 4, width: width - 8, height: height - 8 };
      const panel = { ...box, x: { range: plane.across, grid: [] }, y: { range: plane.up, grid: [] }, layers: layersOf(plane, colours) };
      paint(canvas, { width, height, size: 13, colours, panels: [panel], labels: [], name: "phase" });
    };
    const own = watched(app, draw);
    const size = new ResizeObserver(own.soon);
    size.observe(canvas);
    return () => {
      size.disconnect();
      own.close();
    };
  }, []);
  return html`<canvas ref=${place} aria-hidden="true"></canvas>`;
}

/** The phase plane with axes, keys and its fixed points in words. @param {{ app: App }} props */
export function PhasePlane({ app }) {
  const [plane, show] = useState(/** @type {Plane | null} */ (null));
  useEffect(() => watched(app, (time) => show(planeAt(app, time, false))).close, []);
  const { dark, present } = app.store.get();
  const picture = (/** @type {number} */ width, /** @type {number} */ height) => {
    if (!plane) return null;
    const [x, y] = plane.names.map((/** @type {string} */ name, /** @type {number} */ k) => ({
      name,
      unit: k ? "" : plane.unit,
      scale: "linear",
      linear_width: null,
      ends: k ? plane.up : plane.across,
    }));
    return axesPicture({ width, height, dark, size: present ? 18 : 14, name: "phase" }, x, y, (colours) => layersOf(plane, colours));
  };
  const glossed = glossing();
  const named = plane?.points.map((point) => wordsOf(plane, point)) ?? [];
  const words = plane
    ? `I = ${numberText(plane.current, 3)}${ofUnit(app.data.model.unit, " ")}: ${named.join(", ") || tr("no fixed point here")}`
    : "";
  return html`<div class="pw-plane"><${Pictured} app=${app} of=${[plane, dark, present]} picture=${picture} attributes=${{ role: "img", "aria-label": tr("Phase plane") }} />
    <p role="status">${glossed(words)}</p>
    <${PlaneKey} names=${app.run.neuron.states} glossed=${glossed} /></div>`;
}

/** @type {Record<string, () => string>} */
const KINDS = {
  saddle: () => tr("saddle"),
  "stable node": () => tr("stable node"),
  "unstable node": () => tr("unstable node"),
  "stable focus": () => tr("stable focus"),
  "unstable focus": () => tr("unstable focus"),
};
