// The optimizer of the page: random numbers, CMA-ES, population, helpers and verification.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Values } from "../src/catalogue.ts";
import { eigen } from "../src/engine/search/cmaes.ts";
import { Objective } from "../src/engine/search/objective.ts";
import { lossOf } from "../src/engine/search/population.ts";
import { Portfolio } from "../src/engine/search/portfolio.ts";
import { streamOf } from "../src/engine/search/random.ts";
import { modelData } from "./catalogue.ts";
import { until } from "./harness.ts";
import { leaderOf, orderOf, problemOf, searched } from "./ordered.ts";

const BURSTING = { free: ["a", "b", "c", "d", "amplitude"], from: { c: -66, d: 7, amplitude: 9 } };
const hashOf = (packed: readonly number[]) =>
  createHash("sha256")
    .update(new Uint8Array(Float64Array.from(packed).buffer))
    .digest("hex");

test("eigenvectors are orthogonal, ascending, and give the matrix back", () => {
  const { uniform } = streamOf(3);
  const half = Array.from({ length: 6 }, () => Array.from({ length: 6 }, uniform));
  const matrix = half.map((row, i) => row.map((x, j) => x + half[j][i]));
  const { values, vectors } = eigen(matrix);
  assert.deepEqual(
    values,
    [...values].sort((a, b) => a - b),
  );
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      const back = values.reduce((total, value, k) => total + value * vectors[i][k] * vectors[j][k], 0);
      assert.ok(Math.abs(back - matrix[i][j]) < 1e-12);
    }
  }
});

test("random numbers are uniform, normal and Cauchy numbers, and each key has its own stream", () => {
  const stream = streamOf(1, 2);
  const many = (draw: () => number) => Array.from({ length: 20_000 }, draw);
  const shareBelow = (xs: readonly number[], x: number) => xs.filter((one) => one < x).length / xs.length;
  const near = (share: number, wanted: number) => assert.ok(Math.abs(share - wanted) < 0.015, `${share}`);
  near(shareBelow(many(stream.uniform), 0.3), 0.3);
  near(shareBelow(many(stream.normal), 1), 0.8413);
  near(shareBelow(many(stream.cauchy), 1), 0.75);
  near(shareBelow(many(stream.bit), 0.5), 0.5);
  near(
    shareBelow(
      many(() => stream.below(5)),
      2,
    ),
    0.4,
  );
  assert.deepEqual(many(streamOf(1, 3).uniform), many(streamOf(1, 3).uniform));
  assert.notEqual(streamOf(1, 3).uniform(), streamOf(1, 4).uniform());
  assert.notEqual(streamOf(1, 3).uniform(), streamOf(2, 3).uniform());
});

test("the strategy finds a small ball, uses its whole budget, and begins at its start", () => {
  const axes = ["x", "y", "z", "w"].map((name) => ({ name, low: 0, high: 1, scale: "linear", linear_width: null }));
  for (const start of [null, [0.9, 0.9, 0.9, 0.9]]) {
    const plan = new Portfolio({ axes, seed: 1, budget: 3000, start });
    const batches = plan.batches();
    let [count, least, first] = [0, Infinity, [] as readonly number[]];
    for (let step = batches.next(); !step.done; ) {
      if (!count) [first] = step.value.points;
      count += step.value.points.length;
      const penalties = step.value.points.map((point) => [...point.map((x) => (x - 0.3) ** 2), 0]);
      least = Math.min(least, ...penalties.map(lossOf));
      step = batches.next(penalties);
    }
    assert.equal(count, 3000);
    assert.ok(least < 1e-3);
    assert.ok(plan.restarts > 0);
    if (start) assert.deepEqual(first, start);
  }
});

