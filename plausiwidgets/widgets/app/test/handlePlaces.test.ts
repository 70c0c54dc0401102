// Places of the handles of the current, which must not overlap on a phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { placesOf } from "../src/figure/handlePlaces.ts";
import { frame } from "../src/figure/scene.ts";
import { fileHost } from "../src/hosts/file.ts";
import { modelData } from "./catalogue.ts";
import { appOf } from "./harness.ts";

const data = modelData("izhikevich");

function handlesIn(pattern: string, width: number, height: number) {
  const app = appOf("izhikevich", pattern, { host: fileHost({ izhikevich: data }), data });
  const { value: scene } = app.scene;
  app.close();
  const at = frame(scene, width, height);
  return { handles: scene.handles, at, places: placesOf(scene.handles, at) };
}

test("on a phone the handles of a short pulse do not overlap, and one is next to its edge", () => {
  const { handles, at, places } = handlesIn("rebound_spike", 378, 260);
  const [height, time] = ["height", "time"].map((axis) => handles.findIndex((one) => one.axis === axis));
  const edge = at.x(handles[time].t);
  assert.ok(Math.hypot(edge - at.x(handles[height].t), at.yi(handles[time].current) - places[height].y) < 22);
  assert.ok(Math.hypot(places[time].x - places[height].x, places[time].y - places[height].y) >= 26);
  assert.equal(places[height].lead, 0);
  assert.equal(places[time].x - places[time].lead, edge);
});

test("handles that are apart stay at their edges, and those at the right end move to the left", () => {
  const { handles, at, places } = handlesIn("rebound_spike", 2400, 600);
  assert.deepEqual(
    places.map(({ lead }) => lead),
    [0, 0],
  );
  const narrow = placesOf([handles[0], { ...handles[1], t: handles[0].t, current: handles[0].current }], {
    ...at,
    plot: at.x(handles[0].t) - at.left + 10,
  });
  assert.equal(narrow[1].lead, -26);
});
