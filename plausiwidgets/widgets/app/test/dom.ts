// A document for tests of views. It has no layout and no canvas, so tests of pictures examine the data of the picture.

import { Window } from "happy-dom";
import { type ComponentChild, options, render } from "preact";

const window = new Window({ url: "https://localhost/" });
const names = [
  "document",
  "Element",
  "HTMLElement",
  "ResizeObserver",
  "Event",
  "KeyboardEvent",
  "Node",
  "MutationObserver",
  "matchMedia",
  "navigator",
  "location",
  "history",
  "screen",
  "getComputedStyle",
] as const;
for (const name of names)
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value: window[name] });
Object.assign(globalThis, {
  window,
  devicePixelRatio: 1,
  requestAnimationFrame: (act: () => void) => Number(setTimeout(act, 16)),
  cancelAnimationFrame: (id: number) => clearTimeout(id),
});

let runEffects = () => {};
// Preact runs effects and their cleanups after the next frame, but a test does not wait for a frame.
options.requestAnimationFrame = (act) => {
  runEffects = act;
  setTimeout(act, 0);
};

/** Renders a view into the document. `remove` removes it and runs the cleanups of its effects. */
export function shown(child: ComponentChild) {
  const place = document.createElement("div");
  document.body.append(place);
  render(child, place);
  const find = <E extends Element = HTMLElement>(selector: string): E => {
    const found = place.querySelector<E>(selector);
    if (!found) throw new Error(`The document has no ${selector}: ${place.innerHTML}`);
    return found;
  };
  return {
    place,
    find,
    all: (selector: string) => [...place.querySelectorAll<HTMLElement>(selector)],
    remove() {
      render(null, place);
      runEffects();
      place.remove();
    },
  };
}

/** Waits until Preact has rendered all changes. */
export const rendered = () => new Promise<void>((go) => setTimeout(go, 20));

/** A context that records its calls. */
function recordingContext() {
  const calls: [name: string, ...given: unknown[]][] = [];
  const note =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return { width: 10 }; // the width of a text
    };
  const context = new Proxy({} as Record<string, unknown>, {
    get: (own, name: string) => own[name] ?? note(name),
    set: (own, name: string, value) => Reflect.set(own, name, value),
  });
  return { context, calls };
}

/** A canvas with a size, and the calls of its context. */
export function recordingCanvas(clientWidth: number, clientHeight: number) {
  const { context, calls } = recordingContext();
  const canvas = { clientWidth, clientHeight, width: 0, height: 0, getContext: () => context };
  return { canvas: canvas as unknown as HTMLCanvasElement, calls };
}

/** Gives every canvas a size. `paintings` counts the paintings of all canvases. */
export function withCanvases(width: number, height: number) {
  const { prototype } = window.HTMLCanvasElement;
  const { context, calls } = recordingContext();
  Object.defineProperty(prototype, "clientWidth", { configurable: true, get: () => width });
  Object.defineProperty(prototype, "clientHeight", { configurable: true, get: () => height });
  Object.defineProperty(prototype, "getContext", { configurable: true, value: () => context });
  const own = ["clientWidth", "clientHeight", "getContext"] as const;
  return {
    paintings: () => calls.filter(([name]) => name === "clearRect").length,
    restore() {
      for (const name of own) Reflect.deleteProperty(prototype, name);
    },
  };
}
