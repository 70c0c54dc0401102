// The frame of the explorer: keys that belong to it alone, and pop-ups of which one is open at a time.

// What can be open, the innermost first, by what closes it.
const OPEN = [
  ".pw-share > [aria-expanded='true']",
  ".pw-settings-button.mod-active",
  ".pw-about[open] > summary",
  ".pw-status details[open] > summary",
  ".pw-gallery-button.mod-active",
  ".pw-models-button.mod-active",
  ".pw-present-button.mod-active",
];
const OPENERS = ".pw-share > button, .pw-settings-button, .pw-about > summary, .pw-status summary, .pw-gallery-button";
const POP_UPS = OPEN.slice(0, 5).join();

function render({ el }) {
  el.classList.add("pw-page");
  let root = null;

  const close = (opener) => {
    opener.click();
    opener.focus();
  };
  const press = (event) => {
    if (event.key !== "Escape" || !(root.contains(event.target) || event.target === document.body)) return;
    const opener = OPEN.map((what) => root.querySelector(what)).find((found) => found);
    if (!opener) return;
    event.preventDefault();
    event.stopPropagation();
    close(opener);
  };
  const open = (event) => {
    if (event.target.closest?.(".pw-thumbnail, .pw-models-button")) {
      root.querySelector(".pw-gallery-button.mod-active")?.click(); // picked
      return;
    }
    const opener = event.target.closest?.(OPENERS);
    if (!opener) return;
    for (const other of root.querySelectorAll(POP_UPS)) if (other !== opener) other.click();
  };

  // JupyterLab's shortcuts, such as x to cut the cell, act on what has the focus unless it says so itself.
  const keep = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");

  // A presentation takes the whole window: in the top layer no notebook around it is seen, or cuts it.
  const present = () => {
    const wanted = root.classList.contains("pw-present");
    if (!root.showPopover || wanted === (root.popover === "manual")) return;
    if (wanted) {
      root.popover = "manual";
      root.showPopover();
    } else {
      root.popover = null;
      root.scrollIntoView({ block: "nearest" });
    }
    window.dispatchEvent(new Event("resize"));
  };
  const classes = new MutationObserver(present);

  const end = around(el, ".pw-explorer", (explorer) => {
    root = explorer;
    root.tabIndex = -1; // a click on a picture takes the focus from the cell
    root.addEventListener("focusin", keep);
    document.addEventListener("keydown", press, true);
    root.addEventListener("click", open, true);
    classes.observe(root, { attributes: true, attributeFilter: ["class"] });
    present();
  });
  return () => {
    end();
    classes.disconnect();
    document.removeEventListener("keydown", press, true);
    root?.removeEventListener("click", open, true);
    root?.removeEventListener("focusin", keep);
  };
}

export default { render };
