// The verdict on the selection. The page evaluates the selection, and Python, if available, verifies it.

import { batch, computed, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { ruledOutAt, type Status } from "../catalogue.ts";
import { hasOnset, type Verdict } from "../engine/judge.ts";
import type { Host } from "../hosts/host.ts";
import { tr } from "../i18n/texts.ts";
import type { Kind } from "../messages.ts";
import { following } from "./following.ts";
import type { Looked } from "./lines.ts";
import { looksOf } from "./looks.ts";
import type { RunModel } from "./run.ts";
import { afterPaint, inPieces, type Schedule, type Stop } from "./schedule.ts";
import { isJudged, knownSet, type Notify, type SelectionModel } from "./selection.ts";
import { type Evaluated, NOTHING_FOUND, type Simulation } from "./simulation.ts";
import { wordedOf } from "./wording.ts";

export { wordedOf } from "./wording.ts";

const REST = 300; // time in ms without a change before the page measures an onset thoroughly, and before Python verifies

/** The result of the verification tests, or "pending" while they run. */
export interface Verified {
  readonly status: "pending" | Status;
  readonly why: string;
  /** The number of visitors ahead of this one on a server. */
  readonly ahead?: number | undefined;
}

/** The verdict in words, with one sentence for all places, and the status that determines its colour. */
export interface Worded {
  readonly kind: "waiting" | "unjudged" | "replicated" | "unverified" | "fragile" | "rejected" | "ruled_out";
  readonly words: string;
  readonly why: string;
}

export interface VerdictModel {
  /** The last verdict, which stays until the next one is computed. */
  readonly verdict: ReadonlySignal<Verdict | null>;
  readonly verified: ReadonlySignal<Verified | null>;
  readonly worded: ReadonlySignal<Worded>;
  /** Whether the pattern has criteria. */
  readonly isJudged: ReadonlySignal<boolean>;
  /** Whether all criteria are met, according to the latest result. */
  readonly isMet: ReadonlySignal<boolean>;
  /** The index of the marked criterion, or -1. */
  readonly marked: ReadonlySignal<number>;
  /** The spans of the shown sweep that the marked criterion evaluates, or those of the criteria that are not met. */
  readonly looks: ReadonlySignal<readonly Looked[]>;
  /** Whether the host has not replied for a while. */
  readonly isSilent: ReadonlySignal<boolean>;
  /** Whether a notebook has no kernel. */
  readonly isAlone: ReadonlySignal<boolean>;
  /** Whether a silent host needs no warning, because the page needs no host or because the host is busy. */
  readonly isQuiet: ReadonlySignal<boolean>;
  /** The sentence about a silent host, until the user closes it. Otherwise an empty string. */
  readonly silence: ReadonlySignal<string>;

  mark(place: number): void;
  closeSilence(): void;
  /** Whether to send a request of a kind to the host. While the host is silent, the page works without it. */
  asks(kind: Kind): boolean;
  close(): void;
}

export function createVerdict(
  selection: SelectionModel,
  run: RunModel,
  host: Pick<Host, "name" | "can" | "ask" | "onSilence" | "isAlone" | "isPreparing">,
  notify: Notify,
  schedule: Schedule = afterPaint,
): VerdictModel {
  const { data, pattern, current } = selection;
  const contradicts = () => Boolean(ruledOutAt(pattern.value, current.value.values));
  const verdict = signal<Verdict | null>(null);
  const marked = signal(-1);
  const verification = createVerification(selection, host, notify);
  const { verified } = verification;
  const silence = createSilence(host, run, (isSilent) => {
    if (isSilent) verification.suspend();
    else if (isVerifiable(verdict.peek()) && !verified.peek() && run.isOurs.peek()) verification.begin();
  });

  const isVerifiable = (made: Verdict | null) => isFinal(made) && !untracked(contradicts);
  const take = (next: Verdict | null) => {
    verdict.value = next;
    if (isVerifiable(next) && !verified.peek() && silence.asks("verify")) verification.beginSoon();
  };
  const stopFollowing = followRun(selection, run, host, notify, schedule, {
    begin(isOther) {
      if (isOther) {
        verdict.value = null;
        marked.value = -1;
      }
      verification.reset();
    },
    take,
  });

  return {
    verdict,
    verified,
    worded: computed(() => {
      const { model } = data.value;
      return wordedOf(verdict.value, verified.value, pattern.value, model, current.value.values, run.waiting.value);
    }),
    isJudged: computed(() => isJudged(pattern.value)),
    isMet: computed(() => isFinal(verdict.value) && !isRefuted(verified.value) && !contradicts()),
    marked,
    looks: computed(() => looksOf(verdict.value, marked.value, run.trace.value, run.sweep.value)),
    ...silence,
    mark(place) {
      marked.value = place;
    },
    close() {
      stopFollowing();
      verification.close();
    },
  };
}

/** The functions for the start and the end of an evaluation. Without a result, the verdict is null. */
interface Evaluation {
  begin(isOther: boolean): void;
  take(verdict: Verdict | null): void;
}

/** Evaluates the selection whenever it changes. If the page cannot evaluate it, the verdict of the host is used. */
function followRun(
  { pattern, isGliding }: SelectionModel,
  run: RunModel,
  host: Pick<Host, "can">,
  notify: Notify,
  schedule: Schedule,
  { begin, take }: Evaluation,
): Stop {
  let stopJudging: Stop = () => {};
  const evaluated = (result: Evaluated) =>
    batch(() => {
      run.takeSweeps(result.found);
      const isForHost = !result.verdict && isJudged(pattern.peek()) && host.can("simulate");
      if (isForHost) run.askHost("verdict");
      else take(result.verdict);
    });
  // The simulation is read when the work starts. Sweeps that a procedure finds replace it, but require no new evaluation.
  const judge = (isCoarse: boolean) => {
    stopJudging = inPieces(evaluating(run.simulation.peek(), host, notify, isCoarse), (result) => {
      stopJudging = () => {};
      evaluated(result);
      if (result.verdict?.isCoarse) stopJudging = later(() => judge(false));
    });
  };
  const stops = [
    following(run.occasion, (now, last) => {
      stopJudging();
      begin(last !== null && now.opened !== last.opened && now.opened.isOther);
      if (now.isOurs && !isGliding.peek()) stopJudging = schedule(() => judge(hasOnset(pattern.peek())));
    }),
    following(run.answered, (made) => {
      if (made) take(made.verdict);
    }),
    following(run.waiting, (waiting) => {
      if (waiting && waiting.state !== "running") take(null);
    }),
    () => stopJudging(),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Calls a function when the selection has not changed for a moment. */
function later(act: () => void): Stop {
  const timer = setTimeout(act, REST);
  return () => clearTimeout(timer);
}

/** Whether all criteria are met in a thorough evaluation. */
const isFinal = (verdict: Verdict | null): boolean => verdict?.loss === 0 && !verdict.isCoarse;

/** Whether the host is silent, and the sentence about it. */
function createSilence(
  host: Pick<Host, "name" | "can" | "onSilence" | "isAlone" | "isPreparing">,
  { isOurs }: RunModel,
  onChange: (isSilent: boolean) => void,
) {
  const isSilent = signal(false);
  const isAlone = signal(false);
  const isPreparing = signal(false);
  const isClosed = signal(false);
  host.onSilence?.((isNow) =>
    batch(() => {
      isClosed.value = false;
      isSilent.value = isNow;
      isAlone.value = host.isAlone?.() ?? false;
      isPreparing.value = host.isPreparing?.() ?? false;
      onChange(isNow);
    }),
  );
  return {
    isSilent,
    isAlone,
    isQuiet: computed(() => isPreparing.value || (isAlone.value && isOurs.value)),
    silence: computed(() => {
      if (!isSilent.value || isClosed.value) return "";
      if (isPreparing.value) return tr("Python is preparing the search. The first search in a notebook takes longer.");
      return silenceWords(host.name, isOurs.value, isAlone.value);
    }),
    closeSilence() {
      isClosed.value = isSilent.peek();
    },
    asks: (kind: Kind) => host.can(kind) && !(isSilent.value && isOurs.value),
  };
}

/** Whether the verification tests show that the criteria are not met robustly. */
const isRefuted = (verified: Verified | null): boolean =>
  verified?.status === "fragile" || verified?.status === "rejected";

/** Evaluates the selection. Newer data may have criteria that this page does not support, and then a host evaluates it. */
function* evaluating(
  simulation: Simulation,
  host: Pick<Host, "can">,
  notify: Notify,
  isCoarse: boolean,
): Generator<unknown, Evaluated> {
  try {
    return yield* simulation.judging(isCoarse);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!host.can("simulate")) {
      notify(
        tr("This page cannot evaluate the criteria ({why}): update plausiwidgets, then reload the page.", { why }),
      );
    }
    return { verdict: null, found: NOTHING_FOUND };
  }
}

function silenceWords(host: Host["name"], isOurs: boolean, isAlone: boolean): string {
  if (host === "none") return tr("Searches run in this page in JavaScript, without verification by Python.");
  if (isAlone && isOurs) return tr("Live in your browser; verification needs a running notebook.");
  if (host === "server") return tr("The server is not responding. The app continues without it.");
  return isOurs
    ? tr("The kernel is not responding (busy or stopped). The app continues without it.")
    : tr("The kernel is not responding (busy or stopped), and this model needs it.");
}

/** The verification tests by Python. For stored sets, the catalogue contains the results. */
function createVerification({ data, current }: SelectionModel, host: Pick<Host, "ask">, notify: Notify) {
  const verified = signal<Verified | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cancel = () => {};

  const begin = () => {
    const of = current.peek();
    const { model, pattern, values, dt } = of;
    cancel = host.ask("verify", { model, pattern, values, dt }, (reply) => {
      if (current.peek() !== of) return;
      if (reply.state === "done" && reply.verdict) {
        verified.value = { status: reply.verdict.status, why: reply.verdict.failed_test };
      } else if (reply.state === "waiting") {
        verified.value = { status: "pending", why: "", ahead: reply.ahead };
      } else if (reply.state === "failed") {
        verified.value = null;
        notify(reply.error);
      }
    });
  };
  const end = () => {
    clearTimeout(timer);
    cancel();
    cancel = () => {};
  };
  return {
    verified,
    begin,
    /** Starts the tests when the selection has not changed for a moment. */
    beginSoon() {
      verified.value = { status: "pending", why: "" };
      timer = setTimeout(begin, REST);
    },
    /** Ends running tests, and uses the result of the catalogue for a stored set. */
    reset() {
      end();
      const of = current.peek();
      const known = data.peek().patterns[of.pattern].sets[knownSet(data.peek(), of)];
      const isKnown = known?.status === "replicated" || known?.status === "fragile";
      verified.value = isKnown ? { status: known.status, why: known.why } : null;
    },
    /** Stops waiting for a silent host. A result that arrives later is still used. */
    suspend() {
      clearTimeout(timer);
      if (verified.peek()?.status === "pending") verified.value = null;
    },
    close: end,
  };
}
