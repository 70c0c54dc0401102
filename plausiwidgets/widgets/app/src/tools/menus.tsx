// The menus of the header, for lessons, tools, sharing and settings. They work with all models of the app.

import { useComputed, useSignal } from "@preact/signals";
import type { App } from "../app.ts";
import { lessonsOf } from "../classroom/lesson.tsx";
import { language, tr } from "../i18n/texts.ts";
import { isOf } from "../models/selection.ts";
import { Copy } from "../panels/Copy.tsx";
import { Sheet } from "../panels/Sheet.tsx";
import { asNotebook, linkOf, localWarning } from "../panels/sharing.ts";
import { Files } from "./files.tsx";
import { hostTools } from "./provided.ts";
import { toolsOf } from "./tools.tsx";

/** The lessons, and a button that closes the open lesson. */
export function Lessons({ catalogue, host, task, screen }: Pick<App, "catalogue" | "host" | "task" | "screen">) {
  const lesson = task.lesson.value;
  return (
    <Sheet host={host} screen={screen} title={tr("Lessons")} wide={false}>
      <div class="pw-menu">
        <p>{tr("Step-by-step cards. Each card sets a task and detects when you have completed it.")}</p>
        {lessonsOf(catalogue).map(([name, { title, cards, language }]) => (
          <button type="button" key={name} aria-current={name === lesson?.name} onClick={() => task.openLesson(name)}>
            <b lang={language}>{title}</b>
            <span>{tr("{count} cards", { count: cards })}</span>
          </button>
        ))}
        {lesson && (
          <button type="button" onClick={() => task.endLesson()}>
            <b>{tr("End the lesson")}</b>
            <span>{tr("Your parameters stay as they are.")}</span>
          </button>
        )}
        <p>{tr("You can write your own lesson as a text file. See “Write a lesson” in the guides.")}</p>
      </div>
    </Sheet>
  );
}

/** The tools, each with a description of one line. */
export function Explore(app: App) {
  const { host, screen, verdict } = app;
  verdict.isSilent.value; // a silent host has fewer tools
  const { tools, missing } = toolsOf(app);
  const open = (name: string) => {
    screen.tool.value = name;
    screen.sheet.value = "";
  };
  return (
    <Sheet host={host} screen={screen} title={tr("Explore")} wide={false}>
      <div class="pw-menu">
        {tools.map(({ name, title, line, picture: Picture, begin }) => (
          <button type="button" key={name} onClick={() => (begin ? begin(app) : open(name))}>
            <b>{title(app)}</b>
            <span>{line(app)}</span>
            {Picture && (
              <span class="pw-toolpicture">
                <Picture {...app} />
              </span>
            )}
          </button>
        ))}
        <Comparison selection={app.selection} screen={screen} />
        {missing.length > 0 && (
          <p>{tr("A notebook with Python also provides: {tools}.", { tools: missing.join(", ") })}</p>
        )}
      </div>
    </Sheet>
  );
}

/** The button that keeps the trace for comparison or ends the comparison. */
function Comparison({ selection, screen }: Pick<App, "selection" | "screen">) {
  // The line of a neuron that was kept for another pair is not in the figure.
  const isPinned = useComputed(() => isOf(screen.pinned.value, selection.current.value));
  const toggle = () => {
    screen.pinned.value = isPinned.peek() ? null : selection.current.peek();
    screen.sheet.value = "";
  };
  return (
    <button type="button" onClick={toggle}>
      <b>{isPinned.value ? tr("Stop comparing") : tr("Keep for comparison")}</b>
      <span>{tr("Keep this trace in the figure while you change parameters.")}</span>
    </button>
  );
}

/** A link to the selection, a link to an exercise, Python code, and files. */
export function Share(app: App) {
  const { host, selection, verdict, task, screen, address } = app;
  const shared = task.exercise.value?.shared;
  const isTask = task.isTask.value;
  const { fixed, locked } = selection.ranges.value;
  const missing = missingLink(app);
  const local = localWarning(host);
  const exports = hostTools()?.exports;
  const link = shared?.link ?? address();
  const label = host.name === "kernel" ? tr("Link to this notebook") : tr("Link to this state");
  const exercise = tr("Link to an exercise (parameters excluded from the search are locked)");
  return (
    <Sheet host={host} screen={screen} title={tr("Share")} wide={false}>
      {missing ? <p class="pw-copy">{missing}</p> : <Copy label={label} text={linkOf(host, link)} />}
      {local && !missing && <p class="pw-copy">{local}</p>}
      {shared && !missing && (
        <p class="pw-copy">
          {tr("The link starts this mystery from the beginning and does not contain your parameters.")}
        </p>
      )}
      {fixed.length > 0 && !isTask && !missing && (
        <Copy label={exercise} text={linkOf(host, address([...locked, ...fixed]))} />
      )}
      <Copy label={tr("Python code")} text={shared?.python ?? pythonOf(selection)} />
      {host.notebook && !missing && <Notebook notebook={host.notebook} link={link} />}
      {!isTask && <Files {...app} />}
      {exports && host.can("export") && verdict.isJudged.value && !task.isPage && <exports.ExerciseFile {...app} />}
    </Sheet>
  );
}

