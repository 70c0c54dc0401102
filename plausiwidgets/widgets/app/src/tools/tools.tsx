// The list of all tools with the conditions for each, and the panel that shows the open tool of the screen.

import { useComputed } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import type { Kind } from "../messages.ts";
import { isLost } from "../panels/focus.ts";
import { Heading } from "../panels/Heading.tsx";
import { Criteria } from "../panels/verdict.tsx";
import { Arithmetic } from "./arithmetic.tsx";
import { Atlas } from "./atlas.tsx";
import { Curves } from "./curves.tsx";
import { Equations } from "./equations.tsx";
import { ParameterPlane } from "./parameterPlane.tsx";
import { PhasePlane, SmallPlane } from "./phasePlane.tsx";
import { PhasePlotCard } from "./phasePlot.tsx";
import { hostTools } from "./provided.ts";
import { CriteriaPicture, PlanePicture, ProfilePicture, StimulusPicture } from "./toolPictures.tsx";

/** A tool next to the figure. */
export interface Tool {
  readonly name: string;
  readonly title: (app: App) => string;
  readonly line: (app: App) => string;
  /** Whether the tool can show anything for the current selection. */
  readonly fits: (app: App) => boolean;
  /** The request that the tool requires from the host. */
  readonly needs?: Kind;
  /** The view of a tool without a host. The other views are in `hostTools.ts`. */
  readonly view?: FunctionComponent<App>;
  /** A small picture for the menu. */
  readonly picture?: FunctionComponent<App>;
  /** The action of the tool, if it has no view. */
  readonly begin?: (app: App) => void;
}

/** Whether the page has a phase plane. Otherwise the host can compute one. */
const hasPlane = ({ selection, run }: Pick<App, "selection" | "run">): boolean =>
  selection.data.value.model.plane && run.isOurs.value;

export const TOOLS: readonly Tool[] = [
  {
    name: "map",
    title: () => tr("Parameter plane"),
    line: () => tr("Vary two parameters and see where the pattern appears."),
    fits: ({ verdict, run, host }) => verdict.isJudged.value && (run.isOurs.value || host.can("plane")),
    view: ParameterPlane,
    picture: PlanePicture,
  },
  {
    name: "samples",
    title: () => tr("Sample solutions"),
    line: () => tr("Draw many different parameter sets that show the pattern."),
    fits: ({ verdict }) => verdict.isJudged.value,
    needs: "samples",
  },
  {
    name: "plane",
    title: () => tr("Phase plane"),
    line: () => tr("See why the neuron fires: nullclines, fixed points and the trajectory."),
    fits: hasPlane,
    view: PhasePlane,
    picture: SmallPlane,
  },
  {
    name: "plane",
    title: () => tr("Phase plane"),
    line: () => tr("See why the neuron fires: nullclines, fixed points and the trajectory."),
    fits: (app) => !hasPlane(app),
    needs: "phase",
  },
  {
    name: "curves",
    title: ({ host }) => (host.can("rate") ? tr("Sensitivity and f–I curve") : tr("Sensitivity")),
    line: ({ host }) =>
      host.can("rate")
        ? tr("See how each parameter affects the loss, and how the firing rate depends on the current (f–I curve).")
        : tr("See how each parameter affects the loss."),
    fits: ({ verdict, run, host }) => verdict.isJudged.value && (run.isOurs.value || host.can("profiles")),
    view: Curves,
    picture: ProfilePicture,
  },
  {
    name: "onset",
    title: () => tr("Onset of firing"),
    line: () => tr("See in a bifurcation diagram how firing starts and stops as the current changes."),
    fits: () => true,
    needs: "bifurcations",
  },
  {
    name: "repertoire",
    title: () => tr("What else can this neuron do?"),
    line: () => tr("Keep these model parameters and look for a stimulus that elicits each pattern."),
    fits: () => true,
    needs: "repertoire",
  },
  {
    name: "atlas",
    title: () => tr("Atlas"),
    line: () => tr("See how many different responses the neuron can show, with and without a name."),
    fits: ({ run, catalogue, selection }) => run.isOurs.value && Boolean(catalogue.atlas && selection.data.value.atlas),
    view: Atlas,
  },
  {
    name: "arithmetic",
    title: () => tr("Arithmetic"),
    line: () => tr("See how many bits the neuron needs on a neuromorphic chip."),
    fits: ({ run }) => run.isOurs.value,
    view: Arithmetic,
  },
  {
    name: "stimulus",
    title: () => tr("Stimulus"),
    line: () => tr("Inject a different current: a step, pulses, a ramp, noise, a chirp, or your own waveform."),
    fits: () => true,
    needs: "stimulus",
    picture: StimulusPicture,
  },
  {
    name: "data",
    title: () => tr("Recording"),
    line: () => tr("Use a recorded cell as the target (CSV, ATF, ABF or NWB)."),
    fits: () => true,
    needs: "recording",
  },
  {
    name: "mystery",
    title: () => tr("Mystery"),
    line: () => tr("Find the hidden parameters of a neuron, by hand or in a race against a search or your class."),
    fits: ({ verdict }) => verdict.isJudged.value,
    needs: "mystery",
    begin: ({ task }) => task.beginMystery(),
  },
  {
    name: "criteria",
    title: () => tr("Criteria"),
    line: () => tr("See each measured feature and its accepted range."),
    fits: () => true,
    view: Criteria,
    picture: CriteriaPicture,
  },
  {
    name: "equations",
    title: () => tr("Equations"),
    line: () => tr("See the model's equations and their source."),
    fits: () => true,
    view: Equations,
  },
];

