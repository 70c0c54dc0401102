// Watches theme and width, and gives slider handles the names that ipywidgets leaves out.

function isDark() {
  const light = document.body.dataset.jpThemeLight;
  if (light !== undefined) return light === "false";
  return document.body.classList.contains("vscode-dark");
}

function after(milliseconds, action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

function nameControls(parameters) {
  for (const row of parameters.querySelectorAll(".pw-row")) {
    const name = row.querySelector(".pw-name");
    if (!name) continue;
    const label = name.dataset.name ?? name.textContent;
    const unit = row.querySelector(".pw-unit")?.textContent ?? "";
    const [box, ...bounds] = row.querySelectorAll("input[type=number]");
    const tick = row.querySelector("input[type=checkbox]");
    const handle = row.querySelector(".noUi-handle");
    box?.setAttribute("aria-label", `${label}, exact value in ${unit || "no unit"}`);
    tick?.setAttribute("aria-label", `${label}: Optimize may change it`);
    bounds.forEach((bound, i) =>
      bound.setAttribute("aria-label", `${label}, ${i ? "upper" : "lower"} bound`));
    if (!handle) continue;
    handle.setAttribute("aria-label", name.title || label);
    // noUiSlider announces the position; a person wants the value, which the box has a moment later.
    const text = `${box?.value} ${unit}`;
    if (handle.getAttribute("aria-valuetext") !== text) handle.setAttribute("aria-valuetext", text);
  }
}

function render({ model, el }) {
  el.classList.add("pw-page");
  const stop = [];

  const report = (name, value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    model.save_changes();
  };

  const theme = () => report("dark", isDark());
  const themeWatch = new MutationObserver(theme);
  themeWatch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  stop.push(() => themeWatch.disconnect());
  theme();

  // The explorer around this element is attached some frames later.
  let tries = 0;
  const attach = () => {
    const root = el.closest(".pw-explorer");
    const figure = root?.querySelector(".pw-figure");
    const parameters = root?.querySelector(".pw-parameters");
    if (!figure || !parameters) {
      if (tries++ < 600) waiting = requestAnimationFrame(attach);
      return;
    }
    const measure = after(80, () => {
      const width = Math.floor(figure.getBoundingClientRect().width);
      if (width > 0) report("width", width);
    });
    const widthWatch = new ResizeObserver(measure);
    widthWatch.observe(figure);
    stop.push(() => widthWatch.disconnect());

    const name = after(60, () => nameControls(parameters));
    const controlWatch = new MutationObserver(name);
    controlWatch.observe(parameters, {
      subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow"],
    });
    stop.push(() => controlWatch.disconnect());
    name();
  };
  let waiting = requestAnimationFrame(attach);
  stop.push(() => cancelAnimationFrame(waiting));
  return () => stop.forEach((action) => action());
}

export default { render };
