// The figure with the potential above the current. With the pointer, the user drags handles of the current, reads values and
// zooms.

import { computed, effect, type ReadonlySignal, useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { language, tr } from "../i18n/texts.ts";
import { measuredText, numberText, ofUnit, plain } from "../i18n/words.ts";
import type { Role, Zoom } from "../models/lines.ts";
import { perFrame } from "../models/schedule.ts";
import { isOf } from "../models/selection.ts";
import { isScaled, scaledWords, targetParts } from "../models/titles.ts";
import { canvasIn, followSize } from "./CanvasView.tsx";
import { hasBestRow, isTargetHidden } from "./compose.ts";
import { createHandles } from "./handles.ts";
import { hasRoom, paint } from "./painter.ts";
import { playhead } from "./playhead.ts";
import { type Reading, readable, zoomable } from "./pointer.ts";
import { type Part, resting } from "./resting.ts";
import { createRowButtons } from "./rowButtons.ts";
import { extent, type Frame, frame, isFolded, type Scene } from "./scene.ts";
import { readAt, type Traces, tracesOf, withUnit } from "./traces.ts";

type FigureProps = Pick<App, "scene" | "run" | "selection" | "search" | "screen" | "host" | "player">;

/** The figure of the app. */
export function Figure({ scene, run, selection, search, screen, host, player }: FigureProps) {
  const place = useRef<HTMLDivElement>(null);
  const label = useComputed(() => described({ run, selection }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: The figure follows the signals of one app, which stays the same.
  useEffect(() => {
    if (place.current) return watched({ scene, run, selection, search, screen, host, player }, place.current);
  }, []);
  return (
    <div class="pw-figure" data-pw-figure tabIndex={-1} ref={place}>
      <canvas role="img" aria-label={label} />
    </div>
  );
}

/** The content of the figure, in words. */
export function described({ run, selection }: Pick<App, "run" | "selection">): string {
  const { v, spikes } = run.trace.value;
  if (!v.some(Number.isFinite)) return tr("Membrane potential over time. Nothing has been simulated yet.");
  const [low, high] = extent(v);
  const unit = ofUnit(selection.data.value.model.potential_unit);
  return tr(
    "Membrane potential over time. Your neuron fires {spikes}, and the potential ranges from {low} to {high}.",
    {
      spikes: measuredText(spikes.length, "spikes"),
      low: numberText(low, 3),
      high: withUnit(high, unit),
    },
  );
}

/** The data from which the picture of the figure is made. */
interface Inputs {
  readonly scene: Scene;
  /** The size of the font in px. */
  readonly size: number;
  readonly dark: boolean;
  readonly language: string;
}

const inputsOf = ({ scene, screen }: Pick<App, "scene" | "screen">): ReadonlySignal<Inputs> =>
  computed(() => ({
    scene: scene.value,
    size: screen.isPresenting.value ? 19 : 14,
    dark: screen.isDark.value,
    language: language.value,
  }));

/** Draws the figure after changes, and handles the pointer. */
function watched(app: FigureProps, place: HTMLElement): () => void {
  const { run, scene } = app;
  const canvas = canvasIn(place);
  const inputs = inputsOf(app);
  const pictureOf = (): Traces | null => {
    const { clientWidth: width, clientHeight: height } = canvas;
    return hasRoom(canvas) ? tracesOf(inputs.peek().scene, width, height, inputs.peek()) : null;
  };
  const frameNow = () => frame(scene.peek(), canvas.clientWidth, canvas.clientHeight, inputs.peek().size);
  const zoom = (part: Part | null) => run.zoomTo(part && zoomOf(part, app));
  const rest = resting(app, place, { picture: pictureOf, zoom });
  const rows = createRowButtons(run, place);
  const handles = createHandles(app.selection, place, frameNow);
  const readout = readable(place, {
    read: (x, y) => readingAt(scene.peek(), frameNow(), x, y),
    pointed: (x) => run.pointAt(x === null ? null : frameNow().t(x)),
  });
  const stopPlayhead = playhead(app, place, frameNow);
  const draw = () => {
    const picture = pictureOf();
    if (!picture) return;
    paint(canvas, picture);
    rest.moved();
    rows.put(scene.peek().rows, frameNow());
    handles.put(isFolded(frameNow()) ? [] : scene.peek().handles, frameNow());
    readout.move();
    place.dataset.potential = picture.potential.map(Math.round).join(" ");
    place.dataset.responses = picture.responses.map(Math.round).join(" ");
    place.dataset.drawn = String(performance.now());
  };
  const stopZooming = zoomable(place, {
    panels: () => pictureOf()?.panels ?? [],
    zoom,
    wheel: (factor, x) => run.zoomBy(factor, frameNow().t(x), scene.peek().x),
  });
  const stopFollowing = followed(inputs, draw);
  const stopWanting = effect(() => {
    if (run.zoom.value) rest.want();
  });
  const stopSize = followSize(place, canvas, draw);
  return () => {
    for (const stop of [stopFollowing, stopPlayhead, stopWanting, stopZooming, stopSize, readout.close, rest.close])
      stop();
  };
}

/** The zoom for a part of the axes. An axis without a chosen range keeps its range. */
const zoomOf = ({ x, y }: Part, { scene, run }: Pick<App, "scene" | "run">): Zoom => ({
  x: x ?? scene.peek().x,
  y: y ?? run.zoom.peek()?.y ?? null,
});

/** Calls `draw` now, and at most once per frame after changes of the inputs. */
function followed(inputs: ReadonlySignal<Inputs>, draw: () => void): () => void {
  const soon = perFrame(draw);
  const first = inputs.peek();
  draw();
  const stop = effect(() => {
    if (inputs.value !== first) soon();
  });
  return () => {
    stop();
    soon.cancel();
  };
}

/** The readout at a place of the figure, or null outside its panels. */
function readingAt(scene: Scene, at: Frame, x: number, y: number): Reading | null {
  const right = at.left + at.plot;
  if (x < at.left || x > right || y < at.top) return null;
  const t = at.t(x);
  const [top, height] = [at.top, at.row + at.current - at.top];
  return { at: x, top, height, right, head: `${plain(t)} ms`, rows: readAt(scene, t) };
}

type LegendProps = Pick<App, "run" | "selection" | "search" | "task" | "screen">;

/** The legend, with the lines of the figure and their names. */
export function Legend({ selection, search, task, screen }: LegendProps) {
  // The entries must not be computed during a drag, although they depend on the selected pair.
  const isCompared = useComputed(() => isOf(screen.pinned.value, selection.current.value));
  const hasBest = useComputed(() => hasBestRow({ selection, search, task }));
  return (
    <ul class="pw-legend">
      <TargetEntry selection={selection} task={task} />
      {isCompared.value && <Entry name="pinned" text={tr("comparison")} />}
      <Entry name="yours" text={tr("your neuron")} />
      {hasBest.value && <Entry name="best" text={tr("best of the search")} />}
    </ul>
  );
}

function Entry({ name, text }: { readonly name: Role; readonly text: string }) {
  return (
    <li class={name}>
      <i aria-hidden="true" />
      {text}
    </li>
  );
}

function TargetEntry({ selection, task }: Pick<App, "selection" | "task">) {
  const pattern = selection.pattern.value;
  const [target, ...source] = targetParts(pattern, isTargetHidden(task));
  if (!target) return null;
  const isOther = isScaled(pattern);
  return (
    <li class="target" title={isOther ? scaledWords() : undefined}>
      <i aria-hidden="true" />
      {target}
      {isOther && ` ${tr("(scaled)")}`}
      <span>{source.map((one) => `, ${one}`)}</span>
    </li>
  );
}