test("a search finds tonic bursting from values that do not show it, and ends there", async () => {
  const order = orderOf("izhikevich", "tonic_bursting", BURSTING);
  const { rows, last } = await searched(order);
  assert.equal(last.state, "done");
  assert.equal(last.evaluations, rows.length);
  const place = rows.findIndex(({ rank }) => rank === "unverified");
  assert.ok(place > 0 && rows.length - place < 24, "the search ends with the batch");
  assert.equal(rows[place].loss, 0);
  assert.ok(rows.every(({ loss, rank }) => (loss === 0) === (rank !== "rejected")));
  assert.deepEqual(
    rows[0].point,
    order.problem.axes.map(({ name }) => order.problem.values[name]),
  );
});

test("the evaluations of a seed are the same for one and four workers, and after a reload", async () => {
  const order = orderOf("izhikevich", "resonator", { begin: "random", seed: 2, budget: 104, endsItself: false });
  const one = await searched(order);
  assert.equal(one.rows.length, 104);
  const four = await searched(order, 3, 7);
  assert.equal(hashOf(four.packed), hashOf(one.packed));
  const known = Float64Array.from(one.packed.slice(0, (one.packed.length / 104) * 67));
  assert.equal(hashOf((await searched({ ...order, known })).packed), hashOf(one.packed));
  const other = await searched({ ...order, seed: 3 });
  assert.notEqual(hashOf(other.packed), hashOf(one.packed));
});

/** A search with a helper that receives points and never replies. */
function withSilentHelper() {
  const order = orderOf("lif", "tonic_bursting", { free: ["tau_mem"], begin: "random", budget: 100 });
  const leader = leaderOf(0);
  const helper = {
    pieces: 0,
    onmessage: null as ((event: MessageEvent) => void) | null,
    postMessage(message: object) {
      if ("points" in message) this.pieces++;
      else queueMicrotask(() => this.onmessage?.({ data: "ready" } as MessageEvent));
    },
  };
  leader.receive({ order: "lead", ports: [helper] });
  const over = leader.isOver();
  leader.receive(order);
  return { order, leader, helper, over };
}

test("a helper that fails is replaced by the leader", async () => {
  const { order, leader, helper, over } = withSilentHelper();
  await until(() => helper.pieces > 0, 10_000);
  leader.receive({ order: "lost", place: 0 });
  await over;
  assert.equal(leader.reports.at(-1)?.evaluations, 100);
  assert.equal(hashOf(leader.reports.flatMap(({ rows }) => [...rows])), hashOf((await searched(order)).packed));
});

test("the leader evaluates the points of a helper that ended without a message", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { leader, helper, over } = withSilentHelper();
  const ticks = setInterval(() => t.mock.timers.tick(10_000), 50);
  await over;
  clearInterval(ticks);
  assert.ok(helper.pieces > 0 && helper.pieces <= 2, "a silent helper gets no more points");
  assert.equal(leader.reports.at(-1)?.evaluations, 100);
});

test("a search without success uses its whole budget, restarts, and stays within the ranges", async () => {
  const how = { free: ["tau_mem", "amplitude"], bounds: { tau_mem: [10, 12] as const }, budget: 700 };
  const order = orderOf("lif", "tonic_bursting", how);
  const { rows, last } = await searched(order);
  assert.equal(rows.length, 700);
  assert.ok(last.restarts.length > 0 && last.restarts.every((place) => place > 32 && place < 700));
  const place = order.problem.axes.findIndex(({ name }) => name === "tau_mem");
  const taus = rows.map(({ point }) => point[place]);
  assert.ok(Math.min(...taus) >= 10 && Math.max(...taus) <= 20, "the start is within the range");
  const random = await searched({ ...orderOf("lif", "tonic_bursting", { ...how, begin: "random", budget: 200 }) });
  assert.ok(random.rows.every(({ point }) => point[place] >= 10 && point[place] <= 12));
});

// A set with a spike that lasts longer than 50 ms.
const LONG_SPIKE = {
  C: 12.225664342584281,
  V_1: -1.2,
  V_2: 18.0,
  V_3: 5.179745499203378,
  V_4: 31.7732851337852,
  V_Ca: 120.0,
  V_K: -89.42435800618351,
  V_L: -63.56363808067283,
  amplitude: 50.748683474858474,
  g_Ca: 6.46143501329274,
  g_K: 8.519290758069943,
  g_L: 1.3873313929567934,
  holding: 44.42855367166502,
  phi: 0.010893069920169024,
  width: 10.93873597692831,
};

