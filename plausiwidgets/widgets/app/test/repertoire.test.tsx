// The tool that looks for each pattern with the same model parameters.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Repertoire } from "../src/tools/repertoire.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const row = (pattern: string, status: string, parameters: object) => ({
  ...{ model: "lif", pattern, letter: "A", status, state: "done", loss: 0, evaluations: 9, robustness: 0 },
  ...{ parameters, ruled_out: "", sentence: "" },
});

test("the patterns of a neuron are listed as they are found, and one opens with its stimulus", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("lif", "tonic_spiking", { host });
  const view = shown(<Repertoire {...app} />);
  const status = view.find("p[role=status]");
  assert.equal(status.textContent, "");
  assert.equal(view.find("button").textContent, "Search all patterns");
  view.find("button").click();
  await rendered();
  assert.equal(asked.findLast(({ kind }) => kind === "repertoire")?.fields.model, "lif");
  assert.equal(status.textContent, "first search running …");
  assert.equal(view.find("button").textContent, "■ Stop");
  const rows = [row("tonic_spiking", "replicated", { amplitude: 4 }), row("phasic_spiking", "rejected", {})];
  reply("repertoire", "running", { done: 2, total: 20, rows });
  await rendered();
  assert.equal(status.textContent, "2 of 20 patterns searched, 1 verified");
  assert.equal(view.find("progress").getAttribute("aria-label"), "What else can this neuron do?");
  const found = view.all(".pw-found li");
  assert.deepEqual(
    found.map(({ className, textContent }) => `${className}: ${textContent}`),
    ["replicated: ✓A Tonic spikingverified", "rejected: ✗B Phasic spikingnot found"],
  );
  assert.equal(view.find("[aria-current=true]").textContent, found[0].textContent);
  reply("repertoire", "done", { done: 2, total: 2, rows: [] });
  await rendered();
  assert.match(status.textContent ?? "", /^1 of 2 patterns verified\.$/);
  const before = app.selection.current.value.values.tau_mem;
  app.selection.put({ tau_mem: before * 1.1 });
  await rendered();
  assert.match(status.textContent ?? "", /verified\. The parameters have changed since this search\.$/);
  found[1].querySelector("button")?.click();
  await until(() => app.selection.current.value.pattern === "phasic_spiking");
  assert.equal(app.selection.current.value.values.tau_mem, before);
  view.remove();
  app.close();
});

test("an error is shown as it is", async () => {
  const { host, reply } = hostOf();
  const app = appOf("lif", "tonic_spiking", { host });
  const view = shown(<Repertoire {...app} />);
  view.find("button").click();
  reply("repertoire", "failed", { error: "The evaluation failed." });
  await rendered();
  assert.equal(view.find("p[role=status]").innerHTML, "The evaluation failed.");
  view.remove();
  app.close();
});
