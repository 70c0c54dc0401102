// The beginning of a module with a figure, which has the interface of anywidget. The module contains the compressed script of
// the app and the compressed data of the figure. All modules of a page with the same script share one app.

import type { Figure } from "./embed.ts";
import type * as App from "./fileMain.ts";
import { canUnpack, unpacked } from "./packed.ts";

/** The contents of a module. */
export interface Parts {
  /** The digest of the script of the app, and of custom neurons. */
  readonly digest: string;
  /** The compressed script of the app. */
  readonly packed: string;
  /** The compressed `Contents`, as JSON. */
  readonly contents: string;
  readonly neurons: Parameters<typeof App.addNeurons>[0];
  /** The sentences for an outdated browser. */
  readonly outdated: readonly string[];
}

/** What a figure does not share with other figures. */
export type Contents = Pick<Figure, "data" | "style">;

interface Shared {
  readonly script: string;
  readonly app: typeof App;
}

const PLACE = Symbol.for("plausiwidgets");

/** The apps of the page by their digests. A module may be loaded twice, so its own variables cannot hold them. */
function appsOfPage(): Map<string, Promise<Shared>> {
  const page = globalThis as { [PLACE]?: Map<string, Promise<Shared>> };
  page[PLACE] ??= new Map();
  return page[PLACE];
}

const addressOf = (script: string): string => URL.createObjectURL(new Blob([script], { type: "text/javascript" }));

async function loaded(packed: string): Promise<Shared> {
  const script = await unpacked(packed);
  const address = addressOf(`${script}export default plausiwidgets;`);
  try {
    // A bundler must not resolve this import.
    const module = await import(/* webpackIgnore: true */ /* @vite-ignore */ address);
    return { script, app: module.default };
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function opened(place: HTMLElement, parts: Parts): Promise<() => void> {
  const apps = appsOfPage();
  const { digest, packed, neurons, contents } = parts;
  if (!apps.has(digest)) apps.set(digest, loaded(packed));
  const [{ app, script }, own] = await Promise.all([apps.get(digest) as Promise<Shared>, unpacked(contents)]);
  const { data, style }: Contents = JSON.parse(own);
  app.addNeurons(neurons);
  const begin = () => new Worker(addressOf(`${script}plausiwidgets.addNeurons(${neurons});\nplausiwidgets.seek();\n`));
  return app.embed(place, { data, style, begin });
}

/** The widget of a module. */
export function widgetOf(parts: Parts) {
  return {
    render({ el }: { readonly el: HTMLElement }): () => void {
      if (!canUnpack()) {
        el.textContent = parts.outdated.join(" ");
        return () => {};
      }
      const close = opened(el, parts).catch((error) => {
        el.textContent = `The figure could not be loaded: reload the page. (${error})`;
        return () => {};
      });
      return () => void close.then((end) => end());
    },
  };
}

const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

/**
 * Replaces the picture of an app by a figure in a static page, such as an HTML file of nbconvert. A front end of notebooks
 * shows the app itself. It inserts the outputs of cells after it is loaded, or contains the settings of Jupyter.
 */
export async function replaceStill(id: string, parts: Parts): Promise<void> {
  if (document.readyState === "complete" || document.getElementById("jupyter-config-data") || !canUnpack()) return;
  const picture = document.querySelector(`.pw-still[data-of="${id}"]`);
  if (!picture) return;
  // The page may load scripts from another host that would show the app of the widget next to the figure.
  for (const view of document.querySelectorAll(VIEW)) {
    if (JSON.parse(view.textContent ?? "").model_id === id) view.remove();
  }
  const place = document.createElement("div");
  const el = document.createElement("div");
  place.attachShadow({ mode: "open" }).append(el);
  picture.after(place);
  try {
    await opened(el, parts);
    picture.remove();
  } catch (error) {
    place.remove(); // the picture stays
    console.warn("plausiwidgets: the figure could not be loaded:", error);
  }
}
