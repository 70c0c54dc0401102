// Translations of the screen texts, keyed by the English text. A text without a translation is shown in English.

import { batch, signal } from "@preact/signals";

const texts = signal<ReadonlyMap<string, string>>(new Map());
/** The language of the texts. A view that calls `tr` renders again when it changes. */
export const language = signal("en");

/** Sets the language and its translations. */
export function translate(to: string, translations: Readonly<Record<string, string>>): void {
  batch(() => {
    language.value = to;
    texts.value = new Map(Object.entries(translations));
  });
}

/**
 * The translation of a text. `values` replace the names in braces. A text "pattern: name" without a translation is translated
 * in two parts.
 */
export function tr(text: string, values?: Readonly<Record<string, unknown>> | null): string {
  const known = texts.value;
  if (values) return (known.get(text) ?? text).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  const parts = () => text.split(": ").map((part) => known.get(part) ?? part);
  return known.get(text) ?? parts().join(": ");
}
