import { createApp } from "./app.js";
import { NEURONS } from "./engine/neurons.js";
import { tr } from "./engine/texts.js";
import { noHost, serverHost } from "./host.js";
import { valuesOf, wantedOf } from "./link.js";
import { patternOf, slidersOf, stored } from "./neuron.js";
import { connected, fillSlot } from "./notebook.js";
import { keepStill } from "./still.js";
import { view } from "./view.js";

/** @import { Catalogue, ModelData, Selection } from "./types.d.ts" */

/** The language to begin with: the one that was asked for, or the first of the browser that there is. @param {string | null} wanted @param {string[]} known */
function languageOf(wanted, known) {
  if (wanted) return wanted;
  return navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => known.includes(tag)) ?? "en";
}

/**
 * Starts the app as a page of its own, with a server or with nobody.
 * @param {HTMLElement} place
 * @param {{ catalogue: Catalogue, shipped: Record<string, ModelData>, texts: Record<string, Record<string, string>>, language: string | null, address: string | null, model: string, pattern: string, values?: import("./types.d.ts").Values }} given
 */
export function start(place, { catalogue, shipped, texts, language, address, model, pattern, values }) {
  const spoken = languageOf(language, ["en", ...Object.keys(texts)]);
  document.documentElement.lang = spoken;
  const host = address ? serverHost(address, shipped) : noHost(shipped);
  const link = location.hash.length > 1 ? location.hash : location.search;
  const wanted = wantedOf(link, catalogue);
  const name = wanted.model && shipped[wanted.model] ? wanted.model : model;
  const data = shipped[name];
  const key = wanted.pattern && data.patterns[wanted.pattern] ? wanted.pattern : pattern;
  const first = opened(catalogue, data, key, wanted.fields, values);
  const notes = [...wanted.notes, ...first.notes];
  const app = createApp(catalogue, host, data, first.selection, texts, { language: spoken, said: notes.join(" ") });
  if (wanted.model && !shipped[wanted.model]) app.choose(wanted.model, key, first);
  let written = location.hash;
  const write = () => {
    written = `#${app.address()}`;
    try {
      history.replaceState(null, "", written);
    } catch {
      // Some browsers have no history for files; Share makes the link anew.
    }
    document.title = `${tr(app.data.model.title)}, ${tr(app.pattern.title)}`;
  };
  app.store.on((_, changed) => changed.has("past") && write());
  addEventListener("hashchange", () => {
    if (location.hash === written) return;
    const next = wantedOf(location.hash, catalogue);
    const to = shipped[next.model ?? app.data.model.name] ?? app.data;
    const at = opened(catalogue, to, next.pattern ?? app.pattern.key, next.fields);
    app.choose(to.model.name, at.selection.pattern, { to: at.selection });
    app.store.set({ said: [...next.notes, ...at.notes].join(" ") });
  });
  app.resume();
  view(place, app);
  return app;
}

/**
 * The selection of a link.
 * @param {Catalogue} catalogue @param {ModelData} data @param {string} key @param {[string, string][]} fields @param {import("./types.d.ts").Values} [more]
 * @returns {{ selection: Selection, values: import("./types.d.ts").Values, dt?: number, notes: string[] }}
 */
function opened(catalogue, data, key, fields, more = {}) {
  const { values, dt, notes } = valuesOf(fields, slidersOf(patternOf(catalogue, data, key), data));
  const best = data.patterns[key].sets.findIndex((/** @type {any} */ set) => set.status === "replicated");
  const at = stored(data, key, Math.max(best, 0));
  const step = Number.isNaN(dt) ? at.dt : dt;
  const selection = { ...at, values: { ...at.values, ...more, ...values }, dt: step };
  return { selection, values, dt: Number.isNaN(dt) ? undefined : dt, notes };
}

/** What anywidget asks for, once a widget: its views share one state, and several widgets none. */
export function widget() {
  /** @type {ReturnType<typeof connected>} */
  let own;
  return {
    /** @param {{ model: any }} given */
    initialize({ model }) {
      own = connected(model);
      return own.close;
    },
    /** @param {{ model: any, el: HTMLElement }} given */
    render({ model, el }) {
      const close = view(el, own.app);
      const fill = () => fillSlot(el, model);
      model.on("change:_slots", fill);
      if (model.get("_slots").length) requestAnimationFrame(fill);
      const stopKeeping = keepStill(model, el, own.app);
      return () => {
        stopKeeping();
        model.off("change:_slots", fill);
        close();
      };
    },
  };
}

export { NEURONS };
