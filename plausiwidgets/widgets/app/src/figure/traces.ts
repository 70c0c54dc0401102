// The figure as a picture, with the potential above the current.

import type { Range } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import type { Line, Looked, Role } from "../models/lines.ts";
import { placesOf } from "./handlePlaces.ts";
import type { Axis, Label, Layer, Panel, Picture, Rule } from "./picture.ts";
import { LINE_COLOURS, rowLabels, rowPanels } from "./rows.ts";
import { columns, type Frame, frame, isFolded, type Point, type Scene, sampleAt, ticks, tickText } from "./scene.ts";
import { type Colours, themeOf } from "./theme.ts";

const STROKES: Readonly<Record<Role, { readonly width: number; readonly dash: readonly number[] }>> = {
  target: { width: 3.6, dash: [] },
  pinned: { width: 1.8, dash: [12, 4] },
  best: { width: 2, dash: [7, 3] },
  yours: { width: 2.3, dash: [] },
};
const SMALLEST = 20; // px between two labels
const NEAR = 0.7; // minimum distance of a label from the peak, as a share of the distance between two labels
const EDGE = 3; // px around the range of the current, so that no line is cut at the edge of its box
const UNIT_GAP = 1; // px between the unit of the current and the labels around it
const MAX_MOVE = 8; // maximum distance in px by which two labels of the current move apart for the unit between them
const PALE = 0.3; // the opacity of a line with former values
const LETTER = 0.55; // the width of a letter in font sizes, as an estimate of the space for a text

const widthOf = (text: string, size: number) => LETTER * size * text.length;

/** A number with its unit. */
export const withUnit = (value: number, unit: string, digits = 3): string =>
  `${numberText(value, digits)}${unit ? ` ${unit}` : ""}`;

/** The name of a line. */
export const nameOf = (role: Role, targetTitle: string): string =>
  ({
    target: targetTitle,
    pinned: tr("comparison"),
    best: tr("best of the search"),
    yours: tr("your neuron"),
  })[role];

export interface Traces extends Picture {
  /** The box of the potential, from its highest to its lowest label. */
  readonly potential: readonly [left: number, top: number, width: number, height: number];
  /** The box of the potential with the spike rows below it. */
  readonly responses: readonly [left: number, top: number, width: number, height: number];
}

/** A scene in a box in px. */
interface Sized {
  readonly scene: Scene;
  readonly at: Frame;
  /** The size of the font. */
  readonly size: number;
  readonly colours: Colours;
}

/** The picture of a scene in a box. */
export function tracesOf(
  scene: Scene,
  width: number,
  height: number,
  { size, dark }: { readonly size: number; readonly dark: boolean },
): Traces {
  const at = frame(scene, width, height, size);
  const colours = themeOf(dark);
  const sized: Sized = { scene, at, size, colours };
  const shown = levelsOf(sized);
  const axes = [...levelLabels(shown, sized), ...timeLabels(sized), ...potentialTitle(sized), ...rowLabels(sized)];
  const time: Axis = { range: scene.x, grid: [], head: (t) => `${t} ms` };
  const potential = { range: scene.v, grid: shown };
  const box = { left: at.left, top: at.top, width: at.plot, height: at.potential };
  const yours = yoursIn(scene);
  const { rules, texts } = bracketsOf(sized);
  const heights = shown.map(at.y);
  const top = Math.min(...heights);
  const row = at.rows.at(-1);
  const bottom = row ? row.top + row.height : Math.max(...heights);
  return {
    ...{ width, height, size, colours, rules, name: "traces" },
    panels: [
      {
        ...box,
        x: time,
        y: potential,
        layers: [...bandsOf(sized), ...scene.lines.map((line) => layerOf(line, sized))],
      },
      ...(yours ? [currentPanel(yours, time, sized)] : []),
      ...rowPanels(time, sized),
    ],
    labels: [...axes, ...(yours ? currentLabels(yours, axes, sized) : []), ...dragHint(sized), ...texts],
    potential: [at.left, top, at.plot, Math.max(...heights) - top],
    responses: [at.left, top, at.plot, bottom - top],
  };
}

const yoursIn = ({ lines }: Scene) => lines.find(({ role }) => role === "yours");

/** A text in the colour of the axes. */
const write = ({ soft: colour }: Colours, text: string, x: number, y: number, align: Label["align"]): Label => ({
  ...{ text, x, y, align, colour },
});

// -- the axes ------------------------------------------------------------------------------------------

