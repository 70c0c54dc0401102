import { MysteryTool, Rate, Samples } from "./asked.js";
import { tr } from "./engine/texts.js";
import { Heading } from "./heading.js";
import { MapTool } from "./map.js";
import { PhasePlane, SmallPlane } from "./plane.js";
import { html } from "./vendor/preact.js";
import { Criteria } from "./verdict.js";

/** @import { App } from "./app.js" */

/** What opens beside the potential. @type {{ name: string, title: () => string, line: () => string, fits: (app: App) => boolean, view: any }[]} */
export const TOOLS = [
  {
    name: "plane",
    title: () => tr("Phase plane"),
    line: () => tr("Why it fires: where its two variables stand still, and where they go."),
    fits: (app) => app.data.model.plane && Boolean(app.run.neuron),
    view: PhasePlane,
  },
  {
    name: "map",
    title: () => tr("Plane of two values"),
    line: () => tr("Where the pattern holds; a click puts both values."),
    fits: (app) => app.host.can("plane") || Boolean(app.run.neuron),
    view: MapTool,
  },
  {
    name: "samples",
    title: () => tr("Samples"),
    line: () => tr("Sets that show the pattern, spread over all that do."),
    fits: (app) => app.host.can("samples"),
    view: Samples,
  },
  {
    name: "curves",
    title: () => tr("Rate over current"),
    line: () => tr("How fast it fires at a constant current."),
    fits: (app) => app.host.can("rate"),
    view: Rate,
  },
  {
    name: "mystery",
    title: () => tr("Mystery"),
    line: () => tr("A neuron with hidden parameters, to be matched."),
    fits: (app) => app.host.can("mystery"),
    view: MysteryTool,
  },
  {
    name: "criteria",
    title: () => tr("Criteria"),
    line: () => tr("What is measured, and what it must be."),
    fits: () => true,
    view: Criteria,
  },
  {
    name: "equations",
    title: () => tr("Equations"),
    line: () => tr("What this neuron is, and where it comes from."),
    fits: () => true,
    view: Equations,
  },
];

/** The tool that is open, beside the potential. @param {{ app: App }} props */
export function ToolPanel({ app }) {
  const tool = TOOLS.find(({ name }) => name === app.store.get().tool);
  if (!tool?.fits(app)) return "";
  return html`<section class="pw-card pw-tool" aria-label=${tool.title()}>
    <div class="pw-sheethead"><${Heading} app=${app}>${tool.title()}<//>
      <button class="pw-icon" aria-label=${tr("Close")} onclick=${() => app.store.set({ tool: "" })}>✕</button></div>
    <${tool.view} app=${app} />
  </section>`;
}

/** The phase plane, small and live, where there is one: a click gives it more room. @param {{ app: App }} props */
export function Inside({ app }) {
  if (!app.data.model.plane || !app.run.neuron) return "";
  return html`<button class="pw-inside" onclick=${() => app.store.set({ tool: "plane" })}>
    <${SmallPlane} app=${app} /><span>${tr("Why? Look inside")} ›</span></button>`;
}

/** @param {{ app: App }} props */
function Equations({ app }) {
  const { equations, description, source } = app.data.model;
  return html`<div class="pw-equations">
    <pre tabindex="0" role="region" aria-label=${tr("Equations")}>${equations}</pre>
    <p>${tr(description)}</p>
    ${source ? html`<p><b>${tr("Source")}: </b>${tr(source)}</p>` : ""}
    <dl>${app.data.parameters.map(
      ({ name, unit, description: text }) => html`<div><dt>${name}${unit ? ` (${unit})` : ""}</dt><dd>${tr(text)}</dd></div>`,
    )}</dl>
  </div>`;
}
