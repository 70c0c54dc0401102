import { useEffect, useRef, useState } from "preact/hooks";
import { shareOf } from "../engine/scales.ts";
import { axesPicture } from "../figure/axes.js";
import { Pictured } from "../figure/canvasView.js";
import { hasRoom, path, prepared } from "../figure/painter.js";
import { THEMES } from "../figure/theme.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { inPieces } from "../models/schedule.js";
import { simulation } from "../models/simulation.js";
import { glossing } from "../panels/glosses.js";
import { Name, plain } from "../panels/sliders.js";
import { valuesAlong } from "./cells.js";
import { asked, rangesFor, useJob, useJobAtRest } from "./jobs.js";

/** @import { App } from "../app.js" */
/** @import { Arrays, Answer, Catalogue, ModelData, Picture, Range, Selection, Slider, Zoom } from "../types.d.ts" */

const POINTS = [25, 81]; // of a profile, one after the other
const OWN = 25; // where the page judges by itself
const RATES = 60; // points of the rate over the current
const REST = 300; // ms after the last change

/** The loss along a value alone. @typedef {{ values: ArrayLike<number>, loss: ArrayLike<number> }} Profile */

/** The profiles of an answer, by name. @param {Answer} answer @param {Arrays} arrays @returns {Record<string, Profile>} */
const profilesOf = ({ names }, arrays) =>
  Object.fromEntries(names.map((/** @type {string} */ name) => [name, { values: arrays[`${name}.values`], loss: arrays[`${name}.loss`] }]));

/**
 * Judges along each slider on the page, for want of a host.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} selection @param {Slider[]} sliders @param {Record<string, Range>} ranges @param {number} points
 * @param {(name: string, profile: Profile) => void} give is called for each slider @returns {Generator<void, void>}
 */
export function* judgedProfiles(catalogue, data, selection, sliders, ranges, points, give) {
  for (const slider of sliders) {
    const values = valuesAlong(slider, ranges[slider.name], points);
    const loss = [];
    for (const value of values) {
      const own = { ...selection.values, [slider.name]: value };
      const { verdict } = yield* simulation(catalogue, data, { ...selection, values: own }).judging();
      loss.push(verdict?.loss ?? NaN);
      yield;
    }
    give(slider.name, { values, loss });
  }
}

/** From where to where a loss is 0, halfway to the neighbours for which it is not. @param {number[]} shares @param {ArrayLike<number>} loss @returns {Range[]} */
export function holdsOf(shares, loss) {
  /** @type {Range[]} */
  const spans = [];
  const between = (/** @type {number} */ k) => (k < 0 ? shares[0] : k >= shares.length - 1 ? shares[k] : (shares[k] + shares[k + 1]) / 2);
  for (let k = 0; k < shares.length; k++) {
    if (loss[k] !== 0) continue;
    const first = k;
    while (k + 1 < shares.length && loss[k + 1] === 0) k++;
    spans.push([between(first - 1), between(k)]);
  }
  return spans;
}

/** The effect of each value alone, and the rate over the current. @param {{ app: App }} props */
export function Curves({ app }) {
  const [rates, showRates] = useState(false);
  const tabs = html`<div role="group" class="pw-tabs" aria-label=${tr("View")}>
    <button aria-pressed=${!rates} onclick=${() => showRates(false)}>${tr("one parameter at a time")}</button>
    <button aria-pressed=${rates} onclick=${() => showRates(true)}>${tr("f–I curve")}</button></div>`;
  return html`<div class="pw-fields pw-onecolumn">${app.host.can("rate") ? html`<div class="pw-toolrow">${tabs}</div>` : ""}
    ${rates ? html`<${Rate} app=${app} />` : html`<${Profiles} app=${app} />`}</div>`;
}

