// The bundle's global object, `plausiwidgets`. Python appends the neurons and one of the calls below.

export { addNeurons } from "./engine/neuron.ts";
export { seek } from "./hosts/worker.ts";
export { start } from "./page.ts";
export { open } from "./site.ts";
export { widget } from "./widget.ts";
