// Touch input on a slider.

import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import { KeyParameters } from "../src/panels/sliders.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf } from "./harness.ts";

Object.assign(globalThis, { DOMRect: window.DOMRect });

const WIDTH = 324; // width in px, of which 300 are between the end positions of the thumb

/** A touched slider with the events of a browser: its value always follows the finger, even if the finger scrolls. */
async function touchedSlider(app: App) {
  const { selection, bars, task, tour } = app;
  const view = shown(<KeyParameters selection={selection} bars={bars} task={task} tour={tour} />);
  await rendered();
  const input = view.find<HTMLInputElement>("input[data-name=c]");
  input.getBoundingClientRect = () => new DOMRect(0, 0, WIDTH, 44);
  const pointer = (type: string, x: number, y: number) =>
    input.dispatchEvent(
      Object.assign(new Event(type, { bubbles: true }), { pointerId: 1, pointerType: "touch", clientX: x, clientY: y }),
    );
  const report = (type: string) => input.dispatchEvent(new Event(type, { bubbles: true }));
  const places = Number(input.max);
  return {
    view,
    input,
    thumb: 12 + (Number(input.value) / places) * 300,
    touch(type: string, x: number, y = 20) {
      pointer(type, x, y);
      if (type === "pointercancel") return;
      input.value = String(Math.round(((x - 12) / 300) * places));
      report("input");
      if (type === "pointerup") report("change");
    },
    value: () => selection.current.value.values.c,
    steps: () => selection.history.value.steps.length,
  };
}

test("a finger that scrolls over a slider does not change its value", async () => {
  const app = appOf();
  const { view, input, touch, value, steps, thumb } = await touchedSlider(app);
  const [before, position] = [value(), input.value];
  touch("pointerdown", thumb + 120);
  assert.equal(input.value, position, "not even for a moment");
  touch("pointermove", thumb + 123, 40);
  touch("pointercancel", thumb + 123, 60);
  assert.equal(value(), before);
  touch("pointerdown", thumb + 120);
  touch("pointerup", thumb + 120);
  assert.equal(value(), before, "a tap beside the slider's thumb");
  assert.equal(input.value, position);
  assert.equal(steps(), 1);
  view.remove();
  app.close();
});

test("a finger on the thumb of a slider moves it, and so does one that moves across", async () => {
  const app = appOf();
  const { view, touch, value, steps, thumb } = await touchedSlider(app);
  const before = value();
  touch("pointerdown", thumb + 10);
  touch("pointermove", thumb + 30, 24);
  touch("pointerup", thumb + 30, 24);
  const first = value();
  assert.notEqual(first, before);
  assert.equal(steps(), 2);
  await rendered();
  touch("pointerdown", thumb + 150);
  assert.equal(value(), first);
  touch("pointermove", thumb + 145);
  assert.equal(value(), first);
  touch("pointermove", thumb + 140, 24);
  assert.notEqual(value(), first);
  touch("pointerup", thumb + 140, 24);
  assert.equal(steps(), 3);
  view.remove();
  app.close();
});

test("the exact value comes back when a touch of the thumb becomes a scrolling", async () => {
  const app = appOf();
  app.selection.put({ c: -64.98765 });
  app.selection.keep();
  const { view, touch, value, steps, thumb } = await touchedSlider(app);
  touch("pointerdown", thumb + 15);
  assert.notEqual(value(), -64.98765);
  touch("pointercancel", thumb + 15, 60);
  assert.equal(value(), -64.98765);
  assert.equal(steps(), 2);
  view.remove();
  app.close();
});
