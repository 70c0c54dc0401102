// What the modules pass each other. Times in ms, potentials in mV, currents in the unit of the model.
import type * as catalogue from "./catalogue.ts";
import type {
  Card,
  Catalogue,
  Component,
  Condition,
  Exercise,
  LessonData,
  Model,
  ModelData,
  Slider,
  StoredSet,
  Sweep,
} from "./catalogue.ts";
import type { Formula } from "./engine/formula.ts";
import type { CriterionResult, Verdict } from "./engine/judge.ts";
import type { Host, ShareFrom } from "./hosts/host.ts";

export type {
  Card,
  Catalogue,
  Component,
  Condition,
  CriterionResult,
  Exercise,
  Formula,
  Host,
  LessonData,
  Model,
  ModelData,
  ShareFrom,
  Slider,
  StoredSet,
  Sweep,
  Verdict,
};
// Scripts that are not TypeScript yet change these, and read fields without looking at the type of a target.
/** A text, or [tag, children, attributes]. */
export type Node = any;
export type Mark = catalogue.Status;
export type Values = Record<string, number>;
export type Range = [number, number];
export type Pattern = Omit<catalogue.Pattern, "targets"> & { targets: any[] };
/** What is shown: a model with values under a pattern; `set` is the stored set that it was last taken from. */
export type Selection = { model: string; pattern: string; values: Values; dt: number; set: number };
/** Ranges that are not those of the sliders, what a search may not change, and what nobody may. */
export type Box = { bounds: Record<string, Range>; fixed: string[]; locked: string[] };
/** The verdict of Python on exactly this selection. */
export type Verified = { status: "pending" | catalogue.Status; why: string };
export type Role = "example" | "pinned" | "best" | "yours";
export type Line = {
  role: Role;
  t0: number;
  dt: number;
  v: Float64Array;
  current: Float64Array;
  spikes: number[];
  divergedAt: number;
};
/** What can be taken in the figure: a value that a height or a time of the current depends on. */
export type Handle = {
  name: string;
  axis: "height" | "time";
  t: number;
  current: number;
  value: number;
  /** Change of the current, or of the time, with the value. */
  slope: number;
  /** From when to when the current has the height. */
  step?: Range;
};
/** What a host has simulated and judged; `scale` is rest, threshold and peak, where they are known. */
export type Simulated = { line: Line; verdict: Verdict | null; scale: [number, number, number] | null };
/**
 * A line, or a verdict alone, that is awaited of the host, or that is not there: time steps that are done, of how many
 * (0: not known).
 */
export type Simulating = { what: "line" | "verdict"; state: "running" | "stopped" | "failed"; done: number; total: number };
export type Scene = {
  lines: Line[];
  x: Range;
  v: Range;
  i: Range;
  /** Of the current. */
  unit: string;
  /** Of the potential; empty where it has none. */
  scale: string;
  handles: Handle[];
  /** What criteria look at: the one that is pointed at, or those that fail. */
  marks: Looked[];
  /** Whether a criterion is pointed at, which makes its marks stronger. */
  pointed: boolean;
  /** Where a spike of a neuron that resets is drawn to; NaN of others. */
  peak: number;
  /** Whether "yours" is of former values: those of the sliders are still to be simulated. */
  faded: boolean;
};
/** A span of the sweep that a criterion looks at, with what was measured in it. */
export type Looked = { from: number; to: number; text: string; passed: boolean };
/** What is chosen of a picture by a zoom: across, and up where that was chosen as well. */
export type Zoom = { x: Range; y: Range | null };
export type Stroke = { colour: string; width: number; dash?: number[]; alpha?: number };
/**
 * What lies in a panel, in the values of its axes. `name` and `unit` are for who reads values off; `words` are what is
 * read of each point in their place. `fill` is from the line to the level `floor`. Dots may be a picture of them all, of the size of the whole
 * picture.
 */
export type Layer =
  | {
      kind: "line";
      xs: number[];
      ys: number[];
      stroke: Stroke;
      fill?: number;
      floor?: number;
      name?: string;
      unit?: string;
      words?: string[];
    }
  | {
      kind: "dots";
      xs: number[];
      ys: number[];
      radius: number;
      colour: string;
      alpha: number;
      edge?: Stroke;
      name?: string;
      words?: string[];
      image?: HTMLCanvasElement;
    }
  | { kind: "text"; text: string; x: number; y: number; colour: string; back: string }
  | { kind: "band"; from: number; to: number; colour: string; alpha: number }
  | {
      kind: "cells";
      xs: number[];
      ys: number[];
      index: number[][];
      palette: { colour: string; alpha: number }[];
      words?: () => string[][];
    };
