// Work that is delayed to a frame, to the next paint, or cut into pieces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { afterPaint, inPieces, perFrame } from "../src/models/schedule.ts";

const soon = (ms = 0) => new Promise<void>((go) => setTimeout(go, ms));

/** Animation frames that a test ends. */
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
  assert.equal(frames.length, 0); // without an event there is no work
  assert.equal(await occasion(), 4);
  act();
  act.cancel();
  frame();
  assert.equal(await occasion(), 5);
});

test("work after the paint waits for a frame, and for a timer in a page without frames", async (t) => {
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
  t.mock.method(performance, "now", () => now);
  function* work(name: string): Generator<void, string> {
    for (let step = 0; step < 10; step++) {
      now += 2; // ms
      yield;
    }
    return name;
  }
  const results: string[] = [];
  inPieces(work("first"), (result) => results.push(result));
  assert.equal(now, 8, "a piece ends after 7 ms");
  const stop = inPieces(work("second"), (result) => results.push(result));
  stop();
  await soon(50);
  assert.deepEqual(results, ["first"]);
});
