// Translations of the screen texts. Their key is the English text or, in a page in one file, its short key. A text without a
// translation is shown in English.

import { batch, signal } from "@preact/signals";

const texts = signal<ReadonlyMap<string, string>>(new Map());
/** The language of the texts. A view that calls `tr` is rendered again when the language changes. */
export const language = signal("en");

/** Sets the language and its translations. */
export function translate(to: string, translations: Readonly<Record<string, string>>): void {
  batch(() => {
    language.value = to;
    texts.value = new Map(Object.entries(translations));
  });
}

/**
 * The translation of a text. `values` replace the names in braces. If a text "pattern: name" has no translation, its parts are
 * translated.
 */
export function tr(text: string, values?: Readonly<Record<string, unknown>> | null): string {
  if (values) return (translated(text) ?? text).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  const parts = () => text.split(": ").map((part) => translated(part) ?? part);
  return translated(text) ?? parts().join(": ");
}

function translated(text: string): string | undefined {
  const known = texts.value;
  return known.size ? (known.get(text) ?? known.get(keyOf(text))) : undefined;
}

/** The short key of a text, which replaces English texts in a page. It is a hash (FNV-1a, 32 bits) in base 36, as in Python. */
export function keyOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return (hash >>> 0).toString(36);
}
