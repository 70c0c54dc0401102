import { effect, type ReadonlySignal, untracked, useComputed } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { type MakePicture, shownIn } from "../figure/CanvasView.tsx";
import { language, tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { perFrame } from "../models/schedule.ts";
import { isOpen, noEvaluations, type Search, type SearchModel } from "../models/search.ts";
import { isOf } from "../models/selection.ts";
import { countText, patternInSentence } from "../models/titles.ts";
import { Cloud } from "./cloud.tsx";
import { isLost } from "./focus.ts";
import { glossing } from "./glosses.tsx";
import { Heading } from "./Heading.tsx";
import { objectiveCurve } from "./objective.ts";

type Models = Pick<App, "selection" | "search" | "task" | "screen" | "host">;

/** The panel under the figure, which shows a search. */
export function SearchPanel({ selection, search, task, screen, host }: Models) {
  const found = search.search.value;
  const isPlayed = search.isPlaying.value;
  const isOver = found !== null && !isOpen(found) && !isPlayed;
  const titled = { catalogue: selection.catalogue, data: selection.data.value };
  const title = patternInSentence(titled, found?.pattern ?? selection.pattern.value.key);
  const words = useComputed(() => wordsOf(search));
  const place = useRef<HTMLElement>(null);
  // If a part of the figure is out of sight, the page scrolls until the figure and the search are visible.
  useEffect(() => place.current?.parentElement?.scrollIntoView({ block: "nearest" }), []);
  const onFocus = useFocus(place);
  return (
    <section class="pw-drawer" aria-label={tr("Search")} ref={place} onFocusIn={onFocus}>
      <div class={`pw-drawerhead${isOver ? " over" : ""}`}>
        <div>
          <Heading host={host}>{tr("Search for {pattern}", { pattern: title })}</Heading>
          <Progress words={words} ended={isOver ? found : null} selection={selection} search={search} host={host} />
        </div>
        <div class="pw-drawerbuttons">
          <Controls found={found} isPlayed={isPlayed} search={search} task={task} />
          <Take search={search} task={task} />
        </div>
      </div>
      <div class="pw-evaluations">
        <Curve words={words} search={search} screen={screen} host={host} />
        <Cloud search={search} screen={screen} />
      </div>
    </section>
  );
}

interface ControlsProps extends Pick<App, "search" | "task"> {
  readonly found: Search | null;
  readonly isPlayed: boolean;
}

/** The buttons that control a search. Their keys keep the focus on a button while others come and go. */
function Controls({ found, isPlayed, search, task }: ControlsProps) {
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
      {found && !isRunning && !isPlayed && (
        <button type="button" key="elsewhere" onClick={() => task.search("random")}>
          {tr("Search from a new start")}
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

/** Puts the best parameters on the sliders. */
function Take({ search, task }: Pick<App, "search" | "task">) {
  const hasBest = useComputed(() => Boolean(search.search.value?.best));
  const isTaken = search.isTaken.value;
  return (
    <button
      type="button"
      class="pw-take"
      disabled={!hasBest.value || task.task.value.kind === "practice"}
      aria-disabled={isTaken}
      onClick={() => isTaken || search.take()}
    >
      {tr("Use these parameters")}
    </button>
  );
}

interface ProgressProps extends Pick<App, "selection" | "search" | "host"> {
  readonly words: ReadonlySignal<string>;
  /** The search, if it is over. */
  readonly ended: Search | null;
}

/** How far a search is, or its result. */
function Progress({ words, ended, selection, search, host }: ProgressProps) {
  const glossed = glossing();
  const result = ended ? `. ${resultOf(ended, { selection, search, host })}` : "";
  return <p role="status">{glossed(`${words.value}${result}`)}</p>;
}

/**
 * Keeps the focus. A button can be gone after a click. The focus then moves to the next button, and after the panel is closed
 * to the button that opens it. Returns the listener for the focus.
 */
function useFocus(place: RefObject<HTMLElement | null>): (event: FocusEvent) => void {
  const last = useRef<EventTarget | null>(null);
  useEffect(() => {
    if (place.current) refocus(last, place.current, ".pw-drawerbuttons button:not(:disabled)");
  });
  useEffect(() => {
    const app = place.current?.closest(".pw-app");
    return () => {
      if (app) setTimeout(refocus, 0, last, app, "[data-search]");
    };
  }, [place]);
  return (event) => {
    last.current = event.target;
  };
}

/** Moves the focus to another element if the element that had it was removed. */
function refocus(last: RefObject<EventTarget | null>, within: Element, next: string): void {
  if (!(last.current instanceof Node) || last.current.isConnected) return;
  last.current = null;
  if (isLost()) within.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
}

/** How far a search is. */
function wordsOf({ search, drawn }: SearchModel): string {
  const found = search.value;
  if (!found) return tr("starting …");
  if (found.before === 1) return tr("1 visitor is ahead of you …");
  if (found.before) return tr("{count} visitors are ahead of you …", { count: found.before });
  const count = drawn.value;
  return tr("{count} evaluated, best loss {least}", { count: countText(count), least: leastOf(found, count) });
}

/** The smallest loss of the evaluations that are drawn. */
function leastOf({ evaluations }: Search, count: number): string {
  if (!count) return "–";
  if (count === evaluations.count) return numberText(evaluations.least, 3);
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) if (evaluations.losses[k] < least) least = evaluations.losses[k];
  return numberText(least, 3);
}

/** The result of a search that is over, and what the user can do next. */
function resultOf(found: Search, { selection, search, host }: Pick<App, "selection" | "search" | "host">): string {
  const { state, status, least, error, evaluations, best } = found;
  if (state === "failed") return error || tr("The search failed.");
  if (least === 0 && evaluations.count === 1 && search.isBestAtStart.value)
    return tr("Your parameters already show the pattern. Move a slider first, or search from a new start.");
  if (host.name === "none" && least === 0)
    return tr("Criteria met, not verified. Open these parameters in a notebook to verify them.");
  if (state === "done" && selection.pattern.value.ruled_out && isOf(found, selection.current.value))
    return tr("Ruled out by a proof. Use the closest match, or choose another neuron model.");
  if (host.name === "none" && state === "done")
    return tr(
      "Not found, which does not prove that no solution exists. Search from a new start, or run the Python search in a notebook.",
    );
  if (status === "replicated" && search.isTaken.value)
    return tr("Found and verified. These parameters are now on your sliders. Drag to see how far you can change them.");
  if (status === "replicated")
    return tr("Found and verified. Use these parameters, then drag to see how far you can change them.");
  if (least === 0 && status !== "fragile")
    return tr("Criteria met, not verified. Use these parameters to verify them, or search again.");
  if (status === "fragile")
    return tr(
      "Not robust. All criteria are met, but one verification test fails. Use these parameters anyway, or search again.",
    );
  if (state === "stopped" && !best) return tr("Stopped before the first evaluation.");
  if (state === "stopped") return tr("Stopped. Use the best parameters so far, or search again.");
  return notFound(found.atEnds.join(", "));
}

function notFound(names: string): string {
  if (names)
    return tr(
      "Not found. The best parameters are at a limit of the search range of {names}. Widen that range, search from a new start, or choose another neuron model.",
      { names },
    );
  return tr(
    "Not found, which does not prove that no solution exists. Search from a new start, widen a range, or choose another neuron model.",
  );
}

type CurveProps = Pick<App, "search" | "screen" | "host"> & { readonly words: ReadonlySignal<string> };

/** The loss of each evaluation. */
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

/** Draws the curve of a search, again after each change. Returns how to stop. */
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
