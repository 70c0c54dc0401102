// The tool with the patterns that the neuron on the sliders can show. A host searches for the stimulus of each pattern.

import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import type { AssessedRow } from "../messages.ts";
import { markOf, markWords, type Rows, SYMBOLS, withRows } from "../models/symbols.ts";
import { sharedOf } from "../models/titles.ts";
import { glossing } from "../panels/glosses.tsx";
import { jobOf, requestOf } from "./jobs.ts";

type Props = Pick<App, "catalogue" | "selection" | "host">;

/** The patterns that this neuron can show. A search varies only the stimulus of each pattern. */
export function Repertoire({ catalogue, selection, host }: Props) {
  const { job, begin, stop } = jobOf({ selection, host }, "repertoire");
  const isChanged = useComputed(() => {
    const { about } = job.value;
    const { model, dt, values } = selection.current.value;
    const own = selection.data.value.parameters;
    return about?.model !== model || about.dt !== dt || own.some(({ name }) => about.values[name] !== values[name]);
  });
  const { state, done, total } = job.value;
  const isRunning = state === "running";
  const rows = rowsOf({ selection, host });
  const search = () => begin(requestOf(selection.current.peek()), (known, reply) => withRows(known, reply.rows));
  const glossed = glossing();
  const status = statusText({ selection, host }, isChanged);
  return (
    <div class="pw-fields pw-onecolumn">
      <p class="pw-lead">
        {glossed(
          tr("The model parameters stay fixed. For each pattern, a search looks for a stimulus that elicits it."),
        )}
      </p>
      <div class="pw-toolrow">
        {isRunning ? (
          <button type="button" class="pw-small" onClick={stop}>
            ■ {tr("Stop")}
          </button>
        ) : (
          <button type="button" class="pw-small" onClick={search}>
            {Object.keys(rows).length ? tr("Search again") : tr("Search all patterns")}
          </button>
        )}
        {isRunning && <progress max={total || 20} value={done} aria-label={tr("What else can this neuron do?")} />}
      </div>
      <p role="status">{state === "failed" ? status : glossed(status)}</p>
      <Found catalogue={catalogue} selection={selection} host={host} />
    </div>
  );
}

/** The rows of the last search, if it was about the shown model. */
function rowsOf({ selection, host }: Pick<App, "selection" | "host">): Rows {
  const { about, data } = jobOf({ selection, host }, "repertoire").job.value;
  return about?.model === selection.data.value.model.name ? (data ?? {}) : {};
}

/** The progress of the search in words, or its result. */
function statusText(app: Pick<App, "selection" | "host">, isChanged: ReadonlySignal<boolean>): string {
  const { state, error, done, total } = jobOf(app, "repertoire").job.value;
  const isRunning = state === "running";
  if (state === "failed") return error;
  const found = Object.values(rowsOf(app));
  if (!found.length) return isRunning ? tr("first search running …") : "";
  const count = found.filter((row) => markOf(row) === "replicated").length;
  const words = isRunning
    ? tr("{done} of {total} patterns searched, {count} verified", { done, total, count })
    : tr("{count} of {total} patterns verified.", { count, total: found.length });
  return isChanged.value ? `${words} ${tr("The parameters have changed since this search.")}` : words;
}

/** The searched patterns. A click opens a pattern with its stimulus. */
function Found({ catalogue, selection, host }: Props) {
  const { about } = jobOf({ selection, host }, "repertoire").job.value;
  const rows = rowsOf({ selection, host });
  const data = selection.data.value;
  const known = sharedOf({ catalogue, data });
  const open = (key: string, { parameters }: AssessedRow) => {
    // A pattern without a result has no parameters, so it also opens with those of the request.
    const kept = Object.fromEntries(about ? data.parameters.map(({ name }) => [name, about.values[name]]) : []);
    return selection.choose(data.model.name, key, { values: { ...kept, ...parameters }, dt: about?.dt });
  };
  return (
    <ul class="pw-found">
      {Object.entries(known).map(([key, { letter, title }]) => {
        const row = rows[`${data.model.name} ${key}`];
        if (!row) return null;
        const mark = markOf(row);
        return (
          <li key={key} class={mark}>
            <button
              type="button"
              aria-current={key === selection.pattern.value.key}
              title={row.ruled_out ? tr(row.ruled_out) : tr("Open this pattern with the stimulus from the search")}
              onClick={() => open(key, row)}
            >
              <em aria-hidden="true">{SYMBOLS[mark]}</em>
              <b>{letter}</b> {tr(title)}
              <span>{markWords(mark)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
