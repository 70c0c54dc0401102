// Features of the spike train and the potential of one neuron. Python computes the same features for many neurons, and tests
// compare the results. A train is a list of spike times in ms. NaN marks a missing entry. Potentials are in mV.

import { roundHalfEven } from "./runtime.ts";

/** Input of a feature: a train, a potential, or numbers computed from them. */
export type Row = ArrayLike<number> & Iterable<number>;
export type Train = readonly number[];

const SMALLEST_BURST = 3;
const LARGEST_BURST = 40;
/** The minimum ratio of the pauses between bursts to the intervals around them. */
const CUT_RATIO = 2;
/** The factor up to which a longer neighbour of a pause is another pause. */
const COMPARABLE = 1.5;

const NONE = Number.NaN;

function divided(a: number, b: number): number {
  const ratio = a / b;
  return Number.isFinite(a) && Number.isFinite(b) && b !== 0 && Number.isFinite(ratio) ? ratio : NONE;
}

/** The sum from left to right, because another order would change the last bit. */
function summed(row: Iterable<number>): number {
  let sum = 0;
  for (const x of row) if (Number.isFinite(x)) sum += x;
  return sum;
}

/** A copy in ascending order, with NaN last. */
const ascending = (row: Row) => Float64Array.from(row).sort();

const meanOf = (values: readonly number[]) => (values.length ? summed(values) / values.length : NONE);

// -- trains ----------------------------------------------------------------------------------------------------------

const count = (times: Train, t0: number, t1: number) => times.reduce((n, t) => n + Number(t >= t0 && t < t1), 0);
const within = (times: Train, t0: number, t1: number) => times.filter((t) => t >= t0 && t < t1);
const intervals = (times: Train) => times.slice(1).map((t, i) => t - times[i]);

/** The number of finite entries. */
function lengths(row: Row): number {
  let n = 0;
  for (const x of row) if (Number.isFinite(x)) n++;
  return n;
}

const at = (row: Row, place: number) => (place >= 0 && place < row.length ? row[place] : NONE);
const first = (times: Train) => at(times, 0);
const last = (times: Row) => at(times, lengths(times) - 1);

function lateHalf(row: Train): number[] {
  const half = Math.floor(lengths(row) / 2);
  return row.map((x, i) => (i >= half ? x : NONE));
}

const mean = (row: Row) => divided(summed(row), lengths(row));

function cv(row: Row): number {
  const n = lengths(row);
  const average = mean(row);
  const deviation = Math.sqrt(divided(summed(Array.from(row, (x) => (x - average) * (x - average))), n));
  return n >= 2 ? divided(deviation, average) : NONE;
}

function smallest(row: Row): number {
  let low = Infinity;
  for (const x of row) if (Number.isFinite(x) && x < low) low = x;
  return Number.isFinite(low) ? low : NONE;
}

function largest(row: Row): number {
  let high = -Infinity;
  for (const x of row) if (Number.isFinite(x) && x > high) high = x;
  return Number.isFinite(high) ? high : NONE;
}

const spread = (row: Row) => (lengths(row) >= 2 ? divided(largest(row), smallest(row)) : NONE);

function median(row: Row): number {
  const n = lengths(row);
  const ordered = ascending(row);
  return 0.5 * (at(ordered, Math.floor((n - 1) / 2)) + at(ordered, Math.floor(n / 2)));
}

function shortestInterval(times: Train): number {
  const low = smallest(intervals(times));
  return Number.isNaN(low) ? Infinity : low;
}

const persistence = (times: Train, end: number) => divided(end - last(times), median(lateHalf(intervals(times))));

const cv2 = (isi: Train) => mean(isi.slice(1).map((x, i) => 2 * divided(Math.abs(x - isi[i]), isi[i] + x)));

const adaptationIndex = (isi: Train) => mean(isi.slice(1).map((x, i) => divided(x - isi[i], x + isi[i])));

function climbs(row: Train, factor: number): number {
  let level = at(row, 0);
  let found = 0;
  for (const x of row.slice(1)) {
    if (!(x > factor * level)) continue;
    level = x;
    found++;
  }
  return found;
}

function leading(decisions: readonly boolean[]): number {
  const place = decisions.indexOf(false);
  return place < 0 ? decisions.length : place;
}

/** The index of the smallest value, or of the first NaN, as in NumPy's argmin. */
function placeOfLeast(values: Train): number {
  const place = values.findIndex(Number.isNaN);
  return place >= 0 ? place : values.indexOf(Math.min(...values));
}

const oneOf = (values: Train, place: number) => values[place];
const growth = (isi: Row) => Array.from({ length: Math.max(isi.length - 1, 0) }, (_, i) => divided(isi[i + 1], isi[i]));

