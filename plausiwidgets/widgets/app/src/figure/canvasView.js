import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { hasRoom, paint } from "./painter.js";
import { readable, zoomable } from "./pointer.js";
import { resting } from "./rendererChoice.js";
import { nearer } from "./scene.js";

/** @import { App } from "../app.js" */
/** @import { Reading } from "./pointer.js" */
/** @import { Picture, Range, Zoom } from "../types.d.ts" */
/** @typedef {(width: number, height: number, zoom: Zoom | null) => Picture | null} Make */

/**
 * Shows a picture on the canvas in a place, with both painters, and follows the pointer there.
 * @param {App} app @param {HTMLElement} place
 * @param {{ picture: Make, rested?: Make, whole?: () => Range, read?: (x: number, y: number, picture: Picture) => Reading | null }} about
 *   `rested`: what Plotly takes over, where it is another one; `whole`: what can be seen of the axis across, of a picture that
 *   can be zoomed
 */
export function shownIn(app, place, { picture, rested = picture, whole, read }) {
  const canvas = /** @type {HTMLCanvasElement} */ (place.firstElementChild);
  /** @type {Zoom | null} */
  let zoom = null;
  /** @type {Picture | null} */
  let shown = null;
  const made = (/** @type {Make} */ make) => (hasRoom(canvas) ? make(canvas.clientWidth, canvas.clientHeight, zoom) : null);
  const draw = () => {
    shown = made(picture);
    if (!shown) return;
    paint(canvas, shown);
    rest.moved();
    readout?.move();
  };
  /** @param {{ x: Range | null, y: Range | null } | null} part */
  const setZoom = (part) => {
    if (!shown) return;
    const [{ x }] = shown.panels;
    zoom = part && { x: part.x ?? x.range, y: part.y ?? zoom?.y ?? null };
    rest.want();
    draw();
  };
  const rest = resting(app, place, { picture: () => made(rested), ...(whole ? { zoom: setZoom } : {}) });
  const readout = read && readable(place, { read: (x, y) => (shown ? read(x, y, shown) : null) });
  const unzoom =
    whole &&
    zoomable(place, {
      panels: () => shown?.panels ?? [],
      zoom: setZoom,
      wheel(factor, px) {
        if (!shown) return;
        const [{ left, width, x }] = shown.panels;
        const about = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
        const next = nearer(x.range, whole(), factor, about);
        setZoom(next && { x: next, y: null });
      },
    });
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  return {
    draw,
    /** All of it is shown with the next drawing. */
    forget() {
      zoom = null;
    },
    close() {
      size.disconnect();
      unzoom?.();
      readout?.close();
      rest.close();
    },
  };
}

/**
 * A picture of a tool in its place. It is drawn anew where one of `of` is another one than before.
 * @param {{ app: App, of: any[], picture: Make, attributes?: any, whole?: () => Range,
 *   read?: (x: number, y: number, picture: Picture) => Reading | null }} props
 */
export function Pictured({ app, of, picture, attributes = {}, whole, read }) {
  const place = useRef(/** @type {any} */ (null));
  const made = useRef({ picture, whole, read });
  made.current = { picture, whole, read };
  const draw = useRef(() => {});
  useEffect(() => {
    const own = shownIn(app, place.current, {
      picture: (...box) => made.current.picture(...box),
      ...(whole ? { whole: () => /** @type {() => Range} */ (made.current.whole)() } : {}),
      ...(read ? { read: (x, y, shown) => made.current.read?.(x, y, shown) ?? null } : {}),
    });
    draw.current = own.draw;
    return own.close;
  }, []);
  useEffect(() => draw.current(), of);
  const { role, "aria-label": label, ...more } = attributes;
  const [outer, inner] = role === "img" ? [more, { role, "aria-label": label }] : [attributes, { "aria-hidden": "true" }];
  return html`<div class="pw-cells" ref=${place} ...${outer}><canvas ...${inner}></canvas></div>`;
}
