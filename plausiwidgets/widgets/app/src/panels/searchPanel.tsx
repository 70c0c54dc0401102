// The panel of a search under the figure, with the words, buttons and curve for the model of the search.
// Browser tests and benchmarks read the attributes `data-pw-objective` and `data-dots` of its canvas.

import { effect, type ReadonlySignal, untracked, useComputed } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { type MakePicture, shownIn } from "../figure/CanvasView.tsx";
import { language, tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { announced } from "../models/announced.ts";
import { perFrame } from "../models/schedule.ts";
import { isOpen, noEvaluations, type Search, type SearchModel } from "../models/search.ts";
import { countText, patternInSentence } from "../models/titles.ts";
import { Cloud } from "./cloud.tsx";
import { isLost } from "./focus.ts";
import { glossing } from "./glosses.tsx";
import { Heading } from "./Heading.tsx";
import { objectiveCurve } from "./objectiveCurve.ts";
import { ChangedParameters, largeOf, NextSteps, ResultWords, useEnded } from "./searchResult.tsx";

type Models = Pick<App, "selection" | "search" | "task" | "screen" | "host">;

/** The panel of a search under the figure. When the search is over, its head is the card of the result. */
export function SearchPanel({ selection, search, task, screen, host }: Models) {
  const found = search.search.value;
  const isPlayed = search.isPlaying.value;
  const ended = useEnded({ selection, search, host });
  const titled = { catalogue: selection.catalogue, data: selection.data.value };
  const pattern = patternInSentence(titled, found?.pattern ?? selection.pattern.value.key);
  const isAlone = host.name === "none" || (host.isAlone?.() ?? false);
  const words = useComputed(() => wordsOf(search, isAlone));
  const place = useRef<HTMLElement>(null);
  // If a part of the figure is hidden, the page scrolls until the figure and the search are visible.
  useEffect(() => place.current?.parentElement?.scrollIntoView({ block: "nearest" }), []);
  const onFocus = useFocus(place);
  return (
    <section class="pw-drawer" aria-label={tr("Search")} ref={place} onFocusIn={onFocus}>
      <div class={`pw-drawerhead${ended ? ` pw-result ${ended.kind}` : ""}`}>
        <div>
          {!ended && <Heading host={host}>{tr("Search for {pattern}", { pattern })}</Heading>}
          {!ended && <Progress words={words} />}
          <div role="status" key="status">
            {ended ? <ResultWords {...ended} pattern={pattern} host={host} /> : <Spoken words={words} />}
          </div>
        </div>
        {ended && <ChangedParameters selection={selection} search={search} />}
        <div class="pw-drawerbuttons">
          {ended ? (
            <NextSteps {...ended} selection={selection} search={search} task={task} screen={screen} />
          ) : (
            <Controls found={found} isPlayed={isPlayed} search={search} />
          )}
          <Take search={search} task={task} isNext={ended !== null && largeOf(ended.kind) === "take"} />
        </div>
      </div>
      <div class="pw-evaluations">
        <Curve words={words} search={search} screen={screen} host={host} />
        <Cloud search={search} screen={screen} />
      </div>
    </section>
  );
}

interface ControlsProps extends Pick<App, "search"> {
  readonly found: Search | null;
  readonly isPlayed: boolean;
}

/** The buttons that control a search. Their keys preserve the focus when other buttons appear and disappear. */
function Controls({ found, isPlayed, search }: ControlsProps) {
  const isRunning = found !== null && isOpen(found);
  const control = (kind: "pause" | "resume" | "stop") => () => search.control(kind);
  return (
    <>
      {isPlayed && (
        <button type="button" key="skip" onClick={() => search.skipPlayback()}>
          {tr("Skip")}
        </button>
      )}
      {isRunning && found.state !== "paused" && (
        <button type="button" key="pause" onClick={control("pause")}>
          ❚❚ {tr("Pause")}
        </button>
      )}
      {isRunning && found.state === "paused" && (
        <button type="button" key="resume" onClick={control("resume")}>
          ▶ {tr("Resume")}
        </button>
      )}
      {isRunning || !found ? (
        <button type="button" key="stop" onClick={found ? control("stop") : () => search.stopStarting()}>
          ■ {tr("Stop")}
        </button>
      ) : (
        <button type="button" key="close" onClick={() => search.show(false)}>
          {tr("Close")}
        </button>
      )}
    </>
  );
}

/** The button that moves the sliders to the best parameters. */
function Take({ search, task, isNext }: Pick<App, "search" | "task"> & { readonly isNext: boolean }) {
  const hasBest = useComputed(() => Boolean(search.search.value?.best));
  const isTaken = search.isTaken.value;
  return (
    <button
      type="button"
      class={`pw-take${isNext ? " pw-next" : ""}`}
      disabled={!hasBest.value || task.task.value.kind === "practice"}
      aria-disabled={isTaken}
      onClick={() => isTaken || search.take()}
    >
      {tr("Use these parameters")}
    </button>
  );
}

interface ProgressProps {
  readonly words: ReadonlySignal<string>;
}

/** The progress of a search. */
function Progress({ words }: ProgressProps) {
  const glossed = glossing();
  return <p class="pw-progress">{glossed(words.value)}</p>;
}

/** The progress of a search for a screen reader, which would otherwise announce each reply. */
function Spoken({ words }: ProgressProps) {
  const spoken = useMemo(() => announced(words), [words]);
  useEffect(() => spoken.close, [spoken]);
  return <span class="pw-unseen">{spoken.words}</span>;
}

/**
 * Preserves the focus. A button may disappear after a click. The focus then moves to the next button or, after the panel is
 * closed, to the button that opens it. Returns the listener for focus events.
 */
function useFocus(place: RefObject<HTMLElement | null>): (event: FocusEvent) => void {
  const last = useRef<EventTarget | null>(null);
  useEffect(() => {
    if (place.current)
      refocus(last, place.current, [".pw-next:not(:disabled)", ".pw-drawerbuttons button:not(:disabled)"]);
  });
  useEffect(() => {
    const app = place.current?.closest(".pw-app");
    return () => {
      if (app) setTimeout(refocus, 0, last, app, ["[data-search]"]);
    };
  }, [place]);
  return (event) => {
    last.current = event.target;
  };
}

/** Moves the focus to the first of some elements that exists, if the focused element was removed. */
function refocus(last: RefObject<EventTarget | null>, within: Element, next: readonly string[]): void {
  if (!(last.current instanceof Node) || last.current.isConnected) return;
  last.current = null;
  const found = next.map((selector) => within.querySelector<HTMLElement>(selector)).find((one) => one !== null);
  if (isLost()) found?.focus({ preventScroll: true });
}

/** The progress of a search in words. */
function wordsOf({ search, drawn }: SearchModel, isAlone: boolean): string {
  const found = search.value;
  if (!found) return tr("starting …");
  const count = drawn.value;
  if (found.status === "unverified" && !isAlone) {
    return tr("{count} evaluated, verifying the best parameters …", { count: countText(count) });
  }
  return tr("{count} evaluated, best loss {least}", { count: countText(count), least: leastOf(found, count) });
}

/** The smallest loss of the drawn evaluations. */
function leastOf({ evaluations }: Search, count: number): string {
  if (!count) return "–";
  if (count === evaluations.count) return numberText(evaluations.least, 3);
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) if (evaluations.losses[k] < least) least = evaluations.losses[k];
  return numberText(least, 3);
}

