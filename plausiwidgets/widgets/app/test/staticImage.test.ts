import assert from "node:assert/strict";
import { test } from "node:test";
import { keepStill, type WidgetState, withStill } from "../src/figure/staticImage.ts";
import "./dom.ts";
import { appOf } from "./harness.ts";

const still: WidgetState = { state: { _anywidget_id: "plausiwidgets.still" } };

test("a notebook keeps the pictures of the apps that it shows, and all foreign states", () => {
  const states = { old: still, other: still, foreign: { state: {} } };
  const kept = withStill(states, new Set(["mine", "other"]), "mine", still);
  assert.deepEqual(Object.keys(kept).sort(), ["foreign", "mine", "other"]);
  assert.deepEqual(Object.keys(withStill({}, new Set(), "mine", still)), []);
});

test("a front end without notebooks gets no picture", () => {
  const app = appOf();
  const place = document.createElement("div");
  for (const manager of [undefined, {}, { context: { saveState: {} } }]) {
    const model = { get: () => ({ id: "mine" }), ...(manager ? { widget_manager: manager } : {}) };
    assert.doesNotThrow(keepStill(model, place, app));
  }
  app.close();
});

test("the app follows its notebook while it is shown, and writes nothing without a figure", () => {
  const app = appOf();
  const listeners = new Set<(sender: unknown, state: string) => void>();
  let written = 0;
  const context = {
    saveState: {
      connect: (one: (sender: unknown, state: string) => void) => listeners.add(one),
      disconnect: (one: (sender: unknown, state: string) => void) => listeners.delete(one),
    },
    model: { getMetadata: () => undefined, setMetadata: () => written++, cells: { length: 0 } },
  };
  const model = { get: () => ({ id: "mine" }), widget_manager: { context } };
  const stop = keepStill(model, document.createElement("div"), app);
  assert.equal(listeners.size, 1);
  Object.assign(globalThis, { HTMLCanvasElement: class {} });
  for (const listener of listeners) listener(null, "started");
  assert.equal(written, 0);
  stop();
  assert.equal(listeners.size, 0);
  app.close();
});
