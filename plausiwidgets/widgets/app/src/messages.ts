// Generated from the table of messages by `python -m plausiwidgets.widgets.handlers.generate_types`. Do not edit.
import type { Exercise, LessonData, ModelData } from "./catalogue.ts";

/** Type, first byte and number of entries of an array in the buffer of a reply. The first byte is a multiple of 8. */
export type Place = [type: "f4" | "f8" | "i4" | "u4" | "u1", first: number, count: number];

export interface HistoryStep {
  model: string;
  pattern: string;
  values: Readonly<Record<string, number>>;
  dt: number;
}

export interface HostCriterion {
  key: string;
  name: string;
  unit: string;
  value: number | "Infinity" | "-Infinity" | null;
  low: number | "Infinity" | "-Infinity" | null;
  high: number | "Infinity" | "-Infinity" | null;
  passed: boolean;
  penalty: number | "Infinity" | "-Infinity" | null;
}

export interface HostVerdict {
  status: "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged";
  loss: number | "Infinity" | "-Infinity" | null;
  diverged: boolean;
  failed_test: string;
  engine: string;
  criteria: readonly HostCriterion[];
  parts: Readonly<Record<string, "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged">>;
}

export interface HostSweep {
  name: string;
  t0: number;
  dt: number;
  states: readonly string[];
}

export interface SearchRecord {
  id: string;
  model: string;
  pattern: string;
  dt: number;
  evaluations: number;
  budget: number;
  loss: number | "Infinity" | "-Infinity" | null;
  best: Readonly<Record<string, number>>;
  at_bounds: readonly string[];
  status: "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged";
  seconds: number;
  sentence: string;
}

export interface SearchAxis {
  name: string;
  low: number;
  high: number;
  scale: string;
  linear_width: number | null;
}

export interface AssessedRow {
  model: string;
  pattern: string;
  letter: string;
  status: "replicated" | "fragile" | "unverified" | "rejected" | "failed" | "unjudged" | "unsearched";
  state: "waiting" | "running" | "paused" | "done" | "stopped" | "superseded" | "failed";
  loss: number | "Infinity" | "-Infinity" | null;
  evaluations: number;
  robustness: number | null;
  parameters: Readonly<Record<string, number>>;
  ruled_out: string;
  sentence: string;
}

export interface OnsetPoint {
  kind: string;
  current: number;
  potential: number;
  text: string;
}

export interface FixedPoint {
  x: number;
  y: number;
  kind: string;
  text: string;
  eigenvalues: string;
}

export interface CurrentLevel {
  text: string;
  points: readonly FixedPoint[];
  nullclines: readonly number[];
}

export interface RecordedSweep {
  name: string;
  numbers: readonly number[];
  protocol: string;
  begin: number;
}

export interface ComparedCriterion {
  of: string;
  sweep: string;
  name: string;
  text: string;
  unit: string;
  low: number | "Infinity" | "-Infinity" | null;
  high: number | "Infinity" | "-Infinity" | null;
  shaped: boolean;
}

export interface SpontaneousFiring {
  level: number;
  count: number;
  sweeps: number;
  first: string;
  time: number;
  rate: number;
}

export type State = "waiting" | "running" | "paused" | "done" | "stopped" | "superseded" | "failed";

/** States of the last reply to a request. */
export const FINAL: ReadonlySet<State> = new Set<State>(["done", "stopped", "superseded", "failed"]);

/** Kinds of requests that replace an older one of their kind. */
export const NEWEST: ReadonlySet<Kind> = new Set<Kind>(["simulate", "verify", "plane", "samples", "assess", "repertoire", "profiles", "tolerance", "rate", "bifurcations", "phase"]);

/** Kinds of requests that create a pattern. */
export const MAKING: ReadonlySet<Kind> = new Set<Kind>(["recording", "stimulus", "mystery"]);

