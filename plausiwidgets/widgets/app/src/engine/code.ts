// Custom neurons as code that Python generates from the program of a model.

import { NEURONS, type Neuron } from "./neuron.ts";

/** Adds the neurons that this page or worker does not have. Each value is the text of an object. */
export async function addCode(code: Readonly<Record<string, string>>, runtime: string): Promise<void> {
  const unknown = Object.entries(code).filter(([name]) => !NEURONS[name]);
  if (!unknown.length) return;
  const entries = unknown.map(([name, text]) => `${JSON.stringify(name)}: ${text}`);
  const text = `${runtime}\nexport const neurons = {\n${entries.join(",\n")}\n};\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const { neurons } = (await import(/* webpackIgnore: true */ url)) as { neurons: Record<string, Neuron> };
    Object.assign(NEURONS, neurons);
  } finally {
    URL.revokeObjectURL(url);
  }
}
