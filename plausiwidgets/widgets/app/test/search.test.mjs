import assert from "node:assert/strict";
import test from "node:test";
import { unpacked } from "../src/hosts/arrays.ts";
import { isOpen, noTries, received, withTries } from "../src/models/search.js";
import { objectiveCurve } from "../src/panels/objective.js";

const record = {
  model: "lif",
  pattern: "tonic_spiking",
  loss: 0.5,
  best: { tau_m: 10 },
  dt: 0.1,
  status: "rejected",
  sentence: "",
  seconds: 0,
};
const answer = (from, more = {}) => ({ id: "a", kind: "search", state: "running", from, search: record, ...more });
const shown = ({ tries }) => [...tries.losses.subarray(0, tries.count)];

test("tries are appended where they belong, whatever the order of the answers", () => {
  const second = received(null, answer(2), { loss: Float32Array.of(3, 4) }, 0);
  assert.ok(Number.isNaN(shown(second)[0]));
  const both = received(second, answer(0), { loss: Float32Array.of(1, 2) }, 1);
  assert.deepEqual(shown(both), [1, 2, 3, 4]);
  assert.equal(both.tries.least, 1);
});

test("another search begins anew", () => {
  const first = received(null, answer(0), { loss: Float32Array.of(1, 2) }, 0);
  assert.equal(received(first, answer(0, { id: "b" }), {}, 1).tries.count, 0);
});

test("a hundred thousand tries are not copied at each answer", () => {
  let tries = noTries();
  let grown = 0;
  for (let k = 0; k < 1000; k++) {
    const before = tries.losses;
    tries = withTries(tries, k * 100, new Float32Array(100));
    if (tries.losses !== before) grown++;
  }
  assert.equal(tries.count, 100_000);
  assert.ok(grown < 12);
});

test("tries that come after later ones, as after a reload, are drawn with the best until then", () => {
  let dots = 0;
  const brush = { setTransform() {}, beginPath() {}, fill() {}, arc: () => dots++ };
  globalThis.document = { createElement: () => ({ getContext: () => brush }) };
  const curve = objectiveCurve();
  const how = { width: 400, height: 200, dark: false, size: 14, zoom: null };
  const later = received(null, answer(2), { loss: Float32Array.of(3, 4) }, 0);
  curve.picture(later, 4, how);
  const whole = received(later, answer(0), { loss: Float32Array.of(5, 2, 3, 4) }, 1);
  dots = 0;
  const [{ layers }] = curve.picture(whole, 4, how).panels;
  assert.equal(dots, 4);
  assert.deepEqual(layers.find(({ kind, xs }) => kind === "line" && xs.length > 2).xs, [1, 2, 2, 4]);
});

test("a search that was stopped is over", () => {
  assert.equal(isOpen({ state: "stopped" }), false);
  assert.equal(isOpen({ state: "paused" }), true);
});

test("arrays are read from a buffer that begins anywhere", () => {
  const whole = new Uint8Array(19);
  whole.set(new Uint8Array(Float32Array.of(5, 6).buffer), 3);
  const arrays = unpacked({ loss: ["f4", 0, 2], restarts: ["i4", 8, 1] }, new DataView(whole.buffer, 3));
  assert.deepEqual([...arrays.loss], [5, 6]);
  assert.deepEqual([...arrays.restarts], [0]);
});
