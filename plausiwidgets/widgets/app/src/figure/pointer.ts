// Pointers and keys on a picture, with drags, arrow keys, a zoom and a readout.

import type { Zoom } from "../models/lines.ts";
import type { Panel } from "./picture.ts";
import { boxed, type Point } from "./scene.ts";

const STEP = 1.0015; // zoom factor for each unit of the wheel

const ENDS = ["pointerup", "pointercancel"] as const;

/** Follows a pointer from a press on an element, which gets the focus, to its release. */
export function dragged(
  element: HTMLElement,
  event: PointerEvent,
  move: (event: PointerEvent) => void,
  end: (event: PointerEvent) => void,
): void {
  element.focus({ preventScroll: true });
  element.setPointerCapture(event.pointerId);
  const up = (e: PointerEvent) => {
    element.removeEventListener("pointermove", move);
    for (const one of ENDS) element.removeEventListener(one, up);
    end(e);
  };
  element.addEventListener("pointermove", move);
  for (const one of ENDS) element.addEventListener(one, up);
}

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The direction of an arrow key, positive to the right and down. Null for other keys and with a modifier key. */
export const arrowOf = ({ key, altKey, ctrlKey, metaKey }: KeyboardEvent) =>
  altKey || ctrlKey || metaKey ? null : (ARROWS[key] ?? null);

/** The place of an event within an element, in px. */
function placeIn(element: HTMLElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = element.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

/** Whether an event is on a handle of the figure. Handles are above the picture and have their own pointer events. */
const isOnHandle = ({ target }: Event) => target instanceof Element && target.closest(".pw-handle") !== null;

function appended(place: HTMLElement, className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  place.append(element);
  return element;
}

export interface ZoomOptions {
  readonly panels: () => readonly Panel[];
  readonly zoom: (part: Zoom | null) => void;
  readonly wheel: (factor: number, x: number) => void;
}

/**
 * Zooms a picture with a box that the user draws, and with Ctrl and the wheel, which is also the event of two fingers on a
 * touchpad. A double click ends the zoom. A wheel without Ctrl scrolls the page. While Plotly shows the picture, Plotly draws
 * the box.
 */
export function zoomable(place: HTMLElement, { panels, zoom, wheel }: ZoomOptions): () => void {
  const box = appended(place, "pw-box");
  box.hidden = true;
  const down = (event: PointerEvent) => {
    const from = placeIn(place, event);
    const all = panels();
    const panel = panelUnder(event, from, all);
    if (!panel) return;
    event.preventDefault();
    const low = Math.max(...all.map(({ top, height }) => top + height));
    const chosen = (e: PointerEvent) => boxed(from, placeIn(place, e), panel);
    const move = (e: PointerEvent) => {
      const found = chosen(e);
      box.hidden = !found;
      if (!found) return;
      const [left, top, width, height] = found.box;
      const high = found.zoom.y ? height : low - top;
      box.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${high}px`;
    };
    dragged(place, event, move, (e) => {
      box.hidden = true;
      const found = e.type === "pointerup" ? chosen(e) : null;
      if (found) zoom(found.zoom);
    });
  };
  const turned = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const lines = event.deltaMode === 1 ? 16 : 1;
    wheel(STEP ** (event.deltaY * lines), placeIn(place, event)[0]);
  };
  const end = (event: MouseEvent) => {
    if (!isOnHandle(event)) zoom(null);
  };
  place.addEventListener("pointerdown", down);
  place.addEventListener("wheel", turned, { capture: true, passive: false });
  place.addEventListener("dblclick", end);
  return () => {
    place.removeEventListener("pointerdown", down);
    place.removeEventListener("wheel", turned, { capture: true });
    place.removeEventListener("dblclick", end);
    box.remove();
  };
}

/** The first panel, if a press there starts a box. A finger scrolls the page instead. */
function panelUnder(event: PointerEvent, [x]: Point, [panel]: readonly Panel[]): Panel | null {
  if (event.button || !panel || event.pointerType === "touch" || !(event.target instanceof HTMLCanvasElement))
    return null;
  return x < panel.left || x > panel.left + panel.width + 20 ? null : panel;
}

/** The line and the box of a readout, in px, with its texts. */
export interface Reading {
  readonly at: number;
  readonly top: number;
  readonly height: number;
  readonly right: number;
  readonly head: string;
  readonly rows: readonly { readonly role: string; readonly text: string }[];
}

export interface ReadOptions {
  readonly read: (x: number, y: number) => Reading | null;
  /** Gets the place of the pointer from either painter. */
  readonly pointed?: (x: number | null) => void;
}

export interface Readout {
  /** Updates the readout after a change of the picture. */
  move(): void;
  close(): void;
}

/** Shows a line and a box with values under the pointer. Plotly has its own readout and hides this one. */
export function readable(place: HTMLElement, { read, pointed }: ReadOptions): Readout {
  const cursor = appended(place, "pw-cursor");
  const box = appended(place, "pw-readout");
  let pointer: Point | null = null;
  const show = () => {
    const reading = pointer && read(...pointer);
    cursor.hidden = box.hidden = !reading;
    if (reading) put(reading, cursor, box);
  };
  const set = (next: Point | null) => {
    if (next === pointer) return;
    pointer = next;
    show();
    pointed?.(pointer && read(...pointer) ? pointer[0] : null);
  };
  const over = (event: PointerEvent) => {
    const isElsewhere = event.buttons || event.pointerType === "touch" || isOnHandle(event);
    set(isElsewhere ? null : placeIn(place, event));
  };
  const leave = () => set(null);
  place.addEventListener("pointermove", over);
  place.addEventListener("pointerdown", leave);
  place.addEventListener("pointerleave", leave);
  show();
  return {
    move: show,
    close() {
      place.removeEventListener("pointermove", over);
      place.removeEventListener("pointerdown", leave);
      place.removeEventListener("pointerleave", leave);
      cursor.remove();
      box.remove();
    },
  };
}

function put({ at, top, height, right, head, rows }: Reading, cursor: HTMLElement, box: HTMLElement): void {
  cursor.style.cssText = `left:${Math.round(at)}px;top:${top}px;height:${height}px`;
  const title = document.createElement("b");
  title.textContent = head;
  const lines = rows.map(({ role, text }) => {
    const row = document.createElement("span");
    row.className = role;
    row.textContent = text;
    return row;
  });
  box.replaceChildren(title, ...lines);
  const isRight = at + 14 + box.offsetWidth > right;
  box.style.cssText = `top:${top + 4}px;left:${isRight ? at - 14 - box.offsetWidth : at + 14}px`;
}
