import { useEffect, useState } from "preact/hooks";
import { endsOf, positionOf, STEPS, shareOf, valueAt } from "../engine/scales.ts";
import { atShare, axesPicture, axisOf, frameOf, hereAt } from "../figure/axes.js";
import { Pictured } from "../figure/canvasView.js";
import { arrowOf, dragged } from "../figure/pointer.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { inPieces } from "../models/schedule.js";
import { isOf } from "../models/search.js";
import { sharedOf, titleOf } from "../models/titles.js";
import { glossing } from "../panels/glosses.js";
import { useAgain } from "../panels/redraw.js";
import { plain } from "../panels/sliders.js";
import { PairMenus } from "./axisMenus.js";
import { acceptedShare, cellAt, cellsOf, deepest, edgeAt, GRIDS, hasSamePlane, judgedCells, missedAt, outline } from "./cells.js";
import { asked, keptIn, rangesFor, useJob } from "./jobs.js";

/** @import { App } from "../app.js" */
/** @import { Cells } from "./cells.js" */
/** @import { Axis } from "../figure/axes.js" */
/** @import { Layer, Slider, Stroke } from "../types.d.ts" */

const REST = 250; // ms after the last change at which a plane is judged
const KEY = 4; // positions of a slider that an arrow key goes; with Shift one
const SHADES = 6;
const NAMED = 3; // criteria that are named before the others are counted
const FILLS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a"]; // of Okabe and Ito

/** What is kept while the tool is closed. @typedef {{ pair: [string, string] | null, all: boolean, own: Cells | null, of: any }} Kept */

/** The two values that a plane begins with: the last two of the neuron that matter, else the first two. @param {App} app @returns {[string, string]} */
function usualPair(app) {
  const stimulus = new Set(app.pattern.stimulus.map(({ name }) => name));
  const { fixed, locked } = app.store.get().box;
  const open = app.sliders.map(({ name }) => name).filter((name) => !locked.includes(name));
  const own = open.filter((name) => !stimulus.has(name) && !fixed.includes(name));
  const mattering = own.filter((name) => app.pattern.matter.includes(name));
  const [y, x] = [...mattering.reverse(), ...own.reverse().filter((name) => !mattering.includes(name)), ...open, ...locked];
  return [x, y];
}

