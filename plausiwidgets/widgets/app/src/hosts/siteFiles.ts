// A host whose models, lessons and languages are files next to the page.

import type { LessonData, ListedModel, ModelData } from "../catalogue.ts";
import type { Kind, Requests } from "../messages.ts";
import { withCustomNeurons } from "./customNeurons.ts";
import type { Cancel, Host, Listener, ShareFrom } from "./host.ts";
import { keep } from "./tabStorage.ts";

/** The data that the server writes into the page. Paths are relative to the page. */
export interface About {
  readonly version: string;
  readonly language: string | null;
  /** The initial model and pattern of a page without a link. */
  readonly model: string;
  readonly pattern: string;
  readonly dark?: boolean;
  readonly shared: string;
  readonly lessons: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, string>>;
  readonly plotly: string;
  /** Custom models of the server. */
  readonly own: Readonly<Record<string, ListedModel>>;
  readonly runtime: string;
  /** The address of the server's WebSocket, or null for a folder of files. */
  readonly address: string | null;
  readonly share?: ShareFrom;
  readonly notebook?: { readonly address: string; readonly token: string };
}

export async function fetched<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json() as Promise<T>;
}

export function withFiles(host: Host, about: About, shipped: Record<string, ModelData>): Host {
  const known = withCustomNeurons(host, about.runtime);
  return {
    ...host,
    share: about.share,
    notebook: about.notebook,
    speak(language) {
      keep("language", language);
      host.speak?.(language);
    },
    plotly: about.plotly ? new URL(about.plotly, location.href).href : undefined,
    can: (kind) => (kind === "plotly" ? Boolean(about.plotly) : kind === "texts" || host.can(kind)),
    has: (model) => model in about.models || (host.name === "server" && model in about.own),
    ask<K extends Kind>(kind: K, fields: Requests[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel {
      if (kind !== "texts") return host.ask(kind, fields, listener, buffer);
      // The compiler does not narrow the fields and the listener by the kind.
      return readTexts(about, fields as Requests["texts"], listener as Listener<"texts">);
    },
    lesson: async (name) => (await fetched<Record<string, LessonData>>(about.lessons))[name],
    async describe(model, pattern, more) {
      if (!shipped[model] && about.models[model]) shipped[model] = await fetched(about.models[model]);
      return known.describe(model, pattern, more);
    },
  };
}

function readTexts(about: About, { language }: Requests["texts"], listener: Listener<"texts">): Cancel {
  const envelope = { id: "", kind: "texts" } as const;
  fetched<Record<string, string>>(about.texts[language]).then(
    (texts) => listener({ ...envelope, state: "done", texts }, {}),
    (error: Error) => listener({ ...envelope, state: "failed", error: error.message }, {}),
  );
  return () => {};
}
