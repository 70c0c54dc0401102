// The bundle's global object, `plausiwidgets`. Python appends the neurons and one of the calls below.

export { addNeurons } from "./engine/neuron.ts";
export { seek } from "./hosts/browserSearch.js";
export { start } from "./page.js";
export { open } from "./site.js";
export { widget } from "./widget.js";
