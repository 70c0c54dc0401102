// Many searches in the browser, one after another, for every pattern of some models or for the patterns of one neuron.

import { type Catalogue, type ModelData, patternOf, ruledOutAt, type StoredSet, type Values } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import { Objective } from "../engine/search/objective.ts";
import { axesOf } from "../engine/search/space.ts";
import { tr } from "../i18n/texts.ts";
import { type AssessedRow, FINAL, type Kind, type Requests, type SearchRecord } from "../messages.ts";
import { type BrowserSearchOptions, Searches } from "./browserSearch.ts";
import type { Cancel, Host, Listener } from "./host.ts";

const ASSESSED = 20_000; // default number of evaluations of a pair
const STIMULI = 500; // number of evaluations for a pattern of one neuron, because a stimulus has only two to four parameters

interface Survey {
  readonly models: readonly string[];
  readonly patterns: readonly string[];
  /** Returns the fields of a search for a pair whose data are available. */
  readonly fieldsOf: (data: ModelData, pattern: string) => Requests["search"];
  /** Receives each row. */
  readonly take: (row: AssessedRow, done: number, total: number) => void;
}

class Surveys {
  /** The surveys have their own workers, so that a user can search at the same time. */
  readonly #searches: Searches;
  #isWanted = () => false;
  #cancel = () => {};

  constructor(
    readonly host: Host,
    readonly catalogue: Catalogue,
    readonly shipped: Readonly<Record<string, ModelData>>,
    options: BrowserSearchOptions,
  ) {
    this.#searches = new Searches(host, catalogue, shipped, options);
  }

  assess({ models, patterns, seed, budget = ASSESSED }: Requests["assess"], listener: Listener<"assess">): Cancel {
    const began = performance.now();
    const rows: AssessedRow[] = [];
    const survey: Survey = {
      models,
      patterns: patterns.length ? patterns : Object.keys(this.catalogue.patterns),
      fieldsOf: (data, pattern) => ({ ...defaultsOf(data, pattern), begin: "random", seed, budget }),
      take(row, done, total) {
        rows.push(row);
        const seconds = (performance.now() - began) / 1000;
        const isLast = done === total;
        const csv = isLast ? csvOf(rows, seed) : "";
        listener(
          { id: "", kind: "assess", state: isLast ? "done" : "running", rows: [row], done, total, seconds, csv },
          {},
        );
      },
    };
    return this.#begin(survey);
  }

  repertoire({ model, pattern, values, dt }: Requests["repertoire"], listener: Listener<"repertoire">): Cancel {
    const others = Object.keys(this.catalogue.patterns).filter((key) => key !== pattern);
    const survey: Survey = {
      models: [model],
      patterns: [pattern, ...others],
      fieldsOf: (data, key) => this.#stimulusOf(data, key, { values, dt }, key === pattern),
      take(row, done, total) {
        listener(
          { id: "", kind: "repertoire", state: done === total ? "done" : "running", rows: [row], done, total },
          {},
        );
      },
    };
    return this.#begin(survey);
  }

  close(): void {
    this.#isWanted = () => false;
    this.#searches.close();
  }

  #begin(survey: Survey): Cancel {
    this.#cancel();
    let isWanted = true;
    const own = () => isWanted;
    this.#isWanted = own;
    void this.#run(survey, own);
    return () => {
      isWanted = false;
      if (this.#isWanted === own) this.#cancel();
    };
  }

