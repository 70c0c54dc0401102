// Saves what the kernel sends, and the figure as it is on the screen: Plotly's picture with the marks over it.

const SVG = "http://www.w3.org/2000/svg";
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight", "font-family", "paint-order", "display"];

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// A copy that looks the same without the style sheets of the page.
function copy(source) {
  const made = source.cloneNode(true);
  const all = [source, ...source.querySelectorAll("*")];
  [made, ...made.querySelectorAll("*")].forEach((node, i) => {
    const style = getComputedStyle(all[i]);
    for (const name of STYLES) node.style.setProperty(name, style.getPropertyValue(name));
  });
  return made;
}

function picture(root) {
  const plot = root.querySelector(".pw-figure .js-plotly-plot");
  const { width, height } = plot._fullLayout;
  const whole = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` })) whole.setAttribute(name, value);
  const paper = document.createElementNS(SVG, "rect");
  paper.setAttribute("width", width);
  paper.setAttribute("height", height);
  paper.setAttribute("fill", plot._fullLayout.paper_bgcolor);
  whole.append(paper);
  for (const part of plot.querySelectorAll("svg.main-svg")) whole.append(copy(part));
  const marks = plot.querySelector(".pw-marks");
  if (marks) {
    const made = copy(marks);
    const [x, y, w, h] = marks.getAttribute("viewBox").split(" ");
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) made.setAttribute(name, value);
    whole.append(made);
  }
  return { text: new XMLSerializer().serializeToString(whole), width, height };
}

function render({ model, el }) {
  el.classList.add("pw-export");
  const buttons = {};
  for (const [what, text, title] of [
    ["script", "Python script", "A script that shows the same: the same spikes, the same verdict"],
    ["page", "Page (HTML)", "A page that simulates this neuron by itself: one file, without a server"],
    ["traces", "Traces (CSV)", "Time, potential, current and spikes of every sweep"],
    ["history", "Search (CSV)", "The last search, a row for each generation"],
    ["svg", "Figure (SVG)", "The figure as it is on the screen, with its marks"],
    ["png", "Figure (PNG)", "The same, at twice the resolution"],
    ["table", "Table (CSV)", "A row for each model and pattern, with the parameters that were found"],
  ]) {
    if (!model.get("buttons").includes(what)) continue;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "jupyter-button", textContent: text, title });
    button.addEventListener("click", () => press(what));
    el.append(button);
    buttons[what] = button;
  }

  function press(what) {
    if (what !== "svg" && what !== "png") {
      model.send({ save: what });
      return;
    }
    const { text, width, height } = picture(el.closest(".pw-explorer"));
    const svg = new Blob([text], { type: "image/svg+xml" });
    const name = model.get("name");
    if (what === "svg") {
      save(svg, `${name}.svg`);
      return;
    }
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * width;
      canvas.height = 2 * height;
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      context.drawImage(image, 0, 0, width, height);
      canvas.toBlob((blob) => save(blob, `${name}.png`));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  }

  const offer = () => {
    if (buttons.history) buttons.history.disabled = !model.get("searched");
  };
  const receive = (message) => save(new Blob([message.text], { type: "text/plain;charset=utf-8" }), message.name);
  model.on("msg:custom", receive);
  model.on("change:searched", offer);
  offer();
  return () => {
    model.off("msg:custom", receive);
    model.off("change:searched", offer);
  };
}

export default { render };
