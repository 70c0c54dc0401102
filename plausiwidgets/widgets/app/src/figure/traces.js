import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { columns, frame, sampleAt, ticks, tickText } from "./scene.js";
import { THEMES } from "./theme.js";

/** @import { Layer, Line, Picture, Range, Role, Scene } from "../types.d.ts" */
// The figure as a picture: the potential above the current.

/** @type {Record<Role, { width: number, dash: number[] }>} */
const STROKES = {
  example: { width: 5, dash: [] },
  pinned: { width: 1.8, dash: [12, 4] },
  best: { width: 1.9, dash: [7, 3] },
  yours: { width: 1.9, dash: [] },
};
const SMALLEST = 20; // px between two labels
const EDGE = 3; // px by which the box of the current is larger than its range, so that no line is cut at its edge
const PALE = 0.3; // of a line of former values
const LETTER = 0.55; // width of a letter, in sizes of the font: good enough to see whether a text has room

/** @param {string} text @param {number} size */
const widthOf = (text, size) => LETTER * size * text.length;

/** A number with its unit. @param {number} value @param {string} unit @param {number} [digits] */
export const withUnit = (value, unit, digits = 3) => `${numberText(value, digits)}${unit ? ` ${unit}` : ""}`;

/** How a line is called. @param {Role} role @param {string} example */
export const nameOf = (role, example) =>
  ({ example, pinned: tr("comparison"), best: tr("best of the search"), yours: tr("your neuron") })[role];

/**
 * The picture of a scene in a box.
 * @param {Scene} scene @param {number} width @param {number} height @param {{ size: number, dark: boolean, example: string }} how
 * @returns {Picture & { potential: [number, number, number, number] }} the box of the potential, from its highest to its lowest label
 */
