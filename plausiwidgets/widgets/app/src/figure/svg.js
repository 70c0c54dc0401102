// A canvas whose strokes are kept as SVG: the painter draws on it as on any other.

/** @param {number} x */
const short = (x) => String(Math.round(x * 100) / 100);
/** @param {string} text */
const safe = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const ANCHORS = /** @type {Record<string, string>} */ ({ center: "middle", right: "end", end: "end" });

/**
 * What the painter uses of a canvas: paths, rectangles, arcs, texts, a clip of one rectangle, and one transform at a time.
 * @param {number} clientWidth @param {number} clientHeight
 */
export function svgCanvas(clientWidth, clientHeight) {
  /** @type {string[]} */
  const out = [];
  /** @type {any[]} */
  const stack = [];
  let path = "";
  let clips = 0;
  const state = {
    ...{ fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, globalAlpha: 1, font: "14px sans-serif", textAlign: "left" },
    ...{ lineJoin: "round", lineCap: "butt", textBaseline: "middle", transform: "", clip: "", dash: /** @type {number[]} */ ([]) },
  };
  const put = (/** @type {string} */ element) => {
    const around = (state.transform ? ` transform="${state.transform}"` : "") + (state.clip ? ` clip-path="url(#${state.clip})"` : "");
    out.push(around ? `<g${around}>${element}</g>` : element);
  };
  const alpha = () => (state.globalAlpha < 1 ? ` opacity="${state.globalAlpha}"` : "");
  const line = () => {
    const dash = state.dash.length ? ` stroke-dasharray="${state.dash.join(" ")}"` : "";
    return `fill="none" stroke="${state.strokeStyle}" stroke-width="${short(state.lineWidth)}" stroke-linejoin="round" stroke-linecap="${state.lineCap}"${dash}${alpha()}`;
  };
  const box = (/** @type {number[]} */ [x, y, w, h]) => `M${short(x)} ${short(y)}h${short(w)}v${short(h)}h${short(-w)}z`;
  const context = {
    setTransform() {},
    clearRect() {},
    beginPath() {
      path = "";
    },
    /** @param {number} x @param {number} y */
    moveTo(x, y) {
      path += `M${short(x)} ${short(y)}`;
    },
    /** @param {number} x @param {number} y */
    lineTo(x, y) {
      path += `${path ? "L" : "M"}${short(x)} ${short(y)}`;
    },
    /** A whole circle. @param {number} x @param {number} y @param {number} r */
    arc(x, y, r) {
      path += `M${short(x - r)} ${short(y)}a${short(r)} ${short(r)} 0 1 0 ${short(2 * r)} 0a${short(r)} ${short(r)} 0 1 0 ${short(-2 * r)} 0z`;
    },
    /** @param {number[]} sides */
    rect(...sides) {
      path += box(sides);
    },
    stroke: () => put(`<path d="${path}" ${line()}/>`),
    fill: () => put(`<path d="${path}" fill="${state.fillStyle}"${alpha()}/>`),
    /** @param {number[]} sides */
    fillRect: (...sides) => put(`<path d="${box(sides)}" fill="${state.fillStyle}"${alpha()}/>`),
    clip() {
      state.clip = `clip${++clips}`;
      out.push(`<clipPath id="${state.clip}"><path d="${path}"/></clipPath>`);
    },
    /** @param {number[]} dash */
    setLineDash(dash) {
      state.dash = dash;
    },
    /** @param {number} x @param {number} y */
    translate(x, y) {
      state.transform += `translate(${short(x)} ${short(y)})`;
    },
    /** @param {number} angle */
    rotate(angle) {
      state.transform += `rotate(${short((angle * 180) / Math.PI)})`;
    },
    save: () => stack.push({ ...state }),
    restore: () => Object.assign(state, stack.pop()),
    /** Some letters are wider: good enough to see whether a text has room. @param {string} text */
    measureText: (text) => ({ width: 0.55 * Number.parseFloat(state.font.match(/([\d.]+)px/)?.[1] ?? "14") * text.length }),
    /** @param {string} text @param {number} x @param {number} y */
    fillText(text, x, y) {
      const size = state.font.match(/([\d.]+)px/)?.[1] ?? "14";
      const family = state.font.replace(/^.*?px\s*/, "");
      put(
        `<text x="${short(x)}" y="${short(y + 0.35 * Number(size))}" font-size="${size}" font-family="${safe(family)}" text-anchor="${ANCHORS[state.textAlign] ?? "start"}" fill="${state.fillStyle}"${alpha()}>${safe(text)}</text>`,
      );
    },
  };
  const both = new Proxy(context, {
    get: (own, key) => Reflect.get(Reflect.has(own, key) ? own : state, key),
    set: (_, key, value) => Reflect.set(state, key, value),
  });
  return {
    clientWidth,
    clientHeight,
    width: 0,
    height: 0,
    getContext: () => both,
    /** The picture. @param {string} title */
    text: (title) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${clientWidth}" height="${clientHeight}" viewBox="0 0 ${clientWidth} ${clientHeight}"><title>${safe(title)}</title><rect width="100%" height="100%" fill="#fff"/>${out.join("")}</svg>`,
  };
}
