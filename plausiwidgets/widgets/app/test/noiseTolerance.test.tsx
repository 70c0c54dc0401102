// The noise tolerance of a parameter set, and its button.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canTolerate, toleranceText } from "../src/models/noiseTolerance.ts";
import { stored } from "../src/models/selection.ts";
import { NoiseTolerance } from "../src/panels/noiseTolerance.tsx";
import { catalogue, modelData, result } from "./catalogue.ts";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const textOf = (pattern: string, change: Record<string, number> = {}) => {
  const data = modelData("izhikevich");
  const selection = stored(data, pattern);
  const changed = { ...selection, values: { ...selection.values, ...change } };
  assert.ok(canTolerate(catalogue, data, changed));
  return result(toleranceText(catalogue, data, changed));
};

test("the page computes a tolerance, or has the reason why it is not defined", () => {
  assert.match(textOf("phasic_spiking"), /^[0-9.]+ % of the amplitude$/);
  for (const pattern of ["class_1_excitable", "spike_latency", "bistability"]) {
    assert.match(textOf(pattern), /^not defined, because the pattern adapts its stimulus/);
  }
  assert.match(textOf("phasic_spiking", { amplitude: 0 }), /^not defined, because the criteria are not met/);
});

test("a click tests the noise in the page, and a move of a slider removes the result", async () => {
  const { host, asked } = hostOf();
  const app = appOf("izhikevich", "phasic_spiking", { host });
  const view = shown(<NoiseTolerance {...app} />);
  await rendered();
  const button = view.find("button");
  assert.equal(button.textContent, "Test noise tolerance");
  button.click();
  await until(() => /Noise tolerance: [0-9.]+ % of the amplitude/.test(view.all("p")[0].textContent ?? ""), 20_000);
  assert.equal(asked.filter(({ kind }) => kind === "tolerance").length, 0);
  assert.equal(view.all("progress").length, 0);
  app.selection.put({ a: 0.021 });
  await rendered();
  assert.equal(view.all("p")[0].textContent, "");
  view.remove();
  app.close();
});

test("the test can be stopped, and a pattern without criteria has none", async () => {
  const app = appOf("izhikevich", "tonic_bursting");
  const view = shown(<NoiseTolerance {...app} />);
  await rendered();
  view.find("button").click();
  await rendered();
  assert.match(view.find("button").textContent ?? "", /Stop/);
  view.find("button").click();
  await rendered();
  assert.deepEqual([view.find("button").textContent, view.all("p")[0].textContent], ["Test noise tolerance", ""]);
  view.remove();
  app.close();
});
