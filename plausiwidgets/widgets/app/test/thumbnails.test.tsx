// The small traces of the patterns in the sheet.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawPictures, picturesOf, Shown } from "../src/figure/thumbnails.tsx";
import { catalogue, modelData } from "./catalogue.ts";
import { shown, withCanvases } from "./dom.ts";
import { until } from "./harness.ts";

test("each pattern gets a thumbnail: of the neuron if it is verified, otherwise of the target", async () => {
  const data = modelData("lif");
  const keys: string[] = [];
  drawPictures(catalogue, data, (key) => keys.push(key));
  const patterns = Object.entries(data.patterns);
  await until(() => keys.length === patterns.length, 20_000);
  const pictures = picturesOf(data);
  for (const [key, { sets }] of patterns) {
    const isOwn = sets.some(({ status }) => status === "replicated");
    assert.equal(pictures.get(key)?.isTarget, !isOwn, key);
  }
  drawPictures(catalogue, data, (key) => keys.push(key));
  assert.equal(keys.length, patterns.length, "no thumbnail is made twice");
});

test("a thumbnail is painted as soon as it exists", async () => {
  const canvases = withCanvases(150, 60);
  const view = shown(<Shown picture={undefined} isDark={false} />);
  assert.equal(view.find("canvas").getAttribute("aria-hidden"), "true");
  assert.equal(canvases.paintings(), 0);
  view.remove();
  const picture = { xs: [0, 1, 2], ys: [-65, 20, -65], x: [0, 2], v: [-65, 20] } as const;
  const other = shown(<Shown picture={picture} isDark={false} />);
  await until(() => canvases.paintings() === 1);
  other.remove();
  canvases.restore();
});
