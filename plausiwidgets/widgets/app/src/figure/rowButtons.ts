// Buttons above the spike rows of the picture. A click zooms to the spikes of a row, and another click ends the zoom. The
// buttons are for the pointer. The buttons in panels/RowStops.tsx are for keys and screen readers.

import type { RunModel } from "../models/run.ts";
import { placesOf, type RowRole, rowText, type SpikeRow, spanOf } from "./rows.ts";
import type { Frame } from "./scene.ts";

export interface RowButtons {
  /** Shows a button at the place of each row. */
  put(rows: readonly SpikeRow[], at: Frame): void;
}

/** The button of a row within an element. */
export const buttonOf = (place: Element | null, role: RowRole): HTMLButtonElement | null =>
  place?.querySelector<HTMLButtonElement>(`.pw-spikerow[data-role=${role}]`) ?? null;

export function createRowButtons(run: Pick<RunModel, "zoom" | "zoomTo">, place: HTMLElement): RowButtons {
  const group = document.createElement("div");
  group.ariaHidden = "true";
  place.append(group);
  const shown = new Map<string, { readonly button: HTMLButtonElement; row: SpikeRow; look: string }>();
  const zoom = (role: string) => {
    const row = shown.get(role)?.row;
    const span = row && spanOf(row);
    if (!span) return;
    const x = run.zoom.peek()?.x;
    run.zoomTo(x && x[0] === span[0] && x[1] === span[1] ? null : { x: span, y: null });
  };
  const create = (role: string) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pw-spikerow";
    button.dataset.role = role;
    button.tabIndex = -1;
    button.addEventListener("click", () => zoom(role));
    group.append(button);
    return button;
  };
  return {
    put(rows, at) {
      for (const [role, { button }] of shown) {
        if (rows.some((row) => row.role === role)) continue;
        button.remove();
        shown.delete(role);
      }
      for (const [k, { top, height }] of placesOf(at.rows).entries()) {
        const row = rows[k];
        const style = `left:0;top:${top}px;width:${at.left + at.plot}px;height:${height}px`;
        const text = rowText(row);
        const entry = shown.get(row.role) ?? { button: create(row.role), row, look: "" };
        entry.row = row;
        shown.set(row.role, entry);
        const look = `${style} ${text}`;
        if (entry.look === look) continue; // moving a slider rarely changes the look
        entry.look = look;
        entry.button.style.cssText = style;
        entry.button.title = text;
        entry.button.setAttribute("aria-disabled", String(!row.spikes.length));
      }
    },
  };
}
