// The connection to a server, through a WebSocket that is reopened when it closes.

import type { ModelData } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { type Channel, createChannel } from "./channel.ts";
import type { Host } from "./host.ts";
import type { Send } from "./requests.ts";

/** The sub-protocol, which changes when the messages change. */
const PROTOCOL = "plausiwidgets.2";
const FORMER = "plausiwidgets.1"; // sub-protocol of version 0.3, which the page accepts only to detect an old server
const MAX_UPLOAD = 8e6; // maximum size of a file in bytes
const FULL = 1013; // the closing code of a server with the maximum number of visitors
const RETRY = { first: 250, longest: 8000, full: 15000 }; // delays in ms

/** The random name of this page, which survives a reload. A duplicate of the tab has another name. */
function visitorName(): string {
  const key = "plausiwidgets.visitor";
  let name = "";
  try {
    name = sessionStorage.getItem(key) ?? "";
    sessionStorage.removeItem(key); // otherwise a duplicate of the tab would have the same name
    addEventListener("pagehide", () => sessionStorage.setItem(key, name));
    addEventListener("pageshow", () => sessionStorage.removeItem(key));
  } catch {
    // The browser stores nothing, so the page will have another name after a reload.
  }
  if (!/^[0-9a-f]{32}$/.test(name)) {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    name = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return name;
}

/** A message as bytes: the length of the JSON text, the JSON text and the buffer. */
export function framed(text: string, data: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + json.length + data.byteLength);
  new DataView(frame.buffer).setUint32(0, json.length);
  frame.set(json, 4);
  frame.set(new Uint8Array(data), 4 + json.length);
  return frame;
}

class Connection {
  readonly channel: Channel;
  onLoss: (sentence: string) => void = () => {};
  readonly #visitor = visitorName();
  #socket: WebSocket | null = null;
  /** The messages before the first connection. */
  readonly #waiting: (string | Uint8Array<ArrayBuffer>)[] = [];
  #isOpen = false;
  #wasOpen = false;
  #isClosed = false;
  #delay = RETRY.first;

  constructor(
    readonly address: string,
    shipped: Record<string, ModelData>,
    public language: string,
  ) {
    this.channel = createChannel("server", this.#send, shipped);
    this.#connect();
  }

  readonly #send: Send = (message, data) => {
    if (data && data.byteLength > MAX_UPLOAD) {
      const size = (data.byteLength / 1e6).toFixed(1);
      const most = MAX_UPLOAD / 1e6;
      const text = tr(
        "The file has {size} MB, but the server accepts at most {most} MB. A notebook accepts larger files.",
        { size, most },
      );
      const { id, kind } = message;
      setTimeout(() => this.channel.receive({ id, kind, state: "failed", error: text }, null));
      return;
    }
    const text = JSON.stringify(message);
    const frame = data ? framed(text, data) : text;
    if (this.#isOpen) this.#socket?.send(frame);
    else if (!this.#wasOpen) this.#waiting.push(frame); // later messages are sent again after a reconnection
  };

  #connect(): void {
    if (this.#isClosed) return; // the host was closed during the delay
    const socket = new WebSocket(this.address.replace(/^http/, "ws"), [PROTOCOL, FORMER]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (socket.protocol === FORMER ? this.#refuse(socket) : this.#opened());
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#lost(code);
  }

  greet(): void {
    const greeting = { kind: "hello", visitor: this.#visitor, language: this.language };
    if (this.#isOpen) this.#socket?.send(JSON.stringify(greeting));
  }

  /** Closes the connection to a server of a former version. */
  #refuse(socket: WebSocket): void {
    this.onLoss(tr("This page and the server have different versions of plausiwidgets. Reload the page."));
    this.#isClosed = true;
    this.channel.connected(false);
    socket.close();
  }

  #opened(): void {
    this.#isOpen = true;
    this.greet();
    this.onLoss("");
    this.channel.connected(true);
    for (const frame of this.#waiting.splice(0)) this.#socket?.send(frame);
    if (this.#wasOpen) this.channel.resend();
    this.#wasOpen = true;
  }

  #receive(data: string | ArrayBuffer): void {
    this.#delay = RETRY.first;
    if (typeof data === "string") {
      this.channel.receive(JSON.parse(data), null);
      return;
    }
    const size = new DataView(data).getUint32(0);
    const text = new TextDecoder().decode(new Uint8Array(data, 4, size));
    this.channel.receive(JSON.parse(text), new DataView(data, 4 + size));
  }

  #lost(code: number): void {
    this.#isOpen = false;
    this.channel.quiet();
    if (this.#isClosed) return;
    const isFull = code === FULL;
    if (isFull) {
      this.onLoss(
        tr(
          "The server is full, or this page is open elsewhere. The app continues without the server and keeps trying to reconnect.",
        ),
      );
    } else this.channel.connected(false);
    setTimeout(() => this.#connect(), isFull ? RETRY.full : this.#delay);
    this.#delay = isFull ? RETRY.full : Math.min(2 * this.#delay, RETRY.longest);
  }

  close(): void {
    this.#isClosed = true;
    this.channel.close();
    this.#socket?.close();
  }
}

export function serverHost(address: string, shipped: Record<string, ModelData>, language: string): Host {
  const connection = new Connection(address, shipped, language);
  return {
    ...connection.channel,
    onLoss(listener) {
      connection.onLoss = listener;
    },
    speak(wanted) {
      if (wanted === connection.language) return;
      connection.language = wanted;
      connection.greet();
    },
    close: () => connection.close(),
  };
}
