import { patternOf as wholePattern } from "../catalogue.ts";
import { valueOf } from "../engine/formula.ts";
import { judgingWhole, runnersOf } from "../engine/judge.ts";
import { NEURONS } from "../engine/neuron.ts";
import { Runner } from "../engine/runner.ts";
import { injected } from "../engine/runtime.ts";

/** @import { Catalogue, Component, Handle, Line, ModelData, Pattern, Range, Role, Selection, Simulated, Slider, Sweep, Verdict } from "../types.d.ts" */

/** @type {(catalogue: Catalogue, data: ModelData, key: string) => Pattern} */
export const patternOf = (catalogue, data, key) => /** @type {any} */ (wholePattern(catalogue, data, key));

/** All sliders of a pattern: its stimulus, then the model. @param {Pattern} pattern @param {ModelData} data @returns {Slider[]} */
export const slidersOf = (pattern, data) => [...pattern.stimulus, ...data.parameters];

/** The stored set on which the app opens: that of an exported page, otherwise the first. @param {readonly import("../types.d.ts").StoredSet[]} sets */
export const firstOf = (sets) =>
  Math.max(
    sets.findIndex(({ begin }) => begin),
    0,
  );

/** The selection of a stored set. @param {ModelData} data @param {string} key @returns {Selection} */
export function stored(data, key, set = 0) {
  const { values, dt } = data.patterns[key].sets[set];
  return { model: data.model.name, pattern: key, values: Object.fromEntries(values), dt, set };
}

/** The defaults of a model and a pattern, which complete given values. @param {ModelData} data @param {string} key @returns {Selection} */
export function defaultsOf(data, key) {
  const sliders = [...data.parameters, ...data.patterns[key].stimulus];
  const values = Object.fromEntries(sliders.map((/** @type {Slider} */ slider) => [slider.name, slider.default]));
  return { ...stored(data, key, firstOf(data.patterns[key].sets)), values, dt: data.model.dt };
}

/** Whether two selections are of the same model and pattern with the same values, from any set. @param {Selection} a @param {Selection} b */
export function isSame(a, b) {
  return (
    a.model === b.model && a.pattern === b.pattern && a.dt === b.dt && Object.entries(a.values).every(([name, x]) => b.values[name] === x)
  );
}

/** Which of the stored sets a selection is; −1 where it is none. @param {ModelData} data @param {Selection} selection @returns {number} */
export const knownSet = (data, selection) =>
  data.patterns[selection.pattern].sets.findIndex((/** @type {unknown} */ _, /** @type {number} */ set) =>
    isSame(selection, stored(data, selection.pattern, set)),
  );

/**
 * Everything that the page computes of one selection by itself; of a neuron that it cannot simulate, what its host has
 * answered.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} selection
 * @param {(Sweep[] | null)[]} [found] sweeps that the procedure of each component has found
 * @param {Simulated | null} [answered] @param {string} [shown] name of the sweep that is shown, where it is not the main one
 */
