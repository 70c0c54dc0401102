// What the modules pass each other. Times in ms, potentials in mV, currents in the unit of the model.
import type { Kind } from "./messages.d.ts";

export type Values = Record<string, number>;
export type Range = [number, number];
/** What is shown: a model with values under a pattern; `set` is the stored set that it was last taken from. */
export type Selection = { model: string; pattern: string; values: Values; dt: number; set: number };
/** Ranges that are not those of the sliders, what a search may not change, and what nobody may. */
export type Box = { bounds: Record<string, Range>; fixed: string[]; locked: string[] };
export type CriterionResult = {
  key: string;
  name: string;
  text: string;
  unit: string;
  value: number;
  low: number;
  high: number;
  passed: boolean;
  penalty: number;
  /** The parts of sweeps that were measured; a sweep of null is any, NaN its begin or end. A host does not send them. */
  looks?: { sweep: string | null; from: number; to: number }[];
};
/** The verdict of the app, by the letter: at the time step of the selection. */
export type Verdict = { loss: number; lost: boolean; criteria: CriterionResult[] };
/** The verdict of Python on exactly this selection. */
export type Verified = { status: "pending" | "replicated" | "fragile" | "rejected" | "unverified"; why: string };
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
/** What an exercise asks for; `about` and `defaults` are for its codes, `common` is of a mystery. */
export type Exercise = {
  question: string;
  hints: string[];
  free: string[];
  about: Record<string, string>;
  defaults: Values;
  common: string[] | null;
  start: { values: [string, number][]; dt: number };
};
export type Condition = { holds: boolean | null; name: string; below: number | null; above: number | null };
/** A text, or [tag, children, attributes]. */
export type Node = string | [string, Node[], Record<string, any>?];
export type Card = {
  title: string;
  body: Node[];
  model: string;
  pattern: string;
  free: string[];
  start: { values: [string, number][]; dt: number } | null;
  until: Condition[];
  tool: string;
};
/** Cards with their title; one that the app offers has a name, by which a link opens it. */
export type LessonData = { title: string; cards: Card[]; name?: string };
/** A lesson with the card that is shown, those that were done, and whether this one's condition holds at present. */
export type Lesson = { name: string; title: string; cards: Card[]; at: number; done: number[]; met: boolean };
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
export type Slider = {
  name: string;
  label: [string, string];
  low: number;
  high: number;
  default: number;
  unit: string;
  scale: string;
  linear_width: number | null;
  limits: [number | null, number | null];
  valid: string;
  group: string;
  description: string;
};
export type Formula = number | string | [string, ...Formula[]];
export type Sweep = { name: string; pieces: Formula[][]; end: Formula; duration: Formula; fixed?: boolean };
export type Component = {
  holding: string | null;
  sweeps: Sweep[];
  prefix: string;
  label: string;
  title: string;
  /** The title within a sentence, with its article. */
  in_sentence: string;
  look: string;
  event: (number | string | { after: number })[] | null;
  tape: any;
  criteria: any[];
};
export type StoredSet = {
  /** Where its values come from. */
  kind: "defaults" | "preset" | "search" | "start" | "hidden" | "exported";
  title: string;
  source: string;
  values: [string, number][];
  dt: number;
  status: Mark;
  why: string;
  chosen?: Sweep[][];
  /** Whether the app begins with it. */
  begin?: boolean;
};
/** A pattern under a model. */
export type Pattern = {
  key: string;
  letter: string;
  title: string;
  /** The title within a sentence, with its article; a combined pattern joins those of its components. */
  in_sentence: string;
  description: string;
  function: string;
  hint: string;
  source: string;
  main: string;
  fine: boolean;
  python: string;
  components: Component[];
  stimulus: Slider[];
  ruled_out: string;
  sets: StoredSet[];
  shares: (number | null)[];
  twin: boolean;
  matter: string[];
  targets: any[];
  /** Of what is custom: lines of Python that make it. */
  before?: string[];
  /** Of given values of a current: the fields of a link that hold them; none where they are too many. */
  link?: Record<string, string>;
};
export type Model = {
  name: string;
  title: string;
  /** The title within a sentence, without an article. */
  in_sentence: string;
  description: string;
  source: string;
  equations: string;
  unit: string;
  potential_unit: string;
  dt: number;
  resets: boolean;
  /** Place of the threshold in the state of a neuron whose threshold moves. */
  thresholdPlace?: number;
  plane: boolean;
  /** In discrete time: it is verified in steps of its dt. */
  discrete?: boolean;
};
export type ModelData = {
  model: Model;
  parameters: Slider[];
  patterns: Record<string, any>;
  /** Neurons by name, each the text of an object made from its program. */
  code?: Record<string, string>;
  /** Patterns that the catalogue does not have. */
  shared?: Record<string, any>;
};
export type Mark = "replicated" | "fragile" | "unverified" | "rejected" | "ruled_out" | "unsearched" | "failed" | "unjudged";
export type Catalogue = {
  format: number;
  bench: any;
  patterns: Record<string, any>;
  models: Record<string, { title: string; in_sentence: string; description: string; marks: Record<string, Mark> }>;
  /** Lessons that can be opened, with the number of their cards, and what these show. */
  lessons: Record<string, { title: string; language: string; cards: number; shown: [string, string][] }>;
};
export type Arrays = Record<string, Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array>;
export type Answer = { id: string; kind: string; state: string; error?: string; [field: string]: any };
export type Listener = (answer: Answer, arrays: Arrays) => void;
/** Who answers: nobody, a kernel, a server. `ask` returns how to cancel. */
export type Host = {
  name: "none" | "kernel" | "server";
  can: (kind: Kind) => boolean;
  /** Whether a model can be shown. */
  has: (model: string) => boolean;
  /** Asks, with at most one buffer. */
  ask: (kind: Kind, fields: object, listener: Listener, data?: ArrayBuffer) => () => void;
  /** Of what is custom the first answer may be an outline; the rest, or why there is none, is given to `more`. */
  describe: (model: string, pattern: string, more?: (data: ModelData, error: string) => void) => Promise<ModelData>;
  /** A lesson that the catalogue lists. */
  lesson: (name: string) => Promise<LessonData>;
  /** Called when it has not answered for a while, and when it answers again. */
  onSilence?: (listener: (isSilent: boolean) => void) => void;
  /** Hears a sentence while there is no connection, then an empty one. */
  onLoss?: (listener: (sentence: string) => void) => void;
  share?: ShareFrom;
  /** Where a notebook of a link is written, with the token that this takes. */
  notebook?: { address: string; token: string };
  /** Tells in which language its sentences are read from now on. */
  speak?: (language: string) => void;
  /** Address to which the code of an exercise is sent. */
  hand?: string;
  /** Address of Plotly as a module, where it is a file of its own. */
  plotly?: string;
  close: () => void;
};
/** How a page is shared: what a link begins with (empty: the page's address), and whether its fields are encoded once more. */
export type ShareFrom = { base: string; encoded: boolean; where: "server" | "hub" | "binder" };
export type Store = {
  get: () => State;
  set: (change: Partial<State>) => void;
  on: (listener: (state: State, changed: Set<string>) => void) => () => void;
};
