// The handles of the current above the picture, for its level and its times. They work with a mouse, a finger and keys.

import { tr } from "../i18n/texts.ts";
import { ofUnit, plain } from "../i18n/words.ts";
import type { Handle } from "../models/lines.ts";
import type { SelectionModel } from "../models/selection.ts";
import { type HandlePlace, placesOf } from "./handlePlaces.ts";
import { arrowOf, dragged } from "./pointer.ts";
import type { Frame } from "./scene.ts";

const KEY = 4; // number of slider positions by which a key moves a handle

interface Shown {
  readonly element: HTMLElement;
  readonly handle: Handle;
}

export interface Handles {
  /** Shows the handles at their places in the figure. */
  put(handles: readonly Handle[], at: Frame): void;
}

/** @param frameNow returns the places of the figure at the start of a drag */
export function createHandles(selection: SelectionModel, place: HTMLElement, frameNow: () => Frame): Handles {
  const shown = new Map<string, Shown>();
  const group = divIn(place, "pw-handles");

  const down = (event: PointerEvent) => {
    const entry = nearest([...shown.values()], event);
    if (event.button || !entry) return;
    event.preventDefault();
    event.stopPropagation();
    drag(selection, entry, event, frameNow());
  };
  // The up and down keys change the level, and the left and right keys the time. If there is only one handle, all arrow keys
  // move it.
  const keys = (event: KeyboardEvent, name: string) => {
    const by = arrowOf(event);
    const own = shown.get(name);
    if (!by || !own) return;
    event.preventDefault();
    event.stopPropagation();
    const axis = by[1] ? "height" : "time";
    const other = [...shown.values()].find(({ handle }) => handle.axis === axis);
    const { element, handle } = own.handle.axis === axis || !other ? own : other;
    element.focus({ preventScroll: true });
    const direction = (by[0] - by[1]) * (Math.sign(handle.slope) || 1);
    selection.nudge(handle.name, (event.shiftKey ? 1 : KEY) * direction);
    selection.keepSoon();
  };
  const create = ({ name, axis }: Handle) => {
    const element = divIn(group, `pw-handle ${axis}`);
    element.setAttribute("role", "spinbutton");
    element.tabIndex = -1; // the slider is in the Tab order instead; the arrow keys work after a drag
    element.addEventListener("pointerdown", down);
    element.addEventListener("keydown", (event) => keys(event, name));
    return element;
  };
  return {
    put(handles, at) {
      for (const [name, { element }] of shown) {
        if (handles.some((one) => one.name === name)) continue;
        element.remove();
        shown.delete(name);
      }
      const places = placesOf(handles, at);
      for (const [k, handle] of handles.entries()) {
        const element = shown.get(handle.name)?.element ?? create(handle);
        shown.set(handle.name, { element, handle });
        move(element, handle, places[k], at);
        describe(element, handle, unitOf(selection, handle.name));
      }
    },
  };
}

/** The handle that is nearest to the pointer, because the touch areas of two handles may overlap. */
function nearest(shown: readonly Shown[], { clientX, clientY }: PointerEvent): Shown | undefined {
  const distance = ({ element }: Shown) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return Math.hypot(left + width / 2 - clientX, top + height / 2 - clientY);
  };
  return shown.filter(({ element }) => !element.hidden).sort((a, b) => distance(a) - distance(b))[0];
}

function divIn(place: HTMLElement, className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  place.append(element);
  return element;
}

/** Follows a drag with the scale at its start. */
function drag(selection: SelectionModel, { element, handle }: Shown, event: PointerEvent, at: Frame): void {
  const { perPixel, msPerPixel } = at;
  const { clientX: x, clientY: y } = event;
  const move = (e: PointerEvent) => {
    const change = handle.axis === "height" ? (y - e.clientY) * perPixel : (e.clientX - x) * msPerPixel;
    selection.put({ [handle.name]: selection.within(handle.name, handle.value + change / handle.slope) });
  };
  element.classList.add("taken");
  dragged(element, event, move, () => {
    element.classList.remove("taken");
    selection.keep();
  });
}

const unitOf = ({ sliders }: SelectionModel, name: string) =>
  sliders.peek().find((slider) => slider.name === name)?.unit ?? "";

function move(element: HTMLElement, { t }: Handle, { x, y, lead }: HandlePlace, at: Frame): void {
  const edge = at.x(t);
  element.hidden = edge < at.left - 1 || edge > at.left + at.plot + 1;
  element.style.transform = `translate(${x}px, ${y}px)`;
  element.style.setProperty("--lead", `${Math.abs(lead)}px`);
  element.classList.toggle("before", lead < 0);
}

function describe(element: HTMLElement, { name, axis, value }: Handle, unit: string): void {
  const label =
    axis === "height" ? tr("Level of the current, {name}", { name }) : tr("Timing of the current, {name}", { name });
  element.setAttribute("aria-label", label);
  element.setAttribute("aria-valuenow", String(value));
  element.setAttribute("aria-valuetext", `${plain(value)}${ofUnit(unit, " ")}`);
}
