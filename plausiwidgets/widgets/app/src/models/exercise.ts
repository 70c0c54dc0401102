// Exercises: that of a page in one file, and mysteries that a host creates, whose target is a neuron with hidden parameters.
// The user matches this neuron by hand, in a race with a search or together with a class. The same number always gives the same
// neuron.

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Exercise, Values } from "../catalogue.ts";
import type { Verdict } from "../engine/judge.ts";
import type { Host } from "../hosts/host.ts";
import { tr } from "../i18n/texts.ts";
import type { Replies } from "../messages.ts";
import { lockedOn } from "./lesson.ts";
import type { RunModel } from "./run.ts";
import { inPieces } from "./schedule.ts";
import type { Search, SearchModel } from "./search.ts";
import { isOf, type Notify, type Selection, type SelectionModel } from "./selection.ts";
import { simulationOf } from "./simulation.ts";
import type { Attempt, TaskModel, TaskScreen } from "./task.ts";
import type { VerdictModel } from "./verdict.ts";

export const MAX_POINTS = 100;
const NO_POINTS = -1; // no set was evaluated yet

/** A new attempt at an exercise. */
const begun = ({ model, pattern }: Pick<Selection, "model" | "pattern">, exercise: Exercise): Attempt => ({
  ...{ model, pattern, exercise, yours: NO_POINTS, best: NO_POINTS, raced: false, first: "", revealed: null },
});

/** The start of an exercise. */
export const startOf = ({ start: { values } }: Pick<Exercise, "start">): Values => Object.fromEntries(values);

/**
 * The points of a verdict from 0 to 100, or null without a verdict. The common criteria, which every resting neuron meets, earn
 * no points. Python computes the same points.
 */
export function pointsOf(
  verdict: { readonly criteria: readonly { readonly key: string }[]; readonly loss: number } | null,
  common: readonly string[],
): number | null {
  if (!verdict) return null;
  const { criteria, loss } = verdict;
  if (loss === 0) return MAX_POINTS;
  const own = criteria.filter(({ key }) => !common.includes(key));
  const missed = Math.min(loss / (own.length || criteria.length), 1);
  return Math.min(MAX_POINTS - 1, Math.floor(MAX_POINTS * (1 - missed)));
}

/** The attempt with new points of the user or of the search. In a race, the first with all points wins. */
function scored(attempt: Attempt, who: "yours" | "best", points: number): Attempt {
  if (attempt[who] === points) return attempt;
  const isFirst = attempt.raced && !attempt.first && points === MAX_POINTS;
  return { ...attempt, [who]: points, ...(isFirst ? { first: who === "yours" ? "yours" : "search" } : {}) };
}

export interface ExerciseModel {
  /** The attempt at the exercise of the shown pair. */
  readonly attempt: ReadonlySignal<Attempt | null>;
  /** The exercise of the shown pair. It does not change with the points. */
  readonly exercise: ReadonlySignal<Exercise | null>;
  beginMystery: TaskModel["beginMystery"];
  take: TaskModel["takeExercise"];
  /** Marks the attempt as a race. The search must be started separately. */
  race(): void;
  reveal(): void;
  close(): void;
}

