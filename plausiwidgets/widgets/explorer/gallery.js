// The gallery: a list to pick from, one stop of the tab key, arrows within, in as many columns as there is room for.

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-gallery");
  el.setAttribute("role", "listbox");
  el.setAttribute("aria-label", tr("Firing patterns"));
  let items = [];

  function mark() {
    const found = model.get("found"), shown = model.get("shown");
    for (const item of items) {
      const { key, title } = item.dataset;
      const word = found[key];
      const selected = key === shown;
      item.setAttribute("aria-selected", String(selected));
      item.tabIndex = selected || (!items.some((other) => other.dataset.key === shown) && item === items[0]) ? 0 : -1;
      const dot = item.querySelector(".pw-dot-mark");
      dot.dataset.found = word ?? "";
      const text = model.get("words")[word] ?? tr("not searched yet");
      item.title = `${title} – ${text}`;
      item.setAttribute("aria-label", `${title}, ${text}`);
      if (selected) scrollTo(item);
    }
  }

  function scrollTo(item) {  // within the gallery alone: the page must not move
    const box = el.getBoundingClientRect(), own = item.getBoundingClientRect();
    if (own.bottom > box.bottom) el.scrollTop += own.bottom - box.bottom + 4;
    if (own.top < box.top) el.scrollTop -= box.top - own.top + 4;
    if (own.right > box.right) el.scrollLeft += own.right - box.right + 4;
    if (own.left < box.left) el.scrollLeft -= box.left - own.left + 4;
  }

  function draw() {
    const focused = el.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    el.replaceChildren();
    items = model.get("items").map(({ key, letter, title, potential, current }) => {
      const item = html("div", "pw-thumbnail", el);
      item.setAttribute("role", "option");
      Object.assign(item.dataset, { key, title: `${letter} ${title}`.trim() });
      const svg = element("svg", { viewBox: "-2 0 88 40", preserveAspectRatio: "none", "aria-hidden": "true" }, item);
      if (potential) {
        element("path", { d: current, class: "pw-small-current" }, svg);
        element("path", { d: potential, class: "pw-small-potential" }, svg);
      }
      const name = html("span", "pw-small-name", item);
      html("b", "", name, letter);
      name.append(`\u00a0${title}`); // on one line with its first word
      html("i", "pw-dot-mark", item);
      return item;
    });
    mark();
    if (focused !== null) items.find((item) => item.dataset.key === focused)?.focus({ preventScroll: true });
  }

  const pick = (item) => {
    if (item) model.send({ pick: item.dataset.key });
  };
  const click = (event) => pick(event.target.closest?.(".pw-thumbnail"));
  const press = (event) => {
    const at = items.indexOf(document.activeElement);
    if (at < 0) return;
    const columns = Math.max(1, items.filter((item) => item.offsetTop === items[0].offsetTop).length);
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: items.length - 1 - at };
    if (event.key === "Enter" || event.key === " ") pick(items[at]);
    else if (event.key in moves) {
      const next = items[Math.min(Math.max(at + moves[event.key], 0), items.length - 1)];
      items.forEach((item) => (item.tabIndex = item === next ? 0 : -1));
      next.focus({ preventScroll: true });
      scrollTo(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  el.addEventListener("click", click);
  el.addEventListener("keydown", press);
  const end = listening(model, { items: draw, found: mark, shown: mark });
  draw();
  return () => {
    el.removeEventListener("click", click);
    el.removeEventListener("keydown", press);
    end();
  };
}

export default { render };
