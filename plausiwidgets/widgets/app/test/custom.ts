// A neuron that only Python can simulate, and the replies of a host that simulates this neuron.

import type { ModelData } from "../src/catalogue.ts";
import type { HostVerdict } from "../src/messages.ts";
import { modelData } from "./catalogue.ts";
import { appOf, hostOf } from "./harness.ts";

export const KEY = "tonic_spiking";

/** The data of a neuron that the page cannot simulate. */
export function custom(): ModelData {
  const { shared: _shared, code: _code, ...data } = modelData("izhikevich");
  const own = data.patterns[KEY];
  const [set] = own.sets;
  const sets = [
    { ...set, kind: "defaults" as const, title: "defaults", source: "", status: "unjudged" as const, why: "" },
  ];
  const model = { ...data.model, name: "mine", title: "mine" };
  return { ...data, model, patterns: { [KEY]: { ...own, sets, twin: false } } };
}

/** Data of a model that the page simulates, with a pattern that only Python can evaluate. */
export function unjudged(catalogue: typeof import("./catalogue.ts").catalogue): ModelData {
  const data = custom();
  const shared = catalogue.patterns[KEY];
  const judged = { resets: (shared.judged.resets ?? []).map((part) => ({ ...part, tape: null })) };
  return { ...data, model: { ...data.model, name: "izhikevich" }, shared: { [KEY]: { ...shared, judged } } };
}

/** An app with a kernel as its host. */
export function appWithHost(data: ModelData = custom(), pattern = KEY) {
  const asked = hostOf("kernel");
  const app = appOf(data.model.name, pattern, { host: asked.host, data });
  return { app, ...asked };
}

export const verdictOf = (loss: number): HostVerdict => ({
  status: loss ? "rejected" : "unverified",
  loss,
  diverged: false,
  failed_test: "",
  engine: "",
  criteria: [],
  parts: {},
});

export const traces = {
  "0.v": Float32Array.of(-65, -64, Number.NaN),
  "0.current": Float32Array.of(0, 1, 1),
  "0.spikes": new Float64Array(),
};

/** The fields of a reply with a simulation. */
export const simulated = (loss: number) => ({
  verdict: verdictOf(loss),
  sweeps: [{ name: "step", t0: 0, dt: 1, states: ["v"] }],
  done: 0,
  total: 0,
  scale: [] as number[],
});
