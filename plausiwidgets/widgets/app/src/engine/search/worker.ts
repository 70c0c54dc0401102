// The worker's side of a search in the browser. The first worker is the leader, which plans the search, evaluates and reports.
// The other workers help. If the browser has no workers, the page leads the search.

import { addCode } from "../code.ts";
import { type Evaluated, type Problem, solvesAmplitude } from "./objective.ts";
import { type Batch, type Distribution, NO_DISTRIBUTION, Portfolio } from "./portfolio.ts";
import { packed, unpacked, widthsOf } from "./rows.ts";
import { type Code, help, type Port, Team } from "./team.ts";

const INTERVAL = 100; // ms between two reports
const FIRST_INTERVAL = 20; // ms until the first report
const PACE = 8; // evaluations per second of a search in a race, about as many as a user sees during a drag
const HEAD_START = 32; // evaluations for which such a search waits at the start, because its first points arrive together

/** A request of the page to search. */
export interface SearchOrder extends Code {
  readonly order: "search";
  readonly id: string;
  readonly problem: Problem;
  readonly seed: number;
  readonly budget: number;
  readonly begin: "values" | "random";
  /** Whether the evaluations are limited to the pace of a user. */
  readonly pace: boolean;
  /** Whether the search ends with the first set that passes the verification tests of the page. */
  readonly endsItself: boolean;
  /** Rows that were evaluated before a reload of the page, or before the leader was replaced. */
  readonly known: Float64Array;
  /** The state of the search after its known rows. */
  readonly state: "running" | "paused" | "stopped" | "done";
}

export type Order =
  | SearchOrder
  | { readonly order: "pause" | "resume" | "stop" | "end" | "report"; readonly id: string }
  | { readonly order: "help"; readonly port: Port }
  | { readonly order: "lead"; readonly ports: readonly Port[] }
  | { readonly order: "lost"; readonly place: number };

/** A report of the leader. */
export interface Report {
  readonly id: string;
  readonly state: "running" | "paused" | "done" | "stopped" | "failed";
  /** The index of the first evaluation in this report. */
  readonly from: number;
  /** The evaluations, packed. */
  readonly rows: Float64Array<ArrayBuffer>;
  readonly distribution: Distribution;
  /** The indices of the evaluations that started a restart. */
  readonly restarts: readonly number[];
  readonly evaluations: number;
  readonly seconds: number;
  readonly error: string;
}

/** One search. */
class Search {
  readonly #order: SearchOrder;
  readonly #post: (report: Report) => void;
  readonly #plan: Portfolio;
  readonly #team: Team;
  readonly #restarts: number[] = [];
  #state: "running" | "paused" | "stopped" | "done" = "running";
  #resume = () => {};
  #count = 0; // evaluations of finished batches
  #unsent: Evaluated[] = [];
  #isAccepted = false;
  #sent = 0;
  #due: number;
  readonly #began = performance.now();

  constructor(order: SearchOrder, ports: readonly Port[], post: (report: Report) => void) {
    const { problem, seed, budget, begin } = order;
    this.#order = order;
    this.#post = post;
    this.#team = new Team(problem, order, ports);
    this.#due = this.#began + FIRST_INTERVAL;
    const start = begin === "values" ? problem.axes.map(({ name }) => problem.values[name]) : null;
    this.#plan = new Portfolio({ axes: problem.axes, seed, budget, start, solvesAmplitude: solvesAmplitude(problem) });
  }

  get id(): string {
    return this.#order.id;
  }

  join(ports: readonly Port[]): void {
    this.#team.join(ports);
  }

  lose(place: number): void {
    this.#team.lose(place);
  }

