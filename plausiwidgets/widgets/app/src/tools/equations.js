import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { ofUnit } from "../i18n/words.ts";
import { save } from "../panels/saving.js";
import { useJob } from "./jobs.js";

/** @import { App } from "../app.js" */

/** A text whose DOIs are links. @param {string} text */
const linked = (text) =>
  text
    .split(/\bdoi:(10\.[^\s;,]+)/)
    .map((part, k) => (k % 2 ? html`<a href=${`https://doi.org/${part}`} target="_blank" rel="noopener">doi:${part}</a>` : part));

/** What a neuron is: its equations (typeset where the host does it), what each symbol means, where it comes from. @param {{ app: App }} props */
export function Equations({ app }) {
  const job = useJob(app, "equations");
  const { equations, description, source, name } = app.data.model;
  const isHost = app.host.can("equations");
  const [symbol, point] = useState("");
  useEffect(() => {
    if (isHost && job.get().data?.name !== name)
      job.begin({ model: name }, (_, { html: lines, meanings, card }) => ({ name, lines, meanings, card }));
  }, [name]);
  const { data } = job.get();
  const known = data?.name === name ? data : null;
  const mark = (/** @type {any} */ event) => {
    const found = event.target.closest?.("[data-symbol]")?.dataset.symbol;
    if (found) point(found);
  };
  return html`<div class="pw-equations">
    ${
      known && equations
        ? html`<div class="pw-maths" role="group" tabindex="0" aria-label=${tr("Equations")} onpointerover=${mark} onfocusin=${mark} dangerouslySetInnerHTML=${{ __html: known.lines }}></div>
          <p class="pw-at" aria-live="polite">${known.meanings[symbol] ?? tr("Hover over a symbol to see what it means.")}</p>`
        : equations
          ? html`<pre tabindex="0" role="group" aria-label=${tr("Equations")}>${equations}</pre>`
          : html`<p>${tr("No equations are available for this model.")}</p>`
    }
    <p>${tr(description)}</p>
    ${source ? html`<p><b>${tr("Source")}: </b>${linked(tr(source))}</p>` : ""}
    <dl>${app.data.parameters.map(
      ({ name: key, unit, description: text }) =>
        html`<div class=${key === symbol ? "marked" : ""}><dt>${key}${ofUnit(unit, " (", ")")}</dt><dd>${tr(text)}</dd></div>`,
    )}</dl>
    ${known ? html`<p><button class="pw-small" onclick=${() => save(`${name}.html`, known.card, "text/html")}>${tr("Save model card")}</button></p>` : ""}
  </div>`;
}
