import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { markOf, markWords, SYMBOLS, withRows } from "../models/symbols.js";
import { sharedOf } from "../models/titles.js";
import { glossing } from "../panels/glosses.js";
import { asked, useJob } from "./jobs.js";

/** @import { App } from "../app.js" */
/** @import { AssessedRow } from "../messages.ts" */

/** What this neuron can do: a stimulus is searched for under each pattern, with its parameters as they are. @param {{ app: App }} props */
export function Repertoire({ app }) {
  const job = useJob(app, "repertoire");
  const { selection } = app.store.get();
  const { state, error, about, data, done, total } = job.get();
  const own = app.data.parameters.map(({ name }) => name);
  const isHere =
    about?.model === selection.model && about.dt === selection.dt && own.every((name) => about.values[name] === selection.values[name]);
  const rows = /** @type {Record<string, AssessedRow>} */ (about?.model === selection.model ? (data ?? {}) : {});
  // A pattern for which nothing was found is shown with the parameters that were asked about, too.
  const kept = Object.fromEntries(about ? own.map((name) => [name, about.values[name]]) : []);
  const runs = state === "running";
  const begin = () => job.begin(asked(selection), (known, answer) => withRows(known, answer.rows));
  const found = Object.values(rows);
  const count = found.filter((row) => markOf(row) === "replicated").length;
  const known = sharedOf(app);
  const glossed = glossing();
  return html`<div class="pw-fields pw-onecolumn">
    <p class="pw-lead">${glossed(tr("The model parameters stay fixed. For each pattern, a search looks for a stimulus that elicits it."))}</p>
    <div class="pw-toolrow">${
      runs
        ? html`<button class="pw-small" onclick=${job.stop}>■ ${tr("Stop")}</button>`
        : html`<button class="pw-small" onclick=${begin}>${found.length ? tr("Search again") : tr("Search all patterns")}</button>`
    }
      ${runs ? html`<progress max=${total || 20} value=${done} aria-label=${tr("What else can this neuron do?")}></progress>` : ""}</div>
    <p role="status">${
      state === "failed"
        ? error
        : !found.length
          ? runs
            ? tr("first search running …")
            : ""
          : glossed(
              `${runs ? tr("{done} of {total} patterns searched, {count} verified", { done, total, count }) : tr("{count} of {total} patterns verified.", { count, total: found.length })}${isHere ? "" : ` ${tr("The parameters have changed since this search.")}`}`,
            )
    }</p>
    <ul class="pw-found">${Object.keys(known)
      .filter((key) => rows[`${selection.model} ${key}`])
      .map((key) => {
        const row = rows[`${selection.model} ${key}`];
        const mark = markOf(row);
        const { letter, title } = known[key];
        return html`<li key=${key} class=${mark}><button aria-current=${key === selection.pattern} title=${row.ruled_out ? tr(row.ruled_out) : tr("Open this pattern with the stimulus from the search")}
          onclick=${() => app.choose(selection.model, key, { values: { ...kept, ...row.parameters }, dt: about?.dt })}><em aria-hidden="true">${SYMBOLS[mark]}</em><b>${letter}</b> ${tr(title)}<span>${markWords(mark)}</span></button></li>`;
      })}</ul>
  </div>`;
}
