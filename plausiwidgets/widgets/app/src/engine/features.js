// Features of spike trains and potentials of one neuron, each as plausiwidgets/patterns/features.py has it for many.
// A row is an array; NaN stands for an entry that is none. Times in ms, potentials in mV.

import { floorDivide, roundHalfEven } from "../../../../simulation/javascript/runtime.js";

const SMALLEST_BURST = 3;
const LARGEST_BURST = 40;
const CUT_RATIO = 2;

function divided(a, b) {
  const ratio = a / b;
  return Number.isFinite(a) && Number.isFinite(b) && b !== 0 && Number.isFinite(ratio) ? ratio : NaN;
}

/** The sum from left to right, as there. */
function summed(row) {
  let sum = 0;
  for (const x of row) if (Number.isFinite(x)) sum += x;
  return sum;
}

function ascending(row) {
  return Float64Array.from(row).sort(); // numbers first, NaN last
}

/** The largest ratio between neighbours of the sorted intervals, and the shorter of the two. */
function largestJump(isi) {
  const ordered = ascending(isi);
  const steps = FEATURES.growth(ordered);
  let place = 0;
  let best = -Infinity;
  steps.forEach((x, i) => {
    if (Number.isFinite(x) && x > best) [place, best] = [i, x];
  });
  return [FEATURES.largest(steps), FEATURES.at(ordered, place)];
}

/** Distances of the entries of an ascending row to the nearest entry for which `isOther` holds. */
function nearest(merged, isOther) {
  const before = [];
  let last = -Infinity;
  merged.forEach((x, i) => {
    if (isOther[i]) last = x;
    before.push(x - last);
  });
  let next = Infinity;
  for (let i = merged.length - 1; i >= 0; i--) {
    if (isOther[i]) next = merged[i];
    before[i] = Math.min(before[i], next - merged[i]);
  }
  return before;
}

/** A train and a reference in one ascending row, and which entries are the train's. */
function merge(times, reference) {
  const both = [...times.map((t) => [t, true]), ...reference.map((t) => [t, false])].sort(([a], [b]) => a - b);
  return [both.map(([t]) => t), both.map(([, mine]) => mine)];
}

const rowOf = (x) => (typeof x === "number" ? [x] : Array.from(x));

/** The places of the spikes in a potential that is finite, each once. */
function edgesOf(v, times, dt) {
  if (v.some((x) => !Number.isFinite(x))) return [];
  const places = times.filter(Number.isFinite).map((t) => roundHalfEven(t / dt));
  return places.filter((k, i) => k >= 0 && k < v.length && k !== places[i - 1]);
}

function extreme(v, from, to, of) {
  let found = v[from];
  for (let k = from + 1; k < to; k++) found = of(found, v[k]);
  return found;
}

const meanOf = (values) => (values.length ? summed(values) / values.length : NaN);

