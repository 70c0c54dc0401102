// Sets that show a pattern as points over any two of their values; a point opens its neuron.

const NEAR = 16;  // px from the pointer to a point

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-plane", "pw-samples");
  const head = html("div", "pw-plane-head", el);
  const button = buttonOf(head, "", () => model.send({ press: true }));
  const menus = html("div", "pw-plane-head pw-samples-menus", head);
  const picture = html("div", "pw-plane-picture", el);
  picture.tabIndex = 0;
  picture.setAttribute("role", "group");
  const svg = element("svg", { width: "100%", "aria-hidden": "true" }, picture);
  const caption = html("output", "pw-plane-caption", el);

  let columns = [], pair = [], points = [], chosen = -1, ring = null, mark = null, box = null;

  const value = (column, at) => `${column.name} = ${+column.value[at].toPrecision(4)}`;

  function tell() {
    caption.replaceChildren();
    if (chosen < 0 || !pair.length) {
      html("span", "pw-hint", caption, model.get("text"));
      return;
    }
    html("b", "", caption, pair.map((column) => value(column, chosen)).join(", "));
    html("span", "pw-hint", caption, tr("Click it, or press Enter, to open this neuron."));
  }

  function choose(at) {
    if (at === chosen) return;
    chosen = at;
    if (ring) {
      ring.style.display = points[at] ? "" : "none";
      if (points[at]) ring.setAttribute("transform", `translate(${points[at].join(",")})`);
    }
    tell();
  }

  function showHere() {
    if (!mark) return;
    const here = model.get("here"), place = pair.map((column) => here[column.key]);
    const seen = place.every((share) => share !== undefined && share >= 0 && share <= 1);
    mark.style.display = seen ? "" : "none";
    if (seen) mark.setAttribute("transform", `translate(${acrossOf(box, place[0])},${upOf(box, place[1])})`);
  }

  function showMenus() {
    const focused = [...menus.children].indexOf(document.activeElement);
    menus.replaceChildren();
    const keys = model.get("pair");
    for (const [axis, i] of [["x", 0], ["y", 1]]) {
      const all = columns.filter((column) => column.key !== keys[1 - i]).map((column) => [column.key, `${axis}: ${column.name}`]);
      if (all.length) menuOf(menus, i ? tr("Along y") : tr("Along x"), all, keys[i], (key) => {
        tellKernel(model, { pair: i ? [keys[0], key] : [key, keys[1]] });
      });
    }
    if (focused >= 0) menus.children[focused]?.focus({ preventScroll: true });
  }

  function draw() {
    pair = model.get("pair").map((key) => columns.find((column) => column.key === key)).filter(Boolean);
    picture.hidden = pair.length < 2;
    svg.replaceChildren();
    points = [];
    chosen = -1;
    ring = mark = null;
    tell();
    if (picture.hidden) return;
    const [width, height] = sizeOf(picture, el);
    if (width < 60) return;
    box = frameOf(width, height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    axes(svg, box, pair.map((column) => column.ticks), pair.map((column) => column.label));
    element("rect", { ...box, class: "pw-plane-frame" }, svg);
    const [xs, ys] = pair.map((column) => column.share);
    xs.forEach((x, i) => {
      points.push(Number.isNaN(x + ys[i]) ? null : [acrossOf(box, x), upOf(box, ys[i])]);
      if (points[i]) element("circle", { cx: points[i][0], cy: points[i][1], r: 2.6, class: "pw-sample" }, svg);
    });
    mark = element("g", {}, svg);
    element("circle", { r: 8, class: "pw-here-halo" }, mark);
    element("circle", { r: 5.5, class: "pw-here-dot" }, mark);
    ring = element("circle", { r: 6, class: "pw-sample-chosen" }, svg);
    ring.style.display = "none";
    picture.setAttribute("aria-label",
      tr("Sets over {names}: arrow keys choose one, Enter opens it", { names: pair.map((column) => column.name).join(", ") }));
    showHere();
  }
  const { soon, end } = drawing(el, draw);

  function nearest([x, y], least, allowed) {
    let best = -1;
    points.forEach((point, i) => {
      if (!point || (allowed && !allowed(point))) return;
      const distance = Math.hypot(point[0] - x, point[1] - y);
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  }
  function under(event) {
    const own = picture.getBoundingClientRect();
    return nearest([event.clientX - own.left, event.clientY - own.top], NEAR);
  }
  const open = () => chosen >= 0 && model.send({ open: chosen });

  picture.addEventListener("pointermove", (event) => choose(under(event)));
  picture.addEventListener("pointerleave", () => choose(-1));
  picture.addEventListener("click", (event) => {
    choose(under(event));
    open();
  });
  picture.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (event.key === "Enter") open();
    else if (!dx && !dy) return;
    else if (chosen < 0) choose(nearest([box.x + box.width / 2, box.y + box.height / 2], Infinity));
    else {
      // The next one within 45 degrees of the arrow.
      const [x, y] = points[chosen];
      const next = nearest([x, y], Infinity, ([px, py]) => {
        const along = (px - x) * dx + (py - y) * dy, beside = Math.abs((px - x) * dy + (py - y) * dx);
        return along > 1 && beside <= along;
      });
      if (next >= 0) choose(next);
    }
    event.preventDefault();
    event.stopPropagation();
  });
  picture.addEventListener("blur", () => choose(-1));

  function take() {
    columns = model.get("columns").map((column) => ({
      ...column, share: numbers(column.share, Float32Array), value: numbers(column.value, Float64Array),
    }));
    showMenus();
    soon();
  }
  function showState() {
    const running = model.get("running");
    button.textContent = running ? tr("Stop") : tr("Sample");
    button.title = running
      ? tr("End the sampling") : tr("Spread sets over the whole region that shows the pattern");
    button.disabled = !model.get("possible");
    if (chosen < 0) tell();
  }
  const again = () => {
    showMenus();
    soon();
  };
  const deaf = listening(model, {
    columns: take, pair: again, here: showHere, running: showState, text: showState, possible: showState,
  });
  showState();
  take();
  return () => {
    end();
    deaf();
  };
}

export default { render };
