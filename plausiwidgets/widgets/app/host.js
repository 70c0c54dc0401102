import { tr } from "./engine/texts.js";

/** @import { Kind } from "./messages.d.ts" */
/** @import { Answer, Arrays, Listener, Host, LessonData, ModelData } from "./types.d.ts" */
// Who answers. A question is {kind, id, …fields}; its answers carry its id, and the last of them a final state.

const FINAL = ["done", "stopped", "superseded", "failed"];
const PATIENCE = 120000; // ms after which a description is given up: a custom neuron may first have to be compiled
const SILENCE = 5000; // ms without an answer after which a host is called silent, until it speaks again

/** Kinds that make a pattern, which has a name from then on; a server can forget it. */
const MAKING = new Set(["recording", "stimulus", "mystery"]);

/** Kinds of which a newer question replaces an older one that waits. */
const NEWEST = new Set(["simulate", "verify", "plane", "samples", "profiles", "rate", "bifurcations", "phase", "repertoire", "assess"]);

/**
 * The arrays of an answer in its buffer. Copied: a buffer may begin anywhere, and an array of numbers may not.
 * @param {Record<string, [string, number, number]>} places @param {DataView | null} data @returns {Arrays}
 */
export function unpacked(places, data) {
  /** @type {Arrays} */
  const arrays = {};
  if (!data) return arrays;
  for (const [name, [type, start, count]] of Object.entries(places)) {
    const kind = TYPES[type];
    if (start + count * kind.BYTES_PER_ELEMENT > data.byteLength) throw new RangeError(tr("the array {name} is incomplete", { name }));
    const first = data.byteOffset + start;
    arrays[name] = new kind(data.buffer.slice(first, first + count * kind.BYTES_PER_ELEMENT));
  }
  return arrays;
}

/** @type {Record<string, any>} */
const TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u4: Uint32Array, u1: Uint8Array };

/** Ids that no other page of the same host has. */
export const PAGE = Math.random().toString(36).slice(2, 8);
let count = 0;

/**
 * What a kernel and a server have in common.
 * @param {Host["name"]} name @param {(message: object, data?: ArrayBuffer) => void} send @param {Record<string, ModelData>} shipped
 */