  async #run({ models, patterns, fieldsOf, take }: Survey, isWanted: () => boolean): Promise<void> {
    const pairs = models.flatMap((model) => patterns.map((pattern) => [model, pattern] as const));
    for (const [k, [model, pattern]] of pairs.entries()) {
      const row = await this.#rowOf(model, pattern, fieldsOf);
      if (!isWanted()) return;
      take(row, k + 1, pairs.length);
    }
  }

  async #rowOf(model: string, pattern: string, fieldsOf: Survey["fieldsOf"]): Promise<AssessedRow> {
    const letter = this.catalogue.patterns[pattern]?.letter ?? "";
    const row = { model, pattern, letter, ...NOTHING_FOUND };
    try {
      const data = await this.host.describe(model, pattern);
      const fields = fieldsOf(data, pattern);
      const ruled_out = ruledOutAt(data.patterns[pattern], fields.values);
      if (ruled_out) return { ...row, ruled_out };
      if (!this.#searches.canEvaluate({ model, pattern })) {
        return { ...row, status: "failed", sentence: tr("Only Python can search this model: use a notebook.") };
      }
      const { status, loss, evaluations, best } = await this.#searched(fields);
      return { ...row, status: evaluations ? status : "unsearched", loss, evaluations, parameters: best };
    } catch (error) {
      return { ...row, status: "failed", sentence: error instanceof Error ? error.message : String(error) };
    }
  }

  #searched(fields: Requests["search"]): Promise<SearchRecord> {
    return new Promise((resolve, reject) => {
      this.#cancel = this.#searches.search(fields, (reply) => {
        if (reply.kind !== "search" || !FINAL.has(reply.state)) return;
        if (reply.search && reply.state !== "failed") resolve(reply.search);
        else reject(new Error(reply.error ?? ""));
      });
    });
  }

  /**
   * The request of a search for a stimulus. It starts with the best of the stimulus on the sliders and those of the stored
   * sets.
   */
  #stimulusOf(
    data: ModelData,
    key: string,
    { values, dt }: { readonly values: Values; readonly dt: number },
    isShown: boolean,
  ): Requests["search"] {
    const pattern = patternOf(this.catalogue, data, key);
    const own = Object.fromEntries(data.parameters.map(({ name }) => [name, values[name]]));
    const free = pattern.stimulus.filter(({ vary }) => vary !== false).map(({ name }) => name);
    const stimuli = [...(isShown ? [values] : []), ...data.patterns[key].sets.map(valuesOf)];
    const starts = stimuli.map((one) => ({ ...one, ...own }));
    const lossAt = (start: Values) => {
      const axes = axesOf(pattern.stimulus, start, { free, bounds: {}, begin: "values" });
      const objective = new Objective({ ...data, settings: this.catalogue.bench, pattern, values: start, dt, axes });
      return objective.evaluate(
        axes.map(({ name }) => start[name]),
        "start",
      ).loss;
    };
    const losses = NEURONS[data.model.name] ? starts.map(lossAt) : [0];
    const best = starts[losses.indexOf(Math.min(...losses))];
    return { model: data.model.name, pattern: key, values: best, dt, begin: "values", free, seed: 0, budget: STIMULI };
  }
}

const NOTHING_FOUND: Omit<AssessedRow, "model" | "pattern" | "letter"> = {
  status: "rejected",
  state: "done",
  loss: "Infinity",
  evaluations: 0,
  robustness: null,
  parameters: {},
  ruled_out: "",
  sentence: "",
};

const valuesOf = ({ values }: StoredSet): Values => Object.fromEntries(values);

/** The defaults of a model and a pattern. */
function defaultsOf(data: ModelData, pattern: string) {
  const sliders = [...data.patterns[pattern].stimulus, ...data.parameters];
  const values = Object.fromEntries(sliders.map((slider) => [slider.name, slider.default]));
  return { model: data.model.name, pattern, values, dt: data.model.dt };
}

/** The rows as CSV text. */
function csvOf(rows: readonly AssessedRow[], seed: number): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map(({ model, letter, pattern, status, loss, evaluations, parameters, ruled_out }) =>
    [model, letter, pattern, seed, status, loss ?? "", evaluations, JSON.stringify(parameters), ruled_out]
      .map((cell) => quoted(String(cell)))
      .join(","),
  );
  return `${["model,letter,pattern,seed,status,loss,evaluations,parameters,ruled_out", ...lines].join("\n")}\n`;
}

/** A host whose assessments and repertoires run in the browser. */
export function withSurveys(
  host: Host,
  catalogue: Catalogue,
  shipped: Readonly<Record<string, ModelData>>,
  options: BrowserSearchOptions = {},
): Host {
  const surveys = new Surveys(host, catalogue, shipped, options);
  return {
    ...host,
    ask<K extends Kind>(kind: K, fields: Requests[K], listener: Listener<K>, buffer?: ArrayBuffer): Cancel {
      // The compiler does not narrow the fields and the listener by the kind.
      if (kind === "assess") return surveys.assess(fields as Requests["assess"], listener as Listener<"assess">);
      if (kind === "repertoire") {
        return surveys.repertoire(fields as Requests["repertoire"], listener as Listener<"repertoire">);
      }
      return host.ask(kind, fields, listener, buffer);
    },
    close() {
      surveys.close();
      host.close();
    },
  };
}
