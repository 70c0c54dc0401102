import { pictureOf } from "../figure/thumbnails.js";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { endsInExercise } from "../models/exerciseMode.js";
import { isValid, limitsOf, NUMBER, shownText } from "../models/link.js";
import { patternOf, simulation, slidersOf } from "../models/simulation.js";
import { patternInSentence } from "../models/titles.js";

/** @import { Catalogue, CriterionResult, Exercise, ModelData, Selection, Slider, Values } from "../types.d.ts" */
// Codes of answers: model and pattern, the values that are not defaults, the claim, the time and a checksum, with a name and
// an answer in words where they were typed. What is refused here is what teaching/exercises.py refuses.

const CODE = "PW1";
const FORM = /^PW1\.([A-Za-z0-9_-]+)\.([0-9a-f]{8})$/;
const ABOUT = [".model", ".pattern", ".mystery"];
const FIELDS = [...ABOUT, ".dt", ".seconds", ".solved", ".name", ".words"];
const LONGEST = 8000;
/** The end of the address on which the file of an exercise reads the codes of a class. */
export const CLASS = "#class";
export const LONGEST_NAME = 60;
export const LONGEST_WORDS = 300;

/** An answer that was read and judged again. @typedef {{ values: Values, dt: number, seconds: number, name: string, words: string, criteria: readonly CriterionResult[], hold: number, isSolved: boolean, distance: number, picture: import("../figure/thumbnails.js").Picture }} Answered */

/** The checksum of zlib, as eight digits. @param {Uint8Array} bytes */
export function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}

/**
 * The code of an answer.
 * @param {Exercise} exercise @param {number} modelDt @param {Selection} selection
 * @param {{ seconds: number, isSolved: boolean, name: string, words?: string }} answer
 */
