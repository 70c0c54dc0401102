import { tr } from "./engine/texts.js";
import { save } from "./saving.js";
import { html, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */

/** Files of what is shown. @param {{ app: App }} props */
export function Files({ app }) {
  const [said, say] = useState("");
  const { selection, search } = app.store.get();
  const write = (/** @type {string} */ what) => () => {
    const { model, pattern, values, dt } = selection;
    say("…");
    const fields = { what, model, pattern, values, dt, free: [], text: "", of: what === "search" ? (search?.id ?? "") : "" };
    app.host.ask("export", fields, (answer) => {
      if (answer.state === "failed") return say(answer.error ?? "");
      if (answer.state !== "done") return;
      save(answer.name, answer.text);
      say(answer.name);
    });
  };
  const files = [
    ["script", tr("Python script")],
    ["traces", tr("Traces (CSV)")],
    ["page", tr("Page without a server (HTML)")],
    ...(search ? [["search", tr("Each try of the search (CSV)")]] : []),
  ];
  return html`<div class="pw-copy"><p>${tr("Save as a file")}</p>
    <div class="pw-files">${files.map(([what, title]) => html`<button onclick=${write(what)}>${title}</button>`)}</div><span role="status">${said}</span></div>`;
}
