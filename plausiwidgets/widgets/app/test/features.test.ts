// The processor time of a comparison with a long recording.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FEATURES } from "../src/engine/features.ts";

test("a recording of 20 s and 16 000 spikes are compared in a moment, except around the spikes", () => {
  const dt = 0.5;
  const v = new Float64Array(40_000).fill(-65);
  const times = Array.from({ length: 16_000 }, (_, k) => 1.25 * k);
  const reference = Array.from(v, () => -64);
  const begin = performance.now();
  assert.equal(FEATURES.course_distance(v, times.slice(0, 8000), dt, reference, dt, 2, 4), 1);
  assert.ok(Number.isNaN(FEATURES.course_distance(v, times, dt, reference, dt, 2, 4)), "all of it is around a spike");
  assert.ok(performance.now() - begin < 1000, "each sample against each spike takes seconds");
});
