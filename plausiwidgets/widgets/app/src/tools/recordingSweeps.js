import { extent, padded, ticks, tickText } from "../figure/scene.js";
import { THEMES } from "../figure/theme.js";
import { tr } from "../i18n/texts.ts";

/** @import { ComparedCriterion, RecordedSweep } from "../messages.ts" */
/** @import { Answer, Arrays, Layer, Picture, Range, Zoom } from "../types.d.ts" */
// A recorded sweep as it was read: what there is of it, and its picture.

/**
 * @typedef {RecordedSweep & { t: ArrayLike<number>, v: ArrayLike<number>, current: ArrayLike<number>, corners: ArrayLike<number>, spikes: ArrayLike<number> }} Sweep
 * @typedef {Omit<ComparedCriterion, "low" | "high"> & { low: number, high: number }} Criterion
 */

/** The sweeps of an answer. @param {Answer} answer @param {Arrays} arrays @returns {Sweep[]} */
export function sweepsOf({ sweeps }, arrays) {
  const none = new Float32Array();
  return sweeps.map((/** @type {RecordedSweep} */ sweep, /** @type {number} */ k) => {
    const part = (/** @type {string} */ name) => arrays[`${k}.${name}`] ?? none;
    return { ...sweep, t: part("t"), v: part("v"), current: part("current"), corners: part("protocol"), spikes: part("spikes") };
  });
}

/** The criteria of an answer. @param {Answer} answer @returns {Criterion[]} */
export const criteriaOf = ({ criteria }) =>
  criteria.map((/** @type {ComparedCriterion} */ one) => ({ ...one, low: Number(one.low ?? NaN), high: Number(one.high ?? NaN) }));

/** What is compared of a recording, by name, and whether it is so at first. @param {Criterion[]} criteria @param {readonly string[]} leftOut @returns {Map<string, number>} weights, 0 of what is not compared */
export const usualWeights = (criteria, leftOut) => new Map(criteria.map(({ of }) => [of, leftOut.includes(of) ? 0 : 1]));

/** The whole time of a sweep. @param {Sweep} sweep @returns {Range} */
export const timesOf = ({ t }) => (t.length > 1 ? [t[0], t[t.length - 1]] : [0, 1]);

/** Every second of some numbers. @param {ArrayLike<number>} pairs @param {0 | 1} first */
const every = (pairs, first) => Array.from({ length: pairs.length / 2 }, (_, k) => pairs[2 * k + first]);

/** @param {number[]} xs @param {ArrayLike<number>} ys @param {string} colour @param {number} width @param {string} name @param {string} unit @returns {Layer} */
const line = (xs, ys, colour, width, name, unit) => ({ kind: "line", xs, ys: Array.from(ys), stroke: { colour, width }, name, unit });

const SHARE = 0.34; // of the height, for the current

/**
 * The picture of a sweep as it was read: the potential with what was taken for spikes, and the recovered current over
 * the recorded one.
 * @param {Sweep} sweep @param {number} width @param {number} height @param {Zoom | null} zoom @param {{ dark: boolean, size: number, unit: string }} how
 * @returns {Picture}
 */
export function recordedPicture(sweep, width, height, zoom, { dark, size, unit }) {
  const colours = THEMES[dark ? "dark" : "light"];
  const [left, right, top, bottom, gap] = [3.7 * size, 1.2 * size, 1.6 * size, 2.9 * size, 1.9 * size];
  const plot = Math.max(width - left - right, 10);
  const room = Math.max(height - top - bottom, 20);
  const x = zoom?.x ?? timesOf(sweep);
  const [hasV, hasCurrent] = [sweep.v.length > 0 || sweep.spikes.length > 0, sweep.corners.length > 0];
  const lower = hasCurrent ? (hasV ? SHARE * (room - gap) : room) : 0;
  const upper = hasV ? room - lower - (hasCurrent ? gap : 0) : 0;
  /** @type {Picture["labels"]} */
  const labels = [];
  const axis = { range: x, grid: /** @type {number[]} */ ([]), head: (/** @type {string} */ t) => `${t} ms` };
  /** @param {number} at @param {number} high @param {Range} range @param {string} title @param {Layer[]} layers @returns {Picture["panels"][number]} */
  const panel = (at, high, range, title, layers) => {
    const grid = ticks(range, high / (2.4 * size));
    for (const one of grid) {
      const y = at + ((range[1] - one) / (range[1] - range[0])) * high;
      labels.push({ text: tickText(one), x: left - 8, y, align: "right", colour: colours.soft });
    }
    labels.push({ text: title, x: left, y: at - 0.85 * size, align: "left", colour: colours.soft });
    return { left, top: at, width: plot, height: high, x: axis, y: { range, grid }, layers };
  };
  const panels = [];
  const times = Array.from(sweep.t);
  if (hasV) {
    const range = zoom?.y ?? padded(extent(sweep.v), 0.08);
    const level = range[1] - 0.03 * (range[1] - range[0]);
    const spikes = Array.from(sweep.spikes);
    /** @type {Layer[]} */
    const layers = [
      line(times, sweep.v, colours.examplekey, 1.4, tr("recording"), "mV"),
      { kind: "dots", xs: spikes, ys: spikes.map(() => level), radius: 2.5, colour: colours.best, alpha: 1, name: tr("detected spike") },
    ];
    panels.push(panel(top, upper, range, tr("potential ({unit})", { unit: "mV" }), layers));
  }
  if (hasCurrent) {
    const [xs, ys] = [every(sweep.corners, 0), every(sweep.corners, 1)];
    const range = padded(extent(ys, sweep.current), 0.12);
    const layers = [
      line(times, sweep.current, colours.example, 5, tr("recorded current"), unit),
      line(xs, ys, colours.blue, 1.9, tr("reconstructed stimulus"), unit),
    ];
    const title = unit ? tr("current ({unit})", { unit }) : tr("current");
    panels.push(panel(top + room - lower, lower, range, title, layers));
  }
  for (const t of ticks(x, plot / (5.4 * size))) {
    const at = left + ((t - x[0]) / (x[1] - x[0])) * plot;
    labels.push({ text: tickText(t), x: at, y: top + room + size, align: "center", colour: colours.soft });
  }
  labels.push({ text: tr("time (ms)"), x: left + plot, y: top + room + 2.2 * size, align: "right", colour: colours.soft });
  return { width, height, size, colours, panels, labels, name: "recorded" };
}
