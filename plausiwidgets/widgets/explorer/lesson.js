// The cards of a lesson in the explorer, with the kernel in place of the page.

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-lesson");
  const page = {
    data: { patterns: model.get("titles").map((title) => ({ title, components: [] })) },
    get index() {
      return model.get("state").pattern;
    },
    begin: (_, start) => model.send({ card: card.index, sets: start !== null }),
    follow: (href) => model.send({ link: href.slice(1) }),
    open: (tool) => model.send({ tool }),
  };
  const card = new LessonCard(model.get("lesson"), page);
  const again = h("button", { type: "button", onclick: () => card.reset() }, tr("Reset"));
  card.view.querySelector(".buttons").prepend(again);
  for (const button of card.view.querySelectorAll("button")) button.classList.add("jupyter-button");
  el.append(card.view);
  const show = () => {
    const { holds, pattern, values } = model.get("state");
    card.show({ live: holds === null ? null : { loss: holds ? 0 : 1 }, pattern, values: new Map(Object.entries(values)) });
  };
  card.go(model.get("card"), { sets: false, focus: false });
  show();
  model.on("change:state", show);
  return () => model.off("change:state", show);
}

export default { render };
