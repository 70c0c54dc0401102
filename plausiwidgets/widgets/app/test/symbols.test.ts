// The symbol and the words of each status, and the rows of an assessment.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssessedRow } from "../src/messages.ts";
import { isMark, legendOf, markOf, markWords, SYMBOLS, withRows } from "../src/models/symbols.ts";

const row: AssessedRow = {
  model: "lif",
  pattern: "tonic_spiking",
  letter: "A",
  status: "rejected",
  state: "running",
  loss: null,
  evaluations: 0,
  robustness: null,
  parameters: {},
  ruled_out: "",
  sentence: "",
};

test("rows of an assessment replace those of the same model and pattern, and an argument comes before a result", () => {
  const rows = withRows(withRows(null, [row]), [{ ...row, status: "replicated", state: "done" }]);
  assert.deepEqual(Object.values(rows).map(markOf), ["replicated"]);
  assert.equal(markOf(row), "running");
  assert.equal(markOf({ ...row, ruled_out: "It has no bursts." }), "ruled_out");
  assert.equal(markOf({ ...row, status: "failed", state: "done" }), "failed");
});

test("each status has its own symbol and words, and a legend has those that occur", () => {
  const marks = Object.keys(SYMBOLS).filter(isMark);
  assert.equal(marks.length, Object.keys(SYMBOLS).length);
  assert.equal(new Set(Object.values(SYMBOLS)).size, marks.length);
  assert.equal(new Set(marks.map(markWords)).size, marks.length);
  const legend = legendOf(["rejected", "replicated", "rejected", "running"]);
  assert.deepEqual(
    legend.map(({ symbol, words }) => `${symbol} ${words}`),
    ["✓ verified", "✗ not found"],
  );
});
