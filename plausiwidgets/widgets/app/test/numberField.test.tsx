// A number next to a slider that becomes a field.

import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import { KeyParameters } from "../src/panels/sliders.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf } from "./harness.ts";

const LABEL = "[aria-label='Exact value of c']";

async function rowsOf({ selection, bars, task, tour }: App) {
  const view = shown(<KeyParameters selection={selection} bars={bars} task={task} tour={tour} />);
  await rendered();
  const slider = view.find<HTMLInputElement>("input[data-name=c]");
  const press = async (element: Element, key: string) => {
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await rendered();
  };
  return {
    ...view,
    slider,
    press,
    number: () => view.find(".pw-row:has([data-name=c]) output"),
    async field() {
      await rendered();
      return view.find<HTMLInputElement>(LABEL);
    },
  };
}

test("a click on a number makes it a field, and Enter takes what is typed", async () => {
  const app = appOf();
  const { all, slider, press, number, field, remove } = await rowsOf(app);
  assert.equal(all(LABEL).length, 0);
  number().click();
  const input = await field();
  assert.equal(document.activeElement, input);
  assert.equal(input.value, "-65");
  assert.equal(input.tabIndex, -1, "the slider has the Tab stop");
  input.value = "-58.25";
  await press(input, "Enter");
  assert.equal(app.selection.current.value.values.c, -58.25);
  assert.equal(app.selection.history.value.steps.length, 2);
  assert.equal(all(LABEL).length, 0);
  assert.equal(document.activeElement, slider);
  assert.match(number().textContent ?? "", /^−58.25 mV/);
  remove();
  app.close();
});

test("Enter on a slider edits its number, and Escape restores it and closes nothing else", async () => {
  const app = appOf();
  const { place, all, slider, press, field, remove } = await rowsOf(app);
  let escapes = 0;
  place.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") escapes++;
  });
  await press(slider, "Enter");
  const input = await field();
  input.value = "-50";
  await press(input, "Escape");
  assert.equal(app.selection.current.value.values.c, -65);
  assert.equal(all(LABEL).length, 0);
  assert.equal(document.activeElement, slider);
  assert.equal(escapes, 0);
  remove();
  app.close();
});

test("a number that is not allowed stays in the field, which shows what is allowed", async () => {
  const app = appOf();
  const { all, press, slider, field, remove } = await rowsOf(app);
  await press(slider, "Enter");
  const input = await field();
  input.value = "40";
  await press(input, "Enter");
  assert.equal(app.selection.current.value.values.c, -65);
  assert.equal(input.getAttribute("aria-invalid"), "true");
  assert.match(input.validationMessage, /^allowed: /);
  assert.equal(input.title, input.validationMessage);
  input.value = "-60";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  assert.equal(input.getAttribute("aria-invalid"), null);
  input.dispatchEvent(new Event("blur"));
  await rendered();
  assert.equal(app.selection.current.value.values.c, -60, "the number is taken when the field is left");
  assert.equal(all(LABEL).length, 0);
  remove();
  app.close();
});

test("a number that changes elsewhere closes its field, and a locked number has none", async () => {
  const app = appOf();
  const { all, number, field, remove } = await rowsOf(app);
  number().click();
  (await field()).value = "1";
  app.selection.put({ c: -50 });
  await rendered();
  assert.equal(all(LABEL).length, 0);
  assert.equal(app.selection.current.value.values.c, -50);
  remove();
  app.close();
});
