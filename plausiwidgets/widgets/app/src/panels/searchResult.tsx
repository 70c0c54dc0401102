// The card of an ended search, with its outcome, the parameters that would change, and the next step.

import { useComputed } from "@preact/signals";
import type { App } from "../app.ts";
import { ruledOutAt } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { changedBetween } from "../models/changed.ts";
import { type Circumstances, type OutcomeKind, outcomeOf, outcomeTitle, outcomeWords } from "../models/outcome.ts";
import { narrowOf, widerRanges } from "../models/ranges.ts";
import { isOpen, type Search } from "../models/search.ts";
import { isOf } from "../models/selection.ts";
import { countText } from "../models/titles.ts";
import { glossing } from "./glosses.tsx";
import { Heading } from "./Heading.tsx";
import { Name } from "./Name.tsx";

export interface Ended {
  readonly found: Search;
  readonly kind: OutcomeKind;
  readonly circumstances: Circumstances;
}

/** The outcome of the shown search, or null until it has ended. It does not change during a drag. */
export function useEnded({ selection, search, host }: Pick<App, "selection" | "search" | "host">): Ended | null {
  const isHere = useComputed(() => isOf(search.search.value, selection.current.value)).value;
  const found = search.search.value;
  if (!found || isOpen(found) || search.isPlaying.value) return null;
  const circumstances = {
    isHere,
    isAlone: host.name === "none" || (host.isAlone?.() ?? false),
    isRuledOut: isHere && found.best !== null && Boolean(ruledOutAt(selection.pattern.value, found.best)),
    isTaken: search.isTaken.value,
    isBestAtStart: search.isBestAtStart.value,
  };
  return { found, kind: outcomeOf(found, circumstances), circumstances };
}

interface WordsProps extends Ended, Pick<App, "host"> {
  /** The pattern for use within a sentence. */
  readonly pattern: string;
}

/** The title of the card, the number of evaluations, and the meaning of the result. */
export function ResultWords({ found, kind, circumstances, pattern, host }: WordsProps) {
  const glossed = glossing();
  const { count, least } = found.evaluations;
  const evaluated =
    count === 1
      ? tr("1 evaluation, best loss {least}.", { least: numberText(least, 3) })
      : tr("{count} evaluations, best loss {least}.", { count: countText(count), least: numberText(least, 3) });
  const words = outcomeWords(kind, found, circumstances);
  return (
    <>
      <Heading host={host}>
        {outcomeTitle(kind)}: {pattern}
      </Heading>
      <p>{glossed([count ? evaluated : "", words].filter(Boolean).join(" "))}</p>
    </>
  );
}

/** The parameters that would change, with the values on the sliders and the best values. */
export function ChangedParameters({ selection, search }: Pick<App, "selection" | "search">) {
  const best = useComputed(() => search.search.value?.best ?? null).value;
  const before = search.replaced.value;
  const changed = best && before ? changedBetween(selection.sliders.value, before, best) : [];
  if (!changed.length) return null;
  return (
    <div class="pw-changed" role="group" aria-label={tr("Parameters that change")} tabIndex={0}>
      <table>
        <thead class="pw-unseen">
          <tr>
            <th scope="col">{tr("parameter")}</th>
            <th scope="col">{tr("before")}</th>
            <th scope="col">{tr("after")}</th>
          </tr>
        </thead>
        <tbody>
          {changed.map(({ slider, before: from, after }) => (
            <tr key={slider.name}>
              <th scope="row">
                <Name slider={slider} />
              </th>
              <td>{from}</td>
              <td>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type StepsProps = Pick<App, "selection" | "search" | "task" | "screen"> & Ended;

/** The buttons of the card, except the one that uses the parameters. The large button is the next step. */
export function NextSteps({ found, kind, circumstances: { isHere }, selection, search, task, screen }: StepsProps) {
  const large = largeOf(kind);
  const isTask = task.isTask.value;
  const button = (key: string, words: string, act: () => void) => (
    <button type="button" key={key} class={large === key ? "pw-next" : ""} onClick={act}>
      {words}
    </button>
  );
  const { best } = found;
  const isMissed = kind === "missed" || kind === "stopped";
  return (
    <>
      {kind === "ruled_out" &&
        !isTask &&
        button("model", tr("Choose another model"), () => {
          screen.sheet.value = "models";
        })}
      {button("elsewhere", tr("Search from a new start"), () => task.search("random"))}
      {isMissed &&
        isHere &&
        best &&
        button("on", tr("Continue from the best"), () => task.search("values", { values: best }))}
      {kind === "missed" &&
        isHere &&
        !isTask &&
        button("wider", tr("Search wider ranges"), () => searchWider(found, { selection, task }))}
      {button("close", tr("Close"), () => search.show(false))}
    </>
  );
}

/** The key of the large button. */
export function largeOf(kind: OutcomeKind): "take" | "elsewhere" | "model" {
  if (kind === "ruled_out") return "model";
  return kind === "missed" || kind === "present" || kind === "failed" ? "elsewhere" : "take";
}

/** Doubles the ranges that may be too narrow, and searches from the best parameters. */
function searchWider({ best, atEnds }: Search, { selection, task }: Pick<App, "selection" | "task">): void {
  const sliders = selection.sliders.peek();
  const bounds = widerRanges(sliders, narrowOf(sliders, selection.free.peek(), atEnds));
  selection.configure({ bounds: { ...selection.ranges.peek().bounds, ...bounds } });
  task.search("values", { bounds, ...(best ? { values: best } : {}) });
}
