import { tr } from "../i18n/texts.ts";
import { FONT } from "./theme.js";

/** @import { Host, Layer, Panel, Picture, Stroke } from "../types.d.ts" */
// The other painter of a picture: Plotly, by its public functions. It is brought by a host, once a page.

/** @param {string} colour "#rrggbb" @param {number} alpha */
export function withAlpha(colour, alpha) {
  const [r, g, b] = [1, 3, 5].map((k) => Number.parseInt(colour.slice(k, k + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}

/** A text in which nothing is markup. @param {string} text */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {Stroke} stroke */
const lineOf = ({ colour, width, dash }) => ({
  color: colour,
  width,
  dash: dash?.length ? dash.map((x) => `${x}px`).join(",") : "solid",
  simplify: false,
});

/** What is read off a line or dots, if anything. @param {{ name?: string, unit?: string, words?: string[] }} layer */
function readOf({ name, unit, words }) {
  if (words) return { text: words.map(plain), hovertemplate: "%{text}<extra></extra>", name: name ?? "" };
  if (!name) return { hoverinfo: "skip", name: "" };
  return { name, hovertemplate: `${plain(name)}: %{y:.3~g}${unit ? ` ${plain(unit)}` : ""}<extra></extra>` };
}

/** Names of the axes of each panel: panels with the same axis share it. @param {Panel[]} panels @returns {{ x: string, y: string }[]} */
function axesOf(panels) {
  const known = panels.map(({ x }) => x).filter((x, k, all) => all.indexOf(x) === k);
  const numbered = (/** @type {string} */ letter, /** @type {number} */ k) => letter + (k ? String(k + 1) : "");
  return panels.map(({ x }, k) => ({ x: numbered("x", known.indexOf(x)), y: numbered("y", k) }));
}

const keyOf = (/** @type {string} */ axis) => `${axis[0]}axis${axis.slice(1)}`;

/**
 * A picture as Plotly takes it: the same places in px, the same ranges, ticks, texts and strokes.
 * @param {Picture} picture @param {{ zooms: boolean, reset?: () => void, icons?: any }} how
 * @returns {{ data: any[], layout: any, config: any }}
 */
export function plotlyOf(picture, { zooms, reset, icons }) {
  const { width, height, size, colours, panels, labels, rules = [] } = picture;
  const names = axesOf(panels);
  /** @type {any[]} */
  const data = [];
  /** @type {any} */
  const layout = {
    ...{ width, height, autosize: false, showlegend: false, margin: { l: 0, r: 0, t: 0, b: 0, pad: 0, autoexpand: false } },
    ...{ paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: zooms ? "zoom" : false },
    ...{ hovermode: zooms ? "x unified" : "closest", hoversubplots: "axis", hoverdistance: 50, spikedistance: -1 },
    font: { family: FONT, size, color: colours.soft },
    hoverlabel: {
      bgcolor: colours.card,
      bordercolor: colours.line,
      font: { family: FONT, size, color: colours.ink },
      align: "left",
      namelength: -1,
    },
    modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: colours.soft, activecolor: colours.blue },
    annotations: labels.map(({ text, x, y, align, colour, turned, back }) => ({
      ...{ text: plain(text), x: x / width, y: 1 - y / height, xref: "paper", yref: "paper", showarrow: false },
      ...{ xanchor: turned ? "center" : align, yanchor: "middle", textangle: turned ? -90 : 0, borderpad: 0, borderwidth: 0 },
      ...{ font: { color: colour, size, family: FONT }, ...(back ? { bgcolor: withAlpha(back, 0.8) } : {}) },
    })),
    shapes: rules.map(({ from, to, colour, width: thick = 1 }) => ({
      ...{ type: "line", xref: "paper", yref: "paper", line: { color: colour, width: thick } },
      ...{ x0: from[0] / width, y0: 1 - from[1] / height, x1: to[0] / width, y1: 1 - to[1] / height },
    })),
    images: [],
  };
  for (const [k, panel] of panels.entries()) {
    const { left, top, width: wide, height: high, x, y, layers } = panel;
    const { x: across, y: up } = names[k];
    const axis = {
      ...{
        zeroline: false,
        ticks: "",
        showticklabels: false,
        gridcolor: colours.grid,
        gridwidth: 1,
        tickmode: "array",
        title: { text: "" },
      },
      ...{ showline: false, fixedrange: !zooms, automargin: false },
    };
    layout[keyOf(across)] ??= {
      ...{ ...axis, range: [...x.range], domain: [left / width, (left + wide) / width], anchor: up, tickvals: x.grid },
      ...{
        showgrid: x.grid.length > 0,
        hoverformat: ".4~g",
        unifiedhovertitle: { text: plain(x.head?.("%{x:.4~g}") ?? "%{x:.4~g}") },
        showspikes: zooms,
      },
      ...{ spikemode: "across", spikethickness: -2, spikedash: "solid", spikecolor: colours.soft, spikesnap: "cursor" },
    };
    layout[keyOf(up)] = {
      ...{ ...axis, range: [...y.range], domain: [1 - (top + high) / height, 1 - top / height], anchor: across, tickvals: y.grid },
      ...{ showgrid: y.grid.length > 0, ...(k && zooms ? { fixedrange: true } : {}) },
    };
    for (const layer of layers) put(layer, panel, { xaxis: across, yaxis: up }, picture, data, layout);
  }
  const save = { format: "png", filename: `plausiwidgets_${picture.name}`, width, height, scale: 2 };
  const whole = { name: "whole", title: tr("Reset zoom"), icon: icons?.home, click: () => reset?.() };
  const config = {
    ...{ displayModeBar: "hover", displaylogo: false, doubleClick: false, scrollZoom: false, responsive: false, showTips: false },
    ...{ modeBarButtons: [[...(zooms ? ["zoom2d", whole] : []), "toImage"]], toImageButtonOptions: save },
  };
  return { data, layout, config };
}

/** Adds a layer of a panel. @param {Layer} layer @param {Panel} panel @param {{ xaxis: string, yaxis: string }} axes @param {Picture} picture @param {any[]} data @param {any} layout */
function put(layer, panel, axes, { width, colours }, data, layout) {
  const { xaxis: xref, yaxis: yref } = axes;
  if (layer.kind === "band") {
    const [from, to] = [Math.max(layer.from, panel.x.range[0]), Math.min(layer.to, panel.x.range[1])];
    const fillcolor = withAlpha(layer.colour, layer.alpha);
    const ends = { x0: from, x1: to, y0: panel.y.range[0], y1: panel.y.range[1] };
    layout.shapes.push({ type: "rect", layer: "below", xref, yref, ...ends, fillcolor, line: { width: 0 } });
  } else if (layer.kind === "line") {
    const { xs, ys, stroke, fill, floor = 0 } = layer;
    if (fill !== undefined && xs.length) {
      const around = { x: [...xs, xs[xs.length - 1], xs[0]], y: [...ys, floor, floor] };
      const fillcolor = withAlpha(stroke.colour, fill);
      data.push({ type: "scatter", mode: "none", ...around, ...axes, fill: "toself", fillcolor, hoverinfo: "skip" });
    }
    data.push({
      ...{ type: "scatter", mode: "lines", x: xs, y: ys, ...axes, line: lineOf(stroke), opacity: stroke.alpha ?? 1 },
      ...readOf(layer),
    });
  } else if (layer.kind === "dots") {
    const { xs, ys, radius, colour, alpha, edge, image } = layer;
    if (image && !xs.length) {
      const { left, top } = panel;
      const perX = (panel.x.range[1] - panel.x.range[0]) / panel.width;
      const perY = (panel.y.range[1] - panel.y.range[0]) / panel.height;
      layout.images.push({
        ...{ source: image.toDataURL(), xref, yref, layer: "above", sizing: "stretch", xanchor: "left", yanchor: "top" },
        ...{ x: panel.x.range[0] - left * perX, sizex: width * perX, y: panel.y.range[1] + top * perY, sizey: layout.height * perY },
      });
      return;
    }
    const marker = {
      size: 2 * radius,
      color: withAlpha(colour, alpha),
      line: edge ? { color: edge.colour, width: edge.width } : { width: 0 },
    };
    data.push({ type: "scatter", mode: "markers", x: xs, y: ys, ...axes, marker, ...readOf(layer) });
  } else if (layer.kind === "text") {
    const { text, x, y, colour, back } = layer;
    const places = { x, y, xref, yref, xanchor: "center", yanchor: "middle", showarrow: false, borderpad: 0, borderwidth: 0 };
    const font = { color: colour, size: layout.font.size, family: FONT };
    layout.annotations.push({ ...places, text: plain(text), font, bgcolor: withAlpha(back, 0.8) });
  } else {
    const { xs, ys, index, palette, words } = layer;
    const steps = palette.flatMap(({ colour, alpha }, k) => {
      const shade = withAlpha(colour, alpha);
      return [k, k + 1].map((edge) => [edge / palette.length, shade]);
    });
    data.push({
      ...{ type: "heatmap", x: xs, y: ys, z: index.map((row) => row.map((one) => (one < 0 ? null : one))), ...axes },
      ...{ zmin: -0.5, zmax: palette.length - 0.5, colorscale: steps, showscale: false, hoverongaps: false },
      ...(words ? { text: words().map((row) => row.map(plain)), hovertemplate: "%{text}<extra></extra>" } : { hoverinfo: "skip" }),
      hoverlabel: { bgcolor: colours.card, font: { color: colours.ink } },
    });
  }
}

// -- the script ---------------------------------------------------------------------------------------

const PATIENCE = 30000; // ms in which a host brings it
const KEPT = Symbol.for("plausiwidgets.plotly");

/** What all apps of a page share: Plotly, or a promise of it. @returns {{ plotly?: any, coming?: Promise<any> }} */
const kept = () => {
  const page = /** @type {any} */ (globalThis);
  page[KEPT] ??= {};
  return page[KEPT];
};

/** Calls when the page has nothing to do. @param {() => void} act */
export const whenIdle = (act) => ("requestIdleCallback" in globalThis ? requestIdleCallback(act, { timeout: 2000 }) : setTimeout(act, 50));

/** Plotly, where the page has it already. */
export const loadedPlotly = () => kept().plotly ?? null;

/**
 * Loads Plotly once a page, from the host that is asked first. To read its script is one task of most of a second: that
 * begins when `isCalm` holds.
 * @param {Host} host @param {() => boolean} isCalm @returns {Promise<any>}
 */
export function loadPlotly(host, isCalm) {
  const page = kept();
  page.coming ??= brought(host, isCalm).then(
    (plotly) => {
      page.plotly = plotly;
      return plotly;
    },
    (error) => {
      page.coming = undefined; // another app may have a host that brings it
      throw error;
    },
  );
  return page.coming;
}

/** Waits until the page has nothing to do. @param {() => boolean} isCalm */
const calm = (isCalm) =>
  new Promise((go) => {
    const look = () => (isCalm() ? whenIdle(() => go(null)) : setTimeout(look, 300));
    look();
  });

/** @param {Host} host @param {() => boolean} isCalm */
async function brought(host, isCalm) {
  if (host.plotly) {
    const isHere = await fetch(host.plotly); // into the cache, before the page stands still for it
    await isHere.arrayBuffer();
    await calm(isCalm);
    return (await import(/* webpackIgnore: true */ host.plotly)).default;
  }
  /** @type {Uint8Array} */
  const packed = await new Promise((give, refuse) => {
    setTimeout(() => refuse(new Error("the kernel did not answer.")), PATIENCE); // its app may be closed by then
    host.ask("plotly", {}, (answer, { script }) => {
      if (answer.state === "done") give(/** @type {Uint8Array} */ (script));
      else if (["failed", "stopped", "superseded"].includes(answer.state)) refuse(new Error(answer.error ?? answer.state));
    });
  });
  const stream = new Blob([/** @type {any} */ (packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  await calm(isCalm);
  // The script is written for pages and for modules of Node: as the latter it leaves the page's own Plotly alone.
  const parts = [
    "const module = { exports: {} }; const { Plotly } = window;\n",
    text,
    "\nif (Plotly === undefined) delete window.Plotly; else window.Plotly = Plotly;\nexport default module.exports;",
  ];
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}
