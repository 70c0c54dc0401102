// The list of tools: those of a file, those of a task, and those that need a host.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HOST_TOOLS } from "../src/tools/hostTools.ts";
import { addHostTools } from "../src/tools/provided.ts";
import { Inside, TOOLS, ToolPanel, toolsOf } from "../src/tools/tools.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

addHostTools(HOST_TOOLS);

const namesOf = (app: Parameters<typeof toolsOf>[0]) => toolsOf(app).tools.map(({ name }) => name);

test("a file has the tools that need no host, and names the others", () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  assert.deepEqual(namesOf(app), ["map", "plane", "curves", "atlas", "arithmetic", "criteria", "equations"]);
  assert.ok(toolsOf(app).missing.includes("Onset of firing"));
  app.close();
});

test("a tool has a view of its own, one of the tools that need a host, or begins something", () => {
  const kinds = TOOLS.map(({ view, needs, begin }) => {
    const own = [view, needs && HOST_TOOLS.views[needs], begin].filter(Boolean);
    return own.length;
  });
  assert.deepEqual(new Set(kinds), new Set([1]));
  const needed = TOOLS.map(({ needs }) => needs);
  assert.deepEqual(
    Object.keys(HOST_TOOLS.views).filter((kind) => !needed.some((one) => one === kind)),
    [],
  );
});

test("a task has only the tools that show no parameters of the solution", () => {
  const app = appOf();
  assert.deepEqual(toolsOf(app).missing, []);
  assert.ok(namesOf(app).includes("samples"));
  app.selection.configure({ locked: ["a"] });
  assert.deepEqual(namesOf(app), ["plane", "criteria", "equations"]);
  app.close();
});

test("a mystery begins as a request", () => {
  const { host, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  toolsOf(app)
    .tools.find(({ name }) => name === "mystery")
    ?.begin?.(app);
  assert.equal(asked.at(-1)?.kind, "mystery");
  app.close();
});

test("a tool takes the focus, and its button closes it", async () => {
  const app = appOf("izhikevich", "tonic_spiking");
  const view = shown(<ToolPanel {...app} />);
  assert.equal(view.all("section").length, 0);
  app.screen.tool.value = "equations";
  await until(() => document.activeElement?.className === "pw-card pw-tool");
  const panel = view.find("section");
  assert.equal(panel.getAttribute("aria-label"), "Equations");
  assert.equal(view.find("h3").textContent, "Equations");
  app.screen.tool.value = "stimulus";
  await rendered();
  assert.equal(panel.getAttribute("aria-label"), "Stimulus");
  view.find("[aria-label=Close]").click();
  await rendered();
  assert.equal(view.all("section").length, 0);
  view.remove();
  app.close();
});

test("the small phase plane opens the tool, and a neuron of another dimension has none", async () => {
  for (const [model, count] of [
    ["izhikevich", 1],
    ["hodgkin_huxley", 0],
  ] as const) {
    const app = appOf(model, "tonic_spiking");
    const view = shown(<Inside {...app} />);
    assert.equal(view.all("button").length, count);
    if (count) {
      assert.match(view.find("button").textContent ?? "", /^Why\? Open the phase plane ›$/);
      view.find("button").click();
      assert.equal(app.screen.tool.value, "plane");
    }
    view.remove();
    app.close();
  }
});
