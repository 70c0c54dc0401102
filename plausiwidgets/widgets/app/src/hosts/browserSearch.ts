// Searches in the workers of the browser, for all neurons and patterns that the page can evaluate. If the host can verify, a
// search is only successful after its verification, and continues until then.

import { type Catalogue, type ModelData, patternOf } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import type { Problem } from "../engine/search/objective.ts";
import { NO_DISTRIBUTION } from "../engine/search/portfolio.ts";
import { axesOf, Chart } from "../engine/search/space.ts";
import type { Order, Report, SearchOrder } from "../engine/search/worker.ts";
import { tr } from "../i18n/texts.ts";
import type { Kind, Requests } from "../messages.ts";
import { Candidates } from "./candidates.ts";
import type { Cancel, Host, Listener } from "./host.ts";
import { SearchProgress } from "./searchProgress.ts";
import { createWorker, type Leader, leaderOf, pageLeader } from "./searchWorkers.ts";
import { keepSearch, keptSearch } from "./storedSearch.ts";

const BUDGET = 100_000; // default number of evaluations, as in Python
const PREFIX = "page-"; // prefix of the ids of searches of the page
const STEERING = ["pause", "resume", "stop"] as const;
type Steering = (typeof STEERING)[number];
const isSteering = (kind: Kind): kind is Steering => (STEERING as readonly Kind[]).includes(kind);

export interface BrowserSearchOptions {
  /** Creates a worker, by default from the script of the page. */
  readonly begin?: () => Worker;
  /** The runtime that the code of custom neurons requires. */
  readonly runtime?: string;
  /** The name under which the tab stores the search for a reload. If it is empty, nothing is stored. */
  readonly keptAs?: string;
}

/** The running search or the last one. */
interface Current {
  readonly progress: SearchProgress;
  readonly order: SearchOrder;
  readonly candidates: Candidates;
  readonly chart: Chart;
  readonly listener: Listener<"search">;
  report: Report | null;
  /** The number of leaders that failed during the search. */
  failures: number;
  /** The state that the user requested. */
  wanted: SearchOrder["state"];
  /** The state of the search on the page. It stays open until the candidates of a finished search are verified. */
  state: Report["state"];
  cancelVerification: Cancel;
}

const isEnded = (state: Report["state"]): boolean => state !== "running" && state !== "paused";

