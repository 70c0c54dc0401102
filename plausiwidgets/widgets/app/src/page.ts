// The app as a separate page, with or without a host.

import { effect } from "@preact/signals";
import { type App, type Begin, createApp } from "./app.ts";
import {
  type Catalogue,
  type Exercise,
  type LessonData,
  type ModelData,
  type PageData,
  patternOf,
  type Slider,
  type Values,
} from "./catalogue.ts";
import { CLASS, exerciseViews } from "./classroom/providedExercise.ts";
import { withSearch } from "./hosts/browserSearch.ts";
import { fileHost } from "./hosts/file.ts";
import type { Host } from "./hosts/host.ts";
import { tabHistory } from "./hosts/tabStorage.ts";
import { language, tr, translate } from "./i18n/texts.ts";
import { type HistoryStore, present } from "./models/history.ts";
import { selectionOfCard } from "./models/lesson.ts";
import { valuesOf, wantedOf } from "./models/link.ts";
import { follow } from "./models/navigate.ts";
import type { Texts } from "./models/screen.ts";
import { defaultsOf, firstOf, isSame, type Selection, slidersOf, stored, withKnownSet } from "./models/selection.ts";
import { endsInExercise } from "./models/task.ts";
import { mysteryOrPattern } from "./models/titles.ts";
import { view } from "./Screen.tsx";

/** The data of a page. `lesson` is the lesson of the page, and `lessons` are those that it offers. */
export interface Given extends Omit<PageData, "version" | "texts"> {
  /** Translations by language. Null for a language that is available but must be fetched. */
  readonly texts: Record<string, Texts | null>;
  readonly version?: string;
  readonly host?: () => Host;
  /** The address to which the page sends the code of an exercise. */
  readonly hand?: string;
}

/** Starts the app in an element. Returns null for the page of a class, which has no app. */
export function start(place: HTMLElement, given: Given): App | null {
  const { catalogue, texts, exercise, model, pattern, version = "", hand } = given;
  const shipped: Record<string, ModelData> = given.shipped;
  const link = location.hash.length > 1 ? location.hash : location.search;
  const spoken = languageOf(link, given);
  document.documentElement.lang = spoken;
  translate(spoken, texts[spoken] ?? {});
  if (exercise && location.hash === CLASS) {
    exerciseViews()?.classPage(place, { catalogue, data: shipped[model], pattern, exercise, version, hand });
    return null;
  }
  const keptAs = `search ${location.pathname}`;
  const host = given.host?.() ?? {
    ...withSearch(fileHost(shipped, given.lessons), catalogue, shipped, { keptAs }),
    hand,
  };
  const first = firstOfLink(link, given);
  const begin: Begin = { ...first.begin, language: spoken, history: historyOf(first.selection) };
  const app = createApp(catalogue, host, first.data, first.selection, texts, begin);
  goWhereTheLinkLeads(app, link, first);
  followAddress(app, given.lesson ?? null, exercise ?? null);
  app.search.resume(!isOpenedByLink());
  tellLosses(host, app);
  view(place, app);
  return app;
}

/** Whether the page was opened instead of reloaded. */
function isOpenedByLink(): boolean {
  const opened = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  return opened?.type === "navigate";
}

/** The language of the link or the page, or the first language of the browser that is available. */
function languageOf(link: string, { texts, language: wanted }: Given): string {
  const known = ["en", ...Object.keys(texts)];
  const asked = new URLSearchParams(link.slice(1)).get("language");
  if (asked && known.includes(asked)) return asked;
  if (wanted) return wanted;
  return navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => known.includes(tag)) ?? "en";
}

/** The initial content of a page, and the parts of its link that the app follows afterwards. */
interface First {
  readonly data: ModelData;
  readonly selection: Selection;
  readonly begin: Begin;
  readonly wanted: ReturnType<typeof wantedOf>;
  /** The index of the card, if the page contains a lesson. */
  readonly at: number;
  readonly isLesson: boolean;
  /** Whether the link leads to a model, a pattern or a current that is not available. */
  readonly isElsewhere: boolean;
}

