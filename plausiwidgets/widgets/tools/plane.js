// A plane of two parameters: a canvas for the distances, SVG for all else, and a point that moves both sliders.

const KEY = 1 / 40, FINE = 1 / 400;  // of an arrow key, and with Shift

// Cividis, from far to near: it grows lighter for every kind of colour vision.
const FAR_TO_NEAR = [
  [0, 32, 76], [0, 42, 102], [0, 52, 110], [39, 63, 108], [60, 74, 107], [76, 85, 107], [91, 95, 109], [104, 106, 112],
  [117, 117, 117], [131, 129, 120], [146, 140, 120], [161, 152, 118], [176, 165, 114], [192, 177, 109], [209, 191, 102],
  [225, 204, 92], [243, 219, 79], [255, 233, 69],
];

function colour(loss, worst) {
  const at = (1 - Math.min(1, loss / worst)) * (FAR_TO_NEAR.length - 1);
  const low = Math.min(FAR_TO_NEAR.length - 2, Math.floor(at));
  return FAR_TO_NEAR[low].map((value, i) => value + (at - low) * (FAR_TO_NEAR[low + 1][i] - value));
}

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-plane", "pw-parameter-plane");
  const head = html("div", "pw-plane-head", el);
  const picture = html("div", "pw-plane-picture", el);
  picture.tabIndex = 0;
  picture.setAttribute("role", "group");
  const canvas = html("canvas", "", picture);
  const svg = element("svg", { width: "100%", "aria-hidden": "true" }, picture);
  const caption = html("output", "pw-plane-caption", el);

  let scene = {}, bits = new Uint32Array(), width = 0, height = 0, mark = null, pending = 0;
  let place = model.get("point"), dragging = false, wanted = null, asked = 0;

  const frame = () => frameOf(width, height);
  const toX = (share) => acrossOf(frame(), share);
  const toY = (share) => upOf(frame(), share);

  function tell([x, y]) {  // what is judged at a place
    caption.replaceChildren();
    if (!scene.points || !scene.names) {
      caption.textContent = scene.message ?? "…";
      return;
    }
    const [i, k] = [x, y].map((share) => Math.round(inside(share) * (scene.points - 1)));
    const cell = bits[k * scene.points + i] ?? 0;
    const words = scene.words.filter((_, w) => (cell >>> w) & 1);
    html("b", "", caption, `${scene.names[0]} = ${scene.values[0][i]}, ${scene.names[1]} = ${scene.values[1][k]}`);
    let said;
    if (scene.several) said = words.length ? words.join(", ") : tr("none of the patterns");
    else said = words.length ? tr("{count} open: {names}", { count: words.length, names: words.join(", ") })
      : `✓ ${tr("holds (not verified)")}`;
    html("span", "", caption, said);
  }

  function hint() {
    caption.replaceChildren();
    if (!scene.names) {
      caption.textContent = scene.message ?? "…";
      return;
    }
    html("span", "pw-hint", caption, scene.several
      ? tr("Where each pattern holds, under its own stimulus. Drag the dot, or use the arrow keys.")
      : tr("Bright is near, within the outline it holds. Drag the dot, or use arrow keys."));
    const more = scene.finer ? tr("finer follows …") : scene.coarse ? tr("as a finer one would take long") : "";
    if (more) html("span", "pw-hint", caption, `${scene.points} × ${scene.points}, ${more}`);
  }

  function showPoint() {
    if (!mark) return;
    mark.setAttribute("transform", `translate(${toX(inside(place[0]))},${toY(inside(place[1]))})`);
    const names = scene.names ?? model.get("pair");
    picture.setAttribute("aria-label", tr("Plane of {names}: arrow keys move the neuron", { names: names.join(", ") }));
  }

  function path(view) {
    const points = numbers(view, Float32Array);
    let d = "", open = false;
    for (let i = 0; i < points.length; i += 2) {
      if (Number.isNaN(points[i])) {
        d += open ? "Z" : "";
        open = false;
        continue;
      }
      d += `${open ? "L" : "M"}${toX(points[i])},${toY(points[i + 1])}`;
      open = true;
    }
    return d;
  }

  function paint() {
    const box = frame(), ratio = window.devicePixelRatio || 1;
    Object.assign(canvas.style, {
      left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px`,
    });
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const n = scene.points, loss = numbers(scene.loss, Float32Array);
    if (!n || !loss.length) return;
    const image = new ImageData(n, n);
    loss.forEach((value, cell) => {
      const at = 4 * ((n - 1 - Math.floor(cell / n)) * n + (cell % n));
      image.data.set([...colour(value, scene.worst), 255], at);
    });
    const small = document.createElement("canvas");
    small.width = small.height = n;
    small.getContext("2d").putImageData(image, 0, 0);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    const [w, h] = [canvas.width, canvas.height];  // the first and the last cell are seen by half
    context.drawImage(small, -w / (2 * (n - 1)), -h / (2 * (n - 1)), (w * n) / (n - 1), (h * n) / (n - 1));
  }

  function dot({ x, y, kind, text }, parent) {
    const group = element("g", { class: `pw-plane-dot pw-dot-${kind}`, transform: `translate(${toX(x)},${toY(y)})` }, parent);
    if (kind === "published") element("path", { d: "M-6,-5H6L0,6Z" }, group);
    else if (kind === "pinned") element("path", { d: "M-5,-5H5V5H-5Z" }, group);
    else if (kind === "best") element("path", { d: "M0,-7L6,0L0,7L-6,0Z" }, group);
    else element("circle", { r: 4.5 }, group);
    element("title", {}, group, `${text} ${tr("(its other values may differ)")}`);
  }

  function menus() {
    const [x, y] = model.get("pair"), options = model.get("options");
    const menu = (...given) => menuOf(head, ...given);
    const change = (name, value) => tellKernel(model, { [name]: value });
    const focused = [...head.children].indexOf(document.activeElement);
    head.replaceChildren();
    menu(tr("Along x"), options.filter((name) => name !== y).map((name) => [name, `x: ${name}`]), x, (value) => change("pair", [value, y]));
    menu(tr("Along y"), options.filter((name) => name !== x).map((name) => [name, `y: ${name}`]), y, (value) => change("pair", [x, value]));
    menu(tr("Patterns"), [["this", tr("this pattern")], ["all", tr("all patterns")]], model.get("shown"), (value) => change("shown", value));
    if (focused >= 0) head.children[focused]?.focus({ preventScroll: true });
  }

  function draw() {
    scene = model.get("scene") ?? {};
    bits = numbers(scene.bits, Uint32Array);
    [width, height] = sizeOf(picture, el);
    if (width < 60) return;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    paint();
    mark = null;
    if (!scene.names) {
      hint();
      return;
    }
    const box = frame();
    const clip = `pw-clip-${model.model_id ?? ""}`;
    element("rect", box, element("clipPath", { id: clip }, element("defs", {}, svg)));
    axes(svg, box, scene.ticks, scene.labels);
    const shapes = element("g", { "clip-path": `url(#${clip})` }, svg);
    for (const region of scene.regions ?? []) {
      const made = element("path", { d: path(region.line), class: "pw-region", "stroke-dasharray": region.dash }, shapes);
      made.style.fill = made.style.stroke = region.colour;
    }
    if (scene.holds) {
      const d = path(scene.holds);
      element("path", { d, class: "pw-holds-edge" }, shapes);
      element("path", { d, class: "pw-holds-line" }, shapes);
    }
    for (const region of scene.regions ?? []) {
      element("text", { x: toX(region.at[0]), y: toY(region.at[1]) + 5, "text-anchor": "middle", class: "pw-region-letter" }, svg, region.letter);
    }
    element("rect", { ...box, class: "pw-plane-frame" }, svg);
    for (const one of model.get("dots")) dot(one, shapes);
    mark = element("g", { class: "pw-here-mark" }, svg);
    element("circle", { r: 8, class: "pw-here-halo" }, mark);
    element("circle", { r: 5.5, class: "pw-here-dot" }, mark);
    showPoint();
    if (dragging || picture.matches(":focus-visible")) tell(place);
    else hint();
  }

  const { soon, end } = drawing(picture, draw);

  // One message is on its way at a time; the newest place waits for its answer.
  function flush() {
    pending = 0;
    if (wanted === null || (asked && performance.now() - asked < 250)) {
      if (wanted !== null) pending = setTimeout(flush, 60);
      return;
    }
    asked = performance.now();
    model.send({ go: wanted });
    wanted = null;
  }
  function go(next) {
    place = next.map(inside);
    showPoint();
    tell(place);
    wanted = place;
    if (!pending) flush();
  }
  function answered() {
    asked = 0;
    if (wanted !== null) {
      clearTimeout(pending);
      flush();
    } else if (!dragging) {
      place = model.get("point");
      showPoint();
    }
  }

  function at(event) {
    const own = picture.getBoundingClientRect(), box = frame();
    return [(event.clientX - own.left - box.x) / box.width, 1 - (event.clientY - own.top - box.y) / box.height];
  }
  const within = ([x, y]) => x >= -0.02 && x <= 1.02 && y >= -0.02 && y <= 1.02;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button || !mark || !within(at(event))) return;
    event.preventDefault();  // no text is selected
    picture.focus({ preventScroll: true });
    dragging = true;
    picture.setPointerCapture(event.pointerId);
    model.send({ hold: true });
    go(at(event));
  });
  picture.addEventListener("pointermove", (event) => {
    if (dragging) go(at(event));
    else if (mark && within(at(event))) tell(at(event));
    else hint();
  });
  const release = () => {
    if (!dragging) return;
    dragging = false;
    model.send({ hold: false });
  };
  picture.addEventListener("pointerup", release);
  picture.addEventListener("pointercancel", release);
  picture.addEventListener("pointerleave", () => {
    if (!dragging) hint();
  });
  picture.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? FINE : KEY;
    const [dx, dy] = { ArrowRight: [step, 0], ArrowLeft: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key] ?? [0, 0];
    if (!mark || (!dx && !dy)) return;
    go([inside(place[0]) + dx, inside(place[1]) + dy]);
    event.preventDefault();
    event.stopPropagation();
  });
  picture.addEventListener("focus", () => mark && picture.matches(":focus-visible") && tell(place));
  picture.addEventListener("blur", hint);

  const deaf = listening(model, { scene: soon, dots: soon, point: answered, pair: menus, options: menus, shown: menus });
  menus();
  soon();
  return () => {
    end();
    clearTimeout(pending);
    deaf();
  };
}

export default { render };
