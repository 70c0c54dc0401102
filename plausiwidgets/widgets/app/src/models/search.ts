// A search for parameters that show the pattern. The host runs the search, and this model follows it.

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Range, Values } from "../catalogue.ts";
import type { Host } from "../hosts/host.ts";
import type { Reply, ReplyArrays, Requests } from "../messages.ts";
import { isOpen, received, type Search } from "./evaluations.ts";
import { following } from "./following.ts";
import { createPlayback } from "./playback.ts";
import { isOf, type Notify, type Selection, type SelectionModel, withKnownSet } from "./selection.ts";
import type { VerdictModel } from "./verdict.ts";

export { type Evaluations, isOpen, noEvaluations, received, type Search, withEvaluations } from "./evaluations.ts";

export interface HowToBegin {
  /** Whether the evaluations are limited to the pace of a user. */
  readonly pace?: boolean | undefined;
  /** The only parameters that the search may change. The default is all free ones. */
  readonly free?: readonly string[] | undefined;
  /** The starting values of the search. The default is those on the sliders. */
  readonly values?: Values | undefined;
  /** Ranges that replace those of some sliders. */
  readonly bounds?: Readonly<Record<string, Range>> | undefined;
}

export interface SearchModel {
  readonly search: ReadonlySignal<Search | null>;
  /** Whether the panel of the search is open. */
  readonly isShown: ReadonlySignal<boolean>;
  readonly isRunning: ReadonlySignal<boolean>;
  /** Whether the best parameters are on the sliders. */
  readonly isTaken: ReadonlySignal<boolean>;
  /** Whether the best parameters are the starting values of the search, which were on the sliders. */
  readonly isBestAtStart: ReadonlySignal<boolean>;
  /** Whether a search that ended too fast is played back. */
  readonly isPlaying: ReadonlySignal<boolean>;
  /** The number of drawn evaluations. */
  readonly drawn: ReadonlySignal<number>;
  /** The drawn best parameters, which are null during a playback. */
  readonly shownBest: ReadonlySignal<Values | null>;
  /**
   * The best parameters for the marks on the sliders. Null if they are on the sliders already, or if the panel shows no search
   * for the pair.
   */
  readonly onSliders: ReadonlySignal<Values | null>;
  /** The values on the sliders when the search ended, or before its best parameters replaced them. */
  readonly replaced: ReadonlySignal<Values | null>;

  /** Starts a search from the values of the sliders, or, by default if these already meet all criteria, from random values. */
  begin(from?: "values" | "random", how?: HowToBegin): void;
  control(kind: "pause" | "resume" | "stop"): void;
  /** Withdraws a search before its first reply. */
  stopStarting(): void;
  /** Moves the sliders to the best parameters, as one undo step. */
  take(): Promise<void>;
  show(isShown: boolean): void;
  skipPlayback(): void;
  /**
   * Requests the running searches from the host, so that they are shown again after a reload.
   *
   * @param showsEnded whether an ended search is shown too; it is not after a link was opened, because it belongs to another
   * neuron
   */
  resume(showsEnded?: boolean): void;
  close(): void;
}

export function createSearch(
  selection: SelectionModel,
  verdict: VerdictModel,
  host: Pick<Host, "name" | "can" | "ask" | "isAlone">,
  notify: Notify,
): SearchModel {
  const { current } = selection;
  const search = signal<Search | null>(null);
  const { isShown, show, close } = createPanel(search, selection);
  /** The values on the sliders from which the search started, or null if it started elsewhere. */
  const begun = signal<Values | null>(null);
  const playback = createPlayback(search, isShown);
  const receive = receiverOf({ search, isShown, current, notify, update: playback.update });
  let cancel = () => {};
  let starts = 0;
  const isTaken = computed(() => isAt(search.value, current.value));
  const onSliders = onSlidersOf(search, isShown, isTaken, playback.shownBest, current);
  const replacing = createReplaced(search, current);

  return {
    search,
    isShown,
    isRunning: computed(() => search.value !== null && isOpen(search.value)),
    isTaken,
    isBestAtStart: computed(() => begun.value !== null && contains(begun.value, search.value?.best)),
    isPlaying: playback.isPlaying,
    drawn: playback.drawn,
    shownBest: playback.shownBest,
    onSliders,
    replaced: replacing.replaced,
    begin(from = verdict.isMet.peek() ? "random" : "values", how = {}) {
      batch(() => {
        begun.value = from === "values" ? (how.values ?? current.peek().values) : null;
        search.value = null;
        show(true);
        notify("");
      });
      const start = ++starts;
      const request = requestOf(selection, host.isAlone?.() ? "none" : host.name, from, how);
      cancel = host.ask("search", request, (reply, arrays) => {
        if (start === starts) receive(reply, arrays); // a new search replaces the former one, which then ends
      });
    },
    control(kind) {
      const known = search.peek();
      if (!known) return;
      host.ask(kind, { of: known.id }, () => {});
      // A kernel that has ended never sends the end of its search.
      if (kind === "stop" && verdict.isSilent.peek()) search.value = { ...known, state: "stopped" };
    },
    stopStarting() {
      cancel();
      isShown.value = false;
    },
    take() {
      if (!isTaken.peek()) replacing.note();
      return take(search.peek(), selection, notify);
    },
    show,
    skipPlayback: playback.skip,
    resume(showsEnded = true) {
      if (!host.can("search")) return;
      host.ask("running", {}, (reply, arrays) => {
        const isEnded = search.peek() === null && reply.kind === "search" && reply.search && !isOpen(reply);
        if (showsEnded || !isEnded) receive(reply, arrays, true);
      });
    },
    close() {
      close();
      replacing.close();
      playback.skip();
    },
  };
}

