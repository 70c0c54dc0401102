// Custom neurons as code, which Python emits from the program of a model.

import { NEURONS, type Neuron } from "../engine/neuron.ts";
import type { Host } from "./host.ts";

/** Adds the neurons that the page does not have. Each is the text of an object. */
async function add(code: Readonly<Record<string, string>>, runtime: string): Promise<void> {
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

/** A host whose custom neurons the page can simulate. */
export function withCustomNeurons(host: Host, runtime: string): Host {
  return {
    ...host,
    async describe(model, pattern, more = () => {}) {
      const data = await host.describe(model, pattern, async (later, error) => {
        if (later.code) await add(later.code, runtime);
        more(later, error);
      });
      if (data.code) await add(data.code, runtime);
      return data;
    },
  };
}
