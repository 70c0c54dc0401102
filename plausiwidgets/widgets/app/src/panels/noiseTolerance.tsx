// The button for the noise tolerance of the selection, and its result from the page or the host.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { canTolerate, NOISES, toleranceText } from "../models/noiseTolerance.ts";
import { inPieces } from "../models/schedule.ts";
import { glossing } from "./glosses.tsx";

type Props = Pick<App, "catalogue" | "selection" | "verdict" | "run" | "host">;

/** A button that measures the noise in the current that the pattern tolerates, and the result. */
export function NoiseTolerance({ catalogue, selection, verdict, run, host }: Props) {
  const current = selection.current.value;
  const about = JSON.stringify([current.model, current.pattern, current.dt, current.values]);
  const found = useSignal({ about: "", text: "" });
  const isRunning = useSignal(false);
  const stop = useRef(() => {});
  const end = () => {
    stop.current();
    stop.current = () => {};
    isRunning.value = false;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the selection ends the test
  useEffect(() => end, [about]);
  const isOurs = run.isOurs.value && canTolerate(catalogue, selection.data.value, current);
  if (!verdict.isJudged.value || !(isOurs || host.can("tolerance"))) return null;
  const give = (text: string) => {
    isRunning.value = false;
    found.value = { about, text };
  };
  const begin = () => {
    end();
    isRunning.value = true;
    const { model, pattern, values, dt } = current;
    const data = selection.data.peek();
    stop.current = isOurs
      ? inPieces(toleranceText(catalogue, data, current), give)
      : host.ask("tolerance", { model, pattern, values, dt, ...NOISES }, (reply) => {
          if (reply.state === "done") give(reply.text);
          else if (reply.state === "failed") give(reply.error ?? "");
        });
  };
  const isKnown = found.value.about === about;
  return (
    <div class="pw-tolerance">
      <div class="pw-toolrow">
        <button type="button" class="pw-small" onClick={isRunning.value ? end : begin}>
          {isRunning.value ? `■ ${tr("Stop")}` : tr("Test noise tolerance")}
        </button>
        {isRunning.value && <progress aria-label={tr("Noise tolerance")} />}
      </div>
      <p role="status">
        {isKnown && (
          <>
            <b>{tr("Noise tolerance")}:</b> {found.value.text}
          </>
        )}
      </p>
      {isKnown && (
        <p>
          {glossing()(
            tr(
              "The largest standard deviation of noise in the current ({tau} ms time constant) at which the criteria are met in nine of ten runs, each with a different noise. It is not part of the verdict.",
              { tau: NOISES.tau },
            ),
          )}
        </p>
      )}
    </div>
  );
}
