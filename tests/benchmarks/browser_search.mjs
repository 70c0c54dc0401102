// Searches of the page for `browser_search.py`, one for each line of the input. Python verifies the candidates.

import { createInterface } from "node:readline";

const [app, runtime, settings] = process.argv.slice(2);
const { NEURONS, withSearch, fileHost, patternOf } = await import(app);
const functions = await import(runtime);
const { catalogue, models, caps } = JSON.parse((await import("node:fs")).readFileSync(settings, "utf8"));

/** Messages that leave room for the input. In Node, those of a MessagePort would not. */
class Port {
  postMessage(data) {
    setImmediate(() => this.other.onmessage?.({ data }));
  }
  close() {}
}
globalThis.MessageChannel = class {
  port1 = new Port();
  port2 = new Port();
  constructor() {
    [this.port1.other, this.port2.other] = [this.port2, this.port1];
  }
};

for (const { code } of Object.values(models)) {
  for (const [name, text] of Object.entries(code)) {
    NEURONS[name] ??= new Function(...Object.keys(functions), `return ${text}`)(...Object.values(functions));
  }
}

const seconds = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
let verified = () => {};

/** A host that sends candidates to Python. */
const host = {
  ...fileHost(models),
  can: (kind) => kind === "verify_candidate",
  ask(kind, fields, listener) {
    if (kind !== "verify_candidate") return () => {};
    let isCancelled = false;
    verified = (status) => !isCancelled && listener({ state: "done", verdict: { status } }, {});
    console.log(JSON.stringify({ verify: fields }));
    return () => {
      isCancelled = true;
    };
  },
};

function searched({ model, pattern, seed, budget }) {
  const page = withSearch(host, catalogue, models, {
    begin() {
      throw new Error("one core only");
    },
  });
  const { stimulus } = patternOf(catalogue, models[model], pattern);
  const values = Object.fromEntries([...stimulus, ...models[model].parameters].map((one) => [one.name, one.default]));
  const fields = { model, pattern, values, dt: models[model].model.dt, begin: "random", seed, budget };
  const began = seconds();
  const rows = [];
  const passed = []; // seconds at which each row was reported
  return new Promise((resolve) => {
    let id = "";
    const stop = setInterval(() => {
      if (seconds() - began > caps[model] && id) page.ask("stop", { of: id }, () => {});
    }, 200);
    page.ask("search", fields, ({ id: own, state, search, space }, { values: made }) => {
      id = own;
      const wide = space.length;
      for (let k = 0; k < made.length; k += wide) {
        rows.push(made.slice(k, k + wide));
        passed.push(seconds() - began);
      }
      if (state === "running") return;
      clearInterval(stop);
      const isFound = search.status === "replicated";
      const best = space.map(({ name }) => Math.fround(search.best[name]));
      const place = rows.findIndex((row) => row.every((x, i) => x === best[i]));
      const { evaluations } = search;
      const total = seconds() - began;
      const found = isFound ? { after: place + 1, seconds: passed[place] } : { after: null, seconds: total };
      resolve({ replicated: isFound, ...found, evaluations, total });
    });
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.status) verified(order.status);
  else void searched(order).then((done) => console.log(JSON.stringify({ done })));
}
