// A selection as the fields of a link, such as model=…&pattern=…&name=value. Every version of the app can open it.

import type { Catalogue, ModelData, Slider, Values } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import type { Selection } from "./selection.ts";

export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const MAX_LINK = 8192; // maximum number of characters
const MAX_NUMBER = 40; // maximum number of characters
const PIECES = [4, 7]; // possible counts of numbers in a piece of a current: 4 for a line and 7 for a waveform
const MAX_NOTES = 4;
const MAX_SHOWN = 25; // maximum number of characters of a link that are quoted in a sentence
const TOGETHER = "_and_"; // separator of the keys of patterns that one neuron should show
const KEYS = /[+ ]|_and_/; // URLSearchParams reads a plus as a space
const FOREIGN = /^(voila-.*|token|reset|theme|_.*)$/; // fields that belong to a server

/** The parts of a link in addition to the selection. */
export interface LinkExtras {
  readonly lesson?: string | undefined;
  /** The index of the card of a lesson. */
  readonly card?: number | null;
  readonly locked?: readonly string[];
}

/** A current that a link contains as samples or as pieces. */
export interface LinkedCurrent {
  readonly text: string;
  /** Whether the samples are joined by straight lines. */
  readonly lines: boolean;
  readonly end?: number;
}

export interface LinkedMystery {
  readonly model: string;
  readonly pattern: string;
  readonly seed: number;
}

/** The content of a link. A missing or unavailable part is null. */
export interface Wanted {
  readonly model: string | null;
  readonly pattern: string | null;
  readonly mystery: LinkedMystery | null;
  readonly current: LinkedCurrent | null;
  readonly lesson: string | null;
  readonly card: number | null;
  readonly language: string | null;
  readonly locked: readonly string[];
  /** The other fields, which should be parameters. */
  readonly fields: readonly (readonly [name: string, text: string])[];
  /** A sentence for each part that is not used. */
  readonly notes: readonly string[];
}

/** The fields of a link to a selection. A card locks its parameters itself, so its link does not contain the locks. */
export function addressOf(
  { model, pattern, values, dt }: Pick<Selection, "model" | "pattern" | "values" | "dt">,
  data: ModelData,
  { lesson = "", card = null, locked = [] }: LinkExtras = {},
): string {
  const fields = new URLSearchParams(lesson ? { lesson } : {});
  if (card !== null) fields.append("card", String(card + 1));
  fields.append("model", model);
  const own = Object.entries(data.patterns[pattern]?.link ?? {});
  for (const [name, value] of own.length ? own : [["pattern", pattern]]) fields.append(name, value);
  for (const [name, value] of Object.entries(values)) fields.append(name, String(value));
  if (dt !== data.model.dt) fields.append("dt", String(dt));
  if (locked.length && card === null) fields.append("lock", locked.join(","));
  return String(fields);
}

/** The mystery model.pattern.seed of a link, or null for another text. */
export function mysteryOf(text: string): LinkedMystery | null {
  const parts = text.split(".");
  if (parts.length !== 3 || !parts.every(Boolean) || !/^\d{1,7}$/.test(parts[2])) return null;
  return { model: parts[0], pattern: parts[1], seed: Number(parts[2]) };
}

/**
 * The key of a pattern in a link, which may be a key, a letter, or several keys separated by "+" or "_and_". Null for another
 * text.
 *
 * @param own patterns that are not in the catalogue
 */
function patternKey(text: string, { patterns }: Catalogue, own: object): string | null {
  if (Object.hasOwn(patterns, text) || Object.hasOwn(own, text)) return text;
  const byLetter = Object.values(patterns).find(({ letter }) => letter && letter === text.toUpperCase());
  if (byLetter) return byLetter.key;
  const keys = text.split(KEYS);
  return keys.length > 1 && keys.every((key) => Object.hasOwn(patterns, key)) ? keys.join(TOGETHER) : null;
}

const cardOf = (text: string): number | null => (/^[1-9]\d{0,3}$/.test(text) ? Number(text) - 1 : null);

/** A reader that takes fields from a link and adds a note for each field whose content is unavailable. */
class LinkReader {
  readonly fields: URLSearchParams;
  readonly notes: string[];

