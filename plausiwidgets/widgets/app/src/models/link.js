import { tr } from "../i18n/texts.ts";

/** @import { Catalogue, ModelData, Selection, Slider, Values } from "../types.d.ts" */
// A selection as an address, which opens in every version of the app: model=…&pattern=…&name=value.

export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const LONGEST = 8192;
const TOGETHER = "_and_"; // between the keys of several patterns that one neuron is to show
const KEYS = /[+ ]|_and_/; // a plus is a space in a link

/**
 * The address of a selection; `more` are a card of a lesson, its name where it has one, and what is locked.
 * @param {Selection} selection @param {ModelData} data @param {{ lesson?: string, card?: number | null, locked?: string[] }} [more]
 */
export function addressOf({ model, pattern, values, dt }, data, { lesson = "", card = null, locked = [] } = {}) {
  const fields = new URLSearchParams(lesson ? { lesson } : {});
  if (card !== null) fields.append("card", String(card + 1));
  fields.append("model", model);
  const given = Object.entries(data.patterns[pattern]?.link ?? {});
  for (const [name, value] of given.length ? given : [["pattern", pattern]]) fields.append(name, value);
  for (const [name, value] of Object.entries(values)) fields.append(name, String(value));
  if (dt !== data.model.dt) fields.append("dt", String(dt));
  if (locked.length && card === null) fields.append("lock", locked.join(","));
  return String(fields);
}

/** The mystery of a link: model.pattern.seed; null for what is none. @param {string} text */
export function mysteryOf(text) {
  const parts = text.split(".");
  if (parts.length !== 3 || !parts.every(Boolean) || !/^\d{1,7}$/.test(parts[2])) return null;
  return { model: parts[0], pattern: parts[1], seed: Number(parts[2]) };
}

/**
 * The key of a pattern that a link names: its own, its letter, or several with "+" or "_and_" between; null for others.
 * @param {string} text @param {Catalogue} catalogue @param {Record<string, unknown>} own patterns beside those of the catalogue
 */
function patternKey(text, { patterns }, own) {
  if (Object.hasOwn(patterns, text) || Object.hasOwn(own, text)) return text;
  const byLetter = Object.values(patterns).find(({ letter }) => letter && letter === text.toUpperCase());
  if (byLetter) return byLetter.key;
  const keys = text.split(KEYS);
  return keys.length > 1 && keys.every((key) => Object.hasOwn(patterns, key)) ? keys.join(TOGETHER) : null;
}

/**
 * What an address names: a model and a pattern, as far as they are known, a lesson, a card, a mystery, a language, what is
 * locked, and its other fields.
 * @param {string} text @param {Catalogue} catalogue @param {ModelData | null} [data] of the model that is shown
 */
export function wantedOf(text, catalogue, data = null) {
  const plain = text.replace(/^[#?]/, "");
  const fields = new URLSearchParams(plain.slice(0, LONGEST));
  /** @type {string[]} */
  const notes = plain.length > LONGEST ? [tr("The link is too long; only the first part was read.")] : [];
  const take = (/** @type {string} */ name) => {
    const given = fields.get(name);
    fields.delete(name);
    return given;
  };
  /** @template T @param {string} name @param {(text: string) => T | null} read @returns {T | null} */
  const named = (name, read) => {
    const given = take(name);
    const known = given === null ? null : read(given);
    if (given !== null && known === null)
      notes.push(tr("The link refers to {name}, which is not available here.", { name: shownText(given) }));
    return known;
  };
  const models = { ...catalogue.models, ...(data ? { [data.model.name]: true } : {}) };
  const model = named("model", (given) => (Object.hasOwn(models, given) ? given : null));
  const pattern = named("pattern", (given) => patternKey(given, catalogue, data?.patterns ?? {}));
  const mystery = named("mystery", mysteryOf);
  const given = take("samples");
  const [lines, end] = given === null ? ["", null] : [take("lines"), take("end")];
  const current = given === null ? null : currentOf(given, lines === "1", end);
  if (given !== null && !current) notes.push(tr("The current in the link could not be read."));
  const lesson = named("lesson", (given) => (Object.hasOwn(catalogue.lessons, given) ? given : null));
  const card = named("card", (given) => (/^[1-9]\d{0,3}$/.test(given) ? Number(given) - 1 : null));
  return {
    model,
    pattern,
    mystery,
    current,
    lesson,
    card,
    language: take("language"),
    locked: (take("lock") ?? "").split(",").filter(Boolean),
    fields: [...fields].filter(([name]) => !FOREIGN.test(name)),
    notes,
  };
}

/**
 * The values of a current that a link gives, as lines of times and currents; null where it could not be read.
 * @param {string} samples t~x_t~x… @param {boolean} lines whether straight lines go from one to the next @param {string | null} end
 */
export function currentOf(samples, lines, end) {
  const pairs = samples.split("_").map((pair) => pair.split("~"));
  const isRead = pairs.every((pair) => pair.length === 2 && pair.every((one) => one.length <= 40 && NUMBER.test(one)));
  if (!isRead || (end !== null && !NUMBER.test(end))) return null;
  return { text: pairs.map((pair) => pair.join(" ")).join("\n"), lines, ...(end === null ? {} : { end: Number(end) }) };
}

/** Fields of servers. */
const FOREIGN = /^(voila-.*|token|reset|theme|_.*)$/;

/**
 * The values of an address, as far as sliders take them, with a sentence for each that was left out; `isGiven` is whether
 * the address has a value at all.
 * @param {[string, string][]} fields @param {Slider[]} sliders
 */
export function valuesOf(fields, sliders) {
  /** @type {Values} */
  const values = {};
  /** @type {string[]} */
  const notes = [];
  let [dt, isGiven] = [NaN, false];
  for (const [name, text] of fields) {
    const value = NUMBER.test(text) && text.length <= 40 ? Number(text) : NaN;
    const slider = sliders.find((one) => one.name === name);
    isGiven ||= Boolean(slider);
    if (name === "dt" && value >= 0.005 && value <= 1) dt = value;
    else if (!slider) notes.push(tr("The parameter {name} in the link is unknown and was ignored.", { name: shownText(name) }));
    else if (!isValid(slider, value) || !isNear(slider, value)) {
      notes.push(tr("The setting {name}={value} in the link is not allowed and was ignored.", { name, value: shownText(text) }));
    } else values[name] = value;
  }
  return { values, dt, isGiven, notes: notes.slice(0, 4) };
}

/** The hard limits of a slider, in words. @param {Slider} slider */
export const limitsOf = ({ valid }) => valid.replace("finite", tr("finite")).replaceAll(">=", "≥").replaceAll("<=", "≤");

/** Whether a value is within the hard limits of a slider. @param {Slider} slider @param {number} value */
export function isValid({ limits: [low, high], scale }, value) {
  if (!Number.isFinite(value) || (scale === "log" && value <= 0)) return false;
  return (low === null || value >= low) && (high === null || value <= high);
}

/** Whether a value from a link is near its range: one far beyond may stand for hours of work. @param {Slider} slider @param {number} value */
function isNear({ low, high, group, unit }, value) {
  const reach = group === "stimulus" && unit === "ms" ? 0 : 10 * (high - low);
  return value >= low - reach && value <= high + reach;
}

/** Foreign text for a sentence: short, printable. @param {string} text */
export function shownText(text) {
  const short = [...text.slice(0, 25)].map((c) => (/[\p{L}\p{N}\p{P}\p{S} ]/u.test(c) ? c : "�")).join("");
  return `‘${short}${text.length > 25 ? "…" : ""}’`;
}
