// The app without a page: its catalogue, its neurons, and an app that is asked by tests.
import { readFileSync } from "node:fs";

import * as RUNTIME from "../../../simulation/javascript/runtime.js";
import { NEURONS } from "../src/engine/neuron.ts";

const folder = new URL("../../catalogue/", import.meta.url); // of the bundled test, which is in build/test
const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));

export const catalogue = read("shared");

/** The data of a model, whose neurons can be simulated from then on. */
export function modelData(name) {
  const data = read(name);
  for (const [key, text] of Object.entries(data.code)) {
    NEURONS[key] ??= new Function(...Object.keys(RUNTIME), `return ${text}`)(...Object.values(RUNTIME));
  }
  return data;
}

/** Runs a generator to its end. */
export function result(work) {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

export function bytes(...losses) {
  return Float32Array.from(losses);
}
