// Lanes of a kernel compared with the neuron's own function, to the last bit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lanes } from "../src/engine/lanes/lanes.ts";
import { type Call, NEURONS, type Neuron, type Simulated, simulated } from "../src/engine/neuron.ts";
import { inParts, type Paused } from "../src/engine/runner.ts";
import { Evaluator } from "../src/engine/search/evaluator.ts";
import { type Random, streamOf } from "../src/engine/search/random.ts";
import { Team } from "../src/engine/search/team.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { orderOf, problemOf, searched } from "./ordered.ts";

/** The results of measurements that lanes finish. */
function finished<T>(lanes: Lanes, works: readonly Paused<T>[]): T[] {
  const work = lanes.finishing(works);
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

/** The neurons with a kernel. The others use a logarithm or a sine. */
const WITHOUT_KERNEL = ["connor_stevens", "rf"];
const NAMES = Object.keys(catalogue.models).filter((name) => !WITHOUT_KERNEL.includes(name));

async function lanesOf(name: string): Promise<Lanes> {
  const lanes = await Lanes.of(NEURONS[name]);
  assert.ok(lanes, `${name} has no kernel`);
  return lanes;
}

/** A simulation with random parameters, which may diverge, reach its limit of spikes, or be at rest. */
function randomCall(neuron: Neuron, parameters: ReturnType<typeof modelData>["parameters"], random: Random): Call {
  const { uniform, below, normal } = random;
  const values = Object.fromEntries(
    parameters.map(({ name, low, high, default: usual }) => [
      name,
      below(4) ? usual + 0.2 * (low + (high - low) * uniform() - usual) : low + (high - low) * uniform(),
    ]),
  );
  const steps = 1 + below(3000);
  const amplitude = below(6) ? 10 ** (4 * uniform() - 1) : 1e8;
  const state = neuron.start(values, 0).state.map((x, k) => (k ? x : x + 3 * normal()));
  return {
    parameters: values,
    currents: below(2) ? amplitude : Float64Array.from({ length: steps }, (_, k) => (k % 500 < 250 ? amplitude : 0)),
    steps,
    dt: neuron.dt / (1 + below(2)),
    state,
    record: below(2) ? ["v"] : [],
    spikeLimit: below(3) ? Infinity : 1 + below(5),
  };
}

function* simulating(neuron: Neuron, calls: readonly Call[]): Paused<readonly Simulated[]> {
  const results: Simulated[] = [];
  for (const call of calls) results.push(((yield call) as Simulated | undefined) ?? simulated(neuron, call));
  return results;
}

/** A simulation without the state that a diverged neuron reached, which no measurement uses. */
const comparable = ({ reached, ...run }: Simulated) => (run.diverged < 0 ? { ...run, reached } : run);

test("a kernel gives the spikes, the potentials and the states of the neuron to the last bit", async () => {
  const counts = { spikes: 0, diverged: 0, limited: 0 };
  for (const name of NAMES) {
    const { parameters } = modelData(name);
    const neuron = NEURONS[name];
    const random = streamOf(7, name.length);
    const calls = Array.from({ length: 7 }, () =>
      Array.from({ length: 4 }, () => randomCall(neuron, parameters, random)),
    );
    const lanes = await lanesOf(name);
    const runs = finished(
      lanes,
      calls.map((own) => simulating(neuron, own)),
    );
    for (const [i, own] of calls.entries()) {
      for (const [k, call] of own.entries()) {
        const expected = simulated(neuron, call);
        assert.deepEqual(comparable(runs[i][k]), comparable(expected), `${name} ${i} ${k}`);
        counts.spikes += expected.spikes.length;
        counts.diverged += Number(expected.diverged >= 0 && expected.spikes.length < call.spikeLimit);
        counts.limited += Number(expected.diverged >= 0 && expected.spikes.length >= call.spikeLimit);
      }
    }
  }
  // Each kind of end occurs in the sample.
  assert.ok(counts.spikes > 1000 && counts.diverged > 10 && counts.limited > 10, JSON.stringify(counts));
});

test("a neuron whose step has another function has no kernel", async () => {
  for (const name of WITHOUT_KERNEL) {
    modelData(name);
    assert.equal(await Lanes.of(NEURONS[name]), null, name);
  }
  assert.equal(await Lanes.of({ ...NEURONS.rf, simulate: () => assert.fail() }), null);
});

test("a page that forbids WebAssembly has no kernel", async (t) => {
  modelData("lif");
  const forbid = () => Promise.reject(new EvalError("Refused to create a WebAssembly object"));
  t.mock.method(WebAssembly, "instantiate", forbid);
  assert.equal(await Lanes.of(NEURONS.lif), null);
  t.mock.method(WebAssembly, "compile", () => Promise.reject(new WebAssembly.CompileError("forbidden")));
  assert.equal(await Lanes.of({ ...NEURONS.lif }), null);
});

test("parts of a measurement and a measurement without a simulation have their results in order", async () => {
  const { parameters } = modelData("izhikevich");
  const neuron = NEURONS.izhikevich;
  const lanes = await lanesOf("izhikevich");
  const random = streamOf(1);
  const calls = Array.from({ length: 9 }, () => randomCall(neuron, parameters, random));
  function* first(call: Call): Paused<number> {
    const [run] = yield* simulating(neuron, [call]);
    return run.spikes.length;
  }
  function* nested(own: readonly Call[]): Paused<readonly number[]> {
    const halves = [own.slice(0, 2), own.slice(2)];
    const parts = yield* inParts(halves.map((half) => inParts(half.map(first))));
    return parts.flat();
  }
  // biome-ignore lint/correctness/useYield: a measurement may need no simulation
  function* none(): Paused<readonly number[]> {
    return [];
  }
  const expected = calls.map((call) => simulated(neuron, call).spikes.length);
  assert.ok(new Set(expected).size > 3);
  assert.deepEqual(finished(lanes, [nested(calls), none(), nested([])]), [expected, [], []]);
});

test("a search has the same evaluations with and without a kernel, for any number of workers", async () => {
  const cases = [
    ["wilson", "tonic_bursting"],
    ["adex", "resonator"],
    ["hodgkin_huxley", "tonic_spiking"],
  ] as const;
  const { WebAssembly: whole } = globalThis;
  for (const [model, pattern] of cases) {
    const how = { begin: "random", budget: 40, endsItself: false } as const;
    const order = orderOf(model, pattern, how);
    const evaluator = new Evaluator(problemOf(modelData(model), pattern, how));
    assert.equal(evaluator.width, 1); // it evaluates points before the kernel is compiled
    await evaluator.compiled;
    assert.ok(evaluator.width > 1, model);
    const one = await searched(order);
    const three = await searched(order, 2, 1);
    // A neuron with the same text that no kernel is compiled for yet.
    const neuron = NEURONS[model];
    Object.assign(globalThis, { WebAssembly: undefined });
    NEURONS[model] = { ...neuron };
    const without = await searched(order);
    NEURONS[model] = neuron;
    Object.assign(globalThis, { WebAssembly: whole });
    assert.ok(one.rows.length === 40);
    assert.deepEqual(three.packed, one.packed);
    assert.deepEqual(without.packed, one.packed);
  }
});

test("the leader reads its messages several times while it evaluates the points of one batch", async (t) => {
  const problem = problemOf(modelData("hodgkin_huxley"), "tonic_spiking", { begin: "random" });
  const evaluator = new Evaluator(problem);
  await evaluator.compiled;
  const points = Array.from({ length: evaluator.width }, (_, k) =>
    problem.axes.map(({ low, high }) => low + (k / 9) * (high - low)),
  );
  const team = new Team(problem, { code: {}, runtime: "" }, []);
  let time = 0;
  t.mock.method(performance, "now", () => (time += 2)); // a turn is due after two looks at the clock
  let [turns, isOver] = [0, false];
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  const rows = team.evaluate(
    { points, phase: "screen" },
    async () => true,
    () => {},
  );
  count();
  assert.deepEqual(await rows, evaluator.evaluate(points, "screen"));
  isOver = true;
  team.close();
  assert.ok(turns > 3 * points.length, `${turns} turns`);
});
