// A link to the live figure of a page shows what it did there, where the figure is below what is seen.
addEventListener("click", ({ target }) => {
  const frame = target.closest("a[target]")?.target;
  const figure = frame && document.querySelector(`iframe[name="${CSS.escape(frame)}"]`);
  if (!figure) return;
  const { top, height } = figure.getBoundingClientRect();
  if (top + 0.7 * height > innerHeight) figure.scrollIntoView({ block: "end" });
});
