import { tr } from "../i18n/texts.ts";
import { gameOf } from "./exerciseMode.js";

/** @import { App } from "../app.js" */

/** The first words of a description within a sentence: in German an adjective is small there, and a noun is not. @param {string} title @param {string} language */
export function inSentence(title, language) {
  const isSmall = language === "en" || (language === "de" && /^\p{Lu}\p{Ll}+ \p{Lu}/u.test(title));
  return isSmall ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** What is known of each pattern whatever the neuron: its letter, its title. @param {Pick<App, "catalogue" | "data">} app @returns {Record<string, any>} */
export const sharedOf = ({ catalogue, data }) => ({ ...catalogue.patterns, ...data.shared });

/** The title of a pattern; the key of one that is not here. @param {Pick<App, "catalogue" | "data">} app @param {string} key */
export const titleOf = (app, key) => tr(sharedOf(app)[key]?.title ?? key);

/** A pattern within a sentence, with its article. @param {Pick<App, "catalogue" | "data">} app @param {string} key */
export function patternInSentence(app, key) {
  const parts = sharedOf(app)[key]?.components ?? [];
  const names = parts.map((/** @type {import("../types.d.ts").Component} */ part) => tr(part.in_sentence));
  if (names.length < 2) return tr(sharedOf(app)[key]?.in_sentence ?? key);
  return tr("{first} and {last}", { first: names.slice(0, -1).join(", "), last: names[names.length - 1] });
}

/** The pattern that is shown, within a sentence: of a mystery its number. @param {App} app */
export function shownInSentence(app) {
  const state = app.store.get();
  const seed = gameOf(state)?.seed ?? state.exercise?.about[".mystery"]?.split(".")[2];
  return seed === undefined ? patternInSentence(app, app.pattern.key) : tr("Mystery {seed}", { seed });
}

/** The stored set that the values come from. @param {App} app */
const setOf = (app) => app.pattern.sets[app.store.get().selection.set] ?? app.pattern.sets[0];

/** Whether the values are others than those of the stored set that they come from. @param {App} app */
export function isMoved(app) {
  const { selection } = app.store.get();
  const { values, dt } = setOf(app);
  return dt !== selection.dt || values.some(([name, value]) => selection.values[name] !== value);
}

/** A count with its digits in groups, from five digits on. @param {number} count */
export const countText = (count) => (count < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, "\u00a0"));

/** How the example of another neuron is drawn. */
export const scaledWords = () => tr("The target is scaled to this model's resting potential, threshold and spike peak.");

/** Where the values come from. @param {App} app */
export function provenance(app) {
  const { selection } = app.store.get();
  const { sets } = app.pattern;
  const [set, moved] = [setOf(app), isMoved(app)];
  const place = sets.length > 1 ? ` · ${tr("parameter set {n} of {count}", { n: selection.set + 1, count: sets.length })}` : "";
  const next = moved || sets.length > 1 ? " ›" : "";
  return `${moved ? tr("Modified from: {set}", { set: sourceOf(set) }) : sourceOf(set)}${place}${next}`;
}

/** @param {import("../types.d.ts").StoredSet} set */
function sourceOf({ kind, title, source }) {
  if (kind === "defaults") return tr("Model defaults");
  if (kind === "search") return tr("Found by a search (not published)");
  const year = source.match(/\b(19|20)\d\d\b/)?.[0];
  return kind === "preset" && year ? tr("Published by {author}, {year}", { author: source.split(/,| & /)[0], year }) : tr(title);
}

/** The shape of a current that is shown like a pattern, "values", or "" for a pattern. @param {string} pattern */
export function shapeOf(pattern) {
  const shape = pattern.match(/^stimulus_(step|pulses|ramp)/)?.[1];
  return shape ?? (pattern.startsWith("stimulus_") ? "values" : "");
}