/** The tools of a task, which reveal no parameters of the solution. */
const IN_TASKS = ["plane", "criteria", "equations"];

/** The available tools, and the titles of the tools that need a host. */
export function toolsOf(app: App): { readonly tools: readonly Tool[]; readonly missing: readonly string[] } {
  const isTask = app.task.isTask.value;
  const isOffered = ({ name }: Tool) => !isTask || IN_TASKS.includes(name);
  const fitting = TOOLS.filter((tool) => isOffered(tool) && tool.fits(app));
  const isThere = ({ needs }: Tool) => !needs || app.host.can(needs);
  return {
    tools: fitting.filter(isThere),
    missing: fitting.filter((tool) => !isThere(tool)).map(({ title }) => title(app)),
  };
}

const viewOf = ({ view, needs }: Tool) => view ?? (needs && hostTools()?.views[needs]);

/** The open tool. */
export function ToolPanel(app: App) {
  const shown = useComputed(() => toolsOf(app).tools.find(({ name }) => name === app.screen.tool.value));
  const { value: tool } = shown;
  const View = tool && viewOf(tool);
  const place = useRef<HTMLElement>(null);
  // The menu that has opened the tool is gone, and so is the button that closes it. Keys such as Escape reach the app only
  // while something in the app has the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: The focus moves when another tool is opened.
  useEffect(() => {
    const { current: panel } = place;
    if (!panel) return;
    if (isLost()) panel.focus({ preventScroll: true });
    const screen = panel.closest(".pw-app");
    return () => {
      setTimeout(() => {
        const menu = screen?.querySelector<HTMLElement>("[data-menu=explore]");
        if (isLost()) menu?.focus({ preventScroll: true });
      });
    };
  }, [tool?.name]);
  if (!tool || !View) return null;
  const close = () => {
    app.screen.tool.value = "";
  };
  return (
    <section class="pw-card pw-tool" aria-label={tool.title(app)} tabIndex={-1} ref={place}>
      <div class="pw-sheethead">
        <Heading host={app.host}>{tool.title(app)}</Heading>
        <button type="button" class="pw-icon" aria-label={tr("Close")} onClick={close}>
          ✕
        </button>
      </div>
      <View {...app} />
    </section>
  );
}

/**
 * A small picture of the dynamics, which is updated with the sliders. It is a button with the phase plane, which opens the
 * tool, or a phase plot for a neuron without a phase plane of the page.
 */
export function Inside({ selection, run, screen }: Pick<App, "selection" | "run" | "screen">) {
  if (!hasPlane({ selection, run })) return <PhasePlotCard run={run} screen={screen} />;
  const open = () => {
    screen.tool.value = "plane";
  };
  return (
    <button type="button" class="pw-inside" onClick={open}>
      <span>{tr("Why? Open the phase plane")} ›</span>
      <div>
        <SmallPlane selection={selection} run={run} screen={screen} />
      </div>
    </button>
  );
}
