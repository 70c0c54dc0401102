// Tables of models and patterns with a status in each cell, for the packaged results and for the assessment of a script.

import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { ListedModel } from "../catalogue.ts";
import { arrowOf } from "../figure/pointer.ts";
import type { AssessmentMap } from "../hosts/kernel.ts";
import { tr } from "../i18n/texts.ts";
import { markWords, SYMBOLS } from "../models/symbols.ts";
import { hostTools } from "./provided.ts";

/** A cell of a map with its status, its symbol, its description, and the optional action of a click. */
interface Cell {
  readonly kind: string;
  readonly sign: string;
  readonly share: string;
  readonly lines: readonly string[];
  readonly open: (() => void) | null;
}

interface Table {
  readonly rows: AssessmentMap["rows"];
  readonly columns: AssessmentMap["columns"];
  readonly cellOf: (row: { readonly name: string }, column: { readonly key: string }) => Cell | null;
}

/** The row and the column of a cell. */
type Place = readonly [row: number, column: number];

/** The cell to which a key moves, or null for other keys. */
function cellByKey(event: KeyboardEvent, [row, column]: Place, rows: number, columns: number): Place | null {
  const { key, ctrlKey } = event;
  if (key === "Home") return [ctrlKey ? 0 : row, 0];
  if (key === "End") return [ctrlKey ? rows - 1 : row, columns - 1];
  const by = arrowOf(event);
  return by && [Math.min(Math.max(row + by[1], 0), rows - 1), Math.min(Math.max(column + by[0], 0), columns - 1)];
}

/** The lines that describe a cell. The first line names its model and its pattern. */
function linesOf({ rows, columns, cellOf }: Table, [row, column]: Place): readonly [head: string, ...more: string[]] {
  const { letter, title } = columns[column];
  const lines = cellOf(rows[row], columns[column])?.lines ?? [markWords("unsearched")];
  return [`${rows[row].title}, ${`${letter} ${title}`.trim()}`, ...lines];
}

/**
 * A table of models and patterns. One cell is a Tab stop, and the arrow keys move to the others. The lines of the cell under
 * the pointer are shown below the table.
 */
function CellTable({ here, ...table }: Table & { readonly here: string }) {
  const { rows, columns } = table;
  const place = useRef<HTMLTableElement>(null);
  const first = rows.findIndex(({ name }) => name === here);
  const at = useSignal<Place>([Math.max(first, 0), 0]);
  const pointed = useSignal<Place | null>(null);
  const keys = (event: KeyboardEvent) => {
    const next = cellByKey(event, at.peek(), rows.length, columns.length);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    at.value = next;
    place.current?.querySelector<HTMLElement>(`[data-at="${next.join(" ")}"]`)?.focus();
  };
  return (
    <>
      <div class="pw-mapscroll">
        <table class="pw-map" role="grid" aria-label={tr("Map of models and patterns")} ref={place} onKeyDown={keys}>
          <thead>
            <tr>
              <td />
              {columns.map(({ key, letter, title }) => (
                <th key={key} scope="col" title={title}>
                  {letter || title.slice(0, 3)}
                </th>
              ))}
              <th scope="col">Σ</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name }, row) => (
              <ModelRow key={name} {...table} row={row} isHere={name === here} at={at} pointed={pointed} />
            ))}
          </tbody>
        </table>
      </div>
      <Lines {...table} pointed={pointed} />
    </>
  );
}

interface RowProps extends Table {
  readonly row: number;
  readonly isHere: boolean;
  /** The cell that is the Tab stop. */
  readonly at: Signal<Place>;
  readonly pointed: Signal<Place | null>;
}

