// The still picture of an app in a saved notebook. A notebook without a kernel shows the picture until the cell runs. Whenever
// the notebook is saved, the app stores the picture in it as the state of a widget, which the notebook can show without the
// app. If a front end cannot store such states, there is no picture.

import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { described } from "./Figure.tsx";
import { themeOf } from "./theme.ts";

const STATE = "application/vnd.jupyter.widget-state+json";
const VIEW = "application/vnd.jupyter.widget-view+json";
const OURS = "plausiwidgets.still";
const WIDEST = 900; // maximum width of the picture in px

/** The script that draws the picture. The notebook stores this text, so it must not depend on the app. */
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

/** The part of anywidget's model that is used here. */
interface StillModel {
  get(name: string): unknown;
  readonly widget_manager?: object;
}

/** The state of a widget in the metadata of a notebook. */
export interface WidgetState {
  readonly state?: { readonly _anywidget_id?: string };
}

type States = Readonly<Record<string, WidgetState>>;

/** The part of a notebook in JupyterLab that is used here. */
interface Notebook {
  readonly saveState: {
    connect(listener: (sender: unknown, state: string) => void): void;
    disconnect(listener: (sender: unknown, state: string) => void): void;
  };
  readonly model: {
    getMetadata(name: "widgets"): Readonly<Record<string, { readonly state?: States }>> | undefined;
    setMetadata(name: "widgets", value: object): void;
    readonly cells: Cells;
  };
}

interface Cells {
  readonly length: number;
  get(place: number): { readonly outputs?: { toJSON(): readonly Output[] } };
}

interface Output {
  readonly data?: Readonly<Record<string, { readonly model_id?: string } | undefined>>;
}

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

function isNotebook(x: unknown): x is Notebook {
  if (!isObject(x) || !isObject(x.saveState) || !isObject(x.model)) return false;
  const isSaved = typeof x.saveState.connect === "function" && typeof x.model.setMetadata === "function";
  return isSaved && isObject(x.model.cells);
}

/** The notebook of a widget, or null in a front end without notebooks. */
function notebookOf({ widget_manager: manager }: StillModel): Notebook | null {
  const context: unknown = manager && "context" in manager ? manager.context : null;
  return isNotebook(context) ? context : null;
}

/** The picture of a figure on the background of its card. */
function imageOf(canvas: HTMLCanvasElement, dark: boolean): string {
  const copy = document.createElement("canvas");
  copy.width = Math.min(canvas.width, WIDEST);
  copy.height = Math.round((canvas.height * copy.width) / canvas.width);
  const context = copy.getContext("2d");
  if (!context) throw new Error("The canvas has no context.");
  context.fillStyle = themeOf(dark).card;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy.toDataURL("image/png");
}

/** The ids of the widgets that the outputs of a notebook show. */
function widgetsIn(cells: Cells): Set<string> {
  const ids = new Set<string>();
  for (let k = 0; k < cells.length; k++) {
    for (const output of cells.get(k).outputs?.toJSON() ?? []) {
      const id = output.data?.[VIEW]?.model_id;
      if (id !== undefined) ids.add(id);
    }
  }
  return ids;
}

/** The widget states of a notebook with the state of an app, without the states of apps that are no longer shown. */
export function withStill(states: States, shown: ReadonlySet<string>, id: string, state: WidgetState): States {
  const kept = Object.entries(states).filter(([other, one]) => one.state?._anywidget_id !== OURS || shown.has(other));
  return { ...Object.fromEntries(kept), ...(shown.has(id) ? { [id]: state } : {}) };
}

/** The state of a widget that shows the picture. */
function stateOf(canvas: HTMLCanvasElement, place: HTMLElement, app: App, version: unknown) {
  const sentence = place.querySelector(".pw-sentence")?.textContent?.replaceAll(" ▾", "") ?? "";
  return {
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
      words: `${sentence} ${tr("Run this cell to make the figure interactive.")}`,
      described: described(app),
      picture: imageOf(canvas, app.screen.isDark.peek()),
    },
  };
}

/** Stores the picture of an app in its notebook whenever the notebook is saved. Returns a function that stops it. */
export function keepStill(model: StillModel, place: HTMLElement, app: App): () => void {
  const notebook = notebookOf(model);
  if (!notebook) return () => {};
  const settings = model.get("_settings");
  const id = isObject(settings) ? String(settings.id) : "";
  const write = () => {
    // Before its first drawing, a canvas has 300 × 150 blank pixels, and an earlier picture is better than these.
    const canvas = place.querySelector("[data-pw-figure][data-drawn] canvas");
    if (!(canvas instanceof HTMLCanvasElement) || !canvas.width) return;
    const state = stateOf(canvas, place, app, model.get("_model_module_version"));
    const known = notebook.model.getMetadata("widgets")?.[STATE];
    const states = withStill(known?.state ?? {}, widgetsIn(notebook.model.cells), id, state);
    notebook.model.setMetadata("widgets", { [STATE]: { version_major: 2, version_minor: 0, ...known, state: states } });
  };
  const save = (_: unknown, state: string) => {
    if (state !== "started") return;
    try {
      write();
    } catch (error) {
      console.warn("plausiwidgets: no still picture was saved:", error); // the notebook is saved without the picture
    }
  };
  notebook.saveState.connect(save);
  return () => notebook.saveState.disconnect(save);
}
