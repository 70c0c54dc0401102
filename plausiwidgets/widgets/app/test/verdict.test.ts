// The verdict of a selection: its evaluation by the page and its verification by the host.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createApp } from "../src/app.ts";
import type { Catalogue } from "../src/catalogue.ts";
import type { Host } from "../src/hosts/host.ts";
import { unstored } from "../src/models/history.ts";
import { looksOf } from "../src/models/looks.ts";
import { createRun } from "../src/models/run.ts";
import { createSelection, stored } from "../src/models/selection.ts";
import { createVerdict, wordedOf } from "../src/models/verdict.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { appWithHost, custom, KEY, simulated, traces, verdictOf } from "./custom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const izhikevich = modelData("izhikevich");

/** The models of an app up to the verdict. Their work starts when a test calls `flush`. */
function models(pattern: string, host: Host = hostOf("none", () => false).host) {
  const waiting = new Set<() => void>();
  const schedule = (work: () => void) => {
    waiting.add(work);
    return () => waiting.delete(work);
  };
  const notices: string[] = [];
  const notify = (sentence: string) => {
    notices.push(sentence);
    return () => {};
  };
  const selection = createSelection(catalogue, host, izhikevich, stored(izhikevich, pattern), unstored(), notify);
  const run = createRun(selection, host, notify);
  const verdict = createVerdict(selection, run, host, notify, schedule);
  const flush = () => {
    for (const work of [...waiting]) {
      waiting.delete(work);
      work();
    }
  };
  const close = () => {
    for (const part of [verdict, run, selection]) part.close();
  };
  return { selection, run, verdict, flush, waiting, close, notices };
}

test("each status has its own symbol and words in the chip", () => {
  const app = appWithHost().app;
  const { pattern, data } = app.selection;
  const chip = (loss: number, status: "replicated" | "fragile" | "pending" | "rejected" | null, more: object = {}) =>
    wordedOf(
      { criteria: [], loss, diverged: false },
      status && { status, why: "x" },
      { ...pattern.value, ...more },
      data.value.model,
      { a: 1 },
    ).words;
  assert.equal(chip(0, "replicated"), "✓ Verified");
  assert.equal(chip(0, "fragile"), "~ Not robust");
  assert.equal(chip(0, "pending"), "○ Criteria met, verifying …");
  assert.equal(chip(0, null), "○ Criteria met, not verified");
  assert.equal(chip(0, "rejected"), "✗ Criteria not met");
  assert.equal(chip(1, null, { ruled_out: "It has no bursts." }), "∅ Ruled out");
  assert.equal(chip(1, null, { components: [] }), "– No criteria");
  const proof = { ruled_out: "It has no bursts.", limits: { a: [0, 1] } };
  assert.equal(chip(0, "replicated", proof), "✗ Contradicts a proof");
  const outside = { ...proof, limits: { a: [0, 0.5] } };
  assert.equal(chip(0, "replicated", outside), "✓ Verified");
  assert.equal(chip(1, null, outside), "✗ Criteria not met (0 of 0 met)");
  app.close();
});

test("a class of excitability is evaluated coarsely first, and accurately at rest", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { selection, verdict, flush, close } = models("class_1_excitable");
  const seen: [isCoarse: boolean, words: string][] = [];
  const follow = () => {
    const { value } = verdict.verdict;
    if (value) seen.push([value.isCoarse === true, verdict.worded.value.words]);
  };
  const stop = verdict.verdict.subscribe(follow);
  const tick = async (ms: number) => {
    for (let k = 0; k < ms; k += 10) {
      context.mock.timers.tick(10);
      await Promise.resolve();
    }
  };
  flush();
  await tick(250);
  assert.equal(seen.length, 1);
  assert.ok(seen[0][0] && seen[0][1].endsWith(" – coarse") && !verdict.isMet.value);
  await tick(2000);
  assert.equal(seen.length, 2);
  assert.ok(!seen[1][0] && !seen[1][1].includes("coarse"));
  assert.equal(verdict.isMet.value, verdict.verdict.value?.loss === 0);
  selection.put({ amplitude: 12 });
  flush();
  await tick(250);
  assert.equal(verdict.verdict.value?.isCoarse, true);
  stop();
  close();
});

