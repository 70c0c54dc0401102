// The atlas of a neuron, with different responses to a step, one for each cell of two measured properties. The measurement and
// its criteria are those of Python. The search is that of analysis/atlases.py with other random numbers.

import {
  type AtlasAxis,
  type AtlasData,
  type Catalogue,
  type ModelData,
  type OwnPattern,
  patternOf,
  type Slider,
  type Values,
} from "../catalogue.ts";
import type { Verdict } from "../engine/judge.ts";
import { streamOf } from "../engine/search/random.ts";
import { axesOf, Chart, clipped } from "../engine/search/space.ts";
import type { Selection } from "../models/selection.ts";
import { type Simulation, simulationOf } from "../models/simulation.ts";

const UNIFORM = 0.1; // the share of uniformly drawn sets
const ENOUGH = 10; // minimum number of representatives for variations
const ISO = 0.02; // noise of a variation, in widths of the ranges
const LINE = 0.3; // spread along the line between two representatives
const DIGITS = 3;
const NAMED = ["A", "B", "C", "D", "E", "F"]; // the letters of the patterns with a step

/** The representative of a cell. */
export interface Behaviour {
  readonly column: number;
  readonly row: number;
  readonly values: Values;
  readonly spikes: readonly number[];
  /** The letters of the patterns whose criteria are met, without a verification. */
  readonly names: readonly string[];
  readonly margin: number;
  readonly unit: readonly number[];
  /** The values on both axes. */
  readonly measured: readonly [number, number];
}

export interface AtlasOf {
  readonly catalogue: Catalogue;
  readonly atlas: AtlasData;
  readonly data: ModelData;
  readonly dt: number;
  readonly axes: readonly [AtlasAxis, AtlasAxis];
}

/** The position of a value on an axis in cells, starting at 0. */
export function placeOf({ low, high, scale, edges }: AtlasAxis, value: number): number {
  const cells = edges.length + 1;
  const share = scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Number.isNaN(share) ? share : clipped(share) * cells;
}

/** The catalogue and the data of a model with the protocol of the atlas as their only pattern. */
function withProtocol(catalogue: Catalogue, atlas: AtlasData, data: ModelData, amplitude: Slider) {
  const { key } = atlas.pattern;
  const own: OwnPattern = { stimulus: [amplitude], ruled_out: "", sets: [], shares: [], twin: false, matter: [] };
  return {
    catalogue: { ...catalogue, patterns: { [key]: atlas.pattern } },
    data: { ...data, patterns: { [key]: { ...own, sets: [EMPTY] } }, shared: {} },
  };
}

const EMPTY = { kind: "defaults", title: "", source: "", values: [], dt: 0, status: "unjudged", why: "" } as const;

/** The simulation of a step, which measures all axes. Null for a model without an amplitude. */
export function stepOf({ catalogue, atlas, data, dt }: Omit<AtlasOf, "axes">, values: Values): Simulation | null {
  if (!data.atlas) return null;
  const both = withProtocol(catalogue, atlas, data, data.atlas);
  const selection: Selection = { model: data.model.name, pattern: atlas.pattern.key, values, dt, set: 0 };
  return simulationOf(both.catalogue, both.data, selection);
}

/** The value of an axis in a verdict. NaN if a criterion that all patterns share is not met. */
export function measuredIn(verdict: Verdict | null, key: string): number {
  if (!verdict || verdict.loss > 0) return Number.NaN;
  return verdict.criteria.find((criterion) => criterion.key === key)?.value ?? Number.NaN;
}

/**
 * The distance of a position from the border of a cell: 0.5 at the centre, and 0 outside. The outer cells have no outer border.
 */
function marginIn(place: number, cell: number, cells: number): number {
  const low = cell === 0 ? 0.5 : place - cell;
  const high = cell === cells - 1 ? 0.5 : cell + 1 - place;
  const margin = Math.min(low, high, 0.5);
  return margin >= 0 ? Math.max(margin, 1e-9) : 0;
}

