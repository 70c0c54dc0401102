// Codes of answers to an exercise. A code contains the model, the pattern, the parameters that are not defaults, the claim, the
// time and a checksum. It also contains the name and the answer in words if they were typed. Python rejects the same codes in
// teaching/exercises.py.

import { type Catalogue, type Exercise, type ModelData, patternOf, type Slider, type Values } from "../catalogue.ts";
import type { CriterionResult } from "../engine/judge.ts";
import { pictureOf, type Thumbnail } from "../figure/thumbnails.tsx";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { isValid, limitsOf, NUMBER, shownText } from "../models/link.ts";
import { type Selection, slidersOf } from "../models/selection.ts";
import { simulationOf } from "../models/simulation.ts";
import { endsInExercise } from "../models/task.ts";
import { patternInSentence } from "../models/titles.ts";

const CODE = "PW1";
const FORM = /PW1\.([A-Za-z0-9_-]+)\.([0-9a-f]{8})/;
const ABOUT = [".model", ".pattern", ".mystery"];
const REQUIRED = [".model", ".seconds", ".solved"];
const FIELDS = [...ABOUT, ".dt", ".seconds", ".solved", ".name", ".words"];
const MAX_CODE = 8000; // maximum number of characters
export const MAX_NAME = 60; // maximum number of characters
export const MAX_WORDS = 300; // maximum number of characters

/** The content of a code that is valid for an exercise. */
export interface CodeFields {
  readonly values: Values;
  readonly dt: number;
  readonly seconds: number;
  readonly name: string;
  readonly words: string;
  /** Whether all criteria were met on the student's page. */
  readonly claims: boolean;
}

/** An answer that was read and evaluated again. */
export interface Answered extends Omit<CodeFields, "claims"> {
  readonly criteria: readonly CriterionResult[];
  /** The number of criteria that are met. */
  readonly met: number;
  readonly isSolved: boolean;
  readonly loss: number;
  readonly picture: Thumbnail;
}

/** The checksum of zlib as eight hexadecimal digits. */
export function crc32(bytes: Uint8Array): string {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}

interface Handed {
  readonly seconds: number;
  readonly isSolved: boolean;
  readonly name: string;
  readonly words?: string;
}