export function simulation(catalogue, data, selection, found = [], answered = null, shown = "") {
  const pattern = patternOf(catalogue, data, selection.pattern);
  const neuron = NEURONS[selection.model];
  const values = new Map(Object.entries(selection.values));
  const { chosen } = pattern.sets[selection.set] ?? pattern.sets[0];
  const about = { settings: catalogue.bench, model: data.model, parameters: data.parameters };
  const runnerAt = runnersOf(about, neuron, values, selection.dt);
  const sweeps = pattern.components.flatMap((part, i) =>
    (part.sweeps.length ? part.sweeps : (found[i] ?? chosen?.[i] ?? [])).map((sweep) => ({ sweep, part })),
  );
  const named = (/** @type {string} */ name) => sweeps.find(({ sweep }) => sweep.name === name);
  const main = named(shown) ?? named(pattern.main) ?? sweeps[0] ?? unknownSweep(pattern);
  /** @param {any} formula */
  const at = (formula) => valueOf(formula, values);

  /** The response to the sweep that is shown. @param {Role} role @returns {Line} */
  function trace(role) {
    if (!neuron) return answered ? lineOf(role, answered.line, data.model.resets ? scale()[2] : NaN) : { ...current(), role };
    return lineOf(role, runnerAt(main.part.holding).respond(numbersOf(main.sweep, values)), data.model.resets ? neuron.peak : NaN);
  }

  /** What is injected, while nothing is known of the response. @returns {Line} */
  function current() {
    const { pieces, end, duration } = main.sweep;
    const { before } = catalogue.bench;
    const { dt } = selection;
    const steps = Math.max(Math.round((before + Math.min(at(end), at(duration))) / dt), 2);
    const held = main.part.holding === null ? 0 : Number(values.get(main.part.holding));
    const given = pieces.map(([on, off, first, last]) => /** @type {const} */ ([at(on), at(off), at(first), at(last)]));
    const current = injected(given, held, -before, dt, steps);
    return { role: "yours", t0: -before, dt, v: new Float64Array(steps).fill(NaN), current, spikes: [], divergedAt: NaN };
  }

  /** Where the example is drawn for this neuron: its rest, its threshold, its peak. @returns {[number, number, number]} */
  function scale() {
    if (!neuron) return answered?.scale ?? scaleOf(answered?.line.v ?? new Float64Array(), data.model.potential_unit === "mV");
    const { rest } = runnerAt(main.part.holding);
    const peak = Math.max(neuron.peak, rest.threshold + 0.07 * rest.span);
    // A neuron that is lost on its way to rest has none.
    const low = rest.state && Number.isFinite(rest.vBaseline) ? rest.vBaseline : rest.threshold - rest.span;
    return [low, Math.min(low + rest.span, peak - 0.02 * (peak - low)), peak];
  }

  /** The example, on this neuron's rest, threshold and peak as they are now. @returns {Line | null} */
  function example() {
    const known = exampleOf(catalogue, data, pattern, main.sweep.name);
    if (!known) return null;
    if (!known.scale) return known.line; // a recording is as it was recorded
    const onto = scale();
    const v = ontoScale(known.line.v, known.scale, onto);
    return lineOf("example", { ...known.line, v }, known.resets ? onto[2] : NaN);
  }

  return {
    pattern,
    sliders: slidersOf(pattern, data),
    sweep: main.sweep,
    /** Names of all of them. */
    sweeps: sweeps.map(({ sweep }) => sweep.name),
    /** How far the threshold lies above rest. */
    get span() {
      if (!neuron) {
        const [rest, threshold] = scale();
        return threshold - rest;
      }
      return runnerAt(main.part.holding).rest.span;
    },
    runner: () => runnerAt(main.part.holding),
    neuron,
    trace,
    example,
    scale,
    /** The part of the sweep that the pattern is about. @param {Line} line @returns {Range | null} */
    event(line) {
      const part = pattern.components.find(({ event, label }) => event && main.sweep.name.startsWith(label));
      if (!part?.event) return null;
      const [first, last] = [line.t0, line.t0 + line.v.length * line.dt];
      const [low, high] = part.event.map((time) => {
        if (typeof time === "string") return /** @type {number} */ (values.get(time));
        return typeof time === "number" ? time : stimulusEnd(line) + time.after;
      });
      const [begin, end] = [Math.max(low, first), Math.min(Math.max(high, low + 10), last)];
      return end - begin < 0.98 * (last - first) ? [begin, end] : null;
    },
    /** What a hand can take in the current. @returns {Handle[]} */
    handles: () => handlesOf(main.sweep, pattern, values, main.part.holding),
    /** Judges by the letter; the result, and sweeps that procedures found. @returns {Generator<void, { verdict: Verdict | null, found: (Sweep[] | null)[] }>} */
    *judging() {
      if (!neuron) return { verdict: answered?.verdict ?? null, found: [] };
      const { verdict, results } = yield* judgingWhole(pattern, runnerAt, values);
      const all = pattern.components.map((part, i) => (part.sweeps.length || !results[i] ? null : appliedSweeps(part, results[i])));
      return { verdict, found: all };
    },
  };
}

const USUAL = 15; // mV from rest to threshold, where it is not known
const SHARE = 0.2; // of the way from rest to peak, likewise, of a potential that is not in mV

