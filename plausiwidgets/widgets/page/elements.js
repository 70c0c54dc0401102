// Elements, titles and numbers, for the page and for the cards of a lesson in the explorer.

/** An element with properties and children; text is never read as markup. */
function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

/** The title of a pattern; in English that of several is a sentence. */
function titleOf({ title, components }) {
  const isPlain = components.length < 2 || document.documentElement.lang === "en";
  return isPlain ? tr(title) : components.map((part) => tr(part.title)).join(" + ");
}

/** A number with four digits and a long minus. */
function plain(x) {
  return String(Number(x.toPrecision(4))).replace("-", "−");
}
