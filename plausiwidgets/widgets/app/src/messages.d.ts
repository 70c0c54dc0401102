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
  status: "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged";
  loss: number | "Infinity" | "-Infinity" | null;
  diverged: boolean;
  failed_test: string;
  engine: string;
  criteria: HostCriterion[];
  parts: Record<string, "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged">;
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
  status: "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged";
  seconds: number;
  sentence: string;
};

export type AssessedRow = {
  model: string;
  pattern: string;
  letter: string;
  status: "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged";
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
  /** What the app has to know of a model and a pattern that it does not have, such as custom ones: first what is known without a simulation, then all of it. `why` is why the neuron cannot be simulated on the page, and is empty where it can. */
  describe: { model: string; pattern: string };
  /** The selection has changed on the page. `step` names the step of undo that it belongs to: those of one drag are one step, and a known one goes back to it. */
  select: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds?: Record<string, [number, number]>; free?: string[]; locked?: string[]; step: string };
  /** The translations of a language, by the English text. */
  texts: { language: string };
  /** A lesson that the app offers: from then on each of its cards locks values of its own. */
  lesson: { name: string };
  /** Go back one step. */
  undo: object;
  /** Take the last undo back. */
  redo: object;
  /** Whether the host is there: it answers at once, also beside other work. */
  alive: object;
  /** Simulate and judge at the time step: what the app asks of a neuron that it cannot simulate. `sweeps` are those whose traces are sent, all where it is empty; `states`: with every state variable, else with the potential alone. While it runs as a loop of Python, the answer has how many time steps are done, and of how many: 0 where that is not known. Who cancels it also ends the judging of the same set. `scale` is rest, threshold and peak as the judge has them, and empty where they are not known. */
  simulate: { model: string; pattern: string; values: Record<string, number>; dt: number; sweeps: string[]; states: boolean };
  /** The verdict of Python, verified; first at the time step alone. */
  verify: { model: string; pattern: string; values: Record<string, number>; dt: number };
  /** Search for the pattern; a search that runs is stopped. `begin`: from the values, or from random points; `pace`: held back to as many tries a second as a hand makes. `from` is the number of the first of the tries that are sent: each answer has those that are new. `before`: how many visitors of a server have their turn before it. */
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
  /** Where in the plane of two values the pattern holds, on grids of so many points a side, one after the other; `all`: for each of all patterns. */
  plane: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds: Record<string, [number, number]>; x: string; y: string; all: boolean; points: number[] };
  /** Sets that show the pattern, spread over the whole region within the ranges of what is free; those that are met on the way are sent as they come, the last answer has the final ones and replaces them. */
  samples: { model: string; pattern: string; values: Record<string, number>; dt: number; bounds?: Record<string, [number, number]>; free?: string[]; count: number; seed: number };
  /** Search each pattern (all, where none is named) of each model. `rows` are those that are new or have changed. */
  assess: { models: string[]; patterns: string[]; seed: number; budget?: number };
  /** What this neuron can do: a search for a stimulus under each pattern, with the model's parameters as they are. */
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
  /** A file: a Python script of what is selected, one line of Python, a page, an exercise that asks for `text`, the traces, or each try of the search `of`, both as CSV. */
  export: { what: "script" | "line" | "page" | "exercise" | "traces" | "search"; model: string; pattern: string; values: Record<string, number>; dt: number; free: string[]; text: string; of: string };
  /** A recorded cell as a pattern, from the file in the buffer. Where the file does not name its units, and none are chosen, the answer has those to choose from, and no pattern. `compare` weighs what is compared, `sweeps` are those that it is compared with, and `holdout` those of the pattern `held_out`; the answer has all sweeps and criteria of the file. `left_out` is not compared where `compare` is left out; `shaped` are criteria of neurons without a reset alone. */
  recording: { model: string; name: string; units: Record<string, string>; compare?: Record<string, number>; sweeps?: number[]; holdout?: number[]; again?: string };
  /** Another current as a pattern that is not judged: a step, pulses, a ramp, or given values, in each line a time in ms and a current; `lines`: straight lines from one to the next; `end`: when the last value ends, where it is another time than usual. */
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
