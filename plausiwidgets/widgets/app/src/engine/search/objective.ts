// The objective of a search, as in Python's problem.py, with the penalties of one point and the verification tests of the page.

import { type Model, type Pattern, type Range, ruledOutAt, type Slider, type Values } from "../../catalogue.ts";
import { type Judgement, judgingAll, type RunnerAt, runnersOf, together, type Verdict } from "../judge.ts";
import { NEURONS } from "../neuron.ts";
import { finished, inParts, type Paused, type RunnerSettings } from "../runner.ts";
import type { Tape } from "../tape.ts";
import type { Phase } from "./portfolio.ts";
import type { Axis } from "./space.ts";
import { lossesOfShapes } from "./spikeShapes.ts";
import { AMPLITUDE, amplitudeBetween, intersected, type Thresholds, thresholdsOf, type Window } from "./thresholds.ts";

const DIGITS = 6; // number of significant digits to which an accepted set is rounded for a verification test
const LONG_REST = 6000; // time at rest in ms for another verification test
const FINER = [1 / 2, 1 / 8]; // finer time steps, relative to dt, whose thresholds a solved amplitude must also satisfy
const COMPACT = "longest_isi"; // the criterion that makes a burst compact
const NO_LOSS = 1e6; // the loss of a set that cannot be evaluated

/** All data for the evaluation of a point. It can be sent to a worker. */
export interface Problem {
  readonly settings: RunnerSettings;
  readonly model: Pick<Model, "name" | "resets" | "thresholdPlace" | "spike" | "discrete">;
  readonly parameters: readonly Slider[];
  readonly pattern: Pick<Pattern, "components" | "stimulus" | "ruled_out" | "limits">;
  /** A complete parameter set, whose free parameters are replaced by those of a point. */
  readonly values: Values;
  readonly dt: number;
  readonly axes: readonly Axis[];
}

/** The rank of a set. An unverified set passes the verification tests of the page, and a replicated set those of Python. */
export type Rank = "replicated" | "unverified" | "fragile" | "rejected";

export interface Evaluated {
  /** The free parameters as evaluated, with solved amplitudes. */
  readonly point: number[];
  /** The loss at the time step, which is exactly 0 if every criterion is met. */
  readonly loss: number;
  readonly rank: Rank;
  /** The penalty of each criterion, and one more for a failed verification test, overlapping thresholds, and divergence. */
  readonly penalties: number[];
}

type Set = ReadonlyMap<string, number>;

/** An amplitude that is solved, with its name and the component of the pattern. */
interface Solved {
  readonly name: string;
  readonly prefix: string;
  readonly holding: string | null;
  readonly tape: Tape;
  readonly window: Window;
  readonly limits: Range;
}

type Judged = Verdict & { readonly results: readonly Judgement[] };

