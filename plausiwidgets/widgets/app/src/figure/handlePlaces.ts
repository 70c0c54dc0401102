// The places of the handles of the current. Two handles of a short pulse would overlap, so one is next to its edge.

import type { Handle } from "../models/lines.ts";
import type { Frame } from "./scene.ts";

const APART = 26; // px between the centres of two handles

/** The place of a handle in px. `lead` is its distance from the edge that it moves, negative to the left. */
export interface HandlePlace {
  readonly x: number;
  readonly y: number;
  readonly lead: number;
}

/** The places of handles. A handle for a time is next to its edge if it would overlap another handle. */
export function placesOf(handles: readonly Handle[], at: Pick<Frame, "x" | "yi" | "left" | "plot">): HandlePlace[] {
  const places = handles.map(({ t, current }): HandlePlace => ({ x: at.x(t), y: at.yi(current), lead: 0 }));
  for (const [k, { axis }] of handles.entries()) {
    if (axis !== "time") continue;
    const others = places.filter((_, j) => j !== k);
    const [right, left] = [1, -1].map((side) => leadOf(places[k], others, side));
    const { x, y } = places[k];
    const lead = x + right <= at.left + at.plot ? right : left;
    places[k] = { x: x + lead, y, lead };
  }
  return places;
}

/** The smallest distance to one side at which a handle does not overlap the others. */
function leadOf(place: HandlePlace, others: readonly HandlePlace[], side: number): number {
  const isNear = (lead: number) => others.some(({ x, y }) => Math.hypot(place.x + lead - x, place.y - y) < APART);
  let lead = 0; // a place that is NaN is not near any other
  while (isNear(lead)) lead += side;
  return lead;
}