/** The fields of the requests, by kind. */
export interface Requests {
  /**
   * The description of a model and a pattern that the app does not have, such as custom ones. The first answer has
   * the part that requires no simulation, the last answer has all of it. `why` is the reason if the neuron cannot be
   * simulated on the page; otherwise it is empty.
   */
  describe: {
    model: string;
    pattern: string;
  };
  /**
   * A change of the steps of undo, of the place `at` of the shown step, or of its ranges. `revision` is 1 higher than
   * the revision that the page has changed. If the host has a later one, it drops the change, and its answer is
   * `superseded`. The new steps are those from the first to the second place in `kept`, then `steps`.
   */
  select: {
    revision: number;
    kept: readonly number[];
    at: number;
    steps: readonly HistoryStep[];
    bounds?: Readonly<Record<string, readonly [low: number, high: number]>>;
    free?: readonly string[];
    locked?: readonly string[];
  };
  /** The translations of a language, by the English text. */
  texts: {
    language: string;
  };
  /** A lesson that the app offers. Each of its cards locks different values. */
  lesson: {
    name: string;
  };
  /** A test of the connection. The host answers immediately, even during other work. */
  alive: Record<string, never>;
  /**
   * Simulate and evaluate at the time step, for a neuron that the app cannot simulate. `sweeps` are the sweeps whose
   * traces are sent; if it is empty, all are. With `states`, the traces have every state variable, otherwise only the
   * potential. During a loop in Python, an answer has the number of completed time steps and their total, or 0 if the
   * total is not known. To cancel this request also ends the evaluation of the same set. `scale` is rest, threshold
   * and peak; it is empty if they are not known.
   */
  simulate: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    sweeps: readonly string[];
    states: boolean;
  };
  /**
   * The verdict of Python, verified; first at the time step alone. While a server has not started the verification,
   * `ahead` is the number of visitors ahead of this one, and there is no verdict.
   */
  verify: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
  };
  /**
   * The verified verdict of a set that a search of the page has found. It replaces no verification of the shown set.
   * The page sends the next candidate when the answer is there.
   */
  verify_candidate: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
  };
  /**
   * Search for the pattern; a running search is stopped. `begin`: start from the values, or from random points.
   * `pace`: limit the evaluations per second to the pace of a user. Each answer has the new evaluations, and `from`
   * is the number of the first of them. `space`: the free parameters and the limits of the search, in an answer that
   * starts at its first evaluation. `spread`: factor on the linear widths of asinh scales in the coordinates of
   * CMA-ES.
   */
  search: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    bounds?: Readonly<Record<string, readonly [low: number, high: number]>>;
    free?: readonly string[];
    begin: "values" | "random";
    budget?: number;
    seed?: number;
    popsize?: number;
    pace?: boolean;
  };
  /** The ids of all searches. The host then sends each search with its own id, starting at its first evaluation. */
  running: Record<string, never>;
  /** Pause a search. */
  pause: {
    of: string;
  };
  /** Resume a search. */
  resume: {
    of: string;
  };
  /** Stop a search, also one of another page; its best parameters are kept. */
  stop: {
    of: string;
  };
  /** End the work of a request. */
  cancel: {
    of: string;
  };
  /**
   * The loss of the pattern in the plane of two parameters, on grids with increasing numbers of points per side.
   * `all`: for each of all patterns.
   */
  plane: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    bounds: Readonly<Record<string, readonly [low: number, high: number]>>;
    x: string;
    y: string;
    all: boolean;
    points: readonly number[];
  };
  /**
   * Parameter sets that show the pattern, spread over the whole region within the ranges of the free parameters. Sets
   * are sent as soon as they are found. The last answer has the final sets, which replace them.
   */
  samples: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    bounds?: Readonly<Record<string, readonly [low: number, high: number]>>;
    free?: readonly string[];
    count: number;
    seed: number;
  };
  /** Search each pattern (all if the list is empty) of each model. `rows` are those that are new or have changed. */
  assess: {
    models: readonly string[];
    patterns: readonly string[];
    seed: number;
    budget?: number;
  };
  /**
   * The patterns that this neuron can show: a search for a stimulus for each pattern, with the model's parameters
   * fixed.
   */
  repertoire: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
  };
  /** The loss along each parameter, one grid of `points` after the other. */
  profiles: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    bounds: Readonly<Record<string, readonly [low: number, high: number]>>;
    points: readonly number[];
  };
  /**
   * The largest noise in the current at which the criteria are met in nine of ten runs, in words. `tau`: time
   * constant of the noise. `seeds`: number of runs, each with a different noise.
   */
  tolerance: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    tau: number;
    seeds: number;
  };
  /** The firing rate over the current, from 0 to `most`. */
  rate: {
    model: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    holding: number;
    most: number;
    points: number;
  };
  /**
   * The onset of firing: the fixed points over the current, then also the firing. Without `currents`, the range is
   * that of the model, extended to `holding`. The last answer has the bifurcations in `points`, and their meanings in
   * `sentences`.
   */
  bifurcations: {
    model: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    holding: number;
    currents?: readonly [low: number, high: number];
  };
  /**
   * The phase plane of two variables (of a neuron of one variable the phase line) and the trajectory of a sweep.
   * `pair` is empty for the first two; the other variables are steady, or as at the time `now`; `ranges` are shown in
   * any case.
   */
  phase: {
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    sweep: string;
    pair: readonly string[];
    others: "steady" | "now";
    now: number;
    ranges?: readonly (readonly [low: number, high: number])[];
  };
  /** The equations of a model as HTML, and the meaning of each name in them. */
  equations: {
    model: string;
  };
  /**
   * A file. `what` is a Python script of the selection, one line of Python, a page, or an exercise with the question
   * `text`. It can also be a CSV file of the evaluations of the search `of`. Of `traces`, the answer has the arrays,
   * which take less space than their text, and the page writes the CSV file.
   */
  export: {
    what: "script" | "line" | "page" | "exercise" | "traces" | "search";
    model: string;
    pattern: string;
    values: Readonly<Record<string, number>>;
    dt: number;
    free: readonly string[];
    text: string;
    of: string;
  };
  /**
   * A recorded cell as a pattern, from the file in the buffer. Several files follow each other there, with their
   * `names` and their `sizes` in bytes. If the file does not name its units, and none are chosen, the answer has the
   * units to choose from, and no pattern. `compare` has the weights of the compared features, `sweeps` are the sweeps
   * for fitting, and `holdout` those of the pattern `held_out`. `spontaneous`: whether the cell fires without a
   * stimulus; by default, the recording decides. The answer has all sweeps and criteria of the file. Without
   * `compare`, the features in `left_out` are not compared. `shaped` marks criteria that apply only to neurons
   * without a reset. `firing` is the firing at the holding current of a cell that fires there in `count` of its
   * `sweeps`, at first in the sweep `first` at `time`.
   */
  recording: {
    model: string;
    name: string;
    units: Readonly<Record<string, string>>;
    compare?: Readonly<Record<string, number>>;
    sweeps?: readonly number[];
    holdout?: readonly number[];
    names?: readonly string[];
    sizes?: readonly number[];
    spontaneous?: boolean;
    junction_potential?: number;
    series_resistance?: number;
    again?: string;
  };
  /**
   * A custom current as a pattern without criteria: a step, pulses, a ramp, noise, a chirp, or values with a time in
   * ms and a current in each line. `number`: of pulses, or the seed of the noise. `lines`: interpolate between the
   * values. `end`: the end of the last value, if it is not the default.
   */
  stimulus: {
    shape: "step" | "pulses" | "ramp" | "noise" | "chirp" | "values";
    number: number;
    text: string;
    lines: boolean;
    title: string;
    end?: number;
    again?: string;
  };
  /**
   * An exercise to find the hidden parameters of a neuron that shows the pattern; without a seed, a new one. The
   * `pattern` of the reply matches the response of the hidden neuron.
   */
  mystery: {
    model: string;
    pattern: string;
    seed: number | null;
    again?: string;
  };
  /** The hidden parameters of a mystery. */
  reveal: {
    pattern: string;
  };
  /** The script of Plotly. */
  plotly: Record<string, never>;
}

