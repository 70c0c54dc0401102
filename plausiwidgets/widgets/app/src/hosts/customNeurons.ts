// A host whose custom neurons the page can simulate.

import { addCode } from "../engine/code.ts";
import type { Host } from "./host.ts";

export function withCustomNeurons(host: Host, runtime: string): Host {
  return {
    ...host,
    async describe(model, pattern, more = () => {}) {
      const data = await host.describe(model, pattern, async (later, error) => {
        if (later.code) await addCode(later.code, runtime);
        more(later, error);
      });
      if (data.code) await addCode(data.code, runtime);
      return data;
    },
  };
}
