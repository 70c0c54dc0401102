// The connection to a server: lost, late, damaged and repeated replies.

import assert from "node:assert/strict";
import test from "node:test";
import { createChannel } from "../src/hosts/channel.ts";
import { serverHost } from "../src/hosts/server.ts";
import { withFiles } from "../src/hosts/siteFiles.ts";

/** Timers like those of a page, whose ids are numbers, and a function that lets time pass. */
function clock(t) {
  const due = new Map();
  let now = 0;
  let count = 0;
  t.mock.method(globalThis, "setTimeout", (act, wait = 0) => due.set(++count, [now + wait, act]) && count);
  t.mock.method(globalThis, "clearTimeout", (id) => due.delete(id));
  return (ms) => {
    const end = now + ms;
    for (;;) {
      const [next] = [...due].filter(([, [at]]) => at <= end).sort(([, [a]], [, [b]]) => a - b);
      if (!next) break;
      const [id, [at, act]] = next;
      due.delete(id);
      now = at;
      act();
    }
    now = end;
  };
}

/** A host, the messages that it received, and the times at which it was silent. */
function connected(t) {
  const tick = clock(t);
  const [sent, silent] = [[], []];
  const host = createChannel("kernel", (message) => sent.push(message), {});
  host.onSilence((isSilent) => silent.push(isSilent));
  return { host, sent, silent, tick, of: (kind) => sent.filter((one) => one.kind === kind) };
}

test("a server that was left is not connected to again", (t) => {
  const tick = clock(t);
  const sockets = [];
  const { WebSocket, addEventListener } = globalThis;
  t.after(() => Object.assign(globalThis, { WebSocket, addEventListener }));
  const made = function () {
    this.close = () => {};
    sockets.push(this);
  };
  Object.assign(globalThis, { WebSocket: made, addEventListener: () => {} });
  const host = serverHost("http://localhost/", {}, "en");
  sockets[0].onclose({ code: 1006 });
  tick(300);
  assert.equal(sockets.length, 2); // it connects again
  sockets[1].onclose({ code: 1006 });
  host.close();
  tick(60_000);
  assert.equal(sockets.length, 2);
});

test("a server of a former version is left with a sentence", (t) => {
  const tick = clock(t);
  const sockets = [];
  const { WebSocket, addEventListener } = globalThis;
  t.after(() => Object.assign(globalThis, { WebSocket, addEventListener }));
  const made = function (_, protocols) {
    assert.deepEqual(protocols, ["plausiwidgets.2", "plausiwidgets.1"]);
    this.protocol = "plausiwidgets.1";
    this.close = () => this.onclose({ code: 1000 });
    sockets.push(this);
  };
  Object.assign(globalThis, { WebSocket: made, addEventListener: () => {} });
  const host = serverHost("http://localhost/", {}, "en");
  const sentences = [];
  host.onLoss((sentence) => sentences.push(sentence));
  sockets[0].onopen();
  tick(60_000);
  assert.deepEqual(sentences, ["This page and the server have different versions of plausiwidgets. Reload the page."]);
  assert.equal(sockets.length, 1);
});

test("a file that is too large for a server fails with a sentence and is not sent", (t) => {
  const tick = clock(t);
  const { WebSocket, addEventListener } = globalThis;
  t.after(() => Object.assign(globalThis, { WebSocket, addEventListener }));
  const sent = [];
  const made = function () {
    this.send = (frame) => sent.push(frame);
    this.close = () => {};
    setTimeout(() => this.onopen(), 1);
  };
  Object.assign(globalThis, { WebSocket: made, addEventListener: () => {} });
  const host = serverHost("http://localhost/", {}, "en");
  tick(10);
  const greetings = sent.length;
  const replies = [];
  host.ask(
    "recording",
    { model: "lif", name: "a.abf", units: {} },
    (reply) => replies.push(reply),
    new ArrayBuffer(8_100_000),
  );
  tick(10);
  assert.deepEqual(
    replies.map(({ state }) => state),
    ["failed"],
  );
  assert.match(replies[0].error, /^The file has 8\.1 MB, but the server accepts at most 8 MB/);
  assert.equal(sent.length, greetings);
  host.ask("recording", { model: "lif", name: "a.abf", units: {} }, () => {}, new ArrayBuffer(8));
  assert.equal(new DataView(sent.at(-1).buffer).getUint32(0) + 4 + 8, sent.at(-1).byteLength);
  host.close();
});

