// The common part of a kernel and a server: requests, and the data of models and lessons.

import { isWhole, type LessonData, type ModelData } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import type { Host, MoreData } from "./host.ts";
import { Requests, type Send } from "./requests.ts";

const PATIENCE = 120000; // maximum time in ms for a description, because a custom model may need a compilation first

export interface Channel extends Host {
  /** Reads a message of the host and its bytes. */
  receive(message: unknown, data: DataView | null): void;
  /** Sets whether the host is connected. */
  connected(isConnected: boolean): void;
  /** Stops waiting for replies. */
  quiet(): void;
  /** Continues after the connection was lost. */
  resend(): void;
}

export function createChannel(name: "kernel" | "server", send: Send, shipped: Record<string, ModelData>): Channel {
  const requests = new Requests(name, send);
  return {
    name,
    can: () => true,
    has: (model) => !requests.silence.isSilent || shipped[model] !== undefined,
    ask: (kind, fields, listener, buffer) => requests.ask(kind, fields, listener, buffer),
    describe: (model, pattern, more) => described(requests, shipped, { model, pattern }, more),
    lesson: (lesson) => lessonOf(requests, lesson),
    onSilence(listener) {
      requests.silence.onChange = listener;
    },
    receive: (message, data) => requests.receive(message, data),
    connected: (isConnected) => requests.silence.set(!isConnected),
    quiet: () => requests.silence.stop(),
    resend: () => requests.resend(),
    close: () => requests.silence.close(),
  };
}

function lessonOf(requests: Requests, name: string): Promise<LessonData> {
  return new Promise((give, refuse) => {
    requests.ask("lesson", { name }, (reply) =>
      reply.state === "done" ? give(reply.lesson) : refuse(new Error(reply.error ?? reply.state)),
    );
  });
}

/**
 * Returns the known data of a model and a pattern, or requests them. An outline may be first, and `more` receives the complete
 * data.
 */
function described(
  requests: Requests,
  shipped: Record<string, ModelData>,
  { model, pattern }: { model: string; pattern: string },
  more: MoreData = () => {},
): Promise<ModelData> {
  if (isWhole(shipped[model], pattern)) return Promise.resolve(shipped[model]);
  return new Promise((give, refuse) => {
    let isGiven = Boolean(shipped[model]?.patterns[pattern]);
    if (isGiven) give(shipped[model]);
    const sentence = tr("The kernel is not responding (busy or stopped).");
    const late = setTimeout(() => refuse(new Error(sentence)), PATIENCE);
    requests.ask("describe", { model, pattern }, (reply) => {
      clearTimeout(late);
      const error = reply.state === "done" || reply.state === "running" ? "" : (reply.error ?? reply.state);
      if (error && !isGiven) return refuse(new Error(error));
      if (!error && reply.data) shipped[model] = withMore(shipped[model], reply.data);
      if (isGiven) more(shipped[model], error);
      else give(shipped[model]);
      isGiven = true;
    });
  });
}

/** The known data of a model with more patterns. */
function withMore(known: ModelData | undefined, more: ModelData): ModelData {
  if (!known) return more;
  const patterns = { ...known.patterns, ...more.patterns };
  return { ...known, ...more, patterns, shared: { ...known.shared, ...more.shared } };
}