/** The potentials with a label: the peak, and round numbers below it that are not too close to it. */
function levelsOf({ scene: { peak, v }, at }: Sized): number[] {
  const round = ticks(v, Math.min(6, at.potential / 46));
  if (!(peak > v[0] && peak < v[1])) return round;
  const step = Math.max(round[1] - round[0] || 0, 0);
  const isApart = (one: number) => peak - one > NEAR * step && at.y(one) - at.y(peak) > SMALLEST;
  return [peak, ...round.filter(isApart)];
}

const levelLabels = (shown: readonly number[], { at, colours }: Sized): Label[] =>
  shown.map((one) => write(colours, tickText(Number(one.toPrecision(4))), at.left - 10, at.y(one), "right"));

/** The height of the time labels. The bottom handle of the current may reach them. */
const timeHeight = ({ at, size }: Sized) => at.row + at.current + 1.3 * size;

function timeLabels(sized: Sized): Label[] {
  const { scene, at, size, colours } = sized;
  const right = at.left + at.plot;
  const below = timeHeight(sized);
  const title = tr("time (ms)");
  const room = right - widthOf(title, size) - size;
  const shown = ticks(scene.x, at.plot / Math.max(80, 5.4 * size)).filter(
    (t) => at.x(t) + widthOf(tickText(t), size) / 2 < room,
  );
  return [
    write(colours, title, right, below, "right"),
    ...shown.map((t) => write(colours, tickText(t), at.x(t), below, "center")),
  ];
}

/** The title of the potential axis. A low figure has space only for the unit. */
function potentialTitle({ scene: { potentialUnit }, at, size, colours }: Sized): Label[] {
  const words = potentialUnit ? tr("potential ({unit})", { unit: potentialUnit }) : tr("potential");
  const text = widthOf(words, size) <= at.potential ? words : potentialUnit;
  if (!text) return [];
  return [{ ...write(colours, text, 0.9 * size, at.top + at.potential / 2, "center"), turned: true }];
}

// -- the potential -------------------------------------------------------------------------------------

const bandsOf = ({ scene, colours }: Sized): Layer[] =>
  (scene.isPointed ? scene.marks : []).map(({ from, to, passed }) => ({
    ...{ kind: "band", from, to, colour: passed ? colours.blue : colours.red, alpha: 0.1 },
  }));

function layerOf({ role, t0, dt, v }: Line, { scene, at, size, colours }: Sized): Layer {
  const { width, dash } = STROKES[role];
  const [xs, ys] = columns(t0, dt, v, scene.x, at.plot);
  const stroke = {
    colour: colours[LINE_COLOURS[role]],
    width: size > 16 && role !== "target" ? width * 1.6 : width,
    dash,
    alpha: scene.isFaded && role === "yours" ? PALE : 1,
  };
  return { kind: "line", xs, ys, stroke, name: nameOf(role, scene.targetTitle), unit: scene.potentialUnit };
}

// -- the current ---------------------------------------------------------------------------------------

/** The holding level of a line, at which the fill of the stimulus starts. */
const heldIn = ({ current }: Line) => current[0] ?? 0;

function currentPanel(yours: Line, time: Axis, { scene, at, colours }: Sized): Panel {
  const more = EDGE * at.perPixel;
  const range: Range = [scene.i[0] - more, scene.i[0] + at.perPixel * at.current + more];
  const [xs, ys] = currentOf(yours, scene, at.plot);
  const stroke = { colour: colours.blue, width: 2 };
  const text = { name: tr("current"), unit: scene.currentUnit };
  return {
    ...{ left: at.left, top: at.row - EDGE, width: at.plot, height: at.current + 2 * EDGE },
    x: time,
    y: { range, grid: [] },
    layers: [{ kind: "line", xs, ys, stroke, fill: 0.15, floor: heldIn(yours), ...text }],
  };
}

/** The current of a line. It is constant within a time step, so a jump is a vertical stroke. */
function currentOf({ t0, dt, current }: Line, { x, i }: Scene, plot: number): [xs: number[], ys: number[]] {
  const [ts, is] = columns(t0, dt, current, x, plot);
  const xs: number[] = [];
  const ys: number[] = [];
  for (let k = 0; k < ts.length; k++) {
    const last = ys[ys.length - 1];
    if (Math.abs(is[k] - last) > 0.2 * (i[1] - i[0])) {
      xs.push(ts[k]);
      ys.push(last);
    }
    xs.push(ts[k]);
    ys.push(is[k]);
  }
  return [xs, ys];
}