/** The code of an answer. */
export function codeOf(
  { about, defaults }: Exercise,
  modelDt: number,
  { values, dt }: Pick<Selection, "values" | "dt">,
  { seconds, isSolved, name, words = "" }: Handed,
): string {
  const fields = new URLSearchParams(about);
  if (dt !== modelDt) fields.append(".dt", String(dt));
  for (const [one, value] of Object.entries(values)) if (value !== defaults[one]) fields.append(one, String(value));
  fields.append(".seconds", String(seconds));
  fields.append(".solved", isSolved ? "1" : "0");
  const typed = { ".name": printable(name, MAX_NAME), ".words": printable(words, MAX_WORDS) };
  for (const [one, text] of Object.entries(typed)) if (text) fields.append(one, text);
  const text = String(fields);
  const packed = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${CODE}.${packed}.${crc32(new TextEncoder().encode(text))}`;
}

/** The printable characters of a text, in one line. */
function printable(text: string, max: number): string {
  const all = [...text.normalize().replace(/\s+/g, " ")].filter((one) => /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(one));
  return [...all.join("").trim()].slice(0, max).join("").trim();
}

/** The code in a line of text, such as "Ada PW1.…". A mail program may have broken the code with spaces. */
export function codeIn(line: string): string {
  const joined = line.replace(/\s+/g, "");
  return (FORM.exec(line) ?? FORM.exec(joined))?.[0] ?? joined;
}

/** The fields of a code. Throws an error with a sentence if the code is damaged. */
function unpacked(code: string): ReadonlyMap<string, string> {
  const text = codeIn(code);
  const [, packed, checksum] = (text.length <= MAX_CODE && FORM.exec(text)) || [];
  if (!packed)
    throw new Error(tr("the code is incomplete; it must start with 'PW1.' and end with a period and 8 characters"));
  let content = "";
  try {
    content = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw new Error(tr("the code is damaged; copy it again"));
  }
  if (crc32(Uint8Array.from(content, (c) => c.charCodeAt(0))) !== checksum) {
    throw new Error(tr("the code is damaged or was changed, because its checksum does not match; copy it again"));
  }
  const all = [...new URLSearchParams(content)];
  const fields = new Map(all);
  if (fields.size < all.length || !REQUIRED.every((name) => fields.has(name))) {
    throw new Error(tr("the code is not from an exercise page; fields are missing or duplicated"));
  }
  return fields;
}

function numberIn(fields: ReadonlyMap<string, string>, name: string): number {
  const text = fields.get(name) ?? "";
  if (NUMBER.test(text)) return Number(text);
  throw new Error(tr("the code is invalid: {name} must be a number, got {value}", { name, value: shownText(text) }));
}

/** The parameters of a code, completed by the defaults of the exercise. */
function valuesIn(fields: ReadonlyMap<string, string>, defaults: Values, sliders: readonly Slider[]): Values {
  const values: Record<string, number> = { ...defaults };
  for (const name of fields.keys()) {
    if (FIELDS.includes(name)) continue;
    const slider = sliders.find((one) => one.name === name);
    if (!slider) {
      throw new Error(tr("the code is invalid: {name} is not a parameter of this exercise", { name: shownText(name) }));
    }
    values[name] = numberIn(fields, name);
    if (!isValid(slider, values[name])) {
      throw new Error(tr("the code is invalid: {name} must be {limits}", { name, limits: limitsOf(slider) }));
    }
  }
  return values;
}

/** Checks that only free parameters differ from the start, and that all values are within their sliders. */
function checkValues({ start, free }: Exercise, sliders: readonly Slider[], values: Values): void {
  const from = Object.fromEntries(start.values);
  for (const slider of sliders) {
    const { name } = slider;
    const value = numberText(values[name]);
    if (values[name] !== from[name] && !free.includes(name)) {
      const words = { name, value, start: numberText(from[name]) };
      throw new Error(tr("the code is invalid: {name} is locked and must be {start}, got {value}", words));
    }
    const [low, high] = endsInExercise(slider, from);
    if (!(values[name] >= low && values[name] <= high)) {
      const words = { name, value, low: numberText(low), high: numberText(high) };
      throw new Error(tr("the code is invalid: {name} must be between {low} and {high}, got {value}", words));
    }
  }
}

/** Checks the other fields of a code for values that no page of the exercise can send. */
function checkOthers({ start }: Exercise, { dt, seconds, name, words }: CodeFields): void {
  if (dt !== start.dt) {
    const steps = { expected: numberText(start.dt), dt: numberText(dt) };
    throw new Error(tr("the code is invalid: its time step must be {expected} ms, got {dt} ms", steps));
  }
  if (!(seconds >= 0 && seconds < Infinity)) {
    const time = { seconds: numberText(seconds) };
    throw new Error(tr("the code is invalid: the time must be a finite number ≥ 0, got {seconds} s", time));
  }
  if (name !== printable(name, MAX_NAME)) {
    const most = { most: MAX_NAME };
    throw new Error(tr("the code is invalid: the name must be at most {most} printable characters", most));
  }
  if (words !== printable(words, MAX_WORDS)) {
    const most = { most: MAX_WORDS };
    throw new Error(tr("the code is invalid: the answer in words must be at most {most} printable characters", most));
  }
}

/** The content of a code. Throws an error with a sentence if the code is not valid for the exercise. */
export function fieldsOf(exercise: Exercise, data: ModelData, sliders: readonly Slider[], code: string): CodeFields {
  const fields = unpacked(code);
  const textOf = (name: string) => fields.get(name) ?? "";
  if (ABOUT.some((name) => textOf(name) !== (exercise.about[name] ?? ""))) {
    throw new Error(tr("the code belongs to a different exercise"));
  }
  const values = valuesIn(fields, exercise.defaults, sliders);
  checkValues(exercise, sliders, values);
  const read: CodeFields = {
    values,
    dt: fields.has(".dt") ? numberIn(fields, ".dt") : data.model.dt,
    seconds: numberIn(fields, ".seconds"),
    name: textOf(".name"),
    words: textOf(".words"),
    claims: textOf(".solved") === "1",
  };
  checkOthers(exercise, read);
  return read;
}

/**
 * Reads a code and evaluates its parameters again. The generator pauses before each simulation. Throws an error with a sentence
 * if the code is not valid, or if its claim is wrong.
 */
export function* answering(
  catalogue: Catalogue,
  data: ModelData,
  key: string,
  exercise: Exercise,
  code: string,
): Generator<unknown, Answered> {
  const pattern = patternOf(catalogue, data, key);
  const { claims, ...fields } = fieldsOf(exercise, data, slidersOf(pattern, data), code);
  const selection = { model: data.model.name, pattern: key, values: fields.values, dt: fields.dt, set: 0 };
  const { verdict, found } = yield* simulationOf(catalogue, data, selection).judging();
  if (!verdict) throw new Error(tr("the code is invalid: its neuron could not be evaluated"));
  const { criteria, loss } = verdict;
  const met = criteria.filter(({ passed }) => passed).length;
  if (claims && loss > 0) {
    throw new Error(
      tr("the code is invalid: it marks all criteria for {pattern} as met, but only {count} of {total} are met", {
        pattern: patternInSentence({ catalogue, data }, key),
        count: met,
        total: criteria.length,
      }),
    );
  }
  const simulation = simulationOf(catalogue, data, selection, { found });
  const line = simulation.trace("yours");
  const picture = pictureOf(line, simulation.event(line), pattern.fine, simulation.scale());
  return { ...fields, criteria, met, isSolved: loss === 0, loss, picture };
}
