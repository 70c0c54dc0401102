// The picture that a saved notebook contains instead of an app.

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

test("a figure that is not painted yet is not saved", () => {
  class Canvas {
    readonly height = 150;
    readonly width = 300; // the width of every canvas before its first painting
  }
  Object.assign(globalThis, { HTMLCanvasElement: Canvas });
  const app = appOf();
  let started = () => {};
  let looked = 0;
  const context = {
    saveState: {
      connect(listener: (sender: unknown, state: string) => void) {
        started = () => listener(null, "started");
      },
      disconnect() {},
    },
    model: { getMetadata: () => looked++, setMetadata() {}, cells: { length: 0 } },
  };
  const figure = { canvas: new Canvas(), isPainted: false };
  const place = {
    querySelector(selector: string) {
      if (selector === ".pw-sentence") return null;
      return figure.isPainted || !selector.includes("[data-drawn]") ? figure.canvas : null;
    },
  };
  const createElement = document.createElement;
  const painted = { fillRect() {}, drawImage() {} };
  const copy = { getContext: () => painted, toDataURL: () => "data:image/png;base64," };
  Object.assign(document, { createElement: () => copy });
  const stop = keepStill(
    { get: () => ({ id: "mine" }), widget_manager: { context } },
    Object.assign(document.body, place),
    app,
  );
  started();
  assert.equal(looked, 0);
  figure.isPainted = true;
  started();
  assert.equal(looked, 1);
  stop();
  Object.assign(document, { createElement });
  app.close();
});
