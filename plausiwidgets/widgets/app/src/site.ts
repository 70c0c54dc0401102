// The app as a page of several files, which fetches the catalogue, models and languages when they are needed.

import type { Catalogue, ModelData } from "./catalogue.ts";
import { withSearch } from "./hosts/browserSearch.ts";
import { fileHost } from "./hosts/file.ts";
import { serverHost } from "./hosts/server.ts";
import { type About, fetched, withFiles } from "./hosts/siteFiles.ts";
import { withSurveys } from "./hosts/surveys.ts";
import { kept } from "./hosts/tabStorage.ts";
import { wantedOf } from "./models/link.ts";
import { start } from "./page.ts";

type Texts = Readonly<Record<string, string>>;

export async function open(place: HTMLElement, about: About): Promise<void> {
  if (about.dark) document.body.dataset.jpThemeLight = "false";
  try {
    await opened(place, about);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    place.textContent = `The page could not be loaded: reload it. (${why})`;
  }
}

async function opened(place: HTMLElement, about: About): Promise<void> {
  const link = location.hash.length > 1 ? location.hash : location.search;
  const shared = await fetched<Catalogue>(about.shared);
  const catalogue = { ...shared, models: { ...shared.models, ...about.own } };
  const wanted = wantedOf(link, catalogue);
  const language = languageOf(about, wanted.language);
  const model = wanted.model && about.models[wanted.model] ? wanted.model : about.model;
  const [data, words] = await Promise.all([
    fetched<ModelData>(about.models[model]),
    language === "en" ? {} : fetched<Texts>(about.texts[language]),
  ]);
  const shipped: Record<string, ModelData> = { [model]: data };
  // null for a language that is available but not fetched yet
  const texts: Record<string, Texts | null> = Object.fromEntries(Object.keys(about.texts).map((one) => [one, null]));
  if (language !== "en") texts[language] = words;
  const { address, runtime } = about;
  const served = (at: string) => {
    const server = serverHost(new URL(at, location.href).href.split(/[?#]/)[0], shipped, language);
    return withSurveys(withFiles(server, about, shipped), catalogue, shipped, { runtime });
  };
  const keptAs = `search ${location.pathname}`;
  const host = () => {
    const inner = address ? served(address) : withFiles(fileHost(shipped), about, shipped);
    return withSearch(inner, catalogue, shipped, { runtime, keptAs });
  };
  start(place, { catalogue, shipped, texts, language, host, version: about.version, model, pattern: about.pattern });
}

/** The language of the link, of an earlier visit, of the server, or of the browser, if it is available. */
function languageOf(about: About, wanted: string | null): string {
  const known = ["en", ...Object.keys(about.texts)];
  const browser = navigator.languages.map((tag) => tag.split("-")[0]);
  const asked = [wanted, kept("language"), about.language, ...browser];
  return asked.find((one) => one !== null && known.includes(one)) ?? "en";
}
