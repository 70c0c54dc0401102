// The headings of cards, sheets, tools and panels, whose level depends on the page around the app.

import type { ComponentChildren } from "preact";
import type { Host } from "../hosts/host.ts";

/** A heading of a part, one level below the heading of the page or of a notebook cell. */
export function Heading({
  host,
  children,
}: {
  readonly host: Pick<Host, "isPart">;
  readonly children: ComponentChildren;
}) {
  return host.isPart ? <h3 class="pw-heading">{children}</h3> : <h2 class="pw-heading">{children}</h2>;
}
