// The packaged catalogue and models, for tests in Node.

import { readFileSync } from "node:fs";
import * as RUNTIME from "../../../engine/javascript/runtime.js";
import type { Catalogue, ModelData } from "../src/catalogue.ts";
import { NEURONS } from "../src/engine/neuron.ts";

const folder = new URL("../../catalogue/", import.meta.url); // relative to the bundled test, which is in build/test
const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));

export const catalogue: Catalogue = read("shared");

/** The data of a model. After this call, its neurons can be simulated. */
export function modelData(name: string): ModelData {
  const data: ModelData = read(name);
  for (const [key, text] of Object.entries(data.code ?? {})) {
    NEURONS[key] ??= new Function(...Object.keys(RUNTIME), `return ${text}`)(...Object.values(RUNTIME));
  }
  return data;
}

/** Whether the packaged verdict on a pair was computed with older rules. */
export function isStale(model: string, pattern: string): boolean {
  const list = readFileSync(new URL("../../../../upkeep/stale.txt", import.meta.url), "utf8").split("\n");
  return list.includes(`verdicts ${model} ${pattern}`);
}

/** Runs a generator to its end. */
export function result<T>(work: Generator<unknown, T>): T {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}
