// The live figure is as high as its content, so the page scrolls and the figure does not. Its parts keep the size that they
// have in the frame of site.css. The page of a file cannot read its frames, so there the frame keeps its height.
document.addEventListener("load", ({ target }) => {
  const content = target.closest?.(".figure") && target.contentDocument?.documentElement;
  if (!content) return;
  const style = content.ownerDocument.createElement("style");
  style.textContent = `.pw-app { --height: ${content.clientHeight}px; }`;
  content.append(style);
  const grow = () => {
    if (content.scrollHeight > content.clientHeight) target.style.height = `${content.scrollHeight}px`;
  };
  new target.contentWindow.ResizeObserver(grow).observe(content.ownerDocument.body);
}, true);

// A link that changes the live figure scrolls to it, if the figure is below the visible part of the page.
addEventListener("click", ({ target }) => {
  const frame = target.closest("a[target]")?.target;
  const figure = frame && document.querySelector(`iframe[name="${CSS.escape(frame)}"]`);
  if (!figure) return;
  const { top, height } = figure.getBoundingClientRect();
  if (top + 0.7 * height > innerHeight) figure.scrollIntoView({ block: height > innerHeight ? "start" : "end" });
});
