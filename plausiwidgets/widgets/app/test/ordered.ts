// Requests of searches for tests, and a leader whose helpers work in the same thread.

import { type ModelData, patternOf, type Values } from "../src/catalogue.ts";
import type { Evaluated, Problem } from "../src/engine/search/objective.ts";
import { unpacked, widthsOf } from "../src/engine/search/rows.ts";
import { axesOf, type SpaceSettings } from "../src/engine/search/space.ts";
import { help } from "../src/engine/search/team.ts";
import { leading, type Report, type SearchOrder } from "../src/engine/search/worker.ts";
import { catalogue, modelData } from "./catalogue.ts";

export interface Case extends Partial<SpaceSettings>, Partial<Omit<SearchOrder, "problem" | "begin">> {
  /** Values that replace those of the first stored set. */
  readonly from?: Values;
}

export function problemOf(
  data: ModelData,
  pattern: string,
  { from = {}, free, bounds = {}, begin = "values" }: Case,
): Problem {
  const of = patternOf(catalogue, data, pattern);
  const [set] = data.patterns[pattern].sets;
  const values = { ...Object.fromEntries(set.values), ...from };
  const sliders = [...of.stimulus, ...data.parameters];
  const axes = axesOf(sliders, values, { free: free ?? sliders.map(({ name }) => name), bounds, begin });
  const { bench: settings } = catalogue;
  return { ...data, settings, pattern: of, values, dt: set.dt, axes };
}

export function orderOf(model: string, pattern: string, how: Case): SearchOrder {
  const problem = problemOf(modelData(model), pattern, how);
  const { begin = "values", seed = 0, budget = 4000, pace = false, endsItself = true } = how;
  const { known = new Float64Array(), state = "running", id = "a" } = how;
  return { order: "search", id, problem, seed, budget, begin, pace, endsItself, code: {}, runtime: "", known, state };
}

/** A port whose messages wait for a turn of the event loop. In Node, those of a MessagePort would block the timers. */
class FairPort {
  onmessage: ((event: MessageEvent) => void) | null = null;
  other: FairPort | null = null;
  /** Additional turns of the event loop for each message. */
  delay = 0;
  postMessage(message: unknown) {
    const data = structuredClone(message);
    let turns = this.delay;
    const send = () => (turns-- > 0 ? setImmediate(send) : this.other?.onmessage?.({ data } as MessageEvent));
    setImmediate(send);
  }
  close() {}
}

class FairChannel {
  readonly port1 = new FairPort();
  readonly port2 = new FairPort();
  constructor() {
    [this.port1.other, this.port2.other] = [this.port2, this.port1];
  }
}
Object.assign(globalThis, { MessageChannel: FairChannel });

/** A leader with some helpers. `slow` delays the replies of each helper by additional turns of the event loop. */
export function leaderOf(helpers: number, slow = 0) {
  const reports: Report[] = [];
  let over = () => {};
  const receive = leading((report) => {
    reports.push(report);
    if (report.state !== "running" && report.state !== "paused") over();
  });
  const ports = Array.from({ length: helpers }, (_, k) => {
    const { port1, port2 } = new FairChannel();
    port1.delay = k * slow;
    help(port1);
    return port2;
  });
  if (helpers) receive({ order: "lead", ports });
  return {
    reports,
    receive,
    isOver: () =>
      new Promise<void>((resolve) => {
        over = resolve;
      }),
  };
}

/** All evaluations of a search, and its last report. */
export async function searched(
  order: SearchOrder,
  helpers = 0,
  slow = 0,
): Promise<{ rows: Evaluated[]; last: Report; packed: number[] }> {
  const leader = leaderOf(helpers, slow);
  const over = leader.isOver();
  leader.receive(order);
  await over;
  const packed = leader.reports.flatMap(({ rows }) => [...rows]);
  return { rows: unpacked(packed, widthsOf(order.problem)), last: leader.reports[leader.reports.length - 1], packed };
}
