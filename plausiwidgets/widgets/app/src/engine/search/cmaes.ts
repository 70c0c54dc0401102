// CMA-ES with its default settings and negative weights, according to N. Hansen, "The CMA Evolution Strategy: A Tutorial",
// arXiv:1604.00772. With the same normal random numbers, its points are identical to those of pycma.

/** A matrix as a list of rows. */
type Matrix = number[][];

/**
 * The eigenvalues of a symmetric matrix in ascending order, and its eigenvectors as columns, by Jacobi rotations. The largest
 * component of each vector is positive.
 */
export function eigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: Matrix } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p][q] ** 2;
    if (off < 1e-300) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[i][i] - a[j][j]);
  const signs = order.map((k) => {
    const largest = v.reduce((best, row) => (Math.abs(row[k]) > Math.abs(best) ? row[k] : best), 0);
    return largest < 0 ? -1 : 1;
  });
  return { values: order.map((k) => a[k][k]), vectors: v.map((row) => order.map((k, j) => signs[j] * row[k])) };
}

function rotate(a: Matrix, v: Matrix, p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  const [one, other] = [a[p], a[q]];
  for (let k = 0; k < a.length; k++) [one[k], other[k]] = [c * one[k] - s * other[k], s * one[k] + c * other[k]];
  for (const row of v) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}

const sum = (xs: readonly number[]) => xs.reduce((total, x) => total + x, 0);
const norm = (xs: readonly number[]) => Math.sqrt(sum(xs.map((x) => x * x)));

/** The expected length of a vector of n normal random numbers. */
function expectedLength(n: number): number {
  let ratio = 1 / Math.sqrt(Math.PI); // ratio of the gamma function at (k + 1) / 2 and at k / 2
  for (let k = 1; k < n; k++) ratio = k / 2 / ratio;
  return Math.SQRT2 * ratio;
}

/** Weights and learning rates for n dimensions, equations 49 to 58 of the tutorial. */
function settingsOf(n: number, popsize: number) {
  const raw = Array.from({ length: popsize }, (_, k) => Math.log((popsize + 1) / 2) - Math.log(k + 1));
  const mu = raw.filter((w) => w > 0).length;
  const positive = raw.slice(0, mu).map((w) => w / sum(raw.slice(0, mu)));
  const mueff = 1 / sum(positive.map((w) => w * w));
  const c1 = (Math.min(2, popsize / 3) * 1) / ((n + 1.3) ** 2 + mueff);
  const cmu = Math.min(1 - c1, (2 * (0.25 + mueff + 1 / mueff - 2)) / ((n + 2) ** 2 + mueff));
  const rest = raw.slice(mu);
  const mueffMinus = sum(rest) ** 2 / sum(rest.map((w) => w * w));
  const most = Math.min(1 + c1 / cmu, (1 - c1 - cmu) / cmu / n, 1 + (2 * mueffMinus) / (mueff + 2));
  const negative = rest.map((w) => (most * w) / -sum(rest));
  const cs = Math.min(0.5, (mueff + 2) / (n + mueff + 3));
  const inner = Math.max(1, 3 * (1 - 0.5 ** (n / 9)));
  const damps = 1 + 2 * Math.max(0, inner * Math.sqrt((mueff - 1) / (n + 1)) - 1) + cs;
  const cc = (4 + mueff / n) / (n + 4 + (2 * mueff) / n);
  return {
    mu,
    weights: [...positive, ...negative],
    mueff,
    c1,
    cmu,
    cs,
    damps,
    cc,
    gap: 1 / (c1 + cmu + 1e-23) / n / 10,
  };
}

/** One run of CMA-ES. `ask` returns points, and `tell` receives their losses. */
export class Evolution {
  generation = 0;
  #mean: readonly number[];
  #sigma: number;
  readonly #settings: ReturnType<typeof settingsOf>;
  /** Evolution path of the mean. */
  #path: readonly number[];
  /** Evolution path of the mean in isotropic coordinates. */
  #steps: readonly number[];
  readonly #covariance: Matrix;
  #axes: readonly number[];
  #basis: Matrix;
  /** The generation of the last eigendecomposition. */
  #decomposed = 0;

