// Saves what the kernel sends, and the figure as it is on the screen: Plotly's picture with the marks over it.

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-export");
  const buttons = {};
  for (const [what, text, title] of [
    ["copy", tr("Copy as Python"), tr("A script that shows the same, with the last search and its seed")],
    ["script", tr("Python script"), tr("A script that shows the same: the same spikes, the same verdict")],
    ["page", tr("Page (HTML)"), tr("A page that simulates this neuron by itself: one file, without a server")],
    ["traces", tr("Traces (CSV)"), tr("Time, potential, current and spikes of every sweep")],
    ["history", tr("Search (CSV)"), tr("The last search, a row for each try")],
    ["svg", tr("Figure (SVG)"), tr("The figure as it is on the screen, with its marks")],
    ["png", tr("Figure (PNG)"), tr("The same, at twice the resolution")],
    ["table", tr("Table (CSV)"), tr("A row for each model and pattern, with the parameters that were found")],
  ]) {
    if (!model.get("buttons").includes(what)) continue;
    buttons[what] = buttonOf(el, text, () => press(what));
    buttons[what].title = title;
  }

  async function press(what) {
    if (what !== "svg" && what !== "png") {
      model.send({ save: what });
      return;
    }
    const scene = el.closest(".pw-explorer").querySelector(".pw-scene").pwScene;
    const svg = async () => new Blob([(await scene.picture()).text], { type: "image/svg+xml" });
    save(await (what === "svg" ? svg() : scene.png()), `${model.get("name")}.${what}`);
  }

  const offer = () => {
    if (buttons.history) buttons.history.disabled = !model.get("searched");
  };
  const take = (message) => {
    if (message.copied === undefined) {
      saveText(message);
      return;
    }
    const name = buttons.copy.textContent;
    navigator.clipboard.writeText(message.copied).then(
      () => {
        buttons.copy.textContent = tr("Copied");
        setTimeout(() => { buttons.copy.textContent = name; }, 1500);
      },
      () => saveText({ text: message.copied, name: `${model.get("name")}.py` }), // without permission, or without https
    );
  };
  model.on("msg:custom", take);
  model.on("change:searched", offer);
  offer();
  return () => {
    model.off("msg:custom", take);
    model.off("change:searched", offer);
  };
}

export default { render };