/** The searches of a page, one at a time. */
export class Searches {
  #leader: Leader | null = null;
  #current: Current | null = null;
  #count = 0;
  /** The number of earlier searches of a pair, so that a search from a new start has another seed. */
  readonly #seeds = new Map<string, number>();
  readonly #keep = () => {
    const now = this.#current;
    if (!now || !this.options.keptAs) return;
    const { fields, rows } = now.progress;
    const { seed, budget } = now.order;
    keepSearch(this.options.keptAs, { fields: { ...fields, seed, budget }, state: now.state, rows });
  };

  constructor(
    readonly host: Host,
    readonly catalogue: Catalogue,
    readonly shipped: Readonly<Record<string, ModelData>>,
    readonly options: BrowserSearchOptions,
  ) {
    if (!options.keptAs) return;
    addEventListener("pagehide", this.#keep);
    // The first worker starts while the page is idle, so that a search can start immediately after a click.
    globalThis.requestIdleCallback?.(() => this.#lead());
  }

  /** Whether the page can evaluate a pair of model and pattern. */
  canEvaluate({ model, pattern }: Pick<Requests["search"], "model" | "pattern">): boolean {
    const data = this.shipped[model];
    if (!NEURONS[model] || !data?.patterns[pattern]) return false;
    const { components } = patternOf(this.catalogue, data, pattern);
    return components.every(({ tape, criteria }) => tape || !criteria.length) && components.some(({ tape }) => tape);
  }

  search(
    fields: Requests["search"],
    listener: Listener<"search">,
    again: { readonly known?: Float64Array; readonly state?: SearchOrder["state"] } = {},
  ): Cancel {
    const id = `${PREFIX}${++this.#count}`;
    this.#current?.cancelVerification();
    const problem = this.#problemOf(fields);
    const unbounded = problem.axes.find(({ low, high }) => !(low < high && Number.isFinite(high - low)));
    if (unbounded || !problem.axes.length) {
      const error = unbounded
        ? tr("The range of {name} must have finite bounds with low < high.", { name: unbounded.name })
        : tr("All parameters are fixed. Include at least one in the search.");
      setTimeout(() => listener({ id, kind: "search", state: "failed", error }, {}));
      return () => {};
    }
    const order = this.#orderOf(id, fields, problem, again);
    const current: Current = {
      progress: new SearchProgress(id, fields, problem, order.budget),
      order,
      candidates: new Candidates(),
      chart: new Chart(problem.axes),
      listener,
      report: null,
      failures: 0,
      wanted: order.state,
      state: "running",
      cancelVerification: () => {},
    };
    this.#current = current;
    this.#post(order);
    return () => {
      if (this.#current !== current) return;
      this.#end(current);
      this.#current = null;
    };
  }

  steer(kind: Steering, { of }: Requests[Steering]): void {
    const now = this.#current;
    if (now?.order.id !== of) return;
    now.wanted = ({ pause: "paused", resume: "running", stop: "stopped" } as const)[kind];
    if (kind === "stop") now.cancelVerification();
    // For its worker, a search that only waits for its verification has ended.
    if (kind === "stop" && now.report && isEnded(now.report.state) && !isEnded(now.state))
      this.#publish(now, "stopped");
    else this.#post({ order: kind, id: now.order.id });
  }

  /** Continues the search that the page had before a reload. */
  async restore(listener: Listener<"search">): Promise<void> {
    const stored = this.options.keptAs ? keptSearch(this.options.keptAs) : null;
    if (!stored || this.#current) return;
    const { fields, state, rows } = stored;
    try {
      await this.host.describe(fields.model, fields.pattern);
    } catch {
      return; // the host no longer has the pair
    }
    if (this.#current || !this.canEvaluate(fields)) return;
    this.search(fields, listener, { known: rows, state: state === "failed" ? "stopped" : state });
  }

  close(): void {
    if (this.options.keptAs) removeEventListener("pagehide", this.#keep);
    if (this.#current) this.#end(this.#current);
    this.#current = null;
    this.#leader?.close();
  }

  /** Creates the workers and keeps them, because the code of a new worker needs a few tenths of a second to become fast. */
  #lead(): Leader {
    this.#leader ??= leaderOf(
      this.options.begin ?? createWorker,
      globalThis.navigator?.hardwareConcurrency,
      (report) => this.#receive(report),
      () => this.#replaceLeader(),
    );
    return this.#leader;
  }

  #post(order: Order): void {
    try {
      this.#lead().post(order);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Continues the search with new workers, and on the page if the leader of the new workers fails too. */
  #replaceLeader(): void {
    this.#leader?.close();
    this.#leader = null;
    const now = this.#current;
    if (!now || isEnded(now.state) || isEnded(now.report?.state ?? "running")) return; // the next search gets new workers
    if (now.wanted === "stopped") {
      this.#publish(now, "stopped");
      return;
    }
    now.failures++;
    if (now.failures > 1) this.#leader = pageLeader((report) => this.#receive(report));
    const { rows } = now.progress;
    // The leader may fail before it has repeated the evaluations of a search that was restored.
    const known = rows.length < now.order.known.length ? now.order.known : rows.slice();
    this.#post({ ...now.order, known, state: now.wanted });
  }

  #problemOf({ model, pattern, values, dt, begin, free, bounds }: Requests["search"]): Problem {
    const data = this.shipped[model];
    const of = patternOf(this.catalogue, data, pattern);
    const sliders = [...of.stimulus, ...data.parameters];
    const varied = free ?? sliders.filter(({ vary }) => vary !== false).map(({ name }) => name);
    const axes = axesOf(sliders, values, { begin, free: varied, bounds: bounds ?? {} });
    const { bench: settings } = this.catalogue;
    return {
      settings,
      model: data.model,
      parameters: data.parameters,
      pattern: of,
      values,
      dt,
      axes,
    };
  }

  #orderOf(
    id: string,
    { model, pattern, begin, seed, budget = BUDGET, pace = false }: Requests["search"],
    problem: Problem,
    { known = new Float64Array(), state = "running" }: { known?: Float64Array; state?: SearchOrder["state"] },
  ): SearchOrder {
    const pair = `${model} ${pattern}`;
    const searches = this.#seeds.get(pair) ?? 0;
    this.#seeds.set(pair, searches + 1);
    const { code = {} } = this.shipped[model];
    return {
      ...{ order: "search", id, problem, seed: seed ?? searches, budget, begin, pace, known, state },
      endsItself: !this.#isVerified(),
      code,
      runtime: this.options.runtime ?? "",
    };
  }

  #isVerified(): boolean {
    return this.host.can("verify_candidate");
  }

  #receive(report: Report): void {
    const now = this.#current;
    if (report.id !== now?.order.id || isEnded(now.state)) return; // a report may still arrive after the end of a search
    now.report = report;
    const known = now.progress.count; // a new leader repeats the evaluations of a former one
    now.progress.add(report);
    this.#note(now, Math.max(known, report.from));
    const waits = report.state === "done" && !now.candidates.isEmpty && !isEnded(now.state);
    this.#publish(now, waits ? "running" : report.state, report.from);
    this.#verifyNext(now);
  }

  /** Adds the new sets that pass the verification tests of the page to the candidates. */
  #note({ progress, candidates, chart, order }: Current, from: number): void {
    if (order.endsItself || isEnded(order.state)) return; // an ended search is shown again after a reload
    for (let number = from; number < progress.count; number++) {
      if (progress.rankOf(number) !== "unverified") continue;
      const point = progress.pointOf(number);
      candidates.add({ number, point, unit: chart.encode(point) });
    }
  }

  #verifyNext(now: Current): void {
    if (isEnded(now.state) || now !== this.#current) return;
    const next = now.candidates.next();
    if (!next) return;
    const { model, pattern, dt } = now.progress.fields;
    const fields = { model, pattern, values: now.progress.setOf(next.number), dt };
    now.cancelVerification = this.host.ask("verify_candidate", fields, (reply) => {
      if (now !== this.#current || isEnded(now.state)) return;
      const isVerified = reply.state === "done" && reply.verdict.status === "replicated";
      if (reply.state === "done") now.progress.rank(next.number, isVerified ? "replicated" : "fragile");
      now.candidates.refute();
      if (isVerified) this.#finish(now);
      else if (now.report?.state === "done" && now.candidates.isEmpty) this.#publish(now, "done");
      this.#verifyNext(now);
    });
  }

  /** Ends a search whose set Python has verified. */
  #finish(now: Current): void {
    this.#end(now);
    this.#publish(now, "done");
  }

  #end(now: Current): void {
    now.cancelVerification();
    this.#leader?.post({ order: "end", id: now.order.id });
  }

  #publish(now: Current, state: Report["state"], from = now.progress.count): void {
    now.state = state;
    const report = now.report ?? { seconds: 0, error: "", distribution: NO_DISTRIBUTION, restarts: [] };
    now.listener(now.progress.reply(state, from, report), now.progress.arrays(from, report));
  }

  #fail(error: string): void {
    const now = this.#current;
    this.#leader?.close();
    this.#leader = null; // the next search gets new workers
    if (!now || isEnded(now.state)) return;
    now.cancelVerification();
    now.report = { ...(now.report ?? EMPTY), error };
    this.#publish(now, "failed");
  }
}

