// The rules of practice, exercises and lesson cards: locks, conditions and undo.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { App, Begin } from "../src/app.ts";
import type { Card, Condition, Exercise, LessonData } from "../src/catalogue.ts";
import type { Verdict } from "../src/engine/judge.ts";
import { pointsOf } from "../src/models/exercise.ts";
import { boldIn, isMet, lessonAt, selectionOfCard } from "../src/models/lesson.ts";
import { follow } from "../src/models/navigate.ts";
import { movingAway } from "../src/models/practice.ts";
import { stored } from "../src/models/selection.ts";
import { catalogue, modelData, result } from "./catalogue.ts";
import { appOf, hostOf, until } from "./harness.ts";

const data = modelData("izhikevich");
const KEY = "tonic_bursting";
const shows = stored(data, KEY).values;

/** An app with a recording host, at the parameters of a stored set. */
function begun(pattern = KEY, begin: Begin = {}) {
  const recorded = hostOf();
  return { app: appOf("izhikevich", pattern, { host: recorded.host, begin }), ...recorded };
}

const lossOf = ({ verdict }: Pick<App, "verdict">) => verdict.verdict.value?.loss ?? Number.NaN;

/** An app with practice in progress, whose start has been evaluated. */
async function practising() {
  const all = begun();
  await until(() => lossOf(all.app) === 0);
  all.app.task.practise();
  await until(() => all.app.task.task.value.kind === "practice" && lossOf(all.app) > 0);
  return all;
}

test("practice moves two or three of the key parameters away, so that the pattern is lost", () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const sliders = data.parameters.filter(({ name }) => ["a", "c", "d"].includes(name));
  const moved = result(movingAway(catalogue, data, stored(data, KEY), sliders, random));
  assert.ok(moved && moved.names.length >= 2);
  for (const [name, value] of Object.entries(moved.values)) {
    assert.equal(value !== shows[name], moved.names.includes(name), name);
  }
});

test("practice has no bars before the first hint, marks the solution after the second, and is solved once", async () => {
  const { app } = await practising();
  const { task, selection } = app;
  const { moved } = task.task.value;
  assert.ok(moved.every((name) => task.mattering.value.some((slider) => slider.name === name)));
  assert.deepEqual([task.task.value.stage, task.task.value.hasBars, task.task.value.revealed], ["open", false, {}]);
  task.hint();
  assert.deepEqual([task.task.value.stage, task.task.value.hasBars], ["hint", true]);
  task.hint();
  assert.deepEqual(task.task.value.revealed, Object.fromEntries(moved.map((name) => [name, shows[name]])));
  const away = selection.current.value.values;
  selection.put(shows);
  await until(() => task.task.value.stage === "solved");
  assert.equal(task.task.value.kind, "practice");
  selection.put(away);
  await until(() => task.task.value.kind === "none");
  app.close();
});

test("no practice begins while parameters are locked", async () => {
  const { app } = begun();
  await until(() => lossOf(app) === 0);
  assert.ok(app.task.canPractise.value);
  app.selection.configure({ locked: ["c"] });
  const isWanted = app.selection.setOut();
  app.task.practise();
  assert.ok(isWanted(), "a starting point is looked for");
  assert.equal(app.task.task.value.kind, "locked");
  app.close();
});

test("giving up restores the parameters, as a step of undo", async () => {
  const { app } = await practising();
  const steps = app.selection.history.value.steps.length;
  app.task.giveUp();
  assert.deepEqual(app.selection.current.value.values, shows);
  assert.deepEqual([app.task.task.value.kind, app.selection.history.value.steps.length], ["none", steps + 1]);
  app.task.giveUp(); // there is no practice to give up
  assert.equal(app.selection.history.value.steps.length, steps + 1);
  app.close();
});

