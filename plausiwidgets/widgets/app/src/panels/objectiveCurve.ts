// The objective curve of a search, with the loss of each evaluation as a dot, the best loss as a line, and the goal at 0.

import type { Range } from "../catalogue.ts";
import type { Axis, Label, Layer, Picture } from "../figure/picture.ts";
import { ticks, tickText } from "../figure/scene.ts";
import { type Colours, themeOf } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import type { Zoom } from "../models/lines.ts";
import type { Evaluations, Search } from "../models/search.ts";

const MARGIN = { left: 62, right: 20, top: 24, bottom: 30 };
const EDGE = 3; // margin in px around the ranges, so that no dot is cut at the edge of the box
const ABOVE = 20; // margin in px above the ranges for the names of restarts
const MIN_ROOM = 60; // minimum number of evaluations on the axis
const DOT = 2; // radius in px
const MANY = 1000; // number of evaluations above which dots are paler, so that their density is visible
const FEW = 3000; // Plotly shows up to this number of dots individually, and more dots as an image
const LEVELS = [0.1, 0.5, 1, 2, 5, 10, 20];
const BEND = 0.25; // the loss above which the axis changes from linear to logarithmic

/** The position of a loss on the axis. */
const bent = (loss: number) => Math.asinh(loss / BEND);
const unbent = (place: number) => BEND * Math.sinh(place);

type Evaluated = Pick<Search, "id" | "evaluations" | "restarts">;

export interface CurveOptions {
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  /** The size of the font. */
  readonly size: number;
  readonly zoom: Zoom | null;
  /** Whether the picture contains the dots individually if there are few. */
  readonly each?: boolean;
}

/** The readout of an evaluation. */
export interface EvaluationReading {
  readonly at: number;
  readonly head: string;
  readonly rows: readonly { readonly role: string; readonly text: string }[];
}

export interface ObjectiveCurve {
  /** The whole ranges of the axes. */
  ranges(): { readonly x: Range; readonly y: Range };
  /** The picture of the first `count` evaluations. */
  picture(search: Evaluated, count: number, options: CurveOptions): Picture;
  /** The evaluation at a place of the picture, with its loss and the best loss so far. */
  read(search: Pick<Search, "evaluations">, count: number, picture: Picture, x: number): EvaluationReading | null;
}

/**
 * The objective curve as a picture. The dots are kept on a canvas, to which only new dots are added. All dots are redrawn when
 * the axes change, which happens with each doubling of the evaluations, with a loss outside the axis, and with another size,
 * theme or zoom.
 */
export function objectiveCurve(): ObjectiveCurve {
  const cloud = createCloud();
  let of = "";
  let progress = begun();
  const rangesNow = () => rangesOf(progress);
  return {
    ranges: rangesNow,
    picture(search, count, options) {
      const { id, evaluations } = search;
      const own = `${id} ${evaluations.filled}`;
      if (of !== own || count < progress.count) {
        of = own;
        progress = begun();
        cloud.clear();
      }
      follow(progress, evaluations, count);
      const view = viewOf(rangesNow(), progress.highest, options);
      const dots = cloud.drawn(view, evaluations, count, options);
      return pictureOf({ view, progress, search, count, options, dots });
    },
    read({ evaluations: { losses } }, count, { panels: [{ left, width, x: axis }] }, x) {
      const [x0, x1] = axis.range;
      const n = Math.round(x0 + ((x - left) / width) * (x1 - x0));
      if (n < 1 || n > count) return null;
      let best = Infinity;
      for (let k = 0; k < n; k++) if (losses[k] < best) best = losses[k];
      const rows = [
        { role: "best", text: `${tr("best so far")}: ${numberText(best, 3)}` },
        { role: "try", text: `${tr("this evaluation")}: ${numberText(losses[n - 1], 3)}` },
      ];
      return { at: left + ((n - x0) / (x1 - x0)) * width, head: head(String(n)), rows };
    },
  };
}

/** The title of the readout of an evaluation. */
const head = (n: string) => tr("evaluation {n}", { n });

// -- the line of the best loss ---------------------------------------------------------------------------

/** The evaluations that the line already contains. */
interface Progress {
  count: number;
  /** The number of evaluations with space on the axis, and the highest loss on the axis. */
  room: number;
  highest: number;
  best: number;
  /** The corners of the line of the best loss. */
  readonly xs: number[];
  readonly losses: number[];
}

const begun = (): Progress => ({ count: 0, room: MIN_ROOM, highest: 1, best: Infinity, xs: [], losses: [] });

function follow(progress: Progress, { losses }: Evaluations, count: number): void {
  for (let k = progress.count; k < count; k++) {
    const loss = losses[k];
    if (loss > progress.highest && Number.isFinite(loss)) progress.highest = loss * 1.15;
    if (!(loss < progress.best)) continue;
    if (progress.best < Infinity) {
      progress.xs.push(k + 1);
      progress.losses.push(progress.best);
    }
    progress.best = loss;
    progress.xs.push(k + 1);
    progress.losses.push(loss);
  }
  progress.count = count;
  while (progress.room < count) progress.room *= 2;
}

