// Elements of SVG and HTML and numbers from the kernel, for every script that draws by itself; it stands before theirs.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes, parent, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

function html(name, className, parent, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

// A button with a text; `pressed` is called with each click.
function buttonOf(parent, text, pressed, className = "") {
  const made = html("button", `jupyter-button ${className}`.trim(), parent, text);
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}

// A menu of pairs of a key and a text; `chosen` is called with the key.
function menuOf(head, label, all, value, chosen) {
  const select = html("select", "", head);
  select.setAttribute("aria-label", label);
  for (const [key, text] of all) {
    const option = html("option", "", select, text);
    option.value = key;
    option.selected = key === value;
  }
  select.addEventListener("change", () => chosen(select.value));
  return select;
}

// Sets what differs, and sends it to the kernel.
function tellKernel(model, values) {
  const changed = Object.entries(values).filter(([name, value]) => model.get(name) !== value);
  for (const [name, value] of changed) model.set(name, value);
  if (changed.length) model.save_changes();
}

// Calls each reaction with a change of its name; the function that it returns ends that.
function listening(model, reactions) {
  const all = Object.entries(reactions);
  for (const [name, react] of all) model.on(`change:${name}`, react);
  return () => all.forEach(([name, react]) => model.off(`change:${name}`, react));
}

// Draws in the next frame when `soon` is called, however often, and when the element gets another size.
function drawing(el, draw) {
  let waiting = 0;
  const soon = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      draw();
    });
  };
  const watch = new ResizeObserver(soon);
  watch.observe(el);
  const end = () => {
    cancelAnimationFrame(waiting);
    watch.disconnect();
  };
  return { soon, end };
}

// Calls `found` with what is around an element, which may come some frames later; the function that it returns ends the wait.
function around(el, selector, found) {
  let waiting = 0;
  const attach = () => {
    const outer = el.closest(selector);
    if (outer) found(outer);
    else waiting = requestAnimationFrame(attach);
  };
  attach();
  return () => cancelAnimationFrame(waiting);
}

// Calls `changed` with whether the page is dark, at once and with each change; the function that it returns ends that.
function onTheme(changed) {
  const say = () => {
    const light = document.body.dataset.jpThemeLight;
    changed(light !== undefined ? light === "false" : document.body.classList.contains("vscode-dark"));
  };
  const watch = new MutationObserver(say);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  say();
  return () => watch.disconnect();
}

// Numbers as the kernel sends them, in an array of a kind.
function numbers(view, Kind) {
  if (!view?.byteLength) return new Kind();
  return new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}
