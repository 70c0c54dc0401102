// Whole searches with and without the kernel, for `search_kernel.py`. A line of the output is one pair of searches.

const [app, runtime, settings] = process.argv.slice(2);
const page = await import(app);
const functions = await import(runtime);
const { catalogue, models, patterns, seeds, budgets } = JSON.parse(
  (await import("node:fs")).readFileSync(settings, "utf8"),
);
const { Evaluator, NEURONS, Objective, Portfolio, axesOf, patternOf, solvesAmplitude } = page;

for (const { code } of Object.values(models)) {
  for (const [name, text] of Object.entries(code)) {
    NEURONS[name] ??= new Function(...Object.keys(functions), `return ${text}`)(...Object.values(functions));
  }
}

const seconds = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;

function problemOf(model, pattern) {
  const data = models[model];
  const of = patternOf(catalogue, data, pattern);
  const sliders = [...of.stimulus, ...data.parameters];
  const values = Object.fromEntries(sliders.map((one) => [one.name, one.default]));
  const free = sliders.filter(({ vary }) => vary !== false).map(({ name }) => name);
  const axes = axesOf(sliders, values, { begin: "random", free, bounds: {} });
  return { ...data, settings: catalogue.bench, pattern: of, values, dt: data.model.dt, axes };
}

/** Searches until a set passes the tests of the page or the budget is spent, in one thread. */
async function searched(problem, seed, hasKernel) {
  const began = seconds();
  const evaluator = new Evaluator(problem);
  await evaluator.compiled;
  const objective = new Objective(problem);
  const budget = budgets[problem.model.name];
  const plan = new Portfolio({ axes: problem.axes, seed, budget, solvesAmplitude: solvesAmplitude(problem) });
  const batches = plan.batches();
  const all = [];
  for (let step = batches.next(); !step.done; ) {
    const { points, phase } = step.value;
    const width = hasKernel ? evaluator.width : 1;
    const rows = [];
    for (let k = 0; k < points.length; k += width) {
      if (hasKernel) rows.push(...evaluator.evaluate(points.slice(k, k + width), phase));
      else rows.push(objective.evaluate(points[k], phase));
    }
    all.push(...rows);
    if (rows.some(({ rank }) => rank === "unverified")) break;
    step = batches.next(rows.map(({ penalties }) => penalties));
  }
  return { rows: all, seconds: seconds() - began };
}

for (const model of Object.keys(models)) {
  for (const hasKernel of [true, false]) await searched(problemOf(model, patterns[0]), -1, hasKernel); // warms up
  for (const [k, seed] of seeds.entries()) {
    for (const [place, pattern] of patterns.entries()) {
      const problem = problemOf(model, pattern);
      const order = (k + place) % 2 ? [true, false] : [false, true];
      const runs = new Map();
      for (const hasKernel of order) runs.set(hasKernel, await searched(problem, seed, hasKernel));
      const [kernel, plain] = [runs.get(true), runs.get(false)];
      const isEqual = JSON.stringify(kernel.rows) === JSON.stringify(plain.rows);
      console.log(
        JSON.stringify({
          model,
          pattern,
          seed,
          evaluations: plain.rows.length,
          isEqual,
          seconds: plain.seconds,
          seconds_with_kernel: kernel.seconds,
        }),
      );
    }
  }
}
