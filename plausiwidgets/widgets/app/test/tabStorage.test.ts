// The history of a tab, which a reload of the page keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keep, kept, tabHistory } from "../src/hosts/tabStorage.ts";

/** Replaces the storage of the tab. */
function store(storage: object | undefined): void {
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, value: storage });
}

function emptyStorage() {
  const texts = new Map<string, string>();
  return {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
  };
}

const step = { model: "lif", pattern: "tonic_spiking", values: { tau_mem: 20 }, dt: 0.1, set: 0 };

test("the history of a tab is loaded as it was saved", () => {
  store(emptyStorage());
  const history = { steps: [step, { ...step, values: { tau_mem: 21 } }], at: 0 };
  assert.equal(tabHistory("page").load(), null);
  tabHistory("page").save(history);
  assert.deepEqual(tabHistory("page").load(), history);
  assert.equal(tabHistory("another page").load(), null);
});

test("a text of another version is no history", () => {
  store(emptyStorage());
  for (const text of ["", "{", "null", "[]", '{"steps":[],"at":0}', '{"steps":[{"model":"lif"}],"at":0}']) {
    keep("page", text);
    assert.equal(tabHistory("page").load(), null, text);
  }
});

test("a browser that stores nothing loses the history with the page", () => {
  store(undefined);
  tabHistory("page").save({ steps: [step], at: 0 });
  assert.equal(tabHistory("page").load(), null);
  assert.equal(kept("page"), null);
});
