// Touch input of sliders. Users often scroll a page with a finger that starts on a slider, so a touch alone must not change it.

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { SelectionModel } from "../models/selection.ts";

const REACH = 22; // maximum distance in px from the centre of the slider's thumb, which is half of a touch target
const ACROSS = 8; // horizontal movement in px after which a touch elsewhere is a drag
const EDGE = 12; // px from the end of the track to the centre of the thumb

/** A touch of a slider. `isTaken` is true if it changes the value. */
interface Touch {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly position: string;
  readonly value: number;
  isTaken: boolean;
}

/**
 * Lets a finger change a slider only if it has touched the slider's thumb or has moved horizontally. If the touch becomes a
 * scroll of the page, the former value is restored.
 */
export function useTouch(input: RefObject<HTMLInputElement | null>, name: string, selection: SelectionModel): void {
  useLayoutEffect(() => {
    const { current: element } = input;
    if (element) return touched(element, name, selection);
  }, [input, name, selection]);
}

function touched(input: HTMLInputElement, name: string, { current, put, keep }: SelectionModel): () => void {
  let touch: Touch | null = null;
  const begin = ({ pointerId: id, pointerType, clientX: x, clientY: y }: PointerEvent) => {
    const value = current.peek().values[name];
    const isTouch = pointerType === "touch" && !touch;
    if (isTouch) touch = { id, x, y, position: input.value, value, isTaken: isOnThumb(input, x) };
    else if (pointerType !== "touch") touch = null;
  };
  const move = ({ pointerId, clientX, clientY }: PointerEvent) => {
    if (touch?.id !== pointerId) return;
    const [across, down] = [Math.abs(clientX - touch.x), Math.abs(clientY - touch.y)];
    if (across >= ACROSS && across > down) touch.isTaken = true;
  };
  const refuse = (event: Event) => {
    if (!touch || touch.isTaken) return;
    event.stopImmediatePropagation();
    input.value = touch.position;
  };
  const end = ({ pointerId }: PointerEvent) => {
    if (touch?.id !== pointerId) return;
    const ended = touch;
    // The browser may still report a value after the end of the touch.
    setTimeout(() => {
      if (touch === ended) touch = null;
    });
  };
  const cancel = (event: PointerEvent) => {
    if (touch?.id !== event.pointerId) return;
    if (touch.isTaken && current.peek().values[name] !== touch.value) {
      put({ [name]: touch.value });
      keep();
    }
    input.value = touch.position;
    touch.isTaken = false;
    end(event);
  };
  const listeners = [
    ["pointerdown", begin],
    ["pointermove", move],
    ["pointerup", end],
    ["pointercancel", cancel],
  ] as const;
  for (const [type, listener] of listeners) input.addEventListener(type, listener);
  for (const type of ["input", "change"]) input.addEventListener(type, refuse, true);
  return () => {
    for (const [type, listener] of listeners) input.removeEventListener(type, listener);
    for (const type of ["input", "change"]) input.removeEventListener(type, refuse, true);
  };
}

function isOnThumb(input: HTMLInputElement, x: number): boolean {
  const { left, width } = input.getBoundingClientRect();
  const share = Number(input.value) / Number(input.max);
  return Math.abs(x - (left + EDGE + share * (width - 2 * EDGE))) <= REACH;
}
