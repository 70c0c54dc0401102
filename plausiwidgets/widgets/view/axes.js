// The frame of a picture with two axes; it stands after elements.js.

const LEFT = 60, RIGHT = 18, TOP = 10, BOTTOM = 42;

const inside = (share) => Math.min(1, Math.max(0, share));

const frameOf = (width, height) => ({ x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: height - TOP - BOTTOM });
const acrossOf = (box, share) => +(box.x + share * box.width).toFixed(1);
const upOf = (box, share) => +(box.y + (1 - share) * box.height).toFixed(1);

// The size of a picture in a tool: as wide as the tool, and not so high that the sliders have no room.
function sizeOf(picture, el) {
  const width = Math.floor(picture.getBoundingClientRect().width);
  const whole = el.closest(".pw-screen")?.getBoundingClientRect().height ?? 800;
  return [width, Math.round(Math.max(160, Math.min(320, width * 0.68, whole * 0.3)))];
}

// Ticks are pairs of a share of the axis and a text.
function axes(svg, box, ticks, labels) {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  for (const [share, text] of ticks[0]) {
    const x = acrossOf(box, share);
    element("line", { x1: x, x2: x, y1: bottom, y2: bottom + 4, class: "pw-axis" }, svg);
    element("text", { x, y: bottom + 17, "text-anchor": "middle" }, svg, text);
  }
  for (const [share, text] of ticks[1]) {
    const y = upOf(box, share);
    element("line", { x1: box.x - 4, x2: box.x, y1: y, y2: y, class: "pw-axis" }, svg);
    element("text", { x: box.x - 7, y: y + 4, "text-anchor": "end" }, svg, text);
  }
  element("text", { x: (box.x + right) / 2, y: bottom + BOTTOM - 7, "text-anchor": "middle", class: "pw-label" }, svg, labels[0]);
  element("text", { transform: `translate(15,${(box.y + bottom) / 2}) rotate(-90)`, "text-anchor": "middle", class: "pw-label" }, svg, labels[1]);
}