test("a set must pass the verification tests of the page", () => {
  const storedIn = (model: string, pattern: string): Values =>
    Object.fromEntries(modelData(model).patterns[pattern].sets[0].values);
  const rankOf = (model: string, pattern: string, from = storedIn(model, pattern)) => {
    const problem = problemOf(modelData(model), pattern, { from });
    return new Objective(problem).evaluate(
      problem.axes.map(({ name }) => problem.values[name]),
      "start",
    );
  };
  for (const [model, pattern] of [
    ["izhikevich", "tonic_spiking"],
    ["hodgkin_huxley", "tonic_spiking"],
    ["adex", "bistability"],
  ]) {
    const { rank, penalties } = rankOf(model, pattern);
    assert.equal(rank, "unverified", `${model} ${pattern}`);
    assert.equal(lossOf(penalties), 0);
  }
  const fragile = rankOf("morris_lecar", "rebound_spike", LONG_SPIKE);
  assert.equal(fragile.rank, "fragile");
  assert.equal(fragile.loss, 0);
  assert.ok(fragile.penalties[fragile.penalties.length - 1] > 0, "its penalty leads the search away");
});

test("a search reports each evaluation once, pauses, resumes and stops", async () => {
  const { reports, receive } = leaderOf(0);
  receive(orderOf("lif", "tonic_bursting", { free: ["tau_mem"], begin: "random", seed: 1, budget: 100_000 }));
  await until(() => (reports.at(-1)?.evaluations ?? 0) > 100, 30_000);
  receive({ order: "pause", id: "a" });
  const soon = () => new Promise((go) => setTimeout(go, 150));
  await soon();
  const paused = reports.length;
  assert.equal(reports.at(-1)?.state, "paused");
  await soon();
  assert.equal(reports.length, paused, "it works while it is paused");
  receive({ order: "stop", id: "another" });
  receive({ order: "resume", id: "a" });
  await until(() => reports.length > paused + 1, 30_000);
  receive({ order: "stop", id: "a" });
  await until(() => reports.at(-1)?.state === "stopped");
  let count = 0;
  for (const { from, rows, evaluations } of reports) {
    assert.equal(from, count);
    count = evaluations;
    assert.equal(rows.length % Math.max(evaluations - from, 1), 0);
  }
});

test("a search that was paused before its first evaluation stays paused after a reload", async () => {
  const { reports, receive } = leaderOf(0);
  receive(orderOf("lif", "tonic_bursting", { free: ["tau_mem"], begin: "random", budget: 40, state: "paused" }));
  await new Promise((go) => setTimeout(go, 150));
  assert.deepEqual(
    reports.map(({ state, evaluations }) => [state, evaluations]),
    [["paused", 0]],
  );
  receive({ order: "resume", id: "a" });
  await until(() => reports.at(-1)?.state === "done", 30_000);
  assert.equal(reports.at(-1)?.evaluations, 40);
});

test("a search in a race has the pace of a user", async () => {
  const { reports, receive } = leaderOf(0);
  receive(orderOf("lif", "tonic_bursting", { free: ["tau_mem"], begin: "random", pace: true }));
  await new Promise((go) => setTimeout(go, 700));
  assert.ok((reports.at(-1)?.evaluations ?? 0) < 60);
  receive({ order: "stop", id: "a" });
  await until(() => reports.at(-1)?.state === "stopped");
});

test("CMA-ES runs from the start, and its distribution is reported", async () => {
  const { reports, receive, isOver } = leaderOf(0);
  const over = isOver();
  receive(orderOf("lif", "tonic_bursting", { free: ["tau_mem", "amplitude"], budget: 200 }));
  await over;
  const { mean, covariance, population } = reports[reports.length - 1].distribution;
  assert.deepEqual([mean.length, covariance.length, population.length], [2, 4, 0]);
});