/** A sentence if a link cannot contain the selection, otherwise an empty string. */
function missingLink({ catalogue, host, selection, task }: Pick<App, "catalogue" | "host" | "selection" | "task">) {
  const shared = task.exercise.value?.shared;
  if (host.isPart && host.name === "none") return tr("A link cannot contain the state of a figure within a page.");
  if (shared) return shared.link ? "" : tr("A link cannot contain this mystery, so it stays in this session.");
  const { key: pattern, link } = selection.pattern.value;
  if (link && Object.keys(link).length) return "";
  const known = Object.keys(catalogue.patterns);
  const isKnown = known.includes(pattern) || pattern.split("_and_").every((part) => known.includes(part));
  if (isKnown || host.name === "none") return "";
  return tr("A link cannot contain this pattern, so it stays in this session.");
}

interface NotebookProps {
  readonly notebook: NonNullable<App["host"]["notebook"]>;
  readonly link: string;
}

/** Opens the selection as a notebook in JupyterLab, in a new window. */
function Notebook({ notebook, link }: NotebookProps) {
  const written = useSignal<{ readonly name: string; readonly url: string } | null>(null);
  const status = useSignal("");
  const open = async () => {
    status.value = "…";
    try {
      written.value = await asNotebook(notebook, link);
      status.value = "";
      window.open(written.value.url, "_blank");
    } catch (error) {
      status.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <div class="pw-copy">
      <button type="button" onClick={open}>
        {tr("Open as notebook")}
      </button>
      <span role="status">
        {status.value ||
          (written.value && (
            <a href={written.value.url} target="_blank" rel="noopener">
              {written.value.name}
            </a>
          ))}
      </span>
    </div>
  );
}

/** A Python call that evaluates the selection, after the lines that define custom objects. */
export function pythonOf(selection: Pick<App["selection"], "current" | "pattern" | "data">): string {
  const { model, values, dt } = selection.current.value;
  const { before = [], python } = selection.pattern.value;
  const list = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: ${value}`);
  const step = dt === selection.data.value.model.dt ? "" : `, dt=${dt}`;
  const isDefined = before.some((line) => line.startsWith("pattern = "));
  const call = `pw.judge(${JSON.stringify(model)}, ${isDefined ? "pattern" : python}, {${list.join(", ")}}${step})`;
  return ["import plausiwidgets as pw", ...before, "", call].join("\n");
}

/** The language, the switch to the whole sweep, and the keys. */
export function More({ host, run, screen }: Pick<App, "host" | "run" | "screen">) {
  const isWhole = run.isWhole.value;
  const keys = [
    ["← →", tr("previous / next pattern")],
    [tr("Page ↑ ↓"), tr("previous / next pattern or card (in Present)")],
    ["+ − 0", tr("zoom in / zoom out / reset zoom")],
    [tr("Space"), tr("listen / stop sound (pointer over the app)")],
    ["Ctrl Z", tr("undo (with Shift: redo)")],
    ["Esc", tr("close the open panel")],
  ];
  const toggle = () => {
    run.showWhole(!isWhole);
    screen.sheet.value = "";
  };
  return (
    <Sheet host={host} screen={screen} title={tr("More")} wide={false}>
      <div class="pw-menu">
        {screen.languages.length > 1 && <Languages screen={screen} />}
        <button type="button" aria-pressed={isWhole} onClick={toggle}>
          <b>{isWhole ? tr("Zoom to response") : tr("Whole sweep")}</b>
          <span>{tr("Switch between the whole sweep and the part that matters for this pattern.")}</span>
        </button>
        <dl class="pw-keys">
          {keys.map(([key, text]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <p>
          {tr(
            "In the figure, drag the handles to change the current, drag across to zoom in (or Ctrl + wheel), and double-click to reset the zoom.",
          )}
        </p>
      </div>
    </Sheet>
  );
}

/** The languages of the screen. */
function Languages({ screen }: Pick<App, "screen">) {
  return (
    <div role="group" aria-label={tr("Language")} class="pw-tabs">
      {screen.languages.map((code) => (
        <button
          type="button"
          key={code}
          lang={code}
          aria-pressed={code === language.value}
          onClick={() => screen.speak(code)}
        >
          {nameOf(code)}
        </button>
      ))}
    </div>
  );
}

/** The name of a language in that language. */
function nameOf(code: string): string {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name[0].toLocaleUpperCase(code) + name.slice(1);
}
