import { tr } from "../i18n/texts.ts";

/** @import { Answer, Arrays, CriterionResult, Line, Pattern, Simulated } from "../types.d.ts" */
// What a host has simulated and judged of a neuron that the page cannot simulate, as the page would have it.

/** A number, in which JSON has no NaN and no infinity. @param {number | string | null} value */
const numberOf = (value) => (value === null ? NaN : Number(value));

/** @param {Answer} answer @param {Arrays} arrays @param {Pattern} pattern @param {string} name of the sweep that is shown @returns {Simulated} */
export function simulated(answer, arrays, pattern, name) {
  const k = Math.max(
    answer.sweeps.findIndex((/** @type {any} */ sweep) => sweep.name === name),
    0,
  );
  if (!answer.sweeps.length) throw new Error(tr("it contains no sweep"));
  const { t0, dt } = answer.sweeps[k];
  const v = Float64Array.from(arrays[`${k}.v`]);
  const lost = v.findIndex((x) => Number.isNaN(x));
  /** @type {Line} */
  const line = {
    role: "yours",
    t0,
    dt,
    v,
    current: Float64Array.from(arrays[`${k}.current`]),
    spikes: [...arrays[`${k}.spikes`]].map(Number),
    divergedAt: lost < 0 ? NaN : t0 + lost * dt,
  };
  const { verdict } = answer;
  const scale = answer.scale?.length === 3 ? answer.scale : null;
  if (!verdict || verdict.status === "unjudged") return { line, verdict: null, scale };
  const texts = new Map(pattern.components.flatMap(({ criteria }) => criteria.map(({ key, text }) => [key, text])));
  const criteria = verdict.criteria.map((/** @type {any} */ check) => ({
    ...check,
    text: texts.get(check.key) ?? "",
    value: numberOf(check.value),
    low: numberOf(check.low),
    high: numberOf(check.high),
    penalty: numberOf(check.penalty),
  }));
  return {
    line,
    verdict: { criteria: /** @type {CriterionResult[]} */ (criteria), loss: numberOf(verdict.loss), diverged: verdict.diverged },
    scale,
  };
}
