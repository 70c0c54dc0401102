// The answers of a class: codes that a teacher pastes, or that students submit to a server.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Catalogue, Exercise, ModelData } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { type Answered, answering, codeIn } from "./codes.ts";

const PATIENCE = 12; // maximum time in ms before the page handles its events again
const INTERVAL = 2000; // ms between two requests for the submitted codes

/** An exercise, and the source of its codes. */
export interface About {
  readonly catalogue: Catalogue;
  readonly data: ModelData;
  readonly pattern: string;
  readonly exercise: Exercise;
  readonly version: string;
  /** The address to which a page sends codes. */
  readonly hand?: string | undefined;
}

/** A code with its answer, or with the reason why the code is not valid. */
export interface Row {
  readonly number: number;
  readonly code: string;
  /** The number of an identical code before this one, or 0. */
  readonly first: number;
  readonly error: string;
  readonly answer: Answered | null;
}

export interface ClassAnswers {
  readonly about: About;
  /** All rows, or null before the first reading. */
  readonly rows: ReadonlySignal<readonly Row[] | null>;
  /** A sentence about the last reading. */
  readonly status: ReadonlySignal<string>;
  readonly isReading: ReadonlySignal<boolean>;
  /** Reads pasted codes, one per line. */
  read(text: string): Promise<void>;
  /** Reads the codes that students submit, as they arrive. Returns a function that stops reading. */
  follow(): () => void;
}

export function createClassAnswers(about: About): ClassAnswers {
  const rows = signal<readonly Row[] | null>(null);
  const status = signal("");
  const isReading = signal(false);
  let received: readonly Row[] = []; // the codes that arrived from the server
  const report = (all: readonly Row[]) => {
    rows.value = all;
    status.value = summary(all);
  };
  /** Requests new codes. Returns whether the page showed the codes of the class. */
  const receive = async (hand: string, isOver: () => boolean) => {
    const { count, codes } = await codesSince(hand, received.length);
    if (codes.length) {
      const all = await readAll(about, codes, () => {}, received);
      if (isOver()) return;
      received = all;
      report(all);
    } else if (!count) status.value = tr("Nothing has been handed in yet. Codes appear here as they arrive.");
  };
  return {
    about,
    rows,
    status,
    isReading,
    async read(text) {
      const codes = text.split("\n").filter((line) => line.trim());
      const total = codes.length;
      isReading.value = true;
      const onRead = (number: number) => {
        status.value = tr("Reading code {number} of {total} …", { number, total });
      };
      const all = await readAll(about, codes, onRead, received);
      isReading.value = false;
      report(all);
    },
    follow() {
      const { hand } = about;
      if (!hand || !new URLSearchParams(location.search).has("teacher")) return () => {};
      return repeated((isOver) =>
        receive(hand, isOver).catch(() => {
          status.value = tr("The server is not responding. The codes received so far stay here.");
        }),
      );
    },
  };
}

/** Repeats work with a pause. Returns a function that stops it. */
function repeated(work: (isOver: () => boolean) => Promise<void>): () => void {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = async () => {
    await work(() => isStopped);
    if (!isStopped) timer = setTimeout(next, INTERVAL);
  };
  timer = setTimeout(next);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** The number of submitted codes, and the codes after the first `after`. */
async function codesSince(
  hand: string,
  after: number,
): Promise<{ readonly codes: readonly string[]; readonly count: number }> {
  const teacher = new URLSearchParams(location.search).get("teacher") ?? "";
  const reply = await fetch(`${hand}?${new URLSearchParams({ teacher, after: String(after) })}`);
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.json();
}

/** Reads codes one after another, with pauses that keep the page responsive. */
async function readAll(
  about: About,
  codes: readonly string[],
  onRead: (number: number) => void,
  known: readonly Row[],
): Promise<readonly Row[]> {
  const rows = [...known];
  for (const text of codes) {
    const number = rows.length + 1;
    onRead(number);
    const code = codeIn(text);
    const first = rows.find((row) => row.code === code)?.number ?? 0;
    rows.push({ number, code, first, ...(await answerOf(about, code)) });
  }
  return rows;
}

async function answerOf(
  { catalogue, data, pattern, exercise }: About,
  code: string,
): Promise<Pick<Row, "answer" | "error">> {
  try {
    const work = answering(catalogue, data, pattern, exercise, code);
    let step = work.next();
    for (let until = performance.now() + PATIENCE; !step.done; step = work.next()) {
      if (performance.now() < until) continue;
      await new Promise((resume) => setTimeout(resume));
      until = performance.now() + PATIENCE;
    }
    return { answer: step.value, error: "" };
  } catch (error) {
    return { answer: null, error: error instanceof Error ? error.message : String(error) };
  }
}

/** The number of codes by their results, in words. */
function summary(rows: readonly Row[]): string {
  const answers = rows.flatMap(({ answer }) => answer ?? []);
  const solved = answers.filter(({ isSolved }) => isSolved).length;
  const counts = { solved, open: answers.length - solved, refused: rows.length - answers.length };
  return rows.length === 1
    ? tr("1 code: {solved} solved, {open} not yet solved, {refused} invalid.", counts)
    : tr("{total} codes: {solved} solved, {open} not yet solved, {refused} invalid.", {
        total: rows.length,
        ...counts,
      });
}