export const FEATURES = {
  count: (times, t0, t1) => times.reduce((n, t) => n + (t >= t0 && t < t1), 0),
  window: (times, t0, t1) => times.filter((t) => t >= t0 && t < t1),
  intervals: (times) => times.slice(1).map((t, i) => t - times[i]),
  lengths: (row) => row.reduce((n, x) => n + Number.isFinite(x), 0),
  first: (times) => (times.length ? times[0] : NaN),
  last: (times) => FEATURES.at(times, FEATURES.lengths(times) - 1),
  at: (row, place) => (place >= 0 && place < row.length ? row[place] : NaN),
  late_half(row) {
    const half = Math.floor(FEATURES.lengths(row) / 2);
    return row.map((x, i) => (i >= half ? x : NaN));
  },
  mean: (row) => divided(summed(row), FEATURES.lengths(row)),
  cv(row) {
    const n = FEATURES.lengths(row);
    const average = FEATURES.mean(row);
    const deviation = Math.sqrt(divided(summed(Array.from(row, (x) => (x - average) * (x - average))), n));
    return n >= 2 ? divided(deviation, average) : NaN;
  },
  smallest(row) {
    const low = row.reduce((a, x) => (Number.isFinite(x) && x < a ? x : a), Infinity);
    return Number.isFinite(low) ? low : NaN;
  },
  largest(row) {
    const high = row.reduce((a, x) => (Number.isFinite(x) && x > a ? x : a), -Infinity);
    return Number.isFinite(high) ? high : NaN;
  },
  spread: (row) => (FEATURES.lengths(row) >= 2 ? divided(FEATURES.largest(row), FEATURES.smallest(row)) : NaN),
  median(row) {
    const n = FEATURES.lengths(row);
    const ordered = ascending(row);
    return 0.5 * (FEATURES.at(ordered, Math.floor((n - 1) / 2)) + FEATURES.at(ordered, Math.floor(n / 2)));
  },
  shortest_isi(times) {
    const low = FEATURES.smallest(FEATURES.intervals(times));
    return Number.isNaN(low) ? Infinity : low;
  },
  persistence: (times, end) => divided(end - FEATURES.last(times), FEATURES.median(FEATURES.late_half(FEATURES.intervals(times)))),
  adaptation_index: (isi) => FEATURES.mean(isi.slice(1).map((x, i) => divided(x - isi[i], x + isi[i]))),
  climbs(row, factor) {
    let level = row.length ? row[0] : NaN;
    let found = 0;
    for (const x of row.slice(1)) if (x > factor * level) [level, found] = [x, found + 1];
    return found;
  },
  leading(decisions) {
    const first = decisions.indexOf(false);
    return first < 0 ? decisions.length : first;
  },
  place_of_least(values) {
    const place = values.findIndex(Number.isNaN); // as numpy: the first that is none comes before all
    return place >= 0 ? place : values.indexOf(Math.min(...values));
  },
  one_of: (values, place) => values[place],
  growth: (isi) => Array.from(isi.slice(1), (x, i) => divided(x, isi[i])),
  bursts(times, end) {
    const isi = FEATURES.intervals(times);
    const none = { ratio: NaN, complete: 0, shortest: NaN, longest: NaN, period: NaN, period_cv: NaN };
    if (isi.length < 2) return none;
    const [ratio, longestInside] = largestJump(isi);
    if (!(ratio >= CUT_RATIO)) return { ...none, ratio };
    const sizes = [1];
    const onsets = [times[0]];
    isi.forEach((interval, i) => {
      if (interval > longestInside) {
        sizes.push(1);
        onsets.push(times[i + 1]);
      } else {
        sizes[sizes.length - 1]++;
      }
    });
    const isOngoing = end - FEATURES.last(times) < 1.5 * longestInside;
    const whole = isOngoing ? sizes.slice(0, -1) : sizes;
    const periods = FEATURES.intervals(onsets);
    return {
      ratio,
      complete: whole.filter((size) => size >= SMALLEST_BURST && size <= LARGEST_BURST).length,
      shortest: FEATURES.smallest(whole),
      longest: FEATURES.largest(sizes),
      period: FEATURES.mean(periods),
      period_cv: FEATURES.cv(periods),
    };
  },
  coincidences(times, given, precision, duration) {
    const reference = rowOf(given);
    const n = FEATURES.lengths(times);
    if (!reference.length || !times.length) return { gamma: 0, progress: 0 };
    const [merged, mine] = merge(times, reference);
    const nearTrain = nearest(merged, mine).filter((_, i) => !mine[i]);
    const nearReference = nearest(
      merged,
      mine.map((x) => !x),
    ).filter((_, i) => mine[i]);
    const within = precision * (1 + 1e-9);
    const close = (distances) => distances.filter((x) => x <= within).length;
    const found = Math.min(close(nearTrain), close(nearReference));
    const chance = (2 * precision * n) / duration;
    const scale = divided(1, 0.5 * (n + reference.length) * (chance < 1 ? 1 - chance : NaN));
    const gamma = n > 0 ? (found - chance * reference.length) * scale : 0;
    const missed = summed(nearTrain.map((x) => (x <= within ? 0 : within / Math.max(x, within))));
    const progress = 0.5 * missed * Math.max(scale, 0);
    return { gamma, progress: Number.isNaN(progress) ? 0 : progress };
  },
  van_rossum(times, given, timeConstant) {
    const [merged, mine] = merge(times, rowOf(given));
    let total = merged.length;
    let before = 0;
    for (let k = 1; k < merged.length; k++) {
      const decay = Math.exp(-(merged[k] - merged[k - 1]) / timeConstant);
      before = (before + (mine[k - 1] ? 1 : -1)) * decay;
      total += 2 * (mine[k] ? 1 : -1) * before;
    }
    return Math.max(0.5 * total, 0);
  },
  voltage_range(v) {
    let [low, high] = v.length ? [v[0], v[0]] : [NaN, NaN];
    for (const x of v) {
      if (Number.isNaN(x)) return NaN;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    return high - low;
  },
  swings(v, level, size, start) {
    const x = v.slice(start).map((value) => value - level);
    const none = { number: 0, progress: 0 };
    if (x.length < 3 || x.some((value) => !Number.isFinite(value))) return none;
    let number = 0;
    let first = 0;
    while (first < x.length) {
      let after = first + 1;
      while (after < x.length && x[after] >= 0 === x[first] >= 0) after++;
      let top = first;
      for (let k = first; k < after; k++) if (Math.abs(x[k]) > Math.abs(x[top])) top = k;
      if (!(first === 0 && top === 0)) {
        if (after === x.length && top === after - 1) break;
        const height = Math.abs(x[top]);
        if (height < size) return { number, progress: Math.min(height / size, 0.999) };
        number++;
      }
      first = after;
    }
    return { number, progress: 0 };
  },
  first_below(v, level, start) {
    for (let k = Math.max(start, 0); k < v.length; k++) if (v[k] < level) return k;
    return v.length;
  },
  hump(v, vBaseline, start, stop, high) {
    const none = { height: NaN, rise: NaN, undershoot: NaN, top: -1, slope: NaN };
    if (!(start < Math.min(stop, v.length)) || v.some((x) => !Number.isFinite(x))) return none;
    let lowest = Infinity;
    let top = -1;
    let below = NaN;
    let climb = -Infinity;
    let flattest = -Infinity; // among samples that are high enough, and among all
    let ofAll = -Infinity;
    for (let k = Math.max(start, 0); k < Math.min(stop, v.length); k++) {
      if (k > Math.max(start, 0)) {
        ofAll = Math.max(ofAll, v[k] - v[k - 1]);
        if (v[k - 1] >= vBaseline + high) flattest = Math.max(flattest, v[k] - v[k - 1]);
      }
      lowest = Math.min(lowest, v[k]);
      if (v[k] - lowest > climb) [climb, top, below] = [v[k] - lowest, k, lowest];
    }
    const found = Number.isFinite(flattest) ? flattest : ofAll;
    const slope = Number.isFinite(found) ? found : NaN;
    return { height: v[top] - vBaseline, rise: climb, undershoot: Math.max(vBaseline - below, 0), top, slope };
  },
  course_distance(v, times, dt, reference, step, before, after) {
    const row = rowOf(reference);
    let sum = 0;
    let n = 0;
    row.forEach((x, k) => {
      const t = (k + 1) * step;
      const place = roundHalfEven(t / dt) - 1;
      if (!Number.isFinite(x) || place < 0 || place >= v.length) return;
      if (times.some((s) => t >= s - before && t < s + after)) return;
      const apart = v[place] - x;
      n += 1;
      if (Number.isFinite(apart * apart)) sum += apart * apart;
    });
    return Math.sqrt(divided(sum, n));
  },
  decay_time(v, level, dt) {
    if (v.length < 3) return NaN;
    const middle = 0.5 * (v.length - 1) * dt;
    let [xy, xx] = [0, 0];
    for (let k = 0; k < v.length; k++) {
      const x = k * dt - middle;
      const y = Math.log(Math.abs(v[k] - level));
      if (!Number.isFinite(y)) return NaN;
      xy += x * y;
      xx += x * x;
    }
    const slope = divided(xy, xx);
    return slope < 0 ? divided(-1, slope) : NaN;
  },
  mean_trough(v, times, dt) {
    const edges = edgesOf(v, times, dt);
    return meanOf(edges.slice(1).map((end, k) => extreme(v, edges[k], end, Math.min)));
  },
  mean_peak(v, times, dt) {
    const edges = edgesOf(v, times, dt);
    return meanOf(edges.map((from, k) => extreme(v, from, edges[k + 1] ?? v.length, Math.max)));
  },
  half_width(v, times, dt) {
    const edges = edgesOf(v, times, dt);
    const widths = [];
    for (let k = 1; k < edges.length; k++) {
      const low = v.indexOf(extreme(v, edges[k - 1], edges[k], Math.min), edges[k - 1]);
      const top = v.indexOf(extreme(v, edges[k], edges[k + 1] ?? v.length, Math.max), edges[k]);
      const level = 0.5 * (v[low] + v[top]);
      let up = low + 1;
      while (up < top && v[up] < level) up++;
      let down = top + 1;
      while (down < v.length && v[down] > level) down++;
      if (down === v.length) continue;
      const rise = up - (v[up] - level) / (v[up] - v[up - 1]);
      widths.push((down - (level - v[down]) / (v[down - 1] - v[down]) - rise) * dt);
    }
    return meanOf(widths);
  },
};

/** Operations on numbers, and entry by entry on rows, as simulation/formula.py has them. */
export const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => floorDivide(a, b),
  negative: (a) => -a,
  abs: (a) => Math.abs(a),
  max: (a, b) => (a > b || Number.isNaN(a) ? a : b),
  min: (a, b) => (a < b || Number.isNaN(a) ? a : b),
  sqrt: (a) => Math.sqrt(a),
  square: (a) => a * a,
  floor: (a) => Math.floor(a),
  round: (a) => roundHalfEven(a),
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => Number(a) === Number(b),
  "!=": (a, b) => Number(a) !== Number(b),
  "&": (a, b) => Boolean(a && b),
  "|": (a, b) => Boolean(a || b),
  "~": (a) => !a,
  isfinite: (a) => Number.isFinite(a),
  where: (condition, a, b) => (condition ? a : b),
};

/** Operations over the entries of a row. */
export const ON_ROWS = {
  entry: (row, place) => (row.length ? row.at(place) : NaN),
  piece: (row, first, last) => row.slice(first, last),
  how_many: (row) => row.reduce((n, x) => n + (x ? 1 : 0), 0),
  highest: (row) => row.reduce((a, x) => (x > a || Number.isNaN(x) ? x : a), -Infinity),
  lowest: (row) => row.reduce((a, x) => (x < a || Number.isNaN(x) ? x : a), Infinity),
  any: (row) => row.some(Boolean),
  all: (row) => row.every(Boolean),
};

/** An operation on numbers, or entry by entry where an argument is a row. */
export function elementwise(operation, values) {
  const row = values.find((x) => typeof x === "object");
  if (!row) return operation(...values);
  return Array.from(row, (_, i) => operation(...values.map((x) => (typeof x === "object" ? x[i] : x))));
}
