// Random actions on the models of an app, with invariants that must be true after each action.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import type { Values } from "../src/catalogue.ts";
import type { Host } from "../src/hosts/host.ts";
import { isOf, isSame, type Selection } from "../src/models/selection.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { simulated, traces } from "./custom.ts";
import { appOf, hostOf } from "./harness.ts";

const SEEDS = 5; // number of seeds for each host
const ACTIONS = 120;
const MODELS = ["izhikevich", "lif", "adex"];
const PATTERNS = Object.keys(catalogue.patterns);
const ALONE = ["search", "running", "pause", "resume", "stop"]; // requests that a page in one file answers without a host

const data = new Map(MODELS.map((name) => [name, modelData(name)]));
const dataOf = (name: string) => data.get(name) ?? assert.fail(name);

/** Numbers from a linear congruential generator, and random choices. */
function randomOf(seed: number) {
  let state = Math.abs(seed * 7919 + 1) % 2147483647;
  const number = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const below = (count: number) => Math.floor(number() * count);
  const one = <T>(of: readonly T[]): T => of[below(of.length)];
  return { number, below, one };
}

/** An app, and a host that replies and sends descriptions only when `answer` and `describe` are called. */
function begun(name: Host["name"], { below }: ReturnType<typeof randomOf>) {
  const recorded = hostOf(name, (kind) => name !== "none" || ALONE.includes(kind));
  const awaited: (() => void)[] = [];
  recorded.host.describe = (model) => new Promise((give) => awaited.push(() => give(dataOf(model))));
  const app = appOf("izhikevich", "tonic_spiking", { host: recorded.host, data: dataOf("izhikevich") });
  /** Sends the data of one of the requested models. */
  const describe = () => awaited.splice(below(awaited.length), 1)[0]?.();
  const describeAll = async () => {
    while (awaited.length) {
      describe();
      await settled();
    }
  };
  return { ...recorded, app, describe, describeAll };
}

type Begun = ReturnType<typeof begun>;
type Random = ReturnType<typeof randomOf>;

/** Waits until the handlers of resolved promises have run. */
const settled = () => new Promise<void>((go) => setImmediate(go));

function put({ app: { selection } }: Begun, { number, one }: Random): void {
  const { name, low, high } = one(selection.sliders.peek());
  selection.put({ [name]: selection.within(name, low + number() * (high - low)) });
}

function configure({ app: { selection } }: Begun, { number, one }: Random): void {
  const { name, low, high } = one(selection.sliders.peek());
  const { bounds } = selection.ranges.peek();
  const [a, b] = [number(), number()].toSorted((a, b) => a - b);
  const part = (share: number) => low + share * (high - low);
  selection.configure(
    one([
      { locked: [name] },
      { locked: [] },
      { fixed: [name] },
      { bounds: { ...bounds, [name]: [part(a), part(b + 0.01)] as const } },
    ]),
  );
}

/** Replies to any earlier request, including cancelled and answered ones. */
function answer({ app, asked }: Begun, { number, below, one }: Random): void {
  const requests = asked.filter(({ kind }) => ["search", "verify", "simulate", "running"].includes(kind));
  if (!requests.length) return;
  const { kind, fields, listener } = one(requests);
  const id = String(asked.findIndex((request) => request.listener === listener));
  const state = one(["waiting", "running", "paused", "done", "stopped", "failed", "superseded"]);
  const failed = state === "failed" ? { error: "The host failed." } : {};
  if (kind === "verify") {
    const status = one(["replicated", "fragile", "rejected"]);
    listener({ kind, id, state, ...failed, verdict: { status, failed_test: "" } }, {});
  } else if (kind === "simulate") {
    listener({ kind, id, state, ...failed, ...simulated(below(2)) }, traces);
  } else {
    const of: Selection = fields.model ? fields : app.selection.current.peek();
    const best = below(3) ? of.values : {};
    const record = { ...{ model: of.model, pattern: of.pattern, best, dt: of.dt }, loss: number(), at_bounds: [] };
    const search = below(8) ? { from: below(40), search: record } : {};
    listener({ kind: "search", id, state, ...failed, ...search }, { loss: Float32Array.of(number(), number()) });
  }
}

/** Actions that do not change locked parameters, by name. */
const MOVES: Readonly<Record<string, (begun: Begun, random: Random) => unknown>> = {
  put,
  nudge: ({ app: { selection } }, { below, one }) =>
    selection.nudge(one(selection.sliders.peek()).name, below(200) - 100),
  keep: ({ app }) => app.selection.keep(),
  keepSoon: ({ app }) => app.selection.keepSoon(),
  step: ({ app }, { one }) => app.selection.setTimeStep(one([0.05, 0.1, 0.25])),
  configure,
  zoom: ({ app: { run } }, { number, one }) => {
    one([() => run.zoomBy(0.2 + 2 * number()), () => run.zoomTo(null), () => run.showWhole(number() < 0.5)])();
  },
  sweep: ({ app: { run } }, { one }) => run.showSweep(one([...run.sweeps.peek(), "unknown"])),
  sheet: ({ app: { screen } }, { one }) => {
    screen.sheet.value = one(["", "patterns", "models", "explore", "share", "more", "criteria"]);
  },
  tool: ({ app: { screen } }, { one }) => {
    screen.tool.value = one(["", "map", "plane", "curves", "stimulus", "unknown"]);
  },
  pin: ({ app: { screen, selection } }, { one }) => {
    screen.pinned.value = one([null, selection.current.peek()]);
  },
  mark: ({ app: { verdict } }, { below }) => verdict.mark(below(12) - 1),
  practise: ({ app: { task } }) => task.practise(),
  hint: ({ app: { task } }) => task.hint(),
  giveUp: ({ app: { task } }) => task.giveUp(),
  search: ({ app: { task } }, { one }) => task.search(one(["values", "random", undefined])),
  steer: ({ app: { search } }, { one }) => search.control(one(["pause", "resume", "stop"])),
  panel: ({ app: { search } }, { one }) => {
    one([() => search.show(true), () => search.show(false), search.stopStarting, search.skipPlayback, search.resume])();
  },
  answer,
  silent: ({ silent }, { number }) => silent(number() < 0.5),
  host: ({ app: { run } }, { one }) => {
    one([() => run.askHost(one(["line", "verdict"])), run.stopWaiting, run.again])();
  },
};

