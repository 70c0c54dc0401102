// Made by `python -m plausiwidgets.widgets.answers.written` from the table of messages. Do not edit.
import type { LessonData, ModelData } from "./types.d.ts";

/** Type, first byte and number of entries of an array in the buffer of an answer; it begins at a multiple of 8. */
export type Place = ["f4" | "f8" | "i4" | "u4" | "u1", number, number];

export type HostCriterion = {
  key: string;
  name: string;
  unit: string;
  value: number | "Infinity" | "-Infinity" | null;
  low: number | "Infinity" | "-Infinity" | null;
  high: number | "Infinity" | "-Infinity" | null;
  passed: boolean;
  penalty: number | "Infinity" | "-Infinity" | null;
};

export type HostVerdict = {
  status: "replicated" | "fragile" | "unverified" | "rejected" | "ruled_out" | "unsearched" | "failed" | "unjudged";
  loss: number | "Infinity" | "-Infinity" | null;
  diverged: boolean;
  failed_test: string;
  engine: string;
  criteria: HostCriterion[];
  parts: Record<string, "replicated" | "fragile" | "unverified" | "rejected" | "ruled_out" | "unsearched" | "failed" | "unjudged">;
};

export type HostSweep = {
  name: string;
  t0: number;
  dt: number;
  states: string[];
};

export type SearchRecord = {
  id: string;
  model: string;
  pattern: string;
  dt: number;
  evaluations: number;
  budget: number;
  loss: number | "Infinity" | "-Infinity" | null;
  best: Record<string, number>;
  at_bounds: string[];
  status: "replicated" | "fragile" | "unverified" | "rejected" | "ruled_out" | "unsearched" | "failed" | "unjudged";
  seconds: number;
  sentence: string;
};

export type AssessedRow = {
  model: string;
  pattern: string;
  letter: string;
  status: "replicated" | "fragile" | "unverified" | "rejected" | "ruled_out" | "unsearched" | "failed" | "unjudged";
  state: "waiting" | "running" | "paused" | "done" | "stopped" | "superseded" | "failed";
  loss: number | "Infinity" | "-Infinity" | null;
  evaluations: number;
  robustness: number | null;
  parameters: Record<string, number>;
  ruled_out: string;
  sentence: string;
};

export type OnsetPoint = {
  kind: string;
  current: number;
  potential: number;
  text: string;
};

export type FixedPoint = {
  x: number;
  y: number;
  kind: string;
  text: string;
  eigenvalues: string;
};

export type CurrentLevel = {
  text: string;
  points: FixedPoint[];
  nullclines: number[];
};

export type RecordedSweep = {
  name: string;
  numbers: number[];
  protocol: string;
  begin: number;
};

export type ComparedCriterion = {
  of: string;
  sweep: string;
  name: string;
  text: string;
  unit: string;
  low: number | "Infinity" | "-Infinity" | null;
  high: number | "Infinity" | "-Infinity" | null;
  shaped: boolean;
};

export type AnswerState = "waiting" | "running" | "paused" | "done" | "stopped" | "superseded" | "failed";

