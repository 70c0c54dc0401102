// Types of the JSON that Python writes about models and patterns. Times are in ms, potentials in mV, currents in the unit of
// the model. Nothing here is checked at run time.

import type { Criterion } from "./engine/criteria.ts";
import type { Argument, Instruction } from "./engine/program.ts";
import type { RunnerSettings } from "./engine/runner.ts";
import type { Scale } from "./engine/scales.ts";
import type { Tape } from "./engine/tape.ts";

export type Values = Readonly<Record<string, number>>;
export type Range = readonly [low: number, high: number];
/** Rest, threshold and peak. They map the trace of one neuron onto the potentials of another. */
export type Landmarks = readonly [rest: number, threshold: number, peak: number];

/** The status of a parameter set, or of a pair of model and pattern. */
export type Status =
  | "replicated"
  | "fragile"
  | "unverified"
  | "rejected"
  | "ruled_out"
  | "unsearched"
  | "failed"
  | "unjudged";

export interface Slider extends Scale {
  readonly name: string;
  /** The name and its index, as in g_Na. */
  readonly label: readonly [string, string];
  readonly low: number;
  readonly high: number;
  readonly default: number;
  readonly unit: string;
  readonly limits: readonly [number | null, number | null];
  readonly valid: string;
  readonly group: string;
  readonly description: string;
  /** False for a parameter that a search keeps fixed by default. */
  readonly vary?: boolean;
}

/** A sweep whose times and currents are numbers, or results of a program of the stimulus parameters. */
export interface Sweep {
  readonly name: string;
  readonly body?: readonly Instruction[];
  readonly pieces: readonly (readonly Argument[])[];
  readonly end: Argument;
  readonly duration: Argument;
  /** Whether a host chose the sweep, so that it does not follow the sliders. */
  readonly fixed?: boolean;
}

/** An end of the relevant part of a sweep: a time, a stimulus parameter, or a time after the stimulus offset. */
export type EventEnd = number | string | { readonly after: number };

/** One pattern of several that are requested together. Most patterns have a single component. */
export interface Component {
  readonly holding: string | null;
  readonly sweeps: readonly Sweep[];
  readonly prefix: string;
  readonly label: string;
  readonly title: string;
  /** The title within a sentence, with its article. */
  readonly in_sentence: string;
  readonly look: string;
  readonly event: readonly [EventEnd, EventEnd] | null;
  /** The sweeps whose thresholds bound the amplitude, so that a search can solve it. */
  readonly window?: { readonly fire: readonly string[]; readonly silent: readonly string[] };
  /** False for a recording that fires from its start. */
  readonly at_rest?: boolean;
  /** Whether a verified set must show the pattern at half the time step. The default is true. */
  readonly half?: boolean;
}

/** The evaluation of a component. Without a tape, only Python can evaluate it. */
export interface Judged {
  readonly tape: Tape | null;
  readonly criteria: readonly Criterion[];
}

/** A parameter set that the page stores, with Python's verdict. */
export interface StoredSet {
  /** The source of the values. */
  readonly kind: "defaults" | "preset" | "search" | "start" | "hidden" | "exported";
  readonly title: string;
  readonly source: string;
  readonly values: readonly (readonly [string, number])[];
  readonly dt: number;
  readonly status: Status;
  readonly why: string;
  /** For each component, the sweeps that its procedure chose for this set. */
  readonly chosen?: readonly (readonly Sweep[])[];
  /** Whether the app starts with this set. */
  readonly begin?: boolean;
}

/** A sweep of a recording. A sample of null has no value. */
export interface RecordedLine {
  readonly name: string;
  readonly t: readonly number[];
  readonly v: readonly (number | null)[];
  readonly spikes: readonly number[];
  readonly peak: number | null;
}

/** A target that is a neuron, which the page simulates. */
export interface TargetNeuron {
  readonly neuron: string;
  readonly title: string;
  readonly parameters: readonly string[];
  readonly values: readonly (readonly [string, number])[];
  readonly dt: number;
  readonly holding: string | null;
  readonly sweeps: readonly Sweep[];
  readonly scale: Landmarks;
  readonly resets: boolean;
}

