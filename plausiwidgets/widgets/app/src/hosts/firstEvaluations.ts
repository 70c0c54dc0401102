// The first evaluations of a search in a notebook. The page evaluates until Python has compiled the neuron, so that the user
// sees a progress. These evaluations are only drawn. They are not a part of Python's search.

import type { Kind, Reply, ReplyArrays, Requests } from "../messages.ts";
import { FINAL } from "../messages.ts";
import type { Cancel, Host, Listener } from "./host.ts";

const LATE = 250; // time in ms after which the page evaluates, because a compiled neuron replies earlier
const PATIENCE = 60000; // time in ms during which a silent kernel counts as preparing a search

type Arrays = Partial<ReplyArrays["search"]>;
type Found = Extract<Reply<"search">, { readonly search?: unknown }>;
/** Limits of a search that a notebook already has. */
export type Limits = () => Pick<Requests["search"], "bounds" | "free">;

interface Drawn {
  readonly id: string;
  steer(kind: "pause" | "resume" | "stop"): void;
}

/** A kernel with a page that draws its own evaluations until those of Python arrive. */
export function withFirstEvaluations(kernel: Host, page: Host, limits: Limits): Host {
  let drawn: Drawn | null = null;
  const preparation = createPreparation(kernel);

  function search(fields: Requests["search"], listener: Listener<"search">): Cancel {
    let last: Found | null = null;
    let of = ""; // the id of Python's search
    let cancelPage: Cancel = () => {};
    let hasBegun = false;
    const begin = (state: "superseded" | "stopped") => {
      hasBegun = true;
      preparation.end();
      clearTimeout(timer);
      cancelPage();
      drawn = null;
      if (last) listener({ ...last, state } as Reply<"search">, {});
    };
    const draw = (reply: Parameters<Listener<"search">>[0], arrays: Arrays) => {
      if (hasBegun || reply.kind !== "search" || !("search" in reply) || !reply.search) return;
      const search = { ...reply.search, status: "rejected" as const }; // only Python may verify a set
      last = { ...reply, search, state: reply.state === "paused" ? "paused" : "running" } as Found;
      listener(last as Reply<"search">, arrays);
      drawn = { id: reply.id, steer };
    };
    const steer = (kind: "pause" | "resume" | "stop") => {
      if (kind === "stop") {
        begin("stopped");
        cancel();
        return;
      }
      if (last) page.ask(kind, { of: last.id }, () => {});
      if (of) kernel.ask(kind, { of }, () => {});
    };
    const timer = setTimeout(() => {
      cancelPage = page.ask("search", { ...fields, ...limits() }, draw);
    }, LATE);
    preparation.begin();
    const cancel = kernel.ask("search", fields, (reply, arrays) => {
      of = reply.id;
      const isFirst = FINAL.has(reply.state) || ("search" in reply && (reply.search?.evaluations ?? 0) > 0);
      if (isFirst && !hasBegun) begin("superseded");
      if (hasBegun || !last) listener(reply, arrays);
    });
    return () => {
      clearTimeout(timer);
      preparation.end();
      cancelPage();
      cancel();
    };
  }

  return {
    ...kernel,
    isPreparing: preparation.isNow,
    onSilence: preparation.onSilence,
    ask<K extends Kind>(kind: K, fields: Requests[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel {
      // The compiler does not narrow the fields and the listener by the kind.
      const request = fields as Requests["search"];
      if (kind === "search" && !request.pace) return search(request, listener as Listener<"search">);
      const of = "of" in fields ? fields.of : "";
      if (drawn && of === drawn.id && (kind === "pause" || kind === "resume" || kind === "stop")) {
        drawn.steer(kind);
        return () => {};
      }
      return kernel.ask(kind, fields, listener, buffer);
    },
  };
}

/** The preparation of a search, in which Python imports packages and compiles the neuron and cannot reply. */
function createPreparation(kernel: Host) {
  let isNow = false;
  let isSilent = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tell: (isSilent: boolean) => void = () => {};
  const end = () => {
    clearTimeout(timer);
    if (!isNow) return;
    isNow = false;
    if (isSilent) tell(true);
  };
  return {
    isNow: () => isNow,
    end,
    begin() {
      end();
      isNow = !isSilent;
      timer = setTimeout(end, PATIENCE);
    },
    /** Calls the listener again if the kernel is still silent after the preparation. */
    onSilence(listener: (isSilent: boolean) => void) {
      tell = listener;
      kernel.onSilence?.((isSilentNow) => {
        isSilent = isSilentNow;
        listener(isSilentNow);
      });
    },
  };
}
