// The app in a notebook. A widget has one app, which all its views share.

import { effect, untracked } from "@preact/signals";
import { type App, type Begin, createApp } from "./app.ts";
import { type Catalogue, isWhole, type ModelData } from "./catalogue.ts";
import { withoutKernel, workerOf } from "./hosts/alone.ts";
import { withSearch } from "./hosts/browserSearch.ts";
import { withCustomNeurons } from "./hosts/customNeurons.ts";
import { fileHost } from "./hosts/file.ts";
import { withFirstEvaluations } from "./hosts/firstEvaluations.ts";
import { kernelHost, type WidgetModel } from "./hosts/kernel.ts";
import { keep, kept } from "./hosts/tabStorage.ts";
import { tr } from "./i18n/texts.ts";
import { present, unstored } from "./models/history.ts";
import { follow } from "./models/navigate.ts";
import { stored } from "./models/selection.ts";
import { TOOL_NAMES } from "./models/task.ts";
import { historyOf, SharedHistory } from "./sharedHistory.ts";

const LATE = 1500; // time in ms until the second greeting

/** The app of a widget. */
export function connected(model: WidgetModel): { readonly app: App; close(): void } {
  const catalogue: Catalogue = JSON.parse(model.get("_catalogue"));
  const shipped: Record<string, ModelData> = JSON.parse(model.get("_models"));
  const { id, language, notes, lesson, runtime, texts, table = null } = model.get("_settings");
  const place = `card.${id}`; // the storage key for the card of the lesson, or -1 after the user has ended the lesson
  const card = Number(kept(place) ?? 0);
  const record = model.get("_history");
  const isNew = record.revision === 0;
  const history = historyOf(record, shipped);
  const first = present(history);
  const isHere = Boolean(shipped[first.model]?.patterns[first.pattern]);
  const data = isHere ? shipped[first.model] : Object.values(shipped)[0];
  const page = withSearch(fileHost(shipped), catalogue, shipped, {
    begin: () => workerOf(model.get("_script")),
    runtime,
  });
  const limits = () => ({ bounds: app.selection.ranges.peek().bounds, free: app.selection.free.peek() });
  const kernel = withFirstEvaluations(withCustomNeurons(kernelHost(model, shipped), runtime), page, limits);
  const host = withoutKernel(kernel, page);
  const begun = isHere ? first : stored(data, Object.keys(data.patterns)[0]);
  const begin: Begin = {
    language,
    notice: notes.join(" "),
    lesson: card >= 0 ? lesson : null,
    card: Math.max(card, 0),
    table,
    sheet: table && isNew ? "patterns" : "",
    ...(isHere ? { ranges: record.ranges, history: { ...unstored(), load: () => history } } : {}),
  };
  const app = createApp(catalogue, host, data, begun, { ...texts }, begin);
  if (record.exercise) app.task.takeExercise(first, record.exercise);
  const shared = new SharedHistory(model, app, shipped, isHere ? record.revision : -1);
  if (!isHere) void shared.receive();
  else if (!isWhole(data, first.pattern)) void app.selection.describe(first.model, first.pattern);
  const stopKeeping = keepingCard(app, place);
  const stopTools = showingTools(model, app);
  goToBeginning(model, app, card, isNew);
  const stopGreeting = greeting(app);
  const stopWaiting = searchingAlone(app);
  return {
    app,
    close() {
      for (const stop of [stopGreeting, stopWaiting, stopKeeping, stopTools]) stop();
      shared.close();
      app.close();
    },
  };
}

/** Stores the card of the lesson, so that a reloaded page shows it. Returns a function that stops it. */
function keepingCard({ task: { lesson } }: App, place: string): () => void {
  const begun = lesson.peek();
  return effect(() => {
    if (lesson.value !== begun) keep(place, String(lesson.value?.at ?? -1));
  });
}

/** Opens the tools that a script requests. Returns a function that stops it. */
function showingTools(model: WidgetModel, { task, screen }: App): () => void {
  const show = () => {
    const { name } = model.get("_tool");
    if (name === "mystery") task.beginMystery();
    else if (name) screen.tool.value = TOOL_NAMES[name] ?? name;
  };
  model.on("change:_tool", show);
  show();
  return () => model.off("change:_tool", show);
}

/** Opens the initial card of the lesson, or the link of the page. */
function goToBeginning(model: WidgetModel, app: App, card: number, isNew: boolean): void {
  const { lesson, linked } = model.get("_settings");
  if (lesson && card >= 0) void app.task.goTo(card, { sets: isNew });
  if (lesson || !linked || !isNew) return;
  const link = linkOfPage();
  if (/[?&](model|pattern|mystery|samples|lesson)=/.test(link)) void follow(app, link);
}

/**
 * Greets the kernel with a request for the running searches. Some kernels send a message to the loop that has answered the
 * previous message, so only the second greeting reaches the loop of this page. Returns a function that stops it.
 */
function greeting({ search }: App): () => void {
  search.resume();
  const again = setTimeout(search.resume, LATE);
  return () => clearTimeout(again);
}

/** Restarts a search that waits for a kernel if the page has no kernel. Returns a function that stops it. */
const searchingAlone = ({ search, verdict }: App): (() => void) =>
  effect(() => {
    if (verdict.isAlone.value && search.isShown.peek() && !search.search.peek()) untracked(() => search.begin());
  });

/** The query of the link with which this notebook was opened. JupyterLab may have removed it from the address. */
function linkOfPage(): string {
  const [opened] = performance.getEntriesByType("navigation");
  const { pathname, search } = new URL(opened?.name ?? location.href, location.href);
  const file = (path: string) => path.split("/").pop();
  return file(pathname) === file(location.pathname) ? search : location.search;
}

/** Adds custom widgets to the slot of a view, if the front end has a widget manager. */
export async function fillSlot(place: HTMLElement, model: WidgetModel): Promise<void> {
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
