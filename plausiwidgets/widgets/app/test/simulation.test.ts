// Targets, traces, handles and sweeps of the packaged models and patterns.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelData, patternOf } from "../src/catalogue.ts";
import { stored } from "../src/models/selection.ts";
import { handlesOf, ontoScale, simulationOf, upTo } from "../src/models/simulation.ts";
import { catalogue, isStale, modelData, result } from "./catalogue.ts";

const izhikevich = modelData("izhikevich");

test("every packaged set that is verified meets all criteria on the page", () => {
  for (const data of [izhikevich, modelData("adex"), modelData("hodgkin_huxley")]) {
    for (const key of Object.keys(data.patterns)) {
      const set = data.patterns[key].sets.findIndex(({ status }) => status === "replicated");
      if (set < 0 || isStale(data.model.name, key)) continue;
      const { verdict } = result(simulationOf(catalogue, data, stored(data, key, set)).judging());
      assert.equal(verdict?.loss, 0, `${data.model.name}, ${key}`);
    }
  }
});

test("a target that was written for the model is simulated by the model, so that both traces are equal", () => {
  const simulation = simulationOf(catalogue, izhikevich, stored(izhikevich, "tonic_bursting"));
  const [yours, target] = [simulation.trace("yours"), simulation.target() ?? assert.fail()];
  assert.equal(target.role, "target");
  assert.deepEqual([...target.spikes], [...yours.spikes]);
  assert.ok(target.v.every((x, k) => Math.abs(x - yours.v[k]) < 1e-6));
});

test("the published trace of the model itself is the target for all values", () => {
  const at = stored(izhikevich, "tonic_bursting");
  const published = simulationOf(catalogue, izhikevich, at).trace("yours");
  const simulation = simulationOf(catalogue, izhikevich, { ...at, values: { ...at.values, bias: 130 } });
  const target = simulation.target() ?? assert.fail();
  assert.ok(simulation.trace("yours").v[0] < -71);
  assert.ok(target.v.every((x, k) => Math.abs(x - published.v[k]) < 1e-6));
});

test("for another model the target is scaled once, to the first stored set of the pattern", () => {
  const data = modelData("hodgkin_huxley");
  const at = stored(data, "tonic_spiking");
  // The first simulation has other values, such as those of a link.
  const moved = simulationOf(catalogue, data, { ...at, values: { ...at.values, E_L: -70 } });
  const target = moved.target() ?? assert.fail();
  const packaged = simulationOf(catalogue, data, at);
  assert.ok(Math.abs(target.v[0] - packaged.scale()[0]) < 1);
  assert.ok(Math.abs(target.v[0] - moved.scale()[0]) > 2);
  assert.equal(packaged.target(), target, "it is simulated and scaled once");
});

test("a spike of a neuron that resets is drawn up to the peak", () => {
  const v = upTo(Float64Array.of(-60, -20, -50), { t0: 0, dt: 1, spikes: [1] }, 30);
  assert.deepEqual([...v], [-60, 30, -50]);
});

test("rest, threshold and peak are mapped to those of another neuron", () => {
  assert.deepEqual([...ontoScale(Float64Array.of(-70, -55, 30), [-70, -55, 30], [-65, -50, 0])], [-65, -50, 0]);
});

test("the height of the current can be dragged, and its width if a parameter sets it", () => {
  const named = (data: ModelData, key: string) => {
    const at = stored(data, key);
    const { sweep, pattern } = simulationOf(catalogue, data, at);
    const handles = handlesOf(sweep, pattern, new Map(Object.entries(at.values)), "holding");
    return handles.map(({ name, axis }) => `${name} ${axis}`);
  };
  assert.deepEqual(named(izhikevich, "tonic_bursting"), ["amplitude height"]);
  assert.deepEqual(named(izhikevich, "rebound_spike"), ["amplitude height", "width time"]);
});

test("the height of an inhibition grows downwards", () => {
  const [height] = simulationOf(catalogue, izhikevich, stored(izhikevich, "rebound_spike")).handles();
  assert.equal(Math.sign(height.slope), -1);
});

test("every pair has two to four key parameters, and the amplitude is one of them", () => {
  for (const name of Object.keys(catalogue.models)) {
    const data = modelData(name);
    for (const key of Object.keys(data.patterns)) {
      const { matter, stimulus } = patternOf(catalogue, data, key);
      assert.ok(matter.length >= 2 && matter.length <= 4, `${name}, ${key}: ${matter}`);
      const hasAmplitude = stimulus.some((slider) => slider.name === "amplitude");
      if (hasAmplitude) assert.ok(matter.includes("amplitude"), `${name}, ${key}`);
    }
  }
});

test("each sweep of a pattern can be shown with its target", () => {
  const at = stored(izhikevich, "resonator");
  const { sweeps } = simulationOf(catalogue, izhikevich, at);
  assert.deepEqual(sweeps, ["gap T", "gap T/2", "gap 1.5 T", "single pulse"]);
  const counts = sweeps.map((name) => {
    const simulation = simulationOf(catalogue, izhikevich, at, { shown: name });
    assert.equal(simulation.sweep.name, name);
    assert.equal(simulation.target()?.spikes.length, simulation.trace("yours").spikes.length);
    return simulation.trace("yours").spikes.length;
  });
  assert.deepEqual(counts, [1, 0, 0, 0]);
});

test("a sweep that a procedure has chosen can be shown", () => {
  const at = stored(izhikevich, "class_1_excitable");
  const spikes = (name: string) =>
    simulationOf(catalogue, izhikevich, at, { shown: name }).trace("yours").spikes.length;
  assert.ok(spikes("just above rheobase") < spikes("10 % above"));
});

test("a figure opens at the first sweep from the main one whose target fires, for all values", () => {
  const sweepAt = (pattern: string, values = {}) => {
    const at = stored(izhikevich, pattern);
    return simulationOf(catalogue, izhikevich, { ...at, values: { ...at.values, ...values } }).sweep.name;
  };
  assert.equal(sweepAt("class_1_excitable"), "1 % above");
  assert.equal(sweepAt("class_1_excitable", { bias: 50 }), "1 % above");
  assert.equal(sweepAt("class_2_excitable"), "just above rheobase");
  assert.equal(sweepAt("accommodation"), "fast ramp");
});

test("a neuron that the page cannot simulate has a current, and no runner", () => {
  const data = { ...izhikevich, model: { ...izhikevich.model, name: "mine" } };
  const simulation = simulationOf(catalogue, data, stored(data, "tonic_bursting"));
  assert.equal(simulation.neuron, undefined);
  assert.ok(simulation.trace("yours").current.some((x) => x !== 0));
  assert.ok(simulation.scale().every(Number.isFinite));
  assert.throws(() => simulation.runner(), /cannot simulate the model mine/);
});
