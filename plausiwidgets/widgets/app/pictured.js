import { readable, zoomable } from "./hand.js";
import { paint } from "./painter.js";
import { resting } from "./resting.js";
import { nearer } from "./scene.js";
import { html, useEffect, useRef } from "./vendor/preact.js";

/** @import { App } from "./app.js" */
/** @import { Reading } from "./hand.js" */
/** @import { Picture, Range, Zoom } from "./types.d.ts" */

/**
 * A picture of a tool in its place, with both painters. It is drawn anew where one of `of` is another one than before.
 * @param {{ app: App, of: any[], picture: (width: number, height: number, zoom: Zoom | null) => Picture | null, attributes?: any,
 *   whole?: () => Range, read?: (x: number, y: number, picture: Picture) => Reading | null }} props
 *   `whole`: what can be seen of the axis across, of a picture that can be zoomed
 */
export function Pictured({ app, of, picture, attributes = {}, whole, read }) {
  const place = useRef(/** @type {any} */ (null));
  const made = useRef({ picture, whole, read });
  made.current = { picture, whole, read };
  const draw = useRef(() => {});
  useEffect(() => {
    const canvas = place.current.firstElementChild;
    /** @type {Zoom | null} */
    let zoom = null;
    /** @type {Picture | null} */
    let shown = null;
    const pictureOf = () => (canvas.clientWidth ? made.current.picture(canvas.clientWidth, canvas.clientHeight, zoom) : null);
    draw.current = () => {
      shown = pictureOf();
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
      draw.current();
    };
    const rest = resting(app, place.current, { picture: pictureOf, ...(whole ? { zoom: setZoom } : {}) });
    const readout = read && readable(place.current, { read: (x, y) => (shown ? (made.current.read?.(x, y, shown) ?? null) : null) });
    const unzoom =
      whole &&
      zoomable(place.current, {
        panels: () => shown?.panels ?? [],
        zoom: setZoom,
        wheel(factor, px) {
          if (!shown) return;
          const [{ left, width, x }] = shown.panels;
          const about = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
          const next = nearer(x.range, /** @type {() => Range} */ (made.current.whole)(), factor, about);
          setZoom(next && { x: next, y: null });
        },
      });
    const size = new ResizeObserver(() => draw.current());
    size.observe(canvas);
    return () => {
      size.disconnect();
      unzoom?.();
      readout?.close();
      rest.close();
    };
  }, []);
  useEffect(() => draw.current(), of);
  const { role, "aria-label": label, ...more } = attributes;
  const [outer, inner] = role === "img" ? [more, { role, "aria-label": label }] : [attributes, { "aria-hidden": "true" }];
  return html`<div class="pw-cells" ref=${place} ...${outer}><canvas ...${inner}></canvas></div>`;
}
