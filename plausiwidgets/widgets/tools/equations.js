// The equations, and what the symbol under the hand is: in the equations, and as a row of the sliders.

function render({ model, el }) {
  el.classList.add("pw-equations");
  const maths = html("div", "pw-maths", el);
  const meaning = html("p", "pw-meaning", el);
  meaning.setAttribute("aria-live", "polite");
  let root = null;
  let marked = "";

  function mark(name) {
    if (name === marked) return;
    marked = name;
    for (const symbol of maths.querySelectorAll("[data-symbol]"))
      symbol.classList.toggle("pw-marked", symbol.dataset.symbol === name);
    for (const row of root?.querySelectorAll(".pw-parameters .pw-row") ?? [])
      row.classList.toggle("pw-marked-row", row.querySelector(".pw-name")?.dataset.name === name);
    meaning.textContent = model.get("meanings")[name] ?? "";
  }

  const ofRow = (event) =>
    event.target.closest?.(".pw-parameters .pw-row")?.querySelector(".pw-name")?.dataset.name;
  const ofSymbol = (event) => event.target.closest?.("[data-symbol]")?.dataset.symbol;
  const onRow = (event) => {
    const name = ofRow(event);
    if (name !== undefined) mark(name);
  };
  const onSymbol = (event) => {
    const name = ofSymbol(event);
    if (name !== undefined) mark(name);
  };
  const show = () => {
    maths.innerHTML = model.get("maths");  // made and escaped by the kernel
    marked = null;
    mark("");
  };
  maths.addEventListener("pointerover", onSymbol);
  maths.addEventListener("focusin", onSymbol);
  model.on("change:maths", show);
  show();

  const end = around(el, ".pw-explorer", (explorer) => {
    root = explorer;
    root.addEventListener("pointerover", onRow);
    root.addEventListener("focusin", onRow);
  });
  return () => {
    end();
    mark("");
    root?.removeEventListener("pointerover", onRow);
    root?.removeEventListener("focusin", onRow);
    model.off("change:maths", show);
  };
}

export default { render };
