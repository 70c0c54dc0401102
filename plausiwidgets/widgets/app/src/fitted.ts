// The height of the app in a notebook, a frame or a window.

const PANELS = ".jp-WindowedPanel-outer, .jp-Notebook, .jp-NotebookPanel-notebook";
const CELL = ".jp-Cell";
const BELOW = 14; // px below the app in its cell
const SHARE = 0.7; // share of the screen, in a frame whose height is that of its content
const LEAST_FRAMED = 600; // px that the sliders and their buttons need, where the share would be lower
const MOST_ABOVE = 0.25; // share of the panel: higher content above the app is scrolled out of view
const [LOWEST, HIGHEST] = [440, 1100]; // minimum and maximum height in px
const LOW = 800; // height in px below which the app uses the layout of a search for low screens

/**
 * Gives an element the height of the panel of a notebook, or of the window, minus the height of the content above it, such as
 * the line of a folded cell. A notebook may attach the element after it was filled, so the panel is searched for whenever the
 * size of the element changes. In VS Code and Colab, outputs are in a frame that grows with them, so the element gets a share
 * of the screen. A low app gets an attribute for the styles, because CSS cannot query the height of an app that is as high as
 * its content.
 */
export function fitted(place: HTMLElement, isFramed: boolean): () => void {
  let around: readonly Element[] = [];
  const fit = () => {
    const panel = place.closest(PANELS);
    const now = [panel, place.closest(CELL)].filter((one) => one !== null); // folding the cell moves the element
    for (const one of now) if (!around.includes(one)) watched.observe(one);
    around = now;
    const most = panel
      ? panel.clientHeight - BELOW - above(place, panel)
      : Math.max(screen.availHeight * SHARE, LEAST_FRAMED);
    const isOwn = panel !== null || isFramed; // the height of the app is not that of the window
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
 * The height in px of the content above an element, in the panel if it is scrolled to its top, and otherwise in the cell. It is
 * 0 if there is so much content that a user would scroll it away.
 */
function above(place: HTMLElement, panel: Element): number {
  const { top } = place.getBoundingClientRect();
  const inPanel = top - panel.getBoundingClientRect().top + panel.scrollTop;
  const inCell = top - (place.closest(CELL)?.getBoundingClientRect().top ?? top);
  return [inPanel, inCell].find((one) => one >= 0 && one <= MOST_ABOVE * panel.clientHeight) ?? 0;
}