/** The fields of the replies, by kind. */
export interface Replies {
  describe: {
    data: ModelData;
    why: string;
  };
  select: Record<string, never>;
  texts: {
    texts: Readonly<Record<string, string>>;
  };
  lesson: {
    lesson: LessonData;
  };
  alive: Record<string, never>;
  simulate: {
    done: number;
    total: number;
    verdict: HostVerdict | null;
    sweeps: readonly HostSweep[];
    scale: readonly number[];
  };
  verify: {
    verdict?: HostVerdict;
    ahead?: number;
  };
  verify_candidate: {
    verdict: HostVerdict;
  };
  search: {
    search: SearchRecord;
    from: number;
    space?: readonly SearchAxis[];
    spread?: number;
  };
  running: {
    searches: readonly string[];
  };
  pause: Record<string, never>;
  resume: Record<string, never>;
  stop: Record<string, never>;
  cancel: Record<string, never>;
  plane: {
    patterns: readonly string[];
    criteria: readonly string[];
    solved: readonly string[];
    finer: boolean;
  };
  samples: {
    done: number;
    total: number;
    names: readonly string[];
    evaluations: number;
    loss: number | "Infinity" | "-Infinity" | null;
    volume: number | null;
  };
  assess: {
    done: number;
    total: number;
    rows: readonly AssessedRow[];
    seconds: number;
    csv: string;
  };
  repertoire: {
    done: number;
    total: number;
    rows: readonly AssessedRow[];
  };
  profiles: {
    names: readonly string[];
    finer: boolean;
  };
  tolerance: {
    text: string;
  };
  rate: Record<string, never>;
  bifurcations: {
    currents: readonly [low: number, high: number];
    onset: string;
    sentences: readonly string[];
    points: readonly OnsetPoint[];
  };
  phase: {
    names: readonly string[];
    labels: readonly string[];
    ranges: readonly (readonly [low: number, high: number])[];
    levels: readonly CurrentLevel[];
    usual: number;
    variables: readonly string[];
    sentence: string;
  };
  equations: {
    html: string;
    meanings: Readonly<Record<string, string>>;
    card: string;
  };
  export: {
    name: string;
    text: string;
    sweeps?: readonly HostSweep[];
  };
  recording: {
    pattern: string;
    held_out: string;
    choices: Readonly<Record<string, readonly string[]>>;
    columns: Readonly<Record<string, string>>;
    unit: string;
    sweeps: readonly RecordedSweep[];
    criteria: readonly ComparedCriterion[];
    left_out: readonly string[];
    firing: SpontaneousFiring | null;
    notes: readonly string[];
  };
  stimulus: {
    pattern: string;
  };
  mystery: {
    pattern: string;
    seed: number;
    exercise: Exercise;
  };
  reveal: {
    values: Readonly<Record<string, number>>;
  };
  plotly: {
    version: string;
  };
}

