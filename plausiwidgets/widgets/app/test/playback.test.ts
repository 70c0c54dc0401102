// The playback of a search that has ended too fast to be watched.

import assert from "node:assert/strict";
import { test } from "node:test";
import { effect, signal } from "@preact/signals";
import { noCloud } from "../src/models/cloud.ts";
import type { Search } from "../src/models/evaluations.ts";
import { createPlayback } from "../src/models/playback.ts";

interface Case {
  readonly seconds: number;
  readonly count?: number;
  readonly isSeen?: boolean;
  readonly state?: Search["state"];
}

/** A page with a clock that a test moves, and the playback of a search that ended after some seconds. */
function played({ seconds, count = 400, isSeen = true, state = "done" }: Case) {
  let now = 1000;
  let next = () => {};
  Object.assign(globalThis, {
    requestAnimationFrame: (act: () => void) => {
      next = act;
      return 1;
    },
    cancelAnimationFrame: () => {
      next = () => {};
    },
    document: { visibilityState: isSeen ? "visible" : "hidden" },
    matchMedia: () => ({ matches: false }),
  });
  performance.now = () => now;
  const search = signal<Search | null>({
    id: "a",
    model: "lif",
    pattern: "tonic_spiking",
    state,
    seconds,
    began: now,
    ended: now,
    best: { c: 1 },
    cloud: noCloud(),
    evaluations: { count, losses: new Float32Array(count), least: 0, filled: 0 },
    restarts: [],
    loss: 0,
    atEnds: [],
    dt: 0.1,
    status: "rejected",
    error: "",
    least: 0,
  });
  const playback = createPlayback(search, signal(true));
  const counts = { drawn: -1, best: -1 }; // -1 because the first call of an effect is not a change
  effect(() => {
    playback.drawn.value;
    counts.drawn++;
  });
  effect(() => {
    playback.shownBest.value;
    counts.best++;
  });
  playback.update();
  const go = (ms: number) => {
    now += ms;
    next();
  };
  return { playback, search, go, counts };
}

test("a short search is played in three seconds, with its best parameters at the end", () => {
  const { playback, search, go } = played({ seconds: 0.4 });
  assert.equal(playback.isPlaying.value, true);
  go(1500);
  const half = playback.drawn.value;
  assert.ok(half > 20 && half < 200);
  assert.equal(playback.shownBest.value, null);
  assert.deepEqual(search.value?.best, { c: 1 }); // the search itself has ended
  go(1400);
  assert.ok(playback.drawn.value > half && playback.drawn.value < 400);
  go(200);
  assert.equal(playback.isPlaying.value, false);
  assert.equal(playback.drawn.value, 400);
  assert.deepEqual(playback.shownBest.value, { c: 1 });
});

test("while a search is played only its curve is drawn again, and the figure once at the end", () => {
  const { go, counts } = played({ seconds: 0.4 });
  const before = { ...counts };
  go(1500);
  go(100);
  assert.deepEqual([counts.drawn - before.drawn, counts.best - before.best], [2, 0]);
  go(1500);
  assert.deepEqual([counts.drawn - before.drawn, counts.best - before.best], [3, 1]);
});

test("a search that the user stops is drawn to its end immediately", () => {
  const { playback } = played({ seconds: 0.4, state: "stopped" });
  assert.deepEqual([playback.isPlaying.value, playback.drawn.value], [false, 400]);
  assert.equal(played({ seconds: 0, count: 0, state: "stopped" }).playback.isPlaying.value, false);
});

test("the playback can be skipped", () => {
  const { playback, go } = played({ seconds: 0.4 });
  go(300);
  playback.skip();
  assert.equal(playback.isPlaying.value, false);
  assert.equal(playback.drawn.value, 400);
});

test("a long search and one that nobody watches are drawn as they are", () => {
  assert.equal(played({ seconds: 5 }).playback.drawn.value, 400);
  assert.equal(played({ seconds: 0.4, isSeen: false }).playback.drawn.value, 400);
});
