import { searching } from "./hosts/browserSearch.js";
import { noHost, serverHost } from "./hosts/host.js";
import { knowing } from "./hosts/notebook.js";
import { keep, kept } from "./hosts/tabStorage.js";
import { wantedOf } from "./models/link.js";
import { start } from "./page.js";

/** @import { Host, ModelData } from "./types.d.ts" */
// The app as a page of several files: the catalogue, models and languages are fetched when they are needed.

const [MODEL, PATTERN] = ["izhikevich", "tonic_bursting"];

/**
 * What the page knows of itself; paths are relative to it.
 * @typedef {{ version: string, language: string | null, dark?: boolean, shared: string, lessons: string, texts: Record<string, string>, models: Record<string, string>,
 *   plotly: string, own: Record<string, any>, runtime: string, address: string | null, share?: import("./types.d.ts").ShareFrom,
 *   notebook?: { address: string, token: string } }} About
 */

/** @param {string} path @returns {Promise<any>} */
async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** @param {HTMLElement} place @param {About} about */
export async function open(place, about) {
  const link = location.hash.length > 1 ? location.hash : location.search;
  if (about.dark) document.body.dataset.jpThemeLight = "false";
  try {
    const catalogue = await fetched(about.shared);
    Object.assign(catalogue.models, about.own);
    const wanted = wantedOf(link, catalogue);
    const languages = ["en", ...Object.keys(about.texts)];
    const asked = [wanted.language, kept("language"), about.language, ...navigator.languages.map((tag) => tag.split("-")[0])];
    const spoken = asked.find((one) => one && languages.includes(one)) ?? "en";
    const model = wanted.model && about.models[wanted.model] ? wanted.model : MODEL;
    const [data, words] = await Promise.all([fetched(about.models[model]), spoken === "en" ? {} : fetched(about.texts[spoken])]);
    const shipped = { [model]: data };
    /** @type {Record<string, any>} */
    const texts = {
      ...Object.fromEntries(Object.keys(about.texts).map((one) => [one, null])),
      ...(spoken === "en" ? {} : { [spoken]: words }),
    };
    const host = () =>
      withFiles(
        about.address
          ? serverHost(new URL(about.address, location.href).href.split(/[?#]/)[0], shipped, spoken)
          : searching(noHost(shipped), catalogue, shipped),
        about,
        shipped,
      );
    return start(place, { catalogue, shipped, texts, language: spoken, host, version: about.version, model, pattern: PATTERN });
  } catch (error) {
    place.textContent = `The page could not be loaded: reload it. (${error instanceof Error ? error.message : error})`;
  }
}

/** A host beside which models and languages are fetched as files. @param {Host} host @param {About} about @param {Record<string, ModelData>} shipped @returns {Host} */
export function withFiles(host, about, shipped) {
  const known = knowing(host, about.runtime);
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
    ask(kind, fields, listener, data) {
      if (kind !== "texts") return host.ask(kind, fields, listener, data);
      const { language } = /** @type {{ language: string }} */ (fields);
      fetched(about.texts[language]).then(
        (texts) => listener({ id: "", kind, state: "done", texts }, {}),
        (error) => listener({ id: "", kind, state: "failed", error: error.message }, {}),
      );
      return () => {};
    },
    lesson: async (name) => (await fetched(about.lessons))[name],
    async describe(model, pattern, more) {
      if (!shipped[model] && about.models[model]) shipped[model] = await fetched(about.models[model]);
      return known.describe(model, pattern, more);
    },
  };
}
