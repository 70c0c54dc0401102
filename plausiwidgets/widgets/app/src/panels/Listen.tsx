// The sweep as sound, with a button, and with the speed after its first use.

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { type Silence, SPEEDS } from "../models/player.ts";

type ListenProps = Pick<App, "player" | "run" | "screen">;

/** Plays the sweep or stops it. The space bar has the same function while the pointer is over the app. */
export function Listen({ player, run, screen }: ListenProps) {
  const button = useRef<HTMLButtonElement>(null);
  const wasUsed = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  useEffect(() => {
    const app = button.current?.closest(".pw-app");
    return app ? listenForKeys(app, { player, screen }) : undefined;
  }, []);
  const isPlaying = player.isPlaying.value;
  wasUsed.current ||= isPlaying;
  return (
    <>
      <button
        class="pw-listen"
        ref={button}
        aria-keyshortcuts="Space"
        aria-label={isPlaying ? tr("Stop sound") : undefined}
        title={tr("Hear each spike as a click: the target on the left, your neuron on the right (space bar)")}
        onClick={player.toggle}
      >
        <span aria-hidden="true">{isPlaying ? "■ " : "▶ "}</span>
        {isPlaying ? tr("Stop") : tr("Listen")}
      </button>
      {wasUsed.current && <Played player={player} run={run} />}
    </>
  );
}

/** The speed, and the channels of the two sounds. */
function Played({ player, run }: Pick<App, "player" | "run">) {
  const hasTarget = useComputed(() => run.target.value !== null);
  const speed = player.speed.value;
  const choose = (next: string) => player.setSpeed(Number(next));
  return (
    <div class="pw-played">
      <label>
        {tr("Speed")}
        <select onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {SPEEDS.map((one) => (
            <option key={one} value={one} selected={one === speed}>
              {one === 1 ? "1" : `1/${Math.round(1 / one)}`}
            </option>
          ))}
        </select>
      </label>
      <span role="status">{wordsOf(player.silence.value, hasTarget.value)}</span>
    </div>
  );
}

function wordsOf(silence: Silence, hasTarget: boolean): string {
  if (silence === "no spikes") return tr("No spikes in this part of the sweep, so there is nothing to hear.");
  if (silence) return tr("The browser plays no sound here. Allow sound for this page, then click Listen again.");
  return hasTarget ? tr("left: target, right: yours") : tr("right: your neuron");
}

/** The elements that handle the space bar themselves. */
const CONTROLS =
  "button, input, select, textarea, a[href], summary, [contenteditable]:not([contenteditable=false]), [role=dialog], [role=button], [role=slider]";

/**
 * Plays and stops with the space bar, while no control has the focus and the pointer is over the app, and stops with Escape.
 * The keys are handled on the window, because without a focus they do not reach the app, and JupyterLab would scroll the
 * notebook.
 */
function listenForKeys(app: Element, { player, screen }: Pick<App, "player" | "screen">): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const isStopping = event.key === "Escape" && player.isPlaying.peek();
    if (!isStopping && !(event.key === " " && !screen.sheet.peek() && isOver(app, event))) return;
    event.preventDefault();
    event.stopPropagation();
    if (isStopping) player.stop();
    else if (!event.repeat) player.toggle();
  };
  window.addEventListener("keydown", press, true);
  return () => window.removeEventListener("keydown", press, true);
}

/** Whether the pointer is over an app, and the key is not for a control. */
function isOver(app: Element, event: KeyboardEvent): boolean {
  const [target] = event.composedPath(); // the target itself, also within a shadow root
  return app.matches(":hover") && !(target instanceof Element && target.closest(CONTROLS));
}
