// The line that moves through the figure during a playback. It is above the picture, which is not redrawn.

import { effect, untracked } from "@preact/signals";
import type { App } from "../app.ts";
import type { Stop } from "../models/schedule.ts";
import type { Frame } from "./scene.ts";

/** Shows the time of a playback as a line in an element. Returns a function that removes it. */
export function playhead({ player }: Pick<App, "player">, place: HTMLElement, frameNow: () => Frame): Stop {
  const line = document.createElement("div");
  line.className = "pw-playhead";
  line.hidden = true;
  place.append(line);
  const stop = effect(() => {
    const { value: time } = player.time;
    line.hidden = time === null;
    if (time !== null) untracked(() => move(line, frameNow(), time));
  });
  return () => {
    stop();
    line.remove();
  };
}

function move(line: HTMLElement, { x, top, row, current }: Frame, time: number): void {
  line.style.top = `${top}px`;
  line.style.height = `${row + current - top}px`;
  line.style.transform = `translateX(${x(time).toFixed(1)}px)`;
}