export function createExercises(
  selection: SelectionModel,
  run: RunModel,
  verdict: VerdictModel,
  search: SearchModel,
  host: Pick<Host, "can" | "ask">,
  notify: Notify,
  screen: TaskScreen,
  first: Exercise | null,
): ExerciseModel {
  const attempts = attemptsOf(selection, first);
  const { attempt } = attempts;
  const exercise = computed(() => attempt.value?.exercise ?? null);
  const stopScoring = scoring({ selection, run, verdict, search }, attempts);
  const stopLocking = effect(() => {
    // A link to a page in one file may lock additional parameters.
    if (exercise.value && exercise.value !== first)
      selection.configure({ locked: lockedOn(selection.sliders.peek(), exercise.value) });
  });

  const open = async (model: string, { pattern, exercise: next }: Replies["mystery"]) => {
    const to = { model, pattern, values: startOf(next), dt: next.start.dt, set: 0 };
    attempts.put(begun(to, next));
    if (!(await selection.choose(model, pattern, { to }))) return;
    batch(() => {
      screen.openTool("");
      selection.keep();
    });
  };
  return {
    attempt,
    exercise,
    beginMystery({ model, pattern, seed = null } = {}) {
      const shown = selection.current.peek();
      const fields = { model: model ?? shown.model, pattern: pattern ?? shown.pattern, seed };
      screen.closeSheet();
      notify(host.can("mystery") ? "" : tr("A mystery needs Python. Open the link in a notebook."));
      if (!host.can("mystery")) return;
      const isWanted = selection.setOut();
      host.ask("mystery", fields, (reply) => {
        if (!isWanted()) return;
        if (reply.state === "failed") notify(reply.error);
        else if (reply.state === "done") void open(fields.model, reply);
      });
    },
    take(at, taken) {
      if (!attempts.has(at.pattern)) attempts.put(begun(at, taken));
    },
    race() {
      const now = attempt.peek();
      if (now) attempts.put({ ...now, raced: true, first: "", best: NO_POINTS });
    },
    reveal() {
      const now = attempt.peek();
      if (!now) return;
      host.ask("reveal", { pattern: now.pattern }, (reply) => {
        if (reply.state === "done") attempts.change(now.pattern, (one) => ({ ...one, revealed: reply.values }));
        else if (reply.state === "failed") notify(reply.error);
      });
    },
    close() {
      stopScoring();
      stopLocking();
    },
  };
}

/** The attempts of a session by the patterns of their exercises. */
interface Attempts {
  readonly attempt: ReadonlySignal<Attempt | null>;
  has(pattern: string): boolean;
  put(attempt: Attempt): void;
  change(pattern: string, to: (attempt: Attempt) => Attempt): void;
}

function attemptsOf({ current }: Pick<SelectionModel, "current">, first: Exercise | null): Attempts {
  const begin = current.peek();
  const all = signal<Readonly<Record<string, Attempt>>>(first ? { [begin.pattern]: begun(begin, first) } : {});
  const put = (next: Attempt) => {
    all.value = { ...all.peek(), [next.pattern]: next };
  };
  return {
    attempt: computed(() => {
      const attempt = all.value[current.value.pattern];
      return isOf(attempt, current.value) ? attempt : null;
    }),
    has: (pattern) => pattern in all.peek(),
    put,
    change(pattern, to) {
      const now = all.peek()[pattern];
      if (now) put(to(now));
    },
  };
}

interface Scored {
  readonly selection: SelectionModel;
  readonly run: Pick<RunModel, "isOurs">;
  readonly verdict: Pick<VerdictModel, "verdict">;
  readonly search: Pick<SearchModel, "search">;
}

/** Scores the sliders and a search in a race. Returns a function that stops it. */
function scoring({ selection, run, verdict, search }: Scored, { attempt, change }: Attempts): () => void {
  let evaluated: Values | null = null;
  let stopEvaluating = () => {};

  const stopYours = effect(() => {
    const latest = verdict.verdict.value;
    const now = attempt.peek();
    if (!latest || !now || now.revealed) return;
    change(now.pattern, (one) => scored(one, "yours", pointsOf(latest, one.exercise.common ?? []) ?? NO_POINTS));
  });
  const noteBest = (pattern: string, points: (attempt: Attempt) => number | null) =>
    change(pattern, (one) => (one.raced ? scored(one, "best", points(one) ?? NO_POINTS) : one));

  const evaluate = ({ pattern, best, loss }: Search) => {
    evaluated = best;
    stopEvaluating();
    // The page cannot evaluate a neuron that only Python can simulate.
    if (!run.isOurs.peek()) return noteBest(pattern, () => (loss === 0 ? MAX_POINTS : NO_POINTS));
    const at = selection.current.peek();
    const of = { ...at, values: { ...at.values, ...best } };
    const work = simulationOf(selection.catalogue, selection.data.peek(), of).judging();
    stopEvaluating = inPieces(work, (judged: { verdict: Verdict | null }) =>
      noteBest(pattern, ({ exercise }) => pointsOf(judged.verdict, exercise.common ?? [])),
    );
  };
  const stopBest = effect(() => {
    const latest = search.search.value;
    const now = attempt.peek();
    if (!latest?.best || !now?.raced || !isOf(latest, now) || latest.best === evaluated) return;
    evaluate(latest);
  });
  return () => {
    stopEvaluating();
    stopYours();
    stopBest();
  };
}
