// The history of a notebook as one record, which Python and the page share.
// Each write has a revision, which is one higher than that of the last known write. A write with an old revision is dropped, so
// of two simultaneous writes that of the page is lost. Python then sends its record.

import { effect } from "@preact/signals";
import type { App } from "./app.ts";
import type { ModelData } from "./catalogue.ts";
import { endsOf } from "./engine/scales.ts";
import type { SentHistory, WidgetModel } from "./hosts/kernel.ts";
import { PAGE } from "./hosts/requests.ts";
import type { HistoryStep, Requests } from "./messages.ts";
import { added, type History, present } from "./models/history.ts";
import { afterPaint, type Stop } from "./models/schedule.ts";
import { isSame, type SearchRanges, type Selection, withKnownSet } from "./models/selection.ts";

const MIN_INTERVAL = 33; // minimum time in ms between two messages, which limits them to 30 per second

/** The history in the form of the page, with the ranges of the shown step. */
interface Written extends History<Selection> {
  readonly ranges: SearchRanges;
}

export class SharedHistory {
  /** The last write that is known to both sides. */
  #known: { readonly revision: number; readonly steps: readonly Selection[] };
  /** The last write of the page, or null if it may have been lost. */
  #sent: Written | null;
  #isWaiting = false;
  #due = 0;
  #stopSending: Stop | null = null;
  /**
   * The selection that was shown when the history changed. It is replaced as soon as the data of the shown step have arrived.
   */
  #left: Selection | null = null;
  readonly #stops: readonly Stop[];

  constructor(
    readonly model: WidgetModel,
    readonly app: App,
    readonly shipped: Readonly<Record<string, ModelData>>,
    revision: number,
  ) {
    const { history, current, ranges } = app.selection;
    this.#known = { revision, steps: history.peek().steps };
    this.#sent = this.#written();
    const stopNoting = effect(() => {
      void history.value;
      this.#left = current.peek();
    });
    const stopFollowing = effect(() => {
      void [history.value, current.value, ranges.value];
      this.#sendSoon();
    });
    this.#stops = [stopNoting, stopFollowing, this.#resending()];
    model.on("change:_history", this.receive);
  }

  /** Sends the whole record when the kernel replies after a silence, because earlier messages may have been lost. */
  #resending(): Stop {
    let isSilent = false;
    return effect(() => {
      const isBack = isSilent && !this.app.verdict.isSilent.value;
      isSilent = this.app.verdict.isSilent.value;
      if (isBack) this.#sendAgain();
    });
  }

  #sendAgain(): void {
    this.#isWaiting = false;
    this.#sent = null;
    this.#sendSoon();
  }

  #sendSoon(): void {
    this.#stopSending ??= afterPaint(() => this.#send());
  }

  /** Sends the newest record, unless a message is still unanswered. The reply to that message then sends the changes. */
  #send(): void {
    this.#stopSending = null;
    const next = this.#written();
    if (this.#isWaiting || !next || isEqual(next, this.#sent)) return;
    const wait = this.#due - performance.now();
    if (wait > 0) {
      const timer = setTimeout(() => this.#send(), wait);
      this.#stopSending = () => clearTimeout(timer);
      return;
    }
    this.#due = performance.now() + MIN_INTERVAL;
    this.#isWaiting = true;
    this.#sent = next;
    const revision = this.#known.revision + 1;
    const fields = { revision, ...changeOf(this.#known.steps, next), ...this.#rangesOf(next) };
    this.app.host.ask("select", fields, ({ state, error }) => {
      this.#isWaiting = false;
      if (state === "failed") this.app.screen.notify(error ?? "");
      if (state === "done" && revision > this.#known.revision) this.#known = { revision, steps: next.steps };
      this.#send();
    });
  }

  /** The record with a drag in progress as its last step, or null while the data of the shown step are being fetched. */
  #written(): Written | null {
    const { history, current, ranges } = this.app.selection;
    const now = current.peek();
    const isStep = isSame(present(history.peek()), now);
    if (!isStep && now === this.#left) return null;
    return { ...(isStep ? history.peek() : added(history.peek(), now)), ranges: ranges.peek() };
  }

  /** The ranges of the shown step. A typed or linked value may be outside the range of its slider. */
  #rangesOf(written: Written): Pick<Requests["select"], "bounds" | "free" | "locked"> {
    const { sliders, free } = this.app.selection;
    const { values } = present(written);
    const bounds = sliders.peek().map((slider) => [slider.name, endsOf(slider, values[slider.name])]);
    return { bounds: Object.fromEntries(bounds), free: free.peek(), locked: written.ranges.locked };
  }

  /** Stores the record of Python and shows its current step. */
  readonly receive = async (): Promise<void> => {
    const record = this.model.get("_history");
    const { revision, by, ranges, exercise } = record;
    if (revision <= this.#known.revision) return;
    this.#known = { revision, steps: [] };
    if (by.startsWith(PAGE)) return this.#sendAgain(); // the reply to the last write was lost
    const { selection, task, screen } = this.app;
    const { model, pattern } = record.steps[record.at];
    const left = selection.current.peek();
    this.#left = left;
    try {
      const data = await selection.describe(model, pattern);
      // Python or the user may have selected something else in the meantime.
      if (this.#known.revision !== revision || selection.current.peek() !== left) return;
      const next = historyOf(record, { ...this.shipped, [model]: data }, selection.history.peek());
      this.#known = { revision, steps: next.steps };
      if (exercise) task.takeExercise({ model, pattern }, exercise);
      await selection.take(next);
      if (selection.current.peek() !== present(next)) return;
      selection.configure(ranges);
      this.#sent = this.#written();
    } catch (error) {
      screen.notify(error instanceof Error ? error.message : String(error));
    }
  };

  close(): void {
    this.#stopSending?.();
    for (const stop of this.#stops) stop();
    this.model.off("change:_history", this.receive);
  }
}

const isEqual = (a: Written, b: Written | null): boolean =>
  b !== null &&
  a.at === b.at &&
  a.ranges === b.ranges &&
  a.steps.length === b.steps.length &&
  a.steps.every((step, k) => step === b.steps[k]);

/** The difference between two histories: the part of the former steps that is kept, and the steps after it. */
function changeOf(
  former: readonly Selection[],
  { steps, at }: History<Selection>,
): Pick<Requests["select"], "kept" | "steps" | "at"> {
  const from = Math.max(former.indexOf(steps[0]), 0);
  const end = steps.findIndex((step, k) => step !== former[from + k]);
  const count = end < 0 ? steps.length : end;
  const sent = steps
    .slice(count)
    .map(({ model, pattern, values, dt }): HistoryStep => ({ model, pattern, values, dt }));
  return { kept: [from, from + count], steps: sent, at };
}

/**
 * The history in a record of Python. Steps that the page already has are the same objects. For any other step, the stored set
 * is the one with the same values, or none.
 */
export function historyOf(
  { steps, at }: SentHistory,
  shipped: Readonly<Record<string, ModelData>>,
  known?: History<Selection>,
): History<Selection> {
  const selectionOf = (step: HistoryStep, k: number): Selection => {
    const one = { ...step, set: 0 };
    const same = known?.steps[k];
    if (same && isSame(same, one)) return same;
    const data = shipped[step.model];
    return data?.patterns[step.pattern] ? withKnownSet(data, one) : one;
  };
  return { steps: steps.map(selectionOf), at };
}
