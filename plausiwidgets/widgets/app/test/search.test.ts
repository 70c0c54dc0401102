// A search in the models of the app: its evaluations, its start, and its use of the best values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { unpacked } from "../src/hosts/arrays.ts";
import type { SearchReply } from "../src/models/evaluations.ts";
import { follow } from "../src/models/navigate.ts";
import { isOpen, noEvaluations, received, type Search, withEvaluations } from "../src/models/search.ts";
import { stored } from "../src/models/selection.ts";
import { modelData } from "./catalogue.ts";
import { appWithHost, KEY, simulated, traces } from "./custom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const izhikevich = modelData("izhikevich");

const RECORD: SearchReply["search"] = {
  id: "a",
  model: "lif",
  pattern: KEY,
  loss: 0.5,
  best: { tau_m: 10 },
  at_bounds: [],
  dt: 0.1,
  evaluations: 0,
  budget: 100,
  status: "rejected",
  sentence: "",
  seconds: 0,
};
const replyOf = (from: number, more: Partial<SearchReply> = {}): SearchReply => ({
  id: "a",
  state: "running",
  from,
  search: RECORD,
  ...more,
});
const lossesOf = ({ evaluations }: Search) => [...evaluations.losses.subarray(0, evaluations.count)];

test("evaluations are added at their place, in whichever order the replies arrive", () => {
  const second = received(null, replyOf(2), { loss: Float32Array.of(3, 4) }, 0);
  assert.ok(Number.isNaN(lossesOf(second)[0]));
  const both = received(second, replyOf(0), { loss: Float32Array.of(1, 2) }, 1);
  assert.deepEqual(lossesOf(both), [1, 2, 3, 4]);
  assert.equal(both.evaluations.least, 1);
  assert.equal(both.evaluations.filled, 1);
});

test("another search starts without evaluations", () => {
  const first = received(null, replyOf(0), { loss: Float32Array.of(1, 2) }, 0);
  assert.equal(received(first, replyOf(0, { id: "b" }), {}, 1).evaluations.count, 0);
});

test("a hundred thousand evaluations are not copied with each reply", () => {
  let evaluations = noEvaluations();
  let grown = 0;
  for (let k = 0; k < 1000; k++) {
    const before = evaluations.losses;
    evaluations = withEvaluations(evaluations, k * 100, new Float32Array(100));
    if (evaluations.losses !== before) grown++;
  }
  assert.equal(evaluations.count, 100_000);
  assert.ok(grown < 12);
});

test("a search that was stopped is over", () => {
  assert.equal(isOpen({ state: "stopped" }), false);
  assert.equal(isOpen({ state: "paused" }), true);
});

test("the best parameters stay the same object until they change", () => {
  const first = received(null, replyOf(0), {}, 0);
  const second = received(first, replyOf(0, { search: { ...RECORD, best: { tau_m: 10 } } }), {}, 1);
  assert.equal(second.best, first.best);
  const third = received(second, replyOf(0, { search: { ...RECORD, best: { tau_m: 11 } } }), {}, 2);
  assert.deepEqual(third.best, { tau_m: 11 });
  assert.equal(received(null, replyOf(0, { search: { ...RECORD, best: {} } }), {}, 0).best, null);
});

test("arrays are read from a buffer that begins anywhere", () => {
  const whole = new Uint8Array(19);
  whole.set(new Uint8Array(Float32Array.of(5, 6).buffer), 3);
  const arrays = unpacked({ loss: ["f4", 0, 2], restarts: ["i4", 8, 1] }, new DataView(whole.buffer, 3));
  assert.deepEqual([...(arrays.loss ?? [])], [5, 6]);
  assert.deepEqual([...(arrays.restarts ?? [])], [0]);
});

const bursting = () => appWithHost(izhikevich, "tonic_bursting");
const record = {
  ...RECORD,
  model: "izhikevich",
  pattern: "tonic_bursting",
  loss: 1,
  best: { c: -51 },
  dt: 0.25,
  seconds: 2,
};

test("a search that starts can be stopped, and one that the host refuses closes its panel", (t) => {
  const { app, cancelled, reply } = bursting();
  t.after(app.close);
  const { search, screen } = app;
  search.begin();
  assert.ok(search.isShown.value && !search.search.value);
  search.stopStarting();
  assert.deepEqual([search.isShown.value, cancelled.at(-1)?.kind], [false, "search"]);
  search.begin();
  reply("search", "failed", { error: "nothing is free" });
  assert.deepEqual([search.isShown.value, screen.notice.value], [false, "nothing is free"]);
});

test("a search begins at the values that are shown, and at random ones if these meet all criteria", (t) => {
  const { app, asked, reply } = appWithHost();
  t.after(app.close);
  const begins = () => {
    app.search.begin();
    return asked.findLast(({ kind }) => kind === "search")?.fields.begin;
  };
  assert.equal(begins(), "values"); // before the first verdict
  reply("simulate", "done", simulated(0.5), traces);
  assert.equal(begins(), "values");
  reply("simulate", "done", simulated(0), traces);
  assert.equal(begins(), "random");
});

