"""The neuron in a page against machine code: random parameters × the sweeps of ten patterns, spike by spike.

A lane is one set under one sweep. Where its spikes differ, machine code runs it again with every parameter of the model
moved by one unit of its last place, up or down: if that makes other spikes too, the last bits decide, as those of an
exponential may.
"""

import json
from importlib.resources import files

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.patterns.formulas import sweep_formulas
from plausiwidgets.simulation.javascript.module import neuron_object, runtime
from plausiwidgets.widgets.page.contents import BENCH

pytestmark = pytest.mark.benchmark

SETS = 200
LETTERS = "ABCEKLMORS"

_RUN = """
function answer({ bench, dt, patterns }) {
  let steps = 0;
  const began = performance.now();
  const spikes = patterns.map(({ sets, sweeps, holding }) => sets.map((values) => {
    const known = new Map(Object.entries(values));
    const parameters = Object.fromEntries(neuron.parameters.map(([name]) => [name, known.get(name)]));
    const held = holding ? known.get(holding) : 0;
    const rest = settled(neuron, bench, parameters, held, dt);
    steps += bench.settle / dt;
    return sweeps.map((sweep) => {
      const line = responseTo(sweep, rest, neuron, bench, parameters, held, dt, known);
      steps += line.v.length;
      return Number.isFinite(line.divergedAt) ? [] : line.spikes.filter((t) => t >= 0).map((t) => Math.round(t / dt));
    });
  }));
  return { spikes, nanoseconds: ((performance.now() - began) / steps) * 1e6 };
}
"""


def spikes_of(model, pattern, values, towards=None):
    """Return the steps in which machine code has a spike, by set and sweep; parameters an ulp `towards` a number."""
    if towards is not None:
        values = values | {n: np.nextafter(values[n], towards) for n in model.parameters}
    bench = Bench(model, values, model.dt, "compiled")
    with np.errstate(invalid="ignore"):
        responses = bench.apply(pattern.sweeps(bench.stimulus), durations=pattern.durations(bench.stimulus))
    trains = {name: [np.rint(row[np.isfinite(row)] / model.dt).astype(int) for row in r.times]
              for name, r in responses.items()}  # fmt: skip
    return [[train[i].tolist() for train in trains.values()] for i in range(bench.n)]


@pytest.mark.parametrize("name", pw.models.names())
def test_spikes(benchmark, tmp_path, name):
    model = pw.models.get(name)
    patterns = [p for p in map(pw.patterns.get, pw.patterns.names()) if p.letter in LETTERS]
    rng = np.random.default_rng(0)
    drawn = [
        {n: p.from_unit(rng.random(SETS)) for n, p in pattern.parameters(model).items()} for pattern in patterns
    ]
    given = {"bench": BENCH, "dt": model.dt, "patterns": [
        {
            "sets": [{n: float(v[i]) for n, v in values.items()} for i in range(SETS)],
            "sweeps": list(sweep_formulas(pattern).values()), "holding": "holding",
        }
        for pattern, values in zip(patterns, drawn, strict=True)
    ]}  # fmt: skip
    bench = (files("plausiwidgets.widgets.page") / "bench.js").read_text()
    source = f"{runtime()} const neuron = {neuron_object(model)}; {bench} {_RUN}"
    answer = benchmark.pedantic(node.run, args=(tmp_path, source, given), rounds=1)
    lanes = fired = 0
    differing, decided = [], []
    for pattern, values, ours in zip(patterns, drawn, answer["spikes"], strict=True):
        theirs = spikes_of(model, pattern, values)
        beside = [spikes_of(model, pattern, values, towards) for towards in (np.inf, -np.inf)]
        for i in range(SETS):
            for j, sweep in enumerate(pattern.sweeps_at({n: v[i : i + 1] for n, v in values.items()})):
                lanes += 1
                fired += len(theirs[i][j]) > 0
                if ours[i][j] != theirs[i][j]:
                    differing.append(f"{pattern.letter} {sweep} set {i}")
                    decided.append(any(spikes[i][j] != theirs[i][j] for spikes in beside))
    print(f"\n{name}: {lanes} lanes, {fired} fire, {len(differing)} differ ({sum(decided)} by the last bits), "
          f"{answer['nanoseconds']:.0f} ns a step")  # fmt: skip
    print(json.dumps([w for w, d in zip(differing, decided, strict=True) if not d]))
    benchmark.extra_info.update(lanes=lanes, fired=fired, differing=differing, nanoseconds=answer["nanoseconds"])
    assert len(differing) < 0.1 * lanes