  constructor(text: string) {
    const plain = text.replace(/^[#?]/, "");
    this.fields = new URLSearchParams(plain.slice(0, MAX_LINK));
    this.notes = plain.length > MAX_LINK ? [tr("The link is too long; only the first part was read.")] : [];
  }

  take(name: string): string | null {
    const text = this.fields.get(name);
    this.fields.delete(name);
    return text;
  }

  named<T>(name: string, read: (text: string) => T | null): T | null {
    const text = this.take(name);
    const known = text === null ? null : read(text);
    if (text !== null && known === null) {
      this.notes.push(tr("The link refers to {name}, which is not available here.", { name: shownText(text) }));
    }
    return known;
  }

  current(): LinkedCurrent | null {
    const samples = this.take("samples");
    if (samples === null) return null;
    const current = currentOf(samples, this.take("lines") === "1", this.take("end"));
    if (!current) this.notes.push(tr("The current in the link could not be read."));
    return current;
  }
}

/**
 * Reads a link.
 *
 * @param data the shown model, which may not be in the catalogue
 */
export function wantedOf(text: string, catalogue: Catalogue, data: ModelData | null = null): Wanted {
  const link = new LinkReader(text);
  const listed = (list: object) => (name: string) => (Object.hasOwn(list, name) ? name : null);
  const models = { ...catalogue.models, ...(data ? { [data.model.name]: true } : {}) };
  const named = {
    model: link.named("model", listed(models)),
    pattern: link.named("pattern", (key) => patternKey(key, catalogue, data?.patterns ?? {})),
    mystery: link.named("mystery", mysteryOf),
    current: link.current(),
    lesson: link.named("lesson", listed(catalogue.lessons)),
    card: link.named("card", cardOf),
    language: link.take("language"),
    locked: (link.take("lock") ?? "").split(",").filter(Boolean),
  };
  const fields = [...link.fields].filter(([name]) => !FOREIGN.test(name));
  return { ...named, fields, notes: link.notes };
}

/**
 * The current of a link as lines of times and currents or of pieces, or null if it cannot be read.
 *
 * @param samples t~x_t~x…, or pieces with their numbers
 * @param end the end of the last sample
 */
export function currentOf(samples: string, lines: boolean, end: string | null): LinkedCurrent | null {
  const rows = samples.split("_").map((row) => row.split("~"));
  const isNumber = (one: string) => one.length <= MAX_NUMBER && NUMBER.test(one);
  const isRead = [[2], PIECES].some((sizes) => rows.every(({ length }) => sizes.includes(length)));
  if (!isRead || !rows.flat().every(isNumber) || (end !== null && !NUMBER.test(end))) return null;
  const text = rows.map((row) => row.join(" ")).join("\n");
  return { text, lines, ...(end === null ? {} : { end: Number(end) }) };
}

/** The parameters of a link. */
export interface LinkedValues {
  readonly values: Values;
  /** The time step, or NaN. */
  readonly dt: number;
  /** Whether the link contains a parameter, even with a rejected value. */
  readonly isGiven: boolean;
  readonly notes: readonly string[];
}

/** The parameters of a link that the sliders accept, with a note for each ignored field. */
export function valuesOf(fields: Wanted["fields"], sliders: readonly Slider[]): LinkedValues {
  const values: Record<string, number> = {};
  const notes: string[] = [];
  let [dt, isGiven] = [Number.NaN, false];
  for (const [name, text] of fields) {
    const value = NUMBER.test(text) && text.length <= MAX_NUMBER ? Number(text) : Number.NaN;
    const slider = sliders.find((one) => one.name === name);
    isGiven ||= Boolean(slider);
    if (name === "dt" && value >= 0.005 && value <= 1) dt = value;
    else if (!slider) {
      notes.push(tr("The parameter {name} in the link is unknown and was ignored.", { name: shownText(name) }));
    } else if (!isValid(slider, value) || !isNear(slider, value)) {
      const words = { name, value: shownText(text) };
      notes.push(tr("The setting {name}={value} in the link is not allowed and was ignored.", words));
    } else values[name] = value;
  }
  return { values, dt, isGiven, notes: notes.slice(0, MAX_NOTES) };
}

/** The hard limits of a slider in words. */
export const limitsOf = ({ valid }: Pick<Slider, "valid">): string =>
  valid.replace("finite", tr("finite")).replaceAll(">=", "≥").replaceAll("<=", "≤");

/** Whether a value is within the hard limits of a slider. */
export function isValid({ limits: [low, high], scale }: Pick<Slider, "limits" | "scale">, value: number): boolean {
  if (!Number.isFinite(value) || (scale === "log" && value <= 0)) return false;
  return (low === null || value >= low) && (high === null || value <= high);
}

/** Whether a value from a link is near the range of its slider. A value far outside could cause hours of work. */
function isNear({ low, high, group, unit }: Slider, value: number): boolean {
  const reach = group === "stimulus" && unit === "ms" ? 0 : 10 * (high - low);
  return value >= low - reach && value <= high + reach;
}

/** A short and printable quotation of foreign text. */
export function shownText(text: string): string {
  const short = [...text.slice(0, MAX_SHOWN)].map((c) => (/[\p{L}\p{N}\p{P}\p{S} ]/u.test(c) ? c : "�")).join("");
  return `‘${short}${text.length > MAX_SHOWN ? "…" : ""}’`;
}
