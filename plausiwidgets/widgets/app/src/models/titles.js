import { tr } from "../i18n/texts.ts";
import { gameOf } from "./exerciseMode.js";

/** @import { App } from "../app.js" */
/** @import { Catalogue, Model } from "../types.d.ts" */

/** A title within a sentence: in German an adjective is small there, and a noun is not. @param {string} title @param {string} language */
export function inSentence(title, language) {
  const isSmall = language === "en" || (language === "de" && /^\p{Lu}\p{Ll}+ \p{Lu}/u.test(title));
  return isSmall ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** What a title begins with. @param {string} title */
const headOf = (title) => title.split(/ \(|, /)[0];

/** A model in the sentence: "Izhikevich neuron", or its whole title where two models begin alike. @param {Catalogue} catalogue @param {Model} model */
export function modelTitle(catalogue, { name, title }) {
  const shown = tr(title);
  const head = headOf(shown);
  const others = Object.entries(catalogue.models).filter(([other]) => other !== name);
  const isFirst = !others.some(([, other]) => headOf(tr(other.title)) === head && other.title.length < title.length);
  return isFirst ? tr("{name} neuron", { name: head }) : shown;
}

/** What is known of each pattern whatever the neuron: its letter, its title. @param {Pick<App, "catalogue" | "data">} app @returns {Record<string, any>} */
export const sharedOf = ({ catalogue, data }) => ({ ...catalogue.patterns, ...data.shared });

/** The title of a pattern; the key of one that is not here. @param {Pick<App, "catalogue" | "data">} app @param {string} key */
export const titleOf = (app, key) => tr(sharedOf(app)[key]?.title ?? key);

/** The pattern that is shown: of a mystery its number. @param {App} app */
export function patternTitle(app) {
  const state = app.store.get();
  const seed = gameOf(state)?.seed ?? state.exercise?.about[".mystery"]?.split(".")[2];
  return inSentence(seed === undefined ? tr(app.pattern.title) : tr("Mystery {seed}", { seed }), state.language);
}

/** The stored set that the values come from. @param {App} app */
const setOf = (app) => app.pattern.sets[app.store.get().selection.set] ?? app.pattern.sets[0];

/** Whether the values are others than those of the stored set that they come from. @param {App} app */
export function isMoved(app) {
  const { selection } = app.store.get();
  const { values, dt } = setOf(app);
  return dt !== selection.dt || values.some(([name, value]) => selection.values[name] !== value);
}

/** How the example of another neuron is drawn. */
export const scaledWords = () => tr("The example is drawn on the rest, the threshold and the peak of your neuron.");

/** Where the values come from. @param {App} app */
export function provenance(app) {
  const { selection } = app.store.get();
  const { sets } = app.pattern;
  const [set, moved] = [setOf(app), isMoved(app)];
  const place = sets.length > 1 ? ` · ${tr("set {n} of {count}", { n: selection.set + 1, count: sets.length })}` : "";
  const next = moved || sets.length > 1 ? " ›" : "";
  return `${moved ? tr("Changed from: {set}", { set: sourceOf(set) }) : sourceOf(set)}${place}${next}`;
}

/** @param {import("../types.d.ts").StoredSet} set */
function sourceOf({ title, source }) {
  const year = source.match(/\b(19|20)\d\d\b/)?.[0];
  if (year) return tr("Published by {author}, {year}", { author: source.split(/,| & /)[0], year });
  if (source) return tr("Found by a search, not published");
  return title === "defaults" ? tr("The model's defaults") : tr(title);
}

/** The shape of a current that is shown like a pattern, "values", or "" for a pattern. @param {string} pattern */
export function shapeOf(pattern) {
  const shape = pattern.match(/^stimulus_(step|pulses|ramp)/)?.[1];
  return shape ?? (pattern.startsWith("stimulus_") ? "values" : "");
}
