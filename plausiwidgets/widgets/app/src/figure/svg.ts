// A canvas that stores its strokes as SVG. The painter can draw on it as on any canvas.

import type { Pen, Surface } from "./painter.ts";

const short = (x: number) => String(Math.round(x * 100) / 100);

const safe = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const ANCHORS: Readonly<Record<string, string>> = { center: "middle", right: "end", end: "end" };

const boxOf = (x: number, y: number, width: number, height: number) =>
  `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`;

/** The part of the state of a pen that `save` stores. */
const INITIAL = {
  fillStyle: "#000",
  strokeStyle: "#000",
  lineWidth: 1,
  lineJoin: "round" as CanvasLineJoin,
  miterLimit: 10,
  globalAlpha: 1,
  font: "14px sans-serif",
  textAlign: "left" as CanvasTextAlign,
  textBaseline: "middle" as CanvasTextBaseline,
  transform: "",
  clipped: "",
  dash: [] as readonly number[],
};

/** A pen that writes SVG. It supports one clipping rectangle and one transform at a time. */
class SvgPen implements Pen {
  fillStyle = INITIAL.fillStyle;
  strokeStyle = INITIAL.strokeStyle;
  lineWidth = INITIAL.lineWidth;
  lineJoin = INITIAL.lineJoin;
  miterLimit = INITIAL.miterLimit;
  globalAlpha = INITIAL.globalAlpha;
  font = INITIAL.font;
  textAlign = INITIAL.textAlign;
  textBaseline = INITIAL.textBaseline;
  readonly elements: string[] = [];
  private transform = INITIAL.transform;
  private clipped = INITIAL.clipped;
  private dash = INITIAL.dash;
  private path = "";
  private clips = 0;
  private readonly saved: (typeof INITIAL)[] = [];

  setTransform() {}
  clearRect() {}
  beginPath() {
    this.path = "";
  }
  moveTo(x: number, y: number) {
    this.path += `M${short(x)} ${short(y)}`;
  }
  lineTo(x: number, y: number) {
    this.path += `${this.path ? "L" : "M"}${short(x)} ${short(y)}`;
  }
  /** Adds a whole circle. */
  arc(x: number, y: number, radius: number) {
    const [r, across] = [short(radius), short(2 * radius)];
    this.path += `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${across} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0z`;
  }
  rect(x: number, y: number, width: number, height: number) {
    this.path += boxOf(x, y, width, height);
  }
  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    const width = `stroke-width="${short(this.lineWidth)}"`;
    const line = `fill="none" stroke="${this.strokeStyle}" ${width} stroke-linejoin="round" stroke-linecap="butt"${dash}`;
    this.put(`<path d="${this.path}" ${line}${this.opacity()}/>`);
  }
  fill() {
    this.put(`<path d="${this.path}" fill="${this.fillStyle}"${this.opacity()}/>`);
  }
  fillRect(x: number, y: number, width: number, height: number) {
    this.put(`<path d="${boxOf(x, y, width, height)}" fill="${this.fillStyle}"${this.opacity()}/>`);
  }
  clip() {
    this.clipped = `clip${++this.clips}`;
    this.elements.push(`<clipPath id="${this.clipped}"><path d="${this.path}"/></clipPath>`);
  }
  setLineDash(dash: readonly number[]) {
    this.dash = dash;
  }
  translate(x: number, y: number) {
    this.transform += `translate(${short(x)} ${short(y)})`;
  }
  rotate(angle: number) {
    this.transform += `rotate(${short((angle * 180) / Math.PI)})`;
  }
  save() {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, miterLimit, globalAlpha } = this;
    const { font, textAlign, textBaseline, transform, clipped, dash } = this;
    const strokes = { fillStyle, strokeStyle, lineWidth, lineJoin, miterLimit, globalAlpha };
    this.saved.push({ ...strokes, font, textAlign, textBaseline, transform, clipped, dash });
  }
  restore() {
    Object.assign(this, this.saved.pop());
  }
  /** Estimates the width of a text, which is accurate enough to check whether the text fits. */
  measureText(text: string) {
    return { width: 0.55 * Number.parseFloat(this.size()) * text.length };
  }
  fillText(text: string, x: number, y: number) {
    const size = this.size();
    const place = `x="${short(x)}" y="${short(y + 0.35 * Number(size))}"`;
    const font = `font-size="${size}" font-family="${safe(this.font.replace(/^.*?px\s*/, ""))}"`;
    const look = `text-anchor="${ANCHORS[this.textAlign] ?? "start"}" fill="${this.fillStyle}"${this.opacity()}`;
    this.put(`<text ${place} ${font} ${look}>${safe(text)}</text>`);
  }
  /** Does nothing, because pictures that are saved as SVG contain no images. */
  drawImage() {}

  private put(element: string) {
    const transform = this.transform ? ` transform="${this.transform}"` : "";
    const around = transform + (this.clipped ? ` clip-path="url(#${this.clipped})"` : "");
    this.elements.push(around ? `<g${around}>${element}</g>` : element);
  }
  private opacity() {
    return this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : "";
  }
  private size() {
    return this.font.match(/([\d.]+)px/)?.[1] ?? "14";
  }
}

export interface SvgCanvas extends Surface {
  /** The SVG text with a title. */
  text(title: string): string;
}

/** A canvas with a size in px, on which the painter can draw. */
export function svgCanvas(clientWidth: number, clientHeight: number): SvgCanvas {
  const pen = new SvgPen();
  const [width, height] = [clientWidth, clientHeight];
  return {
    clientWidth,
    clientHeight,
    width: 0,
    height: 0,
    getContext: () => pen,
    text(title) {
      const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
      const back = `<title>${safe(title)}</title><rect width="100%" height="100%" fill="#fff"/>`;
      return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${back}${pen.elements.join("")}</svg>`;
    },
  };
}