function firstOfLink(link: string, given: Given): First {
  const { catalogue, shipped, model, pattern, exercise = null, lesson = null } = given;
  const wanted = wantedOf(link, catalogue, shipped[model]);
  const at = lesson?.cards[wanted.card ?? 0] ? (wanted.card ?? 0) : 0;
  const card = lesson?.cards[at];
  const name = wanted.model && shipped[wanted.model] ? wanted.model : (card?.model ?? model);
  const data = shipped[name];
  const isHere = Boolean(wanted.pattern && data.patterns[wanted.pattern]);
  const key = isHere && wanted.pattern ? wanted.pattern : (card?.pattern ?? pattern);
  const isMove = !wanted.model && !wanted.pattern; // the fields then change the initial content, as in the text of a lesson
  const start = lesson ? selectionOfCard(lesson.cards, at) : null;
  const isOfCard = start?.pattern === key && start.model === name;
  const { selection, notes } = opened(catalogue, data, key, wanted.fields, {
    isMove: isMove || exercise !== null,
    ...(isOfCard ? { values: start.values, dt: start.dt } : {}),
  });
  const shown = exercise
    ? { ...selection, ...allowed(exercise, slidersOf(patternOf(catalogue, data, key), data), selection.values) }
    : selection;
  const isMissing = lesson !== null && wanted.card !== null && at !== wanted.card;
  const missing = isMissing
    ? [tr("The card in the link must be between 1 and {count}.", { count: lesson.cards.length })]
    : [];
  const isElsewhere = Boolean(
    (wanted.model && !shipped[wanted.model]) || (wanted.pattern && !isHere) || wanted.current,
  );
  const notFree = exercise ? Object.keys(shown.values).filter((one) => !exercise.free.includes(one)) : [];
  const locked = [...notFree, ...wanted.locked.filter((one) => one in shown.values)];
  const notice = [...wanted.notes, ...missing, ...(isElsewhere ? [] : notes)].join(" ");
  const begin = { notice, exercise, lesson, card: at, ranges: { locked } };
  return { data, selection: shown, begin, wanted, at, isLesson: lesson !== null, isElsewhere };
}

function goWhereTheLinkLeads({ task, ...app }: App, link: string, { wanted, at, isLesson, isElsewhere }: First): void {
  const sets = !wanted.fields.length && !wanted.pattern;
  if (isLesson) void task.goTo(at, { sets });
  else if (wanted.lesson) void task.openLesson(wanted.lesson, wanted.card ?? 0, { sets });
  if (wanted.mystery) task.beginMystery(wanted.mystery);
  else if (isElsewhere) void follow({ task, ...app }, link);
}

/** Updates the address and the title of the page with its content, and follows new addresses. */
function followAddress(app: App, lesson: LessonData | null, exercise: Exercise | null): void {
  const { catalogue, selection, task } = app;
  let written = location.hash;
  effect(() => {
    const data = selection.data.value;
    const pattern = mysteryOrPattern({ catalogue, data }, selection.pattern.value.key, task);
    document.title = lesson?.title ?? `${tr(data.model.title)}, ${pattern}`;
    document.documentElement.lang = language.value;
  });
  let isFirst = true;
  effect(() => {
    void [selection.settled.value, task.lesson.value];
    if (isFirst) {
      isFirst = false;
      return;
    }
    written = `#${app.address()}`;
    try {
      history.replaceState(null, "", written);
    } catch {
      // Some browsers have no history for files. The Share button then creates the link.
    }
  });
  addEventListener("hashchange", ({ newURL }) => {
    const { hash } = new URL(newURL); // the page may have replaced the address after the link was opened
    if (exercise && hash === CLASS) location.reload();
    else if (hash !== written) void follow(app, hash);
  });
}

/** Shows a notice while the connection is lost. */
function tellLosses(host: Host, { screen }: App): void {
  let takeBack = () => {};
  host.onLoss?.((sentence) => {
    takeBack();
    if (sentence) takeBack = screen.notify(sentence);
  });
}

/** The history of the tab if it contains the initial content, because the page was then reloaded. */
function historyOf(first: Selection): HistoryStore<Selection> {
  const store = tabHistory(`history ${location.pathname}`);
  return {
    ...store,
    load() {
      const known = store.load();
      return known && isSame(present(known), first) ? known : null;
    },
  };
}

/** The values that an exercise allows. A locked parameter, or one outside its slider, has its starting value. */
function allowed({ start, free }: Exercise, sliders: readonly Slider[], values: Values) {
  const from = Object.fromEntries(start.values);
  const taken = sliders.map((slider) => {
    const [low, high] = endsInExercise(slider, from);
    const value = values[slider.name];
    return [slider.name, free.includes(slider.name) && value >= low && value <= high ? value : from[slider.name]];
  });
  return { values: Object.fromEntries(taken) as Values, dt: start.dt };
}

interface Base {
  /** Values that the fields of the link replace. */
  readonly values?: Values;
  readonly dt?: number;
  /** Whether the fields change the stored set. */
  readonly isMove?: boolean;
}

/**
 * The selection of a link. The values of the link are completed by the defaults of model and pattern. A link without values
 * opens the stored set.
 */
export function opened(
  catalogue: Catalogue,
  data: ModelData,
  key: string,
  fields: readonly (readonly [string, string])[],
  { values: more = {}, dt: step, isMove = false }: Base = {},
): { readonly selection: Selection; readonly notes: readonly string[] } {
  const { values, dt, isGiven, notes } = valuesOf(fields, slidersOf(patternOf(catalogue, data, key), data));
  const at = isGiven && !isMove ? defaultsOf(data, key) : stored(data, key, firstOf(data.patterns[key].sets));
  const own = { ...at.values, ...more, ...values };
  const selection = { ...at, values: own, dt: Number.isNaN(dt) ? (step ?? at.dt) : dt };
  return { selection: isGiven && !isMove ? withKnownSet(data, selection) : selection, notes };
}
