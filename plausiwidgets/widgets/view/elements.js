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

// Numbers as the kernel sends them, in an array of a kind.
function numbers(view, Kind) {
  if (!view?.byteLength) return new Kind();
  return new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}
