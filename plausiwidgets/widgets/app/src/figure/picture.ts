// The input of a painter, with panels, axes and texts.

import type { Range } from "../catalogue.ts";

export interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly alpha?: number;
}

/**
 * A part of a panel, in the coordinates of its axes. A readout shows `name` and `unit`, or `words` for each point. A line can
 * be filled up to the level `floor`. Dots can be a single image, which has the size of the whole picture.
 */
export type Layer =
  | {
      readonly kind: "line";
      readonly xs: ArrayLike<number>;
      readonly ys: ArrayLike<number>;
      readonly stroke: Stroke;
      readonly fill?: number;
      readonly floor?: number;
      readonly name?: string;
      readonly unit?: string;
      readonly words?: readonly string[];
    }
  | {
      readonly kind: "dots";
      readonly xs: ArrayLike<number>;
      readonly ys: ArrayLike<number>;
      /** Squares instead of discs, which take a quarter of the time. */
      readonly square?: boolean;
      readonly radius: number;
      readonly colour: string;
      readonly alpha: number;
      readonly edge?: Stroke;
      readonly name?: string;
      readonly words?: readonly string[];
      readonly image?: HTMLCanvasElement;
    }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly colour: string;
      readonly back: string;
    }
  | {
      readonly kind: "band";
      readonly from: number;
      readonly to: number;
      readonly colour: string;
      readonly alpha: number;
    }
  | {
      readonly kind: "cells";
      readonly xs: readonly number[];
      readonly ys: readonly number[];
      readonly index: readonly (readonly number[])[];
      readonly palette: readonly { readonly colour: string; readonly alpha: number }[];
      readonly words?: () => readonly (readonly string[])[];
    };

export interface Axis {
  readonly range: Range;
  readonly grid: readonly number[];
  /** The title of a readout at a value of this axis. */
  readonly head?: (x: string) => string;
}

/** A box in px with two axes. Panels may share the object of an axis. */
export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly layers: readonly Layer[];
}

/** A text at a place in px. A turned text is read upwards. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "center" | "right";
  readonly colour: string;
  readonly turned?: boolean;
  readonly back?: string;
}

/** A straight line in px, 1 px wide by default. */
export interface Rule {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly colour: string;
  readonly width?: number;
}

/** A picture that either painter can draw. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly colours: Readonly<Record<string, string>>;
  readonly panels: readonly Panel[];
  readonly labels: readonly Label[];
  readonly rules?: readonly Rule[];
  readonly name: string;
}