test("a neuron in discrete time is verified at its own time step, and the chip names no smaller ones", () => {
  const { app } = appWithHost();
  const { pattern, data } = app.selection;
  const verdict = { loss: 0, diverged: false, criteria: [] };
  const why = (more: object) =>
    wordedOf(verdict, { status: "replicated", why: "" }, pattern.value, { ...data.value.model, ...more }, {}).why;
  assert.match(why({}), /smaller time steps/);
  assert.match(why({ discrete: true, dt: 1 }), /fixed time step of 1 ms/);
  assert.doesNotMatch(why({ discrete: true, dt: 1 }), /smaller/);
  app.close();
});

test("the evaluation begins when its turn comes, and the former verdict is shown until it ends", async (t) => {
  const { selection, verdict, flush, close } = models(KEY);
  t.after(close);
  assert.equal(verdict.verdict.value, null);
  assert.equal(verdict.worded.value.words, "…");
  flush();
  await until(() => verdict.verdict.value !== null);
  assert.equal(verdict.worded.value.words, "✓ Verified");
  const first = verdict.verdict.value;
  selection.put({ b: -1 });
  assert.equal(verdict.verdict.value, first);
  assert.equal(verdict.verified.value, null, "other values were verified");
  flush();
  await until(() => verdict.verdict.value !== first);
  assert.equal(verdict.worded.value.kind, "rejected");
  assert.equal(verdict.isMet.value, false);
});

test("of many changes only the last one is evaluated", async (t) => {
  const { selection, verdict, flush, waiting, close } = models(KEY);
  t.after(close);
  for (const b of [-1, -0.9, -0.8]) selection.put({ b });
  selection.put({ b: 0.2 });
  assert.equal(waiting.size, 1);
  flush();
  await until(() => verdict.verdict.value !== null);
  assert.equal(verdict.verdict.value?.loss, 0);
});

test("sweeps that a procedure finds are shown, and cause no other evaluation", async (t) => {
  const { run, selection, verdict, flush, waiting, close } = models("class_1_excitable");
  t.after(close);
  const before = run.simulation.value;
  flush();
  await until(() => verdict.verdict.value !== null);
  assert.equal(waiting.size, 0);
  assert.ok(run.found.value.some(Boolean));
  assert.notEqual(run.simulation.value, before);
  assert.ok(run.simulation.value.sweeps.length > 0);
  assert.equal(run.simulation.value.selection, selection.current.value);
});

test("a marked criterion shows its own spans, and another pattern unmarks it", async (t) => {
  const { selection, verdict, flush, close, run } = models(KEY);
  t.after(close);
  flush();
  await until(() => verdict.verdict.value !== null);
  assert.deepEqual(verdict.looks.value, [], "all criteria are met");
  const criteria = verdict.verdict.value?.criteria ?? [];
  const place = criteria.findIndex(({ looks }) => looks?.length);
  verdict.mark(place);
  assert.ok(verdict.looks.value.length > 0);
  assert.ok(verdict.looks.value.every(({ passed, from, to }) => passed && to > from));
  const { trace, sweep } = run;
  assert.deepEqual(verdict.looks.value, looksOf(verdict.verdict.value, place, trace.value, sweep.value));
  await selection.choose("izhikevich", "rebound_spike");
  assert.equal(verdict.marked.value, -1);
  assert.equal(verdict.verdict.value, null);
});

test("criteria that are not met are named at their spans, worst first", (t) => {
  const { app } = appWithHost();
  t.after(app.close);
  const one = { key: "a", text: "", kind: "band" as const, scale: 1, unit: "spikes", low: 1, high: 2, passed: false };
  const look = { sweep: null, from: Number.NaN, to: 20 };
  const line = { ...app.run.trace.value, t0: 0, dt: 1, v: new Float64Array(50) };
  const verdict = {
    loss: 2,
    diverged: false,
    criteria: [
      { ...one, name: "step: number of spikes", value: 3, penalty: 0.5, looks: [look] },
      {
        ...one,
        name: "rate",
        unit: "Hz",
        value: 7,
        penalty: 1,
        looks: [
          { ...look, sweep: "other" },
          { ...look, from: 10 },
        ],
      },
      { ...one, name: "unknown", value: Number.NaN, penalty: 1, looks: [look] },
    ],
  };
  assert.deepEqual(looksOf(verdict, -1, line, "step"), [
    { from: 10, to: 20, text: "✗ rate: 7 Hz", passed: false },
    { from: 0, to: 20, text: "✗ number of spikes: 3", passed: false },
  ]);
  assert.deepEqual(
    looksOf(verdict, 2, line, "step").map(({ text }) => text),
    ["not measurable"],
  );
  assert.deepEqual(looksOf({ ...verdict, diverged: true }, -1, line, "step"), []);
});

