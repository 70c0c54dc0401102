import { tr } from "./engine/texts.js";
import { path, prepared } from "./painter.js";
import { ticks, tickText } from "./scene.js";
import { THEMES } from "./theme.js";

/** @import { Tries } from "./types.d.ts" */

const MARGIN = { left: 62, right: 20, top: 24, bottom: 30 };
const LEAST = 60; // tries that the axis has room for at first
const DOT = 2; // px
const MANY = 1000; // tries from which on dots are paler, so that a band of them shows where most are
const LEVELS = [0.1, 0.5, 1, 2, 5, 10, 20];
const BEND = 0.25; // distance at which the axis goes over from linear to logarithmic

const bent = (/** @type {number} */ loss) => Math.asinh(loss / BEND);

/**
 * The painter of the objective curve: each try a dot, the best as a step line, the goal at 0. The dots are kept in a
 * picture of their own, and only new ones are drawn into it; it is drawn whole when the axes change, which happens at
 * each doubling of the tries, when a try is worse than the axis goes, and when the size or the theme changes.
 */
export function objectivePainter() {
  const dots = document.createElement("canvas");
  let drawn = 0;
  let key = "";
  let room = LEAST;
  let most = 1;
  /** @type {[number[], number[]]} the corners of the step line */
  let steps = [[], []];
  let least = Infinity;

  /** @param {Tries} tries @param {number} count @param {number} from */
  const follow = (tries, count, from) => {
    for (let k = from; k < count; k++) {
      const loss = tries.losses[k];
      if (!(loss < least)) continue;
      if (least < Infinity) {
        steps[0].push(k);
        steps[1].push(least);
      }
      least = loss;
      steps[0].push(k);
      steps[1].push(loss);
    }
  };

  return {
    /** How often the whole picture was drawn. */
    whole: 0,
    /**
     * @param {HTMLCanvasElement} canvas @param {{ id: string, tries: Tries, restarts: number[] }} search @param {number} count
     * @param {boolean} dark @param {number} [size]
     */
    draw(canvas, { id, tries, restarts }, count, dark, size = 14) {
      const [context, width, height] = prepared(canvas, size);
      const colours = THEMES[dark ? "dark" : "light"];
      const { left, right, top, bottom } = MARGIN;
      const ratio = devicePixelRatio || 1;
      if (!key.startsWith(`${id} `) || count < drawn) {
        [drawn, room, most, least, steps] = [0, LEAST, 1, Infinity, [[], []]];
      }
      while (room < count) room *= 2;
      for (let k = drawn; k < count; k++) if (tries.losses[k] > most && Number.isFinite(tries.losses[k])) most = tries.losses[k] * 1.15;
      const now = `${id} ${width} ${height} ${ratio} ${dark} ${room} ${most}`;
      const x = (/** @type {number} */ k) => left + ((k + 0.5) / room) * (width - left - right);
      const y = (/** @type {number} */ loss) => top + (1 - bent(Math.min(loss, most)) / bent(most)) * (height - top - bottom);
      if (now !== key) {
        [dots.width, dots.height] = [canvas.width, canvas.height];
        [key, drawn, least, steps] = [now, 0, Infinity, [[], []]];
        this.whole++;
      }
      const brush = /** @type {CanvasRenderingContext2D} */ (dots.getContext("2d"));
      brush.setTransform(ratio, 0, 0, ratio, 0, 0);
      brush.fillStyle = colours.best;
      brush.globalAlpha = 0.4 * Math.min(1, Math.max(MANY / room, 0.06) ** 0.5);
      for (let k = drawn; k < count; k++) {
        const loss = tries.losses[k];
        if (!Number.isFinite(loss)) continue;
        brush.beginPath();
        brush.arc(x(k), y(loss), DOT, 0, 6.3);
        brush.fill();
      }
      follow(tries, count, drawn);
      drawn = count;

      context.lineWidth = 1;
      context.strokeStyle = colours.grid;
      context.fillStyle = colours.soft;
      context.textAlign = "right";
      let last = Infinity;
      for (const level of LEVELS.filter((one) => one <= most)) {
        if (last - y(level) < 20 || y(0) - y(level) < 20) continue;
        last = y(level);
        context.fillText(String(level), left - 10, last);
        context.beginPath();
        context.moveTo(left, Math.round(last) + 0.5);
        context.lineTo(width - right, Math.round(last) + 0.5);
        context.stroke();
      }
      const words = tr("neurons tried");
      const end = width - right - context.measureText(words).width - 16;
      context.fillText(words, width - right, height - 12);
      context.textAlign = "center";
      for (const k of ticks([0, room], (width - left - right) / 110)) if (x(k) < end - 20) context.fillText(tickText(k), x(k), height - 12);
      // A restart begins anew, elsewhere: a line with its name, as long as there is room for one.
      context.textAlign = "left";
      context.setLineDash([3, 4]);
      let free = left;
      for (const [n, k] of restarts.entries()) {
        if (k >= count || k === 0) continue;
        const isNamed = x(k) >= free;
        context.strokeStyle = colours.soft;
        context.beginPath();
        context.moveTo(Math.round(x(k)) + 0.5, isNamed ? top - 18 : top - 3); // the names stand above the others
        context.lineTo(Math.round(x(k)) + 0.5, y(0));
        context.stroke();
        const name = tr("restart {n}", { n: n + 1 });
        if (!isNamed) continue;
        context.fillText(name, x(k) + 4, top - 12);
        free = x(k) + context.measureText(name).width + 16;
      }
      context.setLineDash([]);
      context.drawImage(dots, 0, 0, width, height);
      path(context, [...steps[0], count - 0.5], [...steps[1], least], x, y);
      context.strokeStyle = colours.best;
      context.lineWidth = 2.5;
      context.stroke();
      context.strokeStyle = colours.green;
      context.fillStyle = colours.green;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(left, y(0));
      context.lineTo(width - right, y(0));
      context.stroke();
      context.textAlign = "right";
      context.fillText("0", left - 10, y(0));
      context.textAlign = "left";
      context.fillText(tr("0: every criterion holds"), left + 6, y(0) - 11);
    },
  };
}
