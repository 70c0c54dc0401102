// Number formats of a chip, and the tool Arithmetic, which rounds a neuron to them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NEURONS } from "../src/engine/neuron.ts";
import { fixedPoint, powerOfTwo } from "../src/engine/numberFormat.ts";
import { rangesOf } from "../src/engine/roundedNeuron.ts";
import { stored } from "../src/models/selection.ts";
import { Arithmetic } from "../src/tools/arithmetic.tsx";
import { comparing, roundedSimulation } from "../src/tools/arithmeticModel.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, until } from "./harness.ts";

const izhikevich = modelData("izhikevich");
const tonic = stored(izhikevich, "tonic_spiking");

test("fixed point rounds half to even, and saturates", () => {
  const round = fixedPoint(8, 128);
  assert.deepEqual([1.4, 2.5, 3.5, -400, 400].map(round), [1, 2, 4, -128, 127]);
  assert.ok(Number.isNaN(round(Number.NaN)));
  assert.deepEqual([0, 0.6, 1, 91].map(powerOfTwo), [1, 1, 1, 128]);
});

test("the ranges of a packaged neuron are those of Python, and a custom one has a range of currents", () => {
  assert.deepEqual(izhikevich.ranges, [91, 78]);
  assert.equal(rangesOf(NEURONS.izhikevich, izhikevich), izhikevich.ranges);
  const [v, u] = rangesOf(NEURONS.izhikevich, { currents: [0, 20] });
  assert.ok(v > 64 && v < 128 && u > 1 && u < 64);
});

test("many bits show the pattern, and few bits do not", () => {
  const met = new Map<number, boolean>();
  const work = comparing(catalogue, izhikevich, tonic, (bits, { verdict }) => met.set(bits, verdict?.loss === 0));
  for (const _ of work);
  assert.equal(met.get(24), true);
  assert.equal(met.get(6), false);
  assert.equal(met.size, 10);
});

test("the trace has values of the format only", () => {
  const line = roundedSimulation(catalogue, izhikevich, tonic, 12)?.trace("best");
  assert.ok(line?.v.every((v) => Number.isInteger(v * 16)));
});

test("the slider changes the trace, and the verdict follows", async () => {
  const canvases = withCanvases(400, 200);
  const app = appOf("izhikevich", "tonic_spiking");
  const view = shown(<Arithmetic {...app} />);
  const status = () => view.find("[role=status]").textContent ?? "";
  await until(() => status().includes("Criteria met"));
  const paintings = canvases.paintings();
  const slider = view.find<HTMLInputElement>("input[type=range]");
  slider.value = "6";
  slider.dispatchEvent(new Event("input"));
  await rendered();
  assert.equal(view.find("output").textContent, "6");
  await until(() => canvases.paintings() > paintings);
  await until(() => status().includes("Criteria not met"));
  view.remove();
  canvases.restore();
  app.close();
});
