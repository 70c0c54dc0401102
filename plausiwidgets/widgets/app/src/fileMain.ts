// The global object `plausiwidgets` of a page in one file, which has no host. Its bundle therefore contains no part that needs
// one. Python appends the neurons and the calls.

export { addNeurons } from "./engine/neuron.ts";
export { seek } from "./engine/search/worker.ts";
export { start } from "./page.ts";