test("a search in practice may change the moved parameters only, and ends the practice", async () => {
  const { app, asked } = await practising();
  const { moved } = app.task.task.value;
  app.task.search();
  assert.deepEqual(asked.findLast(({ kind }) => kind === "search")?.fields.free, moved);
  assert.equal(app.task.task.value.kind, "none");
  app.task.search();
  assert.equal(asked.findLast(({ kind }) => kind === "search")?.fields.free, undefined);
  app.close();
});

test("practice ends when another pattern or a stored set is opened, and continues after an undo", async () => {
  for (const open of [
    (app: App) => app.selection.choose("izhikevich", "resonator"),
    (app: App) => app.selection.load(0),
  ]) {
    const { app } = await practising();
    await app.selection.undo();
    assert.equal(app.task.task.value.kind, "practice");
    await open(app);
    assert.equal(app.task.task.value.kind, "none");
    app.close();
  }
});

test("practice begins at a verified set if the criteria are not met, but not after a later choice", async () => {
  const { app } = begun();
  app.selection.put({ c: -65 });
  await until(() => lossOf(app) > 0);
  assert.ok(app.task.canPractise.value);
  app.task.practise();
  await until(() => app.task.task.value.kind === "practice");
  const { moved } = app.task.task.value;
  const left = Object.entries(app.selection.current.value.values).filter(([name]) => !moved.includes(name));
  for (const [name, value] of left) assert.equal(value, shows[name], name);
  app.task.practise();
  await app.selection.choose("izhikevich", "resonator");
  await new Promise((go) => setTimeout(go, 200));
  assert.deepEqual([app.task.task.value.kind, app.selection.current.value.pattern], ["none", "resonator"]);
  app.close();
});

// -- exercise and locked parameters ------------------------------------------------------------------------------------

const exercise: Exercise = {
  question: "Make it burst.",
  hints: [],
  free: ["c", "d"],
  about: { ".model": "izhikevich", ".pattern": KEY },
  defaults: shows,
  common: null,
  shared: null,
  start: { values: Object.entries({ ...shows, c: -65 }), dt: 0.25 },
};

test("an exercise and locked parameters allow no bars, and no step to another pattern", async () => {
  const free = begun();
  assert.ok(!free.app.task.isTask.value && free.app.task.task.value.hasBars);
  const locked = Object.keys(shows).filter((name) => !exercise.free.includes(name));
  const asked = begun(KEY, { exercise, ranges: { bounds: {}, fixed: [], locked } });
  const { task, selection } = asked.app;
  assert.deepEqual([task.task.value.kind, task.isTask.value, task.task.value.hasBars], ["exercise", true, false]);
  assert.deepEqual(
    task.mattering.value.map(({ name }) => name),
    ["c", "d"],
  );
  task.next(1);
  selection.put({ a: 0.05, c: -60 });
  const { pattern, values } = selection.current.value;
  assert.deepEqual([pattern, values.a, values.c], [KEY, shows.a, -60]);
  free.app.selection.configure({ locked: ["a"] });
  assert.deepEqual([free.app.task.task.value.kind, free.app.task.task.value.hasBars], ["locked", false]);
  for (const { app } of [free, asked]) app.close();
});

test("a value may be typed up to the end of its slider, or up to the start if that is further away", () => {
  const c = data.parameters.find(({ name }) => name === "c");
  assert.ok(c);
  const slider = { ...c, low: -60, high: -40, limits: [null, null] as const };
  const asked = begun(KEY, { exercise }).app;
  assert.ok(asked.task.takes(slider, -65) && !asked.task.takes(slider, -66));
  const free = begun().app;
  assert.ok(free.task.takes(slider, -66) && !free.task.takes(slider, Number.NaN));
  for (const app of [asked, free]) app.close();
});

// -- lessons -----------------------------------------------------------------------------------------------------------

