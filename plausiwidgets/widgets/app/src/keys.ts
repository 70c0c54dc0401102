// The keyboard shortcuts of the app.

import type { App } from "./app.ts";

const ZOOM = 1.5; // zoom factor of a key
const KEPT = "data-lm-suppress-shortcuts"; // JupyterLab checks this attribute only on the focused element, not on its ancestors

const KEYS: Readonly<Record<string, (app: App) => void>> = {
  "+": ({ run }) => run.zoomBy(1 / ZOOM),
  "=": ({ run }) => run.zoomBy(1 / ZOOM),
  "-": ({ run }) => run.zoomBy(ZOOM),
  "−": ({ run }) => run.zoomBy(ZOOM),
  "0": ({ run }) => run.zoomTo(null),
  ArrowRight: ({ task }) => task.next(1),
  ArrowLeft: ({ task }) => task.next(-1),
};

/** The keys of a remote control in presentation mode. */
const REMOTE: Readonly<Record<string, 1 | -1>> = { PageDown: 1, PageUp: -1 };

const isIn = ({ target }: Event, selector: string): boolean => target instanceof Element && !!target.closest(selector);

/** Performs the action of a key. */
export function press(app: App, event: KeyboardEvent): void {
  const { screen, selection } = app;
  if (event.key === "Escape") {
    leave(screen);
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    void (event.shiftKey ? selection.redo() : selection.undo());
    return;
  }
  if (screen.sheet.peek() || event.altKey || event.ctrlKey || event.metaKey) return;
  const act = actOf(app, event);
  if (!act) return;
  act();
  event.preventDefault();
}

function actOf(app: App, event: KeyboardEvent): (() => void) | null {
  // The remote control must also work after a drag of a slider, which handles these keys itself.
  const by = REMOTE[event.key];
  if (by && app.screen.isPresenting.peek() && !isIn(event, "input:not([type=range]), select, textarea")) {
    return () => turnPage(app, by);
  }
  const act = KEYS[event.key];
  if (!act || isIn(event, "input, select, textarea, [role=dialog]")) return null;
  return () => act(app);
}

/** Opens the next or previous card of a lesson, otherwise the next or previous pattern. */
function turnPage({ task }: App, by: 1 | -1): void {
  const lesson = task.lesson.peek();
  if (!lesson) task.next(by);
  else if (lesson.cards[lesson.at + by]) void task.goTo(lesson.at + by);
}

/** Closes the open sheet, otherwise the open tool, otherwise the presentation mode. */
function leave({ sheet, tool, isPresenting }: App["screen"]): void {
  if (sheet.peek()) sheet.value = "";
  else if (tool.peek()) tool.value = "";
  else isPresenting.value = false;
}

/** Handles keys for an app with its own page, even without a focused element. Returns a function that stops it. */
export function followKeys(app: App): () => void {
  if (app.host.isPart) return () => {}; // the page has its own keys
  const pressed = (event: KeyboardEvent) => {
    if (event.target === document.body || event.target === document.documentElement) press(app, event);
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

/** Hides keys within an element from the notebook, except those that save the notebook. Returns a function that stops it. */
export function keepKeys(place: HTMLElement): () => void {
  const keep = ({ target }: Event) => {
    if (target instanceof Element) target.setAttribute(KEPT, "true");
  };
  const passSave = (event: KeyboardEvent) => {
    const { target } = event;
    const isSave = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s";
    if (!isSave || !(target instanceof Element) || !place.contains(target)) return;
    target.removeAttribute(KEPT);
    setTimeout(() => target.setAttribute(KEPT, "true"));
  };
  place.addEventListener("focusin", keep);
  window.addEventListener("keydown", passSave, true); // JupyterLab handles keys on the document
  return () => {
    place.removeEventListener("focusin", keep);
    window.removeEventListener("keydown", passSave, true);
  };
}
