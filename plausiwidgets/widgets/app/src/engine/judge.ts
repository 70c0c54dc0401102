// Evaluation of one parameter set: sweeps, features and criteria. Python does the same for many sets.

import type { Component, Model, Pattern, Slider, Values } from "../catalogue.ts";
import { type Criterion, checkKind, penaltyOf, rangeOf, saturated } from "./criteria.ts";
import type { Neuron } from "./neuron.ts";
import type { Argument, Instruction } from "./program.ts";
import { type Paused, Runner, type RunnerSettings } from "./runner.ts";
import { type Application, Player, type Tape } from "./tape.ts";

/**
 * A part of a sweep that a criterion measures. A sweep of null means any sweep. NaN means the start or the end of the sweep.
 */
export interface Look {
  readonly sweep: string | null;
  readonly from: number;
  readonly to: number;
}

/** A criterion with the measured value. */
export interface CriterionResult extends Omit<Criterion, "low" | "high"> {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly passed: boolean;
  readonly penalty: number;
  /** The parts of sweeps that the criterion measures. A host does not send them. */
  readonly looks?: readonly Look[];
}

/** The verdict at the time step of the selection, without verification. */
export interface Verdict {
  readonly criteria: readonly CriterionResult[];
  /** 0 exactly if every criterion is met. */
  readonly loss: number;
  readonly diverged: boolean;
  /** Whether an onset of firing was only measured coarsely, so that the verdict may change. */
  readonly isCoarse?: boolean;
}

/** Options of an evaluation. */
export interface JudgingOptions {
  /** Whether the results contain the parts of sweeps that the criteria measure, which a search does not need. */
  readonly hasLooks?: boolean;
  /** Whether onsets of firing are measured coarsely, for a preview while the user changes a value. */
  readonly isCoarse?: boolean;
}

/** Whether a coarse evaluation of a pattern may differ from a thorough one. */
export const hasOnset = ({ components }: Pick<Pattern, "components">): boolean =>
  components.some(({ tape }) => tape?.body.some(([name]) => name === "onset"));

/** The verdict on one component, with the responses of its sweeps. */
export interface Judgement extends Verdict {
  readonly tape: Tape;
  readonly responses: ReadonlyMap<number, ReadonlyMap<string, Application>>;
}

/** Evaluates one component. The generator pauses before each simulation. */
export function* judging(
  tape: Tape,
  criteria: readonly Criterion[],
  runner: Runner,
  values: ReadonlyMap<string, number>,
  { hasLooks = true, isCoarse = false }: JudgingOptions = {},
): Paused<Judgement> {
  for (const criterion of criteria) checkKind(criterion);
  yield* runner.settled();
  runner.begin();
  const player = new Player(tape, runner, values, [], isCoarse);
  for (let call = 0; call < tape.applied.length; call++) yield* player.applied(call);
  const gap = yield* player.number(tape.gap);
  const measured: number[] = [];
  for (const { key } of criteria) measured.push(yield* player.number(tape.features[key]));
  // The features may apply more sweeps, so the divergence is not known earlier.
  const diverged = runner.divergence > 0;
  const results: CriterionResult[] = [];
  for (const [i, criterion] of criteria.entries()) {
    const result = yield* judged(criterion, player, diverged ? Number.NaN : measured[i], gap);
    results.push(hasLooks ? { ...result, looks: looksOf(player, tape.features[criterion.key] ?? 0) } : result);
  }
  const missed = results.reduce((sum, { penalty }) => sum + penalty, 0);
  const loss = diverged ? results.length + 1 + saturated(runner.divergence) : missed;
  return { criteria: results, loss, diverged, tape, responses: player.responses };
}

function* judged(criterion: Criterion, player: Player, value: number, gap: number): Paused<CriterionResult> {
  const { key } = criterion;
  const { tape, runner } = player;
  const { span } = runner.rest;
  const [low, high] = rangeOf(criterion, span, runner.dt);
  const graded = tape.progress?.[key];
  const progress = graded === undefined ? 0 : yield* player.number(graded);
  const penalty = penaltyOf(criterion, value, low, high, { span, gap: graded === undefined ? gap : 0, progress });
  return { ...criterion, value, low, high, passed: penalty === 0, penalty };
}

/** Names of values that are measured before the onset, and over a whole sweep. */
const BEFORE = ["@spontaneous_spikes", "@baseline_range", "@baseline_peak"];
const ALL = ["@lowest", "@highest", "@rise"];

