// Requests to a kernel and their replies, also late or missing ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createChannel } from "../src/hosts/channel.ts";
import { modelData } from "./catalogue.ts";

const selection = { model: "lif", pattern: "tonic_spiking", values: {}, dt: 0.1 };

test("only the newest request of a kind receives its reply, and a late reply reaches nobody", () => {
  const sent: { id: string; kind: string }[] = [];
  const host = createChannel("kernel", (message) => sent.push(message as (typeof sent)[number]), {});
  const heard: number[] = [];
  host.ask("verify", selection, () => heard.push(1));
  host.ask("verify", selection, () => heard.push(2));
  for (const { id, kind } of sent) host.receive({ id, kind, state: "done" }, null);
  host.receive({ id: "nobody", kind: "verify", state: "done" }, null);
  host.receive(null, null);
  assert.deepEqual(heard, [2]);
});

test("after a reload, the page follows a search that it did not begin itself", () => {
  const host = createChannel("kernel", () => {}, {});
  const heard: string[] = [];
  host.ask("running", {}, (reply) => heard.push(reply.id));
  host.receive({ id: "x-1", kind: "search", state: "running" }, null);
  assert.deepEqual(heard, ["x-1"]);
});

test("a silent kernel has only the models that the page has", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const host = createChannel("kernel", () => {}, { lif: modelData("lif") });
  const has = () => ["lif", "adex"].filter((model) => host.has(model));
  host.onSilence?.(() => {});
  assert.deepEqual(has(), ["lif", "adex"]);
  host.ask("verify", selection, () => {});
  for (let k = 0; k < 2; k++) t.mock.timers.tick(2500);
  assert.deepEqual(has(), ["lif"]);
  host.receive({ id: "1", kind: "alive", state: "done" }, null);
  assert.deepEqual(has(), ["lif", "adex"]);
  host.close();
});
