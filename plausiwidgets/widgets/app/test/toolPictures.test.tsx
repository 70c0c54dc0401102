// The pictures of the tools in their menu.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Explore } from "../src/tools/menus.tsx";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

test("the menu shows pictures of the present neuron, which are kept until a parameter changes", async () => {
  const canvases = withCanvases(104, 56);
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  await until(() => app.verdict.verdict.value !== null);
  const view = shown(<Explore {...app} />);
  const count = () => view.all(".pw-toolpicture canvas").length;
  await until(() => count() === 4); // parameter plane, phase plane, sensitivity and criteria
  await until(() => canvases.paintings() >= 4);
  view.remove();
  const again = shown(<Explore {...app} />);
  assert.equal(again.all(".pw-toolpicture canvas").length, 4, "nothing is computed again");
  assert.match(again.find(".pw-menu > button").textContent ?? "", /^Parameter plane/);
  again.remove();
  app.selection.put({ d: 4 });
  const moved = shown(<Explore {...app} />);
  assert.ok(moved.all(".pw-toolpicture canvas").length < 4);
  await until(() => moved.all(".pw-toolpicture canvas").length === 4);
  moved.remove();
  app.close();
  canvases.restore();
});

test("without a verdict of the page there are no pictures that take many evaluations", async () => {
  const { host } = hostOf("kernel");
  const app = appOf("izhikevich", "tonic_spiking", { host });
  app.verdict.close(); // there is no verdict
  const view = shown(<Explore {...app} />);
  await rendered();
  const withPictures = view.all(".pw-menu > button").filter((one) => one.querySelector("canvas"));
  assert.deepEqual(
    withPictures.map((one) => one.querySelector("b")?.textContent),
    ["Phase plane", "Stimulus"],
  );
  view.remove();
  app.close();
});