export type Target = TargetNeuron | { readonly lines: readonly RecordedLine[] };

/** The part of a pattern that all models share. */
export interface SharedPattern {
  readonly key: string;
  readonly letter: string;
  readonly title: string;
  /** The title within a sentence, with its article. */
  readonly in_sentence: string;
  readonly description: string;
  readonly function: string;
  readonly hint: string;
  readonly source: string;
  /** The name of the sweep that the figure shows first. */
  readonly main: string;
  readonly fine: boolean;
  readonly python: string;
  readonly components: readonly Component[];
  /** Neurons with a reset and neurons without one have different criteria. */
  readonly judged: Readonly<Partial<Record<"resets" | "graded", readonly Judged[]>>>;
  readonly targets: readonly Target[];
}

/** The part of a pattern that belongs to one model. */
export interface OwnPattern {
  readonly stimulus: readonly Slider[];
  /** The reason why the model cannot show the pattern. Empty if nothing rules the pattern out. */
  readonly ruled_out: string;
  /** The limits of parameters within which the pattern is ruled out. Without limits, it is ruled out for all parameters. */
  readonly limits?: Readonly<Record<string, Range>>;
  readonly sets: readonly StoredSet[];
  /** For each target, the factor from the target's current to the current of this model. */
  readonly shares: readonly (number | null)[];
  /** Whether the first stored set is the target itself, written for this model. */
  readonly twin: boolean;
  /** Names of the parameters that the screen shows first. */
  readonly matter: readonly string[];
  readonly judged?: readonly Judged[];
  /** Fingerprint of the packaged results. The app does not use it. */
  readonly rules?: string;
  /** For a custom pattern, the lines of Python that define it. */
  readonly before?: readonly string[];
  /** For a current that the user typed, the fields of a link that contain it. Missing if the current is too long. */
  readonly link?: Readonly<Record<string, string>>;
  /** Whether the host has sent an outline, without the parts that take long to compute. */
  readonly outlined?: boolean;
}

/** A pattern with all data that one model needs. */
export interface Pattern extends Omit<SharedPattern, "judged" | "components">, Omit<OwnPattern, "judged"> {
  readonly components: readonly (Component & Judged)[];
}

export interface Model {
  readonly name: string;
  readonly title: string;
  /** The title within a sentence, without an article. */
  readonly in_sentence: string;
  readonly description: string;
  readonly source: string;
  readonly equations: string;
  readonly unit: string;
  readonly potential_unit: string;
  readonly dt: number;
  readonly resets: boolean;
  /** Index of the threshold in the state of a neuron whose threshold moves. */
  readonly thresholdPlace?: number;
  /** Whether the model has two state variables, and therefore a phase plane. */
  readonly plane: boolean;
  /** For a model without a reset, the potential above which an upstroke is a spike, and the height of a full spike in mV. */
  readonly spike?: { readonly level: number; readonly full: number };
  /** Whether the model is defined in discrete time, so that it is verified with its own time step. */
  readonly discrete?: boolean;
}

export interface ModelData {
  readonly model: Model;
  /** The largest absolute value of each state variable in the packaged sets. It is missing for a custom neuron. */
  readonly ranges?: readonly number[];
  /** The amplitude of the step of an atlas. */
  readonly atlas?: Slider;
  /** The range of the injected current of a custom neuron. */
  readonly currents?: Range;
  readonly parameters: readonly Slider[];
  readonly patterns: Readonly<Record<string, OwnPattern>>;
  /** Neurons by their names. Each value is the text of an object that Python generated from the model's program. */
  readonly code?: Readonly<Record<string, string>>;
  /** Patterns that the catalogue does not contain. */
  readonly shared?: Readonly<Record<string, SharedPattern>>;
}

export interface ListedModel {
  readonly title: string;
  readonly in_sentence: string;
  readonly description: string;
  /** The best status for each pattern. */
  readonly marks: Readonly<Record<string, Status>>;
}

export interface ListedLesson {
  readonly title: string;
  readonly language: string;
  readonly cards: number;
  /** Pairs of model and pattern that the cards show. */
  readonly shown: readonly (readonly [string, string])[];
}

