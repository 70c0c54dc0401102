// The global object `plausiwidgets` of a page in one file, and of a module with a figure, which have no host. Its bundle therefore
// contains no part that needs one, and no exercise. Python appends the neurons and the calls.

export { embed } from "./embed.ts";
export { addNeurons } from "./engine/neuron.ts";
export { seek } from "./engine/search/worker.ts";
export { start } from "./page.ts";