export function answering(name, send, shipped) {
  /** @type {Map<string, { id: string, kind: Kind, fields: object, listener: Listener, data?: ArrayBuffer }>} */
  const asked = new Map();
  /** @type {Set<string>} */
  const left = new Set(); // searches whose answers are dropped
  /** @type {Map<string, { kind: Kind, fields: object, data?: ArrayBuffer }>} */
  const made = new Map(); // by the name of the pattern
  let waiting = 0; // the timer that waits for an answer
  let isSilent = false;
  /** @type {(isSilent: boolean) => void} */
  let silenceChanged = () => {};
  const becomes = (/** @type {boolean} */ silent) => {
    if (silent === isSilent) return;
    isSilent = silent;
    silenceChanged(silent);
  };
  const newId = () => `${PAGE}-${++count}`;
  // What was asked may take long: whether the host is there at all shows a greeting, which it answers at once.
  const greet = () => {
    waiting = Number(setTimeout(goOn, SILENCE / 2));
    send({ kind: "alive", id: newId() });
  };
  const goOn = () => {
    becomes(true);
    greet();
  };
  const watch = () => {
    waiting ||= Number(setTimeout(greet, SILENCE / 2));
  };
  const own = {
    name,
    /** @param {(isSilent: boolean) => void} listener */
    onSilence(listener) {
      silenceChanged = listener;
    },
    quiet() {
      clearTimeout(waiting);
      waiting = 0;
    },
    lost: () => becomes(true),
    found: () => becomes(false),
    can: (/** @type {string} */ _kind) => true,
    has: (/** @type {string} */ _model) => true,
    /** @type {Host["ask"]} */
    ask(kind, fields, listener, data) {
      const id = newId();
      if (NEWEST.has(kind)) for (const [other, entry] of asked) if (entry.kind === kind) asked.delete(other);
      const entry = { id, kind, fields, listener, data };
      asked.set(id, entry);
      watch();
      send({ kind, id, ...fields }, data);
      return () => {
        // A search outlives its question: it has to be stopped.
        if (!asked.delete(entry.id)) return;
        if (kind === "search") left.add(entry.id);
        send({ kind: kind === "search" ? "stop" : "cancel", id: newId(), of: entry.id });
      };
    },
    /** Goes on after a connection was lost: what was made is sent first, as the server may have forgotten it. */
    again() {
      for (const [id, { fields }] of asked) if ("again" in fields) asked.delete(id); // of a connection before
      const all = [...made.values()];
      // One after the other: a server answers a few questions at once, and refuses more.
      const next = () => {
        const one = all.shift();
        if (!one) return own.askAgain();
        own.ask(one.kind, one.fields, (/** @type {Answer} */ { state }) => FINAL.includes(state) && next(), one.data);
      };
      next();
    },
    /** Asks once more what has not been answered; a search goes on, if it is still there. */
    askAgain() {
      for (const entry of [...asked.values()]) {
        if (["search", "running"].includes(entry.kind)) continue;
        asked.delete(entry.id);
        entry.id = newId();
        asked.set(entry.id, entry);
        send({ kind: entry.kind, id: entry.id, ...entry.fields }, entry.data);
      }
      const searches = [...asked.values()].filter(({ kind }) => kind === "search");
      if (!searches.length) return;
      own.ask("running", {}, (answer) => {
        for (const { id, listener } of searches) {
          if (answer.kind !== "running" || answer.searches.includes(id) || !asked.delete(id)) continue;
          listener({ kind: "search", id, state: "failed", error: tr("The server was restarted. Start the search again.") }, {});
        }
      });
    },
    /** @param {Answer} answer @param {DataView | null} data */
    receive(answer, data) {
      if (typeof answer !== "object" || answer === null) return;
      clearTimeout(waiting);
      waiting = 0;
      becomes(false);
      // After a reload, searches that this page did not ask for come with their own ids.
      const adopted =
        answer.kind === "search" && !left.has(answer.id) ? [...asked.values()].find(({ kind }) => kind === "running") : undefined;
      const entry = asked.get(answer.id) ?? adopted;
      if (entry) {
        if (FINAL.includes(answer.state) && entry.kind !== "running") asked.delete(answer.id);
        if (name === "server" && MAKING.has(entry.kind) && answer.state === "done" && answer.pattern) {
          const { kind, fields, data: file } = entry;
          const seed = kind === "mystery" ? { seed: answer.seed } : {};
          made.set(answer.pattern, { kind, fields: { ...fields, ...seed, again: answer.pattern }, data: file });
        }
        try {
          entry.listener(answer, unpacked(answer.arrays ?? {}, data));
        } catch (error) {
          console.warn("plausiwidgets: an answer was not read:", error);
          const text = tr("The response from Python could not be read: {error}.", {
            error: error instanceof Error ? error.message : String(error),
          });
          entry.listener({ kind: answer.kind, id: answer.id, state: "failed", error: text }, {});
        }
      }
      if ([...asked.values()].some(({ kind }) => kind !== "running")) watch();
    },
    /** A lesson that the app offers. @param {string} lesson @returns {Promise<LessonData>} */
    lesson: (lesson) =>
      new Promise((give, refuse) =>
        own.ask("lesson", { name: lesson }, (answer) =>
          answer.state === "done" ? give(answer.lesson) : refuse(new Error(answer.error ?? answer.state)),
        ),
      ),
    /**
     * What is known of a model and a pattern; of a custom one at first without what takes long to find out, which is given
     * to `more` when it is there, or why it is not.
     * @param {string} model @param {string} pattern @param {(data: ModelData, error: string) => void} [more] @returns {Promise<ModelData>}
     */
    describe(model, pattern, more = () => {}) {
      if (isWhole(shipped[model], pattern)) return Promise.resolve(shipped[model]);
      return new Promise((give, refuse) => {
        let given = Boolean(shipped[model]?.patterns[pattern]);
        if (given) give(shipped[model]);
        const late = setTimeout(() => refuse(new Error(tr("The kernel is not responding (busy or stopped)."))), PATIENCE);
        own.ask("describe", { model, pattern }, (answer) => {
          clearTimeout(late);
          const error = ["done", "running"].includes(answer.state) ? "" : (answer.error ?? answer.state);
          if (error && !given) return refuse(new Error(error));
          if (!error) shipped[model] = withMore(shipped[model], answer.data);
          if (given) more(shipped[model], error);
          else give(shipped[model]);
          given = true;
        });
      });
    },
  };
  return own;
}

/** Whether all is known of a model and a pattern. @param {ModelData | undefined} data @param {string} pattern */
export const isWhole = (data, pattern) => Boolean(data?.patterns[pattern] && !data.patterns[pattern].outlined);

/** What is known of a model, with another pattern of it. @param {ModelData | undefined} known @param {ModelData} more @returns {ModelData} */
function withMore(known, more) {
  if (!known) return more;
  return { ...known, ...more, patterns: { ...known.patterns, ...more.patterns }, shared: { ...known.shared, ...more.shared } };
}

/** No host: the page does what it can by itself. @param {Record<string, ModelData>} shipped @param {Record<string, LessonData>} [lessons] @returns {Host} */
export function noHost(shipped, lessons = {}) {
  return {
    name: "none",
    can: () => false,
    has: (model) => model in shipped,
    ask: () => () => {},
    lesson: async (name) => lessons[name],
    describe: (model, pattern) =>
      shipped[model]?.patterns[pattern]
        ? Promise.resolve(shipped[model])
        : Promise.reject(new Error(`This file does not have the model ${model} with the pattern ${pattern}.`)),
    close() {},
  };
}