test("a host that does not answer is greeted, and called silent when it does not answer that either", (t) => {
  const { host, silent, tick, of } = connected(t);
  host.ask("plane", {}, () => {});
  tick(2600);
  assert.equal(of("alive").length, 1);
  assert.deepEqual(silent, []);
  tick(2600);
  assert.deepEqual(silent, [true]);
  tick(30_000);
  assert.deepEqual(silent, [true]); // reported only once
  assert.ok(of("alive").length > 5); // the greetings continue
  host.receive({ kind: "alive", id: of("alive")[3].id, state: "done" }, null);
  assert.deepEqual(silent, [true, false]);
});

test("a host that is closed is not greeted, even after a late request", (t) => {
  const { host, silent, tick, of } = connected(t);
  host.ask("plane", {}, () => {});
  host.close();
  host.ask("select", {}, () => {});
  tick(30_000);
  assert.deepEqual([of("alive"), silent], [[], []]);
});

test("what takes a minute is not silence, as long as the host answers a greeting", (t) => {
  const { host, silent, tick, of } = connected(t);
  host.ask("plane", {}, () => {});
  for (let k = 0; k < 30; k++) {
    tick(2600);
    for (const { id } of of("alive").slice(-1)) host.receive({ kind: "alive", id, state: "done" }, null);
  }
  assert.deepEqual(silent, []);
});

test("nobody is greeted when nothing is awaited", (t) => {
  const { host, sent, tick, of } = connected(t);
  host.ask("running", {}, () => {});
  host.receive({ kind: "running", id: sent[0].id, state: "done", searches: [] }, null);
  tick(60_000);
  assert.equal(of("alive").length, 0);
});

test("an answer that is cut is a failure in one sentence, and the next one is heard", (t) => {
  t.mock.method(console, "warn", () => {});
  const { host, sent } = connected(t);
  const heard = [];
  const take = ({ state, error = "" }, arrays) => heard.push([state, error, Object.keys(arrays)]);
  host.ask("plane", {}, take);
  const answer = { kind: "plane", id: sent[0].id, state: "done", arrays: { loss: ["f4", 0, 8] } };
  host.receive(answer, new DataView(new ArrayBuffer(12)));
  assert.deepEqual(heard, [
    ["failed", "The response from Python could not be read: the array loss is incomplete.", []],
  ]);
  host.receive(answer, new DataView(new ArrayBuffer(32)));
  assert.equal(heard.length, 1); // the request already had its last answer
  host.ask("plane", {}, take);
  host.receive({ ...answer, id: sent[sent.length - 1].id }, new DataView(new ArrayBuffer(32)));
  assert.deepEqual(heard[1], ["done", "", ["loss"]]);
});

test("an answer that lacks what it should have is a failure in one sentence", (t) => {
  t.mock.method(console, "warn", () => {});
  const { host, sent } = connected(t);
  const heard = [];
  host.ask("simulate", {}, ({ state, sweeps, error }) => heard.push(state === "failed" ? error : sweeps[0].name));
  host.receive({ kind: "simulate", id: sent[0].id, state: "done" }, null);
  assert.equal(heard.length, 1);
  assert.match(heard[0], /^The response from Python could not be read: .*\.$/);
});

test("an answer that comes twice is heard once, and what nobody asked for is not", (t) => {
  const { host, sent } = connected(t);
  const heard = [];
  host.ask("equations", {}, ({ state }) => heard.push(state));
  const answer = { kind: "equations", id: sent[0].id, state: "done" };
  for (const one of [answer, answer, { ...answer, id: "nobody" }, { kind: "none", id: 3 }, "text", null, 7, []])
    host.receive(one, null);
  assert.deepEqual(heard, ["done"]);
});

test("a search that was taken back before anything was heard of it is stopped, and not shown", (t) => {
  const { host, sent, of } = connected(t);
  const heard = [];
  host.ask("running", {}, () => heard.push("adopted"));
  const take = host.ask("search", {}, () => heard.push("search"));
  const [{ id }] = of("search");
  take();
  assert.deepEqual(
    of("stop").map((one) => one.of),
    [id],
  );
  host.receive({ kind: "search", id, state: "stopped", search: {} }, null);
  assert.deepEqual(heard, []);
  assert.equal(sent.filter(({ kind }) => kind === "cancel").length, 0);
});