export class Objective {
  readonly #problem: Problem;
  readonly #solved: readonly Solved[];
  readonly #isAtRest: boolean;
  readonly #hasHalf: boolean;
  /** Whether the pattern is one compact burst. */
  readonly #isCompact: boolean;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.#solved = solvedOf(problem);
    this.#hasHalf = !problem.model.discrete && problem.pattern.components.every(({ half }) => half !== false);
    this.#isCompact = problem.pattern.components.some(({ criteria }) => criteria.some(({ key }) => key === COMPACT));
    this.#isAtRest = problem.pattern.components.every(({ at_rest }) => at_rest !== false);
  }

  /** The penalties and the loss of a point. A start is evaluated unchanged. For other points, amplitudes are solved. */
  evaluate(point: readonly number[], phase: Phase): Evaluated {
    return finished(this.evaluating(point, phase));
  }

  /** The evaluation of a point, with a pause for each simulation. */
  *evaluating(point: readonly number[], phase: Phase): Paused<Evaluated> {
    const { values, axes } = this.#problem;
    const set = new Map(Object.entries(values));
    for (const [i, { name }] of axes.entries()) set.set(name, point[i]);
    const runnerAt = this.#runners(set);
    if (!this.#solved.length || phase === "start") {
      return yield* this.#verified(set, yield* this.#judge(set, runnerAt), null);
    }
    const thresholds = yield* this.#thresholds(set, runnerAt);
    const shortfall = thresholds.reduce((sum, one) => sum + one.shortfall, 0);
    const between = this.#between(set, thresholds);
    const judged = yield* this.#judge(between, runnerAt);
    if (phase === "screen" && judged.loss > 0) {
      // A point of the first screen may be accepted only if it is unchanged.
      const plain = yield* this.#judge(set, runnerAt);
      if (plain.loss === 0) return yield* this.#verified(set, plain, thresholds, shortfall);
    }
    return yield* this.#verified(between, judged, thresholds, shortfall);
  }

  #runners(set: Set, dt = this.#problem.dt, change: Partial<RunnerSettings> = {}): RunnerAt {
    const { settings, model, parameters } = this.#problem;
    return runnersOf({ settings: { ...settings, ...change }, model, parameters }, NEURONS[model.name], set, dt);
  }

  *#judge(set: Set, runnerAt: RunnerAt): Paused<Judged> {
    const all = yield* judgingAll(this.#problem.pattern, runnerAt, set, { hasLooks: false });
    const results = all.filter((result) => result !== null);
    const verdict = together(results);
    return { ...verdict, results, loss: Number.isFinite(verdict.loss) ? verdict.loss : NO_LOSS };
  }

  *#thresholds(set: Set, runnerAt: RunnerAt): Paused<Thresholds[]> {
    const { stimulus } = this.#problem.pattern;
    const found: Thresholds[] = [];
    for (const { prefix, holding, ...solved } of this.#solved) {
      const own = new Map(set);
      for (const { name } of stimulus) {
        if (name.startsWith(prefix)) own.set(name.slice(prefix.length), set.get(name) ?? Number.NaN);
      }
      found.push(yield* thresholdsOf(runnerAt(holding), { ...solved, values: own }));
    }
    return found;
  }

  /** The set with amplitudes between the thresholds. */
  #between(set: Set, thresholds: readonly Thresholds[]): Set {
    const moved = new Map(set);
    this.#solved.forEach(({ name, limits }, k) => {
      moved.set(name, amplitudeBetween(thresholds[k], set.get(name) ?? Number.NaN, limits));
    });
    return moved;
  }

  /** The evaluated set. An accepted set must pass the verification tests of the page. */
  *#verified(set: Set, judged: Judged, thresholds: readonly Thresholds[] | null, shortfall = 0): Paused<Evaluated> {
    const { loss } = judged;
    const penalties = judged.criteria.map(({ penalty }) => penalty);
    const beyond = loss - penalties.reduce((sum, penalty) => sum + penalty, 0) + shortfall;
    const pointOf = (values: Set) => this.#problem.axes.map(({ name }) => values.get(name) ?? Number.NaN);
    // A proof overrides the evaluation.
    if (loss > 0 || ruledOutAt(this.#problem.pattern, Object.fromEntries(set)))
      return { point: pointOf(set), loss, rank: "rejected", penalties: [...penalties, beyond] };
    const final = thresholds ? yield* this.#reconciled(set, thresholds) : set;
    const failed = yield* this.#tested(final);
    const rank = failed > 0 ? "fragile" : "unverified";
    return { point: pointOf(final), loss, rank, penalties: [...penalties, beyond + failed] };
  }

  /** Moves solved amplitudes between the thresholds at dt and at finer steps, if the set stays accepted. */
  *#reconciled(set: Set, thresholds: readonly Thresholds[]): Paused<Set> {
    const finer = yield* inParts(
      FINER.map((factor) => this.#thresholds(set, this.#runners(set, this.#problem.dt * factor))),
    );
    const all = finer.reduce((sum, own) => sum.map((one, k) => intersected(one, own[k])), thresholds);
    const moved = this.#between(set, all);
    return (yield* this.#judge(moved, this.#runners(moved))).loss === 0 ? moved : set;
  }

  /** The loss of the first verification test that fails, or 0. The tests after the first one are independent parts. */
  *#tested(set: Set): Paused<number> {
    const { settings, dt } = this.#problem;
    if (this.#hasHalf) {
      const loss = yield* this.#lossAt(set, dt / 2);
      if (loss > 0) return loss;
    }
    const tests = [this.#lossAt(this.#rounded(set)), this.#shapeLoss(set)];
    if (this.#isAtRest) {
      tests.push(this.#lossAt(set, dt, { kick: -settings.kick }), this.#lossAt(set, dt, { settle: LONG_REST }));
    }
    const losses = (yield tests) as readonly number[] | undefined;
    for (const [k, test] of tests.entries()) {
      const loss = losses ? losses[k] : yield* test;
      if (loss > 0) return loss;
    }
    return 0;
  }

  *#lossAt(set: Set, dt = this.#problem.dt, change: Partial<RunnerSettings> = {}): Paused<number> {
    return (yield* this.#judge(set, this.#runners(set, dt, change))).loss;
  }

  *#shapeLoss(set: Set): Paused<number> {
    const { spike } = this.#problem.model;
    if (!spike) return 0;
    const { results } = yield* this.#judge(set, this.#runners(set));
    const { partial, long, ringing } = lossesOfShapes(results, spike);
    return partial || long || (this.#isCompact ? ringing : 0);
  }

  /** Whether all criteria are met at a point without the kernel. */
  accepts(point: readonly number[]): boolean {
    const set = new Map(Object.entries(this.#problem.values));
    for (const [i, { name }] of this.#problem.axes.entries()) set.set(name, point[i]);
    return finished(this.#lossAt(set)) === 0;
  }

  #rounded(set: Set): Set {
    const { parameters, pattern } = this.#problem;
    const rounded = new Map(set);
    for (const slider of [...pattern.stimulus, ...parameters]) {
      const x = Number((set.get(slider.name) ?? Number.NaN).toPrecision(DIGITS));
      const [low, high] = slider.limits;
      rounded.set(slider.name, Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity));
    }
    return rounded;
  }
}

/** The amplitudes that the search solves. */
function solvedOf({ pattern, axes }: Problem): Solved[] {
  return pattern.components.flatMap(({ prefix, holding, tape, window }) => {
    const name = `${prefix}${AMPLITUDE}`;
    const axis = axes.find((one) => one.name === name);
    return window && tape && axis && axis.low > 0
      ? [{ name, prefix, holding, tape, window, limits: [axis.low, axis.high] as const }]
      : [];
  });
}

/** Whether a search solves the amplitude of each point. */
export const solvesAmplitude = (problem: Problem): boolean => solvedOf(problem).length > 0;
