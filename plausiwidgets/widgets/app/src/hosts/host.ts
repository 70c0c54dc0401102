// The host of the app, which is the kernel of a notebook, a server, or missing (a file). Requests and replies are typed by
// their kind.

import type { LessonData, ModelData } from "../catalogue.ts";
import type { Kind, Reply, ReplyArrays, Requests } from "../messages.ts";

/** Cancels a request. Its listener is not called again. */
export type Cancel = () => void;

/** The kinds of the replies to a request. Running searches reply to the request for running searches. */
type ReplyKind<K extends Kind> = K extends "running" ? "running" | "search" : K;

/** Receives each reply to a request. A reply without new data has no arrays. */
export type Listener<K extends Kind> = (reply: Reply<ReplyKind<K>>, arrays: Partial<ReplyArrays[ReplyKind<K>]>) => void;

/** Receives the complete data of a custom model later, or an error. */
export type MoreData = (data: ModelData, error: string) => void;

/** The form of the links of a page. An empty base is the address of the page. */
export interface ShareFrom {
  readonly base: string;
  /** Whether the fields of a link are encoded twice. */
  readonly encoded: boolean;
  readonly where: "server" | "hub" | "binder";
}

export interface Host {
  readonly name: "none" | "kernel" | "server";
  /** Whether the app is a part of a page, as in a notebook or an article, and has no page of its own. */
  readonly isPart?: boolean;
  can(kind: Kind): boolean;
  /** Whether the host can show a model. */
  has(model: string): boolean;
  /** Sends a request. The last reply has a final state. */
  ask<K extends Kind>(kind: K, fields: Requests[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel;
  /**
   * Returns the data of a model and a pattern. For a custom model they may be an outline, and `more` receives the complete
   * data.
   */
  describe(model: string, pattern: string, more?: MoreData): Promise<ModelData>;
  /** Returns a lesson of the catalogue. */
  lesson(name: string): Promise<LessonData>;
  /** Calls the listener when the host has been silent for some time, and when it replies again. */
  onSilence?: (listener: (isSilent: boolean) => void) => void;
  /** Whether a notebook has no kernel, so that the page works without Python. */
  isAlone?: () => boolean;
  /** Whether Python is preparing a search and may reply late. */
  isPreparing?: () => boolean;
  /** Calls the listener with a sentence when the connection is lost, and with an empty string when it is back. */
  onLoss?: (listener: (sentence: string) => void) => void;
  /** Sets the language of the texts of the host. */
  speak?: (language: string) => void;
  readonly share?: ShareFrom | undefined;
  /** The address that creates a notebook from a link, and the token for it. */
  readonly notebook?: { readonly address: string; readonly token: string } | undefined;
  /** The address to which the page sends the code of an exercise. */
  readonly hand?: string | undefined;
  /** The address of Plotly as a module, if it is a separate file. */
  readonly plotly?: string | undefined;
  close(): void;
}
