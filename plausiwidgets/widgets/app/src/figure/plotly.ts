// The second painter, which converts a picture into a Plotly figure and shows it in an element.

import type { Range } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import type { Axis, Label, Layer, Panel, Picture, Rule, Stroke } from "./picture.ts";
import { type Loose, loadedPlotly, type Plotly } from "./plotlyScript.ts";
import type { Part } from "./resting.ts";
import { FONT } from "./theme.ts";

export interface PlotlyFigure {
  readonly data: Loose[];
  readonly layout: Loose;
  readonly config: Loose;
}

/** A colour with an opacity. The colour has the form "#rrggbb". */
export function withAlpha(colour: string, alpha: number): string {
  const [r, g, b] = [1, 3, 5].map((k) => Number.parseInt(colour.slice(k, k + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}

/** A text with escaped markup. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const lineOf = ({ colour, width, dash }: Stroke): Loose => ({
  color: colour,
  width,
  dash: dash?.length ? dash.map((x) => `${x}px`).join(",") : "solid",
  simplify: false,
});

/** The readout of a line or of dots. */
function readoutOf({ name, unit, words }: { name?: string; unit?: string; words?: readonly string[] }): Loose {
  if (words) return { text: words.map(escaped), hovertemplate: "%{text}<extra></extra>", name: name ?? "" };
  if (!name) return { hoverinfo: "skip", name: "" };
  return { name, hovertemplate: `${escaped(name)}: %{y:.3~g}${unit ? ` ${escaped(unit)}` : ""}<extra></extra>` };
}

/** The names of the axes of each panel. Panels with the same axis share its name. */
function axesOf(panels: readonly Panel[]): { x: string; y: string }[] {
  const known = panels.map(({ x }) => x).filter((x, k, all) => all.indexOf(x) === k);
  const numbered = (letter: string, k: number) => letter + (k ? String(k + 1) : "");
  return panels.map(({ x }, k) => ({ x: numbered("x", known.indexOf(x)), y: numbered("y", k) }));
}

const keyOf = (axis: string) => `${axis[0]}axis${axis.slice(1)}`;

export interface PlotlyOptions {
  readonly zooms: boolean;
  readonly reset?: () => void;
  readonly icons?: Loose | undefined;
}

/** A picture as a Plotly figure, with the same places in px, ranges, ticks, texts and strokes. */
export function plotlyOf(picture: Picture, options: PlotlyOptions): PlotlyFigure {
  const { panels } = picture;
  const names = axesOf(panels);
  const data: Loose[] = [];
  const layout = layoutOf(picture, options);
  for (const [k, panel] of panels.entries()) {
    const { x: across, y: up } = names[k];
    const place = boxOf(panel, picture);
    const axis = axisOf(picture, options);
    layout[keyOf(across)] ??= { ...axis, ...acrossOf(panel.x, picture, options), domain: place.x, anchor: up };
    layout[keyOf(up)] = {
      ...axis,
      ...{ range: [...panel.y.range], domain: place.y, anchor: across, tickvals: panel.y.grid },
      ...{ showgrid: panel.y.grid.length > 0, ...(k && options.zooms ? { fixedrange: true } : {}) },
    };
    for (const layer of panel.layers) put(layer, { panel, across, up, picture, data, layout });
  }
  return { data, layout, config: configOf(picture, options) };
}

function layoutOf({ width, height, size, colours, labels, rules = [] }: Picture, { zooms }: PlotlyOptions): Loose {
  return {
    ...{ width, height, autosize: false, showlegend: false },
    margin: { l: 0, r: 0, t: 0, b: 0, pad: 0, autoexpand: false },
    ...{ paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: zooms ? "zoom" : false },
    hovermode: zooms ? "x unified" : "closest",
    ...{ hoversubplots: "axis", hoverdistance: 50, spikedistance: -1 },
    font: { family: FONT, size, color: colours.soft },
    hoverlabel: {
      bgcolor: colours.card,
      bordercolor: colours.line,
      font: { family: FONT, size, color: colours.ink },
      align: "left",
      namelength: -1,
    },
    modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: colours.soft, activecolor: colours.blue },
    annotations: labels.map((label) => annotationOf(label, { width, height, size })),
    shapes: rules.map((rule) => shapeOf(rule, { width, height })),
    images: [],
  };
}

type Sized = Pick<Picture, "width" | "height" | "size">;

const RISE = 0.045; // distance in font sizes by which the middle of a text is higher on a canvas than in Plotly

function annotationOf({ text, x, y, align, colour, turned, back }: Label, { width, height, size }: Sized): Loose {
  return {
    ...{ text: escaped(text), x: x / width, y: 1 - y / height, xref: "paper", yref: "paper", showarrow: false },
    ...{ xanchor: turned ? "center" : align, yanchor: "middle", textangle: turned ? -90 : 0 },
    ...(turned ? { xshift: -RISE * size } : { yshift: RISE * size }),
    ...{ borderpad: 0, borderwidth: 0, font: { color: colour, size, family: FONT } },
    ...(back ? { bgcolor: withAlpha(back, 0.8) } : {}),
  };
}

const shapeOf = ({ from, to, colour, width: thick = 1 }: Rule, { width, height }: Omit<Sized, "size">): Loose => ({
  ...{ type: "line", xref: "paper", yref: "paper", line: { color: colour, width: thick } },
  ...{ x0: from[0] / width, y0: 1 - from[1] / height, x1: to[0] / width, y1: 1 - to[1] / height },
});

/** The box of a panel as shares of the picture. */
const boxOf = ({ left, top, width: wide, height: high }: Panel, { width, height }: Picture) => ({
  x: [left / width, (left + wide) / width],
  y: [1 - (top + high) / height, 1 - top / height],
});

const axisOf = ({ colours }: Picture, { zooms }: PlotlyOptions): Loose => ({
  ...{ zeroline: false, ticks: "", showticklabels: false, gridcolor: colours.grid, gridwidth: 1 },
  ...{ tickmode: "array", title: { text: "" }, showline: false, fixedrange: !zooms, automargin: false },
});

const acrossOf = ({ range, grid, head }: Axis, { colours }: Picture, { zooms }: PlotlyOptions): Loose => ({
  ...{ range: [...range], tickvals: grid, showgrid: grid.length > 0, hoverformat: ".4~g" },
  unifiedhovertitle: { text: escaped(head?.("%{x:.4~g}") ?? "%{x:.4~g}") },
  ...{ showspikes: zooms, spikemode: "across", spikethickness: -2, spikedash: "solid" },
  ...{ spikecolor: colours.soft, spikesnap: "cursor" },
});

function configOf({ width, height, name }: Picture, { zooms, reset, icons }: PlotlyOptions): Loose {
  const save = { format: "png", filename: `plausiwidgets_${name}`, width, height, scale: 2 };
  const whole = { name: "whole", title: tr("Reset zoom"), icon: icons?.home, click: () => reset?.() };
  return {
    ...{ displayModeBar: "hover", displaylogo: false, doubleClick: false, scrollZoom: false },
    ...{ responsive: false, showTips: false, toImageButtonOptions: save },
    modeBarButtons: [[...(zooms ? ["zoom2d", whole] : []), "toImage"]],
  };
}

/** The panel to which a layer belongs, and the figure to which it is added. */
interface Target {
  readonly panel: Panel;
  readonly across: string;
  readonly up: string;
  readonly picture: Picture;
  readonly data: Loose[];
  readonly layout: Loose;
}

function put(layer: Layer, target: Target): void {
  const { data, layout, across: xref, up: yref } = target;
  const axes = { xaxis: xref, yaxis: yref };
  if (layer.kind === "band") {
    const { x, y } = target.panel;
    const ends = { x0: Math.max(layer.from, x.range[0]), x1: Math.min(layer.to, x.range[1]) };
    const fillcolor = withAlpha(layer.colour, layer.alpha);
    const box = { ...ends, y0: y.range[0], y1: y.range[1] };
    layout.shapes.push({ type: "rect", layer: "below", xref, yref, ...box, fillcolor, line: { width: 0 } });
  } else if (layer.kind === "line") putLine(layer, axes, data);
  else if (layer.kind === "dots") {
    const { xs, ys, radius, colour, alpha, edge, image } = layer;
    if (image && !xs.length) {
      putImage(image, target);
      return;
    }
    const line = edge ? { color: edge.colour, width: edge.width } : { width: 0 };
    const marker = { size: 2 * radius, color: withAlpha(colour, alpha), line };
    data.push({ type: "scatter", mode: "markers", x: xs, y: ys, ...axes, marker, ...readoutOf(layer) });
  } else if (layer.kind === "text") {
    const { text, x, y, colour, back } = layer;
    const font = { color: colour, size: layout.font.size, family: FONT };
    layout.annotations.push({
      ...{ x, y, xref, yref, xanchor: "center", yanchor: "middle", showarrow: false },
      ...{ borderpad: 0, borderwidth: 0, text: escaped(text), font, bgcolor: withAlpha(back, 0.8) },
    });
  } else data.push({ ...cellsOf(layer, target.picture), ...axes });
}

function putLine(layer: Extract<Layer, { kind: "line" }>, axes: Loose, data: Loose[]): void {
  const { stroke, fill, floor = 0 } = layer;
  const [x, y] = [Array.from(layer.xs), Array.from(layer.ys)];
  if (fill !== undefined && x.length) {
    const around = { x: [...x, x[x.length - 1], x[0]], y: [...y, floor, floor] };
    const fillcolor = withAlpha(stroke.colour, fill);
    data.push({ type: "scatter", mode: "none", ...around, ...axes, fill: "toself", fillcolor, hoverinfo: "skip" });
  }
  const line = lineOf(stroke);
  data.push({ type: "scatter", mode: "lines", x, y, ...axes, line, opacity: stroke.alpha ?? 1, ...readoutOf(layer) });
}

/** Adds an image with the size of the picture. */
function putImage(image: HTMLCanvasElement, { panel, across: xref, up: yref, picture, layout }: Target): void {
  const { left, top, width, height, x, y } = panel;
  const [perX, perY] = [lengthOf(x.range) / width, lengthOf(y.range) / height];
  layout.images.push({
    ...{ source: image.toDataURL(), xref, yref, layer: "above", sizing: "stretch", xanchor: "left", yanchor: "top" },
    ...{ x: x.range[0] - left * perX, sizex: picture.width * perX },
    ...{ y: y.range[1] + top * perY, sizey: picture.height * perY },
  });
}

const lengthOf = ([low, high]: Range) => high - low;

function cellsOf(layer: Extract<Layer, { kind: "cells" }>, { colours }: Picture): Loose {
  const { xs, ys, index, palette, words } = layer;
  const steps = palette.flatMap(({ colour, alpha }, k) => {
    const shade = withAlpha(colour, alpha);
    return [k, k + 1].map((edge) => [edge / palette.length, shade]);
  });
  const text = words?.().map((row) => row.map(escaped));
  return {
    ...{ type: "heatmap", x: xs, y: ys, z: index.map((row) => row.map((one) => (one < 0 ? null : one))) },
    ...{ zmin: -0.5, zmax: palette.length - 0.5, colorscale: steps, showscale: false, hoverongaps: false },
    ...(text ? { text, hovertemplate: "%{text}<extra></extra>" } : { hoverinfo: "skip" }),
    hoverlabel: { bgcolor: colours.card, font: { color: colours.ink } },
  };
}

// -- the plot in an element -----------------------------------------------------------------------------

export interface Plot {
  isDrawing(): boolean;
  draw(plotly: Plotly, picture: Picture): Promise<void>;
  /** Ends a drawing that has failed. */
  fail(): void;
  remove(): void;
}

/** The plot in an element, which its first drawing creates. `zoom` gets the part that a zoom in Plotly has chosen. */
export function createPlot(place: HTMLElement, zoom: ((part: Part | null) => void) | undefined): Plot {
  let isDrawing = false;
  let element: HTMLElement | null = null;
  const create = async (plotly: Plotly, { data, layout, config }: PlotlyFigure) => {
    element = document.createElement("div");
    element.className = "pw-plotly";
    element.setAttribute("aria-hidden", "true"); // the canvas already has the label
    place.append(element);
    const plot = await plotly.newPlot(element, data, layout, config);
    if (!zoom) return;
    plot.on("plotly_relayout", (change) => {
      const part = partOf(change);
      if (part) zoom(part);
    });
    plot.on("plotly_doubleclick", () => zoom(null));
  };
  return {
    isDrawing: () => isDrawing,
    async draw(plotly, picture) {
      isDrawing = true;
      const options = { zooms: Boolean(zoom), reset: () => zoom?.(null), icons: plotly.Icons };
      const figure = plotlyOf(picture, options);
      if (element) await plotly.react(element, figure.data, figure.layout, figure.config);
      else await create(plotly, figure);
      isDrawing = false;
    },
    fail() {
      isDrawing = false;
    },
    remove() {
      if (element) loadedPlotly()?.purge(element);
      element?.remove();
      element = null;
    },
  };
}

/** The part of the axes that a change of Plotly's layout has chosen, or null for other changes. */
function partOf(change: Loose): Part | null {
  const [x, y] = ["xaxis", "yaxis"].map((axis): Range | null => {
    const range = change[`${axis}.range`] ?? [change[`${axis}.range[0]`], change[`${axis}.range[1]`]];
    return range.every(Number.isFinite) ? range : null;
  });
  return x || y ? { x, y } : null;
}
