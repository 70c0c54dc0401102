"""The neuron in a page against machine code: random parameters × the sweeps of ten patterns, spike by spike.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_javascript_spikes.py

The page is a real Chromium, which imports the module as an explorer does. A lane is one set under one sweep. Where its
spikes differ, other computations of the same neuron are asked, which are wrong in their last bits alone: machine code
with all parameters of the model moved by one unit of the last place, up or down, or one of them, and the torch engine,
whose exponential is another. If one of these makes other spikes than machine code too, the last bits decide.
"""

import os
from collections.abc import Iterator

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.widgets.app.described import BENCH
from plausiwidgets.widgets.app.tape import sweep_formulas
from tests.browser.conftest import browser

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser"]

SETS = int(os.environ.get("SPIKES_SETS", "200"))
LETTERS = "ABCEKLMORS"

_RUN = """
export function spikesOf(neuron, bench, dt, { sets, sweeps, holding }) {
  let steps = 0;
  const began = performance.now();
  const spikes = sets.map((values) => {
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
  });
  return { spikes, steps, milliseconds: performance.now() - began };
}
"""
_IMPORT = """async ([neuron, runner]) => {
    const imported = (text) => {
        const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        return import(url).finally(() => URL.revokeObjectURL(url));
    };
    [window.neuron, window.spikesOf] = [(await imported(neuron)).neuron, (await imported(runner)).spikesOf];
}"""


COLUMNS = ("model", "lanes", "fire", "differ", "1 ulp, all", "1 ulp, one", "torch", "unexplained", "ns a step")


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple]]:
    """Rows that are printed when all models are through."""
    rows: list[tuple] = []
    yield rows
    sums = [sum(row[i] for row in rows) for i in range(1, 8)]
    print(f"\n\n{COLUMNS[0]:<24}" + "".join(f"{name:>12}" for name in COLUMNS[1:]))
    for row in [*rows, ("all", *sums, "")]:
        print(f"{row[0]:<24}" + "".join(f"{value:>12}" for value in row[1:]))


@pytest.fixture(scope="module")
def page(browser):
    """A page without anything on it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto("about:blank")
    yield page
    context.close()


def spikes_of(model, pattern, values, engine="compiled"):
    """Return the steps in which an engine of the kernel has a spike, by set and sweep."""
    bench = Bench(model, values, model.dt, engine)
    with np.errstate(invalid="ignore"):
        responses = bench.apply(
            pattern.sweeps(bench.stimulus_values), durations=pattern.durations(bench.stimulus_values)
        )
    trains = {name: [np.rint(row[np.isfinite(row)] / model.dt).astype(int) for row in r.times]
              for name, r in responses.items()}  # fmt: skip
    return [[train[i].tolist() for train in trains.values()] for i in range(bench.n)]


def moved(values, names, towards):
    return values | {name: np.nextafter(values[name], towards) for name in names}


def explanation(model, pattern, values, sweep: int, spikes: list[int]) -> str:
    """Return the column of what makes other spikes than machine code does as well."""

    def others(values, engine="compiled"):
        return spikes_of(model, pattern, values, engine)[0][sweep] != spikes

    names = list(model.parameters)
    if any(others(moved(values, names, towards)) for towards in (np.inf, -np.inf)):
        return "1 ulp, all"
    if any(others(moved(values, [name], towards)) for name in names for towards in (np.inf, -np.inf)):
        return "1 ulp, one"
    return "torch" if others(values, "torch") else "unexplained"


@pytest.mark.parametrize("name", pw.models.names())
def test_spikes(page, table, name):
    model = pw.models.get(name)
    page.evaluate(_IMPORT, [pw.networks.to_javascript(model), f"{node.engine('features.js', 'bench.js')}\n{_RUN}"])
    rng = np.random.default_rng(0)
    lanes = fired = steps = milliseconds = 0
    found = dict.fromkeys(COLUMNS[4:8], 0)
    for pattern in (p for p in map(pw.patterns.get, pw.patterns.names()) if p.letter in LETTERS):
        values = {n: p.from_unit(rng.random(SETS)) for n, p in pattern.parameters(model).items()}
        given = {
            "sets": [{n: float(v[i]) for n, v in values.items()} for i in range(SETS)],
            "sweeps": list(sweep_formulas(pattern).values()), "holding": "holding",
        }  # fmt: skip
        answer = page.evaluate("([bench, dt, given]) => spikesOf(neuron, bench, dt, given)", [BENCH, model.dt, given])
        steps, milliseconds = steps + answer["steps"], milliseconds + answer["milliseconds"]
        theirs = spikes_of(model, pattern, values)
        for i, ours in enumerate(answer["spikes"]):
            lanes += len(ours)
            fired += sum(map(bool, theirs[i]))
            assert len(ours) == len(theirs[i])
            for j in (j for j, spikes in enumerate(ours) if spikes != theirs[i][j]):
                one = {n: v[i : i + 1] for n, v in values.items()}
                why = explanation(model, pattern, one, j, theirs[i][j])
                found[why] += 1
                if why == "unexplained":
                    print(f"\n{name}, {pattern.letter}, sweep {j}, set {i}: {ours[j][:5]}, not {theirs[i][j][:5]}")
    table.append((name, lanes, fired, sum(found.values()), *found.values(), round(1e6 * milliseconds / steps)))
    assert found["unexplained"] <= 1e-3 * lanes