const start = (pattern: string) => ({ values: Object.entries(stored(data, pattern).values), dt: 0.25 });
const cardOf = (more: Partial<Card> = {}): Card => ({
  ...{ title: "", body: [], model: "izhikevich", pattern: KEY, free: [], start: null, until: [], tool: "" },
  ...more,
});
const condition = (more: Partial<Condition>): Condition => ({
  holds: null,
  name: "",
  below: null,
  above: null,
  ...more,
});
const verdictOf = (loss: number): Verdict => ({ criteria: [], loss, diverged: false });

test("a card without parameters uses those of the last card with parameters", () => {
  const cards = [
    cardOf({ start: { values: [["c", -50]], dt: 0.25 } }),
    cardOf(),
    cardOf({ start: { values: [["c", -60]], dt: 0.1 } }),
  ];
  assert.deepEqual(selectionOfCard(cards, 1).values, { c: -50 });
  assert.equal(selectionOfCard(cards, 2).dt, 0.1);
  assert.deepEqual([lessonAt({ title: "T", cards }).done, lessonAt({ title: "T", cards }, 7).at], [[], 0]);
  assert.throws(() => selectionOfCard([cardOf()], 0), /Card 1 of the lesson must have parameters/);
});

test("a card is done when all its conditions are met, with its own model and pattern", () => {
  const one = cardOf({ until: [condition({ holds: false }), condition({ name: "d", below: 3 })] });
  const at = { model: "izhikevich", pattern: KEY, values: { d: 2 } };
  assert.ok(isMet(one, at, verdictOf(1)));
  assert.ok(!isMet(one, at, verdictOf(0)) && !isMet(one, at, null));
  assert.ok(!isMet(one, { ...at, values: { d: 3 } }, verdictOf(1)));
  assert.ok(!isMet(one, { ...at, pattern: "tonic_spiking" }, verdictOf(1)));
  assert.ok(!isMet(cardOf(), at, verdictOf(0)));
});

test("parameters in bold on a card are found at any depth", () => {
  assert.deepEqual(boldIn([["p", ["Drag ", ["strong", ["c"]], " or ", ["em", [["strong", ["d"]]]]]]]), ["c", "d"]);
});

const lesson: LessonData = {
  title: "T",
  cards: [
    cardOf({ pattern: "tonic_spiking", free: ["amplitude"], start: start("tonic_spiking"), tool: "plane" }),
    cardOf({ free: ["c", "d"], start: start(KEY), until: [condition({ name: "c", below: -60 })] }),
    cardOf({ body: [["strong", ["b"]]] }),
  ],
};

test("undo returns to the card on which a step was made, with its locks", async () => {
  const { app } = begun("tonic_spiking", { lesson });
  const { task, selection } = app;
  await task.goTo(0);
  selection.put({ amplitude: 12 });
  selection.keep();
  await task.goTo(1);
  assert.ok(!selection.ranges.value.locked.includes("c"));
  await selection.undo();
  const { pattern, values } = selection.current.value;
  assert.deepEqual([task.lesson.value?.at, pattern, values.amplitude], [0, "tonic_spiking", 12]);
  const { locked } = selection.ranges.value;
  assert.ok(locked.includes("c") && !locked.includes("amplitude"));
  await selection.redo();
  assert.deepEqual([task.lesson.value?.at, selection.current.value.pattern], [1, KEY]);
  assert.ok(selection.ranges.value.locked.includes("amplitude"));
  app.close();
});

