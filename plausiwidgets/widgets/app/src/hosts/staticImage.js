import { THEMES } from "../figure/theme.js";
import { tr } from "../i18n/texts.ts";

/** @import { App } from "../app.js" */
// A notebook that was saved with an app, and is opened without its kernel, shows a still picture of it until the cell
// runs: the picture is written into the notebook whenever it is saved, as the state of a widget, which a notebook reads
// by itself. Where a front end has no such place, nothing is written.

const STATE = "application/vnd.jupyter.widget-state+json";
const VIEW = "application/vnd.jupyter.widget-view+json";
const OURS = "plausiwidgets.still";
const WIDEST = 900; // px of a picture

/** What draws the picture. It is text that a notebook keeps, so that it stands here as a whole. */
const SCRIPT = `export default { render({ model, el }) {
  const words = document.createElement("p");
  words.textContent = model.get("words");
  const picture = document.createElement("img");
  picture.src = model.get("picture");
  picture.alt = model.get("described");
  picture.dataset.pwStill = "";
  picture.style.cssText = "max-width: 100%; display: block";
  el.append(words, picture);
} };
`;

/** The picture of a figure on the background of its card. @param {HTMLCanvasElement} canvas @param {boolean} dark */
function pictureOf(canvas, dark) {
  const copy = document.createElement("canvas");
  copy.width = Math.min(canvas.width, WIDEST);
  copy.height = Math.round((canvas.height * copy.width) / canvas.width);
  const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext("2d"));
  context.fillStyle = THEMES[dark ? "dark" : "light"].card;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy.toDataURL("image/png");
}

/** The ids of the widgets that the outputs of a notebook show. @param {any} cells */
function shownIn(cells) {
  const ids = new Set();
  for (let k = 0; k < cells.length; k++) {
    for (const output of cells.get(k).outputs?.toJSON() ?? []) ids.add(output.data?.[VIEW]?.model_id);
  }
  return ids;
}

/**
 * The states of widgets that a notebook has, with that of an app and without those of apps that it no longer shows.
 * @param {Record<string, any>} states @param {Set<string>} shown @param {string} id @param {any} state
 */
export function withStill(states, shown, id, state) {
  const kept = Object.entries(states).filter(([other, { state: its }]) => its?._anywidget_id !== OURS || shown.has(other));
  return { ...Object.fromEntries(kept), ...(shown.has(id) ? { [id]: state } : {}) };
}

/**
 * Writes the picture of an app into its notebook whenever that is saved; returns how to end it.
 * @param {any} model anywidget's @param {HTMLElement} place @param {App} app
 */
export function keepStill(model, place, app) {
  const notebook = model.widget_manager?.context;
  const { id } = model.get("_settings");
  if (!notebook?.saveState?.connect || !notebook.model?.setMetadata || !notebook.model.cells) return () => {};
  const write = () => {
    const canvas = place.querySelector("[data-pw-figure] canvas");
    if (!(canvas instanceof HTMLCanvasElement) || !canvas.width) return;
    const version = model.get("_model_module_version");
    const state = {
      model_name: "AnyModel",
      model_module: "anywidget",
      model_module_version: version,
      state: {
        _model_name: "AnyModel",
        _model_module: "anywidget",
        _model_module_version: version,
        _view_name: "AnyView",
        _view_module: "anywidget",
        _view_module_version: version,
        _anywidget_id: OURS,
        _esm: SCRIPT,
        words: `${place.querySelector(".pw-sentence")?.textContent?.replaceAll(" ▾", "") ?? ""} ${tr("Run this cell to make the figure interactive.")}`,
        described: app.described(),
        picture: pictureOf(canvas, app.store.get().dark),
      },
    };
    const known = notebook.model.getMetadata("widgets")?.[STATE];
    const states = withStill(known?.state ?? {}, shownIn(notebook.model.cells), id, state);
    notebook.model.setMetadata("widgets", { [STATE]: { version_major: 2, version_minor: 0, ...known, state: states } });
  };
  const onSave = (/** @type {unknown} */ _, /** @type {string} */ state) => {
    if (state !== "started") return;
    try {
      write();
    } catch (error) {
      console.warn("plausiwidgets: no still picture was saved:", error); // the notebook is saved all the same
    }
  };
  notebook.saveState.connect(onSave);
  return () => notebook.saveState.disconnect(onSave);
}
