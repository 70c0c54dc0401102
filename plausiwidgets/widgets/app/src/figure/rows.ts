// The spike rows below the potential: one for the target, one for the neuron of the sliders, and one for the best of a search.

import type { Pattern, Range } from "../catalogue.ts";
import { burstsIn } from "../engine/features.ts";
import { tr } from "../i18n/texts.ts";
import { measuredText } from "../i18n/words.ts";
import type { Line, Role } from "../models/lines.ts";
import { stimulusEnd } from "../models/simulation.ts";
import type { Axis, Label, Layer, Panel } from "./picture.ts";
import type { Frame, RowFrame, Scene } from "./scene.ts";
import type { Colours } from "./theme.ts";

/** The roles of the lines with a row. */
export type RowRole = Exclude<Role, "pinned">;

export interface SpikeRow {
  readonly role: RowRole;
  readonly spikes: readonly number[];
  /** The first and the last spike of each burst. */
  readonly bursts: readonly Range[];
  /** The simulated or recorded range of time. Empty before the first simulation. */
  readonly range: Range;
  /** The time at which the potential diverges, or NaN. */
  readonly divergedAt: number;
}

const NOTHING: Range = [Number.NaN, Number.NaN];

const known = new WeakMap<Line, { readonly inside: number | null; readonly row: SpikeRow }>();

/** The row of a line. The same line always returns the same object. */
export function rowOf(line: Line, role: RowRole, inside: number | null): SpikeRow {
  const before = known.get(line);
  if (before?.inside === inside) return before.row;
  const { spikes, divergedAt, t0, dt, v } = line;
  const isSimulated = v.some(Number.isFinite);
  const range: Range = isSimulated ? [t0, Number.isNaN(divergedAt) ? t0 + v.length * dt : divergedAt] : NOTHING;
  const row = { role, spikes, bursts: burstsOf(line, inside), range, divergedAt };
  known.set(line, { inside, row });
  return row;
}

/** The row of a line that does not exist yet. */
export const EMPTY_BEST: SpikeRow = {
  ...{ role: "best", spikes: [], bursts: [], range: NOTHING, divergedAt: Number.NaN },
};

/** The bursts of a line. The criteria evaluate the spikes during the stimulus, so spikes after it are in separate bursts. */
function burstsOf(line: Line, inside: number | null): readonly Range[] {
  const { spikes } = line;
  if (inside !== null) return burstsIn(spikes, inside);
  const end = stimulusEnd(line);
  return [...burstsIn(spikes.filter((t) => t < end)), ...burstsIn(spikes.filter((t) => t >= end))];
}

/** The longest interval within a burst, if a criterion of the pattern sets it. */
export function longestInside({ components }: Pattern): number | null {
  const criteria = components.flatMap((component) => component.criteria);
  return criteria.find(({ key }) => key === "longest_isi")?.high ?? null;
}

/** The colours of the lines and of their ticks. */
export const LINE_COLOURS: Readonly<Record<Role, string>> = {
  target: "target",
  pinned: "pinned",
  best: "bestline",
  yours: "blue",
};
/** The colours of texts, which need a higher contrast than lines. */
const TEXT_COLOURS: Readonly<Record<RowRole, string>> = { target: "soft", best: "best", yours: "blue" };

const nameOf = (role: RowRole): string => ({ target: tr("target"), yours: tr("yours"), best: tr("best") })[role];

// -- the picture ---------------------------------------------------------------------------------------

/** The data with which a row is drawn. */
interface Sized {
  readonly scene: Scene;
  readonly at: Frame;
  readonly size: number;
  readonly colours: Colours;
}

const BOX: Range = [0.03, 0.97]; // the lower and upper edge of the box of a burst and of a tick, as shares of the row
const TICK: Range = [0.14, 0.86];
const AROUND = 3; // px between a burst and the edge of its box
const DENSE = 3; // average distance of ticks in px below which the ticks are thinner
const MANY = 20;

/** A panel for each row. They share the axis of time with the potential. */
export const rowPanels = (time: Axis, sized: Sized): Panel[] =>
  sized.scene.rows.map((row, k) => {
    const { top, height } = sized.at.rows[k];
    return {
      ...{ left: sized.at.left, top, width: sized.at.plot, height },
      x: time,
      y: { range: [0, 1], grid: [] },
      layers: layersOf(row, sized, height),
    };
  });

