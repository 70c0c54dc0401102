// The whole view of an app, with its header, figure, sliders, open tool, sheets and footer, from all models of the app.

import { useComputed } from "@preact/signals";
import { type ComponentChildren, render } from "preact";
import type { App } from "./app.ts";
import { CardActions, LessonCard, lessonsOf, Onward } from "./classroom/lesson.tsx";
import { LockedActions } from "./classroom/progress.tsx";
import { CLASS, exerciseViews } from "./classroom/providedExercise.ts";
import { isTargetHidden } from "./figure/compose.ts";
import { Figure, Legend } from "./figure/Figure.tsx";
import { isDark, properties, watchTheme } from "./figure/theme.ts";
import { fitted } from "./fitted.ts";
import { language, tr } from "./i18n/texts.ts";
import { followKeys, keepKeys, press } from "./keys.ts";
import { follow } from "./models/navigate.ts";
import type { SheetName } from "./models/screen.ts";
import { isMoved, mysteryOrPattern, patternInSentence, provenance } from "./models/titles.ts";
import { Actions } from "./panels/actions.tsx";
import { Heading } from "./panels/Heading.tsx";
import { Listen } from "./panels/Listen.tsx";
import { RowStops } from "./panels/RowStops.tsx";
import { Sheet } from "./panels/Sheet.tsx";
import { SearchPanel } from "./panels/searchPanel.tsx";
import { AllParameters, KeyParameters } from "./panels/sliders.tsx";
import { Caption, TourButton } from "./panels/Tour.tsx";
import { Chip, Criteria } from "./panels/verdict.tsx";
import { Explore, Lessons, More, Share } from "./tools/menus.tsx";
import { hostTools } from "./tools/provided.ts";
import { Models, Patterns } from "./tools/sheets.tsx";
import { Inside, ToolPanel } from "./tools/tools.tsx";

interface Props {
  readonly app: App;
}

/** The root component of the app. */
function Screen({ app }: Props) {
  const { host, screen, verdict } = app;
  const names = ["pw-app"];
  if (host.isPart) names.push("pw-part");
  if (screen.isPresenting.value) names.push("present");
  if (screen.isDark.value) names.push("dark");
  return (
    <div
      class={names.join(" ")}
      style={properties(screen.isDark.value)}
      data-pw-judged={verdict.verdict.value ? "yes" : "no"}
      data-pw-status={verdict.worded.value.kind}
      lang={language.value}
      tabIndex={-1} // a click next to the controls focuses the app, so that its keys work in a notebook too
      onKeyDown={(event) => press(app, event)}
      onKeyDownCapture={app.selection.finishGlide}
      onPointerDownCapture={app.selection.finishGlide}
    >
      <div class="pw-frame" inert={screen.sheet.value !== ""}>
        <Header app={app} />
        <Notice {...app} />
        <Body app={app} />
        <Footer app={app} />
      </div>
      <Onward {...app} />
      <OpenSheet app={app} />
    </div>
  );
}

function Header({ app }: Props) {
  const { host, screen, selection, task } = app;
  const isHidden = useComputed(() => isTargetHidden(task)).value;
  const sentence = <Sentence app={app} />;
  const hasLessons = lessonsOf(app.catalogue).length > 0 && (task.lesson.value !== null || !task.isTask.value);
  const isPresenting = screen.isPresenting.value;
  return (
    <header class="pw-header" role="none">
      <div>
        {host.isPart ? <h2 class="pw-sentence">{sentence}</h2> : <h1 class="pw-sentence">{sentence}</h1>}
        <p>
          {isHidden
            ? tr("Find parameters that make your neuron spike at the same times as the hidden neuron.")
            : tr(selection.pattern.value.description)}
        </p>
      </div>
      <div class="pw-end">
        {hasLessons && (
          <MenuButton screen={screen} name="lessons">
            {tr("Lessons")}
          </MenuButton>
        )}
        <MenuButton screen={screen} name="explore">
          {tr("Explore")} <span aria-hidden="true">▾</span>
        </MenuButton>
        <MenuButton screen={screen} name="share">
          {tr("Share")}
        </MenuButton>
        <TourButton {...app} />
        <button
          class="pw-larger"
          aria-pressed={isPresenting}
          onClick={() => {
            screen.isPresenting.value = !isPresenting;
          }}
        >
          {tr("Present")}
        </button>
      </div>
    </header>
  );
}