/** The parts of sweeps from which a feature is computed, according to its tape. */
function looksOf(player: Player, feature: Argument): Look[] {
  const found = new Map<string, Look>();
  const seen = new Set<number>();
  const add = (sweep: string | null, from: number, to: number) =>
    found.set(`${sweep} ${from} ${to}`, { sweep, from, to });
  const timeOf = (argument: Argument): number => {
    if (typeof argument === "number" || typeof argument === "boolean") return Number(argument);
    const value = typeof argument === "string" ? player.named(argument) : player.results.get(argument[0]);
    return Number(value ?? Number.NaN);
  };
  const sweepOf = ([place]: readonly [number]) => {
    const [name, , sweep] = player.tape.body[place];
    return name === "times" ? String(sweep) : null;
  };

  function walk(argument: Instruction[number]): void {
    if (typeof argument === "string") {
      if (BEFORE.includes(argument)) add(null, Number.NaN, 0);
      if (ALL.includes(argument)) add(null, Number.NaN, Number.NaN);
    }
    if (!Array.isArray(argument) || argument.length !== 1 || seen.has(argument[0])) return;
    seen.add(argument[0]);
    const [name, ...operands] = player.tape.body[argument[0]];
    const given = operands as readonly Argument[];
    const [of, from, to] = given;
    // A feature is measured where its branches are measured. Python writes a boolean as a choice with the branches 1 and 0.
    const isChoice = name === "where" && !(from === 1 && to === 0);
    if ((name === "window" || name === "count") && typeof of === "object") add(sweepOf(of), timeOf(from), timeOf(to));
    else if (name === "v") add(String(given[3]), timeOf(of), timeOf(from));
    else if (name === "times" || name === "top" || name === "bottom" || name === "peak")
      add(String(given[1]), 0, Number.NaN);
    else for (const one of isChoice ? [from, to] : given) walk(one);
  }
  walk(feature);
  return [...found.values()];
}

/** Returns the runner for the name of a holding current, or for null without a holding current. */
export type RunnerAt<R extends Runner = Runner> = (holding: string | null) => R;

export interface RunnersOf {
  readonly settings: RunnerSettings;
  readonly model: Pick<Model, "resets" | "thresholdPlace">;
  readonly parameters: readonly Pick<Slider, "name">[];
  readonly recordsAll?: boolean;
}

/** The runners of one parameter set, one for each holding current. Each is created at its first use. */
export const runnersOf = (of: RunnersOf, neuron: Neuron, values: ReadonlyMap<string, number>, dt: number): RunnerAt =>
  runnersOfKind(Runner, of, neuron, values, dt);

/** The runners of one parameter set, as instances of another class. */
export function runnersOfKind<R extends Runner>(
  kind: new (...given: ConstructorParameters<typeof Runner>) => R,
  of: RunnersOf,
  neuron: Neuron,
  values: ReadonlyMap<string, number>,
  dt: number,
): RunnerAt<R> {
  const { settings, model, parameters, recordsAll = false } = of;
  const known = new Map<number, R>();
  const own: Values = Object.fromEntries(parameters.map(({ name }) => [name, values.get(name) ?? Number.NaN]));
  const options = { settings, resets: model.resets, thresholdPlace: model.thresholdPlace, recordsAll };
  return (holding) => {
    const level = holding === null ? 0 : (values.get(holding) ?? 0);
    const runner = known.get(level) ?? new kind(neuron, options, own, level, dt);
    known.set(level, runner);
    return runner;
  };
}

/** Evaluates the components of a pattern. The result is null for a component that only Python can evaluate. */
export function* judgingAll(
  { components, stimulus }: Pick<Pattern, "components" | "stimulus">,
  runnerAt: RunnerAt,
  values: ReadonlyMap<string, number>,
  options: JudgingOptions = {},
): Paused<(Judgement | null)[]> {
  const results: (Judgement | null)[] = [];
  for (const { tape, criteria, prefix, holding, label } of components) {
    if (!tape) {
      results.push(null);
      continue;
    }
    const own = new Map(values);
    for (const { name } of stimulus) {
      if (name.startsWith(prefix)) own.set(name.slice(prefix.length), values.get(name) ?? Number.NaN);
    }
    const result = yield* judging(tape, criteria, runnerAt(holding), own, options);
    results.push({ ...result, criteria: result.criteria.map((one) => labelled(one, label)) });
  }
  return results;
}

const labelled = (result: CriterionResult, label: Component["label"]): CriterionResult => ({
  ...result,
  looks: (result.looks ?? []).map((look) => (look.sweep === null ? look : { ...look, sweep: `${label}${look.sweep}` })),
});

/** The verdict on all components from the verdicts on the single ones. */
export function together(results: readonly Verdict[]): Verdict {
  return {
    criteria: results.flatMap(({ criteria }) => criteria),
    diverged: results.some(({ diverged }) => diverged),
    loss: results.reduce((sum, { loss }) => sum + loss, 0),
  };
}

/** The verdict on a pattern with the verdict on each component. Null if only Python can evaluate the whole pattern. */
export function* judgingWhole(
  pattern: Pick<Pattern, "components" | "stimulus">,
  runnerAt: RunnerAt,
  values: ReadonlyMap<string, number>,
  isCoarse = false,
): Paused<{ verdict: Verdict | null; results: (Judgement | null)[] }> {
  const results = yield* judgingAll(pattern, runnerAt, values, { isCoarse });
  const isWhole = pattern.components.every(({ tape, criteria }) => tape || !criteria.length);
  const verdict = together(results.filter((result) => result !== null));
  const marked = isCoarse && hasOnset(pattern) ? { ...verdict, isCoarse } : verdict;
  return { verdict: isWhole && verdict.criteria.length ? marked : null, results };
}
