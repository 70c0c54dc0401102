import assert from "node:assert/strict";
import { test } from "node:test";
import { afterPaint, inPieces, perFrame } from "../src/models/schedule.ts";
import { until } from "./harness.ts";

const soon = (ms = 0) => new Promise<void>((go) => setTimeout(go, ms));

/** Frames that a test ends. */
function withFrames(t: { after(act: () => void): void }) {
  const frames: (() => void)[] = [];
  Object.assign(globalThis, {
    requestAnimationFrame: (act: () => void) => frames.push(act),
    cancelAnimationFrame: () => frames.splice(0),
    document: { hidden: false },
  });
  t.after(() => {
    for (const name of ["requestAnimationFrame", "cancelAnimationFrame", "document"]) {
      Reflect.deleteProperty(globalThis, name);
    }
  });
  const frame = () => {
    for (const act of frames.splice(0)) act();
  };
  return { frames, frame };
}

test("work follows an occasion immediately, and once a frame while occasions follow each other", async (t) => {
  const { frames, frame } = withFrames(t);
  let count = 0;
  const act = perFrame(() => count++);
  const occasion = async () => {
    act();
    act();
    await soon();
    return count;
  };
  assert.equal(await occasion(), 1);
  assert.equal(await occasion(), 1); // the frame has not ended
  frame();
  assert.equal(count, 2);
  assert.equal(await occasion(), 2);
  frame();
  assert.equal(count, 3);
  frame();
  assert.equal(frames.length, 0); // without an occasion there is no work
  assert.equal(await occasion(), 4);
  act();
  act.cancel();
  frame();
  assert.equal(await occasion(), 5);
});

test("work after the paint waits for a frame, and for a timer where there are no frames", async (t) => {
  let count = 0;
  afterPaint(() => count++);
  assert.equal(count, 0);
  await soon(5);
  assert.equal(count, 1);
  const { frame } = withFrames(t);
  afterPaint(() => count++);
  await soon(5);
  assert.equal(count, 1);
  frame();
  assert.equal(count, 1, "the frame itself is drawn first");
  await soon(5);
  assert.equal(count, 2);
  const stop = afterPaint(() => count++);
  stop();
  frame();
  await soon(5);
  assert.equal(count, 2);
});

test("work in pieces gives its result, and nothing after a stop", async (t) => {
  let now = 0;
  const clock = t.mock.method(performance, "now", () => now);
  function* work(ms: number): Generator<void, number> {
    for (const end = now + ms; now < end; now++) yield;
    return ms;
  }
  const results: number[] = [];
  inPieces(work(10), (result) => results.push(result));
  assert.equal(results.length, 0, "a long work is not done in one piece");
  const stop = inPieces(work(11), (result) => results.push(result));
  stop();
  await soon(20);
  clock.mock.restore();
  await until(() => results.length > 0);
  await soon(20);
  assert.deepEqual(results, [10]);
});