interface MenuButtonProps extends Pick<App, "screen"> {
  readonly name: SheetName;
  readonly label?: string;
  readonly children: ComponentChildren;
}

function MenuButton({ screen, name, label, children }: MenuButtonProps) {
  const isOpen = screen.sheet.value === name;
  return (
    <button
      data-menu={name}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      aria-label={label}
      onClick={() => toggle({ screen }, name)}
    >
      {children}
    </button>
  );
}

function toggle({ screen }: Pick<App, "screen">, name: SheetName): void {
  screen.sheet.value = screen.sheet.peek() === name ? "" : name;
}

/** The heading: a sentence in which the model and the pattern can be chosen. */
function Sentence({ app: { catalogue, screen, selection, task, verdict } }: Props) {
  const { kind } = verdict.worded.value;
  const isHidden = isTargetHidden(task);
  const sentence = sentenceOf(kind, isHidden, verdict.isJudged.value);
  const data = selection.data.value;
  const pattern = mysteryOrPattern({ catalogue, data }, selection.pattern.value.key, task);
  const choice = (name: SheetName, text: string) =>
    task.isPage ? (
      <b>{text}</b>
    ) : (
      <button
        aria-haspopup="dialog"
        aria-expanded={screen.sheet.value === name}
        onClick={() => toggle({ screen }, name)}
      >
        {text}
        <span aria-hidden="true"> ▾</span>
      </button>
    );
  return sentence.split(/(\{model\}\S?|\{pattern\}\S?)/).map((part) => {
    const [name, mark = ""] = part.split("}"); // a question mark stays on the line of the word before it
    if (name === "{model") return kept("model", choice("models", tr(data.model.in_sentence)), mark);
    return name === "{pattern" ? kept("pattern", choice("patterns", pattern), mark) : part;
  });
}

/** A part of the sentence with its punctuation mark on the same line. */
const kept = (key: string, part: ComponentChildren, mark: string) => (
  <span key={key}>
    {part}
    {mark}
  </span>
);

function sentenceOf(kind: App["verdict"]["worded"]["value"]["kind"], isHidden: boolean, isJudged: boolean): string {
  const isShown = kind === "replicated" || kind === "unverified" || kind === "fragile";
  if (isHidden) return isShown ? tr("Your {model} matches {pattern}") : tr("Match your {model} to {pattern}");
  if (!isJudged) return tr("Response of your {model} to {pattern}");
  return isShown ? tr("Your {model} shows {pattern}") : tr("Can your {model} show {pattern}?");
}

/** The last notice, otherwise a warning that the host is silent. */
function Notice({ screen, verdict }: Pick<App, "screen" | "verdict">) {
  const sentence = screen.notice.value || verdict.silence.value;
  if (!sentence) return null;
  const isQuiet = !screen.notice.value && verdict.isQuiet.value;
  const close = () => {
    screen.notify("");
    verdict.closeSilence();
  };
  return (
    <p class={`pw-notice${isQuiet ? " quiet" : ""}`} role={isQuiet ? "status" : "alert"}>
      {sentence}{" "}
      <button onClick={close} aria-label={tr("Close")}>
        ✕
      </button>
    </p>
  );
}

function Body({ app }: Props) {
  const { host, screen, search, task } = app;
  const names = ["pw-body"];
  if (task.lesson.value) names.push("taught");
  if (screen.tool.value) names.push("with-tool");
  if (screen.showsAll.value) names.push("with-all");
  const canDrop = host.can("recording") && !task.isPage;
  const recorded = hostTools()?.recorded;
  const isReading = recorded?.isBeingRead(app) ?? false;
  return (
    <div class={names.join(" ")}>
      <LessonCard {...app} follow={(href) => void follow(app, href)} />
      <section
        class={`pw-card pw-main${search.isShown.value ? " searching" : ""}${isReading ? " reading" : ""}`}
        aria-label={tr("Figure")}
        onDragOver={(event) => canDrop && event.preventDefault()}
        onDrop={(event) => canDrop && drop(app, event)}
      >
        {recorded && isReading && <recorded.Figure {...app} />}
        <Above app={app} />
        <Figure {...app} />
        {search.isShown.value && <SearchPanel {...app} />}
      </section>
      {screen.tool.value && <ToolPanel {...app} />}
      <Side app={app} />
    </div>
  );
}