/** The kernel of a notebook. @param {any} model anywidget's @param {Record<string, ModelData>} shipped @returns {Host} */
export function kernelHost(model, shipped) {
  const send = (/** @type {object} */ message, /** @type {any} */ data) => {
    try {
      model.send(message, undefined, data ? [data] : []);
    } catch {
      own.lost(); // the widget was closed, or its kernel has ended
    }
  };
  const own = answering("kernel", send, shipped);
  const receive = (/** @type {Answer} */ answer, /** @type {DataView[]} */ buffers) => own.receive(answer, buffers?.[0] ?? null);
  model.on("msg:custom", receive);
  return {
    ...own,
    close() {
      own.quiet();
      model.off("msg:custom", receive);
    },
  };
}

/** Sub-protocol, so that a page of another version has to load anew. */
const PROTOCOL = "plausiwidgets.1";
const UPLOAD = 2e6; // bytes of a file that a server takes
const FULL = 1013; // code of a connection for which there is no place
const RETRY = [250, 8000, 15000]; // ms: first, longest, and where all places are taken

/** What this page calls itself, so that it is known after a reload. A copy of the page has another name. */
function ownName() {
  const key = "plausiwidgets.visitor";
  let name = "";
  try {
    name = sessionStorage.getItem(key) ?? "";
    sessionStorage.removeItem(key); // a tab that is duplicated takes what is stored
    addEventListener("pagehide", () => sessionStorage.setItem(key, name));
    addEventListener("pageshow", () => sessionStorage.removeItem(key));
  } catch {
    // A browser that stores nothing: the page is a new one after a reload.
  }
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  name = /^[0-9a-f]{32}$/.test(name) ? name : fresh();
  return name;
}

/** A message and its bytes as one: the length of the JSON, the JSON, the bytes. @param {string} text @param {ArrayBuffer} data */
export function framed(text, data) {
  const json = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + json.length + data.byteLength);
  new DataView(frame.buffer).setUint32(0, json.length);
  frame.set(json, 4);
  frame.set(new Uint8Array(data), 4 + json.length);
  return frame;
}

/**
 * A server, over one WebSocket that is opened again when it closes; frames as of `framed`, or text.
 * @param {string} address @param {Record<string, ModelData>} shipped @param {string} language @returns {Host}
 */
export function serverHost(address, shipped, language) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {(string | Uint8Array<ArrayBuffer>)[]} */
  const waiting = [];
  let closed = false;
  let isOpen = false;
  let wasOpen = false;
  /** @type {(sentence: string) => void} */
  let lossChanged = () => {};
  const name = ownName();
  let spoken = language;
  const greet = () => socket?.send(JSON.stringify({ kind: "hello", visitor: name, language: spoken }));
  const own = answering(
    "server",
    (message, data) => {
      const text = JSON.stringify(message);
      if (data && data.byteLength > UPLOAD) {
        const error = tr("The file has {size} MB, but the server accepts at most {most} MB. A notebook accepts larger files.", {
          size: (data.byteLength / 1e6).toFixed(1),
          most: UPLOAD / 1e6,
        });
        const { id, kind } = /** @type {any} */ (message);
        setTimeout(() => own.receive({ id, kind, state: "failed", error }, null));
        return;
      }
      const frame = data ? framed(text, data) : text;
      if (isOpen) socket?.send(frame);
      else if (!wasOpen) waiting.push(frame); // else it is asked again
    },
    shipped,
  );
  const connect = (delay = RETRY[0]) => {
    if (closed) return; // while the next try was awaited
    socket = new WebSocket(address.replace(/^http/, "ws"), [PROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      greet();
      isOpen = true;
      lossChanged("");
      own.found();
      for (const frame of waiting.splice(0)) socket?.send(frame);
      if (wasOpen) own.again();
      wasOpen = true;
    };
    socket.onmessage = ({ data }) => {
      delay = RETRY[0];
      if (typeof data === "string") return own.receive(JSON.parse(data), null);
      const size = new DataView(data).getUint32(0);
      const text = new TextDecoder().decode(new Uint8Array(data, 4, size));
      own.receive(JSON.parse(text), new DataView(data, 4 + size));
    };
    socket.onclose = ({ code }) => {
      isOpen = false;
      own.quiet();
      if (closed) return;
      if (code === FULL) {
        lossChanged(
          tr("The server is full, or this page is open elsewhere. The app continues without the server and keeps trying to reconnect."),
        );
      } else own.lost();
      setTimeout(() => connect(code === FULL ? RETRY[2] : Math.min(2 * delay, RETRY[1])), code === FULL ? RETRY[2] : delay);
    };
  };
  connect();
  return {
    ...own,
    /** @param {(sentence: string) => void} listener a sentence while there is no connection, then an empty one */
    onLoss(listener) {
      lossChanged = listener;
    },
    speak(wanted) {
      if (wanted === spoken) return;
      spoken = wanted;
      if (isOpen) greet();
    },
    close() {
      closed = true;
      own.quiet();
      socket?.close();
    },
  };
}
