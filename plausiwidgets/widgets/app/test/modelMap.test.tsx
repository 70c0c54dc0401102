// The map of models and patterns: its keys, its cells and its assessment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HOST_TOOLS } from "../src/tools/hostTools.ts";
import { Map20, TableMap } from "../src/tools/modelMap.tsx";
import { addHostTools } from "../src/tools/provided.ts";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

addHostTools(HOST_TOOLS);

const press = (element: Element, key: string, how: object = {}) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how }));

const row = {
  model: "lif",
  pattern: "tonic_spiking",
  letter: "A",
  status: "fragile",
  state: "done",
  loss: 0,
  evaluations: 9,
  robustness: 0,
  parameters: { tau_mem: 12 },
  ruled_out: "",
  sentence: "A sentence.",
};

test("keys lead through the cells of the map, and the cell with the focus is described below", async () => {
  const app = appOf("lif");
  const view = shown(<Map20 {...app} />);
  const grid = view.find("[role=grid]");
  const models = Object.keys(app.catalogue.models);
  assert.equal(view.find("tr.here th").textContent, app.catalogue.models.lif.title);
  assert.equal(view.all("[tabindex='0']").length, 1);
  assert.equal(view.find("[tabindex='0']").dataset.at, `${models.indexOf("lif")} 0`);
  assert.equal(view.find(".pw-mapread").textContent, "");
  press(grid, "Home", { ctrlKey: true });
  await rendered();
  assert.equal(view.find("[tabindex='0']").dataset.at, "0 0");
  press(grid, "ArrowRight");
  press(grid, "ArrowDown");
  await rendered();
  const cell = view.find("[tabindex='0']");
  assert.equal(cell.dataset.at, "1 1");
  assert.equal(document.activeElement, cell);
  const [head, status] = view.all(".pw-mapread span").map(({ textContent }) => textContent);
  assert.equal(cell.getAttribute("aria-label"), `${head}: ${status}`);
  assert.equal(head, `${app.catalogue.models[models[1]].title}, B Phasic spiking`);
  view.remove();
  app.close();
});

test("an assessment fills the map, and its progress is in words", async () => {
  const { host, reply, asked, cancelled } = hostOf();
  const app = appOf("lif", "tonic_spiking", { host });
  const view = shown(<Map20 {...app} />);
  const cell = () => view.find(`td [data-at="${Object.keys(app.catalogue.models).indexOf("lif")} 0"]`);
  assert.equal(cell().textContent, "✓");
  const status = view.find("[role=status]");
  assert.match(status.textContent ?? "", /packaged assessment/);
  view.all(".pw-assess button")[0].click();
  await rendered();
  assert.deepEqual(asked.findLast(({ kind }) => kind === "assess")?.fields.models, ["lif"]);
  assert.equal(status.textContent, "starting …");
  assert.equal(view.all("progress").length, 1);
  reply("assess", "running", { done: 1, total: 20, rows: [{ ...row, state: "running" }], seconds: 2.4, csv: "" });
  await rendered();
  assert.equal(status.textContent, "1 of 20 searches, 2 s");
  assert.equal(cell().textContent, "…");
  view.find(".pw-assess button").click();
  await rendered();
  assert.equal(cancelled.at(-1)?.kind, "assess");
  assert.equal(cell().textContent, "✓", "a search that was stopped has no result");
  assert.equal(status.textContent, "Stopped after 1 of 20 searches.");
  view.all(".pw-assess button")[0].click();
  reply("assess", "done", { done: 20, total: 20, rows: [row], seconds: 3, csv: "a,b\n" });
  await rendered();
  assert.equal(cell().textContent, "~");
  assert.equal(cell().parentElement?.className, "fragile assessed");
  assert.match(cell().getAttribute("aria-label") ?? "", /: not robust\. A sentence\.$/);
  assert.deepEqual(
    view.all(".pw-assess button").map(({ textContent }) => textContent),
    ["Assess this model", `Assess all ${Object.keys(app.catalogue.models).length} models (slow)`, "Save as CSV"],
  );
  cell().click();
  await until(() => app.selection.settled.value.values.tau_mem === 12);
  view.remove();
  app.close();
});

test("a cell of an assessment map without parameters cannot be opened", async () => {
  const app = appOf("lif");
  const columns = ["tonic_spiking", "phasic_spiking"].map((key) => ({ key, letter: "", title: key }));
  const cell = { status: "impossible", sign: "∅", share: "", lines: ["ruled out"], values: null };
  const cells = { "own tonic_spiking": cell, "own phasic_spiking": { ...cell, status: "replicated", values: {} } };
  const table = { rows: [{ name: "own", title: "Own" }], columns, cells };
  const view = shown(<TableMap selection={app.selection} table={table} />);
  const [first, second] = view.all("tbody button");
  assert.equal(first.parentElement?.className, "ruled_out");
  assert.equal(first.getAttribute("aria-disabled"), "true");
  assert.equal(second.getAttribute("aria-disabled"), "false");
  assert.equal(view.find("thead th").textContent, "ton");
  assert.equal(view.find("tbody td:last-child").textContent, "1");
  view.remove();
  app.close();
});
