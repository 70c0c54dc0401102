// The tools Sensitivity and f–I curve.

import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf } from "../src/catalogue.ts";
import { slidersOf, stored } from "../src/models/selection.ts";
import { simulationOf } from "../src/models/simulation.ts";
import { Curves, judgedProfiles, type Profile, rateAt, spansOf } from "../src/tools/curves.tsx";
import { catalogue, modelData, result } from "./catalogue.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

test("a profile that the page computes has the losses of the evaluations along a slider", () => {
  const data = modelData("izhikevich");
  const selection = stored(data, "tonic_bursting");
  const sliders = slidersOf(patternOf(catalogue, data, "tonic_bursting"), data).filter(({ name }) => name === "c");
  const found = new Map<string, Profile>();
  const along = { catalogue, data, selection, sliders, ranges: { c: [-60, -40] as const } };
  result(judgedProfiles(along, 9, (name, profile) => found.set(name, profile)));
  const { values, loss } = found.get("c") ?? assert.fail();
  const at = Array.from(values).findIndex((value) => value >= -50);
  const own = { ...selection, values: { ...selection.values, c: values[at] } };
  assert.equal(loss[at], result(simulationOf(catalogue, data, own).judging()).verdict?.loss);
});

test("the spans in which all criteria are met end halfway to the next points", () => {
  assert.deepEqual(spansOf([0, 0.25, 0.5, 0.75, 1], [0, 1, 0, 0, 2]), [
    [0, 0.125],
    [0.375, 0.875],
  ]);
  assert.deepEqual(spansOf([0, 1], [0, 0]), [[0, 1]]);
});

test("a rate is interpolated between two points of its curve, and missing beyond the curve", () => {
  assert.equal(rateAt([0, 10, 20], [0, 0, 30], 15), 15);
  assert.equal(rateAt([0, 10, 20], [0, 0, 30], 20), 30);
  assert.ok(Number.isNaN(rateAt([0, 10], [0, 5], 11)));
});

test("the host sends the profiles, and a move of a slider makes them old", async () => {
  const canvases = withCanvases(200, 40);
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Curves {...app} />);
  const status = view.find("[role=status]");
  assert.equal(status.textContent, "evaluating …");
  const requests = () => asked.filter(({ kind }) => kind === "profiles").length;
  await until(() => requests() === 1);
  const names = ["a", "b"];
  const arrays = {
    "a.values": Float64Array.of(0.01, 0.02, 0.1),
    "a.loss": Float32Array.of(0, 0, 2),
    "b.values": Float64Array.of(0.1, 0.2, 0.3),
    "b.loss": Float32Array.of(1, 2, 3),
  };
  reply("profiles", "running", { names, finer: false }, arrays);
  await rendered();
  assert.equal(status.textContent, "");
  assert.deepEqual(
    view.all("canvas[role=img]").map((canvas) => canvas.getAttribute("aria-label")),
    ["a: pattern shown for some values", "b: pattern shown for no value"],
  );
  const paintings = canvases.paintings();
  app.selection.put({ a: 0.03 });
  await rendered();
  assert.equal(status.textContent, "evaluating …");
  await until(() => canvases.paintings() > paintings);
  await until(() => requests() === 2);
  await rendered();
  assert.equal(status.textContent, "");
  view.remove();
  canvases.restore();
  app.close();
});

test("without a host the page computes the profiles", async () => {
  const { host } = hostOf("none", () => false);
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Curves {...app} />);
  assert.equal(view.all("[role=group]").length, 0, "there is no f–I curve");
  await until(() => view.all("canvas").length > 0, 20000);
  assert.match(view.find("canvas").getAttribute("aria-label") ?? "", /: pattern shown for some values$/);
  view.remove();
  app.close();
});

test("the f–I curve has the rate at the amplitude", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Curves {...app} />);
  const [first, second] = view.all("[role=group] button");
  assert.deepEqual(
    [first, second].map((one) => one.getAttribute("aria-pressed")),
    ["true", "false"],
  );
  second.click();
  await rendered();
  assert.deepEqual(
    [first, second].map((one) => one.getAttribute("aria-pressed")),
    ["false", "true"],
  );
  assert.equal(view.find("canvas[role=img]").getAttribute("aria-label"), "f–I curve");
  assert.equal(view.find("[role=status]").textContent, "simulating …");
  await until(() => asked.some(({ kind }) => kind === "rate"));
  reply("rate", "done", {}, { current: Float32Array.of(0, 20), rate: Float32Array.of(0, 40) });
  app.selection.put({ amplitude: 10 });
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "20 Hz at 10 mV/ms");
  view.remove();
  app.close();
});
