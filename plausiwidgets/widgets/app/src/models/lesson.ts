// A lesson: cards that set a model, a pattern, parameters and a tool. A card is done when its condition is met.

import { batch, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Card, Condition, LessonData, Slider, TextNode, Values } from "../catalogue.ts";
import type { Verdict } from "../engine/judge.ts";
import type { Host } from "../hosts/host.ts";
import { isOf, knownSet, type Notify, type Selection, type SelectionModel, usualRanges } from "./selection.ts";
import type { Lesson, TaskScreen } from "./task.ts";
import type { VerdictModel } from "./verdict.ts";

/** Tools whose names in lessons and in Python differ from those of the app. */
export const TOOL_NAMES: Readonly<Record<string, string>> = { "phase plane": "plane", plane: "map" };

/** A lesson at one of its cards, or at the first card if the card does not exist. */
export function lessonAt({ name = "", title, cards }: LessonData, card = 0): Lesson {
  return { name, title, cards, at: cards[card] ? card : 0, done: [], isMet: false };
}

/** The bold texts of a card. The sliders of parameters among them are shown first. */
export const boldIn = (body: readonly TextNode[]): string[] =>
  body.flatMap((node) => {
    if (typeof node === "string") return [];
    return node[0] === "strong" ? [node[1].join("")] : boldIn(node[1]);
  });

/**
 * The parameters that a card or an exercise locks, which are all except its free parameters. If it names no free parameters,
 * nothing is locked.
 */
export const lockedOn = (sliders: readonly Slider[], { free }: Pick<Card, "free">): string[] =>
  free.length ? sliders.map(({ name }) => name).filter((name) => !free.includes(name)) : [];

/** The selection of a card. A card without parameters uses those of an earlier card. */
export function selectionOfCard(cards: readonly Card[], at: number): Selection {
  const { model, pattern } = cards[at];
  const start = cards.slice(0, at + 1).findLast((card) => card.start)?.start;
  if (!start) throw new Error(`Card ${at + 1} of the lesson must have parameters, or follow a card that has.`);
  return { model, pattern, values: Object.fromEntries(start.values), dt: start.dt, set: 0 };
}

function isFulfilled({ holds, name, below, above }: Condition, values: Values, verdict: Verdict | null): boolean {
  if (holds !== null) return verdict !== null && (verdict.loss === 0) === holds;
  return below !== null ? values[name] < below : values[name] > Number(above);
}

/** Whether a selection with the model and the pattern of a card meets the condition of the card. */
export function isMet(
  { model, pattern, until }: Pick<Card, "model" | "pattern" | "until">,
  selection: Pick<Selection, "model" | "pattern" | "values">,
  verdict: Verdict | null,
): boolean {
  const isItsOwn = selection.model === model && selection.pattern === pattern;
  return until.length > 0 && isItsOwn && until.every((one) => isFulfilled(one, selection.values, verdict));
}

/** The lesson after a verdict on the selection. */
function judged(lesson: Lesson, selection: Selection, verdict: Verdict | null): Lesson {
  const { cards, at, done } = lesson;
  const met = verdict !== null && isMet(cards[at], selection, verdict);
  const isNew = met && !done.includes(at);
  return met === lesson.isMet && !isNew ? lesson : { ...lesson, isMet: met, done: isNew ? [...done, at] : done };
}

/** Whether a lesson is still at the same card. */
const isAt = (lesson: Lesson | null, { cards, at }: Lesson): boolean => lesson?.cards === cards && lesson.at === at;

export interface LessonModel {
  readonly lesson: ReadonlySignal<Lesson | null>;
  open(name: string, card?: number, how?: { readonly sets?: boolean }): Promise<void>;
  goTo(card: number, how?: { readonly sets?: boolean }): Promise<void>;
  reset(): Promise<void>;
  end(): void;
  close(): void;
}