/** The arrays of the replies, by kind. */
export interface ReplyArrays {
  describe: Record<string, never>;
  select: Record<string, never>;
  texts: Record<string, never>;
  lesson: Record<string, never>;
  alive: Record<string, never>;
  simulate: {
    [k_v: `${number}.v`]: Float32Array<ArrayBuffer>; // potential of the k-th sweep in mV; nan once it diverged
    [k_current: `${number}.current`]: Float32Array<ArrayBuffer>; // injected current, in the model's unit
    [k_spikes: `${number}.spikes`]: Float64Array<ArrayBuffer>; // times of its spikes in ms
    [k_state_state: `${number}.state.${string}`]: Float32Array<ArrayBuffer>; // a state variable in its unit, with `states`
  };
  verify: Record<string, never>;
  verify_candidate: Record<string, never>;
  search: {
    "loss": Float32Array<ArrayBuffer>; // loss of each new evaluation; 0 if every criterion is met
    "restarts": Int32Array<ArrayBuffer>; // numbers of the evaluations, from 0, that began a restart so far
    "values": Float32Array<ArrayBuffer>; // values of the free parameters of the last new evaluations
    "mean": Float64Array<ArrayBuffer>; // mean of CMA-ES in the unit cube of `space`; empty while it does not run
    "covariance": Float64Array<ArrayBuffer>; // covariance matrix of CMA-ES there
    "population": Float32Array<ArrayBuffer>; // values of a population; empty while CMA-ES runs
  };
  running: Record<string, never>;
  pause: Record<string, never>;
  resume: Record<string, never>;
  stop: Record<string, never>;
  cancel: Record<string, never>;
  plane: {
    "x": Float64Array<ArrayBuffer>; // values along x
    "y": Float64Array<ArrayBuffer>; // values along y
    "loss": Float32Array<ArrayBuffer>; // loss; of several patterns [patterns, y, x]
    "unmet": Uint32Array<ArrayBuffer>; // a bit for each criterion that is not met; of several patterns, a bit for each pattern that is not shown
  };
  samples: {
    "values": Float64Array<ArrayBuffer>; // new sets; measured features follow the values
  };
  assess: Record<string, never>;
  repertoire: Record<string, never>;
  profiles: {
    [name_values: `${string}.values`]: Float64Array<ArrayBuffer>; // ascending, in its unit
    [name_loss: `${string}.loss`]: Float32Array<ArrayBuffer>; // 0 if all criteria are met at the time step
  };
  tolerance: Record<string, never>;
  rate: {
    "current": Float32Array<ArrayBuffer>; // in the model's unit
    "rate": Float32Array<ArrayBuffer>; // in Hz
  };
  bifurcations: {
    "stable": Float64Array<ArrayBuffer>; // current and potential of the stable fixed points; nan in between
    "unstable": Float64Array<ArrayBuffer>; // current and potential of the unstable fixed points
    "firing": Float64Array<ArrayBuffer>; // current, lowest and highest potential, and rate in Hz of the firing neuron
  };
  phase: {
    [k_i_j: `${number}.${number}.${number}`]: Float32Array<ArrayBuffer>; // the j-th piece of the i-th nullcline at the k-th current
    [k_arrows: `${number}.arrows`]: Float32Array<ArrayBuffer>; // the field at the k-th current: places, and directions as shares of the ranges
    "path": Float32Array<ArrayBuffer>; // time, x, y and level; a row of nan at each reset
  };
  equations: Record<string, never>;
  export: {
    [k_v: `${number}.v`]: Float32Array<ArrayBuffer>; // potential of the k-th sweep in mV; nan once it diverged
    [k_current: `${number}.current`]: Float32Array<ArrayBuffer>; // injected current, in the model's unit
    [k_spikes: `${number}.spikes`]: Float64Array<ArrayBuffer>; // times of its spikes in ms
  };
  recording: {
    [k_t: `${number}.t`]: Float32Array<ArrayBuffer>; // time in ms of the k-th sweep, on the scale of the file
    [k_v: `${number}.v`]: Float32Array<ArrayBuffer>; // recorded potential in mV; empty without a recording of it
    [k_current: `${number}.current`]: Float32Array<ArrayBuffer>; // recorded current in `unit`; empty without a recording of it
    [k_protocol: `${number}.protocol`]: Float32Array<ArrayBuffer>; // times and levels of the recovered current
    [k_spikes: `${number}.spikes`]: Float64Array<ArrayBuffer>; // times of the detected spikes in ms
  };
  stimulus: Record<string, never>;
  mystery: Record<string, never>;
  reveal: Record<string, never>;
  plotly: {
    "script": Uint8Array<ArrayBuffer>; // compressed by gzip
  };
}

export type Kind = keyof Requests;

interface Envelope<K extends Kind> {
  kind: K;
  id: string;
  arrays?: Record<string, Place>;
}

/** A reply. It has all its fields unless the work failed or ended early. */
export type Reply<K extends Kind> = K extends Kind
  ? Envelope<K> &
      (
        | ({ state: "waiting" | "running" | "paused" | "done"; error?: undefined } & Replies[K])
        | ({ state: "stopped" | "superseded"; error?: undefined } & Partial<Replies[K]>)
        | ({ state: "failed"; error: string } & Partial<Replies[K]>)
      )
  : never;