  steer(order: "pause" | "resume" | "stop" | "end" | "report"): void {
    if (this.#isOver()) return;
    if (order === "report") {
      this.#report();
      return;
    }
    this.#state = ({ pause: "paused", resume: "running", stop: "stopped", end: "done" } as const)[order];
    if (order === "pause" || order === "resume") this.#report();
    this.#resume();
  }

  async run(): Promise<void> {
    try {
      await addCode(this.#order.code, this.#order.runtime);
      await this.#search();
      if (!this.#isOver()) this.#state = "done";
      this.#report();
    } catch (error) {
      this.#state = "done";
      this.#report("failed", error instanceof Error ? error.message : String(error));
    }
    this.#team.close();
  }

  async #search(): Promise<void> {
    const known = unpacked(this.#order.known, widthsOf(this.#order.problem));
    const batches = this.#plan.batches();
    if (!known.length) this.#restoreState();
    let step = batches.next();
    while (!step.done) {
      const rows = await this.#evaluate(step.value, known);
      if (!rows) return;
      this.#count += rows.length;
      if (this.#order.endsItself && rows.some(({ rank }) => rank === "unverified")) return;
      const { restarts } = this.#plan;
      step = batches.next(rows.map(({ penalties }) => penalties));
      if (!step.done && this.#plan.restarts > restarts) this.#restarts.push(this.#count);
    }
  }

  /** The rows of a batch, of which the first may be known already. Null if the search was stopped. */
  async #evaluate(batch: Batch, known: Evaluated[]): Promise<readonly Evaluated[] | null> {
    const isRepeating = known.length > 0;
    const repeated = known.splice(0, batch.points.length);
    this.#take(repeated);
    if (isRepeating && !known.length) this.#restoreState();
    let taken = 0;
    const left = { ...batch, points: batch.points.slice(repeated.length) };
    const rows = await this.#team.evaluate(left, this.#mayContinue, (complete) => {
      this.#take(complete.slice(taken));
      taken = complete.length;
    });
    return rows && [...repeated, ...rows];
  }

  /** Applies the state of the order after the known rows, unless the user has changed the state since. */
  #restoreState(): void {
    if (this.#state !== "running" || this.#order.state === "running") return;
    this.#state = this.#order.state;
    this.#report();
  }

  readonly #mayContinue = async (): Promise<boolean> => {
    while (this.#state === "paused") {
      await new Promise<void>((resume) => {
        this.#resume = resume;
      });
    }
    while (this.#order.pace && !this.#isAccepted && !this.#isOver() && this.#isEarly()) {
      this.#reportIfDue();
      await new Promise((go) => setTimeout(go, INTERVAL / 5));
    }
    return !this.#isOver();
  };

  #isEarly(): boolean {
    return performance.now() < this.#began + (1000 * (this.#sent + this.#unsent.length + HEAD_START)) / PACE;
  }

  #isOver(): boolean {
    return this.#state === "stopped" || this.#state === "done";
  }

  #take(rows: readonly Evaluated[]): void {
    if (!rows.length) return;
    this.#unsent.push(...rows);
    this.#isAccepted ||= rows.some(({ loss }) => loss === 0);
    this.#reportIfDue();
  }

  #reportIfDue(): void {
    if (performance.now() >= this.#due) this.#report();
  }

  #report(state: Report["state"] = this.#state, error = ""): void {
    const rows = packed(this.#unsent);
    const from = this.#sent;
    this.#sent += this.#unsent.length;
    this.#unsent = [];
    this.#due = performance.now() + INTERVAL;
    this.#post({
      id: this.id,
      state,
      from,
      rows,
      distribution: this.#sent ? this.#plan.distribution() : NO_DISTRIBUTION,
      restarts: [...this.#restarts],
      evaluations: this.#sent,
      seconds: this.#team.worked / 1000,
      error,
    });
  }
}

/** Runs the searches of a leader, one at a time. */
export function leading(post: (report: Report) => void): (order: Order) => void {
  let search: Search | null = null;
  let ports: readonly Port[] = [];
  return (order) => {
    switch (order.order) {
      case "search": {
        search?.steer("end");
        const own = new Search(order, ports, (report) => {
          if (search === own) post(report);
        });
        search = own;
        void own.run();
        break;
      }
      case "help":
        help(order.port);
        break;
      case "lead":
        ports = order.ports;
        search?.join(ports);
        break;
      case "lost":
        ports = ports.filter((_, place) => place !== order.place);
        search?.lose(order.place);
        break;
      default:
        if (search?.id === order.id) search.steer(order.order);
    }
  };
}

/** Starts the worker's side. The script of a page calls this function if there is no document. */
export function seek(): void {
  const receive = leading((report) => postMessage(report, { transfer: [report.rows.buffer] }));
  addEventListener("message", ({ data }: MessageEvent<Order>) => receive(data));
}
