// The tools that need a host, with the code that only these tools use.

import { Race, Score } from "../classroom/race.tsx";
import { Assess, assessedOf } from "./assess.tsx";
import { ExerciseFile, hostFiles } from "./exports.tsx";
import { Onset } from "./onset.tsx";
import type { HostTools } from "./provided.ts";
import { readRecording } from "./reading.ts";
import { isBeingRead, RecordingFigure } from "./recorded.tsx";
import { Recording } from "./recording.tsx";
import { Repertoire } from "./repertoire.tsx";
import { RequestedPhasePlane } from "./requestedPhasePlane.tsx";
import { Samples } from "./samples.tsx";
import { Stimulus } from "./stimulus.tsx";

export const HOST_TOOLS: HostTools = {
  views: {
    samples: Samples,
    phase: RequestedPhasePlane,
    bifurcations: Onset,
    repertoire: Repertoire,
    stimulus: Stimulus,
    recording: Recording,
  },
  readRecording,
  recorded: { isBeingRead, Figure: RecordingFigure },
  assess: { Buttons: Assess, resultOf: assessedOf },
  exports: { files: hostFiles, ExerciseFile },
  race: { Score, Buttons: Race },
};
