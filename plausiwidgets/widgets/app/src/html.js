import htm from "htm";
import { h } from "preact";

/** Markup as a template, for views that are not TSX yet. @type {(strings: TemplateStringsArray, ...values: unknown[]) => any} */
export const html = htm.bind(h);
