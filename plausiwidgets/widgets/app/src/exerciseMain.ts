// The global object `plausiwidgets` of an exercise in one file, which also contains the page of a class.

import { EXERCISE_VIEWS } from "./classroom/exerciseViews.ts";
import { addExerciseViews } from "./classroom/providedExercise.ts";

addExerciseViews(EXERCISE_VIEWS);

export * from "./fileMain.ts";
