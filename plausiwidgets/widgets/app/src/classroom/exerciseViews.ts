// The views of an exercise. The scripts of an app with a host and of the page of an exercise add them. Other pages in one file
// do not contain them.

import { classPage } from "./classPage.tsx";
import { Answering, Question } from "./exercise.tsx";
import type { ExerciseViews } from "./providedExercise.ts";

export const EXERCISE_VIEWS: ExerciseViews = { Question, Answering, classPage };
