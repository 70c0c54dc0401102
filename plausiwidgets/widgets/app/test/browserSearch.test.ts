// A search in the browser: its workers, its verification by Python, and its state after a reload.

import "./ordered.ts";
import assert from "node:assert/strict";
import { afterEach, type TestContext, test } from "node:test";
import type { Values } from "../src/catalogue.ts";
import { NEURONS, type Neuron } from "../src/engine/neuron.ts";
import { NO_DISTRIBUTION } from "../src/engine/search/portfolio.ts";
import { packed, unpacked, widthsOf } from "../src/engine/search/rows.ts";
import type { Order, Report, SearchOrder } from "../src/engine/search/worker.ts";
import { withSearch } from "../src/hosts/browserSearch.ts";
import { fileHost } from "../src/hosts/file.ts";
import type { Host } from "../src/hosts/host.ts";
import { countOfWorkers } from "../src/hosts/searchWorkers.ts";
import type { Reply } from "../src/messages.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { hostOf, until } from "./harness.ts";

const data = modelData("lif");
const [set] = data.patterns.tonic_spiking.sets;
const values: Values = Object.fromEntries(set.values);
const fields = {
  ...{ model: "lif", pattern: "tonic_spiking", values, dt: set.dt },
  ...{ begin: "values" as const, free: ["tau_mem", "amplitude"], bounds: {} },
};

const opened: Host[] = [];
afterEach(() => {
  for (const host of opened.splice(0)) host.close(); // otherwise its timers would run
});

/** A worker that only does what a test requests. */
class Silent {
  onmessage: (event: { data: Report }) => void = () => {};
  onerror: (event: { preventDefault(): void }) => void = () => {};
  readonly orders: Order[] = [];
  isOver = false;
  postMessage(order: Order) {
    this.orders.push(order);
  }
  terminate() {
    this.isOver = true;
  }
}

/** A host whose searches the test reports. Python verifies if `host` does. */
function searching(host = fileHost({ lif: data }), keptAs = "") {
  const workers: Silent[] = [];
  const begin = () => {
    workers.push(new Silent());
    return workers[workers.length - 1] as unknown as Worker;
  };
  const found = withSearch(host, catalogue, { lif: data }, { begin, keptAs });
  opened.push(found);
  const replies: Reply<"search">[] = [];
  const ask = (more: Partial<typeof fields> = {}) =>
    found.ask("search", { ...fields, ...more }, (reply) => {
      if (reply.kind === "search") replies.push(reply);
    });
  const order = () => workers.at(-1)?.orders.findLast((one): one is SearchOrder => one.order === "search");
  let count = 0;
  /** Reports evaluations with the values of tau_mem and the amplitude, and with their ranks. */
  const report = (
    rows: readonly [number, number, "rejected" | "fragile" | "unverified"][],
    state: Report["state"] = "running",
    from = count,
  ) => {
    const own = order();
    const criteria = own?.problem.pattern.components[0].criteria.length ?? 0;
    const made = rows.map(([tau, amplitude, rank]) => ({
      point: own?.problem.axes.map(({ name }) => (name === "tau_mem" ? tau : amplitude)) ?? [],
      loss: rank === "rejected" ? 1 : 0,
      rank,
      penalties: new Array(criteria + 1).fill(0),
    }));
    count = from + rows.length;
    const distribution = NO_DISTRIBUTION;
    const sent = { from, rows: packed(made), distribution, restarts: [], evaluations: count, seconds: 1, error: "" };
    workers[workers.length - 1].onmessage({ data: { id: own?.id ?? "", state, ...sent } });
  };
  const last = () => replies[replies.length - 1];
  return { found, ask, workers, replies, report, last, order };
}

test("one core is left to the page, and at least one worker and at most eight search", () => {
  assert.deepEqual([undefined, 1, 2, 4, 9, 64].map(countOfWorkers), [1, 1, 1, 3, 8, 8]);
});

test("the best set contains the fixed values, is missing before the first evaluation, and has the best rank", () => {
  const { found, ask, report, last, replies, order } = searching();
  const cancel = ask();
  assert.equal(order()?.endsItself, true, "no host verifies");
  report([]);
  assert.deepEqual(last().search?.best, {});
  report([[10, 3, "rejected"]]);
  assert.deepEqual(last().search?.best, { ...values, tau_mem: 10, amplitude: 3 });
  report([[11, 3, "fragile"]]);
  report([[12, 3, "rejected"]]);
  assert.deepEqual([last().search?.best.tau_mem, last().search?.status], [11, "fragile"]);
  report([[13, 3, "unverified"]], "done");
  const { state, search } = last();
  assert.deepEqual([state, search?.best.tau_mem, search?.status, search?.loss], ["done", 13, "unverified", 0]);
  const count = replies.length;
  cancel();
  report([[14, 3, "rejected"]]);
  assert.equal(replies.length, count, "a listener of a cancelled search is not called");
  found.close();
});

