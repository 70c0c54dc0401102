// The axis of the potential after a lost pattern was restored by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { appOf, until } from "./harness.ts";

test("after a neuron was brought back from a wrong start, the axis has its range again", async () => {
  const { selection, scene, close } = appOf("izhikevich", "tonic_bursting");
  const [low] = scene.value.v;
  const { b, c } = selection.current.peek().values;
  selection.put({ b: -1, c: -90 });
  selection.keep();
  await until(() => scene.value.v[0] < low - 20);
  selection.put({ b, c: -60 });
  assert.ok(scene.value.v[0] < low - 20); // the axis does not move during the drag
  selection.put({ b, c });
  selection.keep();
  await until(() => scene.value.v[0] === low);
  close();
});
