// No host: the page does everything itself. It searches in a worker of the browser, if there are workers.

import type { Catalogue, LessonData, ModelData } from "../catalogue.ts";
import type { Kind, Reply, Requests } from "../messages.ts";
import type { Cancel, Host, Listener } from "./host.ts";
import type { Order, Report } from "./worker.ts";

export function fileHost(shipped: Record<string, ModelData>, lessons: Readonly<Record<string, LessonData>> = {}): Host {
  return {
    name: "none",
    can: () => false,
    has: (model) => model in shipped,
    ask: () => () => {},
    lesson: async (name) => lessons[name],
    describe(model, pattern) {
      if (shipped[model]?.patterns[pattern]) return Promise.resolve(shipped[model]);
      const sentence = `This file does not have the model ${model} with the pattern ${pattern}.`;
      return Promise.reject(new Error(sentence));
    },
    close() {},
  };
}

/** A worker that runs the script of this page. */
function createWorker(): Worker {
  const script = document.querySelector<HTMLScriptElement>("body > script[type=module]");
  if (script?.src) return new Worker(script.src);
  // The text imports nothing.
  return new Worker(URL.createObjectURL(new Blob([script?.text ?? ""], { type: "text/javascript" })));
}

const STEERING = ["pause", "resume", "stop"] as const;
type Steering = (typeof STEERING)[number];
const isSteering = (kind: Kind): kind is Steering => (STEERING as readonly Kind[]).includes(kind);

/** The searches of a page, one at a time. */
class Searches {
  #worker: Worker | null = null;
  #count = 0;

  constructor(
    readonly catalogue: Catalogue,
    readonly shipped: Readonly<Record<string, ModelData>>,
    readonly begin: () => Worker,
  ) {}

  search(fields: Requests["search"], listener: Listener<"search">): Cancel {
    const id = `page-${++this.#count}`;
    let isCancelled = false;
    const fail = (error: string) => listener({ id, kind: "search", state: "failed", error }, {});
    try {
      this.#worker ??= this.begin();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      setTimeout(() => fail(text));
      return () => {};
    }
    this.#worker.onmessage = ({ data }: MessageEvent<Report>) => {
      if (data.id === id && !isCancelled) listener(replyOf(data, fields), arraysOf(data));
    };
    this.#worker.onerror = (event) => fail(event.message || "the search failed");
    this.#post(this.#orderOf(id, fields));
    return () => {
      isCancelled = true;
      this.#post({ order: "stop", id });
    };
  }

  #orderOf(id: string, { model, pattern, values, dt, begin, free, bounds, seed, budget }: Requests["search"]): Order {
    const needed = { ...this.catalogue, models: {}, patterns: { [pattern]: this.catalogue.patterns[pattern] } };
    const settings = { begin, free: free ?? [], bounds: bounds ?? {}, seed, budget };
    return {
      order: "search",
      id,
      catalogue: needed,
      data: this.shipped[model],
      from: { pattern, values, dt },
      settings,
    };
  }

  steer(kind: Steering, { of }: Requests[Steering]): Cancel {
    if (of) this.#post({ order: kind, id: of });
    return () => {};
  }

  #post(order: Order): void {
    this.#worker?.postMessage(order);
  }

  close(): void {
    this.#worker?.terminate();
  }
}

function replyOf(
  { id, state, from, best, least, evaluations, seconds, space, spread }: Report,
  fields: Requests["search"],
) {
  const { model, pattern, values, dt, budget = 0 } = fields;
  const complete = Object.keys(best).length ? { ...values, ...best } : {};
  const search = {
    ...{
      id,
      model,
      pattern,
      dt,
      evaluations,
      budget,
      loss: least,
      best: complete,
      at_bounds: [],
      seconds,
      sentence: "",
    },
    status: least === 0 ? ("unverified" as const) : ("rejected" as const),
  };
  const reply: Reply<"search"> = { id, kind: "search", state, from, search, space, spread };
  return reply;
}

const arraysOf = ({ losses, restarts, values, distribution }: Report) => ({
  loss: Float32Array.from(losses),
  restarts: Int32Array.from(restarts),
  values: Float32Array.from(values),
  mean: Float64Array.from(distribution?.mean ?? []),
  covariance: Float64Array.from(distribution?.covariance ?? []),
  population: new Float32Array(),
});

/** A host that searches in the browser. `begin` makes the worker, by default from the script of the page. */
export function withSearch(
  host: Host,
  catalogue: Catalogue,
  shipped: Readonly<Record<string, ModelData>>,
  begin: () => Worker = createWorker,
): Host {
  if (typeof Worker === "undefined") return host;
  const searches = new Searches(catalogue, shipped, begin);
  return {
    ...host,
    can: (kind) => kind === "search" || kind === "running" || isSteering(kind) || host.can(kind),
    ask<K extends Kind>(kind: K, fields: Requests[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel {
      // The compiler does not narrow the fields and the listener by the kind.
      if (kind === "search") return searches.search(fields as Requests["search"], listener as Listener<"search">);
      if (isSteering(kind)) return searches.steer(kind, fields as Requests[Steering]);
      return host.ask(kind, fields, listener, buffer);
    },
    close() {
      searches.close();
      host.close();
    },
  };
}
