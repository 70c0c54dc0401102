import { useEffect, useRef } from "preact/hooks";
import { NEURONS } from "../engine/neuron.ts";
import { html } from "../html.js";
import { inPieces } from "../models/schedule.js";
import { simulation, stored } from "../models/simulation.js";
import { path, prepared } from "./painter.js";
import { columns, extent } from "./scene.js";
import { THEMES } from "./theme.js";

/** @import { Catalogue, Line, ModelData, Range } from "../types.d.ts" */

const WIDE = 150; // px for which a picture is kept

/** @typedef {{ xs: number[], ys: number[], x: Range, v: Range, isExample?: boolean }} Picture */
/** @type {WeakMap<ModelData, Map<string, Picture>>} */
const kept = new WeakMap();

/** @param {ModelData} data @returns {Map<string, Picture>} */
export function picturesOf(data) {
  const known = kept.get(data) ?? new Map();
  kept.set(data, known);
  return known;
}

/**
 * Simulates the pictures of a model that are not known yet, one after the other, while nothing else happens. Each shows its
 * pattern: by this neuron where it can, else by the example.
 * @param {Catalogue} catalogue @param {ModelData} data @param {(key: string) => void} give @returns {() => void} how to stop
 */
export function drawPictures(catalogue, data, give) {
  const known = picturesOf(data);
  function* work() {
    for (const key of Object.keys(data.patterns)) {
      if (known.has(key) || !NEURONS[data.model.name]) continue;
      const { sets } = data.patterns[key];
      const best = sets.findIndex((/** @type {any} */ set) => set.status === "replicated");
      const run = simulation(catalogue, data, stored(data, key, Math.max(best, 0)));
      const own = run.trace("yours");
      const line = best < 0 ? (run.example() ?? own) : own;
      known.set(key, { ...pictureOf(line, run.event(own), run.pattern.fine, run.scale()), isExample: line !== own });
      give(key);
      yield;
    }
  }
  return inPieces(work(), () => {});
}

/** @param {Line} line @param {Range | null} event @param {boolean} fine @param {[number, number, number]} scale @returns {Picture} */
export function pictureOf(line, event, fine, [rest, threshold]) {
  /** @type {Range} */
  const x = event ?? [line.t0, line.t0 + line.v.length * line.dt];
  const [xs, ys] = columns(line.t0, line.dt, line.v, x, WIDE);
  const most = fine ? threshold + 0.4 * (threshold - rest) : Infinity;
  const [low, high] = extent(ys.filter((y) => y <= most));
  const least = (fine ? 0.27 : 2) * (threshold - rest); // so that a line that hardly moves is flat, in any unit
  return { xs, ys, x, v: [low, Math.max(high, low + least)] };
}

/** A picture where it is known. @param {{ picture: Picture | undefined, dark: boolean }} props */
export function Shown({ picture, dark }) {
  const canvas = useRef(/** @type {any} */ (null));
  useEffect(() => picture && paintPicture(canvas.current, picture, dark), [picture, dark]);
  return html`<canvas ref=${canvas} aria-hidden="true"></canvas>`;
}

/** @param {HTMLCanvasElement} canvas @param {Picture} picture @param {boolean} dark */
function paintPicture(canvas, { xs, ys, x, v, isExample }, dark) {
  const [context, width, height] = prepared(canvas);
  const { blue, soft } = THEMES[dark ? "dark" : "light"];
  context.strokeStyle = isExample ? soft : blue;
  context.lineWidth = 1.4;
  const px = (/** @type {number} */ t) => ((t - x[0]) / (x[1] - x[0])) * width;
  const py = (/** @type {number} */ y) => 3 + ((v[1] - y) / (v[1] - v[0])) * (height - 6);
  path(context, xs, ys, px, py);
  context.stroke();
}