/** Labels for the holding level and the farthest level of the current, with the unit at a place without another label. */
function currentLabels(yours: Line, axes: readonly Label[], sized: Sized): Label[] {
  const { scene, at, size, colours } = sized;
  if (isFolded(at)) return [];
  const held = heldIn(yours);
  const far = yours.current.reduce((a, one) => (Math.abs(one - held) > Math.abs(a - held) ? one : a), held);
  const within = (i: number) => Math.min(Math.max(at.yi(i), at.row), at.row + at.current);
  const ends: Range = [at.row, at.row + at.current];
  const by = labelDistance(Math.abs(within(held) - within(far)), size);
  const [base, level] =
    far === held ? [within(held), within(held)] : apart(within(held), within(far), far > held, by, ends);
  const labels = [write(colours, numberText(held, 3), at.left - 10, base, "right")];
  if (far !== held) labels.push(write(colours, numberText(far, 3), at.left - 10, level, "right"));
  const rows = [...axes, ...labels].filter(({ align, turned }) => align === "right" && !turned);
  const taken = [...rows.map(({ y }) => y), timeHeight(sized)];
  const places = [(level + base) / 2, Math.min(level, base) - size - 2, Math.max(level, base) + size + 2];
  const free = places.find((y) => taken.every((other) => Math.abs(y - other) >= size + UNIT_GAP));
  const unit = scene.currentUnit;
  return unit && free !== undefined ? [...labels, write(colours, unit, at.left - 10, free, "right")] : labels;
}

/**
 * The distance between the labels of two levels. It has space for the unit in between if the labels need to move only a little.
 */
const labelDistance = (levels: number, size: number): number =>
  levels >= 2 * (size + UNIT_GAP) - MAX_MOVE ? 2 * (size + UNIT_GAP) : size + UNIT_GAP;

/** Two heights within two ends with a minimum distance. The second is above or below the first. */
function apart(first: number, second: number, isAbove: boolean, by: number, [top, bottom]: Range): Range {
  if (Math.abs(first - second) >= by) return [first, second];
  const middle = Math.min(Math.max((first + second) / 2, top + by / 2), bottom - by / 2);
  return isAbove ? [middle + by / 2, middle - by / 2] : [middle - by / 2, middle + by / 2];
}

/** The hint that the user can drag the current, if there is space for it next to a handle. */
function dragHint({ scene, at, size, colours }: Sized): Label[] {
  const { handles } = scene;
  if (!handles.length || at.current <= 40) return [];
  const text =
    handles.length > 1
      ? tr("current (drag to change amplitude and timing)")
      : tr("current (drag to change the amplitude)");
  const free = placeNextTo(scene, at, widthOf(text, size), size);
  return free ? [write(colours, text, ...free)] : [];
}

type TextPlace = readonly [x: number, y: number, align: "left" | "right"];

/** A place next to a handle where a text crosses neither the current nor another handle. */
function placeNextTo(scene: Scene, at: Frame, wide: number, size: number): TextPlace | undefined {
  const { handles } = scene;
  const [highest, lowest] = [at.row, at.row + at.current - 0.6 * size];
  const yours = yoursIn(scene);
  const isNear = (y: number, other: number) => Math.abs(y - other) < 16;
  const circles = placesOf(handles, at);
  const places = circles.flatMap((circle, k) =>
    (handles[k].current >= 0 ? [16, -16] : [-16, 16]).flatMap((below): TextPlace[] => {
      const y = circle.y + below;
      return [
        [circle.x + 18, y, "left"],
        [circle.x - 18, y, "right"],
      ];
    }),
  );
  return places.find(([x, y, align]) => {
    const [from, to] = align === "left" ? [x, x + wide] : [x - wide, x];
    if (from < at.left || to > at.left + at.plot || y < highest || y > lowest) return false;
    const isTaken = circles.some((circle) => circle.x > from - 12 && circle.x < to + 12 && isNear(y, circle.y));
    if (isTaken) return false;
    return !yours || !crosses(yours, at, [from - 4, to + 4], [y - 0.6 * size, y + 0.6 * size]);
  });
}

/** Whether the current crosses a box. */
function crosses({ t0, dt, current }: Line, at: Frame, [left, right]: Range, [high, low]: Range): boolean {
  const end = Math.min(Math.ceil((at.t(right) - t0) / dt), current.length - 1);
  for (let k = Math.max(Math.floor((at.t(left) - t0) / dt), 1); k <= end; k++) {
    const [a, b] = [at.yi(current[k - 1]), at.yi(current[k])];
    if (Math.max(a, b) > high && Math.min(a, b) < low) return true;
  }
  return false;
}

// -- the criteria --------------------------------------------------------------------------------------

const ROW = 7; // px from one bracket to the next
const MAX_ROWS = 3; // maximum number of rows of brackets for a marked criterion; criteria that are not met share one row

