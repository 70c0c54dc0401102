// A map of models × patterns: one stop of the tab key, arrows within, Enter opens a cell. cell_map.py is the other side.

const KEY = ["replicated", "fragile", "rejected"]; // always in the key; others where a cell has them
const SHOWN = ["replicated", "some"];

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

class CellMap {
  constructor(model, el) {
    Object.assign(this, { model, el, at: [0, 0], over: null });
    el.classList.add("pw-cellmap");
    this.key = node("p", { class: "pw-map-key" });
    this.table = node("table", { role: "grid", "aria-label": tr("Which model shows which pattern") });
    this.details = node("div", { class: "pw-map-details", "aria-hidden": "true" }); // a cell's name says the same
    this.scroller = node("div", { class: "pw-map-scroll" }, this.table);
    this.said = node("p", { class: "pw-map-message", role: "status" });
    el.append(this.key, node("div", { class: "pw-map-main" }, this.scroller, this.details), this.said);
    for (const [event, react] of Object.entries({
      click: (e) => this.onClick(e),
      keydown: (e) => this.onKey(e),
      focusin: (e) => this.onFocus(e),
      pointerover: (e) => this.onPointer(e),
      pointerleave: () => this.point(null),
    })) this.table.addEventListener(event, react);
    this.close = listening(model, {
      axes: () => this.build(), cells: () => this.fill(), numbers: () => this.look(), opened: () => this.look(),
      message: () => (this.said.textContent = model.get("message")),
    });
    this.said.textContent = model.get("message");
    this.build();
  }

  /** Makes rows and columns; the cell that has the focus keeps it. */
  build() {
    const { rows, columns } = this.model.get("axes");
    const focused = this.table.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.el.style.setProperty("--pw-columns", columns.length);
    this.table.classList.toggle("pw-tall", this.model.get("tall"));
    const head = node("tr", {}, node("td", { role: "columnheader" }, tr("shown")));
    for (const { title, letter } of columns) {
      const short = letter || title.slice(0, 4);
      const words = node("span", {}, letter ? title.slice(letter.length + 1) : title);
      head.append(node("th", { scope: "col", title, "aria-label": title }, words, node("b", {}, short)));
    }
    this.heads = [...head.querySelectorAll("th")];
    this.cells = rows.map((row) => columns.map((column) =>
      node("td", { role: "gridcell", tabindex: "-1", "data-key": `${row.key}/${column.key}` }, node("b", {}), node("small", {}), node("small", {}))));
    this.names = rows.map(({ title, short }) => node("th", { scope: "row", title }, node("span", {}, short), node("i", {})));
    this.table.replaceChildren(
      node("thead", {}, head), node("tbody", {}, ...this.cells.map((cells, i) => node("tr", {}, this.names[i], ...cells))));
    this.shown = new Map();
    const keys = this.cells.flat().map((cell) => cell.dataset.key);
    const before = keys.indexOf(focused ?? this.model.get("opened"));
    this.at = before < 0 ? [0, 0] : [Math.floor(before / columns.length), before % columns.length];
    this.fill();
    if (focused !== null) this.current?.focus({ preventScroll: true });
  }

  get current() {
    return this.cells[this.at[0]]?.[this.at[1]];
  }

