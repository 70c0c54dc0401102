// The global object `plausiwidgets` of an app with a host, and of a folder of files. Python appends the neurons and a call.

import { EXERCISE_VIEWS } from "./classroom/exerciseViews.ts";
import { addExerciseViews } from "./classroom/providedExercise.ts";
import { takingTurns } from "./figure/rendererChoice.ts";
import { addPainter } from "./figure/resting.ts";
import { HOST_TOOLS } from "./tools/hostTools.ts";
import { addHostTools } from "./tools/provided.ts";

addExerciseViews(EXERCISE_VIEWS);
addHostTools(HOST_TOOLS);
addPainter(takingTurns);

export { addNeurons } from "./engine/neuron.ts";
export { seek } from "./engine/search/worker.ts";
export { open } from "./site.ts";
export { widget } from "./widget.ts";
