import { goTo, openLesson } from "../classroom/lesson.js";
import { beginMystery } from "../classroom/mystery.js";
import { tr } from "../i18n/texts.ts";
import { valuesOf, wantedOf } from "./link.js";
import { patternOf, slidersOf } from "./simulation.js";

/** @import { App } from "../app.js" */

/**
 * Goes where a link leads: to a card, to a mystery, to a model and a pattern, or to other values; what is locked stays.
 * What cannot be used of it is named in a sentence each.
 * @param {App} app @param {string} link
 */
export async function follow(app, link) {
  const wanted = wantedOf(link, app.catalogue, app.data);
  const { model, card, mystery, current, language, locked, fields, notes } = wanted;
  let { pattern } = wanted;
  if (language && app.languages.includes(language)) app.speak(language);
  if (mystery) return beginMystery(app, mystery);
  const { lesson } = app.store.get();
  if (wanted.lesson && wanted.lesson !== lesson?.name) await openLesson(app, wanted.lesson, card ?? 0);
  else if (card !== null && lesson) {
    if (lesson.cards[card]) await goTo(app, card);
    else notes.push(tr("The card in the link must be between 1 and {count}.", { count: lesson.cards.length }));
  }
  if (current && app.host.can("stimulus")) {
    try {
      pattern = await given(app, current);
    } catch (error) {
      notes.push(error instanceof Error ? error.message : String(error));
    }
  } else if (current) notes.push(tr("The custom current in the link needs Python and was ignored."));
  const { selection, box } = app.store.get();
  if (!model && !pattern && !fields.length) return app.store.set({ notice: notes.join(" ") });
  const to = { model: model ?? selection.model, pattern: pattern ?? selection.pattern };
  try {
    const data = await app.describe(to.model, to.pattern);
    const { values, dt, isGiven, notes: more } = valuesOf(fields, slidersOf(patternOf(app.catalogue, data, to.pattern), data));
    const isHere = to.model === selection.model && to.pattern === selection.pattern;
    const taken = Object.fromEntries(Object.entries(values).filter(([name]) => !isHere || !box.locked.includes(name)));
    if (!model && !pattern) {
      app.put(taken);
      if (!Number.isNaN(dt)) app.step(dt);
      app.keep();
    } else await app.choose(to.model, to.pattern, { values: isGiven ? taken : undefined, dt: Number.isNaN(dt) ? undefined : dt });
    const known = app.sliders.map(({ name }) => name).filter((name) => locked.includes(name));
    if (known.length) app.setBox({ locked: known });
    app.store.set({ notice: [...notes, ...more].join(" ") });
  } catch (error) {
    app.store.set({ notice: [...notes, error instanceof Error ? error.message : String(error)].join(" ") });
  }
}

/** The name of a current of given values, which the host makes. @param {App} app @param {any} current @returns {Promise<string>} */
function given(app, current) {
  return new Promise((give, refuse) => {
    app.host.ask("stimulus", { shape: "values", number: 1, title: "", ...current }, (answer) => {
      if (answer.state === "done") give(answer.pattern);
      else refuse(new Error(answer.error ?? answer.state));
    });
  });
}
