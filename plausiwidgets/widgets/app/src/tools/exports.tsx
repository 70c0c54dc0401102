// The files about the selection that a host writes.

import { useSignal } from "@preact/signals";
import type { TargetedInputEvent } from "preact";
import type { App } from "../app.ts";
import { ruledOutAt } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import type { HostSweep, ReplyArrays, Requests } from "../messages.ts";
import { SYMBOLS } from "../models/symbols.ts";
import { patternInSentence } from "../models/titles.ts";
import { cellOf, save } from "../panels/saving.ts";
import { type FileButton, traceCsv } from "./files.tsx";
import { requestOf } from "./jobs.ts";

type Export = Requests["export"];
type ExportOf = Pick<Export, "what"> & Partial<Pick<Export, "free" | "text" | "of">>;

/** Requests a file about the selection from the host and saves it. `tell` receives the progress, then the name or the error. */
function write({ selection, host }: Pick<App, "selection" | "host">, tell: (words: string) => void, how: ExportOf) {
  tell("…");
  const fields = { ...requestOf(selection.current.peek()), free: [], text: "", of: "", ...how };
  host.ask("export", fields, (reply, arrays) => {
    if (reply.state === "failed") tell(reply.error);
    if (reply.state !== "done") return;
    save(reply.name, reply.sweeps ? tracesFile(reply.sweeps, arrays) : reply.text);
    tell(reply.name);
  });
}

/** The traces of all sweeps as CSV with the sweep, the time in ms, the potential, the current, and 1 at each spike. */
export function tracesFile(sweeps: readonly HostSweep[], arrays: Partial<ReplyArrays["export"]>): Blob {
  const parts = sweeps.map(({ name, t0, dt }, k) => {
    const line = {
      t0,
      dt,
      v: arrays[`${k}.v`] ?? new Float32Array(),
      current: arrays[`${k}.current`] ?? new Float32Array(),
      spikes: [...(arrays[`${k}.spikes`] ?? [])],
    };
    const [head, ...rows] = traceCsv(line).trimEnd().split("\n");
    const quoted = cellOf(name);
    return `${k ? "" : `sweep,${head}\n`}${rows.map((row) => `${quoted},${row}\n`).join("")}`;
  });
  return new Blob(parts, { type: "text/csv" });
}

/** The buttons that save the files. */
export function hostFiles(
  app: Pick<App, "selection" | "host" | "search">,
  tell: (words: string) => void,
): readonly FileButton[] {
  const search = app.search.search.value;
  const files: FileButton[] = [
    { title: tr("Traces (CSV)"), save: () => write(app, tell, { what: "traces" }) },
    { title: tr("Python script"), save: () => write(app, tell, { what: "script" }) },
    { title: tr("Standalone page (HTML)"), save: () => write(app, tell, { what: "page" }) },
  ];
  if (!search) return files;
  const history = () => write(app, tell, { what: "search", of: search.id });
  return [...files, { title: tr("Search history (CSV)"), save: history }];
}

/** The button that saves the shown exercise, or the selection as an exercise that starts at these values and has a question. */
export function ExerciseFile(app: Pick<App, "catalogue" | "selection" | "host" | "task">) {
  const { catalogue, selection, task } = app;
  const question = useSignal("");
  const status = useSignal("");
  const { key } = selection.pattern.value;
  const ruled_out = ruledOutAt(selection.pattern.value, selection.current.value.values);
  const isExercise = task.exercise.value !== null;
  const tell = (words: string) => {
    status.value = words;
  };
  const saved = () => write(app, tell, { what: "exercise", free: selection.free.peek(), text: question.peek() });
  const input = ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
    question.value = currentTarget.value;
  };
  const title = patternInSentence({ catalogue, data: selection.data.value }, key);
  return (
    <div class="pw-copy">
      {ruled_out && (
        <p>
          {SYMBOLS.ruled_out} {tr(ruled_out)}
        </p>
      )}
      {!isExercise && (
        <label>
          {tr("Exercise question (starting from these parameters)")}
          <input
            type="text"
            maxLength={500}
            placeholder={tr("Move the sliders until your neuron shows {title}.", { title })}
            value={question}
            onInput={input}
            onKeyDown={({ key: pressed }) => pressed === "Enter" && saved()}
          />
        </label>
      )}
      <button type="button" onClick={saved}>
        {isExercise ? tr("Save this mystery (HTML)") : tr("Save the exercise (HTML)")}
      </button>{" "}
      <span role="status">{status}</span>
    </div>
  );
}