/** A box in px with two axes. Axes that are the same object are one axis; `head` is what a place of it is called. */
export type Panel = {
  left: number;
  top: number;
  width: number;
  height: number;
  x: { range: Range; grid: number[]; head?: (x: string) => string };
  y: { range: Range; grid: number[] };
  layers: Layer[];
};
/** A text at a place in px; `turned`: it is read upwards. */
export type Label = {
  text: string;
  x: number;
  y: number;
  align: "left" | "center" | "right";
  colour: string;
  turned?: boolean;
  back?: string;
};
/** What a painter draws, whichever it is. */
export type Picture = {
  width: number;
  height: number;
  size: number;
  colours: Record<string, string>;
  panels: Panel[];
  labels: Label[];
  /** Straight lines in px, such as the marks of an axis, 1 px wide by default. */
  rules?: { from: [number, number]; to: [number, number]; colour: string; width?: number }[];
  name: string;
};
/** A search, as its host tells of it; `tries` are losses, `best` is a complete set. */
export type Search = {
  id: string;
  model: string;
  pattern: string;
  state: "waiting" | "running" | "paused" | "done" | "stopped" | "superseded" | "failed";
  tries: Tries;
  restarts: number[];
  loss: number;
  best: Values | null;
  /** Values of the best that lie at an end of their ranges. */
  atEnds: string[];
  /** Visitors of a server who have their turn before. */
  before: number;
  dt: number;
  status: string;
  error: string;
  least: number;
  seconds: number;
  /** When the first answer came, in ms of the page's clock; and when the last one did. */
  began: number;
  ended: number;
};
/** Losses of tries, in an array that grows by doubling; `filled` counts the gaps that were filled later, as after a reload. */
export type Tries = { losses: Float32Array; count: number; least: number; filled: number };
export type Turn = { stage: "open" | "bars" | "shown" | "solved"; from: Values; moved: string[] };
/** A lesson with the card that is shown, those that were done, and whether this one's condition holds at present. */
export type Lesson = { name: string; title: string; cards: readonly Card[]; at: number; done: number[]; met: boolean };
/** A mystery: what is hidden, points of the sliders and of a search (-1: none yet), and what was revealed of it. */
export type Game = {
  model: string;
  pattern: string;
  about: string;
  seed: number;
  moved: string[];
  common: string[];
  link: string;
  python: string;
  yours: number;
  best: number;
  raced: boolean;
  first: "" | "yours" | "search";
  revealed: Values | null;
};
/** An assessment that a script has made, as a map; a cell without values cannot be opened. */
export type Table = {
  rows: { name: string; title: string }[];
  columns: { key: string; letter: string; title: string }[];
  cells: Record<string, { status: string; sign: string; share: string; lines: string[]; values: Values | null }>;
};
export type State = {
  selection: Selection;
  verdict: Verdict | null;
  verified: Verified | null;
  /** Of a neuron that the page cannot simulate, or a pattern that it cannot judge. */
  simulating: Simulating | null;
  search: Search | null;
  /** Whether the drawer is open. */
  drawer: boolean;
  turn: Turn | null;
  /** "patterns", "models", "lessons", "explore", "share", "more", "criteria", or "". */
  sheet: string;
  /** Whether all values are shown in place of four. */
  all: boolean;
  /** The tool beside the potential, or "". */
  tool: string;
  /** The criterion that is pointed at, or -1. */
  marked: number;
  window: Zoom | null;
  whole: boolean;
  sweep: string; // that is shown; "" for the main one
  pinned: Selection | null;
  present: boolean;
  dark: boolean;
  language: string;
  /** A sentence for the user. */
  notice: string;
  /** Whether the host has not answered for a while. */
  silent: boolean;
  past: Selection[];
  future: Selection[];
  /** Counts what is drawn anew without a change of the selection, such as sweeps that a procedure found. */
  drawn: number;
  /** Counts the pictures of a search that is played. */
  played: number;
  box: Box;
  exercise: Exercise | null;
  lesson: Lesson | null;
  /** Mysteries that were begun, by their pattern: undo and redo go from one to another. */
  games: Record<string, Game>;
  table: Table | null;
};
export type Arrays = any;
/** A reply of any kind, for scripts that are not TypeScript yet. */
export type Answer = { id: string; kind: string; state: string; error?: string; [field: string]: any };
export type Store = {
  get: () => State;
  set: (change: Partial<State>) => void;
  on: (listener: (state: State, changed: Set<string>) => void) => () => void;
};