/** What is asked, by kind. */
export type Questions = {
  /** The description of a model and a pattern that the app does not have, such as custom ones. The first answer has the part that requires no simulation, the last answer has all of it. `why` is the reason if the neuron cannot be simulated on the page; otherwise it is empty. */
  describe: { model: string; pattern: string };
  /** The selection has changed on the page. `step` names the step of undo that it belongs to: those of one drag are one step, and a known one goes back to it. */
  select: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds?: Record<string, [number, number]>; free?: string[]; locked?: string[]; step: string };
  /** The translations of a language, by the English text. */
  texts: { language: string };
  /** A lesson that the app offers. Each of its cards locks different values. */
  lesson: { name: string };
  /** Go back one step. */
  undo: object;
  /** Take the last undo back. */
  redo: object;
  /** A test of the connection. The host answers immediately, even during other work. */
  alive: object;
  /** Simulate and evaluate at the time step, for a neuron that the app cannot simulate. `sweeps` are the sweeps whose traces are sent; if it is empty, all are. With `states`, the traces have every state variable, otherwise only the potential. During a loop in Python, an answer has the number of completed time steps and their total, or 0 if the total is not known. To cancel this request also ends the evaluation of the same set. `scale` is rest, threshold and peak; it is empty if they are not known. */
  simulate: { model: string; pattern: string; values: Record<string, number>; dt: number; sweeps: string[]; states: boolean };
  /** The verdict of Python, verified; first at the time step alone. */
  verify: { model: string; pattern: string; values: Record<string, number>; dt: number };
  /** Search for the pattern; a running search is stopped. `begin`: start from the values, or from random points. `pace`: limit the evaluations per second to the pace of a user. Each answer has the new evaluations, and `from` is the number of the first of them. `before`: number of visitors ahead of this search on a server. */
  search: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds?: Record<string, [number, number]>; free?: string[]; begin: "values" | "random"; budget?: number; seed?: number; popsize?: number; pace?: boolean };
  /** Which searches there are: each is then sent with its own id, from its first try on, and goes on being sent. */
  running: object;
  /** Hold a search. */
  pause: { of: string };
  /** Let a search go on. */
  resume: { of: string };
  /** End a search, also one of another page; its best is kept. */
  stop: { of: string };
  /** End the work of a question. */
  cancel: { of: string };
  /** The loss of the pattern in the plane of two parameters, on grids with increasing numbers of points per side. `all`: for each of all patterns. */
  plane: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds: Record<string, [number, number]>; x: string; y: string; all: boolean; points: number[] };
  /** Parameter sets that show the pattern, spread over the whole region within the ranges of the free parameters. Sets are sent as soon as they are found. The last answer has the final sets, which replace them. */
  samples: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds?: Record<string, [number, number]>; free?: string[]; count: number; seed: number };
  /** Search each pattern (all, where none is named) of each model. `rows` are those that are new or have changed. */
  assess: { models: string[]; patterns: string[]; seed: number; budget?: number };
  /** The patterns that this neuron can show: a search for a stimulus for each pattern, with the model's parameters fixed. */
  repertoire: { model: string; pattern: string; values: Record<string, number>; dt: number };
  /** The loss along each value alone, with so many points, one after the other. */
  profiles: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds: Record<string, [number, number]>; points: number[] };
  /** The rate over the current, from 0 to `most`. */
  rate: { model: string; values: Record<string, number>; dt: number; holding: number; most: number; points: number };
  /** How the neuron begins to fire: its fixed points over the current, then also its firing. Without `currents` they are those of the model, and as many more as `holding` needs. `points` are the bifurcations, and `sentences` what they mean, in the last answer. */
  bifurcations: { model: string; values: Record<string, number>; dt: number; holding: number; currents?: [number, number] };
  /** The phase plane of two variables (of a neuron of one variable the phase line) and the trajectory of a sweep. `pair` is empty for the first two; the other variables are steady, or as at the time `now`; `ranges` are shown in any case. */
  phase: { model: string; pattern: string; values: Record<string, number>; dt: number; sweep: string; pair: string[]; others: "steady" | "now"; now: number; ranges?: [number, number][] };
  /** The equations of a model as HTML, and what each name in them means. */
  equations: { model: string };
  /** A file. `what` is a Python script of the selection, one line of Python, a page, or an exercise with the question `text`. It can also be a CSV file of the traces, or of the evaluations of the search `of`. */
  export: { what: "script" | "line" | "page" | "exercise" | "traces" | "search"; model: string; pattern: string; values: Record<string, number>; dt: number; free: string[]; text: string; of: string };
  /** A recorded cell as a pattern, from the file in the buffer. Where the file does not name its units, and none are chosen, the answer has those to choose from, and no pattern. `compare` weighs what is compared, `sweeps` are those that it is compared with, and `holdout` those of the pattern `held_out`; the answer has all sweeps and criteria of the file. `left_out` is not compared where `compare` is left out; `shaped` are criteria of neurons without a reset alone. */
  recording: { model: string; name: string; units: Record<string, string>; compare?: Record<string, number>; sweeps?: number[]; holdout?: number[]; again?: string };
  /** A custom current as a pattern without criteria: a step, pulses, a ramp, or values with a time in ms and a current in each line. `lines`: interpolate between the values. `end`: the end of the last value, if it is not the default. */
  stimulus: { shape: "step" | "pulses" | "ramp" | "values"; number: number; text: string; lines: boolean; title: string; end?: number; again?: string };
  /** A neuron with hidden parameters that shows the pattern; without a seed, a new one. `pattern` matches its response, `about` is the pattern that it shows, `common` are the criteria that earn no points, and `link` is empty where a link could not name it. */
  mystery: { model: string; pattern: string; seed: number | null; again?: string };
  /** The hidden parameters of a mystery. */
  reveal: { pattern: string };
  /** The script of Plotly. */
  plotly: object;
};

/** What is answered, by kind; every field but in the answers of what failed or was superseded. */
export type Answers = {
  describe: { data: ModelData; why: string };
  select: object;
  texts: { texts: Record<string, string> };
  lesson: { lesson: LessonData };
  undo: object;
  redo: object;
  alive: object;
  simulate: { done: number; total: number; verdict: HostVerdict | null; sweeps: HostSweep[]; scale: number[] };
  verify: { verdict: HostVerdict };
  search: { search: SearchRecord; from: number; before?: number };
  running: { searches: string[] };
  pause: object;
  resume: object;
  stop: object;
  cancel: object;
  plane: { patterns: string[]; criteria: string[]; solved: string[]; finer: boolean };
  samples: { done: number; total: number; names: string[]; evaluations: number; loss: number | "Infinity" | "-Infinity" | null; volume: number | null };
  assess: { done: number; total: number; rows: AssessedRow[]; seconds: number; csv: string };
  repertoire: { done: number; total: number; rows: AssessedRow[] };
  profiles: { names: string[]; finer: boolean };
  rate: object;
  bifurcations: { currents: [number, number]; onset: string; sentences: string[]; points: OnsetPoint[] };
  phase: { names: string[]; labels: string[]; ranges: [number, number][]; levels: CurrentLevel[]; usual: number; variables: string[]; sentence: string };
  equations: { html: string; meanings: Record<string, string>; card: string };
  export: { name: string; text: string };
  recording: { pattern: string; held_out: string; choices: Record<string, string[]>; columns: Record<string, string>; unit: string; sweeps: RecordedSweep[]; criteria: ComparedCriterion[]; left_out: string[] };
  stimulus: { pattern: string };
  mystery: { pattern: string; about: string; values: Record<string, number>; dt: number; moved: string[]; common: string[]; seed: number; link: string; python: string };
  reveal: { values: Record<string, number> };
  plotly: { version: string };
};

export type Kind = keyof Questions;

/** A message of the host. The kind is `error` where the question could not be read. */
export type Told<K extends Kind = Kind> = {
  kind: K | "error";
  id: string;
  state: AnswerState;
  error?: string;
  arrays?: Record<string, Place>;
} & Partial<Answers[K]>;
