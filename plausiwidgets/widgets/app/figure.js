import { tr } from "./engine/texts.js";
import { paint } from "./painter.js";
import { frame } from "./scene.js";
import { perFrame } from "./state.js";
import { html, useEffect, useRef } from "./vendor/preact.js";

/** @import { App } from "./app.js" */
/** @import { Handle, Scene } from "./types.d.ts" */

const HAND = 22; // px around a handle where a pointer takes it
const LEAST = 8; // px that are a part of the sweep, and not a click

/**
 * The figure: potential above the current. A pointer takes a handle of the current, reads what is under it, or chooses a
 * part of the sweep.
 * @param {{ app: App }} props
 */
export function Figure({ app }) {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => watched(app, place.current), []);
  return html`<div class="pw-figure" data-pw-figure tabindex="-1" ref=${place}>
    <canvas role="img" aria-label=${app.described()}></canvas>
  </div>`;
}

/** Draws a figure whenever something changes, and hears what a pointer does. @param {App} app @param {HTMLElement} place */
function watched(app, place) {
  const canvas = /** @type {HTMLCanvasElement} */ (place.firstElementChild);
  /** @type {{ hover: number | null, taken: string, drag: [number, number] | null }} */
  const hand = { hover: null, taken: "", drag: null };
  /** @type {Scene | null} */
  let scene = null;
  const fontOf = () => (app.store.get().present ? 19 : 14);
  const draw = () => {
    if (!canvas.clientWidth) return;
    scene = app.scene();
    const potential = paint(canvas, scene, { dark: app.store.get().dark, size: fontOf(), ...hand });
    place.dataset.potential = potential.map(Math.round).join(" ");
    place.dataset.drawn = String(performance.now());
  };
  const soon = perFrame(draw);
  /** @type {unknown} */
  let best = null;
  const off = app.store.on(({ search }, changed) => {
    // A search tells ten times a second, and has another best now and then.
    const isBetter = changed.has("search") && search?.best !== best;
    if (isBetter) best = search?.best; // another change may be told before that of the search, by who heard of it first
    if (isBetter || DRAWN.some((key) => changed.has(key))) soon();
  });
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  draw();

  const box = () => canvas.getBoundingClientRect();
  const at = () => frame(/** @type {Scene} */ (scene), canvas.clientWidth, canvas.clientHeight, fontOf());
  /** @param {PointerEvent} event @returns {[number, number]} */
  const placeOf = ({ clientX, clientY }) => [clientX - box().left, clientY - box().top];
  /** The handle near a pointer. @param {PointerEvent} event @returns {Handle | null} */
  const near = (event) => {
    if (!scene) return null;
    const [x, y] = placeOf(event);
    const f = at();
    const far = scene.handles.map((handle) => Math.hypot(f.x(handle.t) - x, f.yi(handle.current) - y));
    const [least] = [...far.keys()].sort((a, b) => far[a] - far[b]);
    if (least !== undefined && far[least] < HAND) return scene.handles[least];
    // The whole top of the current is its height.
    const height = scene.handles.find(({ axis }) => axis === "height");
    return height && Math.abs(f.yi(height.current) - y) < 7 && Math.abs(f.x(height.t) - x) < 90 ? height : null;
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.button || !scene) return;
    const handle = near(event);
    const [x, y] = placeOf(event);
    const f = at();
    if (x < f.left || x > f.left + f.plot + 20) return;
    if (!handle && event.pointerType === "touch") return; // it scrolls the page
    event.preventDefault();
    place.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    if (handle) {
      hand.taken = handle.name;
      hand.hover = null;
    }
    const { perPixel, msPerPixel } = f; // of the beginning: the axis may widen under the hand
    /** @param {PointerEvent} e */
    const move = (e) => {
      const [mx, my] = placeOf(e);
      if (handle) {
        const change = handle.axis === "height" ? (y - my) * perPixel : (mx - x) * msPerPixel;
        app.put({ [handle.name]: app.within(handle.name, handle.value + change / handle.slope) });
      } else {
        hand.drag = Math.abs(mx - x) > LEAST ? [x, Math.min(Math.max(mx, f.left), f.left + f.plot)] : null;
        soon();
      }
    };
    const up = () => {
      canvas.removeEventListener("pointermove", move);
      canvas.removeEventListener("pointerup", up);
      canvas.removeEventListener("pointercancel", up);
      if (handle) app.keep();
      else if (hand.drag) {
        const [a, b] = hand.drag.map(f.t).sort((p, q) => p - q);
        app.store.set({ window: [a, b] });
      }
      hand.taken = "";
      hand.drag = null;
      soon();
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
  };
  /** @param {PointerEvent} event */
  const hover = (event) => {
    if (!scene || hand.taken || hand.drag) return;
    const handle = near(event);
    canvas.style.cursor = handle ? (handle.axis === "height" ? "ns-resize" : "ew-resize") : "crosshair";
    const [x, y] = placeOf(event);
    const f = at();
    const isIn = event.pointerType !== "touch" && x >= f.left && x <= f.left + f.plot && y >= f.top && !handle;
    hand.hover = isIn ? f.t(x) : null;
    app.pointAt(hand.hover);
    soon();
  };
  const leave = () => {
    hand.hover = null;
    app.pointAt(null);
    soon();
  };
  const whole = () => app.store.set({ window: null });
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", hover);
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("dblclick", whole);
  return () => {
    off();
    size.disconnect();
    soon.cancel();
  };
}

const DRAWN = ["selection", "language", "drawer", "dark", "present", "window", "whole", "pinned", "marked", "drawn", "all", "turn"];

/** The lines of the figure with their keys. @param {{ app: App }} props */
export function Legend({ app }) {
  const { drawer, search, pinned, turn } = app.store.get();
  const entries = [
    ["example", app.exampleTitle()],
    ...(pinned ? [["pinned", tr("compared")]] : []),
    ["yours", tr("your neuron")],
    ...(drawer && search?.best && !turn ? [["best", tr("best of the search")]] : []),
  ];
  return html`<ul class="pw-legend">${entries.map(([role, text]) =>
    text ? html`<li class=${role} key=${role}><i aria-hidden="true"></i>${text}</li>` : "",
  )}</ul>`;
}
