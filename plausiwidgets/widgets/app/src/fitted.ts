// The height of the app in a notebook, a frame or a window.

const PANELS = ".jp-WindowedPanel-outer, .jp-Notebook, .jp-NotebookPanel-notebook";
const CELL = ".jp-Cell";
const BELOW = 14; // px below the app in its cell
const SHARE = 0.7; // of the screen, in a frame whose height is that of the page
const MOST_ABOVE = 0.25; // of the panel: what is higher above the app is scrolled out of view
const [LOWEST, HIGHEST] = [440, 1100]; // px
const LOW = 800; // px up to which an app arranges a search for a low screen

/**
 * Gives a place the height of the panel of a notebook, or of the window. What is above the app in the panel, such as the line of
 * a folded cell, takes its part of the panel. A notebook may attach the place after it was filled, so the panel is looked for
 * whenever the place changes its size. In VS Code and Colab outputs are in a frame that grows with them, so they get a share of
 * the screen. A low app gets an attribute for the styles, because they cannot query the height of an app as high as its content.
 */
export function fitted(place: HTMLElement, isFramed: boolean): () => void {
  let around: readonly Element[] = [];
  const fit = () => {
    const panel = place.closest(PANELS);
    const now = [panel, place.closest(CELL)].filter((one) => one !== null); // a cell that is folded moves the place
    for (const one of now) if (!around.includes(one)) watched.observe(one);
    around = now;
    const most = panel ? panel.clientHeight - BELOW - above(place, panel) : screen.availHeight * SHARE;
    const isOwn = panel !== null || isFramed; // the app has a height of its own, and not that of the window
    const px = isOwn ? Math.round(Math.min(Math.max(most, LOWEST), HIGHEST)) : window.innerHeight;
    const height = isOwn ? `${px}px` : "100dvh";
    place.querySelector(":scope > .pw-app")?.toggleAttribute("data-low", px <= LOW);
    if (place.style.getPropertyValue("--height") !== height) place.style.setProperty("--height", height);
  };
  const watched = new ResizeObserver(fit);
  watched.observe(place);
  fit();
  return () => watched.disconnect();
}

/**
 * The height in px of what is above a place: in the panel if it is scrolled to its top, otherwise in the cell. It is 0 if there
 * is so much above the place that a user scrolls to it.
 */
function above(place: HTMLElement, panel: Element): number {
  const { top } = place.getBoundingClientRect();
  const inPanel = top - panel.getBoundingClientRect().top + panel.scrollTop;
  const inCell = top - (place.closest(CELL)?.getBoundingClientRect().top ?? top);
  return [inPanel, inCell].find((one) => one >= 0 && one <= MOST_ABOVE * panel.clientHeight) ?? 0;
}
