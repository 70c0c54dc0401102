import assert from "node:assert/strict";
import test from "node:test";
import { handlesOf, ontoScale, patternOf, simulation, stored, upTo } from "../src/models/simulation.js";
import { catalogue, modelData, result } from "./app.mjs";

const izhikevich = modelData("izhikevich");
const adex = modelData("adex");

test("what the catalogue calls replicated holds by the letter of the app", () => {
  for (const data of [izhikevich, adex, modelData("hodgkin_huxley")]) {
    for (const key of Object.keys(data.patterns)) {
      const set = data.patterns[key].sets.findIndex(({ status }) => status === "replicated");
      if (set < 0) continue;
      const { verdict } = result(simulation(catalogue, data, stored(data, key, set)).judging());
      assert.equal(verdict.loss, 0, `${data.model.name}, ${key}`);
    }
  }
});

test("the example of a set that was written for the neuron is drawn by the neuron: two lines that are one", () => {
  const run = simulation(catalogue, izhikevich, stored(izhikevich, "tonic_bursting"));
  const [yours, example] = [run.trace("yours"), run.example()];
  assert.deepEqual([...example.spikes], [...yours.spikes]);
  assert.ok(example.v.every((x, k) => Math.abs(x - yours.v[k]) < 1e-6));
});

test("the example follows the rest of the neuron as soon as a value moves it", () => {
  const at = stored(izhikevich, "tonic_bursting");
  const run = simulation(catalogue, izhikevich, { ...at, values: { ...at.values, bias: 130 } });
  const [yours, example] = [run.trace("yours"), run.example()];
  assert.ok(Math.abs(yours.v[0] - example.v[0]) < 0.05);
  assert.ok(yours.v[0] < -71);
});

test("a spike of a neuron that resets is one stroke to the peak", () => {
  const v = upTo(Float64Array.of(-60, -20, -50), { t0: 0, dt: 1, spikes: [1] }, 30);
  assert.deepEqual([...v], [-60, 30, -50]);
});

test("rest, threshold and peak go onto those of another neuron", () => {
  assert.deepEqual([...ontoScale(Float64Array.of(-70, -55, 30), [-70, -55, 30], [-65, -50, 0])], [-65, -50, 0]);
});

test("a hand takes the height of the current, and its width where a value says how long it is", () => {
  const named = (data, key) => {
    const at = stored(data, key);
    const run = simulation(catalogue, data, at);
    return handlesOf(run.sweep, run.pattern, new Map(Object.entries(at.values)), "holding").map(({ name, axis }) => `${name} ${axis}`);
  };
  assert.deepEqual(named(izhikevich, "tonic_bursting"), ["amplitude height"]);
  assert.deepEqual(named(izhikevich, "rebound_spike"), ["amplitude height", "width time"]);
});

test("the height of an inhibition grows downwards", () => {
  const at = stored(izhikevich, "rebound_spike");
  const run = simulation(catalogue, izhikevich, at);
  const [height] = run.handles();
  assert.equal(Math.sign(height.slope), -1);
});

test("every pattern of every pair has two to four values that matter, the amplitude among them", () => {
  for (const name of Object.keys(catalogue.models)) {
    const data = modelData(name);
    for (const key of Object.keys(data.patterns)) {
      const { matter, stimulus } = patternOf(catalogue, data, key);
      assert.ok(matter.length >= 2 && matter.length <= 4, `${name}, ${key}: ${matter}`);
      if (stimulus.some((slider) => slider.name === "amplitude")) assert.ok(matter.includes("amplitude"), `${name}, ${key}`);
    }
  }
});
