// The beginning of a module with a figure, which has the interface of anywidget. The module contains the compressed script of
// the app. All modules of a page with the same script share one app.

import type { Figure } from "./embed.ts";
import type * as App from "./fileMain.ts";
import { canUnpack, unpacked } from "./packed.ts";

/** The contents of a module. */
export interface Parts extends Pick<Figure, "data" | "style"> {
  /** The digest of the script of the app, and of custom neurons. */
  readonly digest: string;
  readonly packed: string;
  readonly neurons: Parameters<typeof App.addNeurons>[0];
  /** The sentences for an outdated browser. */
  readonly outdated: readonly string[];
}

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
  const { digest, packed, neurons, data, style } = parts;
  if (!apps.has(digest)) apps.set(digest, loaded(packed));
  const { app, script } = await (apps.get(digest) as Promise<Shared>);
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
