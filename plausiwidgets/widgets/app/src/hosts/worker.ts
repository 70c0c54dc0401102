// The worker's side of a search in the browser.

import type { Catalogue, ModelData, Values } from "../catalogue.ts";
import type { Evolution } from "../engine/search/evolution.ts";
import { axesOf, type Evaluation, type SearchSettings, type SearchStart, searching } from "../engine/search/search.ts";
import type { SearchAxis } from "../messages.ts";

/** A message to the worker. */
export type Order =
  | {
      readonly order: "search";
      readonly id: string;
      readonly catalogue: Catalogue;
      readonly data: ModelData;
      readonly from: SearchStart;
      readonly settings: SearchSettings;
    }
  | { readonly order: "pause" | "resume" | "stop"; readonly id: string };

/** A message of the worker. */
export interface Report {
  readonly id: string;
  readonly state: "running" | "paused" | "done" | "stopped";
  /** The number of the first evaluation whose loss is in this report. */
  readonly from: number;
  readonly losses: readonly number[];
  /** The values of the free parameters of these evaluations, row by row. */
  readonly values: Float32Array;
  /** The free parameters and the limits of the search. */
  readonly space: readonly SearchAxis[];
  /** The run of CMA-ES, if one runs. */
  readonly distribution: ReturnType<Evolution["distribution"]> | null;
  readonly spread: number;
  readonly best: Values;
  readonly least: number;
  readonly restarts: readonly number[];
  readonly evaluations: number;
  readonly seconds: number;
}

const INTERVAL = 100; // ms between two reports
const FIRST_INTERVAL = 20; // ms until the first report

/** One search. */
class Search {
  isPaused = false;
  #count = 0;
  #best: Values = {};
  #least = Infinity;
  #worked = 0;
  #run: Evolution | null = null;
  #spread = 1;
  readonly work: Generator<Evaluation, void>;
  readonly #space: readonly SearchAxis[];
  readonly #restarts: number[] = [];

  constructor(
    readonly id: string,
    { catalogue, data, from, settings }: Extract<Order, { order: "search" }>,
  ) {
    this.#space = axesOf(catalogue, data, from, settings);
    this.work = searching(catalogue, data, from, settings, (run, spread) => {
      [this.#run, this.#spread] = [run, spread];
    });
  }

  report(state: Report["state"], losses: readonly number[] = [], values: readonly number[] = []): void {
    const report: Report = {
      id: this.id,
      state,
      from: this.#count - losses.length,
      losses,
      values: Float32Array.from(values),
      space: this.#space,
      distribution: this.#run?.distribution() ?? null,
      spread: this.#spread,
      best: this.#best,
      least: this.#least,
      restarts: [...this.#restarts],
      evaluations: this.#count,
      seconds: this.#worked / 1000,
    };
    postMessage(report);
  }

  /** Works until the next report is due, and returns whether the search is over. */
  advance(): boolean {
    const began = performance.now();
    const losses: number[] = [];
    const values: number[] = [];
    const interval = this.#count ? INTERVAL : FIRST_INTERVAL;
    let isOver = false;
    while (!isOver && performance.now() - began < interval) {
      const { done, value } = this.work.next();
      isOver = Boolean(done);
      if (!value) continue;
      losses.push(this.#noted(value));
      for (const { name } of this.#space) values.push(value.values[name]);
    }
    this.#worked += performance.now() - began;
    this.report(isOver ? "done" : "running", losses, values);
    return isOver;
  }

  #noted({ values, loss, isFirst }: Evaluation): number {
    if (isFirst) this.#restarts.push(this.#count);
    this.#count++;
    if (loss < this.#least) [this.#least, this.#best] = [loss, values];
    return loss;
  }
}

/** Starts the worker's side, which the script of a page calls if there is no document. */
export function seek(): void {
  let search: Search | null = null;
  let timer = 0;
  const advance = () => {
    timer = 0;
    if (!search || search.isPaused) return;
    if (search.advance()) search = null;
    else timer = Number(setTimeout(advance)); // a message may have arrived
  };
  const steer = (order: "pause" | "resume" | "stop", steered: Search) => {
    steered.isPaused = order === "pause";
    if (order === "stop") search = null;
    steered.report(({ pause: "paused", resume: "running", stop: "stopped" } as const)[order]);
    if (search && !steered.isPaused && !timer) advance();
  };
  addEventListener("message", ({ data }: MessageEvent<Order>) => {
    if (data.order !== "search") {
      if (search?.id === data.id) steer(data.order, search);
      return;
    }
    search = new Search(data.id, data);
    if (!timer) advance();
  });
}
