// The buttons below the sliders, which control practice and a search through the models of the task and the search.

import { useComputed } from "@preact/signals";
import type { App } from "../app.ts";
import { ruledOutAt } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { isOpen } from "../models/search.ts";
import type { Task } from "../models/task.ts";
import { patternInSentence } from "../models/titles.ts";

/** Starts a search. While a search runs, the button keeps the focus and does nothing. */
export function SearchButton({ search, task }: Pick<App, "search" | "task">) {
  const isRunning = useComputed(() => {
    const latest = search.search.value;
    return search.isShown.value && (!latest || isOpen(latest));
  });
  return (
    <button
      type="button"
      class="pw-second"
      data-search
      disabled={!task.canSearch.value}
      aria-disabled={isRunning.value}
      onClick={() => isRunning.peek() || task.search()}
    >
      {tr("Search for parameters")}
    </button>
  );
}

type Models = Pick<App, "selection" | "run" | "verdict" | "bars" | "search" | "task" | "screen" | "host">;

/** The buttons below the sliders, for practice and a search. */
export function Actions({ selection, run, verdict, bars, search, task, screen, host }: Models) {
  const { kind } = task.task.value;
  if (kind === "practice") return <Practice selection={selection} bars={bars} task={task} />;
  if (!verdict.isJudged.value) return <WithoutCriteria screen={screen} />;
  return (
    <div class="pw-actions">
      <button type="button" class="pw-primary" disabled={!task.canPractise.value} onClick={() => task.practise()}>
        {tr("Your turn")}
      </button>
      <p>
        <WhatToDo selection={selection} run={run} task={task} />
      </p>
      {host.can("search") ? (
        <SearchButton search={search} task={task} />
      ) : (
        <NextStep selection={selection} verdict={verdict} task={task} />
      )}
    </div>
  );
}

/** The buttons for practice. */
function Practice({ selection, bars, task }: Pick<App, "selection" | "bars" | "task">) {
  const { stage } = task.task.value;
  const isSolved = stage === "solved";
  return (
    <div class="pw-actions">
      {isSolved ? (
        <NextPattern task={task} kind="pw-primary" />
      ) : (
        <button type="button" class="pw-primary" disabled={stage === "shown"} onClick={() => task.hint()}>
          {stage === "open" ? tr("Show a hint") : tr("Show the solution")}
        </button>
      )}
      <p role="status">
        <StageWords stage={stage} selection={selection} bars={bars} task={task} />
      </p>
      {isSolved ? (
        <button type="button" class="pw-second" onClick={() => task.practise()}>
          {tr("Try again")}
        </button>
      ) : (
        <button type="button" class="pw-second" onClick={() => task.giveUp()}>
          {tr("Give up and restore")}
        </button>
      )}
    </div>
  );
}

type StageProps = Pick<App, "selection" | "bars" | "task"> & { readonly stage: Task["stage"] };

/** A sentence about the stage of practice. */
function StageWords({ stage, selection, bars, task }: StageProps) {
  if (stage === "open") return <>{tr("The grey trace is the target. Move the sliders until every dot is filled.")}</>;
  if (stage === "shown") return <>{tr("▲ marks the original positions.")}</>;
  if (stage === "hint") return <HintWords bars={bars} task={task} />;
  const { catalogue, data, pattern } = selection;
  const title = patternInSentence({ catalogue, data: data.value }, pattern.value.key);
  return <>{tr("Well done! Your neuron shows {pattern}.", { pattern: title })}</>;
}

/** A sentence about the bars. There may be no bar, because no single parameter restores the pattern. */
function HintWords({ bars, task }: Pick<App, "bars" | "task">) {
  const isNone = useComputed(() => task.mattering.value.every(({ name }) => bars.spans.value.get(name)?.length === 0));
  return (
    <>
      {isNone.value
        ? tr("No single slider is enough. Move at least two sliders.")
        : tr("Green marks where moving only this slider brings the pattern back.")}
    </>
  );
}

/** A button for leaving a stimulus without criteria. */
function WithoutCriteria({ screen }: Pick<App, "screen">) {
  const change = () => {
    screen.tool.value = "stimulus";
  };
  return (
    <div class="pw-actions">
      <p>{tr("This stimulus has no criteria. Drag its parameters and watch the response.")}</p>
      <button type="button" class="pw-second" onClick={change}>
        {tr("Change stimulus")}
      </button>
    </div>
  );
}

/** A sentence about practice, or the reason why practice is unavailable. */
function WhatToDo({ selection, run, task }: Pick<App, "selection" | "run" | "task">) {
  if (task.canPractise.value)
    return <>{tr("A few sliders move out of place. Move them back until all criteria are met.")}</>;
  if (ruledOutAt(selection.pattern.value, selection.current.value.values))
    return <>{tr("No parameters of this model can show the pattern. A search shows how close the model can get.")}</>;
  if (!run.isOurs.value) {
    return task.canSearch.value
      ? tr("Practice needs a model that this page can simulate without Python.")
      : tr("Practice and a search need a model that this page can simulate without Python.");
  }
  return <>{tr("No parameters are known for which this model shows the pattern.")}</>;
}

/** The button instead of a search, which loads verified parameters or opens the next pattern. */
function NextStep({ selection, verdict, task }: Pick<App, "selection" | "verdict" | "task">) {
  const isMet = useComputed(() => verdict.verdict.value?.loss === 0);
  const best = selection.pattern.value.sets.findIndex(({ status }) => status === "replicated");
  if (isMet.value || best < 0) return <NextPattern task={task} kind="pw-second" />;
  return (
    <button type="button" class="pw-second" onClick={() => selection.load(best)}>
      {tr("Load verified parameters")}
    </button>
  );
}

function NextPattern({ task, kind }: Pick<App, "task"> & { readonly kind: "pw-primary" | "pw-second" }) {
  return (
    <button type="button" class={kind} onClick={() => task.next(1)}>
      {tr("Next pattern")} ›
    </button>
  );
}
