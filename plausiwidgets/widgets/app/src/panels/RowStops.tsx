// The spike rows in the Tab order, after the sliders. The buttons above the picture precede the sliders, so they have no Tab
// stop.

import { useComputed } from "@preact/signals";
import type { TargetedEvent } from "preact";
import type { App } from "../app.ts";
import { buttonOf } from "../figure/rowButtons.ts";
import { type RowRole, rowText } from "../figure/rows.ts";
import { language } from "../i18n/texts.ts";

/** An invisible button for each row. Its focus outlines the row, and a click zooms to the spikes. */
export function RowStops({ scene }: Pick<App, "scene">) {
  const texts = useComputed(() => {
    language.value;
    return scene.value.rows.map((row) => [row.role, rowText(row), row.spikes.length > 0] as const);
  }).value;
  return (
    <div class="pw-unseen">
      {texts.map(([role, text, hasSpikes]) => (
        <button
          type="button"
          key={role}
          aria-disabled={!hasSpikes}
          onClick={(event) => rowFor(event, role)?.click()}
          onFocus={(event) => rowFor(event, role)?.classList.add("focused")}
          onBlur={(event) => rowFor(event, role)?.classList.remove("focused")}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** The corresponding button above the picture. */
const rowFor = ({ currentTarget }: TargetedEvent<HTMLButtonElement>, role: RowRole) =>
  buttonOf(currentTarget.closest(".pw-app"), role);
