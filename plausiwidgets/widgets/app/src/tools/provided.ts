// The registry of the tools that need a host. The script of an app with a host adds them. A page in one file contains only
// their titles.

import type { FunctionComponent } from "preact";
import type { App } from "../app.ts";
import type { Race, Score } from "../classroom/race.tsx";
import type { Kind } from "../messages.ts";
import type { Assess, assessedOf } from "./assess.tsx";
import type { ExerciseFile, hostFiles } from "./exports.tsx";
import type { readRecording } from "./reading.ts";
import type { isBeingRead, RecordingFigure } from "./recorded.tsx";

export interface HostTools {
  /** The views of the tools, by the requests that they need. */
  readonly views: Readonly<Partial<Record<Kind, FunctionComponent<App>>>>;
  /** Reads a recording that is dropped on the figure. */
  readonly readRecording: typeof readRecording;
  /** Shows a recording instead of the figure until it is the target. */
  readonly recorded: { readonly isBeingRead: typeof isBeingRead; readonly Figure: typeof RecordingFigure };
  /** Searches pairs of the map again and returns their results. */
  readonly assess: { readonly Buttons: typeof Assess; readonly resultOf: typeof assessedOf };
  /** The files that a host writes. */
  readonly exports: { readonly files: typeof hostFiles; readonly ExerciseFile: typeof ExerciseFile };
  /** The points of a mystery, and the buttons that start a race and reveal the parameters. */
  readonly race: { readonly Score: typeof Score; readonly Buttons: typeof Race };
}

let added: HostTools | null = null;

/** The tools that need a host, or null in a page in one file. */
export const hostTools = (): HostTools | null => added;

export function addHostTools(tools: HostTools): void {
  added = tools;
}
