// The choice between Plotly and the canvas.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadedPlotly } from "../src/figure/plotlyScript.ts";
import { isCalm, takingTurns } from "../src/figure/rendererChoice.ts";
import { tracesOf } from "../src/figure/traces.ts";
import "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const reply = { model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 9, at_bounds: [], loss: 1, best: {} };

/** A fake Plotly that records its calls, on a page that has already loaded Plotly. */
function fakePlotly() {
  const calls: string[] = [];
  const listeners = new Map<string, (change: object) => void>();
  const plot = Object.assign(document.createElement("div"), {
    on: (event: string, listener: (change: object) => void) => listeners.set(event, listener),
  });
  const plotly = {
    newPlot: async () => {
      calls.push("newPlot");
      return plot;
    },
    react: async () => {
      calls.push("react");
      return plot;
    },
    purge: () => calls.push("purge"),
  };
  Object.assign(globalThis, { [Symbol.for("plausiwidgets.plotly")]: { plotly } });
  return { calls, listeners };
}

test("Plotly shows a picture that rests after the pointer was over it, and the next change ends this", async () => {
  const { calls, listeners } = fakePlotly();
  assert.ok(loadedPlotly());
  const app = appOf();
  const place = document.createElement("div");
  const zooms: unknown[] = [];
  const picture = () => tracesOf(app.scene.peek(), 800, 500, { size: 14, dark: false });
  const rest = takingTurns(app, place, { picture, zoom: (part) => zooms.push(part) });
  assert.equal(place.dataset.pwPainter, "light");
  const over = Object.assign(new Event("pointermove"), { buttons: 0, pointerType: "mouse" });
  place.dispatchEvent(over);
  await until(() => place.dataset.pwPainter === "plotly");
  assert.deepEqual(calls, ["newPlot"]);
  assert.equal(place.querySelector(".pw-plotly")?.getAttribute("aria-hidden"), "true");
  listeners.get("plotly_relayout")?.({ "xaxis.range[0]": 10, "xaxis.range[1]": 20 });
  listeners.get("plotly_relayout")?.({ "xaxis.autorange": true });
  listeners.get("plotly_doubleclick")?.({});
  assert.deepEqual(zooms, [{ x: [10, 20], y: null }, null]);
  rest.moved();
  assert.equal(place.dataset.pwPainter, "light");
  await until(() => place.dataset.pwPainter === "plotly");
  assert.deepEqual(calls, ["newPlot", "react"]);
  rest.close();
  assert.deepEqual(calls, ["newPlot", "react", "purge"]);
  assert.equal(place.querySelector(".pw-plotly"), null);
  app.close();
});

test("nothing is calm while a search runs, and each of its replies brings the canvas back", () => {
  const { host, reply: answer } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const place = document.createElement("div");
  const rest = takingTurns(app, place, { picture: () => null });
  assert.equal(isCalm(app.search), true);
  place.dataset.pwPainter = "plotly";
  app.search.begin("values");
  answer("search", "running", { search: reply, from: 0 });
  assert.equal(isCalm(app.search), false);
  assert.equal(place.dataset.pwPainter, "light");
  answer("search", "stopped", { search: reply, from: 0 });
  assert.equal(isCalm(app.search), true);
  rest.close();
  app.close();
});
