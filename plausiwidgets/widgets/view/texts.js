// Texts in the language of the screen, by their English form; the kernel sends the translations of what a script says.

let tr = null;

// What a script calls first: from then on `tr` translates, with values in the places of their names.
function translate(model) {
  const texts = new Map(Object.entries(model.get("texts")));
  tr = (text, values = {}) => (texts.get(text) ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
