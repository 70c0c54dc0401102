// The tools that need a host. The script of an app with a host adds them; a page in one file contains only their titles.

import type { FunctionComponent } from "preact";
import type { App } from "../app.ts";
import type { Kind } from "../messages.ts";
import type { Assess, assessedOf } from "./assess.tsx";
import type { readRecording } from "./reading.ts";

export interface HostTools {
  /** The views of the tools, by the requests that the tools need. */
  readonly views: Readonly<Partial<Record<Kind, FunctionComponent<App>>>>;
  /** Reads a recording that is dropped on the figure. */
  readonly readRecording: typeof readRecording;
  /** Searches pairs of the map again, and gives their results. */
  readonly assess: { readonly Buttons: typeof Assess; readonly resultOf: typeof assessedOf };
}

let added: HostTools | null = null;

/** The tools that need a host, or null in a page in one file. */
export const hostTools = (): HostTools | null => added;

export function addHostTools(tools: HostTools): void {
  added = tools;
}
