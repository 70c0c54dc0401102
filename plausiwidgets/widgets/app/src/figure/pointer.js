import { boxed } from "./scene.js";

/** @import { Panel, Zoom } from "../types.d.ts" */

const STEP = 1.0015; // of a zoom, for each unit of a wheel

const ENDS = /** @type {const} */ (["pointerup", "pointercancel"]);

/**
 * Follows a pointer that was pressed on an element, which takes the focus, until it is let go.
 * @param {HTMLElement} element @param {PointerEvent} event that pressed it
 * @param {(event: PointerEvent) => void} move @param {(event: PointerEvent) => void} end
 */
export function dragged(element, event, move, end) {
  element.focus({ preventScroll: true });
  element.setPointerCapture(event.pointerId);
  const up = (/** @type {PointerEvent} */ e) => {
    element.removeEventListener("pointermove", move);
    for (const one of ENDS) element.removeEventListener(one, up);
    end(e);
  };
  element.addEventListener("pointermove", move);
  for (const one of ENDS) element.addEventListener(one, up);
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where an arrow key leads, right and down; null of another key, or with one that is held. @param {KeyboardEvent} event */
export const arrowOf = ({ key, altKey, ctrlKey, metaKey }) => (altKey || ctrlKey || metaKey ? null : (ARROWS[key] ?? null));

/**
 * Zoom of a picture by a hand: a box that is drawn over it, a wheel with Ctrl (two fingers on a pad do the same), and a
 * double click, which ends it. A wheel alone scrolls the page. While Plotly shows the picture, the box is Plotly's.
 * @param {HTMLElement} place
 * @param {{ panels: () => Panel[], zoom: (part: Zoom | null) => void, wheel: (factor: number, x: number) => void }} about
 */
export function zoomable(place, { panels, zoom, wheel }) {
  const box = document.createElement("div");
  box.className = "pw-box";
  box.hidden = true;
  place.append(box);
  /** @param {MouseEvent} event @returns {[number, number]} */
  const placeOf = ({ clientX, clientY }) => {
    const { left, top } = place.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  const isOurs = (/** @type {Event} */ { target }) => target instanceof HTMLCanvasElement;

  const down = (/** @type {PointerEvent} */ event) => {
    const [panel, ...more] = panels();
    if (event.button || !panel || event.pointerType === "touch" || !isOurs(event)) return; // a finger scrolls the page
    const from = placeOf(event);
    if (from[0] < panel.left || from[0] > panel.left + panel.width + 20) return;
    event.preventDefault();
    const low = Math.max(...[panel, ...more].map(({ top, height }) => top + height));
    const chosen = (/** @type {PointerEvent} */ e) => boxed(from, placeOf(e), panel);
    const move = (/** @type {PointerEvent} */ e) => {
      const found = chosen(e);
      box.hidden = !found;
      if (!found) return;
      const [left, top, width, height] = found.box;
      box.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${found.zoom.y ? height : low - top}px`;
    };
    dragged(place, event, move, (e) => {
      box.hidden = true;
      const found = e.type === "pointerup" ? chosen(e) : null;
      if (found) zoom(found.zoom);
    });
  };
  const turned = (/** @type {WheelEvent} */ event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const lines = event.deltaMode === 1 ? 16 : 1;
    wheel(STEP ** (event.deltaY * lines), placeOf(event)[0]);
  };
  const end = (/** @type {MouseEvent} */ event) => {
    if (event.target instanceof Element && event.target.closest(".pw-handle")) return;
    zoom(null);
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

/** What is read at a place: at which x, between which heights, and what. @typedef {{ at: number, top: number, height: number, right: number, head: string, rows: { role: string, text: string }[] }} Reading */

/**
 * The line under a pointer, and what is read there. Plotly reads off its lines itself, so that it is not shown then.
 * @param {HTMLElement} place @param {{ read: (x: number, y: number) => Reading | null, pointed?: (x: number | null) => void }} about
 *   `pointed` gets where the pointer is, whichever painter shows the picture
 */
export function readable(place, { read, pointed }) {
  const cursor = document.createElement("div");
  const box = document.createElement("div");
  [cursor.className, box.className] = ["pw-cursor", "pw-readout"];
  place.append(cursor, box);
  /** @type {[number, number] | null} */
  let pointer = null;
  const show = () => {
    const reading = pointer && read(...pointer);
    cursor.hidden = box.hidden = !reading;
    if (!reading) return;
    const { at, top, height, right, head, rows } = reading;
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
  };
  const set = (/** @type {[number, number] | null} */ next) => {
    if (next === pointer) return;
    pointer = next;
    show();
    pointed?.(pointer && read(...pointer) ? pointer[0] : null);
  };
  const over = (/** @type {PointerEvent} */ event) => {
    const isElsewhere = event.target instanceof Element && event.target.closest(".pw-handle");
    if (event.buttons || event.pointerType === "touch" || isElsewhere) return set(null);
    const { left, top } = place.getBoundingClientRect();
    set([event.clientX - left, event.clientY - top]);
  };
  const leave = () => set(null);
  place.addEventListener("pointermove", over);
  place.addEventListener("pointerdown", leave);
  place.addEventListener("pointerleave", leave);
  show();
  return {
    /** After a change of what is under the pointer. */
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
