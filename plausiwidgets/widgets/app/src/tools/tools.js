import { useEffect, useRef } from "preact/hooks";
import { beginMystery } from "../classroom/mystery.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { gameOf, isTask } from "../models/exerciseMode.js";
import { isLost } from "../panels/focus.js";
import { Heading } from "../panels/heading.js";
import { Criteria } from "../panels/verdict.js";
import { Curves } from "./curves.js";
import { Equations } from "./equations.js";
import { Onset } from "./onset.js";
import { ParameterPlane } from "./parameterPlane.js";
import { PhasePlane, SmallPlane } from "./phasePlane.js";
import { Recording } from "./recording.js";
import { Repertoire } from "./repertoire.js";
import { AskedPhase } from "./requestedPhasePlane.js";
import { Samples } from "./samples.js";
import { Stimulus } from "./stimulus.js";

/** @import { App } from "../app.js" */
/** @import { Kind } from "../messages.ts" */

/**
 * A tool: what opens beside the potential. `fits` says whether it has something to show; `needs` is what is asked of
 * the host, without which there is no such tool; what has nothing to open begins.
 * @typedef {{ name: string, title: (app: App) => string, line: (app: App) => string, fits: (app: App) => boolean, needs?: Kind, view: any, begin?: (app: App) => void }} Tool
 */

/** @type {Tool[]} */
const TOOLS = [
  {
    name: "map",
    title: () => tr("Parameter plane"),
    line: () => tr("Vary two parameters and see where the pattern appears."),
    fits: (app) => app.isJudged() && (Boolean(app.run.neuron) || app.host.can("plane")),
    view: ParameterPlane,
  },
  {
    name: "samples",
    title: () => tr("Sample solutions"),
    line: () => tr("Draw many different parameter sets that show the pattern."),
    fits: (app) => app.isJudged(),
    needs: "samples",
    view: Samples,
  },
  {
    name: "plane",
    title: () => tr("Phase plane"),
    line: () => tr("See why the neuron fires: nullclines, fixed points and the trajectory."),
    fits: (app) => app.data.model.plane && Boolean(app.run.neuron),
    view: PhasePlane,
  },
  {
    name: "plane",
    title: () => tr("Phase plane"),
    line: () => tr("See why the neuron fires: nullclines, fixed points and the trajectory."),
    fits: (app) => !(app.data.model.plane && app.run.neuron),
    needs: "phase",
    view: AskedPhase,
  },
  {
    name: "curves",
    title: (app) => (app.host.can("rate") ? tr("Sensitivity and f–I curve") : tr("Sensitivity")),
    line: (app) =>
      app.host.can("rate")
        ? tr("See how each parameter affects the loss, and how the firing rate depends on the current (f–I curve).")
        : tr("See how each parameter affects the loss."),
    fits: (app) => app.isJudged() && (Boolean(app.run.neuron) || app.host.can("profiles")),
    view: Curves,
  },
  {
    name: "onset",
    title: () => tr("Onset of firing"),
    line: () => tr("See in a bifurcation diagram how firing starts and stops as the current changes."),
    fits: () => true,
    needs: "bifurcations",
    view: Onset,
  },
  {
    name: "repertoire",
    title: () => tr("What else can this neuron do?"),
    line: () => tr("Keep these model parameters and look for a stimulus that elicits each pattern."),
    fits: () => true,
    needs: "repertoire",
    view: Repertoire,
  },
  {
    name: "stimulus",
    title: () => tr("Stimulus"),
    line: () => tr("Inject a different current: a step, pulses, a ramp, or your own waveform."),
    fits: () => true,
    needs: "stimulus",
    view: Stimulus,
  },
  {
    name: "data",
    title: () => tr("Recording"),
    line: () => tr("Use a recorded cell as the target (CSV, ABF or NWB)."),
    fits: () => true,
    needs: "recording",
    view: Recording,
  },
  {
    name: "mystery",
    title: () => tr("Mystery"),
    line: () => tr("Find the hidden parameters of a neuron, by hand or in a race against a search or your class."),
    fits: (app) => app.pattern.components.some(({ criteria }) => criteria.length),
    needs: "mystery",
    view: null,
    begin: beginMystery,
  },
  {
    name: "criteria",
    title: () => tr("Criteria"),
    line: () => tr("See each measured feature and its accepted range."),
    fits: () => true,
    view: Criteria,
  },
  {
    name: "equations",
    title: () => tr("Equations"),
    line: () => tr("See the model's equations and their source."),
    fits: () => true,
    view: Equations,
  },
];

/** Tools of an exercise: what tells no values. */
const OPEN = ["plane", "criteria", "equations"];

/** Tools that would tell the values of a mystery. */
const TELLING = ["map", "samples", "curves"];

/** The tools that there are, and the titles of those that need a host. @param {App} app @returns {{ tools: Tool[], missing: string[] }} */
export function toolsOf(app) {
  const isGiven = isTask(app.store.get());
  const game = gameOf(app.store.get());
  const isHidden = game !== null && game.revealed === null;
  const fitting = TOOLS.filter(
    (tool) => tool.fits(app) && (!isGiven || OPEN.includes(tool.name)) && !(isHidden && TELLING.includes(tool.name)),
  );
  const has = (/** @type {Tool} */ { needs }) => !needs || app.host.can(needs);
  return { tools: fitting.filter(has), missing: fitting.filter((tool) => !has(tool)).map(({ title }) => title(app)) };
}

/** The tool that is open, beside the potential. @param {{ app: App }} props */
export function ToolPanel({ app }) {
  const tool = toolsOf(app).tools.find(({ name }) => name === app.store.get().tool);
  const place = useRef(/** @type {any} */ (null));
  // What has opened it may be gone, as the menu is: Esc is for who has the focus. What has closed it is gone.
  useEffect(() => {
    if (!place.current) return;
    if (isLost()) place.current.focus({ preventScroll: true });
    const screen = place.current.closest(".pw-app");
    return () => {
      setTimeout(() => isLost() && screen.querySelector("[data-menu=explore]")?.focus({ preventScroll: true }));
    };
  }, [tool?.name]);
  if (!tool?.view) return "";
  return html`<section class="pw-card pw-tool" aria-label=${tool.title(app)} tabindex="-1" ref=${place}>
    <div class="pw-sheethead"><${Heading} app=${app}>${tool.title(app)}<//>
      <button class="pw-icon" aria-label=${tr("Close")} onclick=${() => app.store.set({ tool: "" })}>✕</button></div>
    <${tool.view} app=${app} />
  </section>`;
}

/** The phase plane, small and live, where there is one: a click gives it more room. @param {{ app: App }} props */
export function Inside({ app }) {
  if (!app.data.model.plane || !app.run.neuron) return "";
  return html`<button class="pw-inside" onclick=${() => app.store.set({ tool: "plane" })}>
    <${SmallPlane} app=${app} /><span>${tr("Why? Open the phase plane")} ›</span></button>`;
}
