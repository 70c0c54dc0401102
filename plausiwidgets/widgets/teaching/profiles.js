// The loss along each slider as a small curve; a line at where the slider is, green where the pattern holds.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120, HEIGHT = 34;

function floats(view) {
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function render({ model, el }) {
  el.classList.add("pw-profiles");
  const draw = () => {
    el.replaceChildren();
    const curves = model.get("curves");
    if (!curves.length) {
      el.textContent = "Computed when nothing moves …";
      return;
    }
    const top = Math.max(1e-6, ...curves.flatMap((curve) => Array.from(floats(curve.loss))));
    for (const curve of curves) {
      const cell = document.createElement("figure");
      const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, cell);
      const loss = floats(curve.loss);
      const share = floats(curve.share);
      const x = (i) => WIDTH * share[i];
      const y = (value) => HEIGHT - 2 - (HEIGHT - 4) * (value / top);
      loss.forEach((value, i) => {
        if (value !== 0) return;
        const left = i ? (x(i - 1) + x(i)) / 2 : 0;
        const right = i < loss.length - 1 ? (x(i) + x(i + 1)) / 2 : WIDTH;
        element("rect", { x: left, y: 0, width: Math.max(right - left, 0.8), height: HEIGHT, class: "pw-holds" }, svg);
      });
      const d = Array.from(loss, (value, i) => `${i ? "L" : "M"}${x(i).toFixed(1)},${y(value).toFixed(1)}`);
      element("path", { d: d.join(""), class: "pw-loss-line" }, svg);
      element("line", { x1: WIDTH * curve.at, x2: WIDTH * curve.at, y1: 0, y2: HEIGHT, class: "pw-here" }, svg);
      svg.setAttribute("aria-label", `Loss along ${curve.name}`);
      const caption = document.createElement("figcaption");
      for (const [tag, text] of [["span", curve.low], ["b", curve.name], ["span", curve.high]]) {
        const part = document.createElement(tag);
        part.textContent = text;
        caption.append(part);
      }
      cell.append(caption);
      el.append(cell);
    }
  };
  model.on("change:curves", draw);
  draw();
  return () => model.off("change:curves", draw);
}

export default { render };
