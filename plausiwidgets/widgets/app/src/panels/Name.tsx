// The names of parameters next to sliders and curves, and in tables.

import type { Slider } from "../catalogue.ts";

/** The name of a parameter with its index, as in g_Na. */
export function Name({ slider: { label } }: { readonly slider: Pick<Slider, "label"> }) {
  return (
    <b>
      {label[0]}
      {label[1] && <sub>{label[1]}</sub>}
    </b>
  );
}
