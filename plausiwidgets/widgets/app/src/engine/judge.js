// The judge of the page: a neuron at rest, sweeps, features and criteria of one set of values, as patterns/bench.py,
// judge.py and criterion.py have them for many. What is measured comes as a tape (widgets/app/tape.py).

import { injected, roundHalfEven } from "../../../../simulation/javascript/runtime.js";
import { responseTo, settled, spikeLimit } from "./bench.js";
import { elementwise, FEATURES, ON_ROWS, OPERATIONS } from "./features.js";

/** A neuron of one set of values at its holding level; it gets sweeps, and notes what every pattern looks at. */
export class Bench {
  /** @param about {bench, resets, thresholdPlace} */
  constructor(neuron, about, parameters, holding, dt) {
    Object.assign(this, { neuron, about, parameters, holding, dt });
    this.potential = neuron.states[0];
    this.rest = this.settle();
    this.known = new Map();
    this.begin();
  }

  /** Forgets what other sweeps have shown: a verdict begins. */
  begin() {
    const { rest } = this;
    this.lowest = this.highest = rest.vBaseline;
    this.rise = Infinity;
    this.divergence = rest.lost;
  }

  limit(steps) {
    return spikeLimit(this.about.bench, steps, this.dt);
  }

  settle() {
    const { bench } = this.about;
    const { dt } = this;
    const rest = settled(this.neuron, bench, this.parameters, this.holding, dt);
    const v = rest.v;
    const range = FEATURES.voltage_range(v);
    return {
      ...rest,
      vBaseline: v.at(-1),
      range,
      peak: Number.isNaN(range) ? NaN : v.reduce((a, x) => Math.max(a, x), -Infinity),
      spontaneous: rest.steps.filter((k) => k >= roundHalfEven(bench.transient / dt)).length,
      lost: rest.diverged < 0 ? 0 : 1 + this.share(rest.diverged, rest.total),
    };
  }

  share(diverged, steps) {
    return Math.min(Math.max((steps - diverged) / Math.max(steps, 1), 1e-6), 1);
  }

  /** Spikes after the first 100 ms at another holding level. */
  control(holding) {
    if (holding === this.holding) return this.rest.spontaneous;
    const { bench } = this.about;
    const steps = roundHalfEven(bench.settle / this.dt);
    const { state, span } = this.neuron.start(this.parameters, holding);
    state[0] += bench.kick * span;
    const currents = new Float64Array(steps).fill(holding);
    const run = this.neuron.simulate(this.parameters, currents, this.dt, state, [], this.limit(steps));
    if (run.diverged >= 0) this.divergence = Math.max(this.divergence, 1 + this.share(run.diverged, steps));
    return run.spikes.filter((k) => k >= roundHalfEven(bench.transient / this.dt)).length;
  }

  /** The threshold of the neuron settled at a constant current: another one only where it is a state. */
  thresholdAt(current) {
    const place = this.about.thresholdPlace ?? null;
    return place === null ? this.rest.threshold : this.neuron.start(this.parameters, current).state[place];
  }

  /** The response to a sweep of numbers {pieces, end, duration}: its line, spike times, and extremes. */
  respond(sweep, remember = true) {
    const key = JSON.stringify([sweep.pieces, sweep.end, sweep.duration]);
    if (this.known.has(key)) return this.known.get(key);
    const none = new Map();
    const line = responseTo(sweep, this.rest, this.neuron, this.about.bench, this.parameters, this.holding, this.dt, none);
    const { shown } = this.rest;
    const response = { line, ...extremesOf(line.v.subarray(shown), line.every, this.rest.state?.[0] ?? NaN, line.lost) };
    response.times = line.lost < 0 ? line.steps.map((k) => k * this.dt) : [];
    response.top = response.highest;
    if (remember) this.known.set(key, response);
    return response;
  }

  /** Notes what every pattern looks at: the extremes of the potential, the smallest spike, and a loss. */
  note(response, keep) {
    const { lowest, highest, rise, line } = response;
    if (lowest < this.lowest || Number.isNaN(this.lowest)) this.lowest = lowest;
    if (highest > this.highest || Number.isNaN(this.highest)) this.highest = highest;
    if (keep && !this.about.resets) this.rise = Math.min(this.rise, rise);
    if (line.lost >= 0) this.divergence = Math.max(this.divergence, this.share(line.lost, line.last));
  }

