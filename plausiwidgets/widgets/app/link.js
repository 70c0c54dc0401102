import { tr } from "./engine/texts.js";

/** @import { Catalogue, ModelData, Selection, Slider, Values } from "./types.d.ts" */
// A selection as an address, which opens in every version of the app: model=…&pattern=…&name=value.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const LONGEST = 8192;

/** @param {Selection} selection @param {ModelData} data */
export function addressOf({ model, pattern, values, dt }, data) {
  const fields = new URLSearchParams({ model, pattern });
  for (const [name, value] of Object.entries(values)) fields.append(name, String(value));
  if (dt !== data.model.dt) fields.append("dt", String(dt));
  return String(fields);
}

/** What an address names: a model and a pattern, as far as they are known, and its other fields. @param {string} text @param {Catalogue} catalogue */
export function wantedOf(text, catalogue) {
  const fields = new URLSearchParams(text.replace(/^[#?]/, "").slice(0, LONGEST));
  /** @type {string[]} */
  const notes = [];
  const take = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ known) => {
    const given = fields.get(name);
    fields.delete(name);
    if (given === null) return null;
    if (Object.hasOwn(known, given)) return given;
    notes.push(tr("The link names {name}, which is not here.", { name: shown(given) }));
    return null;
  };
  return { model: take("model", catalogue.models), pattern: take("pattern", catalogue.patterns), fields: [...fields], notes };
}

/**
 * The values of an address, as far as sliders take them, with a sentence for each that was left out.
 * @param {[string, string][]} fields @param {Slider[]} sliders
 */
export function valuesOf(fields, sliders) {
  /** @type {Values} */
  const values = {};
  /** @type {string[]} */
  const notes = [];
  let dt = NaN;
  for (const [name, text] of fields) {
    if (["card", "language", "theme"].includes(name)) continue;
    const value = NUMBER.test(text) && text.length <= 40 ? Number(text) : NaN;
    const slider = sliders.find((one) => one.name === name);
    if (name === "dt" && value >= 0.005 && value <= 1) dt = value;
    else if (!slider) notes.push(tr("The link has {name}, which is not here: left out.", { name: shown(name) }));
    else if (!isValid(slider, value) || !isNear(slider, value)) {
      notes.push(tr("{name}={value} is no value that is taken here: left as stored.", { name, value: shown(text) }));
    } else values[name] = value;
  }
  return { values, dt, notes: notes.slice(0, 4) };
}

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
function shown(text) {
  const short = [...text.slice(0, 25)].map((c) => (/[\p{L}\p{N}\p{P}\p{S} ]/u.test(c) ? c : "�")).join("");
  return `‘${short}${text.length > 25 ? "…" : ""}’`;
}
