// The outcome of a search, with its kind, a title, and the possible next steps of the user.

import { tr } from "../i18n/texts.ts";
import type { Search } from "./evaluations.ts";
import { SYMBOLS } from "./symbols.ts";

/** The kind of an outcome. "present" means that the parameters on the sliders already show the pattern. */
export type OutcomeKind =
  | "found"
  | "present"
  | "unverified"
  | "fragile"
  | "missed"
  | "ruled_out"
  | "stopped"
  | "failed";

/** The facts that determine an outcome in addition to the search. */
export interface Circumstances {
  /** Whether the search belongs to the shown model and pattern. */
  readonly isHere: boolean;
  /** Whether the page has no Python and therefore no verification. */
  readonly isAlone: boolean;
  /** Whether a proof rules the pattern out for the best parameters. */
  readonly isRuledOut: boolean;
  readonly isTaken: boolean;
  readonly isBestAtStart: boolean;
}

/** The kind of the outcome of a search. */
export function outcomeOf(found: Search, { isAlone, isRuledOut, isBestAtStart }: Circumstances): OutcomeKind {
  const { state, status, least, evaluations } = found;
  if (state === "failed") return "failed";
  if (isRuledOut && state !== "stopped" && state !== "superseded") return "ruled_out";
  if (least === 0 && evaluations.count === 1 && isBestAtStart) return "present";
  if (status === "fragile") return "fragile";
  if (status === "replicated" && !isAlone) return "found";
  if (least === 0) return "unverified";
  if (state === "stopped" || state === "superseded") return "stopped";
  return "missed";
}

/** The symbol and the name of an outcome. */
export function outcomeTitle(kind: OutcomeKind): string {
  switch (kind) {
    case "found":
      return `${SYMBOLS.replicated} ${tr("Found and verified")}`;
    case "present":
      return `${SYMBOLS.unverified} ${tr("Already shown")}`;
    case "unverified":
      return `${SYMBOLS.unverified} ${tr("Criteria met, not verified")}`;
    case "fragile":
      return `${SYMBOLS.fragile} ${tr("Not robust")}`;
    case "missed":
      return `${SYMBOLS.rejected} ${tr("Not found")}`;
    case "ruled_out":
      return `${SYMBOLS.ruled_out} ${tr("Ruled out")}`;
    case "stopped":
      return `■ ${tr("Stopped")}`;
    case "failed":
      return `${SYMBOLS.failed} ${tr("The search failed")}`;
  }
}

/** The meaning of an outcome and the possible next steps of the user. */
export function outcomeWords(kind: OutcomeKind, found: Search, { isAlone, isTaken }: Circumstances): string {
  switch (kind) {
    case "found":
      return isTaken
        ? tr("These parameters are now on your sliders. Drag to see how far you can change them.")
        : tr("Use these parameters, then drag to see how far you can change them.");
    case "present":
      return tr("Your parameters already show the pattern. Move a slider first, or search from a new start.");
    case "unverified":
      return isAlone
        ? tr(
            "These parameters also pass the tests of this page: half the time step, rounding, a push and a long rest. Open them in a notebook to verify them.",
          )
        : tr("Use these parameters to verify them, or search again.");
    case "fragile":
      return tr("All criteria are met, but one verification test fails. Use these parameters anyway, or search again.");
    case "missed":
      return missedWords(found);
    case "ruled_out":
      return found.least === 0
        ? tr("The best parameters meet all criteria, but contradict a proof that rules the pattern out.")
        : tr("A proof shows that these parameters of the model cannot show the pattern.");
    case "stopped":
      return found.best
        ? tr("Use the best parameters so far, or search again.")
        : tr("The search was stopped before its first evaluation.");
    case "failed":
      return found.error;
  }
}

function missedWords({ atEnds }: Search): string {
  if (atEnds.length) {
    return tr("The best parameters are at a limit of the search range of {names}.", { names: atEnds.join(", ") });
  }
  return tr("This does not prove that no solution exists.");
}
