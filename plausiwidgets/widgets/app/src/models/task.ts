// The task of the user: practice, a lesson or an exercise. One record has what is locked, moved and revealed.

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

const MIN_KEY_PARAMETERS = 4; // sliders that are shown first, if a card does not name more

export interface Task {
  /** "locked": a link or a script has locked parameters, and there is no other task. */
  readonly kind: "none" | "practice" | "lesson" | "exercise" | "locked";
  readonly locked: readonly string[];
  /** The parameters that were moved away from their solution. */
  readonly moved: readonly string[];
  /** The parameters of the solution that were revealed. The sliders mark them with ▲. */
  readonly revealed: Values;
  /** Whether bars may show where the criteria are met. */
  readonly hasBars: boolean;
  /** The stage of practice or an exercise. Every other task is open. */
  readonly stage: "open" | "hint" | "shown" | "solved";
}

/** A lesson at one of its cards, with the cards that are done. `isMet`: whether the condition of the card is met now. */
export interface Lesson {
  readonly name: string;
  readonly title: string;
  readonly cards: readonly Card[];
  readonly at: number;
  readonly done: readonly number[];
  readonly isMet: boolean;
}

/** An attempt at an exercise: the points of the sliders and of a search that races (-1: none yet), and what was revealed. */
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
  /** Opens a tool, or closes it (an empty text). */
  openTool(name: string): void;
  closeSheet(): void;
  showKeyParameters(): void;
}

export interface TaskModel {
  readonly task: ReadonlySignal<Task>;
  /** Whether the page is about one exercise, and offers nothing else. */
  readonly isPage: boolean;
  /** The exercise of the pair that is shown. */
  readonly exercise: ReadonlySignal<Exercise | null>;
  readonly attempt: ReadonlySignal<Attempt | null>;
  readonly lesson: ReadonlySignal<Lesson | null>;
  /** Whether there is an exercise, or parameters are locked. Nothing on the screen may show the solution then. */
  readonly isTask: ReadonlySignal<boolean>;
  /** The sliders that are shown first: those that may be moved in a task, otherwise the key parameters. */
  readonly mattering: ReadonlySignal<readonly Slider[]>;
  readonly canPractise: ReadonlySignal<boolean>;
  /** Whether a search can begin. A page on a server must be able to simulate the model, and receives a custom one late. */
  readonly canSearch: ReadonlySignal<boolean>;

  /** Whether a value may be typed. In an exercise it must lie on its slider. */
  takes(slider: Slider, value: number): boolean;
  practise(): void;
  /** The next hint: first the bars, then the solution. */
  hint(): void;
  /** Ends the practice at its solution. */
  giveUp(): void;
  /** Begins a search. In practice it may change the moved parameters only, and it ends the practice. */
  search(from?: "values" | "random", how?: HowToBegin): void;

  openLesson(name: string, card?: number, how?: { readonly sets?: boolean }): Promise<void>;
  /** Goes to a card. By default the card sets its parameters. */
  goTo(card: number, how?: { readonly sets?: boolean }): Promise<void>;
  resetCard(): Promise<void>;
  endLesson(): void;
  /** The next pattern or the previous one, unless a task is set. */
  next(by: number): void;

  beginMystery(which?: { readonly model?: string; readonly pattern?: string; readonly seed?: number | null }): void;
  /** Takes an exercise that the host has begun for a model and a pattern. */
  takeExercise(at: Pick<Selection, "model" | "pattern">, exercise: Exercise): void;
  race(): void;
  reveal(): void;
  /** Goes back to the start of the exercise. */
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

/** The parameters with some of the names. */
const some = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

/** The one task of several: an exercise can be part of a lesson, and both lock parameters. */
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

/** The sliders that are shown first: those that a task leaves free. They do not follow the verdicts of a lesson. */
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

/** The sliders of the parameters that a card names, then those of the key parameters of the pattern. */
function keySliders(sliders: readonly Slider[], matter: readonly string[], card: Card | null): readonly Slider[] {
  const bold = card ? boldIn(card.body) : [];
  const taught = sliders.map(({ name }) => name).filter((name) => bold.includes(name));
  const names = [...new Set([...taught, ...matter])].slice(0, Math.max(taught.length, MIN_KEY_PARAMETERS));
  return names.map((name) => sliders.find((slider) => slider.name === name)).filter((slider) => slider !== undefined);
}

/** The ends of a slider of an exercise: its range, extended to the start. */
export const endsInExercise = ({ name, low, high }: Pick<Slider, "name" | "low" | "high">, start: Values): Range => [
  Math.min(low, start[name]),
  Math.max(high, start[name]),
];

/** Whether a value is between the ends of a slider of an exercise. Every other value makes a code invalid. */
function isInExercise(slider: Slider, exercise: Exercise, value: number): boolean {
  const [low, high] = endsInExercise(slider, startOf(exercise));
  return value >= low && value <= high;
}
