// The sheets in which the user chooses a pattern or a model, from the catalogue and the selection.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { App } from "../app.ts";
import type { Status } from "../catalogue.ts";
import { drawPictures, picturesOf, Shown } from "../figure/thumbnails.tsx";
import { tr } from "../i18n/texts.ts";
import { isMark, legendOf, type Mark, markWords, SYMBOLS } from "../models/symbols.ts";
import { shapeOf, sharedOf } from "../models/titles.ts";
import { glossing } from "../panels/glosses.tsx";
import { Sheet } from "../panels/Sheet.tsx";
import { Map20, TableMap, tableMark } from "./modelMap.tsx";

type Marks = Readonly<Record<string, Status>>;

type PatternsProps = Pick<App, "catalogue" | "host" | "selection" | "screen" | "verdict">;

/** The patterns as pictures, each with the best status for this model. Another view shows all models. */
export function Patterns({ catalogue, host, selection, screen, verdict }: PatternsProps) {
  const data = selection.data.value;
  const table = screen.table.value;
  const showsMap = useSignal(table !== null);
  const keeps = useSignal(false);
  const marks = catalogue.models[data.model.name]?.marks ?? {};
  const keys = Object.keys(data.patterns).filter((key) => !shapeOf(key));
  const shown = showsMap.value
    ? mapMarks({ catalogue, selection, screen })
    : keys.map((key) => marks[key] ?? "unsearched");
  const map = table ? (
    <TableMap selection={selection} table={table} />
  ) : (
    <Map20 catalogue={catalogue} selection={selection} host={host} verdict={verdict} />
  );
  const choose = (key: string) => selection.choose(data.model.name, key, { keep: keeps.peek(), glide: {} });
  return (
    <Sheet host={host} screen={screen} title={tr("Choose a firing pattern")}>
      <div class="pw-choices">
        <Views {...{ catalogue, screen, showsMap }} count={countOf(keys, marks)} total={keys.length} />
        <Keep keeps={keeps} />
        <Key marks={shown} />
      </div>
      {showsMap.value ? map : <Pictures {...{ catalogue, selection, screen, keys, marks, choose }} />}
    </Sheet>
  );
}

const countOf = (keys: readonly string[], marks: Marks): number =>
  keys.filter((key) => marks[key] === "replicated").length;

type ViewsProps = Pick<App, "catalogue" | "screen"> & {
  readonly showsMap: Signal<boolean>;
  readonly count: number;
  readonly total: number;
};

/** The choice between the pictures for one model and the map of all models. */
function Views({ catalogue, screen, showsMap, count, total }: ViewsProps) {
  const table = screen.table.value;
  const show = (isMap: boolean) => {
    showsMap.value = isMap;
  };
  return (
    <div role="group" aria-label={tr("View")} class="pw-tabs">
      <button type="button" aria-pressed={!showsMap.value} onClick={() => show(false)}>
        {tr("this model: {count} of {total}", { count, total })}
      </button>
      {(table || Object.keys(catalogue.models).length > 1) && (
        <button type="button" aria-pressed={showsMap.value} onClick={() => show(true)}>
          {table ? tr("assessment") : tr("all models")}
        </button>
      )}
    </div>
  );
}

/** The checkbox for keeping the parameters on the sliders when another model or pattern is opened. */
function Keep({ keeps }: { readonly keeps: Signal<boolean> }) {
  const toggle = () => {
    keeps.value = !keeps.peek();
  };
  return (
    <label>
      <input type="checkbox" checked={keeps.value} onChange={toggle} /> {tr("keep my parameters")}
    </label>
  );
}

/** The legend of the occurring statuses. */
function Key({ marks }: { readonly marks: readonly Mark[] }) {
  const glossed = glossing();
  return (
    <ul class="pw-key">
      {legendOf(marks).map(({ mark, symbol, words }) => (
        <li key={mark} class={mark}>
          <em aria-hidden="true">{symbol}</em> {glossed(words)}
        </li>
      ))}
    </ul>
  );
}