/**
 * Whether the panel is open. A change to another pair closes it, so that nobody takes its result for one of the other pair. A
 * return to the pair of the search opens it again, unless the user has closed it.
 */
function createPanel(search: ReadonlySignal<Search | null>, { current, opened }: SelectionModel) {
  const isShown = signal(false);
  let [last, isClosed]: [Selection, boolean] = [current.peek(), false];
  const close = effect(() => {
    if (!opened.value.isOther) return;
    const now = current.peek();
    isShown.value = !isClosed && !isOf(last, now) && isOf(search.peek(), now);
    last = now;
  });
  const show = (isNow: boolean) => {
    isClosed = !isNow;
    isShown.value = isNow;
  };
  return { isShown, show, close };
}

/** The best parameters for the marks on the sliders. */
const onSlidersOf = (
  search: ReadonlySignal<Search | null>,
  isShown: ReadonlySignal<boolean>,
  isTaken: ReadonlySignal<boolean>,
  shownBest: ReadonlySignal<Values | null>,
  current: ReadonlySignal<Selection>,
): ReadonlySignal<Values | null> => {
  const isHere = computed(() => isShown.value && isOf(search.value, current.value) && !isTaken.value);
  return computed(() => (isHere.value ? shownBest.value : null));
};

/** Stores the values on the sliders when a search ends. */
function createReplaced(search: ReadonlySignal<Search | null>, current: ReadonlySignal<Selection>) {
  const replaced = signal<Values | null>(null);
  const note = () => {
    replaced.value = isOf(search.peek(), current.peek()) ? current.peek().values : null;
  };
  let ended = "";
  const close = following(search, (now) => {
    if (!now || isOpen(now) || now.id === ended) return;
    ended = now.id;
    note();
  });
  return { replaced, note, close };
}

interface Receiver {
  readonly search: { value: Search | null; peek(): Search | null };
  readonly isShown: { value: boolean; peek(): boolean };
  readonly current: ReadonlySignal<Selection>;
  readonly notify: Notify;
  /** Is called after each reply. */
  update(): void;
}

type Arrays = Partial<ReplyArrays["search"]> | Partial<ReplyArrays["running"]>;

/** Handles the replies of the host. `isAgain` is true if the search was started before a reload of the page. */
function receiverOf({ search, isShown, current, notify, update }: Receiver) {
  return (reply: Reply<"search" | "running">, arrays: Arrays, isAgain = false): void => {
    const known = search.peek();
    const record = reply.kind === "search" ? reply.search : undefined;
    if (reply.state === "failed" && !record) {
      notify(reply.error);
      isShown.value = isShown.peek() && known !== null;
      return;
    }
    if (reply.kind !== "search" || !record) return;
    // A search that was stopped by its successor is no longer shown.
    if (known && known.id !== reply.id && isOpen(known) && !isOpen(reply)) return;
    const next = received(known, { ...reply, search: record }, arrays, performance.now());
    const isOther = known?.id !== next.id;
    const isHere = isOf(next, current.peek());
    // A link may have opened another pair in the meantime. A result for the former pair must not cover it.
    if (isAgain && isOther && !isOpen(next) && !isHere) return;
    batch(() => {
      search.value = next;
      if (isOther || isHere) isShown.value = true; // a search for another pair opens the panel only with its first reply
      update();
    });
  };
}

/** Returns the request for a search. A notebook already has the limits. */
function requestOf(
  { current, ranges, free }: SelectionModel,
  host: Host["name"],
  begin: "values" | "random",
  { pace, free: own, values: start, bounds }: HowToBegin,
): Requests["search"] {
  const { model, pattern, values, dt } = current.peek();
  const isLimited = host !== "kernel" || bounds !== undefined;
  return {
    model,
    pattern,
    values: start ?? values,
    dt,
    begin,
    ...(isLimited ? { bounds: { ...ranges.peek().bounds, ...bounds }, free: free.peek() } : {}),
    ...(own ? { free: own } : {}),
    ...(pace ? { pace } : {}),
  };
}

/** Moves the sliders to the best parameters. */
async function take(search: Search | null, selection: SelectionModel, notify: Notify): Promise<void> {
  if (!search?.best) return;
  const { model, pattern, best, dt } = search;
  const now = selection.current.peek();
  selection.keep(); // undo then returns to the current values
  if (!isOf(search, now)) {
    await selection.choose(model, pattern, { values: best, dt: dt || undefined });
    return;
  }
  notify("");
  const to = { ...now, values: { ...now.values, ...best }, dt: dt || now.dt };
  selection.glideTo(withKnownSet(selection.data.peek(), to));
}

const contains = (values: Values, some: Values | null | undefined): boolean =>
  Object.entries(some ?? {}).every(([name, value]) => values[name] === value);

/** Whether a selection has the best parameters of a search. */
function isAt(search: Search | null, at: Selection): boolean {
  if (!search || !isOf(search, at) || (search.dt && search.dt !== at.dt)) return false;
  return contains(at.values, search.best);
}
