import { ticks, tickText } from "../figure/scene.js";
import { THEMES } from "../figure/theme.js";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";

/** @import { Layer, Picture, Range, Tries, Zoom } from "../types.d.ts" */

const MARGIN = { left: 62, right: 20, top: 24, bottom: 30 };
const EDGE = 3; // px by which the box is larger than its ranges, so that no dot is cut at its edge
const ABOVE = 20; // px above the ranges, for the names of restarts
const MIN_ROOM = 60; // tries that the axis has room for at first
const DOT = 2; // px
const MANY = 1000; // tries from which on dots are paler, so that a band of them shows where most are
const FEW = 3000; // dots that a painter may have one by one; of more, the picture of them
const LEVELS = [0.1, 0.5, 1, 2, 5, 10, 20];
const BEND = 0.25; // distance at which the axis goes over from linear to logarithmic

/** A distance on the axis. @param {number} loss */
const bent = (loss) => Math.asinh(loss / BEND);
/** @param {number} height */
const unbent = (height) => BEND * Math.sinh(height);

/**
 * The objective curve as a picture: each try a dot, the best as a step line, the goal at 0. The dots are kept in a canvas
 * of their own, and only new ones are drawn into it; it is drawn whole when the axes change, which happens at each
 * doubling of the tries, when a try is worse than the axis goes, and when the size, the theme or the zoom changes.
 */
