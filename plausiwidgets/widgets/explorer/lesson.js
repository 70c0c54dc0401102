// The cards of a lesson in the explorer, with the kernel in place of the page.

const FRAMES = 180; // in which the sliders of another neuron may come

/** Scrolls the sliders to the first one of those that are free, when all that have values are there. */
function bringIntoSight(explorer, free, values, frames = FRAMES) {
  if (!explorer || !free.length || !frames) return;
  const rows = new Map([...explorer.querySelectorAll(".pw-row")].map((row) => [row.querySelector(".pw-name")?.dataset.name, row]));
  if (!Object.keys(values).every((name) => rows.has(name))) {
    requestAnimationFrame(() => bringIntoSight(explorer, free, values, frames - 1));
    return;
  }
  const row = rows.get([...rows.keys()].find((name) => free.includes(name)));
  // The page and the notebook stay where they are.
  const scrolls = (one) => one.scrollHeight > one.clientHeight && getComputedStyle(one).overflowY !== "visible";
  const box = [".pw-scroll", ".pw-side"].map((one) => row.closest(one)).find(scrolls);
  if (!box) return;
  const [inner, outer] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - inner.height;
}

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-lesson");
  const page = {
    data: { patterns: model.get("titles").map((title) => ({ title, components: [] })) },
    get index() {
      return model.get("state").pattern;
    },
    begin: (_, start) => {
      model.send({ card: card.index, sets: start !== null });
      isBegun = true;
    },
    follow: (href) => model.send({ link: href.slice(1) }),
    open: (tool) => model.send({ tool }),
  };
  let isBegun = false; // a card, of which the kernel has not told yet
  const card = new LessonCard(model.get("lesson"), page);
  const again = h("button", { type: "button", onclick: () => card.reset() }, tr("Reset"));
  card.view.querySelector(".buttons").prepend(again);
  for (const button of card.view.querySelectorAll("button")) button.classList.add("jupyter-button");
  el.append(card.view);
  const show = () => {
    const { holds, pattern, values } = model.get("state");
    if (isBegun) bringIntoSight(el.closest(".pw-explorer"), card.card.free, values);
    isBegun = false;
    card.show({ live: holds === null ? null : { loss: holds ? 0 : 1 }, pattern, values: new Map(Object.entries(values)) });
  };
  card.go(model.get("card"), { sets: false, focus: false });
  show();
  model.on("change:state", show);
  return () => model.off("change:state", show);
}

export default { render };