test("of a custom neuron the outline is given at once, and the rest when it is there", async (t) => {
  const { host, sent } = connected(t);
  const later = [];
  const data = (more) => ({ model: { name: "mine" }, patterns: { own: { sets: [], ...more } } });
  const asked = host.describe("mine", "own", (whole, error) =>
    later.push([whole.patterns.own.outlined ?? false, error]),
  );
  host.receive({ kind: "describe", id: sent[0].id, state: "running", data: data({ outlined: true }) }, null);
  assert.equal((await asked).patterns.own.outlined, true);
  host.receive({ kind: "describe", id: sent[0].id, state: "done", data: data({}) }, null);
  assert.deepEqual(later, [[false, ""]]);
  host.describe("mine", "own");
  assert.equal(sent.length, 1); // no request is needed
});

test("a page of several files hears the rest of a custom neuron as well", async (t) => {
  const { host, sent } = connected(t);
  const page = withFiles(host, { models: {}, own: {}, runtime: "" }, {});
  const data = (more) => ({ model: { name: "mine" }, patterns: { own: { sets: [], ...more } } });
  const later = new Promise((give) => {
    page
      .describe("mine", "own", (whole, error) => give([whole.patterns.own.outlined ?? false, error]))
      .then(() => {
        host.receive({ kind: "describe", id: sent[0].id, state: "done", data: data({}) }, null);
      });
  });
  await Promise.resolve(); // the request is sent immediately, because there is no such file
  host.receive({ kind: "describe", id: sent[0].id, state: "running", data: data({ outlined: true }) }, null);
  assert.deepEqual(await later, [false, ""]);
});

test("two descriptions that are awaited are both heard", async (t) => {
  const { host, sent } = connected(t);
  const asked = ["one", "two"].map((name) => host.describe(name, "own"));
  for (const { id, model } of sent)
    host.receive(
      { kind: "describe", id, state: "done", data: { model: { name: model }, patterns: { own: {} } } },
      null,
    );
  assert.deepEqual(
    (await Promise.all(asked)).map(({ model }) => model.name),
    ["one", "two"],
  );
});

test("a description that fails is refused with its sentence", async (t) => {
  const { host, sent } = connected(t);
  const asked = host.describe("mine", "own");
  host.receive({ kind: "error", id: sent[0].id, state: "failed", error: "unknown model: 'mine'" }, null);
  await assert.rejects(asked, /unknown model/);
});

test("after a connection was lost, a server is told first what was made, and then what is open", (t) => {
  const tick = clock(t);
  const { WebSocket, addEventListener } = globalThis;
  t.after(() => Object.assign(globalThis, { WebSocket, addEventListener }));
  const sockets = [];
  const made = function () {
    this.sent = [];
    this.send = (text) => this.sent.push(JSON.parse(text));
    this.close = () => {};
    sockets.push(this);
  };
  Object.assign(globalThis, { WebSocket: made, addEventListener: () => {} });
  const host = serverHost("http://localhost/", {}, "en");
  const [first] = sockets;
  const answer = (socket, fields) => socket.onmessage({ data: JSON.stringify(fields) });
  first.onopen();
  host.ask("mystery", { model: "lif", pattern: "tonic_spiking", seed: null }, () => {});
  const { id } = first.sent.at(-1);
  answer(first, { kind: "mystery", id, state: "done", pattern: "mystery_1", seed: 7 });
  host.ask("verify", { pattern: "mystery_1" }, () => {});
  host.speak("de");
  assert.equal(first.sent.at(-1).language, "de");
  first.onclose({ code: 1006 });
  tick(300);
  const [, second] = sockets;
  second.onopen();
  const [greeting, again] = second.sent;
  assert.equal(greeting.language, "de");
  assert.deepEqual(
    { ...again, id: "" },
    { kind: "mystery", id: "", model: "lif", pattern: "tonic_spiking", seed: 7, again: "mystery_1" },
  );
  assert.equal(second.sent.length, 2);
  answer(second, { kind: "mystery", id: again.id, state: "done", pattern: "mystery_1", seed: 7 });
  assert.equal(second.sent.at(-1).kind, "verify");
  host.close();
});
