import assert from "node:assert/strict";
import test from "node:test";
import { placed, stepNames } from "../../plausiwidgets/widgets/app/notebook.js";
import { withStill } from "../../plausiwidgets/widgets/app/still.js";

test("what is not kept yet has the name of the step to come, and keeps it", () => {
  const names = stepNames();
  const [dragged, next] = [{}, {}];
  const coming = names.of(dragged);
  assert.equal(names.of({}), coming);
  names.keep(dragged);
  assert.equal(names.of(dragged), coming);
  assert.notEqual(names.of(next), coming);
  names.keep(dragged);
  assert.equal(names.of(dragged), coming);
});

test("a step that is known is gone back to, and forward", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"];
  assert.deepEqual(
    placed([a, b, c], [d], (one) => one === b),
    { past: [a, b], future: [d, c] },
  );
  assert.deepEqual(
    placed([a], [d, c, b], (one) => one === d),
    { past: [a, b, c, d], future: [] },
  );
  assert.equal(
    placed([a], [], (one) => one === d),
    null,
  );
});

test("a notebook keeps the pictures of the apps that it shows, and whatever else it has", () => {
  const still = { state: { _anywidget_id: "plausiwidgets.still" } };
  const states = { old: still, other: still, foreign: { state: {} } };
  const kept = withStill(states, new Set(["mine", "other"]), "mine", still);
  assert.deepEqual(Object.keys(kept).sort(), ["foreign", "mine", "other"]);
  assert.deepEqual(Object.keys(withStill({}, new Set(), "mine", still)), []);
});