/** Where in the plane of two values the pattern holds, with the neuron as a point to be dragged. @param {{ app: App }} props */
export function ParameterPlane({ app }) {
  const state = keptIn(app, "plane", () => /** @type {Kept} */ ({ pair: null, all: false, own: null, of: null }));
  const redraw = useAgain();
  const [pointed, point] = useState(/** @type {[number, number] | null} */ (null));
  const job = useJob(app, "plane");
  const isHost = app.asks("plane");
  const { selection, dark, present, box } = app.store.get();
  const names = app.sliders.map(({ name }) => name);
  if (!state.pair?.every((name) => names.includes(name))) state.pair = usualPair(app);
  const [x, y] = state.pair.map((name) => /** @type {Slider} */ (app.sliders.find((one) => one.name === name)));
  const ends = /** @type {[import("../types.d.ts").Range, import("../types.d.ts").Range]} */ (
    [x, y].map((slider) => state.of?.ends[slider.name] ?? endsOf(slider, selection.values[slider.name]))
  );
  const size = present ? 18 : 14;

  // -- judging: anew at rest after everything else than the two values has changed ----------------

  const all = state.all && isHost;
  const { low: xl, high: xh } = x;
  const { low: yl, high: yh } = y;
  const wanted = JSON.stringify([x.name, y.name, all, isHost, xl, xh, yl, yh]);
  const isSame = state.of && state.of.wanted === wanted && hasSamePlane(state.of.selection, selection, state.pair);
  useEffect(() => {
    if (isSame) return;
    let stop = () => {};
    const begin = () => {
      const { selection: at } = app.store.get();
      const bounds = Object.fromEntries([x, y].map((slider) => [slider.name, endsOf(slider, at.values[slider.name])]));
      state.of = { wanted, selection: at, ends: bounds };
      state.own = null;
      if (isHost) {
        const fields = { ...asked(at), bounds: { ...rangesFor(app), ...bounds }, x: x.name, y: y.name, all, points: GRIDS };
        return job.begin(fields, (_, answer, arrays) => ({ ...cellsOf(answer, arrays), of: state.of }));
      }
      const give = (/** @type {Cells} */ cells) => {
        // A finer plane takes the place of the former one when it is whole; the first is seen as it comes.
        if (state.own && state.own.x.length < cells.x.length && cells.rows < cells.y.length && state.own.rows === state.own.y.length)
          return;
        state.own = cells;
        redraw();
      };
      function* work() {
        for (const points of GRIDS) yield* judgedCells(app.catalogue, app.data, at, x, y, [bounds[x.name], bounds[y.name]], points, give);
      }
      stop = inPieces(work(), redraw, 4);
    };
    const timer = setTimeout(begin, state.of ? REST : 0);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [
    wanted,
    JSON.stringify(Object.entries(selection.values).filter(([name]) => !state.pair?.includes(name))),
    selection.model,
    selection.pattern,
    selection.dt,
  ]);
  useEffect(
    () => () => {
      const { state: now } = job.get();
      if (now === "running") {
        job.stop();
        state.of = null; // asked again when the tool is opened
      } else if (!isHost && state.own?.y.length !== GRIDS[GRIDS.length - 1]) state.of = null;
    },
    [],
  );

  // -- drawing -----------------------------------------------------------------------------------

  const data = isHost ? job.get().data : state.own;
  const cells = /** @type {Cells | null} */ (data && (!isHost || data.of?.wanted === state.of?.wanted) ? data : null);
  const isOld = !isSame || (isHost && data?.of !== state.of);
  const here = [x, y].map((slider, k) => shareOf(slider, selection.values[slider.name], ends[k]));
  const dots = dotsOf(app, [x, y], ends);
  const axes = /** @type {[Axis, Axis]} */ ([axisOf(x, ends[0]), axisOf(y, ends[1])]);
  const about = { isOld, several: all, titles: sharedOf(app) };
  const picture = (/** @type {number} */ width, /** @type {number} */ height) =>
    axesPicture({ width, height, dark, size, name: "plane" }, axes[0], axes[1], (colours) =>
      layersOf(app, cells, axes, here, dots, about, colours),
    );

  // -- hands and keys ----------------------------------------------------------------------------

  const shares = (/** @type {PointerEvent} */ event) => {
    const place = /** @type {HTMLElement} */ (event.currentTarget);
    const { left, top } = place.getBoundingClientRect();
    const frame = frameOf(place.clientWidth, place.clientHeight, size);
    return [(event.clientX - left - frame.left) / frame.width, 1 - (event.clientY - top - frame.top) / frame.height].map((share) =>
      Math.min(Math.max(share, 0), 1),
    );
  };
  const go = (/** @type {number[]} */ to) => {
    const changed = [x, y].flatMap((slider, k) =>
      box.locked.includes(slider.name) ? [] : [[slider.name, valueAt(slider, Math.round(to[k] * STEPS), ends[k])]],
    );
    app.put(Object.fromEntries(changed));
  };
  const down = (/** @type {PointerEvent} */ event) => {
    if (event.button) return;
    event.preventDefault();
    const place = /** @type {HTMLElement} */ (event.currentTarget);
    dragged(place, event, (e) => go(shares(e)), app.keep);
    point(null);
    go(shares(event));
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const by = arrowOf(event);
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : KEY;
    const { values } = app.store.get().selection; // keys may come faster than this is drawn
    const changed = [x, y].flatMap((slider, k) => {
      const to = positionOf(slider, values[slider.name], ends[k]) + step * (k ? -by[1] : by[0]);
      return by[k] && !box.locked.includes(slider.name) ? [[slider.name, valueAt(slider, Math.min(Math.max(to, 0), STEPS), ends[k])]] : [];
    });
    app.put(Object.fromEntries(changed));
    app.keepSoon();
  };
  const over = (/** @type {PointerEvent} */ event) => {
    if (event.buttons || event.pointerType === "touch") return;
    const [across, up] = shares(event);
    point([across, up]);
  };

  const pick = (/** @type {[string, string]} */ pair) => {
    state.pair = pair;
    redraw();
  };
  const units = Object.fromEntries(app.sliders.map(({ name, unit }) => [name, ofUnit(unit, " (", ")")]));
  const glossed = glossing();
  const place = pointed ?? here;
  const title = tr("Plane of {x} and {y}. Arrow keys move the neuron, in small steps with Shift.", { x: x.name, y: y.name });
  return html`<div class="pw-fields">
    <div class="pw-toolrow"><${PairMenus} names=${names} pair=${state.pair} choose=${pick} titleOf=${(/** @type {string} */ name) => name + units[name]} />
      ${
        isHost
          ? html`<div role="group" class="pw-tabs" aria-label=${tr("View")}>${[false, true].map(
              (one) =>
                html`<button aria-pressed=${all === one} onclick=${() => {
                  state.all = one;
                  redraw();
                }}>${one ? tr("all patterns") : tr("this pattern")}</button>`,
            )}</div>`
          : ""
      }</div>
    <${Pictured} app=${app} of=${[cells, isOld, all, dark, size, JSON.stringify([axes, here, dots])]} picture=${picture} attributes=${{
      ...{ tabindex: "0", role: "group", "aria-roledescription": tr("parameter plane"), "aria-label": title, onpointerdown: down },
      ...{ onpointermove: over, onpointerleave: () => point(null), onkeydown: keys, "data-drag": "" },
    }} />
    <div class="pw-fieldwords">
      <p class="pw-at">${[x, y].map((slider, k) => textAt(slider, pointed ? valueAt(slider, Math.round(pointed[k] * STEPS), ends[k]) : selection.values[slider.name])).join(", ")}${
        cells && !isOld ? html`: ${glossed(describedAt(app, cells, place, all))}` : ""
      }</p>
      <p role="status">${statusOf(cells, isOld, isHost ? job.get() : null, all)}</p>
      ${all ? "" : html`<ul class="pw-planekey"><li class="holds"><i></i>${glossed(tr("all criteria met"))}</li><li class="near"><i></i>${tr("close")}</li><li class="far"><i></i>${tr("far")}</li><li>○ ${tr("your neuron (drag it)")}</li><li>• ${tr("packaged parameter sets")}</li></ul>`}
    </div>
  </div>`;
}

/** Where the stored sets are, and the best of a search. @param {App} app @param {Slider[]} sliders @param {[number, number][]} ends */
function dotsOf(app, sliders, ends) {
  const { search, selection, turn } = app.store.get();
  if (turn) return []; // they would tell the way
  const best = isOf(search, selection) ? search?.best : null;
  const sets = [...app.pattern.sets.map(({ values }) => Object.fromEntries(values)), ...(best ? [best] : [])];
  return sets
    .map((values) => sliders.map(({ name }) => values[name]))
    .filter((pair) => pair.every((value, k) => value >= ends[k][0] && value <= ends[k][1]))
    .map((pair) => pair.map((value, k) => shareOf(sliders[k], value, ends[k])));
}

/** A value with its name and unit. @param {Slider} slider @param {number} value */
const textAt = ({ name, unit }, value) => `${name} = ${plain(value)}${ofUnit(unit, " ")}`;

/** What holds at a place of a plane. @param {App} app @param {Cells} cells @param {number[]} place @param {boolean} several */
function describedAt(app, cells, place, several) {
  const [row, column] = cellAt(cells, place[0], place[1]);
  if (row >= cells.rows) return "…";
  if (several) {
    const shown = cells.patterns.filter((_, k) => !((cells.unmet[row * cells.x.length + column] >>> k) & 1));
    return shown.length ? shown.map((key) => titleOf(app, key)).join(", ") : tr("no pattern");
  }
  const loss = cells.loss[row * cells.x.length + column];
  if (loss === 0) return tr("all criteria met");
  const missed = missedAt(cells, row, column).map((name) => tr(name));
  const more = missed.length > NAMED ? ` ${tr("and {count} more", { count: missed.length - NAMED })}` : "";
  return `${tr("loss {distance}", { distance: numberText(loss, 3) })}${missed.length ? `, ${tr("not met: {names}", { names: missed.slice(0, NAMED).join(", ") + more })}` : ""}`;
}

/** How far the plane is. @param {Cells | null} cells @param {boolean} isOld @param {import("./jobs.js").Job | null} job @param {boolean} several */
function statusOf(cells, isOld, job, several) {
  if (job?.state === "failed") return job.error;
  if (!cells) return tr("evaluating …");
  if (isOld) return tr("Re-evaluating because other parameters have changed …");
  const points = cells.x.length;
  if (cells.rows < points) return tr("{done} of {total} grid points evaluated", { done: cells.rows * points, total: points * points });
  const runs = job ? job.state === "running" : points < GRIDS[GRIDS.length - 1];
  const finer = runs ? ` · ${tr("refining …")}` : "";
  if (several) {
    const found = cells.patterns.filter((_, k) => cells.unmet.some((bits) => !((bits >>> k) & 1)));
    return tr("{count} of {total} patterns appear in this plane", { count: found.length, total: cells.patterns.length }) + finer;
  }
  const held = acceptedShare(cells);
  const words = held
    ? tr("Pattern shown at {percent} % of {total} grid points", { percent: numberText(100 * held, 2), total: points * points })
    : tr("Pattern shown at none of {total} grid points", { total: points * points });
  return words + finer;
}

/**
 * What lies in a plane: cells, the edge of where the pattern holds, stored sets, and the neuron.
 * @param {App} app @param {Cells | null} cells @param {[Axis, Axis]} axes @param {number[]} here shares @param {number[][]} dots shares
 * @param {{ isOld: boolean, several: boolean, titles: Record<string, { letter: string }> }} about @param {Record<string, string>} colours
 * @returns {Layer[]}
 */
function layersOf(app, cells, [x, y], here, dots, { isOld, several, titles }, colours) {
  const fade = isOld ? 0.4 : 1;
  const known = {
    ...{
      kind: /** @type {const} */ ("dots"),
      xs: dots.map(([share]) => atShare(x, share)),
      ys: dots.map(([, share]) => atShare(y, share)),
    },
    ...{ radius: 4, colour: colours.ink, alpha: 1, edge: { colour: colours.card, width: 1.5 } },
  };
  /** @type {Layer[]} */
  const above = [known, hereAt(atShare(x, here[0]), atShare(y, here[1]), colours)];
  if (!cells) return above;
  const points = cells.x.length;
  const rows = [...Array(cells.rows).keys()];
  const columns = [...Array(points).keys()];
  const edges = [...Array(points + 1).keys()].map((k) => edgeAt(k, points));
  const [xs, ys] = [edges.map((share) => atShare(x, share)), edges.slice(0, cells.rows + 1).map((share) => atShare(y, share))];
  /** @param {(row: number, column: number) => boolean} holds @param {Stroke} stroke @returns {Layer} */
  const edgeOf = (holds, stroke) => {
    const lines = outline(holds, cells.rows, points);
    return {
      ...{ kind: "line", stroke },
      xs: lines.flatMap(([, c0, , c1]) => [xs[c0], xs[c1], NaN]),
      ys: lines.flatMap(([r0, , r1]) => [ys[r0], ys[r1], NaN]),
    };
  };
  if (several) {
    const shown = cells.patterns.flatMap((key, k) => {
      const holds = (/** @type {number} */ row, /** @type {number} */ column) => !((cells.unmet[row * points + column] >>> k) & 1);
      const inside = deepest(holds, cells.rows, points);
      if (!inside) return [];
      const colour = FILLS[k % FILLS.length];
      const index = rows.map((row) => columns.map((column) => (holds(row, column) ? 0 : -1)));
      const dash = [[], [6, 3], [2, 3]][Math.floor(k / FILLS.length) % 3];
      const [row, column] = inside;
      return /** @type {Layer[]} */ ([
        { kind: "cells", xs, ys, index, palette: [{ colour, alpha: isOld ? 0.08 : 0.2 }] },
        edgeOf(holds, { colour, width: 2, dash, alpha: fade }),
        {
          ...{ kind: "text", text: titles[key]?.letter ?? "?", colour: colours.ink, back: colours.card },
          ...{ x: atShare(x, column / (points - 1)), y: atShare(y, row / (points - 1)) },
        },
      ]);
    });
    const words = () =>
      rows.map((_, row) => columns.map((column) => describedAt(app, cells, [column / (points - 1), row / (points - 1)], true)));
    const nothing = rows.map(() => columns.map(() => 0));
    return [...shown, { kind: "cells", xs, ys, index: nothing, palette: [{ colour: colours.card, alpha: 0 }], words }, ...above];
  }
  let most = 0;
  for (let k = 0; k < cells.rows * points; k++) if (Number.isFinite(cells.loss[k])) most = Math.max(most, cells.loss[k]);
  // Far is pale, near is dark: it is read without colours as well, and what holds has an outline.
  const palette = [
    { colour: colours.bar, alpha: fade },
    ...[...Array(SHADES + 1).keys()].map((k) => ({ colour: colours.soft, alpha: fade * (0.06 + 0.5 * (1 - k / SHADES)) })),
  ];
  const placeOf = (/** @type {number} */ loss) => {
    if (Number.isNaN(loss)) return -1;
    return loss === 0 ? 0 : 1 + Math.ceil(Math.min(Math.sqrt(loss / (most || 1)), 1) * SHADES);
  };
  const index = rows.map((row) => columns.map((column) => placeOf(cells.loss[row * points + column])));
  const words = () =>
    rows.map((_, row) => columns.map((column) => describedAt(app, cells, [column / (points - 1), row / (points - 1)], false)));
  const holds = (/** @type {number} */ row, /** @type {number} */ column) => cells.loss[row * points + column] === 0;
  return [{ kind: "cells", xs, ys, index, palette, words }, edgeOf(holds, { colour: colours.ink, width: 2, alpha: fade }), ...above];
}