function layersOf({ role, spikes, bursts, range }: SpikeRow, { scene, at, colours }: Sized, height: number): Layer[] {
  const colour = colours[LINE_COLOURS[role]];
  const [begin, end] = scene.x;
  const base = { xs: [Math.max(range[0], begin), Math.min(range[1], end)], ys: [0.5, 0.5] };
  const room = AROUND * at.msPerPixel;
  const boxes = bursts.map(([from, to]): Range => [from - room, to + room]).filter(([a, b]) => b > begin && a < end);
  const ticks = distinct(spikes, scene.x, at.msPerPixel);
  const isDense = ticks.length > MANY && ticks[ticks.length - 1] - ticks[0] < DENSE * ticks.length * at.msPerPixel;
  const width = isDense ? 1 : 1.8;
  const layers: Layer[] = [{ kind: "line", ...base, stroke: { colour: colours.line, width: 1 } }];
  if (boxes.length) {
    const fill = { colour, width: (BOX[1] - BOX[0]) * height, alpha: 0.16 };
    layers.push(
      { kind: "line", ...joined(boxes, ([a, b]) => [a, 0.5, b, 0.5]), stroke: fill },
      { kind: "line", ...joined(boxes, outline), stroke: { colour, width: 1, alpha: 0.6 } },
    );
  }
  if (ticks.length) {
    layers.push({ kind: "line", ...joined(ticks, (t) => [t, TICK[0], t, TICK[1]]), stroke: { colour, width } });
  }
  return layers;
}

const outline = ([a, b]: Range) => [a, BOX[0], b, BOX[0], b, BOX[1], a, BOX[1], a, BOX[0]];

/** Several strokes as one line with gaps. A stroke is a list with x and y in turn. */
function joined<T>(parts: readonly T[], strokeOf: (part: T) => readonly number[]) {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const part of parts) {
    const stroke = strokeOf(part);
    for (let k = 0; k < stroke.length; k += 2) {
      xs.push(stroke[k]);
      ys.push(stroke[k + 1]);
    }
    xs.push(stroke[stroke.length - 2]);
    ys.push(Number.NaN);
  }
  return { xs, ys };
}

/** The spikes within a range, at most one for each pixel. */
function distinct(spikes: readonly number[], [begin, end]: Range, msPerPixel: number): number[] {
  const kept: number[] = [];
  for (const t of spikes) {
    if (t < begin || t > end) continue;
    if (!kept.length || t - kept[kept.length - 1] >= msPerPixel) kept.push(t);
  }
  return kept;
}

/** The names of the rows in the margin, and a text in a row without spikes or with a divergence. */
export const rowLabels = (sized: Sized): Label[] =>
  sized.scene.rows.flatMap((row, k) => {
    const { at, colours } = sized;
    const y = middleOf(at.rows[k]);
    const name = { text: nameOf(row.role), x: at.left - 10, y, colour: colours[TEXT_COLOURS[row.role]] };
    return [{ ...name, align: "right" as const }, ...remarks(row, y, sized)];
  });

const middleOf = ({ top, height }: RowFrame) => top + height / 2;

function remarks({ spikes, range, divergedAt }: SpikeRow, y: number, { at, size, colours, scene }: Sized): Label[] {
  if (Number.isNaN(range[0])) return [];
  const back = colours.card;
  if (!Number.isNaN(divergedAt)) {
    const x = Math.min(Math.max(at.x(divergedAt), at.left), at.left + at.plot);
    const isRight = x > at.left + at.plot - 6 * size;
    const align = isRight ? "right" : "left";
    return [{ text: tr("diverges"), x: isRight ? x - 6 : x + 8, y, align, colour: colours.red, back }];
  }
  if (spikes.length) return [];
  return [{ text: tr("no spikes"), x: at.x(scene.x[0]) + 10, y, align: "left", colour: colours.soft, back }];
}

// -- a click -------------------------------------------------------------------------------------------

const LEAST = 24; // minimum height in px of a target for a pointer

/** The place of each row for a pointer. In a low figure, the first and the last row extend beyond their ticks. */
export function placesOf(rows: readonly RowFrame[]): readonly { readonly top: number; readonly height: number }[] {
  return rows.map(({ top, pitch }, k) => {
    const more = Math.max(LEAST - pitch, 0);
    const [above, below] = [k === 0 ? more : 0, k === rows.length - 1 && k > 0 ? more : 0];
    const begin = top - (pitch - rows[k].height) / 2;
    return { top: begin - above, height: pitch + above + below };
  });
}

/** The range of time around the spikes of a row, or null if there are none. */
export function spanOf({ spikes, range: [begin, end] }: SpikeRow): Range | null {
  if (!spikes.length) return null;
  const [first, last] = [spikes[0], spikes[spikes.length - 1]];
  const room = Math.max(0.04 * (last - first), 0.015 * (end - begin));
  return [Math.max(first - room, begin), Math.min(last + room, end)];
}

/** The effect of a click on a row in words. */
export function rowText({ role, spikes }: SpikeRow): string {
  const count = { spikes: measuredText(spikes.length, "spikes") };
  if (role === "target") return tr("Zoom to the spikes of the target ({spikes})", count);
  if (role === "best") return tr("Zoom to the spikes of the search's best ({spikes})", count);
  return tr("Zoom to the spikes of your neuron ({spikes})", count);
}