type CurveProps = Pick<App, "search" | "screen" | "host"> & { readonly words: ReadonlySignal<string> };

/** The plot with the loss of each evaluation. */
function Curve({ words, search, screen, host }: CurveProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current) return drawnIn(place.current, { search, screen, host });
  }, [search, screen, host]);
  return (
    <div class="pw-objective" ref={place}>
      <canvas data-pw-objective role="img" aria-label={words} />
    </div>
  );
}

const NONE = { id: "", evaluations: noEvaluations(), restarts: [] };

/** Draws the curve of a search after each change. Returns a function that stops it. */
function drawnIn(place: HTMLElement, { search, screen, host }: Pick<App, "search" | "screen" | "host">): () => void {
  const curve = objectiveCurve();
  let of = "";
  const made =
    (each: boolean): MakePicture =>
    (width, height, zoom) => {
      const size = screen.isPresenting.peek() ? 18 : 14;
      const how = { width, height, dark: screen.isDark.peek(), size, zoom, each };
      return curve.picture(search.search.peek() ?? NONE, search.drawn.peek(), how);
    };
  const own = shownIn({ host, search }, place, {
    picture: made(false),
    rested: made(true),
    whole: () => curve.ranges().x,
    read(x, _, shown) {
      const latest = search.search.peek();
      const point = latest && curve.read(latest, search.drawn.peek(), shown, x);
      const [{ top, height, left, width }] = shown.panels;
      return point && { ...point, top, height, right: left + width };
    },
  });
  const draw = () => {
    const latest = search.search.peek();
    if (latest && latest.id !== of) {
      of = latest.id;
      own.forget();
    }
    untracked(own.draw);
    place.querySelector("canvas")?.setAttribute("data-dots", String(search.drawn.peek()));
  };
  const soon = perFrame(draw);
  let isFirst = true;
  const stop = effect(() => {
    for (const shown of [search.search, search.drawn, screen.isDark, screen.isPresenting, language]) shown.value;
    if (isFirst) draw();
    else soon();
    isFirst = false;
  });
  return () => {
    stop();
    soon.cancel();
    own.close();
  };
}
