// The app as a figure within another page, such as an article. It has no host and does not change the address of the page.

import { createApp } from "./app.ts";
import type { PageData } from "./catalogue.ts";
import { withSearch } from "./hosts/browserSearch.ts";
import { fileHost } from "./hosts/file.ts";
import type { Host } from "./hosts/host.ts";
import type { Texts } from "./models/screen.ts";
import { firstOf, stored } from "./models/selection.ts";
import { view } from "./Screen.tsx";

/** The data of a figure in a module. */
export interface Figure {
  readonly data: PageData;
  /** The style sheet, which is added next to the figure so that it also applies within a shadow root. */
  readonly style: string;
  /** Creates a worker for searches. */
  readonly begin: () => Worker;
}

/** Translations of all figures, by language. Each figure has only the texts that it shows itself. */
const TEXTS: Record<string, Texts> = {};

/** Shows a figure in a place. Returns a function that removes it. */
export function embed(place: HTMLElement, { data: given, style, begin }: Figure): () => void {
  const { catalogue, shipped, model, pattern } = given;
  for (const [language, texts] of Object.entries(given.texts)) TEXTS[language] = { ...TEXTS[language], ...texts };
  const sheet = document.createElement("style");
  sheet.textContent = style;
  const own = document.createElement("div");
  own.dataset.pwEmbedded = "";
  place.replaceChildren(sheet, own);
  const host = withSearch(partHost(shipped), catalogue, shipped, { begin });
  const data = shipped[model];
  const first = stored(data, pattern, firstOf(data.patterns[pattern].sets));
  const app = createApp(catalogue, host, data, first, TEXTS, { language: languageOf(given, place) });
  const close = view(own, app);
  return () => {
    close();
    app.close();
    place.replaceChildren();
  };
}

/** Whether a figure of the page states how searches run. The statement is shown once per page. */
let isStated = false;

function partHost(shipped: PageData["shipped"]): Host {
  let states = false;
  return {
    ...fileHost(shipped),
    isPart: true,
    onSilence(listener) {
      if (isStated) return;
      isStated = states = true;
      queueMicrotask(() => listener(true)); // the verdict is not complete yet
    },
    isAlone: () => states,
    close() {
      if (states) isStated = false;
    },
  };
}

/** The language of a figure, otherwise that of the page around it, otherwise the first language of the browser. */
function languageOf({ language, texts }: PageData, place: HTMLElement): string {
  const { host: around = place } = place.getRootNode() as Partial<ShadowRoot>;
  const ofPage = around.closest<HTMLElement>("[lang]")?.lang ?? document.documentElement.lang;
  const known = ["en", ...Object.keys(texts)];
  const wanted = [language ?? "", ofPage, ...navigator.languages].map((tag) => tag.split("-")[0]);
  return wanted.find((one) => known.includes(one)) ?? "en";
}
