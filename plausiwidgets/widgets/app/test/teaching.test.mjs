import assert from "node:assert/strict";
import test from "node:test";
import { answering, codeOf, crc32, fieldsOf } from "../src/classroom/codes.js";
import { begun, isMet, selectionOfCard } from "../src/classroom/lesson.js";
import { boldIn, gameOf, hasBars, isTask, pointsOf, takes } from "../src/models/exerciseMode.js";
import { addressOf, mysteryOf, wantedOf } from "../src/models/link.js";
import { patternOf, slidersOf, stored } from "../src/models/simulation.js";
import { catalogue, modelData, result } from "./app.mjs";

const data = modelData("izhikevich");
const key = "tonic_bursting";
const sliders = slidersOf(patternOf(catalogue, data, key), data);
const shows = stored(data, key).values;
const start = { ...shows, c: -65, d: 6 };
const exercise = {
  question: "Make it burst.",
  hints: [],
  free: ["c", "d"],
  about: { ".model": "izhikevich", ".pattern": key },
  defaults: { ...shows, a: 0.03 },
  common: null,
  start: { values: Object.entries(start), dt: 0.25 },
};
const codeFor = (values, { seconds = 41, solved: isSolved = false, name = "", words = "", dt = 0.25 } = {}) =>
  codeOf(exercise, data.model.dt, { model: "izhikevich", pattern: key, values, dt, set: 0 }, { seconds, isSolved, name, words });
const read = (code) => fieldsOf(exercise, data, sliders, code);

test("the checksum is that of zlib", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), "cbf43926");
});

test("a code says the values, the time, the name and the answer that were typed, each in one line", () => {
  const typed = { name: "  Zoë\n Müller \u0007", words: "The reset\nlands higher." };
  const { values, seconds, name, words, claims } = read(codeFor({ ...start, c: -51.5 }, typed));
  assert.deepEqual([values.c, values.d, seconds, name, words, claims], [-51.5, 6, 41, "Zoë Müller", "The reset lands higher.", false]);
  assert.ok(!/\.name|\.words/.test(atob(codeFor(start).split(".")[1])));
  assert.equal(read(codeFor(start, { words: "ü".repeat(400) })).words.length, 300);
});

test("a code is judged again, and a claim that does not hold is refused", () => {
  const solved = result(answering(catalogue, data, key, exercise, codeFor({ ...start, c: shows.c, d: shows.d }, { solved: true })));
  assert.ok(solved.isSolved);
  assert.equal(solved.hold, solved.criteria.length);
  const open = result(answering(catalogue, data, key, exercise, codeFor(start)));
  assert.ok(!open.isSolved && open.distance > 0);
  assert.throws(
    () => result(answering(catalogue, data, key, exercise, codeFor(start, { solved: true }))),
    /for tonic bursting as met, but only \d+ of \d+ are/,
  );
});

test("what no page of the exercise writes is refused, each with a sentence", () => {
  assert.throws(() => read("PW1.abc"), /incomplete/);
  const [head, packed, checksum] = codeFor(start).split(".");
  assert.throws(() => read(`${head}.${packed.slice(0, -4)}AAAA.${checksum}`), /damaged|checksum/);
  assert.throws(() => read(codeFor({ ...start, a: 0.05 })), /a is locked/);
  assert.throws(() => read(codeFor({ ...start, c: 10 })), /c must be between −70 and −40, got 10/);
  assert.throws(() => read(codeFor(start, { dt: 0.1 })), /time step must be [\d.]+ ms, got 0.1 ms/);
  assert.throws(() => read(codeFor(start, { seconds: -1 })), /the time must be a finite number/);
  const other = { ...exercise, about: { ".model": "adex", ".pattern": key } };
  assert.throws(() => fieldsOf(other, data, sliders, codeFor(start)), /a different exercise/);
});

const state = (more) => ({
  exercise: null,
  games: {},
  turn: null,
  box: { locked: [] },
  selection: { model: "lif", pattern: "x" },
  ...more,
});

test("in an exercise, and where values are locked, nothing shows the way", () => {
  assert.ok(!isTask(state()) && hasBars(state()));
  assert.ok(isTask(state({ exercise })) && !hasBars(state({ exercise })));
  assert.ok(!hasBars(state({ box: { locked: ["a"] } })));
});

