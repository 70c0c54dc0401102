import { FONT } from "./theme.js";

/** @import { Label, Layer, Panel, Picture } from "../types.d.ts" */
// The light painter: it draws any picture on a canvas, at once. The other one is plotly.js.

const MITER = 2; // how long a corner is drawn, in widths of the line, as in the other painter

/** Whether there is something to draw on: a place that is hidden, or has been squeezed away, has no pixels. @param {HTMLCanvasElement} canvas */
export const hasRoom = ({ clientWidth, clientHeight }) => clientWidth > 0 && clientHeight > 0;

/** Sizes a canvas to its place. @param {HTMLCanvasElement} canvas @param {number} [size] of the font @returns {[CanvasRenderingContext2D, number, number]} */
export function prepared(canvas, size = 14) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  context.font = `${size}px ${FONT}`;
  context.textBaseline = "middle";
  return [context, width, height];
}

/** Draws a line of points, from gap to gap. @param {CanvasRenderingContext2D} context @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {(x: number) => number} px @param {(y: number) => number} py */
export function path(context, xs, ys, px, py) {
  context.beginPath();
  let down = false;
  for (let k = 0; k < xs.length; k++) {
    if (!Number.isFinite(ys[k])) down = false;
    else if (down) context.lineTo(px(xs[k]), py(ys[k]));
    else {
      context.moveTo(px(xs[k]), py(ys[k]));
      down = true;
    }
  }
}

/** Where the values of a panel are, in px. @param {Panel} panel @returns {{ px: (x: number) => number, py: (y: number) => number }} */
export function placesIn({ left, top, width, height, x: { range: x }, y: { range: y } }) {
  return {
    px: (value) => left + ((value - x[0]) / (x[1] - x[0])) * width,
    py: (value) => top + ((y[1] - value) / (y[1] - y[0])) * height,
  };
}

/** Draws a picture on a canvas. @param {HTMLCanvasElement} canvas @param {Picture} picture */
export function paint(canvas, picture) {
  const [context] = prepared(canvas, picture.size);
  context.lineJoin = "miter";
  context.miterLimit = MITER;
  for (const panel of picture.panels) paintPanel(context, panel, picture);
  for (const { from, to, colour, width = 1 } of picture.rules ?? []) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }
  for (const label of picture.labels) paintLabel(context, label, picture.size);
}

/** @param {CanvasRenderingContext2D} context @param {Panel} panel @param {Picture} picture */
function paintPanel(context, panel, { colours, width: whole, height: high, size }) {
  const { left, top, width, height, x, y, layers } = panel;
  const { px, py } = placesIn(panel);
  const crisp = (/** @type {number} */ at) => Math.round(at) + 0.5;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  for (const layer of layers) {
    if (layer.kind !== "band") continue;
    const [a, b] = [Math.max(px(layer.from), left), Math.min(px(layer.to), left + width)];
    context.fillStyle = layer.colour;
    context.globalAlpha = layer.alpha;
    context.fillRect(a, top, Math.max(b - a, 2), height);
  }
  context.restore();
  context.globalAlpha = 1;
  context.strokeStyle = colours.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (const value of x.grid) {
    context.moveTo(crisp(px(value)), top);
    context.lineTo(crisp(px(value)), top + height);
  }
  for (const value of y.grid) {
    context.moveTo(left, crisp(py(value)));
    context.lineTo(left + width, crisp(py(value)));
  }
  context.stroke();
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  for (const layer of layers) if (layer.kind !== "band") paintLayer(context, layer, px, py, [whole, high], size);
  context.restore();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Exclude<Layer, { kind: "band" }>} layer @param {(x: number) => number} px @param {(y: number) => number} py @param {[number, number]} whole @param {number} size */
function paintLayer(context, layer, px, py, whole, size) {
  if (layer.kind === "line") {
    const { xs, ys, stroke, fill, floor = 0 } = layer;
    path(context, xs, ys, px, py);
    context.strokeStyle = stroke.colour;
    context.lineWidth = stroke.width;
    context.globalAlpha = stroke.alpha ?? 1;
    context.setLineDash(stroke.dash ?? []);
    context.stroke();
    context.globalAlpha = 1;
    context.setLineDash([]);
    if (fill === undefined || !xs.length) return;
    context.lineTo(px(xs[xs.length - 1]), py(floor));
    context.lineTo(px(xs[0]), py(floor));
    context.globalAlpha = fill;
    context.fillStyle = stroke.colour;
    context.fill();
  } else if (layer.kind === "dots") {
    if (layer.image) {
      context.globalAlpha = 1;
      context.drawImage(layer.image, 0, 0, ...whole);
      return;
    }
    for (let k = 0; k < layer.xs.length; k++) {
      context.beginPath();
      context.arc(px(layer.xs[k]), py(layer.ys[k]), layer.radius, 0, 6.3);
      context.globalAlpha = layer.alpha;
      context.fillStyle = layer.colour;
      context.fill();
      if (!layer.edge) continue;
      context.globalAlpha = 1;
      context.strokeStyle = layer.edge.colour;
      context.lineWidth = layer.edge.width;
      context.stroke();
    }
  } else if (layer.kind === "text") {
    paintLabel(context, { ...layer, x: px(layer.x), y: py(layer.y), align: "center" }, size);
  } else {
    const { xs, ys, index, palette } = layer;
    const [across, up] = [xs.map(px).map(Math.round), ys.map(py).map(Math.round)];
    for (const [row, places] of index.entries()) {
      for (const [column, place] of places.entries()) {
        if (place < 0) continue;
        context.globalAlpha = palette[place].alpha;
        context.fillStyle = palette[place].colour;
        const [a, b, c, d] = [across[column], across[column + 1], up[row + 1], up[row]];
        context.fillRect(a, c, b - a, d - c);
      }
    }
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Label} label @param {number} size */
function paintLabel(context, { text, x, y, align, colour, turned, back }, size) {
  context.textAlign = align;
  if (turned) {
    context.save();
    context.translate(x, y);
    context.rotate(-Math.PI / 2);
    context.fillStyle = colour;
    context.fillText(text, 0, 0);
    context.restore();
    return;
  }
  if (back) {
    const wide = context.measureText(text).width + 8;
    const begin = align === "left" ? x - 4 : align === "right" ? x - wide + 4 : x - wide / 2;
    context.fillStyle = back;
    context.globalAlpha = 0.8;
    context.fillRect(begin, y - 0.62 * size, wide, 1.24 * size);
    context.globalAlpha = 1;
  }
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