  /** The spike times of a step of `width` ms, [] where the neuron is lost. */
  stepTimes(height, width, duration) {
    const steps = roundHalfEven(duration / this.dt);
    const currents = injected([[0, width, height, height]], this.holding, 0, this.dt, steps);
    const run = this.neuron.simulate(this.parameters, currents, this.dt, this.rest.state, [], this.limit(steps));
    return run.diverged < 0 ? run.spikes.map((k) => k * this.dt) : [];
  }
}

/** Lowest and highest potential from the start on, and how far the smallest spike rises; `lost`: a step, or -1. */
function extremesOf(v, spikes, start, lost) {
  let [low, high, trough, lowest, highest, rise] = [start, start, start, Infinity, -Infinity, Infinity];
  let next = 0;
  let last = start;
  const end = lost < 0 ? v.length : lost;
  for (let k = 0; k < end; k++) {
    if (spikes[next] === k) {
      if (next > 0) rise = Math.min(rise, high - trough);
      trough = low;
      lowest = Math.min(lowest, low);
      highest = Math.max(highest, high);
      [low, high] = [Infinity, -Infinity];
      next++;
    }
    last = v[k];
    if (last < low) low = last;
    if (last > high) high = last;
  }
  if (next > 0 && last < high) rise = Math.min(rise, high - trough);
  return { lowest: Math.min(low, lowest), highest: Math.max(high, highest), rise };
}

/** Computes features from a tape; a generator, which pauses after each simulation so that a page stays awake. */
class Player {
  constructor(tape, bench, values, times = null) {
    Object.assign(this, { tape, bench, values, times });
    this.results = new Map();
    this.responses = new Map();
  }

  *value(argument) {
    if (typeof argument === "number") return argument;
    if (typeof argument === "string") return this.named(argument);
    const [place] = argument;
    if (!this.results.has(place)) this.results.set(place, yield* this.computed(...this.tape.nodes[place]));
    return this.results.get(place);
  }

  named(name) {
    const { bench } = this;
    switch (name) {
      case "@nan":
        return NaN;
      case "@inf":
        return Infinity;
      case "@-inf":
        return -Infinity;
      case "@times":
        return this.times;
      case "@dt":
        return bench.dt;
      case "@span":
        return bench.rest.span;
      case "@threshold":
        return bench.rest.threshold;
      case "@v_baseline":
        return bench.rest.vBaseline;
      case "@baseline_range":
        return bench.rest.range;
      case "@baseline_peak":
        return bench.rest.peak;
      case "@spontaneous_spikes":
        return bench.rest.spontaneous;
      case "@lowest":
        return bench.lowest;
      case "@highest":
        return bench.highest;
      case "@rise":
        return bench.rise;
      default:
        return this.values.get(name);
    }
  }

  *all(list) {
    const values = [];
    for (const argument of list) values.push(yield* this.value(argument));
    return values;
  }

  *computed(name, ...given) {
    switch (name) {
      case "times":
      case "top":
      case "peak":
        return (yield* this.applied(given[0])).get(given[1])[name];
      case "v": {
        const { line } = (yield* this.applied(given[0])).get(given[1]);
        const [from, to] = yield* this.all(given.slice(2));
        const { shown } = this.bench.rest;
        const place = (t) => shown + roundHalfEven(t / this.bench.dt);
        return line.v.subarray(place(from), place(to));
      }
      case "field":
        return (yield* this.value(given[0]))[given[1]];
      case "list":
        return yield* this.all(given);
      case "control":
        return this.bench.control(yield* this.value(given[0]));
      case "threshold_at":
        return this.bench.thresholdAt(yield* this.value(given[0]));
      case "steps_show": {
        const [height, width, duration, only] = yield* this.all(given.slice(1));
        return yield* this.shows(given[0], only ? height : null, width, duration);
      }
      case "weakest_step": {
        const [width, duration, low, high, works, tolerance] = yield* this.all(given.slice(1));
        return works ? yield* this.weakest(given[0], width, duration, low, high, tolerance) : NaN;
      }
      case "where": {
        // only what is asked for: the other branch may take a search
        const [condition] = yield* this.all(given.slice(0, 1));
        if (typeof condition !== "object") return yield* this.value(condition ? given[1] : given[2]);
      }
    }
    const values = yield* this.all(given);
    if (FEATURES[name]) return FEATURES[name](...values);
    if (ON_ROWS[name]) return ON_ROWS[name](...values);
    return elementwise(OPERATIONS[name], values);
  }

  *shows(inner, height, width, duration) {
    const times = height === null || this.bench.rest.state === null ? [] : this.bench.stepTimes(height, width, duration);
    yield;
    return yield* new Player(inner, this.bench, this.values, times).value(inner.result);
  }