test("a set is found when Python has verified it, and the search continues until then", () => {
  const { host, asked, reply } = hostOf("server");
  const { found, ask, report, last, order, workers } = searching(host);
  ask();
  assert.equal(order()?.endsItself, false);
  const candidates = () =>
    asked.filter(({ kind }) => kind === "verify_candidate").map(({ fields: one }) => one.values.tau_mem);
  report([
    [10, 3, "rejected"],
    [11, 3, "unverified"],
    [11.1, 3, "unverified"],
    [30, 3, "unverified"],
  ]);
  assert.deepEqual(candidates(), [11], "one at a time");
  assert.equal(last().search?.status, "unverified");
  reply("verify_candidate", "done", { verdict: { status: "fragile" } });
  assert.deepEqual(candidates(), [11, 30], "the next one is far from the one that is not robust");
  report([[10.5, 3, "rejected"]]);
  assert.equal(last().state, "running");
  reply("verify_candidate", "done", { verdict: { status: "replicated" } });
  assert.deepEqual([last().state, last().search?.status, last().search?.best.tau_mem], ["done", "replicated", 30]);
  assert.deepEqual(workers[0].orders.at(-1)?.order, "end");
  report([[10.6, 3, "rejected"]]);
  assert.deepEqual(candidates(), [11, 30], "nothing is verified after the end");
  found.close();
});

test("a search that used its budget waits for its candidates, and ends if none is verified", () => {
  const { host, reply } = hostOf("server");
  const { ask, report, last } = searching(host);
  ask();
  report([[11, 3, "unverified"]], "done");
  assert.equal(last().state, "running");
  reply("verify_candidate", "done", { verdict: { status: "fragile" } });
  assert.deepEqual([last().state, last().search?.status], ["done", "fragile"]);
  const again = searching(host);
  again.ask();
  again.report([[11, 3, "unverified"]], "done");
  reply("verify_candidate", "failed", { error: "The server is busy." });
  assert.deepEqual([again.last().state, again.last().search?.status], ["done", "unverified"], "it is not verified");
});

test("a search is paused, resumed and stopped by its id, also while it waits for its verification only", () => {
  const { host, cancelled } = hostOf("server");
  const { found, ask, report, last, workers, order } = searching(host);
  ask();
  const of = order()?.id ?? "";
  for (const kind of ["pause", "resume"] as const) {
    found.ask(kind, { of }, () => {});
    assert.equal(workers[0].orders.at(-1)?.order, kind);
  }
  report([[11, 3, "unverified"]], "done");
  found.ask("stop", { of }, () => {});
  assert.equal(last().state, "stopped");
  assert.equal(cancelled.at(-1)?.kind, "verify_candidate");
});

test("a search from a new start has another seed, and one in infinite ranges says why it does not begin", async () => {
  const { ask, order, last, replies } = searching();
  ask();
  const first = order()?.seed;
  ask();
  assert.notEqual(order()?.seed, first);
  ask({ bounds: { tau_mem: [-1e308, 1e308] } } as object);
  await until(() => replies.length > 0);
  assert.deepEqual(
    [last().state, last().error],
    ["failed", "The range of tau_mem must have finite bounds with low < high."],
  );
  ask({ free: [] });
  await until(() => replies.length > 1);
  assert.equal(last().error, "All parameters are fixed. Include at least one in the search.");
});

test("new workers continue the search of a worker that failed, and the page continues it if they fail too", async () => {
  const { ask, workers, last, replies, report, order, found } = searching();
  ask();
  const before = order();
  report([
    [10, 3, "rejected"],
    [11, 3, "fragile"],
  ]);
  const fail = () => workers[workers.length - 1].onerror({ preventDefault() {} });
  fail();
  const { id, known, seed } = order() ?? {};
  assert.deepEqual([workers.length, workers[0].isOver, id, seed], [2, true, before?.id, before?.seed]);
  assert.deepEqual([known?.[0], known?.[1]], [1, 3], "the first row");
  fail();
  assert.equal(workers.length, 2, "the page is the leader");
  await until(() => (last().search?.evaluations ?? 0) > 2, 10_000);
  found.ask("stop", { of: id ?? "" }, () => {});
  await until(() => last().state === "stopped");
  assert.ok(replies.every(({ state }) => state === "running" || state === "stopped"));
  ask();
  assert.equal(workers.length, 2);
});

test("a worker that ended without a message is replaced, and one that replies is not", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { ask, workers, report, found, order, last } = searching();
  ask();
  report([[10, 3, "rejected"]]);
  for (let k = 0; k < 5; k++) {
    t.mock.timers.tick(15_000);
    assert.equal(workers[0].orders.at(-1)?.order, "report");
    report([]);
  }
  assert.equal(workers.length, 1);
  report([], "paused");
  t.mock.timers.tick(100_000);
  assert.equal(workers.length, 1, "a paused search sends no reports");
  found.ask("resume", { of: order()?.id ?? "" }, () => {});
  t.mock.timers.tick(10_000);
  t.mock.timers.tick(10_000);
  assert.deepEqual([workers.length, workers[0].isOver], [2, true]);
  found.ask("stop", { of: order()?.id ?? "" }, () => {});
  t.mock.timers.tick(10_000);
  t.mock.timers.tick(10_000);
  assert.deepEqual([workers.length, last().state], [2, "stopped"]);
});