test("a mystery belongs to its model and its pattern, and has bars once it is told", () => {
  const game = { model: "lif", pattern: "mystery", moved: ["a"], revealed: null };
  const at = (model, revealed = null) => state({ games: { mystery: { ...game, revealed } }, selection: { model, pattern: "mystery" } });
  assert.equal(gameOf(at("adex")), null);
  assert.equal(gameOf(at("lif")).pattern, "mystery");
  assert.ok(!hasBars(at("lif")) && hasBars(at("lif", { a: 1 })));
});

test("a value may be typed as far as its slider goes, and where the start lies outside, as far as that", () => {
  const slider = { ...sliders.find(({ name }) => name === "c"), low: -60, high: -40, limits: [null, null] };
  assert.ok(takes(state({ exercise }), slider, -65) && !takes(state({ exercise }), slider, -66));
  assert.ok(takes(state(), slider, -66));
});

test("points are 100 exactly where every criterion holds, and none come from what holds at rest", () => {
  const criteria = ["quiet", "n", "isi"].map((one) => ({ key: one }));
  assert.equal(pointsOf({ criteria, loss: 0 }, ["quiet"]), 100);
  assert.equal(pointsOf({ criteria, loss: 0.001 }, ["quiet"]), 99);
  assert.equal(pointsOf({ criteria, loss: 1 }, ["quiet"]), 50);
  assert.equal(pointsOf({ criteria, loss: 5 }, ["quiet"]), 0);
  assert.equal(pointsOf(null, []), null);
});

const card = (more) => ({ title: "", body: [], model: "izhikevich", pattern: key, free: [], start: null, until: [], tool: "", ...more });
const until = (more) => ({ holds: null, name: "", below: null, above: null, ...more });

test("a card without values begins with those of the last one that has some", () => {
  const cards = [card({ start: { values: [["c", -50]], dt: 0.25 } }), card(), card({ start: { values: [["c", -60]], dt: 0.1 } })];
  assert.deepEqual(selectionOfCard(cards, 1).values, { c: -50 });
  assert.equal(selectionOfCard(cards, 2).dt, 0.1);
  assert.deepEqual(begun({ title: "T", cards }).done, []);
});

test("a card is done when all its conditions are met, on its own model and pattern", () => {
  const one = card({ until: [until({ holds: false }), until({ name: "d", below: 3 })] });
  const at = { model: "izhikevich", pattern: key, values: { d: 2 } };
  assert.ok(isMet(one, at, { loss: 1 }));
  assert.ok(!isMet(one, at, { loss: 0 }) && !isMet(one, at, null));
  assert.ok(!isMet(one, { ...at, values: { d: 3 } }, { loss: 1 }));
  assert.ok(!isMet(one, { ...at, pattern: "tonic_spiking" }, { loss: 1 }));
  assert.ok(!isMet(card(), at, { loss: 0 }));
});

test("values in bold on a card are found, however deep", () => {
  assert.deepEqual(boldIn([["p", ["Drag ", ["strong", ["c"]], " or ", ["em", [["strong", ["d"]]]]]]]), ["c", "d"]);
});

test("a link names a pattern by its letter, several together, a card, a mystery, and what is locked", () => {
  const wanted = wantedOf("?model=lif&pattern=c&card=3&lock=a,b&language=de&token=secret", catalogue);
  assert.deepEqual([wanted.pattern, wanted.card, wanted.locked, wanted.language], [key, 2, ["a", "b"], "de"]);
  assert.deepEqual([wanted.fields, wanted.notes], [[], []]);
  assert.equal(wantedOf("#pattern=tonic_spiking%2Brebound_spike", catalogue).pattern, "tonic_spiking_and_rebound_spike");
  assert.deepEqual(wantedOf("#mystery=lif.tonic_spiking.7", catalogue).mystery, { model: "lif", pattern: "tonic_spiking", seed: 7 });
  assert.equal(mysteryOf("lif.tonic_spiking.-7"), null);
  assert.equal(wantedOf("#mystery=x&card=0&pattern=a_and_b", catalogue).notes.length, 3);
});

test("the address of a card has no lock of its own, and opens again", () => {
  const at = stored(data, key);
  const { card: place, locked } = wantedOf(addressOf(at, data, { card: 4, locked: ["a"] }), catalogue);
  assert.deepEqual([place, locked], [4, []]);
  const { lesson, card } = wantedOf(addressOf(at, data, { lesson: "lesson_long", card: 2 }), catalogue);
  assert.deepEqual([lesson, card], ["lesson_long", 2]);
  assert.equal(wantedOf("#lesson=constructor", catalogue).notes.length, 1);
  assert.deepEqual(wantedOf(addressOf(at, data, { locked: ["a", "b"] }), catalogue).locked, ["a", "b"]);
});
