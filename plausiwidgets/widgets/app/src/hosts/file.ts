// The host of a page without Python, which has no requests to answer.

import type { LessonData, ModelData } from "../catalogue.ts";
import type { Host } from "./host.ts";

export function fileHost(shipped: Record<string, ModelData>, lessons: Readonly<Record<string, LessonData>> = {}): Host {
  return {
    name: "none",
    can: () => false,
    has: (model) => model in shipped,
    ask: () => () => {},
    lesson: async (name) => lessons[name],
    describe(model, pattern) {
      if (shipped[model]?.patterns[pattern]) return Promise.resolve(shipped[model]);
      const sentence = `This file does not have the model ${model} with the pattern ${pattern}.`;
      return Promise.reject(new Error(sentence));
    },
    close() {},
  };
}