test("a card sets its tool, is done by the sliders, stays done, and can be reset", async () => {
  const { app } = begun("tonic_spiking", { lesson });
  const { task, selection, screen } = app;
  screen.showsAll.value = true;
  await task.goTo(0);
  assert.deepEqual([screen.tool.value, screen.showsAll.value], ["map", false]);
  await task.goTo(1);
  await until(() => !Number.isNaN(lossOf(app)));
  assert.deepEqual([task.task.value.kind, task.lesson.value?.isMet, task.lesson.value?.done], ["lesson", false, []]);
  selection.put({ c: -65 });
  await until(() => task.lesson.value?.isMet === true);
  assert.deepEqual(task.lesson.value?.done, [1]);
  await task.resetCard();
  await until(() => task.lesson.value?.isMet === false);
  assert.deepEqual([selection.current.value.values.c, task.lesson.value?.done], [shows.c, [1]]);
  selection.put({ c: -65 });
  await task.goTo(2); // a card without parameters
  assert.equal(selection.current.value.values.c, -65);
  assert.deepEqual([selection.ranges.value.locked, task.mattering.value[0].name], [[], "b"]);
  await task.goTo(1); // going back, the card sets its parameters
  assert.deepEqual([selection.current.value.values.c, task.lesson.value?.done], [shows.c, []]);
  task.endLesson();
  assert.deepEqual([task.lesson.value, selection.ranges.value.locked, task.task.value.kind], [null, [], "none"]);
  app.close();
});

test("a lesson that cannot be opened is a sentence, and one that can be opened begins at its card", async () => {
  const recorded = hostOf();
  const app = appOf("izhikevich", KEY, {
    host: { ...recorded.host, lesson: async () => ({ ...lesson, name: "first" }) },
  });
  app.screen.sheet.value = "lessons";
  await app.task.openLesson("first", 1);
  assert.deepEqual([app.task.lesson.value?.name, app.task.lesson.value?.at, app.screen.sheet.value], ["first", 1, ""]);
  await follow(app, "#card=3");
  assert.equal(app.task.lesson.value?.at, 2);
  await follow(app, "#card=9");
  assert.match(app.screen.notice.value, /between 1 and 3/);
  app.close();
  const without = begun().app;
  await without.task.openLesson("first");
  assert.match(without.screen.notice.value, /no lesson/);
  without.close();
});

// -- mysteries ---------------------------------------------------------------------------------------------------------

const hidden: Exercise = {
  ...exercise,
  about: { ".model": "izhikevich", ".mystery": "izhikevich.tonic_spiking.7" },
  common: [],
  shared: { link: "mystery=izhikevich.tonic_spiking.7", python: "" },
};
const mystery = { pattern: KEY, seed: 7, exercise: hidden };

test("points are 100 exactly if every criterion is met, and the common criteria earn none", () => {
  const criteria = ["quiet", "n", "isi"].map((key) => ({ key }));
  assert.equal(pointsOf({ criteria, loss: 0 }, ["quiet"]), 100);
  assert.equal(pointsOf({ criteria, loss: 0.001 }, ["quiet"]), 99);
  assert.equal(pointsOf({ criteria, loss: 1 }, ["quiet"]), 50);
  assert.equal(pointsOf({ criteria, loss: 5 }, ["quiet"]), 0);
  assert.equal(pointsOf(null, []), null);
});

test("a mystery belongs to its model and pattern, and has bars as soon as it is revealed", async () => {
  const { app, reply } = begun("tonic_spiking");
  const { task, selection } = app;
  task.takeExercise({ model: "adex", pattern: KEY }, hidden);
  await selection.choose("izhikevich", KEY);
  assert.equal(task.attempt.peek(), null);
  await selection.choose("izhikevich", "tonic_spiking");
  task.takeExercise({ model: "izhikevich", pattern: "resonator" }, hidden);
  assert.equal(task.attempt.peek(), null);
  await selection.choose("izhikevich", "resonator");
  assert.deepEqual([task.exercise.peek(), task.task.value.kind, task.task.value.hasBars], [hidden, "exercise", false]);
  assert.ok(selection.ranges.value.locked.includes("a") && !selection.ranges.value.locked.includes("c"));
  assert.deepEqual(
    task.mattering.value.map(({ name }) => name),
    ["c", "d"],
  );
  task.reveal();
  reply("reveal", "done", { values: { c: -50, d: 2, a: 0.1 } });
  assert.deepEqual([task.task.value.hasBars, task.task.value.revealed], [true, { c: -50, d: 2 }]);
  app.close();
});

