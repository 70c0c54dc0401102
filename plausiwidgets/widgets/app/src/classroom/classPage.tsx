// The teacher's view of an exercise, with the evaluated codes of a class.

import { type ReadonlySignal, type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { render, type TargetedInputEvent } from "preact";
import { patternOf, type Slider } from "../catalogue.ts";
import { isDark, properties, watchTheme } from "../figure/theme.ts";
import { Shown } from "../figure/thumbnails.tsx";
import { tr } from "../i18n/texts.ts";
import { plain } from "../i18n/words.ts";
import { addressOf } from "../models/link.ts";
import { slidersOf } from "../models/selection.ts";
import { patternInSentence } from "../models/titles.ts";
import { PairMenus } from "../tools/axisMenus.tsx";
import { type About, type ClassAnswers, createClassAnswers, type Row } from "./classAnswers.ts";
import { type AnsweredRow, axisTitle, CRITERIA_MET, Plane, SECONDS } from "./classPlane.tsx";
import type { Answered } from "./codes.ts";

/** Shows the page of a class in an element. */
export function classPage(place: HTMLElement, about: About): void {
  const title = tr("Class results for {title}", { title: patternInSentence(about, about.pattern) });
  document.title = title;
  addEventListener("hashchange", () => location.reload());
  render(<ClassPage model={createClassAnswers(about)} title={title} place={place} />, place);
}

interface ClassProps {
  readonly model: ClassAnswers;
  readonly title: string;
  readonly place: HTMLElement;
}

export function ClassPage({ model, title, place }: ClassProps) {
  const { about, rows } = model;
  const dark = useSignal(isDark(place));
  useSignalEffect(() =>
    watchTheme(() => {
      dark.value = isDark(place);
    }),
  );
  useSignalEffect(() => model.follow());
  const answered = (rows.value ?? []).filter((row): row is AnsweredRow => row.answer !== null);
  return (
    <div
      class={`pw-app pw-class${dark.value ? " dark" : ""}`}
      style={properties(dark.value)}
      lang={document.documentElement.lang}
    >
      <div class="pw-classframe">
        <header class="pw-header">
          <div>
            <h1 class="pw-sentence">{title}</h1>
            <p>{tr(about.exercise.question)}</p>
          </div>
          <div class="pw-end">
            {/* biome-ignore lint/a11y/useValidAnchor: The page reloads with the exercise when its hash changes. */}
            <a href="#">{tr("Open the exercise")}</a>
          </div>
        </header>
        <Codes model={model} />
        {answered.length > 0 && <Results about={about} rows={answered} isDark={dark.value} />}
        <footer class="pw-footer">
          {tr(
            "Made with plausiwidgets {version}. In Python, pw.teaching.class_results(codes, page=…) returns the same table.",
            { version: about.version },
          )}
        </footer>
      </div>
    </div>
  );
}

/** The field for the codes, and the result of reading them. */
function Codes({ model }: Pick<ClassProps, "model">) {
  const text = useSignal("");
  const type = ({ currentTarget }: TargetedInputEvent<HTMLTextAreaElement>) => {
    text.value = currentTarget.value;
  };
  return (
    <section class="pw-card" aria-label={tr("Codes")}>
      <p>
        {tr(
          "Paste the codes that your students handed in, one per line. This page evaluates them again and sends nothing.",
        )}
      </p>
      <textarea
        rows={6}
        placeholder="PW1.…"
        spellcheck={false}
        aria-label={tr("Codes, one per line")}
        value={text.value}
        onInput={type}
      />
      <div class="pw-classgo">
        <button
          type="button"
          class="pw-primary"
          disabled={model.isReading.value || !text.value.trim()}
          onClick={() => model.read(text.peek())}
        >
          {tr("Read the codes")}
        </button>
        <p role="status">{model.status}</p>
      </div>
      <Rejected rows={model.rows} />
    </section>
  );
}

/** The codes that are not valid or identical to an earlier code. */
function Rejected({ rows }: Pick<ClassAnswers, "rows">) {
  const all = rows.value ?? [];
  const rejected = all.filter(({ error }) => error);
  const twice = all.filter(({ answer, first }) => answer && first);
  const codes = twice.map(({ number, first }) => sameAs(number, first)).join(", ");
  return (
    <>
      {rejected.length > 0 && (
        <ul class="pw-invalid">
          {rejected.map(({ number, error }) => (
            <li key={number}>{tr("Code {number}: {text}", { number, text: `${error}.` })}</li>
          ))}
        </ul>
      )}
      {codes && <p>{tr("Identical codes: {codes}.", { codes })}</p>}
    </>
  );
}

const sameAs = (who: string | number, first: number) => `${who}${first ? `\u00a0=\u00a0${first}` : ""}`;

/** The name of a student or the number of the code, with the number of an identical earlier code. */
const whoOf = ({ number, first, answer }: Row): string => sameAs(answer?.name || number, first);

const metWords = ({ met, criteria }: Answered): string =>
  tr("{number} of {total}", { number: met, total: criteria.length });

interface ResultsProps {
  readonly about: About;
  readonly rows: readonly AnsweredRow[];
  readonly isDark: boolean;
}

/** The parameters in which the answers differ. */
function movedIn(rows: readonly AnsweredRow[]): string[] {
  const names = Object.keys(rows[0].answer.values);
  return names.filter((name) => new Set(rows.map(({ answer }) => answer.values[name])).size > 1);
}

/** Plane, criteria, neurons and table of the answers. */
function Results({ about, rows, isDark: dark }: ResultsProps) {
  const near = useSignal<AnsweredRow | null>(null);
  const moved = movedIn(rows);
  return (
    <>
      <div class="pw-classhalves">
        <PlaneCard about={about} rows={rows} isDark={dark} moved={moved} near={near} />
        <CriteriaCard rows={rows} />
      </div>
      <section class="pw-card" aria-label={tr("Neurons")}>
        <h2 class="pw-heading">{tr("Neurons")}</h2>
        <div class="pw-tiles">
          {rows.map((row) => (
            <Tile key={row.number} about={about} row={row} isDark={dark} near={near} />
          ))}
        </div>
      </section>
      <section class="pw-card" aria-label={tr("Table")}>
        <h2 class="pw-heading">{tr("Table")}</h2>
        <div class="pw-mapscroll" tabIndex={0} role="region" aria-label={tr("All answers")}>
          <AnswersTable rows={rows} moved={moved} />
        </div>
      </section>
    </>
  );
}

type PlaneCardProps = ResultsProps & {
  readonly moved: readonly string[];
  readonly near: Signal<AnsweredRow | null>;
};

function PlaneCard({ about, rows, isDark: dark, moved, near }: PlaneCardProps) {
  const { catalogue, data, pattern, exercise } = about;
  const { free, start } = exercise;
  const isFree = (name: string) => free.includes(name);
  const freeFirst = [...free.filter((name) => moved.includes(name)), ...moved.filter((name) => !isFree(name))];
  const choices = [...freeFirst, CRITERIA_MET, SECONDS];
  const pair = useSignal<readonly [x: string, y: string]>([choices[0], choices[1]]);
  // A parameter that is now equal in all answers is no longer a choice.
  const at = (k: 0 | 1) => (choices.includes(pair.value[k]) ? pair.value[k] : choices[k]);
  const axes = [at(0), at(1)] as const;
  const choose = (next: readonly [x: string, y: string]) => {
    pair.value = next;
  };
  const point = (row: AnsweredRow | null) => {
    near.value = row;
  };
  const sliders: readonly Slider[] = slidersOf(patternOf(catalogue, data, pattern), data);
  return (
    <section class="pw-card" aria-label={tr("Plot of answers")}>
      <div class="pw-classaxes">
        <PairMenus names={choices} pair={axes} choose={choose} titleOf={axisTitle} />
      </div>
      <p>{`● ${tr("solved")}  ○ ${tr("not yet solved")}  ✕ ${tr("starting point")}`}</p>
      <Plane
        rows={rows}
        sliders={sliders}
        start={Object.fromEntries(start.values)}
        axes={axes}
        isDark={dark}
        point={point}
      />
      <NearAnswer near={near} moved={moved} />
    </section>
  );
}

interface NearProps {
  readonly near: ReadonlySignal<AnsweredRow | null>;
  readonly moved: readonly string[];
}

/** The answer near the pointer, in words. */
function NearAnswer({ near: { value: row }, moved }: NearProps) {
  if (!row) return <p>{"\u00a0"}</p>;
  const text = moved.map((name) => `${name} ${plain(row.answer.values[name])}`).join(", ");
  return <p>{tr("Code {number}: {text}", { number: whoOf(row), text })}</p>;
}

/** The number of answers that meet each criterion. */
function CriteriaCard({ rows }: Pick<ResultsProps, "rows">) {
  const total = rows.length;
  return (
    <section class="pw-card" aria-label={tr("Criteria")}>
      <h2 class="pw-heading">{tr("Answers that meet each criterion")}</h2>
      <table class="pw-who">
        <thead>
          <tr>
            <th scope="col">{tr("criterion")}</th>
            <th scope="col">{tr("met")}</th>
          </tr>
        </thead>
        <tbody>
          {rows[0].answer.criteria.map(({ name }, c) => {
            const number = rows.filter(({ answer }) => answer.criteria[c].passed).length;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: The criteria keep their order, and two can have one name.
              <tr key={c}>
                <th scope="row">{tr(name)}</th>
                <td>
                  <progress max={total} value={number} aria-label={tr(name)} />
                  {tr("{number} of {total}", { number, total })}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

interface TableProps {
  readonly rows: readonly AnsweredRow[];
  readonly moved: readonly string[];
}

function AnswersTable({ rows, moved }: TableProps) {
  const hasNames = rows.some(({ answer }) => answer.name);
  const hasWords = rows.some(({ answer }) => answer.words);
  const heads = [
    tr("code"),
    ...(hasNames ? [tr("name")] : []),
    ...(hasWords ? [tr("answer")] : []),
    tr("solved"),
    tr("met"),
    tr("loss"),
    tr("time (s)"),
    ...moved,
    ...rows[0].answer.criteria.map(({ name }) => tr(name)),
  ];
  const cellsOf = ({ number, first, answer }: AnsweredRow) => [
    sameAs(number, first),
    ...(hasNames ? [answer.name] : []),
    ...(hasWords ? [answer.words] : []),
    answer.isSolved ? "✓" : "✗",
    metWords(answer),
    plain(answer.loss),
    String(answer.seconds),
    ...moved.map((name) => plain(answer.values[name])),
    ...answer.criteria.map(({ passed }) => (passed ? "✓" : "✗")),
  ];
  return (
    <table class="pw-answers">
      <thead>
        <tr>
          {heads.map((head, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: The columns keep their order, and two can have one title.
            <th key={k} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.number}>
            {cellsOf(row).map((cell, k) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: The columns keep their order.
              <td key={k} class={cell && cell === row.answer.words ? "pw-inwords" : undefined}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface TileProps {
  readonly about: About;
  readonly row: AnsweredRow;
  readonly isDark: boolean;
  readonly near: ReadonlySignal<AnsweredRow | null>;
}

/** The neuron of an answer. The link opens the neuron in the file of the exercise. */
function Tile({ about, row, isDark: dark, near }: TileProps) {
  const isNear = useComputed(() => near.value === row);
  const { values, dt, isSolved, picture } = row.answer;
  const { data, pattern } = about;
  const fields = addressOf({ model: data.model.name, pattern, values, dt }, data);
  return (
    <a
      href={`${location.href.split("#")[0]}#${fields}`}
      target="_blank"
      class={`${isSolved ? "solved" : ""}${isNear.value ? " near" : ""}`}
      rel="noopener"
    >
      <span>
        <b>{whoOf(row)}</b> {isSolved ? "✓" : "✗"} {metWords(row.answer)}
      </span>
      <Shown picture={picture} isDark={dark} />
    </a>
  );
}
