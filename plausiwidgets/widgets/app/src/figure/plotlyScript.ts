// The script of Plotly, which the host sends once per page. All apps of a page share it.

import type { Host } from "../hosts/host.ts";
import { FINAL } from "../messages.ts";

/** An object of Plotly. The app does not contain the types of Plotly. */
// biome-ignore lint/suspicious/noExplicitAny: The types of Plotly are larger than the app.
export type Loose = Record<string, any>;

interface PlotElement extends HTMLElement {
  on(event: "plotly_relayout" | "plotly_doubleclick", listener: (change: Loose) => void): void;
}

/** The functions of Plotly that the app calls. */
export interface Plotly {
  readonly Icons?: Loose;
  newPlot(element: HTMLElement, data: Loose[], layout: Loose, config: Loose): Promise<PlotElement>;
  react(element: HTMLElement, data: Loose[], layout: Loose, config: Loose): Promise<PlotElement>;
  purge(element: HTMLElement): void;
}

const PATIENCE = 30000; // maximum time in ms for the reply of a host
const KEPT = Symbol.for("plausiwidgets.plotly");

interface Kept {
  plotly?: Plotly;
  coming?: Promise<Plotly> | undefined;
}

/** The data that all apps of a page share: Plotly, or a promise of Plotly. */
function kept(): Kept {
  const page: { [KEPT]?: Kept } & typeof globalThis = globalThis;
  page[KEPT] ??= {};
  return page[KEPT];
}

/** Calls a function when the page is idle. */
export function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(act, { timeout: 2000 });
  else setTimeout(act, 50);
}

/** Plotly, if the page has loaded it. */
export const loadedPlotly = (): Plotly | null => kept().plotly ?? null;

/**
 * Loads Plotly once per page, from the host of the first request. A browser parses the script in one task of almost a second,
 * which starts when `isCalm` returns true.
 */
export function loadPlotly(host: Host, isCalm: () => boolean): Promise<Plotly> {
  const page = kept();
  page.coming ??= fetched(host, isCalm).then(
    (plotly) => {
      page.plotly = plotly;
      return plotly;
    },
    (error) => {
      page.coming = undefined; // another app may have a host that can send Plotly
      throw error;
    },
  );
  return page.coming;
}

/** Waits until the page is idle. */
const calm = (isCalm: () => boolean) =>
  new Promise<void>((go) => {
    const look = () => {
      if (isCalm()) whenIdle(go);
      else setTimeout(look, 300);
    };
    look();
  });

async function fetched(host: Host, isCalm: () => boolean): Promise<Plotly> {
  if (host.plotly) {
    const file = await fetch(host.plotly); // fetching fills the cache before the import blocks the page
    await file.arrayBuffer();
    await calm(isCalm);
    return (await import(/* webpackIgnore: true */ host.plotly)).default;
  }
  const packed = await scriptOf(host);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  await calm(isCalm);
  // The script works in pages and as a Node module. As a module, it keeps the Plotly of the page.
  const parts = [
    "const module = { exports: {} }; const { Plotly } = window;\n",
    text,
    "\nif (Plotly === undefined) delete window.Plotly; else window.Plotly = Plotly;\nexport default module.exports;",
  ];
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The compressed script from the host. */
const scriptOf = (host: Host) =>
  new Promise<Uint8Array<ArrayBuffer>>((give, refuse) => {
    setTimeout(() => refuse(new Error("the kernel did not answer.")), PATIENCE); // the app of the host may be closed by then
    host.ask("plotly", {}, (reply, { script }) => {
      if (reply.state === "done" && script) give(script);
      else if (FINAL.has(reply.state)) refuse(new Error(reply.error ?? reply.state));
    });
  });