/** The ranges of the axes, with evaluations starting at 1 and losses in positions on the axis. */
const rangesOf = ({ room, highest }: Progress): { readonly x: Range; readonly y: Range } => ({
  x: [0.5, room + 0.5],
  y: [0, bent(highest)],
});

// -- places ----------------------------------------------------------------------------------------------

/** The shown ranges, and the places of evaluations and losses in px. */
interface View {
  readonly shown: { readonly x: Range; readonly y: Range };
  readonly wide: number;
  readonly high: number;
  readonly highest: number;
  x(n: number): number;
  y(loss: number): number;
  /** Whether an evaluation is in the shown range. */
  isIn(n: number): boolean;
}

function viewOf(
  whole: { readonly x: Range; readonly y: Range },
  highest: number,
  { width, height, zoom }: CurveOptions,
): View {
  const { left, right, top, bottom } = MARGIN;
  const shown = { x: zoom?.x ?? whole.x, y: zoom?.y ?? whole.y };
  const [[x0, x1], [y0, y1]] = [shown.x, shown.y];
  const [wide, high] = [Math.max(width - left - right, 10), Math.max(height - top - bottom, 10)];
  return {
    shown,
    wide,
    high,
    highest,
    x: (n) => left + ((n - x0) / (x1 - x0)) * wide,
    y: (loss) => top + ((y1 - bent(Math.min(loss, highest))) / (y1 - y0)) * high,
    isIn: (n) => n >= x0 - 1 && n <= x1 + 1,
  };
}

// -- the dots --------------------------------------------------------------------------------------------

interface Cloud {
  /** Draws the missing dots, and returns the canvas with all dots. */
  drawn(view: View, evaluations: Evaluations, count: number, options: CurveOptions): HTMLCanvasElement;
  /** Lets the next drawing redraw all dots. */
  clear(): void;
}

function createCloud(): Cloud {
  const canvas = document.createElement("canvas");
  let drawn = 0;
  let key = "";
  return {
    drawn(view, { losses }, count, { width, height, dark }) {
      const ratio = globalThis.devicePixelRatio || 1;
      const { x, y } = view.shown;
      const now = [width, height, ratio, dark, ...x, ...y, view.highest].join(" ");
      if (now !== key) {
        canvas.width = Math.round(width * ratio); // a new width clears the canvas
        canvas.height = Math.round(height * ratio);
        key = now;
        drawn = 0;
      }
      const pen = canvas.getContext("2d");
      if (!pen) throw new Error("The canvas has no context.");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.fillStyle = themeOf(dark).best;
      pen.globalAlpha = alphaOf(view);
      for (let k = drawn; k < count; k++) {
        if (!Number.isFinite(losses[k]) || !view.isIn(k + 1)) continue;
        pen.beginPath();
        pen.arc(view.x(k + 1), view.y(losses[k]), DOT, 0, 6.3);
        pen.fill();
      }
      drawn = count;
      return canvas;
    },
    clear() {
      key = "";
    },
  };
}

/** The opacity of a dot. */
function alphaOf({ shown }: View): number {
  const [x0, x1] = shown.x;
  return 0.4 * Math.min(1, Math.max(MANY / (x1 - x0), 0.06) ** 0.5);
}

// -- the picture -----------------------------------------------------------------------------------------

interface Drawn {
  readonly view: View;
  readonly progress: Progress;
  readonly search: Evaluated;
  readonly count: number;
  readonly options: CurveOptions;
  readonly dots: HTMLCanvasElement;
}

function pictureOf(about: Drawn): Picture {
  const { view, options, count, progress } = about;
  const { width, height, dark, size } = options;
  const colours = themeOf(dark);
  const { x, y } = view.shown;
  const [perX, perY] = [(x[1] - x[0]) / view.wide, (y[1] - y[0]) / view.high];
  const levels = levelsOf(view, options);
  const restarts = restartsOf(about, colours.soft);
  const cloud = cloudOf(about, colours);
  const across: Axis = { range: [x[0] - EDGE * perX, x[1] + EDGE * perX], grid: [], head };
  const up: Axis = { range: [y[0] - EDGE * perY, y[1] + ABOVE * perY], grid: levels.map(bent) };
  const layers: Layer[] = [
    ...restarts.layers,
    cloud,
    bestOf(progress, count, colours.best, "words" in cloud),
    { kind: "line", xs: [...x], ys: [0, 0], stroke: { colour: colours.green, width: 2 } },
  ];
  const box = {
    left: MARGIN.left - EDGE,
    top: MARGIN.top - ABOVE,
    width: view.wide + 2 * EDGE,
    height: view.high + ABOVE + EDGE,
  };
  const labels: Label[] = [
    ...levels.map((level) => atLevel(tickText(level), view.y(level), colours.soft)),
    ...evaluationLabels(view, options, colours.soft),
    ...restarts.labels,
    ...goalLabels(view, width, colours),
  ];
  return { width, height, size, colours, panels: [{ ...box, x: across, y: up, layers }], labels, name: "search" };
}

