// Assessments and repertoires that the page computes.

import assert from "node:assert/strict";
import { test } from "node:test";
import "./ordered.ts";
import type { ModelData } from "../src/catalogue.ts";
import { withSurveys } from "../src/hosts/surveys.ts";
import type { AssessedRow, Kind } from "../src/messages.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { hostOf, until } from "./harness.ts";

/** A page that runs its surveys in the same thread, with a host that verifies each candidate. */
function surveying(status = "replicated") {
  const shipped: Record<string, ModelData> = {};
  const { host } = hostOf("server");
  const verifying = {
    ...host,
    describe: async (model: string) => {
      shipped[model] ??= modelData(model);
      return shipped[model];
    },
    ask(kind: Kind, _: object, listener: (reply: object, arrays: object) => void) {
      if (kind === "verify_candidate") setTimeout(() => listener({ state: "done", verdict: { status } }, {}));
      return () => {};
    },
  };
  const begin = () => {
    throw new Error("no workers");
  };
  return withSurveys(verifying as typeof host, catalogue, shipped, { begin });
}

test("an assessment searches each pair, and ends with a table", async () => {
  const host = surveying();
  const rows: AssessedRow[] = [];
  let last: { readonly state?: string; readonly done?: number; readonly total?: number; readonly csv?: string } = {};
  const patterns = ["tonic_spiking", "tonic_bursting"];
  host.ask("assess", { models: ["lif"], patterns, seed: 0, budget: 200 }, (reply) => {
    last = reply;
    if (reply.state === "running" || reply.state === "done") rows.push(...reply.rows);
  });
  await until(() => last.state === "done", 60_000);
  assert.deepEqual(
    rows.map(({ pattern, status, ruled_out }) => [pattern, status, Boolean(ruled_out)]),
    [
      ["tonic_spiking", "replicated", false],
      ["tonic_bursting", "rejected", true],
    ],
  );
  assert.ok(rows[0].evaluations > 0 && rows[0].parameters.tau_mem > 0);
  assert.equal(rows[1].evaluations, 0, "what is ruled out is not searched");
  assert.match(last.csv ?? "", /^model,letter,pattern,seed,status,.*\nlif,A,tonic_spiking,0,replicated,0,\d+,"\{""/);
  host.close();
});

test("a repertoire keeps the parameters of the neuron, begins at known stimuli, and can be stopped", async () => {
  const host = surveying();
  const data = modelData("izhikevich");
  const [set] = data.patterns.tonic_spiking.sets;
  const values = Object.fromEntries(set.values);
  const rows: AssessedRow[] = [];
  const cancel = host.ask(
    "repertoire",
    { model: "izhikevich", pattern: "tonic_spiking", values, dt: set.dt },
    (reply) => {
      if (reply.state === "running" || reply.state === "done") rows.push(...reply.rows);
    },
  );
  await until(() => rows.length > 1, 60_000);
  cancel();
  const [shown] = rows;
  assert.deepEqual([shown.pattern, shown.status], ["tonic_spiking", "replicated"]);
  // The search continues until its first evaluation, which is the known stimulus, is verified.
  assert.deepEqual(shown.parameters, values);
  for (const { name } of data.parameters) assert.equal(shown.parameters[name], values[name]);
  const count = rows.length;
  await new Promise((go) => setTimeout(go, 300));
  assert.equal(rows.length, count);
  host.close();
});

test("a model without a program is left to a notebook", async () => {
  const host = surveying();
  const { describe } = host;
  assert.ok(describe);
  const rows: AssessedRow[] = [];
  const unknown = { ...modelData("lif"), model: { ...modelData("lif").model, name: "mine" } };
  const shipped = { mine: unknown };
  const other = withSurveys({ ...hostOf("server").host, describe: async () => unknown }, catalogue, shipped);
  other.ask("assess", { models: ["mine"], patterns: ["tonic_spiking"], seed: 0 }, (reply) => {
    if (reply.state === "done") rows.push(...reply.rows);
  });
  await until(() => rows.length === 1);
  assert.deepEqual(
    [rows[0].status, rows[0].sentence],
    ["failed", "Only Python can search this model: use a notebook."],
  );
});