export function tracesOf(scene, width, height, { size, dark, example }) {
  const colours = THEMES[dark ? "dark" : "light"];
  const at = frame(scene, width, height, size);
  const right = at.left + at.plot;
  /** @type {Picture["labels"]} */
  const labels = [];
  const write = (
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {"left" | "center" | "right"} */ align,
    more = {},
  ) => labels.push({ text, x, y, align, colour: colours.soft, ...more });

  const { peak, v, x } = scene;
  const labelled = ticks(v, Math.min(6, at.potential / 46));
  const hasPeak = peak > v[0] && peak < v[1];
  const shown = hasPeak ? [peak, ...labelled.filter((one) => Math.abs(at.y(one) - at.y(peak)) > SMALLEST && one < peak)] : labelled;
  for (const one of shown) write(tickText(Number(one.toPrecision(4))), at.left - 10, at.y(one), "right");
  const bottom = at.row + at.current;
  const below = bottom + 1.3 * size; // a handle at the bottom reaches as far as the text
  const title = tr("time (ms)");
  write(title, right, below, "right");
  const room = right - widthOf(title, size) - size;
  for (const t of ticks(x, at.plot / Math.max(80, 5.4 * size))) {
    if (at.x(t) + widthOf(tickText(t), size) / 2 < room) write(tickText(t), at.x(t), below, "center");
  }
  const { scale, unit } = scene;
  const words = scale ? tr("potential ({unit})", { unit: scale }) : tr("potential");
  const upright = widthOf(words, size) <= at.potential ? words : scale; // a low figure has room for the unit
  if (upright) write(upright, 0.9 * size, at.top + at.potential / 2, "center", { turned: true });

  const axis = { range: x, grid: /** @type {number[]} */ ([]), head: (/** @type {string} */ t) => `${t} ms` };
  /** @type {Layer[]} */
  const layers = (scene.pointed ? scene.marks : []).map(({ from, to, passed }) => ({
    kind: "band",
    from,
    to,
    colour: passed ? colours.blue : colours.red,
    alpha: 0.1,
  }));
  for (const line of scene.lines) {
    const { width: thick, dash } = STROKES[line.role];
    const [xs, ys] = columns(line.t0, line.dt, line.v, x, at.plot);
    const colour = line.role === "yours" ? colours.blue : colours[line.role];
    const wide = size > 16 && line.role !== "example" ? thick * 1.6 : thick;
    const alpha = scene.faded && line.role === "yours" ? PALE : 1;
    layers.push({ kind: "line", xs, ys, stroke: { colour, width: wide, dash, alpha }, name: nameOf(line.role, example), unit: scale });
  }
  const potential = { range: v, grid: shown };
  /** @type {Picture["panels"]} */
  const panels = [{ left: at.left, top: at.top, width: at.plot, height: at.potential, x: axis, y: potential, layers }];

  const yours = scene.lines.find(({ role }) => role === "yours");
  if (yours) {
    const more = EDGE * at.perPixel;
    const [i0, i1] = [scene.i[0] - more, scene.i[0] + at.perPixel * at.current + more];
    const held = yours.current[0] ?? 0; // what is filled is the stimulus, not the level that it begins from
    const [xs, ys] = currentOf(yours, scene, at.plot);
    const stroke = { colour: colours.blue, width: 2 };
    panels.push({
      left: at.left,
      top: at.row - EDGE,
      width: at.plot,
      height: at.current + 2 * EDGE,
      x: axis,
      y: { range: [i0, i1], grid: [] },
      layers: [{ kind: "line", xs, ys, stroke, fill: 0.15, floor: held, name: tr("current"), unit }],
    });
    const far = yours.current.reduce((most, one) => (Math.abs(one - held) > Math.abs(most - held) ? one : most), held);
    const within = (/** @type {number} */ i) => Math.min(Math.max(at.yi(i), at.row), at.row + at.current);
    const [base, level] = [within(held), within(far)];
    write(numberText(held, 3), at.left - 10, base, "right");
    if (Math.abs(level - base) > size) write(numberText(far, 3), at.left - 10, level, "right");
    // Between the two numbers, above or below them: where it stands on no other text.
    const taken = [...labels.filter(({ align, turned }) => align === "right" && !turned).map(({ y }) => y), below];
    const places = [(level + base) / 2, Math.min(level, base) - size - 2, Math.max(level, base) + size + 2];
    const free = places.find((y) => taken.every((other) => Math.abs(y - other) > size));
    if (unit && free !== undefined) write(unit, at.left - 10, free, "right");
  }

  const [held] = scene.handles;
  if (held && at.current > 40) {
    const text =
      scene.handles.length > 1 ? tr("current (drag to change amplitude and timing)") : tr("current (drag to change the amplitude)");
    const free = placeBeside(scene, at, widthOf(text, size), size);
    if (free) write(text, ...free);
  }
  const { rules, texts } = bracketsOf(scene, at, size, colours);
  labels.push(...texts);
  const heights = shown.map(at.y);
  const low = Math.min(...heights);
  return {
    width,
    height,
    size,
    colours,
    panels,
    labels,
    rules,
    name: "traces",
    potential: [at.left, low, at.plot, Math.max(...heights) - low],
  };
}

/**
 * Where a text beside a handle of the current crosses neither its line nor another handle.
 * @param {Scene} scene @param {ReturnType<typeof frame>} at @param {number} wide @param {number} size
 * @returns {[number, number, "left" | "right"] | undefined}
 */
function placeBeside({ handles, lines }, at, wide, size) {
  const [highest, lowest] = [at.top + at.potential + size, at.row + at.current - 0.6 * size];
  const yours = lines.find(({ role }) => role === "yours");
  const near = (/** @type {number} */ y, /** @type {number} */ other) => Math.abs(y - other) < 16;
  const places = handles.flatMap(({ t, current }) =>
    (current >= 0 ? [16, -16] : [-16, 16]).flatMap((below) => {
      const y = at.yi(current) + below;
      return /** @type {[number, number, "left" | "right"][]} */ ([
        [at.x(t) + 18, y, "left"],
        [at.x(t) - 18, y, "right"],
      ]);
    }),
  );
  return places.find(([x, y, align]) => {
    const [from, to] = align === "left" ? [x, x + wide] : [x - wide, x];
    if (from < at.left || to > at.left + at.plot || y < highest || y > lowest) return false;
    if (handles.some(({ t, current }) => at.x(t) > from - 12 && at.x(t) < to + 12 && near(y, at.yi(current)))) return false;
    return !yours || !crosses(yours, at, [from - 4, to + 4], [y - 0.6 * size, y + 0.6 * size]);
  });
}