const atLevel = (text: string, y: number, colour: string): Label => ({
  ...{ text, x: MARGIN.left - 10, y, align: "right", colour },
});

/** The losses with a label, in ascending order, at a distance from each other and from the goal. */
function levelsOf(view: View, { zoom }: CurveOptions): number[] {
  const [y0, y1] = view.shown.y;
  const isZoomed = zoom?.y != null;
  const all = isZoomed ? ticks([unbent(y0), unbent(y1)], view.high / 40) : LEVELS.filter((one) => one <= view.highest);
  const { top } = MARGIN;
  let last = Infinity;
  return all.filter((level) => {
    const y = view.y(level);
    if (last - y < 20 || view.y(0) - y < 20 || y < top - 1 || y > top + view.high + 1) return false;
    last = y;
    return true;
  });
}

function evaluationLabels(view: View, { width, height, size }: CurveOptions, colour: string): Label[] {
  const text = tr("evaluations");
  const end = width - MARGIN.right - 0.55 * size * text.length - 24;
  const y = height - 12;
  const numbers = ticks(view.shown.x, view.wide / 110).filter((n) => n >= 1 && view.x(n) < end);
  return [
    { text, x: width - MARGIN.right, y, align: "right", colour },
    ...numbers.map((n): Label => ({ text: tickText(n), x: view.x(n), y, align: "center", colour })),
  ];
}

/** A line for each restart, with a name if there is space. */
function restartsOf({ view, search, count, options }: Drawn, colour: string): { layers: Layer[]; labels: Label[] } {
  const { size, width } = options;
  const [y0, y1] = view.shown.y;
  const perY = (y1 - y0) / view.high;
  const layers: Layer[] = [];
  const labels: Label[] = [];
  let free = MARGIN.left - 1;
  for (const [n, k] of search.restarts.entries()) {
    const x = view.x(k + 1);
    if (k >= count || k === 0 || x < MARGIN.left || x > MARGIN.left + view.wide) continue;
    const text = tr("restart {n}", { n: n + 1 });
    const long = 0.55 * size * text.length;
    const isNamed = x >= free && x + 4 + long <= width;
    const ys = [y0, y1 + (isNamed ? 18 : 3) * perY]; // names are above the plot
    layers.push({ kind: "line", xs: [k + 1, k + 1], ys, stroke: { colour, width: 1, dash: [3, 4] } });
    if (!isNamed) continue;
    labels.push({ text, x: x + 4, y: MARGIN.top - 12, align: "left", colour });
    free = x + long + 16;
  }
  return { layers, labels };
}

/** The dots as an image, or individually with their texts if there are few. */
function cloudOf({ view, search, count, options, dots }: Drawn, { best: colour }: Colours): Layer {
  const { evaluations } = search;
  const { losses } = evaluations;
  const look = { kind: "dots", radius: DOT, colour, alpha: alphaOf(view), image: dots } as const;
  const places = options.each
    ? Array.from({ length: count }, (_, k) => k).filter((k) => view.isIn(k + 1) && Number.isFinite(losses[k]))
    : null;
  if (!places || places.length > FEW) return { ...look, xs: [], ys: [] };
  return {
    ...look,
    xs: places.map((k) => k + 1),
    ys: places.map((k) => bent(Math.min(losses[k], view.highest))),
    words: wordsOf(evaluations, places),
  };
}

/** The line of the best loss. Its corners have texts, unless the dots have texts. */
function bestOf({ xs, losses, best }: Progress, count: number, colour: string, hasWords: boolean): Layer {
  const corners = [...losses, best];
  const words = corners.map((loss) => `${tr("best so far")}: ${numberText(loss, 3)}`);
  return {
    ...{ kind: "line", xs: [...xs, count], ys: corners.map(bent), stroke: { colour, width: 2.5 } },
    ...(hasWords ? {} : { words }),
  };
}

/** The labels of the goal, unless a zoom hides it. */
function goalLabels(view: View, width: number, { green: colour, card: back }: Colours): Label[] {
  const y = view.y(0);
  if (y > MARGIN.top + view.high + 1) return [];
  const x = width - MARGIN.right - 4; // the newest evaluations are there
  return [atLevel("0", y, colour), { text: tr("0: all criteria met"), x, y: y - 11, align: "right", colour, back }];
}

/** The texts of evaluations with ascending indices. */
function wordsOf({ losses }: Evaluations, places: readonly number[]): string[] {
  let best = Infinity;
  let next = 0;
  return places.map((k) => {
    for (; next <= k; next++) if (losses[next] < best) best = losses[next];
    return `${tr("this evaluation")}: ${numberText(losses[k], 3)}, ${tr("best so far")}: ${numberText(best, 3)}`;
  });
}