/** The part above the figure: the verdict, or the caption of a tour. */
function Above({ app }: Props) {
  const isTouring = app.tour.stage.value !== null;
  return (
    <div class="pw-above">
      {isTouring ? (
        <Caption {...app} />
      ) : (
        <>
          <Chip {...app} />
          <Sweeps {...app} />
          <Whole {...app} />
        </>
      )}
      <Legend {...app} />
    </div>
  );
}

/** Reads a recording that is dropped on the figure. */
function drop(app: App, event: DragEvent): void {
  const files = event.dataTransfer?.files;
  if (!files?.length) return;
  event.preventDefault();
  void hostTools()?.readRecording(app, Array.from(files));
}

/** The views of the exercise that is shown. */
const exerciseOf = ({ task }: App) => (task.exercise.value && exerciseViews()) ?? null;

/** The parameters with the parts above and below them. */
function Side({ app }: Props) {
  const { host, screen, selection } = app;
  const showsAll = screen.showsAll.value;
  const exercise = exerciseOf(app);
  const isQuiet = !showsAll && !screen.tool.value && !exercise;
  return (
    <aside class="pw-card pw-side" aria-label={tr("Parameters")}>
      {exercise && <exercise.Question {...app} />}
      <div class="pw-sidehead">
        <Heading host={host}>
          {showsAll ? tr("All {count} parameters", { count: selection.sliders.value.length }) : keyWords(app)}
        </Heading>
        <Undo {...app} />
      </div>
      {showsAll ? <AllParameters {...app} /> : <KeyParameters {...app} />}
      <div class="pw-more">
        <button
          class="pw-link pw-allbutton"
          aria-expanded={showsAll}
          onClick={() => {
            screen.showsAll.value = !showsAll;
          }}
        >
          {showsAll ? `‹ ${keyWords(app)}` : `${allWords(app)}\u00a0›`}
        </button>
        <Listen {...app} />
        <RowStops {...app} />
      </div>
      {isQuiet && <Inside {...app} />}
      <Below app={app} />
      <div class="pw-slot" />
    </aside>
  );
}

function Undo({ selection }: Pick<App, "selection">) {
  return (
    <>
      <button
        class="pw-icon"
        aria-label={tr("Undo")}
        title={tr("Undo")}
        disabled={!selection.canUndo.value}
        onClick={() => void selection.undo()}
      >
        ↶
      </button>
      {selection.canRedo.value && (
        <button class="pw-icon" aria-label={tr("Redo")} title={tr("Redo")} onClick={() => void selection.redo()}>
          ↷
        </button>
      )}
    </>
  );
}

/** The part below the sliders: the actions of an exercise, a card, or of practice and search. */
function Below({ app }: Props) {
  const { task } = app;
  const exercise = exerciseOf(app);
  if (exercise) return <exercise.Answering {...app} />;
  if (task.lesson.value) return <CardActions {...app} />;
  return task.isTask.value ? <LockedActions {...app} /> : <Actions {...app} />;
}

function allWords({ selection, task }: App): string {
  const { length: count } = selection.sliders.value;
  const { length: locked } = selection.ranges.value.locked;
  if (!task.isTask.value) return tr("All {count} parameters and ranges", { count });
  return locked
    ? tr("All {count} parameters ({locked} locked)", { count, locked })
    : tr("All {count} parameters", { count });
}

const keyWords = ({ task }: App): string => (task.isTask.value ? tr("Parameters to adjust") : tr("Key parameters"));

function Footer({ app }: Props) {
  const { host, screen, task, verdict } = app;
  const { kind, stage } = task.task.value;
  const isPractising = kind === "practice" && stage !== "solved";
  return (
    <footer class="pw-footer" role="none">
      {!task.isTask.value && <Provenance {...app} />}
      <span>{isPractising ? "" : verdict.worded.value.why}</span>
      {task.isPage && host.name === "none" && (
        <a class="pw-classlink" href={CLASS}>
          {tr("For teachers: read the codes of a class")}
        </a>
      )}
      <MenuButton screen={screen} name="more" label={tr("More")}>
        ⋯
      </MenuButton>
    </footer>
  );
}

