// The height of an app in a notebook, a window and a folded cell.

import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../src/fitted.ts";

Object.assign(globalThis, { screen: { availHeight: 900 }, DOMRect: window.DOMRect });

/** Gives an element a top and a height in px. */
const placed = (element: HTMLElement, top: number, height: number): HTMLElement => {
  element.getBoundingClientRect = () => new DOMRect(0, top, 0, height);
  Object.defineProperty(element, "clientHeight", { value: height });
  return element;
};

/**
 * The height of an app in a panel of a notebook. The cell and the element are at distances in px from the top of its content.
 */
function heightIn({ panel: high = 700, cell: cellAt = 0, app: appAt = 0, scrolled = 0 }, app?: HTMLElement): string {
  const top = 60; // top of the panel in the window
  const panel = placed(document.createElement("div"), top, high);
  panel.className = "jp-WindowedPanel-outer";
  panel.scrollTop = scrolled;
  const cell = placed(document.createElement("div"), top + cellAt - scrolled, 0);
  cell.className = "jp-Cell";
  const place = placed(document.createElement("div"), top + appAt - scrolled, 0);
  if (app) place.append(app);
  cell.append(place);
  panel.append(cell);
  document.body.append(panel);
  fitted(place, false)();
  panel.remove();
  return place.style.getPropertyValue("--height");
}

test("an app below a folded cell is lower than the panel by what is above it", () => {
  assert.equal(heightIn({ app: 45, cell: 10 }), `${700 - 14 - 45}px`);
  assert.equal(heightIn({ app: 145, cell: 100 }), `${700 - 14 - 145}px`, "with a heading");
});

test("an app farther down is scrolled to, so only its cell counts, and not one with much code", () => {
  assert.equal(heightIn({ app: 2045, cell: 2000, scrolled: 1900 }), `${700 - 14 - 45}px`);
  assert.equal(heightIn({ app: 2400, cell: 2000, scrolled: 1900 }), "686px");
});

test("an app has a smallest and a largest height, and that of the window elsewhere", () => {
  assert.equal(heightIn({ panel: 300, app: 20 }), "440px");
  assert.equal(heightIn({ panel: 2000, app: 20 }), "1100px");
  const place = document.createElement("div");
  fitted(place, false)();
  assert.equal(place.style.getPropertyValue("--height"), "100dvh");
  fitted(place, true)();
  assert.equal(place.style.getPropertyValue("--height"), "630px", "a share of the screen");
  Object.assign(screen, { availHeight: 720 });
  fitted(place, true)();
  assert.equal(place.style.getPropertyValue("--height"), "600px", "enough for all buttons");
  Object.assign(screen, { availHeight: 900 });
});

test("an app of at most 800 px has the attribute of a low app", () => {
  const isLow = (panel: number): boolean => {
    const app = document.createElement("div");
    app.className = "pw-app";
    heightIn({ panel, app: 20 }, app);
    return app.hasAttribute("data-low");
  };
  assert.deepEqual([isLow(700), isLow(840)], [true, false]);
});
