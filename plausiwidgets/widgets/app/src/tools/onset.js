import { useState } from "preact/hooks";
import { axesPicture } from "../figure/axes.js";
import { Pictured } from "../figure/canvasView.js";
import { extent, padded } from "../figure/scene.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { glossing } from "../panels/glosses.js";
import { plain } from "../panels/sliders.js";
import { rateAt } from "./curves.js";
import { useJob, useJobAtRest } from "./jobs.js";

/** @import { App } from "../app.js" */
/** @import { OnsetPoint } from "../messages.ts" */
/** @import { Answer, Arrays, Layer, Picture, Range, Zoom } from "../types.d.ts" */
// How a neuron begins to fire: its fixed points over the current, as a host has followed them, and its firing.

const REST = 300; // ms after the last change

/**
 * @typedef {object} Diagram
 * @property {string} about the model
 * @property {Range} currents
 * @property {OnsetPoint[]} points
 * @property {string[]} sentences none before the last answer
 * @property {number[][]} stable current and potential of the fixed points, NaN between two pieces
 * @property {number[][]} unstable
 * @property {number[][]} firing current, lowest and highest potential, rate
 */

/** @param {string} about @param {Answer} answer @param {Arrays} arrays @returns {Diagram} */
export function diagramOf(about, { currents, points, sentences }, { stable, unstable, firing }) {
  const rowsOf = (/** @type {ArrayLike<number>} */ all, /** @type {number} */ count) => {
    const size = all.length / count;
    return [...Array(count).keys()].map((row) => Array.from(all).slice(row * size, (row + 1) * size));
  };
  return { about, currents, points, sentences, stable: rowsOf(stable, 2), unstable: rowsOf(unstable, 2), firing: rowsOf(firing, 4) };
}

/**
 * The currents that are shown at first: rest, the onset, what else happens along the current, and the neuron's own.
 * @param {Diagram} diagram @param {number} base where it rests @param {number} here its own current, or NaN @returns {Range}
 */
export function viewOf({ currents: [low, high], points, firing }, base, here) {
  const marks = [...points.map(({ current }) => current), firing[0][0], here].filter(Number.isFinite);
  if (!marks.length) return [low, high];
  const onset = Math.min(...marks.filter((current) => current > base), high);
  const [least, most] = [Math.min(base, ...marks), Math.max(base + 3 * (onset - base), ...marks)];
  return [Math.max(least - 0.15 * (most - least), low), Math.min(most + 0.15 * (most - least), high)];
}

