// The open requests to a host. Requests have ids, replies arrive in any order, and a newer request of some kinds replaces an
// older one.

import { tr } from "../i18n/texts.ts";
import { FINAL, type Kind, MAKING, NEWEST, type Reply, type Requests as RequestFields } from "../messages.ts";
import { unpacked } from "./arrays.ts";
import type { Cancel, Host, Listener } from "./host.ts";
import { Silence } from "./silence.ts";

/** The prefix of ids, which no other page of the same host has. */
export const PAGE = Math.random().toString(36).slice(2, 8);
let count = 0;
const newId = () => `${PAGE}-${++count}`;

/** An open request. Its type has no kind, because the kind of a reply is known only when it arrives. */
interface Open {
  id: string;
  readonly kind: Kind;
  readonly fields: object;
  readonly listener: (reply: Reply<Kind>, arrays: object) => void;
  readonly buffer: ArrayBuffer | undefined;
}

/** A request that created a pattern. If a server has lost the pattern, the request is repeated. */
type Making = Pick<Open, "kind" | "fields" | "buffer">;

export type Send = (message: { kind: Kind; id: string }, buffer?: ArrayBuffer) => void;

export class Requests {
  readonly silence: Silence;
  readonly #open = new Map<string, Open>();
  /** The ids of searches whose replies are ignored. */
  readonly #cancelled = new Set<string>();
  /** The requests that created patterns, by the names of the patterns. */
  readonly #made = new Map<string, Making>();

  constructor(
    readonly host: Host["name"],
    readonly send: Send,
  ) {
    this.silence = new Silence(() => send({ kind: "alive", id: newId() }));
  }

  /** Sends a request. Only this method is public and typed by the kind. */
  ask<K extends Kind>(kind: K, fields: RequestFields[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel {
    return this.#ask(kind, fields, listener as Open["listener"], buffer);
  }

  #ask(kind: Kind, fields: object, listener: Open["listener"], buffer: ArrayBuffer | undefined): Cancel {
    if (NEWEST.has(kind)) for (const [other, entry] of this.#open) if (entry.kind === kind) this.#open.delete(other);
    const entry: Open = { id: newId(), kind, fields, listener, buffer };
    this.#open.set(entry.id, entry);
    this.silence.expect();
    const message = { kind, id: entry.id, ...fields };
    this.send(message, buffer);
    return () => this.#cancel(entry);
  }

  #cancel({ id, kind }: Open): void {
    if (!this.#open.delete(id)) return;
    if (kind === "search") this.#cancelled.add(id);
    // A search outlives its request, so it must be stopped.
    const message = { kind: kind === "search" ? "stop" : "cancel", id: newId(), of: id } as const;
    this.send(message);
  }

  /** Reads a message of the host and its bytes. */
  receive(message: unknown, data: DataView | null): void {
    if (typeof message !== "object" || message === null) return;
    const reply = message as Reply<Kind>; // the host checks its replies against the table of messages
    this.silence.heard();
    const entry = this.#open.get(reply.id) ?? this.#adopted(reply);
    if (entry) {
      if (FINAL.has(reply.state) && entry.kind !== "running") this.#open.delete(reply.id);
      this.#note(entry, reply);
      this.#deliver(entry, reply, data);
    }
    if ([...this.#open.values()].some(({ kind }) => kind !== "running")) this.silence.expect();
  }

  /**
   * The request for running searches, if a reply belongs to a search that the page started before a reload. Such a search has
   * its own id.
   */
  #adopted({ kind, id }: Reply<Kind>): Open | undefined {
    if (kind !== "search" || this.#cancelled.has(id)) return undefined;
    return [...this.#open.values()].find((one) => one.kind === "running");
  }

  #note({ kind, fields, buffer }: Open, reply: Reply<Kind>): void {
    if (this.host !== "server" || !MAKING.has(kind) || reply.state !== "done") return;
    const { pattern, seed } = reply as { pattern?: string; seed?: number };
    if (!pattern) return;
    const again = { ...fields, ...(kind === "mystery" ? { seed } : {}), again: pattern };
    this.#made.set(pattern, { kind, fields: again, buffer });
  }

  #deliver({ listener }: Open, reply: Reply<Kind>, data: DataView | null): void {
    try {
      listener(reply, unpacked(reply.arrays ?? {}, data));
    } catch (error) {
      console.warn("plausiwidgets: an answer was not read:", error);
      const why = error instanceof Error ? error.message : String(error);
      const text = tr("The response from Python could not be read: {error}.", { error: why });
      listener({ kind: reply.kind, id: reply.id, state: "failed", error: text } as Reply<Kind>, {});
    }
  }

  /** Continues after the connection was lost. The server may have lost patterns, so they are created first. */
  resend(): void {
    for (const [id, { fields }] of this.#open) if ("again" in fields) this.#open.delete(id); // the request belongs to an earlier connection
    const all = [...this.#made.values()];
    // The requests are sent one by one, because a server rejects many simultaneous requests.
    const next = () => {
      const one = all.shift();
      if (!one) return this.#resendOpen();
      this.#ask(one.kind, one.fields, ({ state }) => FINAL.has(state) && next(), one.buffer);
    };
    next();
  }

  /** Sends the open requests again. */
  #resendOpen(): void {
    for (const entry of [...this.#open.values()]) {
      if (entry.kind === "running") continue;
      this.#open.delete(entry.id);
      entry.id = newId();
      this.#open.set(entry.id, entry);
      const message = { kind: entry.kind, id: entry.id, ...entry.fields };
      this.send(message, entry.buffer);
    }
  }
}
