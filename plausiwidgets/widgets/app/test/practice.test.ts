// The parameters with which practice starts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf } from "../src/catalogue.ts";
import { movingAway } from "../src/models/practice.ts";
import { slidersOf, stored } from "../src/models/selection.ts";
import { simulationOf } from "../src/models/simulation.ts";
import { catalogue, modelData, result } from "./catalogue.ts";

const data = modelData("izhikevich");
const pattern = patternOf(catalogue, data, "tonic_bursting");
const sliders = slidersOf(pattern, data);
const keyParameters = pattern.matter.map((name) => sliders.find((one) => one.name === name) ?? assert.fail(name));

test("practice begins where the criteria are not met, with at most three moved sliders", () => {
  const from = stored(data, "tonic_bursting");
  for (let k = 0; k < 5; k++) {
    const { values, names } = result(movingAway(catalogue, data, from, keyParameters)) ?? assert.fail();
    assert.ok(names.length >= 1 && names.length <= 3);
    const { verdict } = result(simulationOf(catalogue, data, { ...from, values }).judging());
    assert.ok(verdict && verdict.loss > 0);
    for (const [name, value] of Object.entries(from.values))
      if (!names.includes(name)) assert.equal(values[name], value);
  }
});

test("practice begins with a neuron at rest, at physiological potentials", () => {
  const from = stored(data, "tonic_bursting");
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let k = 0; k < 12; k++) {
    const { values } = result(movingAway(catalogue, data, from, keyParameters, random)) ?? assert.fail();
    const { verdict } = result(simulationOf(catalogue, data, { ...from, values }).judging());
    const missed = verdict?.criteria.filter(({ key, passed }) => !passed && ["quiet", "at_rest", "cell"].includes(key));
    assert.deepEqual(missed, []);
  }
});
