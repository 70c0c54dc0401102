import { createApp } from "./app.js";
import { classPage } from "./classroom/classPage.js";
import { CLASS } from "./classroom/codes.js";
import { begun, goTo, openLesson, selectionOfCard, teach } from "./classroom/lesson.js";
import { beginMystery, keepScore } from "./classroom/mystery.js";
import { fileHost, withSearch } from "./hosts/file.ts";
import { tr, translate } from "./i18n/texts.ts";
import { endsInExercise } from "./models/exerciseMode.js";
import { valuesOf, wantedOf } from "./models/link.js";
import { follow } from "./models/navigate.js";
import { defaultsOf, firstOf, patternOf, slidersOf, stored } from "./models/simulation.js";
import { shownInSentence } from "./models/titles.js";
import { view } from "./screen.js";

/** @import { Catalogue, Exercise, Host, LessonData, ModelData, Selection, Slider, Values } from "./types.d.ts" */

/** The language to begin with: the one that was asked for, or the first of the browser that there is. @param {string | null} wanted @param {string[]} known */
function languageOf(wanted, known) {
  if (wanted) return wanted;
  return navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => known.includes(tag)) ?? "en";
}

/**
 * Starts the app as a page of its own, with a host or without.
 * @param {HTMLElement} place
 * @param {{ catalogue: Catalogue, shipped: Record<string, ModelData>, texts: Record<string, Readonly<Record<string, string>> | null>, language: string | null,
 *   host?: () => Host, version?: string, model: string, pattern: string,
 *   exercise?: Exercise | null, hand?: string, lesson?: LessonData | null, lessons?: Record<string, LessonData> }} given
 *   `lesson` is what the page is about, `lessons` are those that it offers
 */
export function start(place, given) {
  const { catalogue, shipped, texts, language, host: connect, version = "", model, pattern, exercise, hand, lesson, lessons } = given;
  const link = location.hash.length > 1 ? location.hash : location.search;
  const known = ["en", ...Object.keys(texts)];
  const asked = new URLSearchParams(link.slice(1)).get("language");
  const spoken = asked && known.includes(asked) ? asked : languageOf(language, known);
  document.documentElement.lang = spoken;
  if (exercise && location.hash === CLASS) {
    translate(spoken, texts[spoken] ?? {});
    classPage(place, { catalogue, data: shipped[model], pattern, exercise, version, hand });
    return null;
  }
  const host = connect?.() ?? { ...withSearch(fileHost(shipped, lessons), catalogue, shipped), hand };
  translate(spoken, texts[spoken] ?? {});
  const wanted = wantedOf(link, catalogue, shipped[model]);
  const at = lesson ? (lesson.cards[wanted.card ?? 0] ? (wanted.card ?? 0) : 0) : 0;
  const card = lesson?.cards[at];
  const name = wanted.model && shipped[wanted.model] ? wanted.model : (card?.model ?? model);
  const data = shipped[name];
  const isHere = wanted.pattern !== null && data.patterns[wanted.pattern];
  const key = isHere && wanted.pattern ? wanted.pattern : (card?.pattern ?? pattern);
  const isMove = !wanted.model && !wanted.pattern; // of what the page opens with, as in the text of a lesson
  const begin = card ? selectionOfCard(lesson.cards, at) : null;
  const more = begin && begin.pattern === key && begin.model === name ? begin : { values: {}, dt: undefined };
  const first = opened(catalogue, data, key, wanted.fields, more.values, more.dt, isMove || Boolean(exercise));
  const { selection } = first;
  if (exercise) Object.assign(selection, allowed(exercise, slidersOf(patternOf(catalogue, data, key), data), selection));
  if (wanted.card !== null && lesson && at !== wanted.card) {
    wanted.notes.push(tr("The card in the link must be between 1 and {count}.", { count: lesson.cards.length }));
  }
  const locked = exercise ? Object.keys(selection.values).filter((one) => !exercise.free.includes(one)) : [];
  const isElsewhere = Boolean((wanted.model && !shipped[wanted.model]) || (wanted.pattern && !isHere) || wanted.current);
  const app = createApp(catalogue, host, data, selection, texts, {
    language: spoken,
    notice: [...wanted.notes, ...(isElsewhere ? [] : first.notes)].join(" "),
    exercise: exercise ?? null,
    lesson: lesson ? begun(lesson, at) : null,
    box: { bounds: {}, fixed: [], locked: [...locked, ...wanted.locked.filter((one) => one in selection.values)] },
  });
  const { store } = app;
  teach(app);
  keepScore(app);
  const sets = !wanted.fields.length && !wanted.pattern;
  if (card) goTo(app, at, { sets });
  else if (wanted.lesson) openLesson(app, wanted.lesson, wanted.card ?? 0, { sets });
  if (wanted.mystery) beginMystery(app, wanted.mystery);
  else if (isElsewhere) follow(app, link);
  let written = location.hash;
  const call = () => {
    document.title = lesson?.title ?? `${tr(app.data.model.title)}, ${shownInSentence(app)}`;
  };
  call();
  const write = () => {
    written = `#${app.address()}`;
    try {
      history.replaceState(null, "", written);
    } catch {
      // Some browsers have no history for files; Share makes the link anew.
    }
    call();
  };
  store.on((state, changed) => {
    if (changed.has("past") || changed.has("lesson")) write();
    if (!changed.has("language")) return;
    document.documentElement.lang = state.language;
    call();
  });
  addEventListener("hashchange", ({ newURL }) => {
    const { hash } = new URL(newURL); // that of the page may be its own again, written since the link was opened
    if (exercise && hash === CLASS) location.reload();
    else if (hash !== written) follow(app, hash);
  });
  app.resume();
  let lost = "";
  host.onLoss?.((sentence) => {
    if (sentence || store.get().notice === lost) store.set({ notice: sentence });
    lost = sentence;
  });
  view(place, app);
  return app;
}

/** A selection as far as an exercise allows it: what is locked, or beyond its slider, is as at the start. @param {Exercise} exercise @param {Slider[]} sliders @param {Selection} selection */
function allowed({ start, free }, sliders, { values }) {
  const from = Object.fromEntries(start.values);
  const taken = sliders.map((slider) => {
    const [low, high] = endsInExercise(slider, from);
    const value = values[slider.name];
    return [slider.name, free.includes(slider.name) && value >= low && value <= high ? value : from[slider.name]];
  });
  return { values: Object.fromEntries(taken), dt: start.dt };
}

/**
 * The selection of a link: the defaults of model and pattern complete its values; without values, it is the stored set.
 * @param {Catalogue} catalogue @param {ModelData} data @param {string} key @param {[string, string][]} fields @param {Values} [more] @param {number} [step]
 * @param {boolean} [isMove] whether the values are moves of the stored set
 * @returns {{ selection: Selection, notes: string[] }}
 */
export function opened(catalogue, data, key, fields, more = {}, step = undefined, isMove = false) {
  const { values, dt, isGiven, notes } = valuesOf(fields, slidersOf(patternOf(catalogue, data, key), data));
  const at = isGiven && !isMove ? defaultsOf(data, key) : stored(data, key, firstOf(data.patterns[key].sets));
  const selection = { ...at, values: { ...at.values, ...more, ...values }, dt: Number.isNaN(dt) ? (step ?? at.dt) : dt };
  return { selection, notes };
}