const rounded = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(DIGITS))]));

/** Fills the cells of an atlas, and calls `give` with each new representative. The generator pauses before each simulation. */
export function* filling(of: AtlasOf, base: Values, seed: number, give: (one: Behaviour) => void): Generator<unknown> {
  const { data, axes, dt } = of;
  const { atlas: amplitude } = data;
  if (!amplitude) return;
  const random = streamOf(seed);
  const sliders = [...data.parameters, amplitude];
  const start = { ...base, [amplitude.name]: amplitude.default };
  const free = sliders.filter(({ vary }) => vary !== false).map(({ name }) => name);
  const space = axesOf(sliders, start, { begin: "random", free, bounds: {} });
  const chart = new Chart(space);
  const cells = axes.map(({ edges }) => edges.length + 1);
  const found = new Map<string, Behaviour>();

  const places = function* (values: Values, step: number): Generator<unknown, readonly (readonly [number, number])[]> {
    const simulation = stepOf({ ...of, dt: step }, values);
    const verdict = simulation ? (yield* simulation.judging()).verdict : null;
    return axes.map((axis) => {
      const value = measuredIn(verdict, axis.key);
      return [placeOf(axis, value), value] as const;
    });
  };
  const drawn = (): number[] => {
    if (found.size < ENOUGH || random.uniform() < UNIFORM) return space.map(() => random.uniform());
    const all = [...found.values()];
    const [first, second] = [all[random.below(all.length)].unit, all[random.below(all.length)].unit];
    const along = LINE * random.normal();
    return first.map((x, i) => clipped(x + ISO * random.normal() + along * (second[i] - x)));
  };

  for (;;) {
    const unit = drawn();
    const values = { ...start, ...Object.fromEntries(chart.decode(unit).map((value, i) => [space[i].name, value])) };
    const at = yield* places(values, dt);
    yield;
    if (at.some(([place]) => Number.isNaN(place))) continue;
    const cell = at.map(([place], i) => Math.min(Math.floor(place), cells[i] - 1));
    const marginOf = (some: typeof at) => Math.min(...some.map(([place], i) => marginIn(place, cell[i], cells[i])));
    const key = cell.join();
    let margin = marginOf(at);
    const tests = [[rounded(values), dt] as const, ...(data.model.discrete ? [] : [[values, dt / 2] as const])];
    for (const [set, step] of tests) {
      if (!(margin > (found.get(key)?.margin ?? 0))) break;
      const other = marginOf(yield* places(set, step));
      margin = Number.isNaN(other) ? 0 : Math.min(margin, other);
      yield;
    }
    if (!(margin > (found.get(key)?.margin ?? 0))) continue;
    const one: Behaviour = {
      column: cell[0],
      row: cell[1],
      values,
      spikes:
        stepOf(of, values)
          ?.trace("yours")
          .spikes.filter((time) => time >= 0) ?? [],
      names: yield* namesOf(of, values),
      margin,
      unit,
      measured: [at[0][1], at[1][1]],
    };
    found.set(key, one);
    give(one);
  }
}

/** The letters of the patterns of a step whose criteria are met, among those in the catalogue. */
function* namesOf({ catalogue, data, dt }: AtlasOf, values: Values): Generator<unknown, readonly string[]> {
  const names: string[] = [];
  for (const key of Object.keys(data.patterns)) {
    const { letter, stimulus } = patternOf(catalogue, data, key);
    if (!NAMED.includes(letter)) continue;
    const own = Object.fromEntries(stimulus.map(({ name, default: usual }) => [name, values[name] ?? usual]));
    const selection: Selection = { model: data.model.name, pattern: key, values: { ...values, ...own }, dt, set: 0 };
    const { verdict } = yield* simulationOf(catalogue, data, selection).judging();
    if (verdict?.loss === 0) names.push(letter);
    yield;
  }
  return names;
}