test("a search begins at random values if the shown ones are verified, and at these if they are not robust", async (t) => {
  const { app, asked, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "done", simulated(0), traces);
  await until(() => asked.some(({ kind }) => kind === "verify"));
  for (const [status, from] of [
    ["replicated", "random"],
    ["fragile", "values"],
  ]) {
    reply("verify", "done", { verdict: { status, failed_test: "" } });
    app.search.begin();
    assert.equal(asked.at(-1)?.fields.begin, from);
  }
});

test("a notebook has the limits of a search already, and a search of the page keeps fixed what the model fixes", (t) => {
  const fieldsOf = (name: "none" | "kernel" | "server", change: object) => {
    const { host, asked } = hostOf(name);
    const app = appOf("izhikevich", "tonic_bursting", { host, data: izhikevich });
    t.after(app.close);
    app.selection.configure(change);
    app.search.begin("values");
    const { bounds, free } = asked.at(-1)?.fields ?? {};
    return { bounds, free };
  };
  const fixed = { fixed: ["a"] };
  const bounds = { c: [-60, -50] as const };
  assert.deepEqual(fieldsOf("kernel", fixed), { bounds: undefined, free: undefined });
  const usual = fieldsOf("server", {}).free;
  assert.ok(usual.includes("a") && !usual.includes("sq"));
  assert.ok(!fieldsOf("server", fixed).free.includes("a"));
  assert.deepEqual(fieldsOf("none", { bounds }).bounds, bounds);
});

test("a search whose kernel is silent ends for the page when it is stopped, and its best values can be taken", async (t) => {
  const { app, reply, silent } = bursting();
  t.after(app.close);
  app.search.begin();
  reply("search", "running", { from: 0, search: record }, { loss: Float32Array.of(1) });
  silent(true);
  app.search.control("stop");
  assert.equal(app.search.search.value?.state, "stopped");
  await app.search.take();
  assert.equal(app.selection.current.value.values.c, -51);
  assert.equal(app.search.isTaken.value, true);
  await app.selection.undo();
  assert.equal(app.search.isTaken.value, false);
});

test("the best values are taken with the time step of the search", async (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  app.search.begin();
  reply("search", "done", { from: 0, search: { ...record, dt: 0.1 } }, { loss: Float32Array.of(1) });
  await app.search.take();
  assert.equal(app.selection.current.value.dt, 0.1);
});

test("a search that found nothing better than its start can be told from one that did", (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  const { values } = app.selection.current.value;
  app.search.begin("values");
  reply("search", "running", { from: 0, search: { ...record, best: values } }, {});
  assert.equal(app.search.isBestAtStart.value, true);
  reply("search", "running", { from: 0, search: { ...record, best: { ...values, c: -51 } } }, {});
  assert.equal(app.search.isBestAtStart.value, false);
  app.search.begin("random");
  reply("search", "running", { from: 0, search: { ...record, best: values } }, {});
  assert.equal(app.search.isBestAtStart.value, false);
});

test("what a search evaluates moves no axis", (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  app.search.begin();
  const low = (state: string, best: object) => {
    reply("search", state, { from: 0, search: { ...record, best } }, { loss: Float32Array.of(1) });
    return app.scene.value.v[0];
  };
  const before = app.scene.value.v[0];
  assert.equal(low("running", { c: -70, d: 12, amplitude: 50 }), before);
  assert.equal(low("done", { c: -50, d: 2, amplitude: 15 }), before);
});

test("a search of another pair is not watched any more, and its values go with their model and pattern", async (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  const { search, selection } = app;
  search.begin();
  const answer = (from: number) => reply("search", "running", { from, search: record }, { loss: Float32Array.of(1) });
  answer(0);
  assert.equal(search.isShown.value, true);
  await selection.choose("izhikevich", "resonator");
  const before = selection.current.value;
  answer(1);
  assert.deepEqual([search.isShown.value, search.search.value?.evaluations.count], [false, 2]);
  await search.take();
  const { pattern, values } = selection.current.value;
  assert.deepEqual([pattern, values.c], ["tonic_bursting", -51]);
  assert.deepEqual(Object.keys(values).sort(), Object.keys(stored(izhikevich, "tonic_bursting").values).sort());
  await selection.undo();
  assert.deepEqual([selection.current.value.pattern, selection.current.value.values], ["resonator", before.values]);
  await selection.redo();
  answer(2);
  assert.equal(search.isShown.value, true);
});

