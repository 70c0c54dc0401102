// The choice of the painter of a picture. The canvas shows it first. Plotly takes over if the pointer was on the picture or
// zoomed it, and if the app is at rest. The next change shows the canvas again.

import { effect, untracked } from "@preact/signals";
import type { App } from "../app.ts";
import { createPlot, type Plot } from "./plotly.ts";
import { loadedPlotly, loadPlotly, type Plotly, whenIdle } from "./plotlyScript.ts";
import type { Resting, RestOptions } from "./resting.ts";

const REST = 700; // ms without a change

/** Whether a button of the pointer is pressed anywhere on the page, for example during the drag of a slider. */
let isHeld = false;

/** Whether the app is at rest, without a pressed pointer and without a running search. */
export const isCalm = ({ isRunning, isPlaying }: App["search"]): boolean =>
  !isHeld && !isRunning.peek() && !isPlaying.peek() && document.visibilityState === "visible";

/** Lets Plotly show the picture of an element while the app is at rest. The caller draws the canvas of the element. */
export const takingTurns: Resting = (app, place, about) => {
  const turn = new Turn(app, place, about);
  const stopWatching = watchPointer(place, turn.want);
  const stopFollowing = effect(() => {
    // Each reply of a running search shows the canvas again.
    if (app.search.search.value && !isCalm(app.search)) untracked(turn.moved);
  });
  return {
    moved: turn.moved,
    want: turn.want,
    close() {
      stopFollowing();
      stopWatching();
      turn.close();
    },
  };
};

/** Decides whether and when Plotly takes over the picture of an element. */
class Turn {
  private readonly plot: Plot;
  private isWanted = false;
  private isClosed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changes = 0;

  constructor(
    private readonly app: Pick<App, "host" | "search">,
    private readonly place: HTMLElement,
    private readonly about: RestOptions,
  ) {
    this.plot = createPlot(place, about.zoom);
    this.show("light");
  }

  readonly moved = () => {
    this.changes++;
    this.show("light");
    this.later();
  };

  readonly want = () => {
    if (this.isWanted) return;
    this.isWanted = true;
    this.later();
  };

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    if (!this.plot.isDrawing()) this.plot.remove();
  }

  private show(painter: "light" | "coming" | "plotly") {
    const { dataset } = this.place;
    if (dataset.pwPainter !== painter) dataset.pwPainter = painter;
  }

  private later() {
    clearTimeout(this.timer);
    if (!this.isWanted || this.isClosed || !this.app.host.can("plotly")) return;
    this.timer = setTimeout(() => this.take().catch(this.fail), REST);
  }

  private async take() {
    if (this.isClosed || this.place.dataset.pwPainter === "plotly") return;
    const { host, search } = this.app;
    if (!isCalm(search)) return this.later();
    const plotly = loadedPlotly() ?? (await loadPlotly(host, () => this.isClosed || isCalm(search)));
    whenIdle(() => this.draw(plotly).catch(this.fail));
  }

  private async draw(plotly: Plotly) {
    const picture = this.isClosed ? null : this.about.picture();
    if (!picture) return;
    if (!isCalm(this.app.search) || this.plot.isDrawing()) return this.later();
    const before = this.changes;
    this.show("coming");
    await this.plot.draw(plotly, picture);
    if (!this.isClosed && before === this.changes) this.show("plotly");
    else this.plot.remove(); // Plotly cannot measure the texts of a hidden plot
  }

  private readonly fail = (error: unknown) => {
    this.isWanted = false;
    this.plot.fail();
    this.show("light");
    console.warn("plausiwidgets: Plotly does not draw here:", error);
  };
}

/** Tracks the buttons of the pointer on the page, and calls `want` when the pointer is over an element. */
function watchPointer(place: HTMLElement, want: () => void): () => void {
  const press = () => {
    isHeld = true;
  };
  const release = ({ buttons }: PointerEvent) => {
    isHeld = buttons > 0;
  };
  const over = ({ pointerType, buttons }: PointerEvent) => {
    if (!buttons) isHeld = false; // the button may have been released outside the window
    if (pointerType !== "touch") want(); // Plotly would prevent a finger from scrolling the page
  };
  document.addEventListener("pointerdown", press, true);
  document.addEventListener("pointerup", release, true);
  document.addEventListener("pointercancel", release, true);
  place.addEventListener("pointermove", over);
  return () => {
    document.removeEventListener("pointerdown", press, true);
    document.removeEventListener("pointerup", release, true);
    document.removeEventListener("pointercancel", release, true);
    place.removeEventListener("pointermove", over);
  };
}
