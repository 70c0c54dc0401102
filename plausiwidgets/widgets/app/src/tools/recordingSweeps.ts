// A recorded sweep as it was read from a file, with its parts and its picture.

import type { Range } from "../catalogue.ts";
import type { Label, Layer, Panel, Picture } from "../figure/picture.ts";
import { extent, padded, ticks, tickText } from "../figure/scene.ts";
import { THEMES } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import type { ComparedCriterion, RecordedSweep, Replies, ReplyArrays } from "../messages.ts";
import type { Zoom } from "../models/lines.ts";

/** A sweep with its samples. `corners` contains the times and levels of the recovered current in turn. */
export interface Sweep extends RecordedSweep {
  readonly t: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly current: ArrayLike<number>;
  readonly corners: ArrayLike<number>;
  readonly spikes: ArrayLike<number>;
}

export interface Criterion extends Omit<ComparedCriterion, "low" | "high"> {
  readonly low: number;
  readonly high: number;
}

/** The sweeps of a reply. */
export function sweepsOf(
  { sweeps }: Pick<Replies["recording"], "sweeps">,
  arrays: Partial<ReplyArrays["recording"]>,
): readonly Sweep[] {
  const none = new Float32Array();
  return sweeps.map((sweep, k) => ({
    ...sweep,
    t: arrays[`${k}.t`] ?? none,
    v: arrays[`${k}.v`] ?? none,
    current: arrays[`${k}.current`] ?? none,
    corners: arrays[`${k}.protocol`] ?? none,
    spikes: arrays[`${k}.spikes`] ?? none,
  }));
}

/** The criteria of a reply, in which an infinite end of a range is a string. */
export const criteriaOf = ({ criteria }: Pick<Replies["recording"], "criteria">): readonly Criterion[] =>
  criteria.map((one) => ({ ...one, low: Number(one.low ?? Number.NaN), high: Number(one.high ?? Number.NaN) }));

/** The initial weights of the features, which are 0 for features that are left out. */
export const usualWeights = (
  criteria: readonly Pick<Criterion, "of">[],
  leftOut: readonly string[],
): ReadonlyMap<string, number> => new Map(criteria.map(({ of }) => [of, leftOut.includes(of) ? 0 : 1]));

/** The time range of a sweep. */
export const timesOf = ({ t }: Pick<Sweep, "t">): Range => (t.length > 1 ? [t[0], t[t.length - 1]] : [0, 1]);

/** The first or the second numbers of pairs. */
const every = (pairs: ArrayLike<number>, first: 0 | 1) =>
  Array.from({ length: pairs.length / 2 }, (_, k) => pairs[2 * k + first]);

const line = (
  xs: readonly number[],
  ys: ArrayLike<number>,
  colour: string,
  width: number,
  name: string,
  unit: string,
): Layer => ({ kind: "line", xs, ys: Array.from(ys), stroke: { colour, width }, name, unit });

const SHARE = 0.34; // height of the current as a share of the picture

/** The options of a picture. `unit` is that of the current. */
export interface How {
  readonly isDark: boolean;
  readonly size: number;
  readonly unit: string;
}

type Colours = Picture["colours"];

/** The potential, with dots at the detected spikes. */
function potentialOf(sweep: Sweep, range: Range, colours: Colours): readonly Layer[] {
  const level = range[1] - 0.03 * (range[1] - range[0]);
  const spikes = Array.from(sweep.spikes);
  return [
    line(Array.from(sweep.t), sweep.v, colours.target, 1.4, tr("recording"), "mV"),
    {
      kind: "dots",
      xs: spikes,
      ys: spikes.map(() => level),
      radius: 2.5,
      colour: colours.best,
      alpha: 1,
      name: tr("detected spike"),
    },
  ];
}

/** The recovered current in front of the recorded current, with the range of both. */
function currentOf({ t, current, corners }: Sweep, unit: string, colours: Colours) {
  const [xs, ys] = [every(corners, 0), every(corners, 1)];
  const range = padded(extent(ys, current), 0.12);
  const layers = [
    line(Array.from(t), current, colours.target, 5, tr("recorded current"), unit),
    line(xs, ys, colours.blue, 1.9, tr("reconstructed stimulus"), unit),
  ];
  return { range, layers, title: unit ? tr("current ({unit})", { unit }) : tr("current") };
}

/** The picture of a sweep as it was read, with the potential, the detected spikes, and the current below them. */
export function recordedPicture(
  sweep: Sweep,
  width: number,
  height: number,
  zoom: Zoom | null,
  { isDark, size, unit }: How,
): Picture {
  const colours = THEMES[isDark ? "dark" : "light"];
  const [left, right, top, bottom, gap] = [3.7 * size, 1.2 * size, 1.6 * size, 2.9 * size, 1.9 * size];
  const plot = Math.max(width - left - right, 10);
  const room = Math.max(height - top - bottom, 20);
  const x = zoom?.x ?? timesOf(sweep);
  const [hasV, hasCurrent] = [sweep.v.length > 0 || sweep.spikes.length > 0, sweep.corners.length > 0];
  const lower = hasCurrent ? (hasV ? SHARE * (room - gap) : room) : 0;
  const upper = hasV ? room - lower - (hasCurrent ? gap : 0) : 0;
  const labels: Label[] = [];
  const axis = { range: x, grid: [], head: (t: string) => `${t} ms` };
  const panel = (at: number, high: number, range: Range, title: string, layers: readonly Layer[]): Panel => {
    const grid = ticks(range, high / (2.4 * size));
    for (const one of grid) {
      const y = at + ((range[1] - one) / (range[1] - range[0])) * high;
      labels.push({ text: tickText(one), x: left - 8, y, align: "right", colour: colours.soft });
    }
    labels.push({ text: title, x: left, y: at - 0.85 * size, align: "left", colour: colours.soft });
    return { left, top: at, width: plot, height: high, x: axis, y: { range, grid }, layers };
  };
  const panels: Panel[] = [];
  if (hasV) {
    const range = zoom?.y ?? padded(extent(sweep.v), 0.08);
    const title = tr("potential ({unit})", { unit: "mV" });
    panels.push(panel(top, upper, range, title, potentialOf(sweep, range, colours)));
  }
  if (hasCurrent) {
    const { range, layers, title } = currentOf(sweep, unit, colours);
    panels.push(panel(top + room - lower, lower, range, title, layers));
  }
  for (const t of ticks(x, plot / (5.4 * size))) {
    const at = left + ((t - x[0]) / (x[1] - x[0])) * plot;
    labels.push({ text: tickText(t), x: at, y: top + room + size, align: "center", colour: colours.soft });
  }
  const below = { x: left + plot, y: top + room + 2.2 * size, colour: colours.soft };
  labels.push({ text: tr("time (ms)"), align: "right", ...below });
  return { width, height, size, colours, panels, labels, name: "recorded" };
}
