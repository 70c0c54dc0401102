// Texts in the language of the page, by their English form; what has no translation is shown in English.

let TEXTS = new Map();

/** Chooses the language that the page was written in, or else the first one of the browser that the page has. */
function chooseLanguage({ language, texts }) {
  const known = ["en", ...Object.keys(texts)];
  const wanted = navigator.languages.map((tag) => tag.split("-")[0]);
  const chosen = language ?? wanted.find((tag) => known.includes(tag)) ?? "en";
  document.documentElement.lang = chosen;
  TEXTS = new Map(Object.entries(texts[chosen] ?? {}));
}

/** The translation of a text, with `values` in the places of their names; "pattern: name" is translated in two parts. */
function tr(text, values = null) {
  if (values) return (TEXTS.get(text) ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  return TEXTS.get(text) ?? text.split(": ").map((part) => TEXTS.get(part) ?? part).join(": ");
}