// -- bursts ----------------------------------------------------------------------------------------------------------

/** The median of the two intervals on each side of an interval. At the ends of a train, those on one side count twice. */
const around = (isi: Train, k: number) => median([-2, -1, 1, 2].map((by) => isi[k + by] ?? isi[k - by] ?? NONE));

/**
 * A measure of how clearly each interval separates bursts, which it does at CUT_RATIO and above. Intervals may grow steeply
 * within a burst.
 */
function separation(isi: Train): number[] {
  const least = (a: number, b: number) => (Number.isNaN(a) || Number.isNaN(b) ? NONE : Math.min(a, b));
  const apart = isi.map((x, k) => {
    const beside = largest([isi[k - 1] ?? NONE, isi[k + 1] ?? NONE]);
    return least(divided(x, around(isi, k)), CUT_RATIO * COMPARABLE * divided(x, beside));
  });
  // The first and the last interval have neighbours only on one side.
  const end = isi.length - 1;
  const shortest = smallest(isi.filter((_, k) => k > 0 && k < end && apart[k] >= CUT_RATIO));
  for (const k of [0, end]) {
    if (k < 0) continue;
    const limit = Number.isNaN(shortest) ? 1 : CUT_RATIO * COMPARABLE * divided(isi[k], shortest);
    apart[k] = least(apart[k], limit);
  }
  return apart;
}

/** The spikes of each burst, or null if no pause is clearly longer than the intervals around it. */
function grouped(times: Train): { ratio: number; inside: number; groups: number[][] | null } {
  const isi = intervals(times);
  const apart = separation(isi);
  const gaps = apart.map((x) => x >= CUT_RATIO);
  if (!gaps.includes(true)) return { ratio: largest(apart), inside: NONE, groups: null };
  const groups = [[times[0]]];
  gaps.forEach((isGap, k) => {
    if (isGap) groups.push([times[k + 1]]);
    else groups[groups.length - 1].push(times[k + 1]);
  });
  return {
    ratio: smallest(apart.filter((_, k) => gaps[k])),
    inside: largest(isi.filter((_, k) => !gaps[k])),
    groups,
  };
}

/** The spikes of a train in groups, cut at the intervals that are longer than those within a group. */
function cut(times: Train, inside: number): number[][] {
  const groups = [[times[0]]];
  for (let i = 1; i < times.length; i++) {
    if (times[i] - times[i - 1] > inside) groups.push([times[i]]);
    else groups[groups.length - 1].push(times[i]);
  }
  return groups;
}

/**
 * The first and the last spike of each burst, for a figure. The criteria use the same segmentation.
 *
 * @param inside the longest interval within a burst, if the pattern sets it; otherwise the train is cut at its longest pauses
 */
export function burstsIn(times: Train, inside: number | null = null): (readonly [first: number, last: number])[] {
  if (times.length < SMALLEST_BURST) return [];
  const groups = inside === null ? grouped(times).groups : cut(times, inside);
  const isBurst = ({ length }: Train) => length >= SMALLEST_BURST && length <= LARGEST_BURST;
  return (groups ?? []).filter(isBurst).map((group) => [group[0], group[group.length - 1]]);
}

function bursts(times: Train, end: number) {
  const found = grouped(times);
  const { ratio } = found;
  if (found.groups === null) {
    return { ratio, complete: 0, shortest: NONE, longest: NONE, period: NONE, period_cv: NONE };
  }
  const { groups, inside } = found;
  const sizes = groups.map(({ length }) => length);
  const isOngoing = end - last(times) < 1.5 * inside;
  const whole = isOngoing ? sizes.slice(0, -1) : sizes;
  const periods = intervals(groups.map((group) => group[0]));
  return {
    ratio,
    complete: whole.filter((size) => size >= SMALLEST_BURST && size <= LARGEST_BURST).length,
    shortest: smallest(whole),
    longest: largest(sizes),
    period: mean(periods),
    period_cv: cv(periods),
  };
}

// -- a train compared with a recorded one -------------------------------------------------------------------------------------

const rowOf = (x: number | Row): number[] => (typeof x === "number" ? [x] : Array.from(x));

/** A train and a reference in one ascending row, and a row that marks the entries of the train. */
function merge(times: Train, reference: Train): [number[], boolean[]] {
  const both = [
    ...times.map((t): [number, boolean] => [t, true]),
    ...reference.map((t): [number, boolean] => [t, false]),
  ].sort(([a], [b]) => a - b);
  return [both.map(([t]) => t), both.map(([, isTrain]) => isTrain)];
}