export function codeOf({ about, defaults }, modelDt, { values, dt }, { seconds, isSolved, name, words = "" }) {
  const fields = new URLSearchParams(about);
  if (dt !== modelDt) fields.append(".dt", String(dt));
  for (const [one, value] of Object.entries(values)) if (value !== defaults[one]) fields.append(one, String(value));
  fields.append(".seconds", String(seconds));
  fields.append(".solved", isSolved ? "1" : "0");
  const typed = { ".name": plainOf(name, LONGEST_NAME), ".words": plainOf(words, LONGEST_WORDS) };
  for (const [one, text] of Object.entries(typed)) if (text) fields.append(one, text);
  const text = String(fields);
  const packed = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${CODE}.${packed}.${crc32(new TextEncoder().encode(text))}`;
}

/** What was typed as a code holds it: printable, in one line. @param {string} text @param {number} longest */
const plainOf = (text, longest) =>
  [
    ...[...text.normalize().replace(/\s+/g, " ")]
      .filter((one) => /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(one))
      .join("")
      .trim(),
  ]
    .slice(0, longest)
    .join("")
    .trim();

/**
 * What a code holds; throws an error with a sentence.
 * @param {Exercise} exercise @param {ModelData} data @param {Slider[]} sliders @param {string} code
 */
export function fieldsOf(exercise, data, sliders, code) {
  const { about, defaults, free } = exercise;
  const text = code.replace(/\s+/g, "");
  const [, packed, checksum] = (text.length <= LONGEST && FORM.exec(text)) || [];
  if (!packed) throw new Error(tr("the code is incomplete; it must start with 'PW1.' and end with a period and 8 characters"));
  let content = "";
  try {
    content = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw new Error(tr("the code is damaged; copy it again"));
  }
  if (crc32(Uint8Array.from(content, (c) => c.charCodeAt(0))) !== checksum) {
    throw new Error(tr("the code is damaged or was changed, because its checksum does not match; copy it again"));
  }
  const fields = new URLSearchParams(content);
  const given = new Map(fields);
  const textOf = (/** @type {string} */ name) => given.get(name) ?? "";
  if (given.size < [...fields].length || ![".model", ".seconds", ".solved"].every((name) => given.has(name))) {
    throw new Error(tr("the code is not from an exercise page; fields are missing or duplicated"));
  }
  if (ABOUT.some((name) => textOf(name) !== (about[name] ?? ""))) throw new Error(tr("the code belongs to a different exercise"));
  const numberOf = (/** @type {string} */ name) => {
    const number = NUMBER.test(textOf(name)) ? Number(textOf(name)) : NaN;
    if (Number.isNaN(number)) {
      throw new Error(tr("the code is invalid: {name} must be a number, got {value}", { name, value: shownText(textOf(name)) }));
    }
    return number;
  };
  const values = { ...defaults };
  for (const name of given.keys()) {
    if (FIELDS.includes(name)) continue;
    const slider = sliders.find((one) => one.name === name);
    if (!slider) throw new Error(tr("the code is invalid: {name} is not a parameter of this exercise", { name: shownText(name) }));
    values[name] = numberOf(name);
    if (!isValid(slider, values[name])) {
      throw new Error(tr("the code is invalid: {name} must be {limits}", { name, limits: limitsOf(slider) }));
    }
  }
  const start = Object.fromEntries(exercise.start.values);
  for (const slider of sliders) {
    const { name } = slider;
    const value = values[name];
    if (value !== start[name] && !free.includes(name)) {
      throw new Error(
        tr("the code is invalid: {name} is locked and must be {start}, got {value}", {
          name,
          value: numberText(value),
          start: numberText(start[name]),
        }),
      );
    }
    const [low, high] = endsInExercise(slider, start);
    if (!(value >= low && value <= high)) {
      throw new Error(
        tr("the code is invalid: {name} must be between {low} and {high}, got {value}", {
          name,
          value: numberText(value),
          low: numberText(low),
          high: numberText(high),
        }),
      );
    }
  }
  const dt = given.has(".dt") ? numberOf(".dt") : data.model.dt;
  if (dt !== exercise.start.dt)
    throw new Error(
      tr("the code is invalid: its time step must be {expected} ms, got {dt} ms", {
        expected: numberText(exercise.start.dt),
        dt: numberText(dt),
      }),
    );
  const seconds = numberOf(".seconds");
  if (!(seconds >= 0 && seconds < Infinity)) {
    throw new Error(tr("the code is invalid: the time must be a finite number ≥ 0, got {seconds} s", { seconds: numberText(seconds) }));
  }
  const [name, words] = [textOf(".name"), textOf(".words")];
  if (name !== plainOf(name, LONGEST_NAME))
    throw new Error(tr("the code is invalid: the name must be at most {most} printable characters", { most: LONGEST_NAME }));
  if (words !== plainOf(words, LONGEST_WORDS))
    throw new Error(tr("the code is invalid: the answer in words must be at most {most} printable characters", { most: LONGEST_WORDS }));
  return { values, dt, seconds, name, words, claims: textOf(".solved") === "1" };
}

/**
 * Reads a code and judges it again, in pieces; throws as above.
 * @param {Catalogue} catalogue @param {ModelData} data @param {string} key @param {Exercise} exercise @param {string} code
 * @returns {Generator<unknown, Answered>}
 */
export function* answering(catalogue, data, key, exercise, code) {
  const pattern = patternOf(catalogue, data, key);
  const { values, dt, seconds, name, words, claims } = fieldsOf(exercise, data, slidersOf(pattern, data), code);
  const selection = { model: data.model.name, pattern: key, values, dt, set: 0 };
  const { verdict, found } = yield* simulation(catalogue, data, selection).judging();
  if (!verdict) throw new Error(tr("the code is invalid: its neuron could not be evaluated"));
  const { criteria, loss } = verdict;
  const hold = criteria.filter(({ passed }) => passed).length;
  if (claims && loss > 0) {
    throw new Error(
      tr("the code is invalid: it marks all criteria for {pattern} as met, but only {count} of {total} are met", {
        pattern: patternInSentence({ catalogue, data }, key),
        count: hold,
        total: criteria.length,
      }),
    );
  }
  const run = simulation(catalogue, data, selection, found);
  const line = run.trace("yours");
  const picture = pictureOf(line, run.event(line), pattern.fine, run.scale());
  return { values, dt, seconds, name, words, criteria, hold, isSolved: loss === 0, distance: loss, picture };
}
