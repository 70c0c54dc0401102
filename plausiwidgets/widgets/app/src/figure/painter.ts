// The first painter, which draws any picture on a canvas immediately. The second painter is Plotly.

import type { Label, Layer, Panel, Picture } from "./picture.ts";
import { FONT } from "./theme.ts";

const MITER = 2; // the length limit of a corner in line widths, as in Plotly

/** The part of a canvas context that the painter uses. */
export interface Pen {
  fillStyle: string | CanvasGradient | CanvasPattern;
  strokeStyle: string | CanvasGradient | CanvasPattern;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  miterLimit: number;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, begin: number, end: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  clip(): void;
  stroke(): void;
  fill(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  setLineDash(dash: readonly number[]): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  save(): void;
  restore(): void;
  measureText(text: string): { readonly width: number };
  fillText(text: string, x: number, y: number): void;
  drawImage(image: HTMLCanvasElement, x: number, y: number, width: number, height: number): void;
}

/** A canvas, or another object with the same interface for drawing. */
export interface Surface {
  readonly clientWidth: number;
  readonly clientHeight: number;
  width: number;
  height: number;
  getContext(kind: "2d"): Pen | null;
}

type Place = (value: number) => number;

/** Whether a canvas has pixels. A hidden canvas and a canvas without space have no pixels. */
export const hasRoom = ({ clientWidth, clientHeight }: Pick<Surface, "clientWidth" | "clientHeight">): boolean =>
  clientWidth > 0 && clientHeight > 0;

/**
 * Resizes a canvas to its place and clears it.
 *
 * @param size of the font
 */
export function prepared(canvas: Surface, size = 14): [pen: Pen, width: number, height: number] {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("The canvas has no context.");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.lineJoin = "round";
  pen.font = `${size}px ${FONT}`;
  pen.textBaseline = "middle";
  return [pen, width, height];
}

/** Adds a line through points to the path. A value that is not finite creates a gap. */
export function path(pen: Pen, xs: ArrayLike<number>, ys: ArrayLike<number>, px: Place, py: Place): void {
  pen.beginPath();
  let isDown = false;
  for (let k = 0; k < xs.length; k++) {
    if (!Number.isFinite(ys[k])) isDown = false;
    else if (isDown) pen.lineTo(px(xs[k]), py(ys[k]));
    else {
      pen.moveTo(px(xs[k]), py(ys[k]));
      isDown = true;
    }
  }
}

/** The functions from the values of a panel to px. */
export function placesIn({ left, top, width, height, x: { range: x }, y: { range: y } }: Panel): {
  px: Place;
  py: Place;
} {
  return {
    px: (value) => left + ((value - x[0]) / (x[1] - x[0])) * width,
    py: (value) => top + ((y[1] - value) / (y[1] - y[0])) * height,
  };
}

/** Draws a picture on a canvas. */
export function paint(canvas: Surface, picture: Picture): void {
  const [pen] = prepared(canvas, picture.size);
  pen.lineJoin = "miter";
  pen.miterLimit = MITER;
  for (const panel of picture.panels) paintPanel(pen, panel, picture);
  for (const { from, to, colour, width = 1 } of picture.rules ?? []) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  }
  for (const label of picture.labels) paintLabel(pen, label, picture.size);
}

/** Draws with a pen that is clipped to a panel. */
function within(pen: Pen, { left, top, width, height }: Panel, draw: () => void): void {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  draw();
  pen.restore();
  pen.globalAlpha = 1;
}

function paintPanel(pen: Pen, panel: Panel, picture: Picture): void {
  within(pen, panel, () => paintBands(pen, panel));
  paintGrid(pen, panel, picture.colours.grid);
  within(pen, panel, () => {
    for (const layer of panel.layers) if (layer.kind !== "band") paintLayer(pen, layer, panel, picture);
  });
  pen.setLineDash([]);
}

function paintBands(pen: Pen, panel: Panel): void {
  const { left, top, width, height, layers } = panel;
  const { px } = placesIn(panel);
  for (const layer of layers) {
    if (layer.kind !== "band") continue;
    const [a, b] = [Math.max(px(layer.from), left), Math.min(px(layer.to), left + width)];
    pen.fillStyle = layer.colour;
    pen.globalAlpha = layer.alpha;
    pen.fillRect(a, top, Math.max(b - a, 2), height);
  }
}