function OpenSheet({ app }: Props) {
  const { catalogue, selection } = app;
  switch (app.screen.sheet.value) {
    case "patterns":
      return <Patterns {...app} />;
    case "models":
      return <Models {...app} />;
    case "lessons":
      return <Lessons {...app} />;
    case "explore":
      return <Explore {...app} />;
    case "share":
      return <Share {...app} />;
    case "more":
      return <More {...app} />;
    case "criteria": {
      const of = { catalogue, data: selection.data.value };
      const pattern = patternInSentence(of, selection.pattern.value.key);
      return (
        <Sheet host={app.host} screen={app.screen} title={tr("Criteria for {pattern}", { pattern })}>
          <Criteria {...app} />
        </Sheet>
      );
    }
    default:
      return null;
  }
}

/** Chooses the sweep that is shown. */
function Sweeps({ run, selection }: Pick<App, "run" | "selection">) {
  const sweeps = run.sweeps.value;
  if (sweeps.length < 2) return null;
  const shown = run.sweep.value;
  const at = sweeps.indexOf(shown);
  const step = (by: number, sign: string, title: string) => (
    <button
      class="pw-icon"
      aria-label={title}
      title={title}
      disabled={!sweeps[at + by]}
      onClick={() => run.showSweep(sweeps[at + by])}
    >
      {sign}
    </button>
  );
  const menu = (
    <select
      class="pw-sweeps"
      aria-label={tr("Sweep shown")}
      onChange={({ currentTarget }) => run.showSweep(currentTarget.value)}
    >
      {sweeps.map((name) => (
        <option key={name} value={name} selected={name === shown}>
          {tr(name)}
        </option>
      ))}
    </select>
  );
  const target = selection.pattern.value.targets[0];
  const isRecording = target !== undefined && "lines" in target;
  if (sweeps.length < 3 || !isRecording) return menu; // a pattern has few sweeps, which are chosen by their names
  return (
    <span class="pw-sweepsteps">
      {step(-1, "‹", tr("Previous sweep"))}
      {menu}
      {step(1, "›", tr("Next sweep"))}
    </span>
  );
}

/** Switches between the relevant part of the sweep and the whole sweep. */
function Whole({ run }: Pick<App, "run">) {
  if (!run.isPart.value) return null;
  const isZoomed = run.zoom.value !== null;
  const isWhole = run.isWhole.value;
  const act = () => (isZoomed ? run.zoomTo(null) : run.showWhole(!isWhole));
  return (
    <button class="pw-whole" onClick={act}>
      {isZoomed ? tr("Reset zoom") : isWhole ? tr("Zoom to response") : tr("Whole sweep")}
    </button>
  );
}

/** The source of the values. A click restores the stored set, or loads the next one. */
function Provenance({ selection, search }: Pick<App, "selection" | "search">) {
  const pattern = selection.pattern.value;
  const current = selection.current.value;
  const [hasMoved, { length }] = [isMoved(pattern, current), pattern.sets];
  const isStored = current.set >= 0;
  const words =
    search.isTaken.value && !isStored
      ? `${tr("Found by your search")} ›`
      : provenance(pattern, current, selection.sliders.value, selection.data.value.model.dt);
  if (isStored && !hasMoved && length < 2) return <span>{words}</span>;
  const act = () => selection.load(hasMoved ? current.set : (current.set + 1) % length);
  return (
    <button title={hasMoved ? tr("Restore this parameter set") : tr("Load the next parameter set")} onClick={act}>
      {words}
    </button>
  );
}

/** Shows an app in a place. Returns a function that removes it. */
export function view(place: HTMLElement, app: App): () => void {
  const follow = () => {
    app.screen.isDark.value = isDark(place);
  };
  follow();
  const stop = watchTheme(follow);
  const { name, isPart = false } = app.host;
  const stopFitting = fitted(place, isPart && (name === "none" || window.parent !== window));
  const [stopKeys, stopKeeping] = [followKeys(app), keepKeys(place)];
  render(<Screen app={app} />, place);
  return () => {
    for (const one of [stop, stopFitting, stopKeys, stopKeeping]) one();
    render(null, place);
  };
}
