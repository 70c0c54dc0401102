// Sliders that glide to a parameter set, with undo and reduced motion.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { effect } from "@preact/signals";
import { between } from "../src/models/glide.ts";
import { FRAMES } from "../src/models/motion.ts";
import { stored } from "../src/models/selection.ts";
import { appOf, until } from "./harness.ts";

/** A page with a clock that a test moves. `go` shows one frame after some ms. */
function clocked(t: TestContext, canMove = true) {
  let now = 0;
  let next: (() => void) | null = null;
  t.mock.method(FRAMES, "now", () => now);
  t.mock.method(FRAMES, "canMove", () => canMove);
  t.mock.method(FRAMES, "request", (act: () => void) => {
    next = act;
    return 1;
  });
  t.mock.method(FRAMES, "cancel", () => {
    next = null;
  });
  const go = (ms: number) => {
    now += ms;
    const act = next;
    next = null;
    act?.();
  };
  return { go, isWaiting: () => next !== null };
}

/** An app whose sliders glide to another value of a. */
async function gliding(t: TestContext, canMove = true) {
  const page = clocked(t, canMove);
  const app = appOf();
  t.after(app.close);
  const { selection, verdict, run } = app;
  await until(() => verdict.verdict.value !== null);
  const before = selection.current.value;
  const steps = selection.history.value.steps.length;
  const goal = { ...before, values: { ...before.values, a: 0.1, c: -50 } };
  selection.glideTo(goal);
  const added = () => selection.history.value.steps.length - steps;
  return { ...page, selection, verdict, run, before, goal, added };
}

test("values between two sets are on the scales of their sliders, and its ends are the sets", () => {
  const slider = { ...appOf().selection.sliders.value[0], name: "x", low: 1, high: 100, linear_width: null };
  const at = (scale: string, share: number) => between([{ ...slider, scale }], { x: 1 }, { x: 100 }, share).x;
  assert.deepEqual([at("linear", 0.5), Math.round(at("log", 0.5))], [50.5, 10]);
  assert.deepEqual([at("log", 0), Math.round(at("log", 1))], [1, 100]);
});

test("the sliders glide to their goal in half a second, each frame is simulated, and only the goal is evaluated", async (t) => {
  const { go, selection, verdict, run, before, goal, added } = await gliding(t);
  let verdicts = -1;
  t.after(
    effect(() => {
      verdict.verdict.value;
      verdicts++;
    }),
  );
  const first = run.trace.value;
  go(250);
  const middle = selection.current.value.values;
  assert.ok(middle.a > before.values.a && middle.a < 0.1);
  assert.equal(middle.b, before.values.b);
  assert.notEqual(run.trace.value, first);
  go(200);
  assert.ok(selection.current.value.values.a > middle.a);
  await new Promise((done) => setTimeout(done, 60)); // an evaluation would have ended by now
  assert.deepEqual([selection.isGliding.value, verdicts, added()], [true, 0, 0]);
  go(60);
  assert.deepEqual([selection.isGliding.value, selection.current.value, added()], [false, goal, 1]);
  await until(() => verdicts === 1);
  await selection.undo();
  assert.deepEqual(selection.current.value.values, before.values);
});

test("a second action ends a glide at its goal before it acts", async (t) => {
  const { go, isWaiting, selection, goal, added } = await gliding(t);
  go(100);
  selection.put({ d: 3 });
  assert.deepEqual(selection.current.value.values, { ...goal.values, d: 3 });
  assert.deepEqual([isWaiting(), selection.isGliding.value, added()], [false, false, 1]);
});

test("undo during a glide leads back to the values before it, and redo to its goal", async (t) => {
  const { go, selection, before, goal } = await gliding(t);
  go(100);
  await selection.undo();
  assert.deepEqual(selection.current.value.values, before.values);
  await selection.redo();
  assert.deepEqual(selection.current.value.values, goal.values);
});

test("a touch ends a glide at its goal", async (t) => {
  const { go, selection, goal } = await gliding(t);
  go(100);
  selection.finishGlide();
  assert.equal(selection.current.value, goal);
});

test("with reduced motion the goal is shown immediately, as one step of undo", async (t) => {
  const { isWaiting, selection, goal, added } = await gliding(t, false);
  assert.deepEqual([isWaiting(), selection.current.value, added()], [false, goal, 1]);
});

test("the choice of another pattern applies its stimulus, and lets the model glide to its parameters as one step", async (t) => {
  const { go } = clocked(t);
  const app = appOf("izhikevich", "tonic_spiking");
  t.after(app.close);
  const { selection, verdict, run, scene } = app;
  await until(() => verdict.verdict.value !== null);
  const before = selection.current.value;
  const steps = selection.history.value.steps.length;
  await selection.choose("izhikevich", "tonic_bursting", { glide: {} });
  const goal = stored(selection.data.value, "tonic_bursting");
  const first = selection.current.value.values;
  assert.deepEqual([first.c, first.d, first.amplitude], [before.values.c, before.values.d, goal.values.amplitude]);
  const { x, v } = scene.value;
  go(250);
  const { c } = selection.current.value.values;
  assert.ok(c > before.values.c && c < goal.values.c);
  assert.ok(run.trace.value.v.some(Number.isFinite));
  assert.equal(verdict.verdict.value, null);
  assert.equal(selection.history.value.steps.length, steps);
  go(300);
  assert.deepEqual(selection.current.value, goal);
  assert.deepEqual([scene.value.x, scene.value.v], [x, v], "the axes are those of the goal from the beginning");
  assert.equal(selection.history.value.steps.length, steps + 1);
  await until(() => verdict.verdict.value?.loss === 0);
  await selection.undo();
  assert.deepEqual(selection.current.value, before);
});

test("the arrow keys glide, and a link, an undo and another model do not", async (t) => {
  const { isWaiting } = clocked(t);
  const app = appOf("izhikevich", "tonic_spiking");
  t.after(app.close);
  const { selection } = app;
  app.task.next(1);
  await until(() => selection.pattern.value.key !== "tonic_spiking");
  assert.equal(isWaiting(), true);
  await selection.undo();
  assert.deepEqual([isWaiting(), selection.pattern.value.key], [false, "tonic_spiking"]);
  await selection.choose("izhikevich", "tonic_bursting");
  assert.equal(isWaiting(), false);
  await selection.choose("adex", "tonic_bursting", { glide: {} });
  assert.equal(isWaiting(), false);
});
