import { isOpen } from "../models/search.js";
import { loadedPlotly, loadPlotly, plotlyOf, whenIdle } from "./plotly.js";

/** @import { App } from "../app.js" */
/** @import { Picture, Range } from "../types.d.ts" */
/** What a hand has chosen of the axes; null of one that stays. @typedef {{ x: Range | null, y: Range | null }} Part */
// Which painter shows a picture. The light one does, until a hand has pointed at the picture or zoomed it and everything
// has come to rest: then Plotly takes over, and gives it back with the next change.

const REST = 700; // ms without a change

/** Hands on the page: a button that is held anywhere, as while a slider is dragged. */
let held = 0;

/** Whether nothing moves: no hand, no search. @param {App} app */
export function isCalm(app) {
  const { search } = app.store.get();
  return !held && !(search && isOpen(search)) && !app.play.isPlaying() && document.visibilityState === "visible";
}

/**
 * Lets Plotly show what is in a place while that rests. The place has the light painter's canvas, which goes on being
 * drawn by who asks; `moved` is to be called whenever it was.
 * @param {App} app @param {HTMLElement} place
 * @param {{ picture: () => Picture | null, zoom?: (zoom: Part | null) => void }} about `zoom` gets a part that was chosen
 */
export function resting(app, place, { picture, zoom }) {
  let isWanted = false;
  let isClosed = false;
  let isDrawing = false;
  let timer = 0;
  let count = 0; // of the changes
  /** @type {any} */
  let plot = null; // Plotly's element
  const give = () => {
    if (place.dataset.pwPainter !== "light") place.dataset.pwPainter = "light";
  };
  const later = () => {
    clearTimeout(timer);
    if (isWanted && !isClosed && app.host.can("plotly")) timer = Number(setTimeout(take, REST));
  };
  const moved = () => {
    count++;
    give();
    later();
  };
  const take = async () => {
    if (isClosed || place.dataset.pwPainter === "plotly") return;
    if (!isCalm(app)) return later();
    try {
      const plotly = loadedPlotly() ?? (await loadPlotly(app.host, () => isClosed || isCalm(app)));
      whenIdle(() => draw(plotly).catch(refused));
    } catch (error) {
      refused(error);
    }
  };
  const refused = (/** @type {unknown} */ error) => {
    isWanted = isDrawing = false; // the light painter goes on
    give();
    console.warn("plausiwidgets: Plotly does not draw here:", error);
  };
  const draw = async (/** @type {any} */ plotly) => {
    const shown = isClosed ? null : picture();
    if (!shown) return;
    if (!isCalm(app) || isDrawing) return later();
    const now = count;
    isDrawing = true;
    place.dataset.pwPainter = "coming";
    const { data, layout, config } = plotlyOf(shown, { zooms: Boolean(zoom), reset: () => zoom?.(null), icons: plotly.Icons });
    if (plot) await plotly.react(plot, data, layout, config);
    else {
      plot = document.createElement("div");
      plot.className = "pw-plotly";
      plot.setAttribute("aria-hidden", "true"); // the canvas has the words
      place.append(plot);
      await plotly.newPlot(plot, data, layout, config);
      if (zoom) {
        plot.on("plotly_relayout", (/** @type {any} */ change) => zoomed(change));
        plot.on("plotly_doubleclick", () => zoom(null));
      }
    }
    isDrawing = false;
    if (!isClosed && now === count) place.dataset.pwPainter = "plotly";
    else away(plotly); // what was hidden before it was ready has measured none of its texts
  };
  const away = (/** @type {any} */ plotly) => {
    if (plot) plotly?.purge(plot);
    plot?.remove();
    plot = null;
  };
  const zoomed = (/** @type {any} */ change) => {
    const axes = ["xaxis", "yaxis"].map((axis) => {
      const range = change[`${axis}.range`] ?? [change[`${axis}.range[0]`], change[`${axis}.range[1]`]];
      return range.every(Number.isFinite) ? range : null;
    });
    if (axes[0] || axes[1]) zoom?.({ x: axes[0], y: axes[1] });
  };
  const press = () => {
    held = 1;
  };
  const release = (/** @type {PointerEvent} */ { buttons }) => {
    held = buttons ? 1 : 0;
  };
  const over = (/** @type {PointerEvent} */ { pointerType, buttons }) => {
    if (!buttons) held = 0; // it may have been let go outside of the window
    if (pointerType !== "touch") want(); // Plotly takes a finger's strokes from the page, which it should scroll
  };
  const want = () => {
    if (isWanted) return;
    isWanted = true;
    later();
  };
  const off = app.store.on((_, changed) => {
    if (changed.has("search") && !isCalm(app)) moved();
  });
  const hands = /** @type {[string, any][]} */ ([
    ["pointerdown", press],
    ["pointerup", release],
    ["pointercancel", release],
  ]);
  for (const [event, react] of hands) document.addEventListener(event, react, true);
  place.addEventListener("pointermove", over);
  give();
  return {
    moved,
    /** After a zoom. */
    want,
    close() {
      isClosed = true;
      clearTimeout(timer);
      off();
      for (const [event, react] of hands) document.removeEventListener(event, react, true);
      place.removeEventListener("pointermove", over);
      if (!isDrawing) away(loadedPlotly());
    },
  };
}