function paintGrid(pen: Pen, panel: Panel, colour: string): void {
  const { left, top, width, height, x, y } = panel;
  const { px, py } = placesIn(panel);
  const crisp = (at: number) => Math.floor(at) + 0.5; // the row of pixels that Plotly also chooses
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const value of x.grid) {
    pen.moveTo(crisp(px(value)), top);
    pen.lineTo(crisp(px(value)), top + height);
  }
  for (const value of y.grid) {
    pen.moveTo(left, crisp(py(value)));
    pen.lineTo(left + width, crisp(py(value)));
  }
  pen.stroke();
}

function paintLayer(pen: Pen, layer: Exclude<Layer, { kind: "band" }>, panel: Panel, picture: Picture): void {
  const { px, py } = placesIn(panel);
  if (layer.kind === "line") paintLine(pen, layer, px, py);
  else if (layer.kind === "dots") paintDots(pen, layer, px, py, picture);
  else if (layer.kind === "text") {
    paintLabel(pen, { ...layer, x: px(layer.x), y: py(layer.y), align: "center" }, picture.size);
  } else paintCells(pen, layer, px, py);
  pen.globalAlpha = 1;
}

function paintLine(pen: Pen, layer: Extract<Layer, { kind: "line" }>, px: Place, py: Place): void {
  const { xs, ys, stroke, fill, floor = 0 } = layer;
  path(pen, xs, ys, px, py);
  pen.strokeStyle = stroke.colour;
  pen.lineWidth = stroke.width;
  pen.globalAlpha = stroke.alpha ?? 1;
  pen.setLineDash(stroke.dash ?? []);
  pen.stroke();
  pen.globalAlpha = 1;
  pen.setLineDash([]);
  if (fill === undefined || !xs.length) return;
  pen.lineTo(px(xs[xs.length - 1]), py(floor));
  pen.lineTo(px(xs[0]), py(floor));
  pen.globalAlpha = fill;
  pen.fillStyle = stroke.colour;
  pen.fill();
}

type Dots = Extract<Layer, { kind: "dots" }>;

function paintDots(pen: Pen, layer: Dots, px: Place, py: Place, { width, height }: Picture): void {
  const { xs, ys, radius, colour, alpha, edge, image, square } = layer;
  if (image) {
    pen.globalAlpha = 1;
    pen.drawImage(image, 0, 0, width, height);
    return;
  }
  if (square) {
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    for (let k = 0; k < xs.length; k++) pen.fillRect(px(xs[k]) - radius, py(ys[k]) - radius, 2 * radius, 2 * radius);
    return;
  }
  for (let k = 0; k < xs.length; k++) {
    pen.beginPath();
    pen.arc(px(xs[k]), py(ys[k]), radius, 0, 6.3);
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.fill();
    if (!edge) continue;
    pen.globalAlpha = 1;
    pen.strokeStyle = edge.colour;
    pen.lineWidth = edge.width;
    pen.stroke();
  }
}

function paintCells(pen: Pen, layer: Extract<Layer, { kind: "cells" }>, px: Place, py: Place): void {
  const { xs, ys, index, palette } = layer;
  const [across, up] = [xs.map(px).map(Math.round), ys.map(py).map(Math.round)];
  for (const [row, places] of index.entries()) {
    for (const [column, place] of places.entries()) {
      if (place < 0) continue;
      pen.globalAlpha = palette[place].alpha;
      pen.fillStyle = palette[place].colour;
      const [a, b, c, d] = [across[column], across[column + 1], up[row + 1], up[row]];
      pen.fillRect(a, c, b - a, d - c);
    }
  }
}

function paintLabel(pen: Pen, { text, x, y, align, colour, turned, back }: Label, size: number): void {
  pen.textAlign = align;
  if (turned) {
    pen.save();
    pen.translate(x, y);
    pen.rotate(-Math.PI / 2);
    pen.fillStyle = colour;
    pen.fillText(text, 0, 0);
    pen.restore();
    return;
  }
  if (back) {
    const wide = pen.measureText(text).width + 8;
    const begin = align === "left" ? x - 4 : align === "right" ? x - wide + 4 : x - wide / 2;
    pen.fillStyle = back;
    pen.globalAlpha = 0.8;
    pen.fillRect(begin, y - 0.62 * size, wide, 1.24 * size);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}