test("a candidate is verified once although a new worker repeats its evaluation", () => {
  const { host, asked, reply } = hostOf("server");
  const { ask, workers, report, last } = searching(host);
  ask();
  report([[11, 3, "unverified"]]);
  reply("verify_candidate", "done", { verdict: { status: "fragile" } });
  workers[0].onerror({ preventDefault() {} });
  report([[11, 3, "unverified"]], "running", 0);
  assert.deepEqual(
    [asked.filter(({ kind }) => kind === "verify_candidate").length, last().search?.status],
    [1, "fragile"],
  );
});

test("a page without workers searches itself", async () => {
  const begin = () => {
    throw new Error("no workers");
  };
  const host = withSearch(fileHost({ lif: data }), catalogue, { lif: data }, { begin });
  let state = "";
  host.ask("search", { ...fields, budget: 40, begin: "random" }, (reply) => {
    state = reply.state;
  });
  await until(() => state === "done");
  host.close();
});

/** A tab with storage. Returns a function that reloads the page of a search, and the order of the new page to its leader. */
function reloading(t: TestContext) {
  const kept = new Map<string, string>();
  const listeners = new Map<string, () => void>();
  const { addEventListener, removeEventListener, sessionStorage } = globalThis;
  t.after(() => Object.assign(globalThis, { addEventListener, removeEventListener, sessionStorage }));
  Object.assign(globalThis, {
    addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
    removeEventListener: (name: string) => listeners.delete(name),
    sessionStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, x: string) => kept.set(name, x),
    },
  });
  return async (before: ReturnType<typeof searching>) => {
    listeners.get("pagehide")?.();
    before.found.close();
    const after = searching(undefined, KEPT);
    const restored: Reply<"search">[] = [];
    after.found.ask("running", {}, (reply) => {
      if (reply.kind === "search") restored.push(reply);
    });
    await until(() => after.order() !== undefined);
    return { after, restored };
  };
}

const KEPT = "search /";
const TWO_ROWS = [
  [10, 3, "rejected"],
  [11, 3, "fragile"],
] as const satisfies Parameters<ReturnType<typeof searching>["report"]>[0];

/** The losses and ranks of the known rows of an order. */
const knownOf = (order: SearchOrder | undefined) =>
  order && unpacked(order.known, widthsOf(order.problem)).map(({ loss, rank }) => [loss, rank]);

test("a reload loses nothing: the search continues from its evaluations, with its verdicts", async (t) => {
  const reload = reloading(t);
  const before = searching(undefined, KEPT);
  before.ask({ seed: 7 } as object);
  before.report([...TWO_ROWS]);
  const { after, restored } = await reload(before);
  const { seed, state } = after.order() ?? {};
  assert.deepEqual([seed, state], [7, "running"]);
  assert.deepEqual(knownOf(after.order()), [
    [1, "rejected"],
    [0, "fragile"],
  ]);
  after.report([...TWO_ROWS, [12, 3, "unverified"]], "done");
  assert.deepEqual([restored.at(-1)?.state, restored.at(-1)?.search?.best.tau_mem], ["done", 12]);
});

test("new workers of a restored search receive all of its evaluations and its state", async (t) => {
  const reload = reloading(t);
  const before = searching(undefined, KEPT);
  before.ask();
  before.report([...TWO_ROWS], "paused");
  const { after } = await reload(before);
  const first = after.order();
  assert.deepEqual([first?.state, knownOf(first)?.length], ["paused", 2]);
  after.workers[0].onerror({ preventDefault() {} }); // it has not reported the known rows
  assert.equal(after.workers.length, 2);
  assert.deepEqual([after.order()?.state, knownOf(after.order())], ["paused", knownOf(first)]);
});

test("a search on the page ends when its app is closed", async () => {
  let simulations = 0;
  const { lif } = NEURONS;
  const simulate: Neuron["simulate"] = (...all) => {
    simulations++;
    return lif.simulate(...all);
  };
  NEURONS.lif = { ...lif, simulate };
  const begin = () => {
    throw new Error("no workers");
  };
  const host = withSearch(fileHost({ lif: data }), catalogue, { lif: data }, { begin });
  host.ask("search", { ...fields, budget: 1e6, begin: "random" }, () => {});
  await until(() => simulations > 10);
  host.close();
  const soon = () => new Promise((go) => setTimeout(go, 100));
  await soon();
  const before = simulations;
  await soon();
  NEURONS.lif = lif;
  assert.equal(simulations, before);
});

test("a pair that only Python can evaluate is searched by the host", () => {
  const { host, asked } = hostOf("server");
  const { found } = searching(host);
  found.ask("search", { ...fields, model: "other" }, () => {});
  found.ask("stop", { of: "host-1" }, () => {});
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ["search", "stop"],
  );
});
