// Texts in another language, by their English form; what has no translation is shown in English.

let TEXTS = new Map();

/** From then on `tr` gives these translations. */
export function translate(texts) {
  TEXTS = new Map(Object.entries(texts));
}

/** The translation of a text, with `values` in the places of their names; "pattern: name" is translated in two parts. */
export function tr(text, values = null) {
  if (values) return (TEXTS.get(text) ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  return (
    TEXTS.get(text) ??
    text
      .split(": ")
      .map((part) => TEXTS.get(part) ?? part)
      .join(": ")
  );
}