/** Whether the current goes through a box. @param {Line} line @param {ReturnType<typeof frame>} at @param {Range} x @param {Range} y */
function crosses({ t0, dt, current }, at, [left, right], [high, low]) {
  const end = Math.min(Math.ceil((at.t(right) - t0) / dt), current.length - 1);
  for (let k = Math.max(Math.floor((at.t(left) - t0) / dt), 1); k <= end; k++) {
    const [a, b] = [at.yi(current[k - 1]), at.yi(current[k])];
    if (Math.max(a, b) > high && Math.min(a, b) < low) return true;
  }
  return false;
}

/** The current of a line, in which a jump is a vertical stroke: it is held from step to step. @param {Line} line @param {Scene} scene @param {number} plot @returns {[number[], number[]]} */
function currentOf({ t0, dt, current }, { x, i }, plot) {
  const [ts, is] = columns(t0, dt, current, x, plot);
  const [xs, ys] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
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

const ROW = 7; // px from one bracket to the next
const MAX_ROWS = 3; // rows of brackets; of what fails, and is not pointed at, one

/**
 * Brackets at the top of the potential, where no spike reaches, each with what was measured; those that do not fit beside
 * each other are below each other, and have the text of the first.
 * @param {Scene} scene @param {ReturnType<typeof frame>} at @param {number} size @param {Record<string, string>} colours
 * @returns {{ rules: NonNullable<Picture["rules"]>, texts: Picture["labels"] }}
 */
function bracketsOf({ marks, pointed }, at, size, colours) {
  /** @type {NonNullable<Picture["rules"]>} */
  const rules = [];
  /** @type {Picture["labels"]} */
  const texts = [];
  const ends = /** @type {[number, number][][]} */ ([]); // of each row, in px
  const right = at.left + at.plot;
  for (const { from, to, text, passed } of marks) {
    const [a, b] = [Math.max(at.x(from), at.left + 1), Math.min(at.x(to), right - 1)];
    if (b < at.left || a > right) continue;
    const wide = widthOf(text, size) + 10;
    // Words that are wider than the bracket stand beside it, where there is room.
    const isNarrow = wide > b - a;
    const [behind, before] = [isNarrow && b + wide <= right, isNarrow && a - wide >= at.left];
    const middle = behind ? b + wide / 2 : before ? a - wide / 2 : Math.min(Math.max((a + b) / 2, at.left + wide / 2), right - wide / 2);
    const [begin, end] = [Math.min(a, middle - wide / 2), Math.max(b, middle + wide / 2)];
    let row = ends.findIndex((taken) => taken.every(([c, d]) => end < c || begin > d));
    if (row < 0) row = ends.push([]) - 1;
    if (row >= (pointed ? MAX_ROWS : 1)) continue;
    ends[row].push([begin, end]);
    const y = at.top - 1 + row * ROW;
    const colour = passed ? colours.blue : colours.red;
    const rule = (/** @type {[number, number]} */ p, /** @type {[number, number]} */ q) =>
      rules.push({ from: p, to: q, colour, width: 1.6 });
    rule([a, y], [a, y + 5]);
    rule([b, y], [b, y + 5]);
    const [left, beyond] = row === 0 ? [middle - wide / 2, middle + wide / 2] : [b, b]; // the rule leaves room for the text
    if (left > a) rule([a, y], [Math.min(left, b), y]);
    if (beyond < b) rule([Math.max(beyond, a), y], [b, y]);
    const [x, align] = behind
      ? [b + 8, /** @type {const} */ ("left")]
      : before
        ? [a - 8, /** @type {const} */ ("right")]
        : [middle, /** @type {const} */ ("center")];
    if (row === 0) texts.push({ text, x, y, align, colour, back: colours.card });
  }
  return { rules, texts };
}

/** What the lines of a scene show at a time. @param {Scene} scene @param {number} t @param {string} example @returns {{ role: Role | "current", text: string }[]} */
export function readAt(scene, t, example) {
  const rows = scene.lines.map((line) => {
    const isThere = t >= line.t0 && t < line.t0 + line.v.length * line.dt;
    return { role: line.role, text: `${nameOf(line.role, example)}: ${isThere ? withUnit(line.v[sampleAt(line, t)], scene.scale) : "–"}` };
  });
  const yours = scene.lines.find(({ role }) => role === "yours");
  const current = yours
    ? [{ role: /** @type {const} */ ("current"), text: `${tr("current")}: ${withUnit(yours.current[sampleAt(yours, t)], scene.unit)}` }]
    : [];
  return [...rows.reverse(), ...current];
}