test("a set that the catalogue does not have is verified by the host after a moment", async (t) => {
  const { host, asked, reply } = hostOf("kernel");
  const { selection, verdict, flush, close, notices } = models(KEY, host);
  t.after(close);
  assert.equal(verdict.verified.value?.status, "replicated", "the catalogue has it");
  selection.put({ a: 0.021 });
  assert.equal(verdict.verified.value, null);
  flush();
  await until(() => verdict.verdict.value !== null);
  assert.equal(verdict.worded.value.words, "○ Criteria met, verifying …");
  await until(() => asked.some(({ kind }) => kind === "verify"));
  assert.equal(asked.at(-1)?.fields.values.a, 0.021);
  reply("verify", "done", { verdict: { ...verdictOf(0), status: "fragile", failed_test: "half the time step" } });
  assert.deepEqual(verdict.verified.value, { status: "fragile", why: "half the time step" });
  assert.equal(verdict.isMet.value, false);
  selection.put({ a: 0.022 });
  assert.equal(verdict.verified.value, null);
  assert.deepEqual(notices, []);
});

test("a verification in the queue of a server shows how many visitors are ahead", async (t) => {
  const { host, asked, reply } = hostOf("server");
  const { selection, verdict, flush, close } = models(KEY, host);
  t.after(close);
  selection.put({ a: 0.021 });
  flush();
  await until(() => asked.some(({ kind }) => kind === "verify"));
  reply("verify", "waiting", { ahead: 3 });
  assert.equal(verdict.worded.value.words, "○ Criteria met, verification queued (3 ahead)");
  reply("verify", "waiting", { ahead: 0 });
  assert.equal(verdict.worded.value.words, "○ Criteria met, verifying …");
  reply("verify", "running", { verdict: verdictOf(0) });
  reply("verify", "done", { verdict: { ...verdictOf(0), status: "replicated" } });
  assert.equal(verdict.verified.value?.status, "replicated");
});

test("a verification of former values is cancelled, and its reply changes nothing", async (t) => {
  const { host, asked, cancelled, reply } = hostOf("kernel");
  const { selection, verdict, flush, close, notices } = models(KEY, host);
  t.after(close);
  selection.put({ a: 0.021 });
  flush();
  await until(() => asked.some(({ kind }) => kind === "verify"));
  selection.put({ a: 0.022 });
  assert.equal(cancelled.at(-1)?.kind, "verify");
  reply("verify", "failed", { error: "late" });
  assert.deepEqual([verdict.verified.value, notices], [null, []]);
});

test("a verification that fails is one sentence", async (t) => {
  const { host, asked, reply } = hostOf("kernel");
  const { selection, verdict, flush, close, notices } = models(KEY, host);
  t.after(close);
  selection.put({ a: 0.021 });
  flush();
  await until(() => asked.some(({ kind }) => kind === "verify"));
  reply("verify", "failed", { error: "no memory" });
  assert.deepEqual([verdict.verified.value, notices], [null, ["no memory"]]);
  assert.equal(verdict.worded.value.words, "○ Criteria met, not verified");
});

test("what only Python can simulate is verified after its verdict", async (t) => {
  const { app, asked, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "done", simulated(0), traces);
  assert.equal(app.verdict.worded.value.words, "○ Criteria met, verifying …");
  await until(() => asked.some(({ kind }) => kind === "verify"));
});

