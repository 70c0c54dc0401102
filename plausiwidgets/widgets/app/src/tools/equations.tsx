// The tool with the equations of the neuron model, which a host typesets if it can, and with the meanings of their symbols.

import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import type { Slider } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { ofUnit } from "../i18n/words.ts";
import { save } from "../panels/saving.ts";
import { jobOf } from "./jobs.ts";

/** A text with links for its DOIs. */
const linked = (text: string) =>
  text.split(/\bdoi:(10\.[^\s;,]+)/).map((part, k) =>
    k % 2 ? (
      <a key={part} href={`https://doi.org/${part}`} target="_blank" rel="noopener">
        doi:{part}
      </a>
    ) : (
      part
    ),
  );

/** The symbol under the pointer or with the focus, or an empty string. */
const symbolAt = ({ target }: Event): string =>
  (target instanceof Element && target.closest("[data-symbol]")?.getAttribute("data-symbol")) || "";

/**
 * The equations of the model with the meanings of their symbols and their source. The host typesets the equations if it can.
 */
export function Equations({ selection, host }: Pick<App, "selection" | "host">) {
  const job = jobOf({ selection, host }, "equations");
  const { model, parameters } = selection.data.value;
  const { equations, description, source, name } = model;
  const canTypeset = host.can("equations");
  const symbol = useSignal("");
  useEffect(() => {
    if (!canTypeset || job.job.peek().data?.name === name) return;
    job.begin({ model: name }, (_, { html: lines, meanings, card }) => ({ name, lines, meanings, card }));
  }, [canTypeset, job, name]);
  const { data } = job.job.value;
  const typeset = data?.name === name ? data : null;
  const mark = (event: Event) => {
    symbol.value = symbolAt(event) || symbol.peek();
  };
  return (
    <div class="pw-equations">
      {typeset && equations ? (
        <>
          <div
            class="pw-maths"
            role="group"
            tabIndex={0}
            aria-label={tr("Equations")}
            onPointerOver={mark}
            onFocusIn={mark}
            // biome-ignore lint/security/noDangerouslySetInnerHtml: Python typesets the equations and escapes their text.
            dangerouslySetInnerHTML={{ __html: typeset.lines }}
          />
          <p class="pw-at" aria-live="polite">
            {typeset.meanings[symbol.value] ?? tr("Hover over a symbol to see what it means.")}
          </p>
        </>
      ) : equations ? (
        <pre tabIndex={0} role="group" aria-label={tr("Equations")}>
          {equations}
        </pre>
      ) : (
        <p>{tr("No equations are available for this model.")}</p>
      )}
      <p>{tr(description)}</p>
      {source && (
        <p>
          <b>{tr("Source")}: </b>
          {linked(tr(source))}
        </p>
      )}
      <Parameters parameters={parameters} symbol={symbol} />
      {typeset && (
        <p>
          <button type="button" class="pw-small" onClick={() => save(`${name}.html`, typeset.card, "text/html")}>
            {tr("Save model card")}
          </button>
        </p>
      )}
    </div>
  );
}

interface ParametersProps {
  readonly parameters: readonly Slider[];
  readonly symbol: ReadonlySignal<string>;
}

/** The parameters with their meanings. The parameter under the pointer is marked. */
function Parameters({ parameters, symbol }: ParametersProps) {
  return (
    <dl>
      {parameters.map(({ name: key, unit, description: text }) => (
        <div key={key} class={key === symbol.value ? "marked" : ""}>
          <dt>
            {key}
            {ofUnit(unit, " (", ")")}
          </dt>
          <dd>{tr(text)}</dd>
        </div>
      ))}
    </dl>
  );
}
