// The dialog for the sheets of an app, which `screen.sheet` opens and closes.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { isLost } from "./focus.ts";
import { Heading } from "./Heading.tsx";

const FOCUSABLE = "button:not(:disabled, [tabindex='-1']), input, a[href], [tabindex='0']";

type SheetProps = Pick<App, "host" | "screen"> & {
  readonly title: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
};

/** A dialog over the figure. It gets and keeps the focus, and returns it when it closes. Escape closes the dialog. */
export function Sheet({ host, screen, title, wide = true, children }: SheetProps) {
  const place = useRef<HTMLDivElement>(null);
  const close = () => {
    screen.sheet.value = "";
  };
  // A layout effect is needed, because the screen below the sheet is inert and would lose the focus in the next frame.
  useLayoutEffect(() => (place.current ? focused(place.current) : undefined), []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab" && place.current) keepFocus(event, place.current);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: The sheet has a button and a key that close it too.
    <div class="pw-veil" onClick={({ target, currentTarget }) => target === currentTarget && close()}>
      <div
        class={`pw-sheet${wide ? " wide" : ""}`}
        role="dialog"
        aria-modal="true"
        aria-label={title}
        ref={place}
        onKeyDown={keys}
      >
        <div class="pw-sheethead">
          <Heading host={host}>{title}</Heading>
          <button type="button" class="pw-icon" aria-label={tr("Close")} onClick={close}>
            ✕
          </button>
        </div>
        {children}
      </div>
    </div>
  );
}

/** The focused element in the document or in the shadow root of an element. */
const activeAround = (place: Element): Element | null => (place.getRootNode() as Document | ShadowRoot).activeElement;

/** Moves the focus into a sheet. Returns a function that moves the focus back. */
function focused(sheet: HTMLElement): () => void {
  const before = activeAround(sheet);
  sheet.querySelector<HTMLElement>("[data-first]")?.focus();
  if (!sheet.contains(activeAround(sheet))) sheet.querySelector("button")?.focus();
  const back = () => {
    if (before instanceof HTMLElement && before.isConnected && isLost()) before.focus({ preventScroll: true });
  };
  // The screen below the sheet can get the focus only after a frame without the sheet.
  return () => requestAnimationFrame(() => setTimeout(back));
}

/** Moves the focus from the last element of a sheet to the first, and vice versa. */
function keepFocus(event: KeyboardEvent, sheet: HTMLElement): void {
  const all = [...sheet.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const active = activeAround(sheet);
  const [first, last] = [all[0], all[all.length - 1]];
  const [end, next] = event.shiftKey ? [first, last] : [last, first];
  if (active !== end) return;
  event.preventDefault();
  next.focus();
}
