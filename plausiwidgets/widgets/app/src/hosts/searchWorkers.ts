// The workers for the searches of a page, with one leader and helpers on the other processor cores.

import { leading, type Order, type Report } from "../engine/search/worker.ts";
import { Silence } from "./silence.ts";

const MAX_WORKERS = 8;
const SILENCE = 20_000; // time in ms without a report of a running search after which its leader counts as lost

/** The number of workers, which leaves one core to the page. */
export function countOfWorkers(cores: number | undefined): number {
  return Math.min(Math.max((cores ?? 1) - 1, 1), MAX_WORKERS);
}

/** A worker that runs the script of this page. */
export function createWorker(): Worker {
  const script = document.querySelector<HTMLScriptElement>("body > script[type=module]");
  if (script?.src) return new Worker(script.src);
  // The text of the script has no imports.
  return new Worker(URL.createObjectURL(new Blob([script?.text ?? ""], { type: "text/javascript" })));
}

export interface Leader {
  post(order: Order): void;
  close(): void;
}

/** A leader on the page, which searches in slices that keep the page responsive. */
export function pageLeader(receive: (report: Report) => void): Leader {
  return { post: leading(receive), close() {} };
}

/**
 * Creates the workers for a number of processor cores. If the browser creates none, the page leads the searches.
 *
 * @param lost is called if the leader fails or is silent
 */
export function leaderOf(
  begin: () => Worker,
  cores: number | undefined,
  receive: (report: Report) => void,
  lost: () => void,
): Leader {
  let leader: Worker;
  try {
    leader = begin();
  } catch {
    return pageLeader(receive);
  }
  let id = ""; // of the running search
  // A leader can end without a message, for example because the memory was full.
  const silence = new Silence(() => leader.postMessage({ order: "report", id } satisfies Order), SILENCE);
  silence.onChange = (isSilent) => isSilent && lost();
  leader.onmessage = ({ data }: MessageEvent<Report>) => {
    silence.heard();
    if (data.state === "running") silence.expect();
    receive(data);
  };
  leader.onerror = (event) => {
    event.preventDefault(); // the search continues
    lost();
  };
  let helpers: Worker[] | null = null; // created by the first search
  return {
    post(order) {
      leader.postMessage(order);
      if (order.order === "search" || order.order === "resume") {
        id = order.id;
        silence.expect();
      }
      helpers ??= helpersOf(leader, begin, countOfWorkers(cores) - 1);
    },
    close() {
      silence.close();
      for (const worker of [leader, ...(helpers ?? [])]) worker.terminate();
    },
  };
}

/** Creates the helpers of a leader. A helper that fails is ignored. */
function helpersOf(leader: Worker, begin: () => Worker, count: number): Worker[] {
  const helpers: Worker[] = [];
  const ports: MessagePort[] = [];
  for (let k = 0; k < count; k++) {
    try {
      const helper = begin();
      const { port1, port2 } = new MessageChannel();
      helper.postMessage({ order: "help", port: port1 } satisfies Order, [port1]);
      helper.onerror = () => {
        const place = helpers.indexOf(helper);
        if (place < 0) return;
        helpers.splice(place, 1);
        leader.postMessage({ order: "lost", place } satisfies Order);
      };
      helpers.push(helper);
      ports.push(port2);
    } catch {
      break; // the browser creates no more workers
    }
  }
  leader.postMessage({ order: "lead", ports } satisfies Order, ports);
  return helpers;
}
