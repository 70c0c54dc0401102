// Marks on the tracks of the sliders: where the pattern holds, the default, the goal.
// The sliders are ipywidgets' own; what is added lies inside of their tracks and takes no events.

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-track-key");
  el.innerHTML = `<span><i class="pw-holds"></i>${tr("pattern holds")}</span>` +
    `<span><i class="pw-default"></i>${tr("default")}</span><span><i class="pw-goal"></i>${tr("goal")}</span>` +
    `<span class="pw-spread-key" hidden><i class="pw-spread"></i>${tr("samples")}</span>`;
  el.title = tr("Where the pattern holds while only this slider moves; the default; the goal: a published value, or one that is known to show the pattern");
  let root = null;
  let waiting = 0;

  function place(track, className, left, width) {
    const mark = html("i", className, track);
    mark.style.left = `${100 * left}%`;
    if (width !== undefined) mark.style.width = `${100 * width}%`;
  }

  function draw() {
    waiting = 0;
    const marks = model.get("marks"), spread = model.get("spread");
    el.querySelector(".pw-spread-key").hidden = !Object.keys(spread).length;
    for (const row of root?.querySelectorAll(".pw-row") ?? []) {
      const base = row.querySelector(".noUi-base");
      if (!base) continue;
      const name = row.querySelector(".pw-name")?.dataset.name;
      const mark = marks[name], heights = spread[name] ?? [];
      const key = JSON.stringify([mark ?? null, heights]);
      let track = base.querySelector(":scope > .pw-track");
      if (track?.dataset.key === key) continue;
      if (!track) {
        track = document.createElement("div");
        track.className = "pw-track";
        track.setAttribute("aria-hidden", "true");
        base.prepend(track);
      }
      track.dataset.key = key;
      track.replaceChildren();
      if (heights.length) {
        const corners = heights.flatMap((height, i) => [i, i + 1].map((at) => [at / heights.length, 1 - height]));
        const points = [[0, 1], ...corners, [1, 1]].map((point) => point.map((x) => `${(100 * x).toFixed(1)}%`).join(" "));
        place(track, "pw-spread", 0, 1);
        track.lastChild.style.clipPath = `polygon(${points.join(",")})`;
      }
      if (!mark) continue;
      for (const [low, high] of mark.holds ?? []) place(track, "pw-holds", low, high - low);
      if (mark.default !== null) place(track, "pw-default", mark.default);
      if (mark.goal !== null) place(track, "pw-goal", mark.goal);
    }
  }

  const soon = () => {
    if (!waiting) waiting = requestAnimationFrame(draw);
  };
  const deaf = listening(model, { marks: soon, spread: soon });
  const watch = new MutationObserver((changes) => {
    // Rows that come and go; the marks themselves and the handles do not count.
    if (changes.some((change) => !change.target.closest?.(".noUi-base"))) soon();
  });
  const end = around(el, ".pw-explorer:has(.pw-parameters)", (explorer) => {
    root = explorer.querySelector(".pw-parameters");
    watch.observe(root, { childList: true, subtree: true });
    soon();
  });
  return () => {
    end();
    cancelAnimationFrame(waiting);
    watch.disconnect();
    deaf();
  };
}

export default { render };
