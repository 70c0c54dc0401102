// A small picture without axes, which is updated with the sliders, with a dot at the time under the pointer.

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { App } from "../app.ts";
import type { Point } from "../engine/flow.ts";
import type { Frame } from "../figure/axes.ts";
import { paint, placesIn, prepared } from "../figure/painter.ts";
import type { Panel } from "../figure/picture.ts";
import { type Colours, themeOf } from "../figure/theme.ts";

const WAIT = 40; // delay in ms between a change and the drawing, so that a drag does not draw for each movement
const MIN_HEIGHT = 40; // minimum height of the canvas in px
const EDGE = 4; // margin around the panel in px

/** The content of a small picture. Both functions read signals, so that a change redraws the picture. */
export interface SmallPicture {
  /** The panel in a box in px, or null while there is nothing to show. */
  panel(box: Frame, colours: Colours): Panel | null;
  /** The values at the time under the pointer, or null without a time. */
  pointed(): Point | null;
}

/** Draws a small picture on a canvas, and moves the dot after the canvas. Returns a function that stops it. */
export function drawSmall(
  canvas: HTMLCanvasElement,
  screen: App["screen"],
  { panel, pointed }: SmallPicture,
): () => void {
  const sizeOf = (): Point => [canvas.clientWidth, canvas.clientHeight];
  const size = signal(sizeOf());
  const shown = computed(() => {
    const [width, height] = size.value;
    if (height < MIN_HEIGHT) return null;
    const box = { left: EDGE, top: EDGE, width: width - 2 * EDGE, height: height - 2 * EDGE };
    return panel(box, themeOf(screen.isDark.value));
  });
  const stopDrawing = effect(() => {
    const [width, height] = size.value;
    if (height < MIN_HEIGHT) return;
    const colours = themeOf(screen.isDark.value);
    if (shown.value)
      paint(canvas, { width, height, size: 13, colours, panels: [shown.value], labels: [], name: "phase" });
    else prepared(canvas);
  });
  const stopPointing = effect(() => moveDot(canvas.nextElementSibling, shown.value, pointed()));
  const observer = new ResizeObserver(() => {
    size.value = sizeOf();
  });
  observer.observe(canvas);
  return () => {
    observer.disconnect();
    stopPointing();
    stopDrawing();
  };
}

/** Moves the dot above the canvas, which is not redrawn. */
function moveDot(dot: Element | null, panel: Panel | null, at: Point | null): void {
  if (!(dot instanceof HTMLElement)) return;
  const [x, y] = panel && at ? [placesIn(panel).px(at[0]), placesIn(panel).py(at[1])] : [Number.NaN, Number.NaN];
  dot.hidden = !Number.isFinite(x) || !Number.isFinite(y);
  if (!dot.hidden) dot.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}

/** Calls `act` a moment after a change. Further changes do not delay the call. Returns a function that stops it. */
export function afterChanges(changed: ReadonlySignal<unknown>, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    changed.value;
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, WAIT);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** The points of a line without those that are too close to the previous one on both axes. NaN is a gap. */
export function thinned(xs: ArrayLike<number>, ys: ArrayLike<number>, near: Point): [xs: number[], ys: number[]] {
  const kept: [number[], number[]] = [[], []];
  let last = Number.NaN;
  for (let k = 0; k < xs.length; k++) {
    const isNear = Math.abs(xs[k] - xs[last]) < near[0] && Math.abs(ys[k] - ys[last]) < near[1];
    if (isNear) continue;
    kept[0].push(xs[k]);
    kept[1].push(ys[k]);
    last = k;
  }
  return kept;
}
