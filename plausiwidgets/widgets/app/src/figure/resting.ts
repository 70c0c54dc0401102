// The painter of a picture at rest, which is the canvas unless the script of the page contains Plotly.

import type { App } from "../app.ts";
import type { Range } from "../catalogue.ts";
import type { Picture } from "./picture.ts";

/** The ranges that a zoom has chosen. An axis with null keeps its range. */
export interface Part {
  readonly x: Range | null;
  readonly y: Range | null;
}

export interface RestOptions {
  readonly picture: () => Picture | null;
  /** Gets the part that a zoom in Plotly has chosen. Without this function, the picture has no zoom. */
  readonly zoom?: (part: Part | null) => void;
}

export interface Rest {
  /** Must be called after each drawing of the canvas. */
  moved(): void;
  /** Requests Plotly as soon as the app is at rest, for example after a zoom. */
  want(): void;
  close(): void;
}

/** Follows the picture of an element. The caller draws the canvas of the element. */
export type Resting = (app: Pick<App, "host" | "search">, place: HTMLElement, about: RestOptions) => Rest;

const onCanvas: Resting = (_, place) => {
  place.dataset.pwPainter = "light";
  return { moved() {}, want() {}, close() {} };
};

let chosen = onCanvas;

export const resting: Resting = (app, place, about) => chosen(app, place, about);

/** Registers the painter of pictures at rest. */
export function addPainter(painter: Resting): void {
  chosen = painter;
}
