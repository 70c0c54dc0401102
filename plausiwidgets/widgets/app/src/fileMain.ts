// The global object `plausiwidgets` of a standalone page or module. Its bundle contains no exercise and no part that needs a
// host. Python appends the neurons and the calls.

export { embed } from "./embed.ts";
export { addNeurons } from "./engine/neuron.ts";
export { seek } from "./engine/search/worker.ts";
export { start } from "./page.ts";