/** Distances of the entries of an ascending row to the nearest marked entry. */
function nearest(merged: readonly number[], isOther: readonly boolean[]): number[] {
  const distances: number[] = [];
  let before = -Infinity;
  merged.forEach((x, i) => {
    if (isOther[i]) before = x;
    distances.push(x - before);
  });
  let next = Infinity;
  for (let i = merged.length - 1; i >= 0; i--) {
    if (isOther[i]) next = merged[i];
    distances[i] = Math.min(distances[i], next - merged[i]);
  }
  return distances;
}

/** The coincidence factor Γ of Kistler, Gerstner & van Hemmen (1997), and the progress towards the next coincidence. */
function coincidences(times: Train, given: number | Row, precision: number, duration: number) {
  const reference = rowOf(given);
  const n = lengths(times);
  if (!reference.length || !times.length) return { gamma: 0, progress: 0 };
  const [merged, isTrain] = merge(times, reference);
  const isReference = isTrain.map((x) => !x);
  const toTrain = nearest(merged, isTrain).filter((_, i) => !isTrain[i]);
  const toReference = nearest(merged, isReference).filter((_, i) => isTrain[i]);
  const reach = precision * (1 + 1e-9);
  const close = (distances: readonly number[]) => distances.filter((x) => x <= reach).length;
  const found = Math.min(close(toTrain), close(toReference));
  const chance = (2 * precision * n) / duration;
  const scale = divided(1, 0.5 * (n + reference.length) * (chance < 1 ? 1 - chance : NONE));
  const gamma = n > 0 ? (found - chance * reference.length) * scale : 0;
  const missed = summed(toTrain.map((x) => (x <= reach ? 0 : reach / Math.max(x, reach))));
  const progress = 0.5 * missed * Math.max(scale, 0);
  return { gamma, progress: Number.isNaN(progress) ? 0 : progress };
}

/** The distance of van Rossum (2001). */
function vanRossum(times: Train, given: number | Row, timeConstant: number): number {
  const [merged, isTrain] = merge(times, rowOf(given));
  let total = merged.length;
  let before = 0;
  for (let k = 1; k < merged.length; k++) {
    const decay = Math.exp(-(merged[k] - merged[k - 1]) / timeConstant);
    before = (before + (isTrain[k - 1] ? 1 : -1)) * decay;
    total += 2 * (isTrain[k] ? 1 : -1) * before;
  }
  return Math.max(0.5 * total, 0);
}

// -- potentials --------------------------------------------------------------------------------------------------------

