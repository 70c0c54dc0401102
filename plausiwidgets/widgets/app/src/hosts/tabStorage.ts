// Values that are stored as long as a tab exists. If the browser stores nothing, they are lost with the page.

import type { History, HistoryStore } from "../models/history.ts";
import type { Selection } from "../models/selection.ts";

export function kept(name: string): string | null {
  try {
    return sessionStorage.getItem(`plausiwidgets.${name}`);
  } catch {
    return null;
  }
}

/** Stores a value. Returns false if the browser stores nothing or has no space for the value. */
export function keep(name: string, value: string): boolean {
  try {
    sessionStorage.setItem(`plausiwidgets.${name}`, value);
    return true;
  } catch {
    return false; // after a reload, the user must choose the value again
  }
}

/** The history of a page without a kernel, which survives a reload. No other view changes it. */
export function tabHistory(name: string): HistoryStore<Selection> {
  return {
    load: () => read(kept(name) ?? ""),
    save: (history) => keep(name, JSON.stringify(history)),
    onChange: () => () => {},
  };
}

/** The history that a text contains, or null if another version of the app wrote it. */
function read(text: string): History<Selection> | null {
  try {
    const history: History<Selection> = JSON.parse(text);
    const { model, pattern, values, dt, set } = history.steps[history.at];
    const isWhole = [typeof model, typeof pattern, typeof values, typeof dt, typeof set].join() === FORM;
    return isWhole ? history : null;
  } catch {
    return null;
  }
}

const FORM = "string,string,object,number,number"; // types of model, pattern, values, time step, stored set
