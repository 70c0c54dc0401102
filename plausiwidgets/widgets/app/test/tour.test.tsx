// The tour of all verified patterns in Present.

import "./dom.ts";
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { signal } from "@preact/signals";
import type { App } from "../src/app.ts";
import { FRAMES } from "../src/models/motion.ts";
import { createTour } from "../src/models/tour.ts";
import { Caption, TourButton } from "../src/panels/Tour.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

/** Ends the pauses of a tour when the test calls `go`. */
function paused(t: TestContext) {
  const waiting: { readonly ms: number; readonly go: () => void }[] = [];
  t.mock.method(FRAMES, "canMove", () => false);
  t.mock.method(FRAMES, "now", () => 0);
  t.mock.method(FRAMES, "wait", (ms: number) => new Promise<void>((go) => waiting.push({ ms, go })));
  return {
    waiting,
    async go() {
      waiting.at(-1)?.go();
      await rendered();
    },
  };
}

async function touring(t: TestContext, app: App = appOf()) {
  const pauses = paused(t);
  t.after(app.close);
  app.screen.isPresenting.value = true;
  const view = shown(
    <>
      <TourButton {...app} />
      <Caption {...app} />
    </>,
  );
  t.after(view.remove);
  const before = app.selection.current.value;
  const steps = app.selection.history.value.steps.length;
  view.find("button").click();
  await until(() => pauses.waiting.length === 1);
  await rendered();
  return { ...pauses, view, app, before, added: () => app.selection.history.value.steps.length - steps };
}

test("the tour shows each verified pattern with its caption and the same four sliders, and ends where it began", async (t) => {
  const { go, view, app, before, added, waiting } = await touring(t);
  const { tour, selection } = app;
  const all = tour.patterns.value;
  assert.equal(all.length, 20);
  const names = tour.sliders.value?.map(({ name }) => name);
  assert.deepEqual(names, ["a", "b", "c", "d"]);
  const seen: string[] = [];
  for (const [k, key] of all.entries()) {
    await until(() => waiting.length === k + 1);
    await rendered();
    seen.push(selection.pattern.value.key);
    assert.equal(selection.pattern.value.key, key);
    assert.match(view.find(".pw-caption").textContent ?? "", new RegExp(`${k + 1} of 20$`));
    assert.deepEqual(
      tour.sliders.value?.map(({ name }) => name),
      names,
    );
    await go();
  }
  await until(() => tour.stage.value === null);
  assert.deepEqual([seen, selection.current.value, added()], [all, before, 0]);
  assert.deepEqual([view.all(".pw-caption").length, tour.sliders.value], [0, null]);
});

test("with motion, twenty patterns take ten seconds", async (t) => {
  const app = appOf();
  t.after(app.close);
  let now = 0;
  const pauses: number[] = [];
  const frames = {
    ...FRAMES,
    canMove: () => true,
    now: () => now,
    wait: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
  await createTour(app.selection, app.run, app.task, frames).begin();
  assert.deepEqual([pauses.length, now], [20, 10_000]);
});

test("any key stops the tour at its pattern, does nothing else, and makes one step of undo", async (t) => {
  const { go, view, app, before, added } = await touring(t);
  await go();
  const { key } = app.selection.pattern.value;
  const event = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
  await rendered();
  assert.deepEqual([event.defaultPrevented, app.tour.stage.value, added()], [true, null, 1]);
  await go(); // ends its last pause
  assert.equal(app.selection.pattern.value.key, key);
  assert.equal(view.all(".pw-caption").length, 0);
  await app.selection.undo();
  assert.deepEqual(app.selection.current.value, before);
  const next = new KeyboardEvent("keydown", { key: "x", bubbles: true, cancelable: true });
  document.body.dispatchEvent(next);
  assert.equal(next.defaultPrevented, false);
});

test("a click stops the tour, also on its button", async (t) => {
  const { view, app } = await touring(t);
  view.find("button").click();
  await rendered();
  assert.equal(app.tour.stage.value, null);
});

test("the tour ends if something else is opened", async (t) => {
  const { go, app } = await touring(t);
  await app.selection.choose("adex", "tonic_spiking");
  await go();
  assert.deepEqual([app.tour.stage.value, app.selection.current.value.model], [null, "adex"]);
});

test("the button is there in Present only, and not in a task or for a model that the page cannot simulate", async (t) => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  t.after(app.close);
  const view = shown(<TourButton {...app} />);
  t.after(view.remove);
  assert.equal(view.all("button").length, 0);
  app.screen.isPresenting.value = true;
  await rendered();
  assert.equal(view.all("button").length, 1);
  app.selection.configure({ locked: ["a"] });
  await rendered();
  assert.equal(view.all("button").length, 0);
  const other = createTour(app.selection, { isOurs: signal(false) }, app.task);
  app.selection.configure({ locked: [] });
  assert.equal(other.canBegin.value, false);
  assert.equal(app.tour.canBegin.value, true);
});