  /** The amplitude at which firing begins, by bisection; as patterns/bisection.py has it. */
  *weakest(inner, width, duration, low, high, tolerance) {
    let top = high;
    while (top > 1e-6 * high && top - low > tolerance * top) {
      const middle = 0.5 * (low + top);
      if (yield* this.shows(inner, middle, width, duration)) top = middle;
      else low = middle;
    }
    return top > 1e-6 * high ? top : NaN;
  }

  /** The responses to the sweeps of one call, by name. */
  *applied(k) {
    if (this.responses.has(k)) return this.responses.get(k);
    const { sweeps, graded, only, keep, shown } = this.tape.applied[k];
    const { bench } = this;
    const chosen = bench.rest.state !== null && (only === null || (yield* this.value(only)));
    const numbers = [];
    for (const sweep of sweeps) {
      const pieces = [];
      for (const piece of sweep.pieces) pieces.push(yield* this.all(piece));
      const [end, duration] = yield* this.all([sweep.end, sweep.duration ?? sweep.end]);
      numbers.push({ name: sweep.name, pieces, end, duration, isOwn: sweep.duration !== null });
    }
    const longest = Math.max(...numbers.map(({ end }) => end));
    for (const entry of numbers) if (!entry.isOwn) entry.duration = longest;
    const responses = new Map();
    for (const sweep of numbers) {
      if (!chosen) {
        responses.set(sweep.name, { sweep, times: [], top: NaN, peak: NaN, line: { v: new Float64Array() } });
        continue;
      }
      const response = bench.respond(sweep, keep);
      if (!shown) bench.note(response, keep);
      responses.set(sweep.name, { ...response, sweep });
      yield;
    }
    if (chosen)
      yield* this.grade(
        responses.get(graded),
        sweeps.find(({ name }) => name === graded),
      );
    this.responses.set(k, responses);
    return responses;
  }

  /** Keeps the largest potential of the window in which a silent neuron is graded. */
  *grade(response, { response: window }) {
    const { dt, rest } = this.bench;
    const { line, sweep } = response;
    const steps = roundHalfEven(sweep.duration / dt);
    let [first, last] = [0, steps];
    const isFixed = window.every((x) => typeof x === "number");
    if (isFixed) {
      first = Math.max(roundHalfEven(window[0] / dt), 0);
      last = Math.min(roundHalfEven(window[1] / dt), steps);
    }
    response.peak = -Infinity;
    for (let i = first; i < last; i++) if (line.v[rest.shown + i] > response.peak) response.peak = line.v[rest.shown + i];
  }
}

function saturated(x) {
  const distance = Math.max(x, 0);
  return distance === Infinity ? 1 : distance / (1 + distance);
}

/** The cost of a value outside of an interval: 0 exactly inside. */
function costOf({ kind, scale, per_span: perSpan, weight = 1 }, value, low, high, span, gap, progress) {
  if (value >= low && value <= high) return 0;
  let outside;
  if (kind === "count") {
    outside =
      value < low
        ? (0.5 * (low - value - progress)) / Math.max(low, 1) + (value === 0 ? 0.5 * saturated(gap) : 0)
        : 0.1 + 0.9 * saturated((value - high) / 4);
  } else if (kind === "log") {
    outside = saturated((value < low ? Math.log(low / Math.max(value, 1e-300)) : Math.log(value / high)) / scale);
  } else {
    const unit = scale * (perSpan ? span / 15 : 1);
    const short = low - value;
    outside = saturated((value < low ? Math.max(short - progress, 0.1 * short) : value - high) / unit);
  }
  return weight * (Number.isNaN(value) || Number.isNaN(outside) ? 1 : Math.min(Math.max(outside, 1e-9), 1));
}

/** The interval of a criterion at the span of a neuron. */
function intervalOf(criterion, span, dt) {
  const factor = criterion.per_span ? span / 15 : 1;
  const low = criterion.low ?? -Infinity;
  const high = (criterion.high ?? Infinity) * factor;
  if (!criterion.at_least_steps) return [low * factor, high];
  return [Math.max(low * factor, criterion.at_least_steps * dt) * (1 - 1e-9), high];
}

/**
 * Judges one pattern on a bench, at its time step alone: {checks, loss, diverged, responses}. A generator: it pauses
 * after each simulation.
 */