const EMPTY: Report = {
  id: "",
  state: "failed",
  from: 0,
  rows: new Float64Array(),
  distribution: NO_DISTRIBUTION,
  restarts: [],
  evaluations: 0,
  seconds: 0,
  error: "",
};

/** A host whose searches run in the browser if the page can evaluate the pair. */
export function withSearch(
  host: Host,
  catalogue: Catalogue,
  shipped: Readonly<Record<string, ModelData>>,
  options: BrowserSearchOptions = {},
): Host {
  const searches = new Searches(host, catalogue, shipped, options);
  const own: readonly Kind[] = ["search", "running", ...STEERING];
  return {
    ...host,
    can: (kind) => own.includes(kind) || host.can(kind),
    ask<K extends Kind>(kind: K, fields: Requests[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel {
      // The compiler does not narrow the fields and the listener by the kind.
      if (kind === "search" && searches.canEvaluate(fields as Requests["search"])) {
        return searches.search(fields as Requests["search"], listener as Listener<"search">);
      }
      if (isSteering(kind) && (fields as Requests[Steering]).of.startsWith(PREFIX)) {
        searches.steer(kind, fields as Requests[Steering]);
        return () => {};
      }
      if (kind === "running") void searches.restore(listener as Listener<"search">);
      return host.ask(kind, fields, listener, buffer);
    },
    close() {
      searches.close();
      host.close();
    },
  };
}