/**
 * Brackets at the top of the potential, above all spikes, each with a measured value. Overlapping brackets are in separate rows
 * and share the text of the first row.
 */
function bracketsOf({ scene: { marks, isPointed }, at, size, colours }: Sized): { rules: Rule[]; texts: Label[] } {
  const rules: Rule[] = [];
  const texts: Label[] = [];
  const taken: Range[][] = []; // the used ranges of each row in px
  for (const mark of marks) {
    const bracket = bracketOf(mark, at, size);
    if (!bracket) continue;
    const [begin, end] = bracket.room;
    let row = taken.findIndex((spans) => spans.every(([c, d]) => end < c || begin > d));
    if (row < 0) row = taken.push([]) - 1;
    if (row >= (isPointed ? MAX_ROWS : 1)) continue;
    taken[row].push(bracket.room);
    const y = at.top - 1 + row * ROW;
    const colour = mark.passed ? colours.blue : colours.red;
    const isFirst = row === 0;
    for (const [from, to] of strokesOf(bracket, y, isFirst)) rules.push({ from, to, colour, width: 1.6 });
    if (isFirst) texts.push({ text: bracket.words, ...bracket.place, y, colour, back: colours.card });
  }
  return { rules, texts };
}

/** A bracket from a to b, in px. */
interface Bracket {
  readonly a: number;
  readonly b: number;
  /** The text, shortened if necessary to fit into the figure. */
  readonly words: string;
  /** The span of the text. */
  readonly text: Range;
  readonly place: Pick<Label, "x" | "align">;
  /** The span of the bracket with its text. */
  readonly room: Range;
}

/**
 * The bracket of a mark, or null if it is outside the figure. A text that is wider than its bracket is next to it if there is
 * space.
 */
function bracketOf({ from, to, text: words }: Looked, at: Frame, size: number): Bracket | null {
  const right = at.left + at.plot;
  const [a, b] = [Math.max(at.x(from), at.left + 1), Math.min(at.x(to), right - 1)];
  if (b < at.left || a > right) return null;
  const text = shortened(words, at.plot - 10, size);
  const wide = widthOf(text, size) + 10;
  const isNarrow = wide > b - a;
  const [isBehind, isBefore] = [isNarrow && b + wide <= right, isNarrow && a - wide >= at.left];
  const centre = Math.min(Math.max((a + b) / 2, at.left + wide / 2), right - wide / 2);
  const middle = isBehind ? b + wide / 2 : isBefore ? a - wide / 2 : centre;
  const span: Range = [middle - wide / 2, middle + wide / 2];
  const place: Bracket["place"] = isBehind
    ? { x: b + 8, align: "left" }
    : isBefore
      ? { x: a - 8, align: "right" }
      : { x: middle, align: "center" };
  return { a, b, words: text, text: span, place, room: [Math.min(a, span[0]), Math.max(b, span[1])] };
}

/** A text of at most a width in px. A longer text is cut and ends with an ellipsis. */
function shortened(text: string, room: number, size: number): string {
  const most = Math.max(Math.floor(room / (LETTER * size)), 1);
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

/** The strokes of a bracket, with a gap for its text. */
function strokesOf({ a, b, text }: Bracket, y: number, hasText: boolean): [Point, Point][] {
  const [left, right] = hasText ? text : [b, b];
  const strokes: [Point, Point][] = [
    [
      [a, y],
      [a, y + 5],
    ],
    [
      [b, y],
      [b, y + 5],
    ],
  ];
  if (left > a) {
    strokes.push([
      [a, y],
      [Math.min(left, b), y],
    ]);
  }
  if (right < b) {
    strokes.push([
      [Math.max(right, a), y],
      [b, y],
    ]);
  }
  return strokes;
}

// -- the readout ---------------------------------------------------------------------------------------

/** The values of all lines and of the current at a time. */
export function readAt(scene: Scene, t: number): { readonly role: Role | "current"; readonly text: string }[] {
  const rows = scene.lines.map((line) => {
    const isThere = t >= line.t0 && t < line.t0 + line.v.length * line.dt;
    const value = isThere ? withUnit(line.v[sampleAt(line, t)], scene.potentialUnit) : "–";
    return { role: line.role, text: `${nameOf(line.role, scene.targetTitle)}: ${value}` };
  });
  const yours = yoursIn(scene);
  if (!yours) return rows.reverse();
  const current = withUnit(yours.current[sampleAt(yours, t)], scene.currentUnit);
  return [...rows.reverse(), { role: "current", text: `${tr("current")}: ${current}` }];
}
