import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { perFrame } from "../models/schedule.js";
import { isOf } from "../models/search.js";
import { scaledWords } from "../models/titles.js";
import { plain } from "../panels/sliders.js";
import { hasRoom, paint } from "./painter.js";
import { arrowOf, dragged, readable, zoomable } from "./pointer.js";
import { resting } from "./rendererChoice.js";
import { frame } from "./scene.js";
import { readAt, tracesOf } from "./traces.js";

/** @import { App } from "../app.js" */
/** @import { Handle, Scene } from "../types.d.ts" */

const KEY = 4; // positions of a slider that a key moves a handle

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

/** Draws a figure whenever something changes, and follows the pointer. @param {App} app @param {HTMLElement} place */
function watched(app, place) {
  const canvas = /** @type {HTMLCanvasElement} */ (place.firstElementChild);
  /** @type {Scene | null} */
  let scene = null;
  const fontOf = () => (app.store.get().present ? 19 : 14);
  const pictureOf = () => {
    const how = { size: fontOf(), dark: app.store.get().dark, example: app.exampleTitle() };
    return scene && hasRoom(canvas) ? tracesOf(scene, canvas.clientWidth, canvas.clientHeight, how) : null;
  };
  const at = () => frame(/** @type {Scene} */ (scene), canvas.clientWidth, canvas.clientHeight, fontOf());

  const rest = resting(app, place, {
    picture: pictureOf,
    zoom(part) {
      const shown = /** @type {Scene} */ (scene);
      const y = part?.y ?? app.store.get().window?.y ?? null;
      app.store.set({ window: part && { x: part.x ?? shown.x, y } });
    },
  });
  const draw = () => {
    if (!hasRoom(canvas)) return;
    scene = app.scene();
    const picture = /** @type {NonNullable<ReturnType<typeof pictureOf>>} */ (pictureOf());
    paint(canvas, picture);
    rest.moved();
    handles.put(scene.handles, at());
    readout.move();
    place.dataset.potential = picture.potential.map(Math.round).join(" ");
    place.dataset.drawn = String(performance.now());
  };
  const handles = handlesIn(app, place, at);
  const readout = readable(place, {
    read(x, y) {
      const f = scene && at();
      if (!scene || !f || x < f.left || x > f.left + f.plot || y < f.top) return null;
      const t = f.t(x);
      const rows = readAt(scene, t, app.exampleTitle());
      return { at: x, top: f.top, height: f.row + f.current - f.top, right: f.left + f.plot, head: `${plain(t)} ms`, rows };
    },
    pointed: (x) => app.pointAt(x === null ? null : at().t(x)),
  });
  const soon = perFrame(draw);
  /** @type {unknown} */
  let best = null;
  const off = app.store.on(({ search, window }, changed) => {
    if (changed.has("window") && window) rest.want();
    // A search sends ten times a second, and has another best now and then.
    const isBetter = changed.has("search") && search?.best !== best;
    if (isBetter) best = search?.best; // another change may come before that of the search, by the order of the listeners
    if (isBetter || DRAWN.some((key) => changed.has(key))) soon();
  });
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  draw();
  const unzoom = zoomable(place, {
    panels: () => pictureOf()?.panels ?? [],
    zoom: (part) => app.store.set({ window: part && { x: part.x, y: part.y ?? app.store.get().window?.y ?? null } }),
    wheel: (factor, x) => app.zoom(factor, at().t(x)),
  });
  return () => {
    off();
    size.disconnect();
    soon.cancel();
    unzoom();
    readout.close();
    rest.close();
  };
}

const DRAWN = [
  "selection",
  "language",
  "drawer",
  "dark",
  "present",
  "window",
  "whole",
  "pinned",
  "marked",
  "drawn",
  "verdict",
  "all",
  "turn",
  "box",
  "simulating",
];

/** @param {string} className @param {HTMLElement} place */
function made(className, place) {
  const element = document.createElement("div");
  element.className = className;
  place.append(element);
  return element;
}

/**
 * Handles of the current above the picture: its height and its times, for a pointer, a finger and keys.
 * @param {App} app @param {HTMLElement} place @param {() => ReturnType<typeof frame>} at
 */
