// Keys for the whole app: arrows, a remote control, Escape, and those that a notebook receives.

import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import type { Card } from "../src/catalogue.ts";
import { followKeys, keepKeys, press } from "../src/keys.ts";
import { stored } from "../src/models/selection.ts";
import { modelData } from "./catalogue.ts";
import { rendered } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const KEPT = "data-lm-suppress-shortcuts";

const keyed = (key: string, options: KeyboardEventInit = {}) =>
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });

/** An input whose key events reach the app. */
function inputWithKeys(app: App, type: string): HTMLInputElement {
  const input = document.createElement("input");
  input.type = type;
  document.body.append(input);
  input.addEventListener("keydown", (event) => press(app, event));
  return input;
}

const isAfter = async (app: App, before: string) => {
  await until(() => app.selection.current.value.pattern !== before);
  return app.selection.current.value.pattern;
};

test("the arrow keys work on a page where nothing has the focus, but not in a notebook", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("server").host });
  const stop = followKeys(app);
  const event = keyed("ArrowRight");
  document.body.dispatchEvent(event);
  assert.equal(event.defaultPrevented, true);
  await isAfter(app, "tonic_spiking");
  stop();
  app.close();
  const inNotebook = appOf();
  const stopThere = followKeys(inNotebook);
  const ignored = keyed("ArrowRight");
  document.body.dispatchEvent(ignored);
  await rendered();
  assert.equal(ignored.defaultPrevented, false);
  assert.equal(inNotebook.selection.current.value.pattern, "tonic_spiking");
  stopThere();
  inNotebook.close();
});

test("a remote control turns pages while the app is presented, also on a slider, but not in a text", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("server").host });
  const slider = inputWithKeys(app, "range");
  const text = inputWithKeys(app, "text");
  const ignored = keyed("PageDown");
  slider.dispatchEvent(ignored);
  assert.equal(ignored.defaultPrevented, false, "outside of Present these are keys of the slider");
  app.screen.isPresenting.value = true;
  slider.dispatchEvent(keyed("PageDown"));
  const next = await isAfter(app, "tonic_spiking");
  slider.dispatchEvent(keyed("PageUp"));
  assert.equal(await isAfter(app, next), "tonic_spiking");
  const typed = keyed("PageDown");
  text.dispatchEvent(typed);
  assert.equal(typed.defaultPrevented, false);
  for (const one of [slider, text]) one.remove();
  app.close();
});

test("a remote control turns the cards of a lesson, and stays at the first and the last one", async () => {
  const { values } = stored(modelData("izhikevich"), "tonic_bursting");
  const card: Card = {
    ...{ title: "", body: [], model: "izhikevich", pattern: "tonic_bursting", free: [], until: [], tool: "" },
    start: { values: Object.entries(values), dt: 0.25 },
  };
  const cards = [card, { ...card, start: null }, { ...card, pattern: "tonic_spiking" }];
  const lesson = { name: "own", title: "Bursts", cards };
  const app = appOf("izhikevich", "tonic_bursting", { begin: { lesson } });
  app.screen.isPresenting.value = true;
  const slider = inputWithKeys(app, "range");
  const places: (number | undefined)[] = [];
  for (const key of ["PageUp", "PageDown", "PageDown", "PageDown", "PageUp"]) {
    const event = keyed(key);
    slider.dispatchEvent(event);
    assert.equal(event.defaultPrevented, true);
    await rendered();
    places.push(app.task.lesson.value?.at);
  }
  assert.deepEqual(places, [0, 1, 2, 2, 1]);
  assert.equal(app.selection.current.value.pattern, "tonic_bursting");
  slider.remove();
  app.close();
});

test("the keys that save a notebook reach it, and no other key does", async () => {
  const place = document.createElement("div");
  const button = document.createElement("button");
  place.append(button);
  document.body.append(place);
  const stop = keepKeys(place);
  const seen: [key: string, isKept: boolean][] = [];
  const notebook = ({ key }: KeyboardEvent) => seen.push([key, button.hasAttribute(KEPT)]);
  document.addEventListener("keydown", notebook, true);
  button.dispatchEvent(new Event("focusin", { bubbles: true }));
  button.dispatchEvent(keyed("d"));
  button.dispatchEvent(keyed("s", { ctrlKey: true }));
  await rendered();
  button.dispatchEvent(keyed("s"));
  button.dispatchEvent(keyed("s", { metaKey: true }));
  await rendered();
  assert.deepEqual(seen, [
    ["d", true],
    ["s", false],
    ["s", true],
    ["s", false],
  ]);
  assert.equal(button.hasAttribute(KEPT), true);
  document.removeEventListener("keydown", notebook, true);
  stop();
  place.remove();
});

test("Escape closes the sheet, then the tool, then the presentation", () => {
  const app = appOf();
  const { screen } = app;
  const open = () => [screen.sheet.value, screen.tool.value, screen.isPresenting.value];
  screen.tool.value = "criteria";
  screen.sheet.value = "share";
  screen.isPresenting.value = true;
  const left: unknown[] = [];
  for (let k = 0; k < 3; k++) {
    press(app, keyed("Escape"));
    left.push(open());
  }
  assert.deepEqual(left, [
    ["", "criteria", true],
    ["", "", true],
    ["", "", false],
  ]);
  app.close();
});
