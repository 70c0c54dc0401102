// The search of a tab, stored for a reload. The rows are sufficient, because a search that receives them again continues
// unchanged.

import type { Requests } from "../messages.ts";
import { keep, kept } from "./tabStorage.ts";

export interface StoredSearch {
  readonly fields: Requests["search"];
  readonly state: "running" | "paused" | "done" | "stopped" | "failed";
  readonly rows: Float64Array;
}

const CHUNK = 0x8000; // maximum number of bytes in one call

function textOf(rows: Float64Array): string {
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  let text = "";
  for (let k = 0; k < bytes.length; k += CHUNK) text += String.fromCharCode(...bytes.subarray(k, k + CHUNK));
  return btoa(text);
}

function rowsOf(text: string): Float64Array {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float64Array(bytes.buffer);
}

/** Stores a search. If there is no space for its rows, the search evaluates the same points again after a reload. */
export function keepSearch(name: string, { rows, ...search }: StoredSearch): void {
  const isKept = keep(name, JSON.stringify({ ...search, rows: textOf(rows) }));
  if (!isKept) keep(name, JSON.stringify({ ...search, state: "running", rows: "" }));
}

/** The search in the storage of the tab, or null without one. */
export function keptSearch(name: string): StoredSearch | null {
  try {
    const search = JSON.parse(kept(name) ?? "null");
    return search && { ...search, rows: rowsOf(search.rows) };
  } catch {
    return null;
  }
}
