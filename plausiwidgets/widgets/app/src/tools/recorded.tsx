// A recorded sweep from a file as a picture with a key. The tool shows it, and it replaces the figure until the recording is
// the target.

import type { Signal } from "@preact/signals";
import type { App } from "../app.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import { tr } from "../i18n/texts.ts";
import { nameOf, type Reading, readingOf } from "./reading.ts";
import { recordedPicture, type Sweep, timesOf } from "./recordingSweeps.ts";

type RecordedProps = Pick<App, "host" | "search" | "screen"> & { readonly state: Signal<Reading> };

/** The picture of the shown sweep as it was read from the file. */
export function Recorded({ host, search, screen, state }: RecordedProps) {
  const { sweeps, at } = state.value;
  return (
    <>
      <SweepPicture {...{ host, search, screen, state }} name="pw-recorded" />
      <p class="pw-planekey pw-recordedkey" aria-hidden="true">
        <SweepKey sweep={sweeps[at]} />
      </p>
    </>
  );
}

function SweepPicture({ host, search, screen, state, name }: RecordedProps & { readonly name: string }) {
  const { sweeps, at, unit } = state.value;
  const sweep = sweeps[at];
  const isDark = screen.isDark.value;
  const size = screen.isPresenting.value ? 18 : 14;
  const words = { sweep: tr(sweep.name), protocol: sweep.protocol };
  const label = tr("{sweep} as read from the file: {protocol}", words);
  return (
    <Pictured
      host={host}
      search={search}
      of={[sweep, isDark, size, unit]}
      whole={() => timesOf(sweep)}
      picture={(width, height, zoom) => recordedPicture(sweep, width, height, zoom, { isDark, size, unit })}
      attributes={{ role: "img", "aria-label": label, class: `pw-cells ${name}` }}
    />
  );
}

/** The lines of the picture with their names. */
function SweepKey({ sweep: { v, current, spikes, protocol } }: { readonly sweep: Sweep }) {
  const entries = [
    { name: "v", text: tr("recording"), isShown: v.length > 0 },
    { name: "current", text: tr("recorded current"), isShown: current.length > 0 },
    { name: "spikes", text: tr("detected spike"), isShown: spikes.length > 0 },
    { name: "injected", text: tr("reconstructed stimulus"), isShown: protocol !== "" },
  ];
  return (
    <>
      {entries.map(
        ({ name, text, isShown }) =>
          isShown && (
            <span key={name} class={name}>
              <i />
              {text}
            </span>
          ),
      )}
    </>
  );
}

type Shown = Pick<App, "selection" | "screen">;

/** Whether a recording was read that is not the target yet. It replaces the figure until the user selects a pattern. */
export function isBeingRead({ selection, screen }: Shown): boolean {
  const { sweeps, agreed, over } = readingOf({ selection }).value;
  const isRead = sweeps.length > 0 && agreed === "";
  return isRead && screen.tool.value === "data" && selection.pattern.value.key === over;
}

/** The recording instead of the figure. */
export function RecordingFigure({ selection, host, search, screen }: Shown & Pick<App, "host" | "search">) {
  const state = readingOf({ selection });
  const { sweeps, at, files } = state.value;
  const title = sweeps.length > 1 ? `${nameOf(files)}, ${tr(sweeps[at].name)}` : nameOf(files);
  return (
    <>
      <div class="pw-above pw-readabove">
        <b>{title}</b>
        <p class="pw-planekey pw-recordedkey" aria-hidden="true">
          <SweepKey sweep={sweeps[at]} />
        </p>
      </div>
      <SweepPicture {...{ host, search, screen, state }} name="pw-readfigure" />
    </>
  );
}