  /** Writes the cells that differ from what is shown. */
  fill() {
    const { rows, columns } = this.model.get("axes");
    const known = this.model.get("cells"), statuses = this.model.get("statuses");
    let several = false;
    this.cells.forEach((cells, i) => {
      let shown = 0, assessed = 0;
      cells.forEach((cell, j) => {
        const { key } = cell.dataset;
        const content = known[key];
        shown += SHOWN.includes(content?.[0]);
        assessed += content !== undefined;
        several ||= Boolean(content?.[1]);
        if (this.shown.has(key) && this.shown.get(key) === content) return;
        this.shown.set(key, content);
        const [status, share, evaluations, robustness, lines] = content ?? ["", "", "", "", [tr("not assessed")]];
        cell.className = `pw-is-${status || "nothing"}`;
        const [mark, ...numbers] = cell.children;
        mark.textContent = statuses[status]?.[0] ?? "";
        numbers[0].textContent = share || evaluations;
        numbers[1].textContent = share ? evaluations : robustness;
        cell.setAttribute("aria-label", `${rows[i].title}, ${columns[j].title}: ${lines.join("; ")}`);
        if (content) cell.removeAttribute("aria-disabled");
        else cell.setAttribute("aria-disabled", "true");
      });
      this.names[i].lastChild.textContent = assessed ? shown : "";
      this.names[i].setAttribute("aria-label", tr("{title}, shows {count} of {total}", { title: rows[i].title, count: shown, total: assessed }));
    });
    this.table.classList.toggle("pw-several", several);
    const met = new Set([...this.shown.values()].filter(Boolean).map(([status]) => status));
    const entries = Object.keys(statuses).filter((status) => KEY.includes(status) || met.has(status));
    this.key.replaceChildren(...entries.map((status) => {
      const [mark, words] = statuses[status];
      return node("span", {}, node("b", { class: `pw-is-${status}`, "aria-hidden": "true" }, mark), ` ${words}`);
    }));
    this.look();
  }

  /** Shows which cell is current, which one is open, and what is known of the one that is pointed at. */
  look() {
    this.el.classList.toggle("pw-numbers", this.model.get("numbers"));
    const opened = this.model.get("opened");
    for (const cell of this.cells.flat()) {
      cell.tabIndex = cell === this.current ? 0 : -1;
      cell.classList.toggle("pw-opened", cell.dataset.key === opened);
    }
    this.describe();
  }

  describe() {
    const { rows, columns } = this.model.get("axes");
    const [i, j] = this.over ?? this.at;
    for (const [heads, at] of [[this.names, i], [this.heads, j]]) heads.forEach((head, k) => head.classList.toggle("pw-at", k === at));
    if (!this.cells[i]?.[j]) {
      this.details.replaceChildren(rows.length ? "" : tr("No models are chosen."));
      return;
    }
    const content = this.shown.get(this.cells[i][j].dataset.key);
    const lines = content?.[4] ?? [tr("not assessed")];
    const hint = content && this.model.get("opens") ? [node("p", { class: "pw-map-hint" }, tr("Click or Enter: open it in an explorer"))] : [];
    this.details.replaceChildren(
      node("h4", {}, rows[i].title), node("h5", {}, columns[j].title), ...lines.map((line) => node("p", {}, line)), ...hint);
  }

  place(target) {
    const cell = target.closest?.("[role=gridcell]");
    return cell ? [cell.parentElement.sectionRowIndex, cell.cellIndex - 1] : null;
  }

  point(place) {
    this.over = place;
    this.describe();
  }

  onPointer(event) {
    const place = this.place(event.target);
    if (place && String(place) !== String(this.over)) this.point(place);
  }

  onFocus(event) {
    event.target.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's shortcuts look for it where the focus is
    const place = this.place(event.target);
    if (!place) return;
    this.at = place;
    this.over = null;
    this.look();
  }

  onClick(event) {
    const place = this.place(event.target);
    if (!place) return;
    this.at = place;
    this.open();
  }

  open() {
    if (this.model.get("opens") && this.shown.get(this.current.dataset.key)) this.model.send({ open: this.current.dataset.key });
  }

  onKey(event) {
    const [i, j] = this.at;
    const last = [this.cells.length - 1, this.heads.length - 1];
    const far = event.ctrlKey || event.metaKey;
    const to = {
      ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
      Home: [far ? 0 : i, 0], End: [far ? last[0] : i, last[1]],
    }[event.key];
    if (to) {
      this.at = to.map((place, k) => Math.min(Math.max(place, 0), last[k]));
      this.current.focus({ preventScroll: true });
      this.current.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") this.open();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export default {
  initialize({ model }) { // some cells, while an assessment fills them
    const merge = ({ cells }) => cells && model.set("cells", { ...model.get("cells"), ...cells });
    model.on("msg:custom", merge);
    return () => model.off("msg:custom", merge);
  },
  render({ model, el }) {
    translate(model.get("texts"));
    const view = new CellMap(model, el);
    return () => view.close();
  },
};
