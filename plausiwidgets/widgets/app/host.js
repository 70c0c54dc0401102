/** @import { Answer, Arrays, Host, ModelData } from "./types.d.ts" */
// Who answers. A question is {kind, id, …fields}; its answers carry its id, and the last of them a final state.

const FINAL = ["done", "stopped", "superseded", "failed"];
const PATIENCE = 120000; // ms after which a description is given up: a custom neuron may first have to be compiled
const SILENCE = 5000; // ms without an answer after which a host is called silent, until it speaks again

/** Kinds of which a newer question replaces an older one that waits. */
const NEWEST = new Set(["simulate", "verify", "plane", "samples", "profiles", "rate", "phase", "repertoire", "assess", "describe"]);

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
export function talking(name, send, shipped) {
  /** @type {Map<string, { kind: string, hear: import("./types.d.ts").Hear }>} */
  const asked = new Map();
  let waiting = 0; // the timer that waits for an answer
  let isSilent = false;
  /** @type {(isSilent: boolean) => void} */
  let tellSilence = () => {};
  const becomes = (/** @type {boolean} */ silent) => {
    if (silent !== isSilent) tellSilence(silent);
    isSilent = silent;
  };
  const own = {
    name,
    /** @param {(isSilent: boolean) => void} hear */
    onSilence(hear) {
      tellSilence = hear;
    },
    quiet: () => clearTimeout(waiting),
    lost: () => becomes(true),
    can: (/** @type {string} */ _kind) => true,
    has: (/** @type {string} */ _model) => true,
    /** @type {Host["ask"]} */
    ask(kind, fields, hear, data) {
      const id = `${PAGE}-${++count}`;
      if (NEWEST.has(kind)) for (const [other, entry] of asked) if (entry.kind === kind) asked.delete(other);
      asked.set(id, { kind, hear });
      waiting ||= Number(setTimeout(() => becomes(true), SILENCE));
      send({ kind, id, ...fields }, data);
      return () => {
        if (asked.delete(id)) send({ kind: "cancel", id: `${PAGE}-${++count}`, of: id });
      };
    },
    /** @param {Answer} answer @param {DataView | null} data */
    hear(answer, data) {
      if (typeof answer !== "object" || answer === null) return;
      clearTimeout(waiting);
      waiting = 0;
      becomes(false);
      // After a reload, searches that this page did not ask for are told with their own ids.
      const adopted = answer.kind === "search" ? [...asked.values()].find(({ kind }) => kind === "running") : undefined;
      const entry = asked.get(answer.id) ?? adopted;
      if (!entry) return;
      entry.hear(answer, unpacked(answer.arrays ?? {}, data));
      if (FINAL.includes(answer.state) && entry.kind !== "running") asked.delete(answer.id);
    },
    /** @param {string} model @param {string} pattern @returns {Promise<ModelData>} */
    describe(model, pattern) {
      if (shipped[model]?.patterns[pattern]) return Promise.resolve(shipped[model]);
      return new Promise((give, refuse) => {
        const late = setTimeout(() => refuse(new Error("The kernel does not answer: it is busy, or it has ended.")), PATIENCE);
        own.ask("describe", { model, pattern }, (answer) => {
          clearTimeout(late);
          if (answer.state !== "done") return refuse(new Error(answer.error ?? answer.state));
          shipped[model] = withMore(shipped[model], answer.data);
          give(shipped[model]);
        });
      });
    },
  };
  return own;
}

/** What is known of a model, with another pattern of it. @param {ModelData | undefined} known @param {ModelData} more @returns {ModelData} */
function withMore(known, more) {
  if (!known) return more;
  return { ...known, ...more, patterns: { ...known.patterns, ...more.patterns }, shared: { ...known.shared, ...more.shared } };
}

/** Nobody: the page does what it can by itself. @param {Record<string, ModelData>} shipped @returns {Host} */
export function noHost(shipped) {
  return {
    name: "none",
    can: () => false,
    has: (model) => model in shipped,
    ask: () => () => {},
    describe: (model, pattern) =>
      shipped[model]?.patterns[pattern]
        ? Promise.resolve(shipped[model])
        : Promise.reject(new Error(`This file does not have the model ${model} with the pattern ${pattern}.`)),
    close() {},
  };
}

/** The kernel of a notebook. @param {any} model anywidget's @param {Record<string, ModelData>} shipped @returns {Host & { onSilence: (hear: (isSilent: boolean) => void) => void }} */
export function kernelHost(model, shipped) {
  const send = (/** @type {object} */ message, /** @type {any} */ data) => {
    try {
      model.send(message, undefined, data ? [data] : []);
    } catch {
      own.lost(); // the widget was closed, or its kernel has ended
    }
  };
  const own = talking("kernel", send, shipped);
  const hear = (/** @type {Answer} */ answer, /** @type {DataView[]} */ buffers) => own.hear(answer, buffers?.[0] ?? null);
  model.on("msg:custom", hear);
  return {
    ...own,
    close() {
      own.quiet();
      model.off("msg:custom", hear);
    },
  };
}

/**
 * A server, over one WebSocket that is opened again when it closes. A frame is text, or [length of the JSON, the JSON,
 * the bytes].
 * @param {string} address @param {Record<string, ModelData>} shipped @returns {Host}
 */
export function serverHost(address, shipped) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {string[]} */
  const waiting = [];
  let closed = false;
  const own = talking(
    "server",
    (message) => {
      const text = JSON.stringify(message);
      if (socket?.readyState === WebSocket.OPEN) socket.send(text);
      else waiting.push(text);
    },
    shipped,
  );
  const connect = (delay = 250) => {
    socket = new WebSocket(address.replace(/^http/, "ws"));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      delay = 250;
      for (const text of waiting.splice(0)) socket?.send(text);
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") return own.hear(JSON.parse(data), null);
      const size = new DataView(data).getUint32(0);
      const text = new TextDecoder().decode(new Uint8Array(data, 4, size));
      own.hear(JSON.parse(text), new DataView(data, 4 + size));
    };
    socket.onclose = () => closed || setTimeout(() => connect(Math.min(2 * delay, 8000)), delay);
  };
  connect();
  return {
    ...own,
    close() {
      closed = true;
      socket?.close();
    },
  };
}
