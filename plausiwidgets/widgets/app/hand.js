import { boxed } from "./scene.js";

/** @import { Panel, Zoom } from "./types.d.ts" */

const STEP = 1.0015; // of a zoom, for each unit of a wheel

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
    place.focus({ preventScroll: true });
    place.setPointerCapture(event.pointerId);
    const low = Math.max(...[panel, ...more].map(({ top, height }) => top + height));
    const chosen = (/** @type {PointerEvent} */ e) => boxed(from, placeOf(e), panel);
    const move = (/** @type {PointerEvent} */ e) => {
      const found = chosen(e);
      box.hidden = !found;
      if (!found) return;
      const [left, top, width, height] = found.box;
      box.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${found.zoom.y ? height : low - top}px`;
    };
    const up = (/** @type {PointerEvent} */ e) => {
      place.removeEventListener("pointermove", move);
      for (const end of ENDS) place.removeEventListener(end, /** @type {any} */ (up));
      box.hidden = true;
      const found = e.type === "pointerup" ? chosen(e) : null;
      if (found) zoom(found.zoom);
    };
    place.addEventListener("pointermove", move);
    for (const end of ENDS) place.addEventListener(end, /** @type {any} */ (up));
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

const ENDS = ["pointerup", "pointercancel"];