test("while the host is silent the page shows it once, evaluates itself and expects no verification", async (t) => {
  const { app, asked, silent } = appWithHost(izhikevich, "tonic_bursting");
  t.after(app.close);
  const { verdict, selection, screen } = app;
  const sentence = () => screen.notice.value || verdict.silence.value;
  selection.put({ c: -50.5 });
  await until(() => verdict.verified.value?.status === "pending");
  silent(true);
  assert.match(sentence(), /is not responding.*continues without it/);
  assert.equal(verdict.worded.value.words, "○ Criteria met, not verified");
  assert.equal(verdict.asks("plane"), false);
  app.search.begin();
  assert.match(sentence(), /is not responding/);
  verdict.closeSilence();
  assert.equal(sentence(), "");
  await new Promise((go) => setTimeout(go, 350));
  assert.ok(!asked.some(({ kind }) => kind === "verify"), "a silent host receives no request");
  selection.put({ c: -50.6 });
  await until(() => verdict.verdict.value?.loss === 0);
  await new Promise((go) => setTimeout(go, 350));
  assert.equal(verdict.verified.value, null);
  assert.ok(!asked.some(({ kind }) => kind === "verify"));
  silent(false);
  assert.equal(verdict.asks("plane"), true);
  assert.equal(asked.at(-1)?.kind, "verify");
  silent(true);
  assert.match(sentence(), /is not responding/, "the next silence is shown again");
});

test("a neuron that needs a silent host has a sentence of its own", (t) => {
  const { app, silent } = appWithHost();
  t.after(app.close);
  silent(true);
  assert.match(app.verdict.silence.value, /this model needs it/);
  assert.equal(app.verdict.asks("plane"), true); // the host is no longer silent
  silent(false);
  assert.equal(app.verdict.silence.value, "");
});

test("an unknown kind of criterion leaves no verdict, and the page names the remedy or asks its host", async (t) => {
  const newer: Catalogue = structuredClone(catalogue);
  Object.assign(newer.patterns[KEY].judged.resets?.[0].criteria[0] ?? assert.fail(), { kind: "gaussian" });
  for (const canSimulate of [false, true]) {
    const { host, asked } = hostOf("kernel", (kind) => kind === "simulate" && canSimulate);
    const app = createApp(newer, host, izhikevich, stored(izhikevich, KEY));
    t.after(app.close);
    await until(() => app.screen.notice.value !== "" || asked.length > 0);
    assert.equal(app.verdict.verdict.value, null);
    const remedy =
      /^This page cannot evaluate the criteria \(unknown kind of criterion: gaussian\): update plausiwidgets/;
    if (canSimulate) assert.deepEqual([app.screen.notice.value, asked.map(({ kind }) => kind)], ["", ["simulate"]]);
    else assert.match(app.screen.notice.value, remedy);
    assert.ok(app.run.trace.value.v.length > 100, "the trace is there");
  }
});

test("a new object of the verdict follows each evaluation", async (t) => {
  const app = appOf("izhikevich", KEY, { host: hostOf("none", () => false).host });
  t.after(app.close);
  await until(() => app.verdict.verdict.value !== null);
  const first = app.verdict.verdict.value;
  app.selection.show({ ...app.selection.current.value });
  await until(() => app.verdict.verdict.value !== first);
  assert.deepEqual(app.verdict.verdict.value, first);
});

test("complete data of a model that the page simulates are evaluated again", async (t) => {
  const app = appOf("izhikevich", KEY, { host: hostOf("none", () => false).host });
  t.after(app.close);
  await until(() => app.verdict.verdict.value !== null);
  const first = app.verdict.verdict.value;
  app.selection.learn({ ...app.selection.data.value });
  await until(() => app.verdict.verdict.value !== first);
});

test("an error of a description is a sentence, and leaves the data", (t) => {
  const { app } = appWithHost();
  t.after(app.close);
  const before = app.selection.data.value;
  app.selection.learn(custom(), "no more data");
  assert.deepEqual([app.screen.notice.value, app.selection.data.value], ["no more data", before]);
});

test("a model that was closed evaluates nothing", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const app = appOf("izhikevich", KEY, { host: hostOf("none", () => false).host });
  app.close();
  mock.timers.tick(1000);
  mock.timers.reset();
  assert.equal(app.verdict.verdict.value, null);
});
