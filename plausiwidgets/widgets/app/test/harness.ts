// An app for tests, with a host that records its requests and replies when a test requires it.

import { type App, type Begin, createApp } from "../src/app.ts";
import type { ModelData } from "../src/catalogue.ts";
import type { Host } from "../src/hosts/host.ts";
import type { Kind } from "../src/messages.ts";
import { firstOf, stored } from "../src/models/selection.ts";
import { catalogue, modelData } from "./catalogue.ts";

interface Question {
  readonly kind: Kind;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any field of a request
  readonly fields: any;
  // biome-ignore lint/suspicious/noExplicitAny: and writes any reply
  readonly listener: (reply: any, arrays: any) => void;
}

/** A host that replies only when a test requires it. `can` accepts kinds of requests, by default all. */
export function hostOf(name: Host["name"] = "kernel", can: (kind: Kind) => boolean = () => true) {
  const asked: Question[] = [];
  const cancelled: Question[] = [];
  let silence: (isSilent: boolean) => void = () => {};
  const host: Host = {
    name,
    isPart: name === "kernel",
    can,
    has: () => true,
    ask(kind, fields, listener) {
      const question = { kind, fields, listener };
      asked.push(question);
      return () => cancelled.push(question);
    },
    describe: async (model) => modelData(model),
    lesson: async () => {
      throw new Error("This host has no lesson.");
    },
    onSilence: (listener) => {
      silence = listener;
    },
    close() {},
  };
  return {
    host,
    asked,
    cancelled,
    silent: (isSilent: boolean) => silence(isSilent),
    /** Replies to the newest request of a kind. */
    reply(kind: Kind, state: string, fields: object = {}, arrays: object = {}) {
      const question = asked.findLast((one) => one.kind === kind);
      if (!question) throw new Error(`No request of the kind ${kind} was sent.`);
      question.listener({ kind, id: "1", state, ...fields }, arrays);
    },
  };
}

/** The app of a pair with its first stored set. */
export function appOf(
  model = "izhikevich",
  pattern = "tonic_spiking",
  { host = hostOf().host, data = modelData(model), begin = {} }: { host?: Host; data?: ModelData; begin?: Begin } = {},
): App {
  return createApp(catalogue, host, data, stored(data, pattern, firstOf(data.patterns[pattern].sets)), {}, begin);
}

/** Waits until a condition is true, for work in slices. */
export async function until(holds: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`The condition is still false after ${ms} ms.`);
    await new Promise((go) => setTimeout(go, 5));
  }
}
