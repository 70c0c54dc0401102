// The neurons that this page can simulate, by name. Python emits each one as code from the model's program, so the page
// never evaluates data.

import * as runtime from "../../../../simulation/javascript/runtime.js";

/** @type {Record<string, any>} */
export const NEURONS = {};

/** Adds neurons. The minifier renames the runtime's functions, so `make` receives them by name. */
export function addNeurons(make) {
  Object.assign(NEURONS, make(runtime));
}