/** @param leave ends the practice and closes the search panel of the former card */
export function createLesson(
  selection: SelectionModel,
  { verdict }: Pick<VerdictModel, "verdict">,
  host: Pick<Host, "lesson">,
  notify: Notify,
  screen: TaskScreen,
  leave: () => void,
  first: Lesson | null,
): LessonModel {
  const lesson = signal(first);
  const cards = cardsOf(lesson, selection, screen, leave);
  const orNotify = (work: Promise<unknown>) =>
    work.then(
      () => {},
      (error: unknown) => void notify(error instanceof Error ? error.message : String(error)),
    );
  const stopFollowing = effect(() => {
    const latest = verdict.value;
    const now = lesson.peek();
    if (now) lesson.value = judged(now, selection.current.peek(), latest);
  });
  const stopReturning = followingSteps(lesson, selection, cards.lock);
  const open = async (name: string, card: number, sets: boolean) => {
    const isWanted = selection.setOut();
    const data = await host.lesson(name);
    if (!isWanted()) return;
    const next = lessonAt(data, card);
    lesson.value = next;
    await cards.goTo(next, next.at, sets);
  };
  return {
    lesson,
    open(name, card = 0, { sets = true } = {}) {
      screen.closeSheet();
      screen.openTool("");
      return orNotify(open(name, card, sets));
    },
    async goTo(at, { sets = true } = {}) {
      const now = lesson.peek();
      if (now?.cards[at]) await orNotify(cards.goTo(now, at, sets));
    },
    async reset() {
      const now = lesson.peek();
      if (now) await orNotify(cards.show(now, selectionOfCard(now.cards, now.at)));
    },
    end() {
      batch(() => {
        selection.configure({ locked: [] });
        lesson.value = null;
        screen.closeSheet();
      });
    },
    close() {
      stopFollowing();
      stopReturning();
    },
  };
}

/** The functions that open the cards of a lesson, and show and lock their parameters. */
function cardsOf(lesson: Signal<Lesson | null>, selection: SelectionModel, screen: TaskScreen, leave: () => void) {
  const lock = ({ cards, at }: Lesson) =>
    selection.configure({ locked: lockedOn(selection.sliders.peek(), cards[at]) });

  /** Shows a selection as one undo step. Returns whether the lesson is still at the card. */
  async function show(card: Lesson, to: Selection): Promise<boolean> {
    selection.configure(usualRanges(selection.sliders.peek()));
    const data = await selection.describe(to.model, to.pattern);
    if (!isAt(lesson.peek(), card)) return false; // another card was opened during the wait
    await selection.back({ ...to, set: Math.max(knownSet(data, to), 0) });
    if (!isAt(lesson.peek(), card) || !isOf(selection.current.peek(), to)) return false;
    selection.keep();
    lock(card);
    return true;
  }

  async function goTo(from: Lesson, at: number, sets: boolean): Promise<void> {
    const to: Lesson = { ...from, at, isMet: false, done: from.done.filter((one) => one !== at) };
    batch(() => {
      lesson.value = to;
      leave();
      screen.showKeyParameters();
    });
    const { start, tool } = to.cards[at];
    // Without parameters, the next card continues with the current sliders.
    const isKept = !sets || (at === from.at + 1 && !start);
    const isShown = await show(to, isKept ? { ...selection.current.peek() } : selectionOfCard(to.cards, at));
    if (isShown && sets && tool) screen.openTool(TOOL_NAMES[tool] ?? tool);
  }
  return { lock, show, goTo };
}

/** Returns to a card when the user undoes or redoes a step that was made on it. Returns a function that stops it. */
function followingSteps(
  lesson: Signal<Lesson | null>,
  selection: SelectionModel,
  lock: (lesson: Lesson) => void,
): () => void {
  const cardOf = new WeakMap<Selection, Lesson | null>();
  return effect(() => {
    const step = selection.settled.value;
    if (selection.current.value !== step) return; // during a drag, and until the data of a step have arrived
    const now = lesson.peek();
    const card = cardOf.get(step);
    if (card === undefined) cardOf.set(step, now);
    else if (now && card && card.cards === now.cards && card.at !== now.at) {
      const to = { ...now, at: card.at, isMet: false };
      lesson.value = to;
      lock(to);
    }
  });
}
