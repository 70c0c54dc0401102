// The phase plot of a neuron without a phase plane.

import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileHost } from "../src/hosts/file.ts";
import { phasePlotOf } from "../src/tools/phasePlot.tsx";
import { Inside } from "../src/tools/tools.tsx";
import { modelData } from "./catalogue.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, until } from "./harness.ts";

function appAt(model: string) {
  const data = modelData(model);
  return appOf(model, "tonic_spiking", { host: fileHost({ [model]: data }), data });
}

test("a phase plot is the slope over the potential, with a gap at each spike of a neuron that resets", () => {
  for (const [model, resets] of [
    ["hodgkin_huxley", false],
    ["lif", true],
  ] as const) {
    const app = appAt(model);
    const trace = app.run.trace.value;
    const scale = app.run.simulation.value.scale();
    app.close();
    const plot = phasePlotOf(trace, scale) ?? assert.fail();
    const k = trace.v.length >> 2;
    assert.equal(plot.slope[k], (trace.v[k + 1] - trace.v[k]) / trace.dt);
    const gaps = plot.v.filter(Number.isNaN).length;
    assert.equal(gaps, resets ? trace.spikes.length : 0, model);
    assert.ok(plot.x[0] < plot.x[1] && plot.y[0] < 0 && plot.y[1] > 0);
    assert.ok(plot.y[1] < (resets ? 10 : 1000), "a reset does not set the range");
  }
});

test("a trace that diverges or is not simulated has no phase plot", () => {
  const app = appAt("lif");
  const trace = app.run.trace.value;
  app.close();
  assert.equal(phasePlotOf({ ...trace, divergedAt: 12 }, [-65, -50, 30]), null);
  assert.equal(phasePlotOf({ ...trace, v: trace.v.map(() => Number.NaN) }, [-65, -50, 30]), null);
});

test("a neuron without a phase plane shows its phase plot, and one with a phase plane a button", async () => {
  const canvases = withCanvases(280, 200);
  for (const [model, words, tag] of [
    ["hodgkin_huxley", /^Phase plot: dv\/dt against v/, "DIV"],
    ["izhikevich", /^Why\? Open the phase plane/, "BUTTON"],
  ] as const) {
    const before = canvases.paintings();
    const app = appAt(model);
    const view = shown(<Inside {...app} />);
    await rendered();
    const inside = view.find(".pw-inside");
    assert.match(inside.textContent ?? "", words);
    assert.equal(inside.tagName, tag);
    app.run.pointAt(10);
    await until(() => !view.find("i").hidden); // a dot above the picture is at the state
    assert.ok(canvases.paintings() > before);
    view.remove();
    app.close();
  }
  canvases.restore();
});