test("a return to the pair of a search opens its panel again, unless the user has closed it", async (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  const { search, selection } = app;
  search.begin();
  reply("search", "stopped", { from: 0, search: record }, { loss: Float32Array.of(1) });
  const shownAfter = async (act: Promise<unknown>) => {
    await act;
    return search.isShown.value;
  };
  assert.equal(await shownAfter(selection.choose("izhikevich", "resonator")), false);
  assert.equal(await shownAfter(selection.choose("adex", "tonic_bursting")), false);
  assert.equal(await shownAfter(selection.choose("izhikevich", "tonic_bursting")), true);
  assert.equal(search.search.value?.state, "stopped");
  const values = { d: 3 };
  assert.equal(await shownAfter(selection.choose("izhikevich", "tonic_bursting", { values })), false);
  search.show(false);
  await selection.choose("izhikevich", "resonator");
  assert.equal(await shownAfter(selection.choose("izhikevich", "tonic_bursting")), false);
});

test("the end of a former search is not shown while the next one starts for another pair", async (t) => {
  const { app, asked } = bursting();
  t.after(app.close);
  app.search.begin();
  const former = asked.at(-1) ?? assert.fail();
  former.listener({ kind: "search", id: "1", state: "running", from: 0, search: record }, {});
  await app.selection.choose("izhikevich", "resonator");
  app.search.begin();
  former.listener({ kind: "search", id: "1", state: "stopped", from: 0, search: record }, {});
  assert.equal(app.search.search.value, null);
});

test("the last reply of a search that another one replaced is not shown", (t) => {
  const { app, asked } = bursting();
  t.after(app.close);
  app.search.begin();
  app.search.begin();
  const [older, newer] = asked.filter(({ kind }) => kind === "search");
  newer.listener({ kind: "search", id: "2", state: "running", from: 0, search: record }, {});
  older.listener({ kind: "search", id: "1", state: "superseded", from: 0, search: record }, {});
  assert.equal(app.search.search.value?.id, "2");
});

test("after a reload a running search is shown again, and one that ended for another pair is not", (t) => {
  const { app, asked, reply } = bursting();
  t.after(app.close);
  app.search.resume();
  assert.equal(asked.at(-1)?.kind, "running");
  const found = { kind: "search", from: 0, search: { ...record, pattern: "resonator" } };
  const pattern = () => app.search.search.value?.pattern ?? null;
  reply("running", "done", found);
  assert.equal(pattern(), null);
  reply("running", "running", found);
  assert.equal(pattern(), "resonator");
  assert.equal(app.search.isRunning.value, true);
});

test("a search is paused, resumed and stopped by its id", (t) => {
  const { app, asked, reply } = bursting();
  t.after(app.close);
  app.search.control("pause");
  assert.ok(!asked.some(({ kind }) => kind === "pause"), "there is no search");
  app.search.begin();
  reply("search", "running", { from: 0, search: record }, {});
  for (const kind of ["pause", "resume", "stop"] as const) app.search.control(kind);
  const sent = asked.slice(-3).map(({ kind, fields }) => [kind, fields.of]);
  assert.deepEqual(sent, [
    ["pause", "1"],
    ["resume", "1"],
    ["stop", "1"],
  ]);
});

test("the best of a search is not shown any more when its parameters are on the sliders", async (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  app.search.begin();
  reply("search", "done", { from: 0, search: { ...record, dt: 0.25 } }, { loss: Float32Array.of(1) });
  const hasBest = () => app.scene.value.lines.some(({ role }) => role === "best");
  const before = app.selection.current.value.values;
  assert.ok(hasBest());
  assert.deepEqual(app.search.onSliders.value, { c: -51 });
  await app.search.take();
  assert.deepEqual([hasBest(), app.search.onSliders.value], [false, null]);
  assert.equal(app.search.replaced.value?.c, before.c);
});

test("a link with other parameters closes the panel of a search that is over, and leaves one that runs", async (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  app.search.begin();
  reply("search", "running", { from: 0, search: record }, { loss: Float32Array.of(1) });
  await follow(app, "#d=3");
  assert.equal(app.search.isShown.value, true);
  reply("search", "done", { from: 1, search: record }, { loss: Float32Array.of(1) });
  await follow(app, "#d=4");
  assert.deepEqual([app.selection.current.value.values.d, app.search.isShown.value], [4, false]);
});

test("a page that a link opened does not show a search that was over before", (t) => {
  const { app, reply } = bursting();
  t.after(app.close);
  app.search.resume(false);
  const over = { kind: "search", from: 0, search: record };
  reply("running", "done", over);
  assert.deepEqual([app.search.search.value, app.search.isShown.value], [null, false]);
  reply("running", "running", over);
  reply("running", "done", over);
  assert.deepEqual([app.search.search.value?.state, app.search.isShown.value], ["done", true]);
  const again = bursting();
  t.after(again.app.close);
  again.app.search.resume();
  again.reply("running", "done", over);
  assert.equal(again.app.search.isShown.value, true, "a page that was loaded again");
});