test("a mystery gives points to the sliders and, in a race, to the search", async () => {
  const { app, asked, reply } = begun("tonic_spiking");
  const { task, selection, screen } = app;
  screen.tool.value = "plane";
  task.beginMystery();
  reply("mystery", "done", mystery);
  await until(() => (task.attempt.value?.yours ?? -1) >= 0);
  assert.deepEqual([selection.current.value.values.c, screen.tool.value, task.task.value.stage], [-65, "", "open"]);
  assert.deepEqual([...selection.free.value].sort(), ["c", "d"]);
  assert.ok(Number(task.attempt.value?.yours) < 100);
  task.race();
  const question = asked.findLast(({ kind }) => kind === "search");
  assert.deepEqual([question?.fields.begin, question?.fields.pace], ["values", true]);
  const record = {
    model: "izhikevich",
    pattern: KEY,
    loss: 0,
    best: shows,
    dt: 0.25,
    status: "unverified",
    seconds: 2,
  };
  reply("search", "running", { from: 0, search: record }, { loss: Float32Array.of(0) });
  await until(() => task.attempt.value?.best === 100);
  assert.equal(task.attempt.value?.first, "search");
  selection.put({ c: shows.c });
  await until(() => task.attempt.value?.yours === 100);
  assert.deepEqual([task.attempt.value?.first, task.task.value.stage], ["search", "solved"]);
  app.close();
});

test("a mystery needs Python", () => {
  const { host } = hostOf("none", () => false);
  const app = appOf("izhikevich", KEY, { host, begin: { sheet: "explore" } });
  app.task.beginMystery();
  assert.match(app.screen.notice.value, /needs Python/);
  assert.equal(app.screen.sheet.value, "");
  app.close();
});

test("neither a mystery nor a lesson replaces a pattern that was chosen later", async () => {
  const recorded = hostOf();
  const { reply, asked } = recorded;
  let give: (data: LessonData) => void = () => {};
  const host = { ...recorded.host, lesson: () => new Promise<LessonData>((resolve) => (give = resolve)) };
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const { task, selection } = app;
  task.beginMystery();
  const opened = task.openLesson("first");
  await selection.choose("izhikevich", "resonator");
  reply("mystery", "done", mystery);
  give(lesson);
  await opened;
  assert.deepEqual([selection.current.value.pattern, task.lesson.value, task.attempt.value], ["resonator", null, null]);
  task.beginMystery(); // only the newest mystery counts
  task.beginMystery();
  const [older, newer] = asked.filter(({ kind }) => kind === "mystery").slice(-2);
  newer.listener({ state: "done", ...mystery }, {});
  older.listener({ state: "done", ...mystery, pattern: "rebound_spike" }, {});
  await until(() => task.attempt.value !== null);
  assert.deepEqual([selection.current.value.pattern, task.exercise.value], [KEY, hidden]);
  app.close();
});

// -- links -------------------------------------------------------------------------------------------------------------

test("a link leads to parameters, to a pair, or to a mystery, and what is locked stays", async () => {
  const { app, asked } = begun();
  const { selection, screen } = app;
  selection.configure({ locked: ["a"] });
  await follow(app, "#c=-60&a=0.05&wrong=1");
  assert.deepEqual([selection.current.value.values.c, selection.current.value.values.a], [-60, shows.a]);
  assert.match(screen.notice.value, /‘wrong’ in the link is unknown/);
  await follow(app, "#pattern=tonic_spiking&lock=a,b");
  assert.deepEqual([selection.current.value.pattern, selection.ranges.value.locked], ["tonic_spiking", ["a", "b"]]);
  await follow(app, "#mystery=izhikevich.tonic_spiking.7");
  const { model, pattern, seed } = asked.findLast(({ kind }) => kind === "mystery")?.fields ?? {};
  assert.deepEqual([model, pattern, seed], ["izhikevich", "tonic_spiking", 7]);
  app.close();
});
