// Codes of exercises, and links to cards and mysteries.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Exercise, patternOf, type Values } from "../src/catalogue.ts";
import { answering, codeOf, crc32, fieldsOf } from "../src/classroom/codes.ts";
import { addressOf, currentOf, mysteryOf, wantedOf } from "../src/models/link.ts";
import { slidersOf, stored } from "../src/models/selection.ts";
import { catalogue, modelData, result } from "./catalogue.ts";

const data = modelData("izhikevich");
const KEY = "tonic_bursting";
const sliders = slidersOf(patternOf(catalogue, data, KEY), data);
const shows = stored(data, KEY).values;
const start = { ...shows, c: -65, d: 6 };
const exercise: Exercise = {
  question: "Make it burst.",
  hints: [],
  free: ["c", "d"],
  about: { ".model": "izhikevich", ".pattern": KEY },
  defaults: { ...shows, a: 0.03 },
  common: null,
  shared: null,
  start: { values: Object.entries(start), dt: 0.25 },
};

const codeFor = (values: Values, { seconds = 41, isSolved = false, name = "", words = "", dt = 0.25 } = {}) =>
  codeOf(exercise, data.model.dt, { values, dt }, { seconds, isSolved, name, words });
const read = (code: string) => fieldsOf(exercise, data, sliders, code);
const evaluated = (code: string) => result(answering(catalogue, data, KEY, exercise, code));

test("the checksum is that of zlib", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), "cbf43926");
});

test("a code has the parameters, the time, and the name and the answer that were typed, each in one line", () => {
  const typed = { name: "  Zoë\n Müller \u0007", words: "The reset\nlands higher." };
  const { values, seconds, name, words, claims } = read(codeFor({ ...start, c: -51.5 }, typed));
  assert.deepEqual(
    [values.c, values.d, seconds, name, words, claims],
    [-51.5, 6, 41, "Zoë Müller", "The reset lands higher.", false],
  );
  assert.ok(!/\.name|\.words/.test(atob(codeFor(start).split(".")[1])));
  assert.equal(read(codeFor(start, { words: "ü".repeat(400) })).words.length, 300);
});

test("a code is evaluated again, and a wrong claim is rejected", () => {
  const solved = evaluated(codeFor({ ...start, c: shows.c, d: shows.d }, { isSolved: true }));
  assert.ok(solved.isSolved);
  assert.equal(solved.met, solved.criteria.length);
  const open = evaluated(codeFor(start));
  assert.ok(!open.isSolved && open.loss > 0);
  assert.throws(
    () => evaluated(codeFor(start, { isSolved: true })),
    /for tonic bursting as met, but only \d+ of \d+ are/,
  );
});

test("a code that no page of the exercise writes is rejected with a sentence", () => {
  assert.throws(() => read("PW1.abc"), /incomplete/);
  const [head, packed, checksum] = codeFor(start).split(".");
  assert.throws(() => read(`${head}.${packed.slice(0, -4)}AAAA.${checksum}`), /damaged|checksum/);
  assert.throws(() => read(codeFor({ ...start, a: 0.05 })), /a is locked/);
  assert.throws(() => read(codeFor({ ...start, c: 10 })), /c must be between −70 and −40, got 10/);
  assert.throws(() => read(codeFor(start, { dt: 0.1 })), /time step must be [\d.]+ ms, got 0.1 ms/);
  assert.throws(() => read(codeFor(start, { seconds: -1 })), /the time must be a finite number/);
  const other = { ...exercise, about: { ".model": "adex", ".pattern": KEY } };
  assert.throws(() => fieldsOf(other, data, sliders, codeFor(start)), /a different exercise/);
});

test("a link has a pattern by its letter, several together, a card, a mystery, and locked parameters", () => {
  const wanted = wantedOf("?model=lif&pattern=c&card=3&lock=a,b&language=de&token=secret", catalogue);
  assert.deepEqual([wanted.pattern, wanted.card, wanted.locked, wanted.language], [KEY, 2, ["a", "b"], "de"]);
  assert.deepEqual([wanted.fields, wanted.notes], [[], []]);
  assert.equal(
    wantedOf("#pattern=tonic_spiking%2Brebound_spike", catalogue).pattern,
    "tonic_spiking_and_rebound_spike",
  );
  const { mystery } = wantedOf("#mystery=lif.tonic_spiking.7", catalogue);
  assert.deepEqual(mystery, { model: "lif", pattern: "tonic_spiking", seed: 7 });
  assert.equal(mysteryOf("lif.tonic_spiking.-7"), null);
  assert.equal(wantedOf("#mystery=x&card=0&pattern=a_and_b", catalogue).notes.length, 3);
});

test("a link has a current as samples", () => {
  const { current, fields } = wantedOf("#samples=0~1_5~-2.5&lines=1&end=20", catalogue);
  assert.deepEqual([current, fields], [{ text: "0 1\n5 -2.5", lines: true, end: 20 }, []]);
  assert.equal(currentOf("0~1_5", false, null), null);
  assert.equal(currentOf("0~9~1~1_0~9~1~1~1~5~3", false, "20")?.text, "0 9 1 1\n0 9 1 1 1 5 3");
  assert.equal(currentOf("0~9~1~1_0~1", false, null), null);
  assert.equal(wantedOf("#samples=x", catalogue).notes.length, 1);
});

test("the address of a card locks nothing by itself, and opens again", () => {
  const at = stored(data, KEY);
  const { card: place, locked } = wantedOf(addressOf(at, data, { card: 4, locked: ["a"] }), catalogue);
  assert.deepEqual([place, locked], [4, []]);
  const { lesson, card } = wantedOf(addressOf(at, data, { lesson: "lesson_long", card: 2 }), catalogue);
  assert.deepEqual([lesson, card], ["lesson_long", 2]);
  assert.equal(wantedOf("#lesson=constructor", catalogue).notes.length, 1);
  assert.deepEqual(wantedOf(addressOf(at, data, { locked: ["a", "b"] }), catalogue).locked, ["a", "b"]);
});
