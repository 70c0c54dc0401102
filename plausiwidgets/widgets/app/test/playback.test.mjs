import assert from "node:assert/strict";
import test from "node:test";
import { playback } from "../src/models/search.js";
import { createStore } from "../src/models/store.js";

/** A page whose clock a test moves, and the playback of a search that was over after so many seconds. */
function played({ seconds, count = 400, seen = true, state = "done" }) {
  let now = 1000;
  let next = () => {};
  Object.assign(globalThis, {
    requestAnimationFrame: (act) => {
      next = act;
      return 1;
    },
    cancelAnimationFrame: () => {
      next = () => {};
    },
    document: { visibilityState: seen ? "visible" : "hidden" },
    matchMedia: () => ({ matches: false }),
  });
  performance.now = () => now;
  const search = {
    id: "a",
    state,
    seconds,
    began: now,
    best: { c: 1 },
    tries: { count, losses: new Float32Array(count), least: 0 },
  };
  const store = createStore({ search, drawer: true, drawn: 0, played: 0 });
  const play = playback(store);
  play.updated();
  const go = (ms) => {
    now += ms;
    next();
  };
  return { play, store, go };
}

test("an easy search is played in three seconds, with the best in its place at the end", () => {
  const { play, store, go } = played({ seconds: 0.4 });
  assert.equal(play.isPlaying(), true);
  go(1500);
  const half = play.count();
  assert.ok(half > 20 && half < 200);
  assert.equal(play.best(), null);
  assert.deepEqual(store.get().search.best, { c: 1 }); // the search itself is over
  go(1400);
  assert.ok(play.count() > half && play.count() < 400);
  go(200);
  assert.equal(play.isPlaying(), false);
  assert.equal(play.count(), 400);
  assert.deepEqual(play.best(), { c: 1 });
});

test("while a search is played its curve alone is drawn anew, and the figure once at the end", () => {
  const { store, go } = played({ seconds: 0.4 });
  go(1500);
  go(100);
  assert.deepEqual([store.get().played, store.get().drawn], [2, 0]);
  go(1500);
  assert.deepEqual([store.get().played, store.get().drawn], [3, 1]);
});

test("who stops a search waits for nothing", () => {
  const { play } = played({ seconds: 0.4, state: "stopped" });
  assert.deepEqual([play.isPlaying(), play.count()], [false, 400]);
  assert.deepEqual([played({ seconds: 0, count: 0, state: "stopped" }).play.isPlaying()], [false]);
});

test("it can be skipped", () => {
  const { play, go } = played({ seconds: 0.4 });
  go(300);
  play.skip();
  assert.equal(play.isPlaying(), false);
  assert.equal(play.count(), 400);
});

test("a search that took its time, and one that nobody watches, are drawn as they are", () => {
  assert.equal(played({ seconds: 5 }).play.count(), 400);
  assert.equal(played({ seconds: 0.4, seen: false }).play.count(), 400);
});
