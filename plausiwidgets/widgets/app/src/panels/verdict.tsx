// The chip with the verdict and the table of criteria, from the models of the verdict and the run.

import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import { type Pattern, ruledOutAt } from "../catalogue.ts";
import type { CriterionResult, Verdict } from "../engine/judge.ts";
import { tr } from "../i18n/texts.ts";
import { intervalText } from "../i18n/words.ts";
import { closenessOf } from "../models/closeness.ts";
import type { RunModel } from "../models/run.ts";
import { SYMBOLS } from "../models/symbols.ts";
import { isScaled, scaledWords } from "../models/titles.ts";
import type { VerdictModel } from "../models/verdict.ts";
import { measuredOf } from "../models/wording.ts";
import { glossing } from "./glosses.tsx";
import { NoiseTolerance } from "./noiseTolerance.tsx";

/** A criterion with its measured value. */
function criterionText(result: CriterionResult): string {
  const { name, unit, low, high, passed } = result;
  const [measured, accepted] = [measuredOf(result), intervalText(low, high, unit)];
  const values = { criterion: tr(name), measured, accepted };
  return `${passed ? "✓" : "✗"} ${tr("{criterion}: {measured} (required {accepted})", values)}`;
}

const BY: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The mark after an arrow key, which is the next or previous criterion, cyclically. */
function markedBy(by: number, marked: number, count: number): number {
  const from = marked < 0 && by < 0 ? 0 : marked;
  return (from + by + count) % count;
}

/** The chip, with the verdict and a pip for each criterion. The arrow keys and the pointer mark a pip. */
export function Chip({ verdict, run, task, screen }: Pick<App, "verdict" | "run" | "task" | "screen">) {
  const { kind, words, why } = verdict.worded.value;
  const waiting = run.waiting.value;
  const latest = verdict.verdict.value;
  const criteria = waiting ? [] : (latest?.criteria ?? []);
  const marked = criteria[verdict.marked.value];
  const detail = marked ? criterionText(marked) : "";
  const passed = criteria.filter((one) => one.passed).length;
  // whether the verdict already contains the count
  const isCounted = !criteria.length || (kind === "rejected" && latest?.loss !== 0 && !latest?.diverged);
  const counted = isCounted
    ? tr("Criteria")
    : tr("{count} of {total} criteria met", { count: passed, total: criteria.length });
  const { kind: what, stage } = task.task.value;
  const isMet = ["replicated", "unverified"].includes(kind);
  const isPraised = (what === "practice" && stage === "solved") || (task.isTask.value && isMet);
  const isOpen = screen.sheet.value === "criteria";
  const clear = () => verdict.mark(-1);
  const share = criteria.length && latest ? percentOf(latest) : null;
  return (
    <div class="pw-verdict">
      <button
        type="button"
        class={`pw-chip ${isPraised ? "solved " : ""}${share === null ? "" : "graded "}${kind}`}
        style={share === null ? undefined : `--share:${share}%`}
        title={detail ? undefined : why}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        aria-label={`${words}. ${detail || counted}`}
        onClick={() => {
          screen.sheet.value = isOpen ? "" : "criteria";
        }}
        onKeyDown={(event) => onKey(event, verdict, criteria.length)}
        onPointerMove={({ target }) => verdict.mark(pipAt(target))}
        onPointerLeave={clear}
        onBlur={clear}
      >
        <span>{words}</span>
        <Pips criteria={criteria} marked={verdict.marked.value} />
      </button>
      {share !== null && <Closeness percent={share} />}
      {waiting && <StopOrAgain run={run} isRunning={waiting.state === "running"} />}
      {detail && (
        <span class="pw-detail" aria-live="polite">
          {detail}
        </span>
      )}
      <span class="pw-unseen" role="status">
        {waiting?.done ? tr("Python is simulating …") : words}
      </span>
    </div>
  );
}

/** The closeness in percent, rounded down so that only a neuron that meets all criteria reaches 100 %. */
const percentOf = (verdict: Verdict): number => Math.floor(100 * closenessOf(verdict));

/** The bar of the closeness. Without space for the bar, the chip shows a line instead. */
function Closeness({ percent }: { readonly percent: number }) {
  return (
    <span class="pw-closeness" title={tr("How close your neuron is to the pattern")}>
      <span aria-hidden="true">{tr("far")}</span>
      <span
        class="pw-meter"
        role="meter"
        aria-label={tr("How close your neuron is to the pattern")}
        aria-valuenow={percent}
        aria-valuetext={`${percent} %`}
        style={`--share:${percent}%`}
      />
      <span aria-hidden="true">{tr("met")}</span>
    </span>
  );
}