function ModelRow({ row, isHere, at, pointed, ...table }: RowProps) {
  const { rows, columns, cellOf } = table;
  const cells = columns.map((column) => cellOf(rows[row], column));
  const count = cells.filter((cell) => /^(replicated|some)\b/.test(cell?.kind ?? "")).length;
  return (
    <tr class={isHere ? "here" : ""}>
      <th scope="row">{rows[row].title}</th>
      {columns.map(({ key }, column) => {
        const cell = cells[column];
        const [head, ...more] = linesOf(table, [row, column]);
        const isAt = at.value[0] === row && at.value[1] === column;
        const point = () => {
          pointed.value = [row, column];
        };
        const focus = () => {
          at.value = [row, column];
          point();
        };
        return (
          <td key={key} class={cell?.kind ?? "unsearched"}>
            <button
              type="button"
              tabIndex={isAt ? 0 : -1}
              data-at={`${row} ${column}`}
              aria-disabled={!cell?.open}
              aria-label={`${head}: ${more.join(". ")}`}
              onFocus={focus}
              onPointerMove={point}
              onClick={() => cell?.open?.()}
            >
              {cell?.sign ?? SYMBOLS.unsearched}
              {cell?.share && <small>{cell.share}</small>}
            </button>
          </td>
        );
      })}
      <td>{count}</td>
    </tr>
  );
}

/** The lines of the cell that was last under the pointer. */
function Lines({ pointed, ...table }: Table & { readonly pointed: ReadonlySignal<Place | null> }) {
  const place = pointed.value;
  const isThere = place && table.rows[place[0]] && table.columns[place[1]];
  const lines = isThere ? linesOf(table, place) : [];
  return (
    <p class="pw-mapread">
      {lines.map((line, k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: The lines have no names, and two of them can be equal.
        <span key={k}>{line}</span>
      ))}
    </p>
  );
}

type Listed = Pick<ListedModel, "title" | "marks">;

type Map20Props = Pick<App, "catalogue" | "selection" | "host" | "verdict">;

/** A map of all models and all patterns. A click on a cell opens its pair, and a host can search all pairs again. */
export function Map20({ catalogue, selection, host, verdict }: Map20Props) {
  verdict.isSilent.value; // a silent host has fewer models
  const { model } = selection.data.value;
  const own: Readonly<Record<string, Listed>> = catalogue.models[model.name]
    ? {}
    : { [model.name]: { ...model, marks: {} } };
  const models = { ...own, ...catalogue.models };
  const assess = hostTools()?.assess;
  const cellOf: Table["cellOf"] = ({ name }, { key }) => {
    const found = assess?.resultOf({ selection, host }, name, key);
    const mark = found?.mark ?? models[name].marks[key] ?? "unsearched";
    const hasValues = found && mark !== "running" && Object.keys(found.row.parameters).length > 0;
    const how = hasValues ? { values: found.row.parameters } : {};
    return {
      kind: `${mark}${found ? " assessed" : ""}`,
      sign: SYMBOLS[mark],
      share: "",
      lines: [markWords(mark), ...(found?.row.sentence ? [found.row.sentence] : [])],
      open: host.has(name) ? () => selection.choose(name, key, { ...how, glide: {} }) : null,
    };
  };
  const rows = Object.entries(models).map(([name, { title }]) => ({ name, title: tr(title) }));
  const columns = Object.values(catalogue.patterns).map(({ key, letter, title }) => ({
    key,
    letter,
    title: tr(title),
  }));
  return (
    <>
      <CellTable here={model.name} rows={rows} columns={columns} cellOf={cellOf} />
      {assess && host.can("assess") && (
        <assess.Buttons selection={selection} host={host} models={Object.keys(models)} />
      )}
    </>
  );
}

/** The status of a cell of an assessment map, in which "ruled_out" may have its old name "impossible". */
export const tableMark = (status: string): string => (status === "impossible" ? "ruled_out" : status);

/** The map of an assessment that a script has created. */
export function TableMap({ selection, table }: Pick<App, "selection"> & { readonly table: AssessmentMap }) {
  const { rows, columns, cells } = table;
  const cellOf: Table["cellOf"] = ({ name }, { key }) => {
    const cell = cells[`${name} ${key}`];
    if (!cell) return null;
    const { status, values, ...rest } = cell;
    return { ...rest, kind: tableMark(status), open: values ? () => selection.choose(name, key, { values }) : null };
  };
  return <CellTable here={selection.data.value.model.name} rows={rows} columns={columns} cellOf={cellOf} />;
}
