import htm from "htm";
import { h } from "preact";

/**
 * An element or a component. Signals skip a component whose properties are unchanged, but views that are not TSX yet read the
 * state of the app while they render. So each of them has a property that always changes.
 * @param {any} type @param {Record<string, unknown> | null} props @param {any[]} children
 */
const element = (type, props, ...children) => h(type, typeof type === "function" ? { ...props, rendered: {} } : props, ...children);

/** Markup as a template, for views that are not TSX yet. @type {(strings: TemplateStringsArray, ...values: unknown[]) => any} */
export const html = htm.bind(element);
