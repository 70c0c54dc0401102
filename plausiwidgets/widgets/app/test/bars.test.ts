// The green parts of the sliders, in which all criteria are met.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stored } from "../src/models/selection.ts";
import { simulationOf } from "../src/models/simulation.ts";
import { spansOf } from "../src/models/sliderBars.ts";
import { catalogue, modelData, result } from "./catalogue.ts";
import { appWithHost } from "./custom.ts";
import { appOf, until } from "./harness.ts";

const data = modelData("izhikevich");

/** The app of a pattern, with its sliders by name. */
function bursting() {
  const app = appOf("izhikevich", "tonic_bursting");
  const slider = (name: string) => app.selection.sliders.value.find((one) => one.name === name) ?? assert.fail(name);
  return { app, slider };
}

test("the bar of a slider ends where the criteria are not met any more", () => {
  const from = stored(data, "tonic_bursting");
  const slider = data.parameters.find(({ name }) => name === "c") ?? assert.fail();
  const spans = result(spansOf(catalogue, data, from, slider));
  assert.ok(spans.length >= 1);
  const isMet = (c: number) => {
    const at = { ...from, values: { ...from.values, c } };
    return result(simulationOf(catalogue, data, at).judging()).verdict?.loss === 0;
  };
  const [low, high] = spans.find(([a, b]) => a < b) ?? assert.fail();
  const at = (share: number) => slider.low + share * (slider.high - slider.low);
  assert.ok(isMet(at((low + high) / 2)));
  if (low > 0.02) assert.ok(!isMet(at(low - 0.01)));
});

test("bars are found for the sliders that are requested, when nothing else happens", async (t) => {
  const { app, slider } = bursting();
  t.after(app.close);
  app.bars.want([slider("c")]);
  assert.equal(app.bars.spans.value.size, 0);
  await until(() => app.bars.spans.value.has("c"), 20_000);
  assert.deepEqual([...app.bars.spans.value.keys()], ["c"]);
});

test("a bar stays while its own slider moves, and goes with another one", async (t) => {
  const { app, slider } = bursting();
  t.after(app.close);
  app.bars.want([slider("c")]);
  await until(() => app.bars.spans.value.has("c"), 20_000);
  const { value } = app.bars.spans;
  app.selection.put({ c: -51 });
  assert.equal(app.bars.spans.value, value);
  app.selection.put({ d: 3 });
  assert.equal(app.bars.spans.value.size, 0);
});

test("a bar belongs to the range of its slider", async (t) => {
  const { app, slider } = bursting();
  t.after(app.close);
  app.bars.want([slider("c")]);
  await until(() => app.bars.spans.value.has("c"), 20_000);
  app.selection.configure({ bounds: { c: [-60, -40] } });
  assert.equal(app.bars.spans.value.size, 0);
});

test("a neuron that only Python can simulate has no bars", async (t) => {
  const { app } = appWithHost();
  t.after(app.close);
  app.bars.want(app.selection.sliders.value);
  await new Promise((go) => setTimeout(go, 300));
  assert.equal(app.bars.spans.value.size, 0);
});