export interface Catalogue {
  readonly format: number;
  readonly bench: RunnerSettings;
  readonly patterns: Readonly<Record<string, SharedPattern>>;
  readonly models: Readonly<Record<string, ListedModel>>;
  readonly lessons: Readonly<Record<string, ListedLesson>>;
  /** The protocol of an atlas and its axes. */
  readonly atlas?: AtlasData;
}

/** A measured property of a response, with the limits between the cells of an atlas. */
export interface AtlasAxis {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly scale: "log" | "linear";
  /** The meaning of a value below the axis. Empty if such a value has no special meaning. */
  readonly below: string;
  readonly edges: readonly number[];
}

export interface AtlasData {
  readonly pattern: SharedPattern;
  readonly axes: readonly AtlasAxis[];
}

/** A set of values with its time step. */
export interface Start {
  readonly values: readonly (readonly [string, number])[];
  readonly dt: number;
}

/** A text, or an element with its children and attributes. */
export type TextNode =
  | string
  | readonly [tag: string, children: readonly TextNode[], attributes?: Readonly<Record<string, string>>];

/** The condition for the next card of a lesson: a pattern is shown or not, or a parameter is in a range. */
export interface Condition {
  readonly holds: boolean | null;
  readonly name: string;
  readonly below: number | null;
  readonly above: number | null;
}

export interface Card {
  readonly title: string;
  readonly body: readonly TextNode[];
  readonly model: string;
  readonly pattern: string;
  readonly free: readonly string[];
  readonly start: Start | null;
  readonly until: readonly Condition[];
  readonly tool: string;
}

export interface LessonData {
  readonly title: string;
  readonly cards: readonly Card[];
  /** The name of a lesson that a link can open. */
  readonly name?: string;
  readonly language?: string;
}

/** An exercise. `about` and `defaults` are for its codes. */
export interface Exercise {
  readonly question: string;
  readonly hints: readonly string[];
  readonly free: readonly string[];
  readonly about: Readonly<Record<string, string>>;
  readonly defaults: Values;
  /** The criteria that earn no points. Null without a hidden neuron, because the progress is then not in points. */
  readonly common: readonly string[] | null;
  readonly start: Start;
  /** The link, which is empty for an exercise without a link, and the Python code. Null on the page of an exercise. */
  readonly shared: { readonly link: string; readonly python: string } | null;
}

/** The data of a page that is one file. */
export interface PageData {
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly shipped: Readonly<Record<string, ModelData>>;
  /** Translations by language. */
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly language: string | null;
  readonly model: string;
  readonly pattern: string;
  readonly exercise?: Exercise;
  /** The lesson of the page. */
  readonly lesson?: LessonData;
  /** Lessons that the page offers. */
  readonly lessons?: Readonly<Record<string, LessonData>>;
}

const UNJUDGED: Judged = { tape: null, criteria: [] };

/** A pattern with all data that one model needs. */
export function patternOf(catalogue: Catalogue, data: ModelData, key: string): Pattern {
  const shared = data.shared?.[key] ?? catalogue.patterns[key];
  const own = data.patterns[key];
  if (!shared || !own) throw new Error(`The model ${data.model.name} is not here with the pattern ${key}.`);
  const judged = own.judged ?? shared.judged[data.model.resets ? "resets" : "graded"] ?? [];
  const components = shared.components.map((component, i) => ({ ...component, ...(judged[i] ?? UNJUDGED) }));
  return { ...shared, ...own, components };
}

/** The reason why a pattern is ruled out for some parameters. Empty if it is not ruled out. */
export function ruledOutAt({ ruled_out, limits = {} }: Pick<OwnPattern, "ruled_out" | "limits">, values: Values) {
  const isInside = Object.entries(limits).every(([name, [low, high]]) => values[name] >= low && values[name] <= high);
  return isInside ? ruled_out : "";
}

/** Whether the data of a model and a pattern are complete. */
export const isWhole = (data: ModelData | undefined, pattern: string): boolean =>
  Boolean(data?.patterns[pattern] && !data.patterns[pattern].outlined);