  constructor(
    mean: readonly number[],
    sigma: number,
    readonly popsize: number,
    readonly normal: () => number,
  ) {
    const n = mean.length;
    this.#mean = [...mean];
    this.#sigma = sigma;
    this.#settings = settingsOf(n, popsize);
    this.#path = mean.map(() => 0);
    this.#steps = mean.map(() => 0);
    // The variances differ slightly, so that the eigenvectors are the axes.
    this.#covariance = mean.map((_, i) => mean.map((_, j) => (i === j ? Math.exp((1e-4 / n) * i) : 0)));
    this.#axes = this.#covariance.map((row, i) => Math.sqrt(row[i]));
    this.#basis = mean.map((_, i) => mean.map((_, j) => Number(i === j)));
  }

  get sigma(): number {
    return this.#sigma;
  }

  /** The mean and the covariance matrix σ²C of the next points, in row-major order. */
  distribution(): { mean: Float64Array<ArrayBuffer>; covariance: Float64Array<ArrayBuffer> } {
    const entries = this.#covariance.flatMap((row) => row.map((x) => this.#sigma ** 2 * x));
    return { mean: Float64Array.from(this.#mean), covariance: Float64Array.from(entries) };
  }

  /** The largest standard deviation of a coordinate. */
  get spread(): number {
    return this.#sigma * Math.sqrt(Math.max(...this.#covariance.map((row, i) => row[i])));
  }

  /** The next points. */
  ask(): number[][] {
    const c = this.#covariance;
    if (this.generation >= this.#decomposed + this.#settings.gap) {
      for (let i = 0; i < c.length; i++) for (let j = 0; j < i; j++) c[i][j] = c[j][i] = (c[i][j] + c[j][i]) / 2;
      const { values, vectors } = eigen(c);
      this.#axes = values.map((value) => Math.sqrt(Math.max(value, 1e-300)));
      this.#basis = vectors;
      this.#decomposed = this.generation;
    }
    return Array.from({ length: this.popsize }, () => {
      const z = this.#axes.map((axis) => axis * this.normal());
      return this.#mean.map((x, i) => x + this.#sigma * sum(z.map((value, j) => this.#basis[i][j] * value)));
    });
  }

  /** A difference in isotropic coordinates. */
  #isotropic(x: readonly number[]): number[] {
    const inAxes = this.#axes.map((axis, j) => sum(x.map((value, i) => this.#basis[i][j] * value)) / axis);
    return x.map((_, i) => sum(inAxes.map((value, j) => this.#basis[i][j] * value)));
  }

  /** Updates the distribution from the losses of the requested points. */
  tell(points: readonly (readonly number[])[], losses: readonly number[]): void {
    const { mu, weights, mueff, cs, damps, cc } = this.#settings;
    const [old, sigma] = [this.#mean, this.#sigma];
    const n = old.length;
    this.generation++;
    const order = losses.map((_, k) => k).sort((i, j) => losses[i] - losses[j]);
    const sorted = order.map((k) => points[k]);
    this.#mean = old.map((_, i) => sum(sorted.slice(0, mu).map((point, k) => weights[k] * point[i])));
    const shift = this.#mean.map((x, i) => ((x - old[i]) * Math.sqrt(mueff)) / sigma);
    const straight = this.#isotropic(shift);
    this.#steps = this.#steps.map((x, i) => (1 - cs) * x + Math.sqrt(cs * (2 - cs)) * straight[i]);
    const length = norm(this.#steps);
    const isShort = length ** 2 / (1 - (1 - cs) ** (2 * this.generation)) / n - 1 < 1 + 4 / (n + 1);
    this.#path = this.#path.map((x, i) => (1 - cc) * x + (isShort ? Math.sqrt(cc * (2 - cc)) * shift[i] : 0));
    this.#adapt(
      sorted.map((point) => point.map((x, i) => (x - old[i]) / sigma)),
      isShort,
    );
    this.#sigma *= Math.exp(Math.min(Math.max(((length / expectedLength(n) - 1) * cs) / damps, -1), 1));
  }

  /** Updates the covariance from the steps to the points, which are sorted by loss. */
  #adapt(away: readonly (readonly number[])[], isShort: boolean): void {
    const { weights, c1, cmu, cc } = this.#settings;
    const c = this.#covariance;
    const n = c.length;
    const c1a = isShort ? c1 : c1 * (1 - cc * (2 - cc));
    const scaled = weights.map((w, k) => cmu * (w < 0 ? (w * n) / (norm(this.#isotropic(away[k])) + 1e-9) ** 2 : w));
    const decay = 1 - c1a - cmu * sum(weights);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let learned = c1 * this.#path[i] * this.#path[j];
        for (let k = 0; k < scaled.length; k++) learned += scaled[k] * away[k][i] * away[k][j];
        c[i][j] = decay * c[i][j] + learned;
      }
    }
  }
}
