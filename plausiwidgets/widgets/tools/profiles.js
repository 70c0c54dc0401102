// The loss along each slider as a small curve; a line at where the slider is, green where the pattern holds.

const WIDTH = 120, HEIGHT = 34;

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-profiles");
  // The rate over the current: linear and from zero, so that a jump is seen as one.
  function drawRate() {
    const { current, rate, unit, at } = model.get("rate");
    if (!current) return;
    const [xs, ys] = [numbers(current, Float32Array), numbers(rate, Float32Array)];
    const width = 380, height = 104, left = 40, bottom = 84, right = 370;
    const most = Math.max(1, ...ys), end = xs[xs.length - 1];
    const x = (value) => left + ((right - left) * value) / end;
    const y = (value) => bottom - (bottom - 8) * (value / most);
    const cell = html("figure", "pw-rate", el);
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" }, cell);
    const text = (px, py, anchor, words) => element("text", { x: px, y: py, "text-anchor": anchor }, svg, words);
    element("path", { d: `M${left},8V${bottom}H${right}`, class: "pw-axis" }, svg);
    if (at !== null && at <= end) element("line", { x1: x(at), x2: x(at), y1: 8, y2: bottom, class: "pw-here" }, svg);
    const d = Array.from(xs, (value, i) => `${i ? "L" : "M"}${x(value).toFixed(1)},${y(ys[i]).toFixed(1)}`);
    element("path", { d: d.join(""), class: "pw-loss-line" }, svg);
    text(left - 5, 16, "end", `${+most.toPrecision(2)}`);
    text(left - 5, bottom, "end", "0");
    text(left - 22, 52, "middle", "Hz");
    text(left, bottom + 15, "middle", "0");
    text(right, bottom + 15, "end", `${+end.toPrecision(3)} ${unit}`);
    text((left + right) / 2, bottom + 15, "middle", tr("current above the baseline"));
    svg.setAttribute("aria-label", tr("Rate over the current"));
  }

  const draw = () => {
    el.replaceChildren();
    drawRate();
    const curves = model.get("curves");
    if (!curves.length) {
      el.append(tr("Computed when nothing moves …"));
      return;
    }
    const top = Math.max(1e-6, ...curves.flatMap((curve) => Array.from(numbers(curve.loss, Float32Array))));
    for (const curve of curves) {
      const cell = html("figure", "", el);
      const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, cell);
      const loss = numbers(curve.loss, Float32Array);
      const share = numbers(curve.share, Float32Array);
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
      svg.setAttribute("aria-label", tr("Distance along {name}", { name: curve.name }));
      const caption = html("figcaption", "", cell);
      html("span", "", caption, curve.low);
      html("b", "", caption, curve.name);
      html("span", "", caption, curve.high);
    }
  };
  draw();
  return listening(model, { curves: draw, rate: draw });
}

export default { render };
