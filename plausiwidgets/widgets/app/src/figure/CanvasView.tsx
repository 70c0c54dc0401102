// A picture on a canvas, drawn by either painter, with a readout under the pointer and a zoom.

import type { HTMLAttributes } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Range } from "../catalogue.ts";
import type { Zoom } from "../models/lines.ts";
import { nearer } from "../models/zoom.ts";
import { hasRoom, paint } from "./painter.ts";
import type { Picture } from "./picture.ts";
import { type Reading, readable, zoomable } from "./pointer.ts";
import { type Part, resting } from "./resting.ts";

/** Creates the picture for a size in px. The result is null while there is nothing to show. */
export type MakePicture = (width: number, height: number, zoom: Zoom | null) => Picture | null;

export interface ShownOptions {
  readonly picture: MakePicture;
  /** The picture that Plotly shows, if it differs. */
  readonly rested?: MakePicture;
  /** The whole range of the x axis. Without this range, the picture has no zoom. */
  readonly whole?: () => Range;
  /** The readout at a place in px. */
  readonly read?: (x: number, y: number, picture: Picture) => Reading | null;
}

export interface ShownPicture {
  draw(): void;
  /** Ends the zoom with the next drawing. */
  forget(): void;
  close(): void;
}

/** Shows a picture on the canvas in an element, and handles the pointer there. */
export function shownIn(
  { host, search }: Pick<App, "host" | "search">,
  place: HTMLElement,
  { picture, rested = picture, whole, read }: ShownOptions,
): ShownPicture {
  const canvas = canvasIn(place);
  let zoom: Zoom | null = null;
  let shown: Picture | null = null;
  const made = (make: MakePicture) => (hasRoom(canvas) ? make(canvas.clientWidth, canvas.clientHeight, zoom) : null);
  const draw = () => {
    shown = made(picture);
    if (!shown) return;
    paint(canvas, shown);
    rest.moved();
    readout?.move();
  };
  const setZoom = (part: Part | null) => {
    if (!shown) return;
    const [{ x }] = shown.panels;
    zoom = part && { x: part.x ?? x.range, y: part.y ?? zoom?.y ?? null };
    rest.want();
    draw();
  };
  const zoomNear = (factor: number, px: number) => {
    if (!shown || !whole) return;
    const [{ left, width, x }] = shown.panels;
    const around = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
    const next = nearer(x.range, whole(), factor, around);
    setZoom(next && { x: next, y: null });
  };
  const rest = resting({ host, search }, place, {
    picture: () => made(rested),
    ...(whole ? { zoom: setZoom } : {}),
  });
  const readout = read && readable(place, { read: (x, y) => (shown ? read(x, y, shown) : null) });
  const stopZooming = whole && zoomable(place, { panels: () => shown?.panels ?? [], zoom: setZoom, wheel: zoomNear });
  const stopFollowing = followSize(place, canvas, draw);
  return {
    draw,
    forget() {
      zoom = null;
    },
    close() {
      stopFollowing();
      stopZooming?.();
      readout?.close();
      rest.close();
    },
  };
}

/** The first canvas in an element. */
export function canvasIn(place: HTMLElement): HTMLCanvasElement {
  const canvas = place.querySelector("canvas");
  if (!canvas) throw new Error("The place of a picture has no canvas.");
  return canvas;
}

/**
 * Calls `draw` when the size of a canvas changes, after the canvas was moved to whole px. A canvas at a fraction of a pixel is
 * blurred, and its lines jump when Plotly takes over. Returns a function that stops it.
 */
export function followSize(place: HTMLElement, canvas: HTMLCanvasElement, draw: () => void): () => void {
  const size = new ResizeObserver(() => {
    snap(place);
    draw();
  });
  size.observe(canvas);
  return () => size.disconnect();
}

/** Moves an element with a relative position to whole px. */
function snap(place: HTMLElement): void {
  place.style.left = place.style.top = "";
  const { left, top } = place.getBoundingClientRect();
  place.style.left = `${Math.round(left) - left}px`;
  place.style.top = `${Math.round(top) - top}px`;
}

export interface PicturedProps extends Pick<App, "host" | "search"> {
  /** The values of which a change redraws the picture. */
  readonly of: readonly unknown[];
  readonly picture: MakePicture;
  /** Attributes of the element around the canvas. The role "img" and its label apply to the canvas. */
  readonly attributes?: PlaceAttributes;
  readonly whole?: (() => Range) | undefined;
  readonly read?: ((x: number, y: number, picture: Picture) => Reading | null) | undefined;
}

export interface PlaceAttributes extends HTMLAttributes<HTMLDivElement> {
  readonly [data: `data-${string}`]: string | number | boolean | undefined;
}

/** A picture of a tool. */
export function Pictured({ host, search, of, picture, attributes = {}, whole, read }: PicturedProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ picture, whole, read });
  latest.current = { picture, whole, read };
  const draw = useRef(() => {});
  // biome-ignore lint/correctness/useExhaustiveDependencies: The view stays, and takes the latest functions from the ref.
  useEffect(() => {
    if (!place.current) return;
    const own = shownIn({ host, search }, place.current, {
      picture: (width, height, zoom) => latest.current.picture(width, height, zoom),
      ...(whole ? { whole: () => (latest.current.whole ?? whole)() } : {}),
      ...(read ? { read: (x, y, shown) => latest.current.read?.(x, y, shown) ?? null } : {}),
    });
    draw.current = own.draw;
    return own.close;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The caller lists what the picture depends on.
  useEffect(() => draw.current(), of);
  const { role, "aria-label": label, ...more } = attributes;
  const isImage = role === "img";
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: A canvas takes no focus.
  const canvas = isImage ? <canvas role="img" aria-label={label} /> : <canvas aria-hidden="true" />;
  return (
    <div class="pw-cells" ref={place} {...(isImage ? more : attributes)}>
      {canvas}
    </div>
  );
}
