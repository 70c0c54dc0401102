// The tour through the patterns of a model, with a button, and with a caption while it runs.

import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { sharedOf } from "../models/titles.ts";

/** Starts the tour in presentation mode. A key or a click stops it. */
export function TourButton({ screen, tour }: Pick<App, "screen" | "tour">) {
  const isRunning = tour.stage.value !== null;
  useEffect(() => (isRunning ? stoppedByUser(tour) : undefined), [isRunning, tour]);
  if (!isRunning && !(screen.isPresenting.value && tour.canBegin.value)) return null;
  const start = () => {
    screen.tool.value = "";
    screen.showsAll.value = false;
    void tour.begin();
  };
  return (
    <button
      type="button"
      title={tr("Show the verified patterns of this model one after the other. Any key stops the tour.")}
      onClick={isRunning ? tour.stop : start}
    >
      <span aria-hidden="true">{isRunning ? "■ " : "▶ "}</span>
      {isRunning ? tr("Stop") : tr("Tour")}
    </button>
  );
}

/**
 * Stops a running tour with the next key or click, which has no other effect, so that a click on the button starts no new tour.
 */
function stoppedByUser({ stage, stop }: App["tour"]): () => void {
  const act = (event: Event) => {
    if (!stage.peek()) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  const events = ["keydown", "click"] as const;
  for (const name of events) window.addEventListener(name, act, true);
  return () => {
    for (const name of events) window.removeEventListener(name, act, true);
  };
}

/** The pattern that a running tour shows, and its number. */
export function Caption({ catalogue, selection, tour }: Pick<App, "catalogue" | "selection" | "tour">) {
  const stage = tour.stage.value;
  if (!stage) return null;
  const { letter, title } = sharedOf({ catalogue, data: selection.data.value })[stage.pattern];
  return (
    <p class="pw-caption">
      <b>{letter}</b> {tr(title)}
      <small>{tr("{count} of {total}", { count: stage.number, total: tour.patterns.value.length })}</small>
    </p>
  );
}