/** The diagram of fixed points and firing, and the kind of onset in words. @param {{ app: App }} props */
export function Onset({ app }) {
  const job = useJob(app, "bifurcations");
  const { selection, dark, present } = app.store.get();
  const { model, values, dt } = selection;
  const { unit, potential_unit: scale } = app.data.model;
  const [chosen, choose] = useState(/** @type {{ of: string, currents: Range } | null} */ (null));
  const currents = chosen?.of === model ? chosen.currents : null;
  const [amplitude, holding] = ["amplitude", "holding"].map((end) => app.sliders.find(({ name }) => name.endsWith(end)));
  const base = holding ? values[holding.name] : 0;
  const here = amplitude ? base + values[amplitude.name] : NaN;
  const own = app.data.parameters.map(({ name }) => values[name]);
  const begin = () => {
    const fields = { model, values, dt, holding: base, ...(currents ? { currents } : {}) };
    job.begin(fields, (_, answer, arrays) => diagramOf(model, answer, arrays));
  };
  useJobAtRest(job, REST, begin, [JSON.stringify([model, dt, own, base, currents])]);
  const { data, state, error } = job.get();
  const diagram = /** @type {Diagram | null} */ (data?.about === model ? data : null);
  /** @param {number} width @param {number} height @param {Zoom | null} zoom */
  const picture = (width, height, zoom) =>
    diagram &&
    pictureOf(
      diagram,
      { x: zoom?.x ?? currents ?? viewOf(diagram, base, here), y: zoom?.y ?? null, here, unit, scale },
      { width, height, dark, size: present ? 18 : 14 },
    );
  /** @param {number} px @param {number} _ @param {Picture} shown */
  const read = (px, _, { panels: [{ left, top, width, height, x }] }) => {
    if (!diagram || px < left || px > left + width) return null;
    const current = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
    const [at, low, high, rates] = diagram.firing;
    const isWithin = at.length > 0 && current >= at[0] && current <= at[at.length - 1];
    const [least, most, rate] = [low, high, rates].map((ys) => numberText(rateAt(at, ys, current), 3));
    const ends = { least, most: `${most}${ofUnit(scale, " ")}` };
    const fires = Number.isFinite(rateAt(at, rates, current));
    const text = !isWithin
      ? tr("does not fire")
      : fires
        ? tr("fires at {rate} Hz, between {least} and {most}", { ...ends, rate })
        : tr("oscillates between {least} and {most}", ends);
    const head = `${plain(current, 3)}${ofUnit(unit, " ")}`;
    return { at: px, top, height, right: left + width, head, rows: [{ role: "yours", text }] };
  };
  const typed = (/** @type {0 | 1} */ end) => (/** @type {any} */ e) => {
    const next = /** @type {Range} */ ([...(diagram?.currents ?? [0, 1])]);
    next[end] = e.target.valueAsNumber;
    if (Number.isFinite(next[end])) choose({ of: model, currents: next });
  };
  const box = (/** @type {0 | 1} */ end, /** @type {string} */ name) =>
    html`<label>${name} <input type="number" step="any" value=${(currents ?? diagram?.currents)?.[end] ?? ""} onchange=${typed(end)} /></label>`;
  const attributes = {
    role: "img",
    "aria-label": diagram?.sentences.join(" ") || tr("Fixed points and firing as a function of the current"),
  };
  const glossed = glossing();
  const isWaiting = state !== "failed" && !diagram?.sentences.length;
  return html`<div class="pw-fields">
    <div class="pw-toolrow">${box(0, tr("current from"))} ${box(1, tr("to"))}${ofUnit(unit, " ")}</div>
    <${Pictured} app=${app} of=${[diagram, dark, present, here]} picture=${picture} whole=${() => diagram?.currents ?? [0, 1]} read=${read} attributes=${attributes} />
    <div class="pw-fieldwords" role="status">
      ${state === "failed" ? html`<p>${error}</p>` : isWaiting ? html`<p>${tr("simulating …")}</p>` : (diagram?.sentences ?? []).map((sentence) => html`<p>${glossed(sentence)}</p>`)}
      <ul class="pw-planekey"><li class="rest"><i></i>${glossed(tr("stable fixed points"))}</li><li class="left"><i></i>${tr("unstable fixed points")}</li>
        <li class="fires"><i></i>${tr("maximum and minimum potential during firing")}</li>
        ${(diagram?.points ?? []).map(({ kind, text }) => html`<li>○ ${glossed(kind)}: ${text}</li>`)}
        ${Number.isFinite(here) ? html`<li class="here"><i></i>${glossed(tr("your holding current plus amplitude"))}</li>` : ""}</ul>
    </div></div>`;
}

/**
 * @param {Diagram} diagram @param {{ x: Range, y: Range | null, here: number, unit: string, scale: string }} axes
 * @param {{ width: number, height: number, dark: boolean, size: number }} how
 */
function pictureOf({ stable, unstable, firing, points }, { x, y, here, unit, scale }, how) {
  const within = (/** @type {number[]} */ xs, /** @type {number[]} */ ys) =>
    ys.filter((v, k) => Number.isFinite(v) && xs[k] >= x[0] && xs[k] <= x[1]);
  const seen = [stable, unstable, [firing[0], firing[1]], [firing[0], firing[2]]].map(([xs, ys]) => within(xs, ys));
  const linear = { scale: "linear", linear_width: null };
  const across = { ...linear, name: tr("current"), unit, ends: x };
  const up = { ...linear, name: "v", unit: scale, ends: y ?? padded(extent(...seen), 0.06) };
  return axesPicture({ ...how, name: "bifurcations" }, across, up, (colours) => [
    ...(Number.isFinite(here)
      ? /** @type {Layer[]} */ ([
          { kind: "line", xs: [here, here], ys: up.ends, stroke: { colour: colours.soft, width: 1.5, dash: [5, 4] } },
        ])
      : []),
    { kind: "line", xs: unstable[0], ys: unstable[1], stroke: { colour: colours.ink, width: 1.6, dash: [6, 5] } },
    { kind: "line", xs: stable[0], ys: stable[1], stroke: { colour: colours.ink, width: 3 } },
    ...[1, 2].map(
      (row) => /** @type {Layer} */ ({ kind: "dots", xs: firing[0], ys: firing[row], radius: 2.8, colour: colours.blue, alpha: 1 }),
    ),
    {
      ...{
        kind: "dots",
        xs: points.map(({ current }) => current),
        ys: points.map(({ potential }) => potential),
        radius: 6,
        colour: colours.card,
      },
      ...{ alpha: 1, edge: { colour: colours.best, width: 2.4 }, words: points.map(({ kind, text }) => `${kind}: ${text}`) },
    },
  ]);
}