export function objectiveCurve() {
  const dots = document.createElement("canvas");
  let drawn = 0;
  let key = "";
  let of = "";
  let room = MIN_ROOM;
  let most = 1;
  /** @type {{ xs: number[], losses: number[] }} the corners of the step line */
  let steps = { xs: [], losses: [] };
  let followed = 0;
  let least = Infinity;

  /** @param {Tries} tries @param {number} count */
  const follow = (tries, count) => {
    for (let k = followed; k < count; k++) {
      const loss = tries.losses[k];
      if (loss > most && Number.isFinite(loss)) most = loss * 1.15;
      if (!(loss < least)) continue;
      if (least < Infinity) {
        steps.xs.push(k + 1);
        steps.losses.push(least);
      }
      least = loss;
      steps.xs.push(k + 1);
      steps.losses.push(loss);
    }
    followed = count;
    while (room < count) room *= 2;
  };

  return {
    /** The axes: tries from 1, and distances as the axis has them. @returns {{ x: Range, y: Range }} */
    ranges: () => ({ x: [0.5, room + 0.5], y: [0, bent(most)] }),
    /**
     * @param {{ id: string, tries: Tries, restarts: number[] }} search @param {number} count of the tries that are shown
     * @param {{ width: number, height: number, dark: boolean, size: number, zoom: Zoom | null, each?: boolean }} how
     *   `each`: with the dots one by one, where they are few
     * @returns {Picture}
     */
    picture({ id, tries, restarts }, count, { width, height, dark, size, zoom, each = false }) {
      const colours = THEMES[dark ? "dark" : "light"];
      const { left, right, top, bottom } = MARGIN;
      const own = `${id} ${tries.filled}`;
      if (of !== own || count < followed) {
        [of, followed, room, most, least, steps, key] = [own, 0, MIN_ROOM, 1, Infinity, { xs: [], losses: [] }, ""];
      }
      follow(tries, count);
      const whole = this.ranges();
      const [x0, x1] = zoom?.x ?? whole.x;
      const [y0, y1] = zoom?.y ?? whole.y;
      const [wide, high] = [Math.max(width - left - right, 10), Math.max(height - top - bottom, 10)];
      const x = (/** @type {number} */ n) => left + ((n - x0) / (x1 - x0)) * wide;
      const y = (/** @type {number} */ loss) => top + ((y1 - bent(Math.min(loss, most))) / (y1 - y0)) * high;
      const isIn = (/** @type {number} */ n) => n >= x0 - 1 && n <= x1 + 1;

      const ratio = globalThis.devicePixelRatio || 1;
      const now = `${width} ${height} ${ratio} ${dark} ${x0} ${x1} ${y0} ${y1} ${most}`;
      if (now !== key) {
        [dots.width, dots.height] = [Math.round(width * ratio), Math.round(height * ratio)];
        [key, drawn] = [now, 0];
      }
      const alpha = 0.4 * Math.min(1, Math.max(MANY / (x1 - x0), 0.06) ** 0.5);
      const brush = /** @type {CanvasRenderingContext2D} */ (dots.getContext("2d"));
      brush.setTransform(ratio, 0, 0, ratio, 0, 0);
      brush.fillStyle = colours.best;
      brush.globalAlpha = alpha;
      for (let k = drawn; k < count; k++) {
        if (!Number.isFinite(tries.losses[k]) || !isIn(k + 1)) continue;
        brush.beginPath();
        brush.arc(x(k + 1), y(tries.losses[k]), DOT, 0, 6.3);
        brush.fill();
      }
      drawn = count;

      /** @type {Picture["labels"]} */
      const labels = [];
      const soft = colours.soft;
      /** @type {number[]} */
      const grid = [];
      const isZoomed = zoom?.y != null;
      const levels = isZoomed ? ticks([unbent(y0), unbent(y1)], high / 40) : LEVELS.filter((one) => one <= most);
      let last = Infinity;
      for (const level of levels) {
        if (last - y(level) < 20 || y(0) - y(level) < 20 || y(level) < top - 1 || y(level) > top + high + 1) continue;
        last = y(level);
        grid.push(bent(level));
        labels.push({ text: tickText(level), x: left - 10, y: last, align: "right", colour: soft });
      }
      const words = tr("evaluations");
      const end = width - right - 0.55 * size * words.length - 24;
      labels.push({ text: words, x: width - right, y: height - 12, align: "right", colour: soft });
      for (const n of ticks([x0, x1], wide / 110)) {
        if (n >= 1 && x(n) < end) labels.push({ text: tickText(n), x: x(n), y: height - 12, align: "center", colour: soft });
      }
      const perX = (x1 - x0) / wide;
      const perY = (y1 - y0) / high;
      /** @type {Picture["panels"][0]["x"]} */
      const across = { range: [x0 - EDGE * perX, x1 + EDGE * perX], grid: [], head };
      const up = { range: /** @type {Range} */ ([y0 - EDGE * perY, y1 + ABOVE * perY]), grid };
      /** @type {Layer[]} */
      const layers = [];
      // A restart begins anew, elsewhere: a line with its name, as long as there is room for one.
      let free = left - 1;
      for (const [n, k] of restarts.entries()) {
        if (k >= count || k === 0 || x(k + 1) < left || x(k + 1) > left + wide) continue;
        const text = tr("restart {n}", { n: n + 1 });
        const long = 0.55 * size * text.length;
        const isNamed = x(k + 1) >= free && x(k + 1) + 4 + long <= width;
        const ys = [y0, y1 + (isNamed ? 18 : 3) * perY]; // the names stand above the other lines
        layers.push({ kind: "line", xs: [k + 1, k + 1], ys, stroke: { colour: soft, width: 1, dash: [3, 4] } });
        if (!isNamed) continue;
        labels.push({ text, x: x(k + 1) + 4, y: top - 12, align: "left", colour: soft });
        free = x(k + 1) + long + 16;
      }
      /** @type {Extract<Layer, { kind: "dots" }>} */
      const cloud = { kind: "dots", xs: [], ys: [], radius: DOT, colour: colours.best, alpha, image: dots };
      if (each) {
        const places = [...Array(count).keys()].filter((k) => isIn(k + 1) && Number.isFinite(tries.losses[k]));
        if (places.length <= FEW) {
          cloud.xs = places.map((k) => k + 1);
          cloud.ys = places.map((k) => bent(Math.min(tries.losses[k], most)));
          cloud.words = wordsOf(tries, places);
        }
      }
      const line = { kind: /** @type {const} */ ("line"), xs: [...steps.xs, count], ys: [...steps.losses, least].map(bent) };
      const corners = cloud.words ? {} : { words: [...steps.losses, least].map((loss) => `${tr("best so far")}: ${numberText(loss, 3)}`) };
      layers.push(cloud, { ...line, ...corners, stroke: { colour: colours.best, width: 2.5 } });
      layers.push({ kind: "line", xs: [x0, x1], ys: [0, 0], stroke: { colour: colours.green, width: 2 } });
      if (y(0) <= top + high + 1) {
        labels.push({ text: "0", x: left - 10, y: y(0), align: "right", colour: colours.green });
        labels.push({
          text: tr("0: all criteria met"),
          x: width - right - 4, // where tries come last
          y: y(0) - 11,
          align: "right",
          colour: colours.green,
          back: colours.card,
        });
      }
      const box = { left: left - EDGE, top: top - ABOVE, width: wide + 2 * EDGE, height: high + ABOVE + EDGE };
      return { width, height, size, colours, panels: [{ ...box, x: across, y: up, layers }], labels, name: "search" };
    },
    /**
     * What is under a place of a picture: the try, its distance, and the best until then.
     * @param {{ tries: Tries }} search @param {number} count @param {Picture} picture @param {number} x px
     * @returns {{ at: number, head: string, rows: { role: string, text: string }[] } | null}
     */
    read({ tries }, count, { panels: [{ left, width, x: axis }] }, x) {
      const [x0, x1] = axis.range;
      const n = Math.round(x0 + ((x - left) / width) * (x1 - x0));
      if (n < 1 || n > count) return null;
      let best = Infinity;
      for (let k = 0; k < n; k++) if (tries.losses[k] < best) best = tries.losses[k];
      const rows = [
        { role: "best", text: `${tr("best so far")}: ${numberText(best, 3)}` },
        { role: "try", text: `${tr("this evaluation")}: ${numberText(tries.losses[n - 1], 3)}` },
      ];
      return { at: left + ((n - x0) / (x1 - x0)) * width, head: head(String(n)), rows };
    },
  };
}

/** @param {string} n of a try */
const head = (n) => tr("evaluation {n}", { n });

/** What is read of some tries. @param {Tries} tries @param {number[]} places ascending */
function wordsOf({ losses }, places) {
  let best = Infinity;
  let next = 0;
  return places.map((k) => {
    for (; next <= k; next++) if (losses[next] < best) best = losses[next];
    return `${tr("this evaluation")}: ${numberText(losses[k], 3)}, ${tr("best so far")}: ${numberText(best, 3)}`;
  });
}