/** @param {{ app: App }} props */
function Profiles({ app }) {
  const job = useJob(app, "profiles");
  const isHost = app.asks("profiles");
  const { selection, dark } = app.store.get();
  const [own, set] = useState(/** @type {Record<string, Profile>} */ ({}));
  const ranges = rangesFor(app);
  const key = JSON.stringify([
    selection.model,
    selection.pattern,
    selection.dt,
    selection.values,
    Object.entries(app.store.get().box.bounds),
    isHost,
  ]);
  const [judged, judge] = useState("");
  const sliders = [...app.mattering, ...app.sliders.filter(({ name }) => !app.mattering.some((one) => one.name === name))];
  useEffect(() => {
    let stop = () => {};
    const begin = () => {
      const { selection: at } = app.store.get();
      const bounds = rangesFor(app);
      if (isHost) {
        job.begin({ ...asked(at), bounds, points: POINTS }, (_, answer, arrays) => profilesOf(answer, arrays));
        return judge(key);
      }
      const found = /** @type {Record<string, Profile>} */ ({});
      const work = judgedProfiles(app.catalogue, app.data, at, sliders, bounds, OWN, (name, profile) => {
        found[name] = profile;
        set((before) => ({ ...before, [name]: profile }));
      });
      stop = inPieces(
        work,
        () => {
          set(found);
          judge(key);
        },
        4,
      );
    };
    const timer = setTimeout(begin, REST);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [key]);
  useEffect(() => () => job.stop(), []);
  const profiles = /** @type {Record<string, Profile>} */ (isHost ? (job.get().data ?? {}) : own);
  const isOld = judged !== key;
  let most = 0;
  for (const { name } of sliders)
    for (const loss of Array.from(profiles[name]?.loss ?? [])) if (Number.isFinite(loss)) most = Math.max(most, loss);
  const shown = sliders.filter(({ name }) => profiles[name]);
  const { state, error } = job.get();
  return html`<p class="pw-at">${glossing()(tr("The loss while one parameter varies over its range. Green: all criteria met. The line marks your slider position."))}</p>
    <p role="status">${isHost && state === "failed" ? error : isOld || !shown.length ? tr("evaluating …") : ""}</p>
    <div class="pw-profiles">${shown.map((slider) => {
      const [low, high] = ranges[slider.name];
      return html`<div key=${slider.name} class="pw-profile"><div class="pw-label"><${Name} slider=${slider} /><span>${plain(low, 3)} … ${plain(high, 3)}${ofUnit(slider.unit, " ")}</span></div>
        <${Curve} slider=${slider} ends=${ranges[slider.name]} profile=${profiles[slider.name]} most=${most} value=${selection.values[slider.name]} dark=${dark} isOld=${isOld} /></div>`;
    })}</div>`;
}

/** @param {{ slider: Slider, ends: Range, profile: Profile, most: number, value: number, dark: boolean, isOld: boolean }} props */
function Curve({ slider, ends, profile, most, value, dark, isOld }) {
  const canvas = useRef(/** @type {any} */ (null));
  const shares = Array.from(profile.values, (x) => shareOf(slider, x, ends));
  const spans = holdsOf(shares, profile.loss);
  const draw = () => {
    if (!canvas.current || !hasRoom(canvas.current)) return;
    const [context, width, height] = prepared(canvas.current, 14);
    const colours = THEMES[dark ? "dark" : "light"];
    const px = (/** @type {number} */ share) => 1 + share * (width - 2);
    const py = (/** @type {number} */ loss) => 4 + (1 - Math.sqrt(Math.min(loss / (most || 1), 1))) * (height - 8);
    context.globalAlpha = isOld ? 0.4 : 1;
    context.fillStyle = colours.bar;
    for (const [a, b] of spans) context.fillRect(px(a), 0, Math.max(px(b) - px(a), 2), height);
    path(context, shares, Array.from(profile.loss), px, py);
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.6;
    context.stroke();
    context.globalAlpha = 1;
    context.strokeStyle = colours.blue;
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(px(shareOf(slider, value, ends)), 0);
    context.lineTo(px(shareOf(slider, value, ends)), height);
    context.stroke();
  };
  useEffect(() => {
    draw();
    const watched = new ResizeObserver(draw);
    watched.observe(canvas.current);
    return () => watched.disconnect();
  }, [profile, most, value, dark, isOld, ends[0], ends[1]]);
  const words = spans.length
    ? tr("{name}: pattern shown for some values", { name: slider.name })
    : tr("{name}: pattern shown for no value", { name: slider.name });
  return html`<canvas ref=${canvas} role="img" aria-label=${words}></canvas>`;
}

/** @param {ArrayLike<number>} values */
const last = (values) => values[values.length - 1];

/** The rate over the current, at the holding level of the pattern. @param {{ app: App }} props */
function Rate({ app }) {
  const job = useJob(app, "rate");
  const { selection, dark, present } = app.store.get();
  const { model, pattern, values, dt } = selection;
  const amplitude = app.sliders.find(({ name }) => name.endsWith("amplitude"));
  const holding = app.sliders.find(({ name }) => name.endsWith("holding"));
  const most = amplitude ? rangesFor(app)[amplitude.name][1] : 1;
  const at = amplitude ? values[amplitude.name] : NaN;
  const own = app.data.parameters.map(({ name }) => values[name]);
  const begin = () => {
    const fields = { model, values, dt, holding: holding ? values[holding.name] : 0, most, points: RATES };
    job.begin(fields, (_, __, { current, rate }) => ({ current, rate }));
  };
  useJobAtRest(job, REST, begin, [JSON.stringify([model, pattern, dt, own, holding && values[holding.name], most])]);
  const { data, state, error } = job.get();
  const axis = { scale: "linear", linear_width: null };
  /** @param {number} width @param {number} height @param {Zoom | null} zoom */
  const picture = (width, height, zoom) => {
    if (!data) return null;
    const high = Math.max(1, ...Array.from(/** @type {ArrayLike<number>} */ (data.rate)).filter(Number.isFinite));
    const [x, y] = [
      { ...axis, name: tr("current"), unit: app.data.model.unit, ends: zoom?.x ?? /** @type {Range} */ ([0, last(data.current)]) },
      { ...axis, name: tr("firing rate"), unit: "Hz", ends: zoom?.y ?? /** @type {Range} */ ([0, 1.05 * high]) },
    ];
    return axesPicture({ width, height, dark, size: present ? 18 : 14, name: "rate" }, x, y, (colours) => [
      {
        ...{ kind: "line", xs: Array.from(data.current), ys: Array.from(data.rate), stroke: { colour: colours.blue, width: 2.2 } },
        ...{ name: tr("firing rate"), unit: "Hz" },
      },
      { kind: "line", xs: [at, at], ys: y.ends, stroke: { colour: colours.soft, width: 1.5, dash: [5, 4] } },
    ]);
  };
  /** @param {number} px @param {number} _ @param {Picture} shown */
  const read = (px, _, { panels: [{ left, top, width, height, x }] }) => {
    const current = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
    if (!data || px < left || px > left + width) return null;
    const text = `${tr("firing rate")}: ${numberText(rateAt(data.current, data.rate, current), 3)} Hz`;
    return {
      at: px,
      top,
      height,
      right: left + width,
      head: `${plain(current, 3)}${ofUnit(app.data.model.unit, " ")}`,
      rows: [{ role: "yours", text }],
    };
  };
  const here = data && Number.isFinite(at) ? rateAt(data.current, data.rate, at) : NaN;
  const attributes = { role: "img", "aria-label": tr("f–I curve") };
  return html`<${Pictured} app=${app} of=${[data, dark, present, at]} picture=${picture} whole=${() => [0, last(data?.current ?? [1])]} read=${read} attributes=${attributes} />
    <p class="pw-at">${glossing()(tr("The f–I curve shows the firing rate for a constant current on top of the holding current. The dashed line marks your amplitude."))}</p>
    <p role="status">${state === "failed" ? error : Number.isNaN(here) ? tr("simulating …") : tr("{rate} Hz at {current}", { rate: numberText(here, 3), current: `${plain(at)}${ofUnit(app.data.model.unit, " ")}` })}</p>`;
}

/** The rate at a current, between two points of a curve. @param {ArrayLike<number>} current @param {ArrayLike<number>} rate @param {number} at */
export function rateAt(current, rate, at) {
  for (let k = 1; k < current.length; k++) {
    if (at > current[k] * (1 + 1e-6)) continue;
    const share = Math.min(Math.max((at - current[k - 1]) / (current[k] - current[k - 1]), 0), 1);
    return rate[k - 1] + share * (rate[k] - rate[k - 1]);
  }
  return NaN;
}
