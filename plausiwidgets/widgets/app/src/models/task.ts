// The task of the user: practice, a lesson or an exercise. One record contains the locked, moved and revealed parameters.

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Card, Exercise, LessonData, Range, Slider, Values } from "../catalogue.ts";
import type { Host } from "../hosts/host.ts";
import { createExercises, MAX_POINTS, startOf } from "./exercise.ts";
import { boldIn, createLesson, lessonAt } from "./lesson.ts";
import { isValid } from "./link.ts";
import { createPractice, type Practice } from "./practice.ts";
import type { RunModel } from "./run.ts";
import type { HowToBegin, SearchModel } from "./search.ts";
import type { Notify, Selection, SelectionModel } from "./selection.ts";
import type { VerdictModel } from "./verdict.ts";

export { TOOL_NAMES } from "./lesson.ts";

const MIN_KEY_PARAMETERS = 4; // minimum number of sliders that are shown first

export interface Task {
  /** The kind of task. "locked" means that a link or a script has locked parameters without another task. */
  readonly kind: "none" | "practice" | "lesson" | "exercise" | "locked";
  readonly locked: readonly string[];
  /** The parameters that have been moved away from their solution. */
  readonly moved: readonly string[];
  /** The revealed parameters of the solution, which the sliders mark with ▲. */
  readonly revealed: Values;
  /** Whether bars may show where the criteria are met. */
  readonly hasBars: boolean;
  /** The stage of practice or of an exercise. All other tasks are "open". */
  readonly stage: "open" | "hint" | "shown" | "solved";
}

/** A lesson at one of its cards, with the cards that are done. `isMet` is true while the condition of the card is met. */
export interface Lesson {
  readonly name: string;
  readonly title: string;
  readonly cards: readonly Card[];
  readonly at: number;
  readonly done: readonly number[];
  readonly isMet: boolean;
}

/**
 * An attempt at an exercise, with the points of the user and of a search in a race (-1 before the first), and the revealed
 * parameters.
 */
export interface Attempt {
  readonly model: string;
  readonly pattern: string;
  readonly exercise: Exercise;
  readonly yours: number;
  readonly best: number;
  readonly raced: boolean;
  readonly first: "" | "yours" | "search";
  readonly revealed: Values | null;
}

/** The changes that a task makes to the screen. */
export interface TaskScreen {
  /** Opens a tool, or closes it for an empty string. */
  openTool(name: string): void;
  closeSheet(): void;
  showKeyParameters(): void;
}

export interface TaskModel {
  readonly task: ReadonlySignal<Task>;
  /** Whether the page contains only an exercise. */
  readonly isPage: boolean;
  /** The exercise of the shown pair. */
  readonly exercise: ReadonlySignal<Exercise | null>;
  readonly attempt: ReadonlySignal<Attempt | null>;
  readonly lesson: ReadonlySignal<Lesson | null>;
  /** Whether there is an exercise or a locked parameter. The screen must then not show the solution. */
  readonly isTask: ReadonlySignal<boolean>;
  /** The sliders that are shown first. They are those that the user may move in a task, otherwise the key parameters. */
  readonly mattering: ReadonlySignal<readonly Slider[]>;
  readonly canPractise: ReadonlySignal<boolean>;
  /** Whether a search can start. A page on a server must be able to simulate the model, and gets a custom model late. */
  readonly canSearch: ReadonlySignal<boolean>;

  /** Whether the user may type a value. In an exercise, the value must be on its slider. */
  takes(slider: Slider, value: number): boolean;
  practise(): void;
  /** Shows the next hint, which is first the bars and then the solution. */
  hint(): void;
  /** Ends the practice at its solution. */
  giveUp(): void;
  /** Starts a search. In practice, the search may change only the moved parameters, and ends the practice. */
  search(from?: "values" | "random", how?: HowToBegin): void;

  openLesson(name: string, card?: number, how?: { readonly sets?: boolean }): Promise<void>;
  /** Opens a card. By default, the card sets its parameters. */
  goTo(card: number, how?: { readonly sets?: boolean }): Promise<void>;
  resetCard(): Promise<void>;
  endLesson(): void;
  /** Opens the next or previous pattern, unless there is a task. */
  next(by: number): void;

  beginMystery(which?: { readonly model?: string; readonly pattern?: string; readonly seed?: number | null }): void;
  /** Stores an exercise that the host has started for a model and a pattern. */
  takeExercise(at: Pick<Selection, "model" | "pattern">, exercise: Exercise): void;
  race(): void;
  reveal(): void;
  /** Returns to the start of the exercise. */
  restart(): void;
  close(): void;
}

