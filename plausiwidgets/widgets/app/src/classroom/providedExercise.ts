// The registry for the views of an exercise, which only some scripts contain.

import type { classPage } from "./classPage.tsx";
import type { Answering, Question } from "./exercise.tsx";

/** The hash of the address with which the page of an exercise reads the codes of a class. */
export const CLASS = "#class";

export interface ExerciseViews {
  readonly Question: typeof Question;
  readonly Answering: typeof Answering;
  /** Shows the page of a class in an element. */
  readonly classPage: typeof classPage;
}

let added: ExerciseViews | null = null;

/** The views of an exercise, or null in a page without one. */
export const exerciseViews = () => added;

export function addExerciseViews(views: ExerciseViews): void {
  added = views;
}
