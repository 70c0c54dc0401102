import { useRef, useState } from "preact/hooks";
import { arrowOf } from "../figure/pointer.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { markWords, SYMBOLS } from "../models/symbols.js";
import { Assess, assessedOf } from "./assess.js";
import { useJob } from "./jobs.js";

/** @import { App } from "../app.js" */

/**
 * A cell of a map: what it is, in a sign and in lines, and what a press does; null where there is nothing to open.
 * @typedef {{ kind: string, sign: string, share: string, lines: string[], open: (() => void) | null }} Cell
 * @typedef {{ name: string, title: string }} Row
 * @typedef {{ key: string, letter: string, title: string }} Column
 */

/** Where a key leads from a cell; null for other keys. @param {KeyboardEvent} event @param {[number, number]} at @param {number} rows @param {number} columns @returns {[number, number] | null} */
function cellByKey(event, [row, column], rows, columns) {
  const { key, ctrlKey } = event;
  if (key === "Home") return [ctrlKey ? 0 : row, 0];
  if (key === "End") return [ctrlKey ? rows - 1 : row, columns - 1];
  const by = arrowOf(event);
  return by && [Math.min(Math.max(row + by[1], 0), rows - 1), Math.min(Math.max(column + by[0], 0), columns - 1)];
}

/**
 * Models by patterns. One cell takes the focus, and the arrow keys lead to the others; what is pointed at is read below.
 * @param {{ here: string, rows: Row[], columns: Column[], cellOf: (row: Row, column: Column) => Cell | null }} props
 */
function CellTable({ here, rows, columns, cellOf }) {
  const place = useRef(/** @type {any} */ (null));
  const first = rows.findIndex(({ name }) => name === here);
  const [at, goTo] = useState(/** @type {[number, number]} */ ([Math.max(first, 0), 0]));
  const [pointed, setPointed] = useState(""); // row and column of the cell that was pointed at last
  const cells = rows.map((row) => columns.map((column) => cellOf(row, column)));
  /** What is known of a cell, in lines. @param {number} row @param {number} column */
  const linesOf = (row, column) => {
    const { letter, title } = columns[column];
    return [`${rows[row].title}, ${`${letter} ${title}`.trim()}`, ...(cells[row][column]?.lines ?? [markWords("unsearched")])];
  };
  const [pointedRow, pointedColumn] = pointed.split(" ").map(Number);
  const lines = rows[pointedRow] && columns[pointedColumn] ? linesOf(pointedRow, pointedColumn) : [];
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const next = cellByKey(event, at, rows.length, columns.length);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(next);
    place.current.querySelector(`[data-at="${next.join(" ")}"]`)?.focus();
  };
  return html`<div class="pw-mapscroll"><table class="pw-map" role="grid" aria-label=${tr("Map of models and patterns")} ref=${place} onkeydown=${keys}>
    <thead><tr><td></td>${columns.map(({ key, letter, title }) => html`<th key=${key} scope="col" title=${title}>${letter || title.slice(0, 3)}</th>`)}<th scope="col">Σ</th></tr></thead>
    <tbody>${rows.map(
      ({ name, title }, row) => html`<tr key=${name} class=${name === here ? "here" : ""}><th scope="row">${title}</th>
        ${columns.map(({ key }, column) => {
          const cell = cells[row][column];
          const [head, ...more] = linesOf(row, column);
          const own = `${row} ${column}`;
          const isAt = at[0] === row && at[1] === column;
          return html`<td key=${key} class=${cell?.kind ?? "unsearched"}><button tabindex=${isAt ? 0 : -1} data-at=${own}
            aria-disabled=${!cell?.open} aria-label=${`${head}: ${more.join(". ")}`} onfocus=${() => {
              goTo([row, column]);
              setPointed(own);
            }} onpointermove=${() => setPointed(own)} onclick=${() => cell?.open?.()}>${cell?.sign ?? SYMBOLS.unsearched}${
              cell?.share ? html`<small>${cell.share}</small>` : ""
            }</button></td>`;
        })}<td>${cells[row].filter((cell) => /^(replicated|some)\b/.test(cell?.kind ?? "")).length}</td></tr>`,
    )}</tbody></table></div>
    <p class="pw-mapread">${lines.map((line, k) => html`<span key=${k}>${line}</span>`)}</p>`;
}

/** All models by all patterns, each cell a way to go there; with a host they can be searched anew. @param {{ app: App }} props */
export function Map20({ app }) {
  useJob(app, "assess");
  const { selection } = app.store.get();
  const known = Object.entries(app.catalogue.models);
  const isOwn = !app.catalogue.models[selection.model];
  const models = isOwn ? [.../** @type {typeof known} */ ([[selection.model, { ...app.data.model, marks: {} }]]), ...known] : known;
  const marks = Object.fromEntries(models.map(([name, one]) => [name, one.marks]));
  const cellOf = (/** @type {Row} */ { name }, /** @type {Column} */ { key }) => {
    const found = assessedOf(app, name, key);
    const mark = found?.mark ?? marks[name][key] ?? "unsearched";
    const how = found && mark !== "running" && Object.keys(found.row.parameters).length ? { values: found.row.parameters } : {};
    return {
      kind: `${mark}${found ? " assessed" : ""}`,
      sign: SYMBOLS[mark],
      share: "",
      lines: [markWords(mark), ...(found?.row.sentence ? [found.row.sentence] : [])],
      open: app.has(name) ? () => app.choose(name, key, how) : null,
    };
  };
  const rows = models.map(([name, { title }]) => ({ name, title: tr(title) }));
  const columns = Object.values(app.catalogue.patterns).map(({ key, letter, title }) => ({ key, letter, title: tr(title) }));
  return html`<${CellTable} here=${selection.model} rows=${rows} columns=${columns} cellOf=${cellOf} />
    ${app.host.can("assess") ? html`<${Assess} app=${app} models=${models.map(([name]) => name)} />` : ""}`;
}

/** The status of a cell of a table. @param {string} status */
export const tableMark = (status) => (status === "impossible" ? "ruled_out" : status);

/** The map of an assessment that a script has made. @param {{ app: App, table: import("../types.d.ts").Table }} props */
export function TableMap({ app, table: { rows, columns, cells } }) {
  const cellOf = (/** @type {Row} */ { name }, /** @type {Column} */ { key }) => {
    const cell = cells[`${name} ${key}`];
    if (!cell) return null;
    const { status, sign, share, lines, values } = cell;
    return {
      kind: tableMark(status),
      sign,
      share,
      lines,
      open: values ? () => app.choose(name, key, { values }) : null,
    };
  };
  return html`<${CellTable} here=${app.store.get().selection.model} rows=${rows} columns=${columns} cellOf=${cellOf} />`;
}
