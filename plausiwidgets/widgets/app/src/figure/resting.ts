// The painter of a picture at rest: the canvas, unless the script of the page contains Plotly, which takes over.

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
  /** Gets the part that a zoom in Plotly has chosen. Without it, the picture has no zoom. */
  readonly zoom?: (part: Part | null) => void;
}

export interface Rest {
  /** Must be called whenever the canvas was drawn. */
  moved(): void;
  /** Lets Plotly take over as soon as everything rests, for example after a zoom. */
  want(): void;
  close(): void;
}

/** Follows the picture in a place. The canvas of the place is drawn by the caller. */
export type Resting = (app: Pick<App, "host" | "search">, place: HTMLElement, about: RestOptions) => Rest;

const onCanvas: Resting = (_, place) => {
  place.dataset.pwPainter = "light";
  return { moved() {}, want() {}, close() {} };
};

let chosen = onCanvas;

export const resting: Resting = (app, place, about) => chosen(app, place, about);

/** Adds the painter that takes over. */
export function addPainter(painter: Resting): void {
  chosen = painter;
}
