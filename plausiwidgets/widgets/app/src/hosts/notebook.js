import { createApp } from "../app.js";
import { begun as begunLesson, goTo, TOOL_NAMES, teach } from "../classroom/lesson.js";
import { beginMystery, gameFrom, keepScore } from "../classroom/mystery.js";
import { endsOf } from "../engine/scales.ts";
import { tr } from "../i18n/texts.ts";
import { follow } from "../models/navigate.js";
import { isSame, knownSet, stored } from "../models/simulation.js";
import { isWhole } from "./channel.ts";
import { withCustomNeurons } from "./customNeurons.ts";
import { kernelHost } from "./kernel.ts";
import { PAGE } from "./requests.ts";
import { keep, kept } from "./tabStorage.ts";

/** @import { Shown } from "./kernel.ts" */
/** @import { Box, Catalogue, ModelData, Selection } from "../types.d.ts" */
// The app in a notebook: one state for each widget, however many views it has. What is selected goes to the kernel, and
// comes from there where a script sets it; both have the same steps of undo, by their names.

const MIN_INTERVAL = 33; // ms from one message of the selection to the next: 30 a second
const LATE = 1500; // ms after which the host is greeted again

/** A selection of the page: its set is the stored one that it is, or else the first. @param {ModelData} data @param {Shown} shown @returns {Selection} */
function selectionOf(data, { model, pattern, values, dt }) {
  const at = { model, pattern, values, dt, set: 0 };
  return { ...at, set: Math.max(knownSet(data, at), 0) };
}

/** What differs from the sliders of a model: ranges, what a search may not change, what no one may change. @param {ModelData} data @param {Shown} shown @returns {Box} */
function boxOf(data, { pattern, bounds, free, locked }) {
  const sliders = [...data.patterns[pattern].stimulus, ...data.parameters];
  const other = sliders.filter(({ name, low, high }) => bounds[name] && (bounds[name][0] !== low || bounds[name][1] !== high));
  return {
    bounds: Object.fromEntries(other.map(({ name }) => [name, /** @type {[number, number]} */ ([...bounds[name]])])),
    fixed: sliders.map(({ name }) => name).filter((name) => !free.includes(name) && !locked.includes(name)),
    locked: [...locked],
  };
}

/** Names of the steps of undo: what was kept has its own, and what is not kept yet that of the step to come. */
export function stepNames() {
  /** @type {WeakMap<Selection, string>} */
  const names = new WeakMap();
  let count = 0;
  let coming = "";
  const begin = () => {
    coming = `${PAGE}-step-${++count}`;
  };
  begin();
  return {
    /** @param {Selection} selection */
    of: (selection) => names.get(selection) ?? coming,
    /** @param {Selection} selection @param {string} name */
    set: (selection, name) => names.set(selection, name),
    /** Names what was kept. @param {Selection | undefined} selection */
    keep(selection) {
      if (!selection || names.has(selection)) return;
      names.set(selection, coming);
      begin();
    },
  };
}

/** A selection to go back to, of which the page may not have the data yet. @param {ModelData} data @param {Shown} step @returns {Selection} */
function pastOf(data, step) {
  const { model, pattern, values, dt } = step;
  return model === data.model.name && data.patterns[pattern] ? selectionOf(data, step) : { model, pattern, values, dt, set: 0 };
}

/**
 * Where a step is in the history of the page; null where it is not there.
 * @param {Selection[]} past @param {Selection[]} future @param {(selection: Selection) => boolean} is
 */
export function placed(past, future, is) {
  const all = [...past, ...[...future].reverse()];
  const at = all.findIndex(is);
  return at < 0 ? null : { past: all.slice(0, at + 1), future: all.slice(at + 1).reverse() };
}

/**
 * The app of a widget.
 * @param {any} model anywidget's
 */