function handlesIn(app, place, at) {
  /** @type {Map<string, { element: HTMLElement, handle: Handle }>} */
  const shown = new Map();
  const group = made("pw-handles", place);
  const put = (/** @type {string} */ name, /** @type {number} */ value) => app.put({ [name]: app.within(name, value) });

  const down = (/** @type {PointerEvent} */ event, /** @type {string} */ name) => {
    const entry = shown.get(name);
    if (event.button || !entry) return;
    event.preventDefault();
    event.stopPropagation();
    const { element, handle } = entry;
    element.classList.add("taken");
    const { perPixel, msPerPixel } = at(); // of the beginning: the axis may widen under the hand
    const { clientX: x, clientY: y } = event;
    const move = (/** @type {PointerEvent} */ e) => {
      const change = handle.axis === "height" ? (y - e.clientY) * perPixel : (e.clientX - x) * msPerPixel;
      put(name, handle.value + change / handle.slope);
    };
    dragged(element, event, move, () => {
      element.classList.remove("taken");
      app.keep();
    });
  };
  // Up and down are the height, left and right its times; where there is one of them alone, all keys are.
  const keys = (/** @type {KeyboardEvent} */ event, /** @type {string} */ name) => {
    const by = arrowOf(event);
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const axis = by[1] ? "height" : "time";
    const own = /** @type {{ element: HTMLElement, handle: Handle }} */ (shown.get(name));
    const other = [...shown.values()].find(({ handle }) => handle.axis === axis);
    const { element, handle } = own.handle.axis === axis || !other ? own : other;
    element.focus({ preventScroll: true });
    app.nudge(handle.name, (event.shiftKey ? 1 : KEY) * (by[0] - by[1]) * (Math.sign(handle.slope) || 1));
    app.keepSoon();
  };
  return {
    /** @param {Handle[]} handles @param {ReturnType<typeof frame>} f */
    put(handles, f) {
      for (const [name, { element }] of shown) {
        if (handles.some((one) => one.name === name)) continue;
        element.remove();
        shown.delete(name);
      }
      for (const handle of handles) {
        const { name, axis } = handle;
        let element = shown.get(name)?.element;
        if (!element) {
          element = made(`pw-handle ${axis}`, group);
          element.setAttribute("role", "spinbutton");
          element.addEventListener("pointerdown", (event) => down(event, name));
          element.addEventListener("keydown", (event) => keys(event, name));
        }
        shown.set(name, { element, handle });
        const [x, y] = [f.x(handle.t), f.yi(handle.current)];
        element.hidden = x < f.left - 1 || x > f.left + f.plot + 1;
        element.style.transform = `translate(${x}px, ${y}px)`;
        const unit = app.sliders.find((one) => one.name === name)?.unit ?? "";
        element.tabIndex = -1; // its slider is a stop of the Tab key; here keys go on from where a hand has left it
        element.setAttribute(
          "aria-label",
          axis === "height" ? tr("Level of the current, {name}", { name }) : tr("Timing of the current, {name}", { name }),
        );
        element.setAttribute("aria-valuenow", String(handle.value));
        element.setAttribute("aria-valuetext", `${plain(handle.value)} ${unit}`.trim());
      }
    },
  };
}

/** The lines of the figure with their keys. @param {{ app: App }} props */
export function Legend({ app }) {
  const { drawer, search, pinned, turn, selection } = app.store.get();
  const [example, ...source] = app.exampleParts();
  const title = app.isScaled() ? scaledWords() : null;
  const scaled = app.isScaled() ? ` ${tr("(scaled)")}` : "";
  const entry = (/** @type {string} */ role, /** @type {any} */ text) =>
    html`<li class=${role} key=${role}><i aria-hidden="true"></i>${text}</li>`;
  return html`<ul class="pw-legend">
    ${example ? html`<li class="example" title=${title}><i aria-hidden="true"></i>${example}${scaled}<span>${source.map((one) => `, ${one}`)}</span></li>` : ""}
    ${isOf(pinned, selection) ? entry("pinned", tr("comparison")) : ""}
    ${entry("yours", tr("your neuron"))}
    ${drawer && isOf(search, selection) && app.play.best() && !turn ? entry("best", tr("best of the search")) : ""}
  </ul>`;
}