/** Actions that change the values, some of which wait for the data of another model. */
const WAYS: Readonly<Record<string, (begun: Begun, random: Random) => unknown>> = {
  undo: ({ app }) => app.selection.undo(),
  redo: ({ app }) => app.selection.redo(),
  choose: ({ app }, { number, one }) => app.selection.choose(one(MODELS), one(PATTERNS), { keep: number() < 0.5 }),
  next: ({ app }, { one }) => app.task.next(one([1, -1])),
  load: ({ app: { selection } }, { below }) => selection.load(below(selection.pattern.peek().sets.length)),
  defaults: ({ app }) => app.selection.defaults(),
  take: ({ app }) => app.search.take(),
  describe: ({ describe }) => describe(),
};
const ACTS = Object.entries({ ...MOVES, ...WAYS });

/** The values of some parameters. */
const some = (values: Values, names: readonly string[]) => names.map((name) => [name, values[name]]);

/** Checks the invariants. */
function check({ selection, run, verdict, search, task, scene }: App, isDrawn: boolean): void {
  const { steps, at } = selection.history.value;
  const current = selection.current.value;
  assert.equal(selection.settled.value, steps[at]);
  assert.equal(selection.canUndo.value, at > 0 || !isSame(steps[at], current));
  assert.equal(selection.canRedo.value, at < steps.length - 1);
  assert.deepEqual([selection.data.value.model.name, selection.pattern.value.key], [current.model, current.pattern]);
  const names = selection.sliders.value.map(({ name }) => name);
  assert.deepEqual(Object.keys(current.values).sort(), names.toSorted());
  assert.ok(Object.values(current.values).every(Number.isFinite) && current.dt > 0, JSON.stringify(current));
  assert.ok(current.set === -1 || selection.pattern.value.sets[current.set], "the set is one of the pair");
  const { kind, locked } = task.task.value;
  assert.equal(locked, selection.ranges.value.locked);
  assert.equal(task.isTask.value, locked.length > 0);
  assert.ok(["none", "practice", "locked"].includes(kind), kind);
  assert.ok(task.mattering.value.every(({ name }) => names.includes(name) && !locked.includes(name)));
  assert.ok(verdict.worded.value.words);
  const { x } = run.zoom.value ?? {};
  assert.ok(!x || (x[0] < x[1] && x.every(Number.isFinite)), `zoom ${x}`);
  const latest = search.search.value;
  if (latest?.best && isOf(latest, current)) assert.deepEqual(Object.keys(latest.best).sort(), names.toSorted());
  if (!isDrawn) return;
  const sweeps = run.sweeps.value; // empty until a procedure has found the sweeps
  assert.ok(!sweeps.length || sweeps.includes(run.sweep.value), `${run.sweep.value} of ${sweeps}`);
  assert.ok(scene.value.x.every(Number.isFinite));
  assert.ok(scene.value.lines.some(({ role }) => role === "yours"));
}

/** Undoes all steps, which must restore the first selection, and redoes them, which must restore the last. */
async function checkHistory({ app: { selection }, describeAll }: Begun, first: Selection): Promise<void> {
  selection.keep();
  const last = selection.current.peek();
  const { at, steps } = selection.history.peek();
  for (let k = at; k > 0; k--) {
    const undone = selection.undo();
    await describeAll();
    await undone;
    assert.equal(selection.current.peek(), steps[k - 1]);
  }
  assert.deepEqual([selection.canUndo.peek(), isSame(selection.current.peek(), first)], [false, true]);
  for (let k = 0; k < at; k++) {
    const redone = selection.redo();
    await describeAll();
    await redone;
  }
  assert.ok(isSame(selection.current.peek(), last));
}

for (const name of ["none", "kernel", "server"] as const) {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`random actions keep the invariants with the host ${name}, seed ${seed}`, async (t) => {
      const random = randomOf(seed);
      t.mock.method(Math, "random", randomOf(-seed).number); // random numbers of practice
      const all = begun(name, random);
      t.after(all.app.close);
      const { app } = all;
      const first = app.selection.current.peek();
      const log: string[] = [];
      try {
        for (let k = 0; k < ACTIONS; k++) {
          const [act, does] = random.one(ACTS);
          log.push(act);
          const { locked } = app.selection.ranges.peek();
          const before = app.selection.current.peek();
          does(all, random);
          const after = app.selection.current.peek();
          if (act in MOVES) assert.deepEqual(some(after.values, locked), some(before.values, locked));
          check(app, k % 10 === 0);
          if (random.below(3)) await settled();
          check(app, false);
        }
        await all.describeAll();
        await checkHistory(all, first);
      } catch (error) {
        t.diagnostic(log.join(" "));
        throw error;
      }
    });
  }
}