/** The mark in the legend for the status of a cell of an assessment map, or an empty list without one. */
function legendMark(status: string): readonly Mark[] {
  const mark = status === "some" ? "replicated" : tableMark(status);
  return isMark(mark) ? [mark] : [];
}

/** The statuses in the map. */
function mapMarks({ catalogue, selection, screen }: Pick<App, "catalogue" | "selection" | "screen">): readonly Mark[] {
  const table = screen.table.value;
  if (table) return Object.values(table.cells).flatMap(({ status }) => legendMark(status));
  const all = Object.values(catalogue.models).flatMap(({ marks }) =>
    Object.keys(catalogue.patterns).map((key): Mark => marks[key] ?? "unsearched"),
  );
  const isCustom = !catalogue.models[selection.data.value.model.name];
  return isCustom ? [...all, "unsearched"] : all;
}

type PicturesProps = Pick<App, "catalogue" | "selection" | "screen"> & {
  readonly keys: readonly string[];
  readonly marks: Marks;
  readonly choose: (key: string) => void;
};

/** A trace for each pattern. The traces are simulated one after another, and each is shown as soon as it is available. */
function Pictures({ catalogue, selection, screen, keys, marks, choose }: PicturesProps) {
  const data = selection.data.value;
  const [, count] = useState(0);
  useEffect(() => drawPictures(catalogue, data, () => count((drawn) => drawn + 1)), [catalogue, data]);
  const known = picturesOf(data);
  const hasTargets = [...known.values()].some(({ isTarget }) => isTarget);
  return (
    <>
      {hasTargets && (
        <p class="pw-gallerykey">
          {tr(
            "Blue traces are from this model. Grey traces are targets, shown for patterns without a verified parameter set.",
          )}
        </p>
      )}
      <div class="pw-gallery">
        {keys.map((key) => {
          const { letter, title } = sharedOf({ catalogue, data })[key];
          const mark = marks[key] ?? "unsearched";
          const isHere = key === selection.pattern.value.key;
          return (
            <button
              type="button"
              key={key}
              data-first={isHere || null}
              aria-current={isHere}
              class={mark}
              onClick={() => choose(key)}
            >
              <Shown picture={known.get(key)} isDark={screen.isDark.value} />
              <span>
                <b>{letter}</b> {tr(title)}
              </span>
              <em role="img" aria-label={markWords(mark)}>
                {SYMBOLS[mark]}
              </em>
            </button>
          );
        })}
      </div>
    </>
  );
}

/** The models. A dot for each pattern shows whether the model has a verified parameter set. */
export function Models({ catalogue, host, selection, screen, verdict }: PatternsProps) {
  verdict.isSilent.value; // a silent host has fewer models
  const keeps = useSignal(false);
  const { name: here } = selection.data.value.model;
  const patterns = Object.keys(catalogue.patterns);
  const choose = (name: string) => selection.choose(name, selection.pattern.peek().key, { keep: keeps.peek() });
  return (
    <Sheet host={host} screen={screen} title={tr("Choose a neuron model")}>
      <div class="pw-choices">
        <Keep keeps={keeps} />
        <span class="pw-key">{tr("one dot per pattern, filled if verified")}</span>
      </div>
      <div class="pw-models">
        {Object.entries(catalogue.models)
          .filter(([name]) => host.has(name))
          .map(([name, { title, description, marks }]) => (
            <button
              type="button"
              key={name}
              data-first={name === here || null}
              aria-current={name === here}
              onClick={() => choose(name)}
            >
              <b>{tr(title)}</b>
              <span>{tr(description)}</span>
              <em>
                <span aria-hidden="true">
                  {patterns.map((key) => (
                    <i key={key} class={marks[key] ?? ""} />
                  ))}
                </span>{" "}
                {tr("{count} of {total}", { count: countOf(patterns, marks), total: patterns.length })}
              </em>
            </button>
          ))}
      </div>
    </Sheet>
  );
}