/** Marks a criterion with the arrow keys. The Escape key removes the mark. */
function onKey(event: KeyboardEvent, { marked, mark }: VerdictModel, count: number): void {
  const by = BY[event.key];
  if (event.key === "Escape") mark(-1);
  if (!by || !count) return;
  event.preventDefault();
  event.stopPropagation();
  mark(markedBy(by, marked.peek(), count));
}

/** The number of the pip at the pointer, or -1. */
function pipAt(target: EventTarget | null): number {
  const pip = target instanceof Element ? target.closest<HTMLElement>("[data-pip]") : null;
  return Number(pip?.dataset.pip ?? -1);
}

const [MANY, MAX_PIPS] = [20, 100]; // the maximum number of pips in the usual size, and in the small size

interface PipsProps {
  readonly criteria: readonly CriterionResult[];
  readonly marked: number;
}

function Pips({ criteria, marked }: PipsProps) {
  const shown = criteria.length > MAX_PIPS ? [] : criteria;
  return (
    <span class={`pw-pips${criteria.length > MANY ? " many" : ""}`} aria-hidden="true">
      {shown.map(({ passed }, k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the criteria of a pattern have a fixed order, and keys that can repeat
        <i key={k} data-pip={k} class={`${passed ? "on" : ""}${k === marked ? " marked" : ""}`} />
      ))}
    </span>
  );
}

/** The button that stops a computation of the host or starts it again. */
function StopOrAgain({ run, isRunning }: { readonly run: RunModel; readonly isRunning: boolean }) {
  return (
    <button type="button" class="pw-whole" onClick={() => (isRunning ? run.stopWaiting() : run.again())}>
      {isRunning ? tr("Stop") : tr("Try again")}
    </button>
  );
}

/** The table of criteria, and notes about the pattern. */
export function Criteria(app: Pick<App, "catalogue" | "selection" | "verdict" | "run" | "host">) {
  const { selection, verdict } = app;
  const pattern = selection.pattern.value;
  const latest = verdict.verdict.value;
  const proof = ruledOutAt(pattern, selection.current.value.values);
  const glossed = glossing();
  useEffect(() => () => verdict.mark(-1), [verdict]); // removing a row triggers no event of the pointer
  return (
    <div class="pw-criteria" tabIndex={0} role="group" aria-label={tr("Criteria")}>
      {proof && (
        <p>
          <b>
            {SYMBOLS.ruled_out} {tr("Ruled out")}:{" "}
          </b>
          {tr(proof)}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="pw-unseen">{tr("met")}</span>
            </th>
            <th scope="col">{tr("criterion")}</th>
            <th scope="col">{tr("measured")}</th>
            <th scope="col">{glossed(tr("accepted range"))}</th>
          </tr>
        </thead>
        <tbody>{latest?.criteria.map((result, k) => criterionRow(result, k, verdict, glossed))}</tbody>
      </table>
      <NoiseTolerance {...app} />
      {notesOf(pattern)}
    </div>
  );
}

/** A row of the table. It is a function instead of a component, because all rows share the set of marked terms. */
function criterionRow(
  result: CriterionResult,
  place: number,
  { marked, mark }: VerdictModel,
  glossed: ReturnType<typeof glossing>,
) {
  const { name, text, unit, low, high, passed } = result;
  return (
    <tr
      key={place}
      class={`${passed ? "" : "missed"}${place === marked.value ? " marked" : ""}`}
      onPointerMove={() => mark(place)}
      onPointerLeave={() => mark(-1)}
    >
      <td>
        <span role="img" aria-label={passed ? tr("met") : tr("not met")}>
          {passed ? "✓" : "✗"}
        </span>
      </td>
      <th scope="row">
        {glossed(tr(name))}
        <small>{glossed(tr(text))}</small>
      </th>
      <td>{measuredOf(result)}</td>
      <td>{intervalText(low, high, unit)}</td>
    </tr>
  );
}

/** The function of a pattern, its key parameters, its source, and the scale of its target. */
function notesOf(pattern: Pattern) {
  const notes = [
    ["", pattern.function],
    [tr("Key parameters"), pattern.hint],
    [tr("Source"), pattern.source],
    ["", isScaled(pattern) ? scaledWords() : ""],
  ];
  return notes
    .filter(([, text]) => text)
    .map(([head, text]) => (
      <p key={text}>
        {head && <b>{head}: </b>}
        {tr(text)}
      </p>
    ));
}
