// The colours for CSS and canvas, and the detection of a dark page.

export type Colours = Readonly<Record<string, string>>;

export const FONT = '"Inter", "Segoe UI", "Helvetica Neue", Arial, sans-serif';

export const THEMES: Readonly<Record<"light" | "dark", Colours>> = {
  light: {
    back: "#f7f8fa",
    card: "#ffffff",
    ink: "#16202e",
    soft: "#556070",
    line: "#dfe4ea",
    grid: "#e6eaef",
    blue: "#0b63b6",
    onblue: "#ffffff",
    target: "#84919f",
    best: "#b84a05",
    bestline: "#dd7a1a",
    pinned: "#8a3f78",
    green: "#08734c",
    greenback: "#e2f3eb",
    bar: "#2c8767",
    red: "#b3261e",
    redback: "#fdebe9",
    grayback: "#eef1f4",
  },
  dark: {
    back: "#12161b",
    card: "#191f26",
    ink: "#eef2f6",
    soft: "#a8b3c0",
    line: "#313a45",
    grid: "#29313a",
    blue: "#62b5f5",
    onblue: "#0d1a28",
    target: "#6a7786",
    best: "#ffab5e",
    bestline: "#c96a10",
    pinned: "#e0a3d3",
    green: "#5fd3a4",
    greenback: "#12362a",
    bar: "#4fa582",
    red: "#ff9a8a",
    redback: "#3b1a17",
    grayback: "#232b34",
  },
};

export const themeOf = (dark: boolean): Colours => THEMES[dark ? "dark" : "light"];

/** The theme as CSS properties. */
export function properties(dark: boolean): string {
  return Object.entries(themeOf(dark))
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}

/** The attributes with which pages and notebooks mark their theme. */
const MARKS = ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];

/** Whether the page behind an element is dark. Notebooks mark their theme. On other pages, the setting of the system counts. */
export function isDark(place: HTMLElement): boolean {
  const { body, documentElement: root } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (body.dataset.vscodeThemeKind) return !body.dataset.vscodeThemeKind.endsWith("light");
  if (root.matches(".dark, [theme=dark]") || body.matches(".dark-theme, .quarto-dark")) return true;
  if (root.dataset.theme === "dark" || root.dataset.theme === "light") return root.dataset.theme === "dark";
  const { colorScheme } = getComputedStyle(root);
  const hasOne = colorScheme === "dark" || !colorScheme.includes("dark");
  if (hasOne && place.closest(".jp-Notebook, marimo-anywidget, [data-pw-embedded]")) return colorScheme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Calls a listener when the result of `isDark` may have changed. Returns a function that stops it. */
export function watchTheme(changed: () => void): () => void {
  const watched = new MutationObserver(changed);
  for (const element of [document.body, document.documentElement]) {
    watched.observe(element, { attributes: true, attributeFilter: MARKS });
  }
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    watched.disconnect();
    system.removeEventListener("change", changed);
  };
}