export function createTask(
  selection: SelectionModel,
  run: RunModel,
  verdict: VerdictModel,
  search: SearchModel,
  host: Pick<Host, "name" | "can" | "ask" | "lesson">,
  notify: Notify,
  screen: TaskScreen,
  begin: { readonly exercise?: Exercise | null; readonly lesson?: LessonData | null; readonly card?: number } = {},
): TaskModel {
  const practice = createPractice(selection, run, verdict, search, notify);
  const leave = () => {
    practice.end();
    search.show(false);
  };
  const first = begin.lesson ? lessonAt(begin.lesson, begin.card) : null;
  const lesson = createLesson(selection, verdict, host, notify, screen, leave, first);
  const page = begin.exercise ?? null;
  const exercises = createExercises(selection, run, verdict, search, host, notify, screen, page);
  const { attempt, exercise } = exercises;
  const task = taskOf(attempt, selection, lesson.lesson, practice.practice);
  const isTask = computed(() => exercise.value !== null || task.value.locked.length > 0);
  const mattering = matteringOf(selection, lesson.lesson);

  const model: TaskModel = {
    task,
    isPage: page !== null,
    exercise,
    attempt,
    lesson: lesson.lesson,
    isTask,
    mattering,
    canPractise: practice.canPractise,
    takes(slider, value) {
      const now = exercise.peek();
      return isValid(slider, value) && (!now || isInExercise(slider, now, value));
    },
    canSearch: computed(() => host.can("search") && (host.name !== "server" || run.isOurs.value)),
    practise() {
      if (!isTask.peek()) practice.begin(mattering.peek());
    },
    hint: practice.hint,
    giveUp: practice.giveUp,
    search(from, how = {}) {
      const ended = practice.end();
      search.begin(from, ended ? { ...how, free: ended.moved } : how);
    },
    openLesson: lesson.open,
    goTo: lesson.goTo,
    resetCard: lesson.reset,
    endLesson: lesson.end,
    next(by) {
      if (!isTask.peek()) void selection.next(by);
    },
    beginMystery: exercises.beginMystery,
    takeExercise: exercises.take,
    race() {
      exercises.race();
      model.search("values", { pace: true });
    },
    reveal: exercises.reveal,
    restart() {
      const now = exercise.peek();
      if (!now) return;
      selection.put(startOf(now));
      selection.keep();
    },
    close() {
      for (const part of [exercises, lesson, practice]) part.close();
    },
  };
  return model;
}

/** The values of the parameters with some names. */
const some = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

/** The current task. An exercise can be part of a lesson, and both can lock parameters. */
function taskOf(
  attempt: ReadonlySignal<Attempt | null>,
  { ranges }: SelectionModel,
  lesson: ReadonlySignal<Lesson | null>,
  practice: ReadonlySignal<Practice | null>,
): ReadonlySignal<Task> {
  const locks = computed(() => ranges.value.locked);
  return computed(() => {
    const locked = locks.value;
    const base: Task = { kind: "none", locked, moved: [], revealed: {}, hasBars: !locked.length, stage: "open" };
    if (attempt.value) return { ...base, ...ofAttempt(attempt.value) };
    if (lesson.value) return { ...base, kind: "lesson" };
    if (locked.length) return { ...base, kind: "locked" };
    return practice.value ? { ...base, ...ofPractice(practice.value) } : base;
  });
}

const ofAttempt = ({ exercise: { free }, revealed, yours }: Attempt): Omit<Task, "locked"> => ({
  kind: "exercise",
  moved: free,
  revealed: revealed ? some(revealed, free) : {},
  hasBars: revealed !== null,
  stage: yours === MAX_POINTS ? "solved" : revealed ? "shown" : "open",
});

const ofPractice = ({
  stage,
  from,
  moved,
}: Practice): Pick<Task, "kind" | "moved" | "revealed" | "hasBars" | "stage"> => ({
  kind: "practice",
  moved,
  revealed: stage === "shown" ? some(from, moved) : {},
  hasBars: stage !== "open",
  stage,
});

/**
 * The sliders that are shown first, which are those that a task leaves free. They do not change with the verdicts of a lesson.
 */
function matteringOf(
  { sliders, pattern, ranges }: SelectionModel,
  lesson: ReadonlySignal<Lesson | null>,
): ReadonlySignal<readonly Slider[]> {
  const locked = computed(() => ranges.value.locked);
  const card = computed(() => lesson.value?.cards[lesson.value.at] ?? null);
  return computed(() => {
    const free = locked.value.length ? sliders.value.filter(({ name }) => !locked.value.includes(name)) : [];
    return free.length ? free : keySliders(sliders.value, pattern.value.matter, card.value);
  });
}

/** The sliders of the parameters in the text of a card, then those of the key parameters of the pattern. */
function keySliders(sliders: readonly Slider[], matter: readonly string[], card: Card | null): readonly Slider[] {
  const bold = card ? boldIn(card.body) : [];
  const taught = sliders.map(({ name }) => name).filter((name) => bold.includes(name));
  const names = [...new Set([...taught, ...matter])].slice(0, Math.max(taught.length, MIN_KEY_PARAMETERS));
  return names.map((name) => sliders.find((slider) => slider.name === name)).filter((slider) => slider !== undefined);
}

/** The ends of a slider in an exercise: its range, extended to the start. */
export const endsInExercise = ({ name, low, high }: Pick<Slider, "name" | "low" | "high">, start: Values): Range => [
  Math.min(low, start[name]),
  Math.max(high, start[name]),
];

/** Whether a value is between the ends of a slider of an exercise. Any other value would make the code invalid. */
function isInExercise(slider: Slider, exercise: Exercise, value: number): boolean {
  const [low, high] = endsInExercise(slider, startOf(exercise));
  return value >= low && value <= high;
}
