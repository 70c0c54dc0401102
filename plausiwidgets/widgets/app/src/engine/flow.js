// The flow of a neuron of two variables: rates, nullclines and fixed points. Rates are differences over one very short
// step of the neuron itself, as analysis/phase_planes.py has them.

const RATE_STEP = 1e-5; // ms
const SHIFT = 1e-5; // of central differences, as a share of a variable, at least of 1
const PLANE_POINTS = [73, 57];

/** The rates of change (x, y) => [dx/dt, dy/dt] in units per ms; NaN where the neuron spikes and is reset, which is no flow. */
export function flowOf(neuron, parameters, current, resets) {
  const currents = Float64Array.of(current);
  return (x, y) => {
    const { state, spikes } = neuron.simulate(parameters, currents, RATE_STEP, [x, y], []);
    return resets && spikes.length ? [NaN, NaN] : [(state[0] - x) / RATE_STEP, (state[1] - y) / RATE_STEP];
  };
}

/** The Jacobian of a flow as [a, b, c, d], by rows. */
function jacobianAt(flow, x, y) {
  const [h, k] = [SHIFT * Math.max(Math.abs(x), 1), SHIFT * Math.max(Math.abs(y), 1)];
  const [right, left, up, down] = [flow(x + h, y), flow(x - h, y), flow(x, y + k), flow(x, y - k)];
  return [(right[0] - left[0]) / (2 * h), (up[0] - down[0]) / (2 * k), (right[1] - left[1]) / (2 * h), (up[1] - down[1]) / (2 * k)];
}

/** A zero of a flow near a place, by Newton's method; null where there is none. */
function zeroNear(flow, x, y) {
  for (let round = 0; round < 20; round++) {
    const [f, g] = flow(x, y);
    const [a, b, c, d] = jacobianAt(flow, x, y);
    const determinant = a * d - b * c;
    const [dx, dy] = [(d * f - b * g) / determinant, (a * g - c * f) / determinant];
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) return null;
    x -= dx;
    y -= dy;
    if (Math.abs(dx) <= 1e-7 * Math.max(Math.abs(x), 1) && Math.abs(dy) <= 1e-7 * Math.max(Math.abs(y), 1)) return [x, y];
  }
  return null;
}

/** Where the second variable of a flow stands still beside a value of the first; null where it does not. */
export function steadyAt(flow, x, y) {
  for (let round = 0; round < 20; round++) {
    const k = SHIFT * Math.max(Math.abs(y), 1);
    const change = (flow(x, y)[1] * 2 * k) / (flow(x, y + k)[1] - flow(x, y - k)[1]);
    if (!Number.isFinite(change)) return null;
    y -= change;
    if (Math.abs(change) <= 1e-7 * Math.max(Math.abs(y), 1)) return y;
  }
  return null;
}

/** How a fixed point is left or approached. */
function kindOf([a, b, c, d]) {
  const [trace, determinant] = [a + d, a * d - b * c];
  if (determinant < 0) return "saddle";
  return `${trace < 0 ? "stable" : "unstable"} ${trace * trace < 4 * determinant ? "focus" : "node"}`;
}

/** The plane of a flow: {nullclines: two lists of segments [x, y, x, y], points: [{x, y, kind}]} within two ranges. */
export function planeOf(flow, [xLow, xHigh], [yLow, yHigh], [nx, ny] = PLANE_POINTS) {
  const x = Array.from({ length: nx }, (_, i) => xLow + (i / (nx - 1)) * (xHigh - xLow));
  const y = Array.from({ length: ny }, (_, j) => yLow + (j / (ny - 1)) * (yHigh - yLow));
  const rates = y.map((b) => x.map((a) => flow(a, b)));
  const nullclines = [[], []];
  const points = [];
  const near = new Set(); // cells in or beside which both rates change their signs: nullclines may touch beside one
  for (let j = 0; j + 1 < ny; j++) {
    for (let i = 0; i + 1 < nx; i++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      const values = corners.map(([p, q]) => rates[q][p]);
      if (values.some(([f, g]) => !Number.isFinite(f) || !Number.isFinite(g))) continue;
      const crossed = [0, 1].map((part) => {
        const found = [];
        corners.forEach(([p, q], k) => {
          const [r, s] = corners[(k + 1) % 4];
          const [from, to] = [values[k][part], values[(k + 1) % 4][part]];
          if (from > 0 === to > 0) return;
          const share = from / (from - to);
          found.push([x[p] + share * (x[r] - x[p]), y[q] + share * (y[s] - y[q])]);
        });
        for (let k = 0; k + 1 < found.length; k += 2) nullclines[part].push([...found[k], ...found[k + 1]]);
        return found.length > 0;
      });
      if (!crossed[0] || !crossed[1]) continue;
      for (const p of [i - 1, i, i + 1]) {
        for (const q of [j - 1, j, j + 1]) if (p >= 0 && q >= 0 && p + 1 < nx && q + 1 < ny) near.add(q * nx + p);
      }
    }
  }
  for (const cell of near) {
    const [i, j] = [cell % nx, Math.floor(cell / nx)];
    const zero = zeroNear(flow, (x[i] + x[i + 1]) / 2, (y[j] + y[j + 1]) / 2);
    if (!zero) continue;
    const [a, b] = zero;
    const isInside = a >= xLow && a <= xHigh && b >= yLow && b <= yHigh;
    const isKnown = points.some((one) => Math.abs(one.x - a) < 1e-5 * (xHigh - xLow) && Math.abs(one.y - b) < 1e-5 * (yHigh - yLow));
    if (isInside && !isKnown) points.push({ x: a, y: b, kind: kindOf(jacobianAt(flow, a, b)) });
  }
  return { nullclines, points: points.sort((p, q) => p.x - q.x) };
}

/** The value that is there most often. */
export function mostCommon(values) {
  const counts = new Map();
  for (const x of values) counts.set(x, (counts.get(x) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** Segments that share an end, as lines. */
export function joined(segments) {
  const key = (x, y) => `${x.toPrecision(10)},${y.toPrecision(10)}`;
  const ends = new Map();
  segments.forEach(([a, b, c, d], k) => {
    for (const end of [key(a, b), key(c, d)]) ends.set(end, [...(ends.get(end) ?? []), k]);
  });
  const used = new Set();
  const follow = (line) => {
    for (;;) {
      const next = (ends.get(key(...line.at(-1))) ?? []).find((k) => !used.has(k));
      if (next === undefined) return line;
      used.add(next);
      const [a, b, c, d] = segments[next];
      line.push(key(a, b) === key(...line.at(-1)) ? [c, d] : [a, b]);
    }
  };
  return segments.flatMap(([a, b, c, d], k) => {
    if (used.has(k)) return [];
    used.add(k);
    return [
      [
        ...follow([
          [a, b],
          [c, d],
        ]).reverse(),
      ],
    ].map(follow);
  });
}