/** In place of sweeps that a procedure has not chosen yet. @param {Pattern} pattern @returns {{ sweep: Sweep, part: Component }} */
const unknownSweep = ({ main, components }) => ({ sweep: { name: main, pieces: [], end: 100, duration: 100 }, part: components[0] });

/** Rest, threshold and peak, as far as potentials show them. @param {Float64Array} v @param {boolean} inMillivolts else on any scale @returns {[number, number, number]} */
function scaleOf(v, inMillivolts) {
  const rest = Number.isFinite(v[0]) ? v[0] : inMillivolts ? -65 : 0;
  const peak = v.reduce((a, x) => Math.max(a, Number.isNaN(x) ? rest : x), rest); // NaN: it diverged
  if (inMillivolts) return [rest, rest + USUAL, Math.max(peak, rest + 2 * USUAL)];
  const above = peak > rest ? peak - rest : 1;
  return [rest, rest + SHARE * above, rest + above];
}

/** @param {Role} role @param {any} line @param {number} peak NaN for a neuron that draws its spikes itself @returns {Line} */
function lineOf(role, { t0, dt, v, current, spikes, divergedAt }, peak) {
  return { role, t0, dt, v: upTo(v, { t0, dt, spikes }, peak), current, spikes, divergedAt };
}

/** Names of patterns that match a mystery. */
const MYSTERY = /^mystery(#\d+)?$/;

/** @type {WeakMap<object, Map<string, any>>} */
const examples = new WeakMap();

/**
 * The response of the example to a sweep, simulated once: of its own neuron, or, where the first stored set is the same
 * thing written for this neuron, of this one. The two lines then part only where the values do.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Pattern} pattern @param {string} name
 * @returns {{ line: Line, scale: [number, number, number] | null, resets: boolean } | null}
 */
function exampleOf(catalogue, data, pattern, name) {
  const known = examples.get(data) ?? new Map();
  examples.set(data, known);
  const key = `${pattern.key} ${name}`;
  if (!known.has(key)) known.set(key, made());
  return known.get(key);

  function made() {
    if (pattern.twin) {
      const run = simulation(catalogue, data, stored(data, pattern.key), [], null, name);
      if (run.sweep.name === name)
        return { line: { ...run.trace("example"), role: "example" }, scale: run.scale(), resets: data.model.resets };
    }
    for (const target of pattern.targets) {
      if (target.lines) {
        const line = target.lines.find((/** @type {any} */ one) => one.name === name);
        // The hidden neuron of a mystery is this one with other values, and its spikes are as tall.
        const peak = data.model.resets && MYSTERY.test(pattern.key) ? NEURONS[data.model.name]?.peak : undefined;
        if (line) return { line: recorded(peak === undefined ? line : { ...line, peak }), scale: null, resets: false };
        continue;
      }
      const sweep = target.sweeps.find((/** @type {Sweep} */ one) => one.name === name);
      const neuron = NEURONS[target.neuron];
      if (!sweep || !neuron) continue;
      const values = new Map(target.values);
      const held = target.holding === null ? 0 : Number(values.get(target.holding));
      const parameters = Object.fromEntries(target.parameters.map((/** @type {string} */ one) => [one, values.get(one)]));
      const runner = new Runner(neuron, { settings: catalogue.bench, resets: target.resets }, parameters, held, target.dt);
      const line = runner.respond(numbersOf(sweep, values));
      return { line: lineOf("example", line, NaN), scale: target.scale, resets: target.resets };
    }
    return null;
  }
}

/** The line of a recording, on a grid. @param {any} line @returns {Line} */
function recorded({ t, v, spikes, peak }) {
  const dt = (t[t.length - 1] - t[0]) / Math.max(t.length - 1, 1);
  const potentials = Float64Array.from(v, (/** @type {number | null} */ x) => x ?? NaN);
  const tall = upTo(potentials, { t0: t[0], dt, spikes }, peak ?? NaN);
  return { role: "example", t0: t[0], dt, v: tall, current: new Float64Array(), spikes, divergedAt: NaN };
}

/**
 * A spike of a neuron that resets as one stroke: its sample is the peak.
 * @param {Float64Array} v @param {{ t0: number, dt: number, spikes: number[] }} line @param {number} peak
 */
export function upTo(v, { t0, dt, spikes }, peak) {
  if (Number.isNaN(peak) || !spikes.length) return v;
  const out = Float64Array.from(v);
  for (const time of spikes) {
    const k = Math.round((time - t0) / dt);
    if (out[k] < peak) out[k] = peak;
  }
  return out;
}

/**
 * Rest, threshold and peak of one neuron onto those of another.
 * @param {Float64Array} v @param {[number, number, number]} from @param {[number, number, number]} to
 */
export function ontoScale(v, [rest, threshold, peak], to) {
  const below = (to[1] - to[0]) / (threshold - rest);
  const above = (to[2] - to[1]) / (peak - threshold);
  return v.map((x) => (x <= threshold ? to[0] + (x - rest) * below : to[1] + (x - threshold) * above));
}

/** The time from which the current stays at its holding level; 0 if it never left it. @param {Line} line */
function stimulusEnd({ t0, dt, current }) {
  let most = 1;
  for (const x of current) most = Math.max(most, Math.abs(x));
  const last = current.findLastIndex((x) => Math.abs(x - current[0]) > 1e-9 * most);
  return last < 0 ? 0 : t0 + Math.min(last + 1, current.length - 1) * dt;
}

/** A sweep as numbers. @param {Sweep} sweep @param {ReadonlyMap<string, number>} values */
function numbersOf({ pieces, end, duration }, values) {
  const at = (/** @type {import("../types.d.ts").Formula} */ formula) => valueOf(formula, values);
  const numbers = pieces.map(([on, off, first, last]) => /** @type {const} */ ([at(on), at(off), at(first), at(last)]));
  return { pieces: numbers, end: at(end), duration: at(duration) };
}

/** The sweeps that a procedure applied, as numbers. @param {Component} part @param {import("../engine/judge.ts").Judgement} result @returns {Sweep[]} */
function appliedSweeps({ label }, { tape, responses }) {
  const shown = [...responses].filter(([k]) => tape.applied[k].keep || tape.applied[k].shown);
  return shown.flatMap(([, byName]) =>
    [...byName]
      .filter(([, { response }]) => response)
      .map(([name, { sweep }]) => ({ name: `${label}${name}`, pieces: sweep.pieces, end: sweep.end, duration: sweep.duration })),
  );
}

/**
 * What a hand can take: the height of a piece where it depends on the amplitude, its end where that depends on a value.
 * @param {Sweep} sweep @param {Pattern} pattern @param {Map<string, number>} values @param {string | null} holding
 * @returns {Handle[]}
 */
export function handlesOf(sweep, pattern, values, holding) {
  const base = holding === null ? 0 : Number(values.get(holding));
  const at = (/** @type {any} */ formula) => valueOf(formula, values);
  const slope = (/** @type {any} */ formula, /** @type {string} */ name) => {
    const value = Number(values.get(name));
    const step = 1e-4 * Math.max(Math.abs(value), 1e-3);
    return (valueOf(formula, new Map(values).set(name, value + step)) - at(formula)) / step;
  };
  /** @type {Handle[]} */
  const handles = [];
  for (const { name } of pattern.stimulus) {
    if (name === holding) continue;
    const value = Number(values.get(name));
    for (const [on, off, start, end] of sweep.pieces) {
      const height = slope(end, name);
      const isTaken = handles.some((handle) => handle.name === name);
      if (isTaken) break;
      const [t0, t1] = [at(on), at(off)];
      if (Math.abs(height) > 1e-9 && t1 > t0) {
        const isRamp = Math.abs(at(start) - at(end)) > 1e-9;
        const place = isRamp ? { t: t1 } : { t: (t0 + t1) / 2, step: /** @type {Range} */ ([t0, t1]) };
        handles.push({ name, axis: "height", ...place, current: base + at(end), value, slope: height });
        continue;
      }
      const time = slope(off, name);
      if (Math.abs(time) > 1e-9 && t1 > t0) {
        handles.push({ name, axis: "time", t: t1, current: base + at(end) / 2, value, slope: time });
      }
    }
  }
  return handles;
}