export function connected(model) {
  /** @type {Catalogue} */
  const catalogue = JSON.parse(model.get("_catalogue"));
  /** @type {Record<string, ModelData>} */
  const shipped = JSON.parse(model.get("_models"));
  const settings = model.get("_settings");
  /** @type {Shown} */
  const first = model.get("_shown");
  const host = kernelHost(model, shipped);
  const isHere = Boolean(shipped[first.model]?.patterns[first.pattern]);
  const name = isHere ? first.model : Object.keys(shipped)[0];
  const data = shipped[name];
  const begun = isHere ? selectionOf(data, first) : stored(data, Object.keys(data.patterns)[0]);
  const names = stepNames();
  names.set(begun, first.step);
  const isNew = first.revision === 0 && first.before === 0 && first.after === 0;
  const place = `card.${settings.id}`; // of a lesson, as it was left; −1 of one that was ended
  const card = Number(kept(place) ?? 0);
  const app = createApp(catalogue, withCustomNeurons(host, settings.runtime), data, begun, settings.texts, {
    language: settings.language,
    notice: settings.notes.join(" "),
    lesson: settings.lesson && card >= 0 ? begunLesson(settings.lesson, card) : null,
    ...(settings.table ? { table: settings.table, sheet: isNew ? "patterns" : "" } : {}),
    ...(isHere ? { box: boxOf(data, first) } : {}),
  });
  const { store } = app;
  const unteach = teach(app);
  const unscore = keepScore(app);
  /** @param {Shown} shown */
  const learnGame = ({ mystery, model: key }) => {
    if (mystery && !store.get().games[mystery.pattern]) {
      store.set({ games: { ...store.get().games, [mystery.pattern]: gameFrom({ ...mystery, model: key }) } });
    }
  };
  learnGame(first);
  const { at, steps } = model.get("_past");
  if (isHere && steps.length > 1) {
    // The steps of undo that were made before this page was loaded.
    const all = steps.map((/** @type {Shown} */ step, /** @type {number} */ k) => {
      const one = k === at ? begun : pastOf(data, step);
      names.set(one, step.step);
      return one;
    });
    store.set({ past: all.slice(0, at + 1), future: all.slice(at + 1).reverse() });
  }

  // -- to the kernel: the newest selection, one message at a time ---------------------------------

  /** @type {Selection | null} */
  let sent = begun;
  let sentBox = store.get().box;
  let busy = false;
  let arriving = 0; // selections of the kernel that are not shown yet
  let isCrossed = false; // a selection of the kernel came while one of the page was on its way
  let due = 0;
  let timer = 0;
  const sendSelection = () => {
    timer = 0;
    const { selection, box } = store.get();
    if (busy || arriving || (selection === sent && box === sentBox)) return;
    const wait = due - performance.now();
    if (wait > 0) {
      timer = Number(setTimeout(sendSelection, wait));
      return;
    }
    sent = selection;
    sentBox = box;
    due = performance.now() + MIN_INTERVAL;
    busy = true;
    const { model: key, pattern, values, dt } = selection;
    // A value that was typed or came by a link may lie outside of its slider.
    const bounds = Object.fromEntries(app.sliders.map((slider) => [slider.name, endsOf(slider, values[slider.name])]));
    const asked = { model: key, pattern, values, dt, bounds, free: app.free(), locked: box.locked, step: names.of(selection) };
    host.ask("select", asked, (answer) => {
      busy = false;
      if (isCrossed) sent = null; // the kernel has taken that of the page by now: its own is sent again
      isCrossed = false;
      if (answer.state === "failed") store.set({ notice: answer.error ?? "" });
      sendSelection();
    });
  };
  const afterPicture = () => {
    timer ||= Number(setTimeout(() => requestAnimationFrame(sendSelection), 0));
  };

  // -- from the kernel ---------------------------------------------------------------------------

  const receive = async () => {
    /** @type {Shown} */
    const shown = model.get("_shown");
    if (shown.by.startsWith(PAGE)) return;
    isCrossed = busy;
    arriving++; // what is about to be left is no longer sent
    app.keep(); // a drag that has not ended yet is a step of its own
    learnGame(shown);
    const { selection, past, future } = store.get();
    const known = placed(past, future, (one) => names.of(one) === shown.step);
    const to = known?.past[known.past.length - 1];
    try {
      if (!to || !isShown(to, shown)) {
        const next = await app.describe(shown.model, shown.pattern);
        if (model.get("_shown") !== shown) return; // a newer one has arrived by now
        const at = selectionOf(next, shown);
        names.set(at, shown.step);
        sent = at;
        await app.back(at);
        sentBox = boxOf(next, shown);
        store.set({ box: sentBox });
        if (known) store.set({ past: [...known.past.slice(0, -1), at], future: known.future });
        else app.keep();
      } else {
        sent = to;
        if (to !== selection) await app.back(to);
        sentBox = boxOf(app.data, shown);
        store.set({ past: known.past, future: known.future, box: sentBox });
      }
    } catch (error) {
      store.set({ notice: error instanceof Error ? error.message : String(error) });
    } finally {
      arriving--;
      sendSelection();
    }
  };

  store.on((state, changed) => {
    if (changed.has("past")) names.keep(state.past[state.past.length - 1]);
    if (changed.has("lesson")) keep(place, String(state.lesson?.at ?? -1));
    if (changed.has("selection") || changed.has("box")) afterPicture();
    if (changed.has("silent") && !state.silent) {
      busy = false; // what was asked before may be lost
      sent = null;
      afterPicture();
    }
  });
  names.keep(store.get().past[0]);
  const toTool = () => {
    const { name: tool } = model.get("_tool");
    if (tool === "mystery") beginMystery(app);
    else if (tool) store.set({ tool: TOOL_NAMES[tool] ?? tool });
  };
  model.on("change:_shown", receive);
  model.on("change:_tool", toTool);
  if (!isHere) receive();
  else if (!isWhole(data, first.pattern)) app.describe(first.model, first.pattern);
  toTool();
  if (settings.lesson && card >= 0) goTo(app, card, { sets: isNew });
  else if (settings.linked && isNew) {
    const link = linkOfPage();
    if (/[?&](model|pattern|mystery|samples|lesson)=/.test(link)) follow(app, link);
  }
  app.resume();
  // Where a message goes is learned from the one before: the second greeting goes to the page's own loop of the kernel.
  const again = setTimeout(() => app.resume(), LATE);
  return {
    app,
    close() {
      clearTimeout(again);
      clearTimeout(timer);
      unteach();
      unscore();
      model.off("change:_shown", receive);
      model.off("change:_tool", toTool);
      app.close();
    },
  };
}

/** The query of the link by which this notebook was opened: JupyterLab may have dropped it from the address since. */
function linkOfPage() {
  const [opened] = performance.getEntriesByType("navigation");
  const { pathname, search } = new URL(opened?.name ?? location.href, location.href);
  const file = (/** @type {string} */ path) => path.split("/").pop();
  return file(pathname) === file(location.pathname) ? search : location.search;
}

/** @param {Selection} one @param {Shown} shown */
const isShown = (one, shown) => isSame(one, { ...one, model: shown.model, pattern: shown.pattern, values: shown.values, dt: shown.dt });

/**
 * Puts a custom widget into the slot, where the front end has a manager of widgets.
 * @param {HTMLElement} place @param {any} model
 */
export async function fillSlot(place, model) {
  const slot = place.querySelector(".pw-slot");
  if (!slot) return;
  slot.replaceChildren();
  for (const reference of model.get("_slots")) {
    const one = document.createElement("div");
    slot.append(one);
    try {
      const inner = await model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
      const shown = await model.widget_manager.create_view(inner);
      one.append(shown.el);
      shown.trigger?.("displayed");
    } catch (error) {
      one.textContent = tr("This front end cannot show a widget inside the app: {error}", { error: String(error) });
    }
  }
}
