// Colours, for CSS and canvas alike, and whether what stands behind the app is dark.

export const FONT = '"Inter", "Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** @type {Record<"light" | "dark", Record<string, string>>} */
export const THEMES = {
  light: {
    back: "#f7f8fa",
    card: "#ffffff",
    ink: "#16202e",
    soft: "#556070",
    line: "#dfe4ea",
    grid: "#e6eaef",
    blue: "#0b63b6",
    onblue: "#ffffff",
    example: "#c6ced7",
    examplekey: "#8a96a4",
    best: "#b84a05",
    pinned: "#8a3f78",
    green: "#08734c",
    greenback: "#e2f3eb",
    bar: "#62a98d",
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
    example: "#465261",
    examplekey: "#8593a3",
    best: "#ffab5e",
    pinned: "#e0a3d3",
    green: "#5fd3a4",
    greenback: "#12362a",
    bar: "#3f8a6c",
    red: "#ff9a8a",
    redback: "#3b1a17",
    grayback: "#232b34",
  },
};

/** The theme as properties of CSS. @param {boolean} dark */
export function properties(dark) {
  return Object.entries(THEMES[dark ? "dark" : "light"])
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}

const TOLD = ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];

/** Whether what stands behind a place is dark: notebooks tell, elsewhere the system does. @param {HTMLElement} place */
export function isDark(place) {
  const { body, documentElement: root } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (body.dataset.vscodeThemeKind) return !body.dataset.vscodeThemeKind.endsWith("light");
  if (root.matches(".dark, [theme=dark]") || body.classList.contains("dark-theme")) return true;
  if (root.dataset.theme === "dark" || root.dataset.theme === "light") return root.dataset.theme === "dark";
  if (place.closest(".jp-Notebook, marimo-anywidget")) return getComputedStyle(root).colorScheme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Calls when the answer of `isDark` may be another one; returns how to stop. @param {() => void} changed */
export function watchTheme(changed) {
  const watched = new MutationObserver(changed);
  for (const element of [document.body, document.documentElement]) {
    watched.observe(element, { attributes: true, attributeFilter: TOLD });
  }
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    watched.disconnect();
    system.removeEventListener("change", changed);
  };
}