export function* judging(tape, criteria, bench, values) {
  bench.begin();
  const player = new Player(tape, bench, values);
  for (let k = 0; k < tape.applied.length; k++) yield* player.applied(k);
  const { rest } = bench;
  const gap = yield* player.value(tape.gap);
  const measured = new Map();
  for (const { key } of criteria) measured.set(key, Number(yield* player.value(tape.features[key])));
  const isLost = bench.divergence > 0;
  const checks = [];
  let loss = 0;
  for (const criterion of criteria) {
    const { key } = criterion;
    const [low, high] = intervalOf(criterion, rest.span, bench.dt);
    const value = isLost ? NaN : measured.get(key);
    const isGraded = key in tape.progress;
    const progress = isGraded ? yield* player.value(tape.progress[key]) : 0;
    const cost = costOf(criterion, value, low, high, rest.span, isGraded ? 0 : gap, progress);
    checks.push({ ...criterion, value, low, high, passed: cost === 0, cost, looks: looksOf(player, tape.features[key]) });
    loss += cost;
  }
  if (isLost) loss = checks.length + 1 + saturated(bench.divergence);
  return { checks, loss, isLost, responses: player.responses };
}

/** What stands for a part of every sweep: before the onset, or all of it. */
const BEFORE = ["@spontaneous_spikes", "@baseline_range", "@baseline_peak"];
const ALL = ["@lowest", "@highest", "@rise"];

/**
 * Where a feature looks, as its tape has it, with the times that were computed: [{sweep, from, to}] in ms. A sweep of
 * null is any; NaN of a time is the begin or the end of the sweep.
 */
function looksOf(player, feature) {
  const found = new Map();
  const add = (sweep, from, to) => found.set(`${sweep} ${from} ${to}`, { sweep, from, to });
  const seen = new Set();
  const timeOf = (argument) => {
    if (Array.isArray(argument)) return Number(player.results.get(argument[0]) ?? NaN);
    return typeof argument === "number" ? argument : (player.named(argument) ?? NaN);
  };
  const sweepOf = ([place]) => player.tape.nodes[place]?.[2] ?? null;
  const walk = (argument) => {
    if (typeof argument === "string" && BEFORE.includes(argument)) add(null, NaN, 0);
    if (typeof argument === "string" && ALL.includes(argument)) add(null, NaN, NaN);
    if (!Array.isArray(argument) || argument.length !== 1 || seen.has(argument[0])) return;
    seen.add(argument[0]);
    const [name, ...given] = player.tape.nodes[argument[0]];
    if ((name === "window" || name === "count") && Array.isArray(given[0])) add(sweepOf(given[0]), timeOf(given[1]), timeOf(given[2]));
    else if (name === "v") add(given[1], timeOf(given[2]), timeOf(given[3]));
    else if (name === "times" || name === "top" || name === "peak") add(given[1], 0, NaN);
    else for (const one of name === "where" ? given.slice(1) : given) walk(one);
  };
  walk(feature);
  return [...found.values()];
}

/** The benches of a neuron with values, one for each holding level, by the name of its value; made when asked for. */
export function benchesOf({ bench, model, parameters }, neuron, values, dt) {
  const known = new Map();
  const own = Object.fromEntries(parameters.map(({ name }) => [name, values.get(name)]));
  return (name) => {
    const held = name === null ? 0 : values.get(name);
    const about = { bench, resets: model.resets, thresholdPlace: model.thresholdPlace };
    if (!known.has(held)) known.set(held, new Bench(neuron, about, own, held, dt));
    return known.get(held);
  };
}

/** Judges the components of a pattern; of one that the page cannot judge the result is null. A generator. */
export function* judgingAll({ components, stimulus }, benchAt, values) {
  const results = [];
  for (const { tape, criteria, prefix, holding, label } of components) {
    if (!tape) {
      results.push(null);
      continue;
    }
    const own = new Map(values);
    for (const { name } of stimulus) if (name.startsWith(prefix)) own.set(name.slice(prefix.length), values.get(name));
    const result = yield* judging(tape, criteria, benchAt(holding), own);
    for (const look of result.checks.flatMap(({ looks }) => looks)) if (look.sweep !== null) look.sweep = `${label}${look.sweep}`;
    results.push(result);
  }
  return results;
}

/** The verdict on several patterns from that on each: none is better than the least of them. */
export function together(results) {
  const checks = results.flatMap(({ checks: own }) => own);
  const isLost = results.some((result) => result.isLost);
  return { checks, isLost, loss: results.reduce((sum, { loss }) => sum + loss, 0) };
}
