// A notebook whose kernel does not reply, so that the page answers the requests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isBusy, withoutKernel } from "../src/hosts/alone.ts";
import type { Host } from "../src/hosts/host.ts";
import { kernelHost, type WidgetModel } from "../src/hosts/kernel.ts";
import { appOf, hostOf } from "./harness.ts";

/** A widget without a kernel, whose messages a test answers. */
function widgetOf(manager: object = {}) {
  let listen: (content: unknown, buffers: DataView[]) => void = () => {};
  const model = {
    get: () => "",
    on: (_: string, listener: typeof listen) => {
      listen = listener;
    },
    off() {},
    send() {},
    widget_manager: manager,
  };
  return { model: model as unknown as WidgetModel, reply: (message: object) => listen(message, []) };
}

test("a notebook whose kernel has never replied is alone until it replies", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, reply } = widgetOf();
  const host = kernelHost(model, {});
  const silent: boolean[] = [];
  host.onSilence?.((isSilent) => silent.push(isSilent));
  host.ask("running", {}, () => {});
  t.mock.timers.tick(2500);
  assert.deepEqual([silent, host.isAlone?.()], [[], false]);
  t.mock.timers.tick(2500);
  assert.deepEqual([silent, host.isAlone?.()], [[true], true]);
  reply({ kind: "alive", id: "1", state: "done" });
  assert.deepEqual([silent, host.isAlone?.()], [[true, false], false]);
  host.ask(
    "simulate",
    { model: "lif", pattern: "tonic_spiking", values: {}, dt: 0.1, sweeps: [], states: false },
    () => {},
  );
  for (let k = 0; k < 2; k++) t.mock.timers.tick(2500);
  assert.deepEqual([silent, host.isAlone?.()], [[true, false, true], false]); // first the kernel has stopped, then it is busy
  host.close();
});

test("a notebook whose kernel is busy is not alone", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model } = widgetOf({ kernel: { status: "busy" } });
  const host = kernelHost(model, {});
  host.onSilence?.(() => {});
  host.ask("running", {}, () => {});
  for (let k = 0; k < 2; k++) t.mock.timers.tick(2500);
  assert.equal(host.isAlone?.(), false);
  host.close();
  for (const manager of [
    undefined,
    {},
    { kernel: null },
    { kernel: { status: "idle" } },
    { kernel: { status: "dead" } },
  ])
    assert.equal(isBusy(manager), false);
});

test("the page of a notebook without a kernel takes the requests", () => {
  let isAlone = false;
  const kernel = hostOf("kernel");
  const page = hostOf("none", (kind) => kind === "search");
  const host = withoutKernel({ ...kernel.host, isAlone: () => isAlone }, page.host);
  assert.equal(host.can("verify"), true);
  host.ask("running", {}, () => {});
  isAlone = true;
  assert.deepEqual([host.can("verify"), host.can("search"), host.name], [false, true, "kernel"]);
  host.ask("running", {}, () => {});
  assert.deepEqual([kernel.asked.length, page.asked.length], [1, 1]);
});

test("without a kernel a grey sentence appears once, and a search runs within the ranges of the page", () => {
  const { host, asked, silent } = hostOf("kernel");
  let isAlone = false;
  const alone: Host = { ...host, isAlone: () => isAlone };
  const app = appOf("izhikevich", "tonic_spiking", { host: alone });
  isAlone = true;
  silent(true);
  const { silence, isQuiet } = app.verdict;
  assert.equal(silence.value, "Live in your browser; verification needs a running notebook.");
  assert.equal(isQuiet.value, true);
  app.search.begin("values");
  const { free } = asked.findLast(({ kind }) => kind === "search")?.fields ?? {};
  assert.ok(free?.length > 0);
  app.verdict.closeSilence();
  assert.equal(silence.value, "");
  isAlone = false;
  silent(false);
  silent(true);
  assert.match(silence.value, /^The kernel is not responding/);
  assert.equal(isQuiet.value, false);
  app.close();
});