function voltageRange(v: Row): number {
  let [low, high] = v.length ? [v[0], v[0]] : [NONE, NONE];
  for (const x of v) {
    if (Number.isNaN(x)) return NONE;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return high - low;
}

function swings(v: Float64Array, level: number, size: number, start: number) {
  const x = v.slice(start).map((value) => value - level);
  const none = { number: 0, progress: 0 };
  if (x.length < 3 || x.some((value) => !Number.isFinite(value))) return none;
  let number = 0;
  let begin = 0;
  while (begin < x.length) {
    let after = begin + 1;
    while (after < x.length && x[after] >= 0 === x[begin] >= 0) after++;
    let top = begin;
    for (let k = begin; k < after; k++) if (Math.abs(x[k]) > Math.abs(x[top])) top = k;
    if (!(begin === 0 && top === 0)) {
      if (after === x.length && top === after - 1) break;
      const height = Math.abs(x[top]);
      if (height < size) return { number, progress: Math.min(height / size, 0.999) };
      number++;
    }
    begin = after;
  }
  return { number, progress: 0 };
}

function firstBelow(v: Row, level: number, start: number): number {
  for (let k = Math.max(start, 0); k < v.length; k++) if (v[k] < level) return k;
  return v.length;
}

function hump(v: Float64Array, vBaseline: number, start: number, stop: number, high: number, since: number) {
  const none = { height: NONE, rise: NONE, undershoot: NONE, top: -1, slope: NONE };
  const begin = Math.max(start, 0);
  const end = Math.min(stop, v.length);
  if (!(start < end) || v.some((x) => !Number.isFinite(x))) return none;
  let lowest = Infinity;
  let top = -1;
  let climb = -Infinity;
  let flattest = -Infinity; // maximum over samples that are high enough, and over all samples
  let ofAll = -Infinity;
  for (let k = begin; k < end; k++) {
    if (k > begin) {
      ofAll = Math.max(ofAll, v[k] - v[k - 1]);
      if (v[k - 1] >= vBaseline + high) flattest = Math.max(flattest, v[k] - v[k - 1]);
    }
    lowest = Math.min(lowest, v[k]);
    if (v[k] - lowest > climb) {
      climb = v[k] - lowest;
      top = k;
    }
  }
  const found = Number.isFinite(flattest) ? flattest : ofAll;
  const slope = Number.isFinite(found) ? found : NONE;
  const below = extreme(v, Math.max(since, 0), top + 1, Math.min);
  return { height: v[top] - vBaseline, rise: climb, undershoot: Math.max(vBaseline - below, 0), top, slope };
}

function courseDistance(
  v: Float64Array,
  times: Train,
  dt: number,
  reference: number | Row,
  step: number,
  before: number,
  after: number,
): number {
  let sum = 0;
  let n = 0;
  let next = 0; // the first spike whose surroundings end after t, because a search over all spikes would take seconds
  rowOf(reference).forEach((x, k) => {
    const t = (k + 1) * step;
    while (t >= times[next] + after) next += 1;
    const place = roundHalfEven(t / dt) - 1;
    if (!Number.isFinite(x) || place < 0 || place >= v.length) return;
    if (t >= times[next] - before) return;
    const apart = v[place] - x;
    n += 1;
    if (Number.isFinite(apart * apart)) sum += apart * apart;
  });
  return Math.sqrt(divided(sum, n));
}

function decayTime(v: Row, level: number, dt: number): number {
  if (v.length < 3) return NONE;
  const middle = 0.5 * (v.length - 1) * dt;
  let xy = 0;
  let xx = 0;
  for (let k = 0; k < v.length; k++) {
    const x = k * dt - middle;
    const y = Math.log(Math.abs(v[k] - level));
    if (!Number.isFinite(y)) return NONE;
    xy += x * y;
    xx += x * x;
  }
  const slope = divided(xy, xx);
  return slope < 0 ? divided(-1, slope) : NONE;
}

/** The sample indices of the spikes, without repetitions. Empty if the potential is not finite. */
function edgesOf(v: Float64Array, times: Train, dt: number): number[] {
  if (v.some((x) => !Number.isFinite(x))) return [];
  const places = times.filter(Number.isFinite).map((t) => roundHalfEven(t / dt));
  return places.filter((k, i) => k >= 0 && k < v.length && k !== places[i - 1]);
}

function extreme(v: Float64Array, from: number, to: number, of: (a: number, b: number) => number): number {
  let found = v[from];
  for (let k = from + 1; k < to; k++) found = of(found, v[k]);
  return found;
}

function meanTrough(v: Float64Array, times: Train, dt: number): number {
  const edges = edgesOf(v, times, dt);
  return meanOf(edges.slice(1).map((end, k) => extreme(v, edges[k], end, Math.min)));
}

function meanPeak(v: Float64Array, times: Train, dt: number): number {
  const edges = edgesOf(v, times, dt);
  return meanOf(edges.map((from, k) => extreme(v, from, edges[k + 1] ?? v.length, Math.max)));
}

function halfWidth(v: Float64Array, times: Train, dt: number): number {
  const edges = edgesOf(v, times, dt);
  const widths: number[] = [];
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
}

// -- entries of a row ----------------------------------------------------------------------------------------------------

type Flags = readonly (number | boolean)[];

const entry = (row: readonly number[], place: number) => (row.length ? (row.at(place) ?? NONE) : NONE);
const piece = (row: readonly number[], from: number, to: number) => row.slice(from, to);
const howMany = (row: Flags) => row.filter(Boolean).length;
const highest = (row: readonly number[]) => row.reduce((a, x) => (x > a || Number.isNaN(x) ? x : a), -Infinity);
const lowest = (row: readonly number[]) => row.reduce((a, x) => (x < a || Number.isNaN(x) ? x : a), Infinity);
const anyOf = (row: Flags) => row.some(Boolean);
const allOf = (row: Flags) => row.every(Boolean);

/** Functions of whole rows by their names in Python. */
export const FEATURES = {
  count,
  window: within,
  intervals,
  lengths,
  first,
  last,
  at,
  late_half: lateHalf,
  mean,
  cv,
  cv2,
  smallest,
  largest,
  spread,
  median,
  shortest_isi: shortestInterval,
  persistence,
  adaptation_index: adaptationIndex,
  climbs,
  leading,
  place_of_least: placeOfLeast,
  one_of: oneOf,
  growth,
  bursts,
  coincidences,
  van_rossum: vanRossum,
  voltage_range: voltageRange,
  swings,
  first_below: firstBelow,
  hump,
  course_distance: courseDistance,
  decay_time: decayTime,
  mean_trough: meanTrough,
  mean_peak: meanPeak,
  half_width: halfWidth,
  entry,
  piece,
  how_many: howMany,
  highest,
  lowest,
  any_of: anyOf,
  all_of: allOf,
};
