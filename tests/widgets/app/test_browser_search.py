"""The search of the page against that of Python, part by part, on the same random numbers."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from node import imported, run

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.models.parameter import Floats
from plausiwidgets.optimization.evolution import Population
from plausiwidgets.optimization.problem import Problem
from plausiwidgets.optimization.sobol import Sobol
from plausiwidgets.optimization.space import Chart, Space
from plausiwidgets.optimization.strategy import losses_of
from plausiwidgets.patterns import features
from plausiwidgets.patterns.verification import BRIEF, CLEAR, HALF, PAUSE, RING
from plausiwidgets.widgets.catalogue.generate import FOLDER

REPLAYED = """
    /** Random numbers in the order in which Python drew them. */
    const replayed = (drawn) => {
        let k = 0;
        const next = () => drawn[k++];
        return { bit: next, uniform: next, normal: next, cauchy: next, below: next };
    };
"""


class Drawn:
    """A NumPy generator that notes what it draws."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.numbers: list[float] = []

    def __getattr__(self, name: str):
        def draw(*args, **settings):
            made = getattr(self._rng, name)(*args, **settings)
            self.numbers += np.ravel(made).tolist()
            return made

        return draw


def axes_of(space: Space) -> list[dict]:
    return [
        {
            "name": name,
            "low": float(low),
            "high": float(high),
            "scale": space.parameters[name].scale,
            "linear_width": space.parameters[name].linear_width,
        }
        for name, low, high in zip(space.names, space.low, space.high, strict=True)
    ]


def space_of(model: str, pattern: str) -> Space:
    return Space.build(pw.patterns.get(pattern).parameters(pw.models.get(model)))


@pytest.mark.parametrize("size", [1, 3, 13, 64, 66])
def test_sobol_points(tmp_path: Path, size: int) -> None:
    sobol = Sobol(size, 5)
    state = np.random.RandomState(5)
    known = min(size, 64)
    bits = (state.randint(2**32, size=(known, 30), dtype=np.uint32) & 1).ravel().tolist()
    bits += (state.randint(2**32, size=(known, 30, 30), dtype=np.uint32) & 1).ravel().tolist()
    points = np.vstack([sobol.draw(5), sobol.draw(60)])
    drawn = [*bits, *points[:, known:].ravel().tolist()]
    source = f"""
        {imported("Sobol", "engine/search/sobol")} {REPLAYED}
        const answer = ({{ drawn }}) => {{
            const sobol = new Sobol({size}, replayed(drawn));
            return [...sobol.draw(5), ...sobol.draw(60)];
        }};
    """
    assert np.array_equal(run(tmp_path, source, {"drawn": drawn}), points)


@pytest.mark.parametrize("spread", [1.0, 8.0])
def test_charts(tmp_path: Path, spread: float) -> None:
    space = space_of("adex", "resonator")
    chart = space.chart(spread)
    units = np.random.default_rng(2).random((40, space.size))
    source = f"""
        {imported("Chart, folded", "engine/search/space")}
        const answer = ({{ axes, units }}) => {{
            const chart = new Chart(axes, {spread});
            const values = units.map((unit) => chart.decode(unit));
            return {{ values, back: values.map((one) => chart.encode(one)) }};
        }};
    """
    found = run(tmp_path, source, {"axes": axes_of(space), "units": units.tolist()})
    assert np.allclose(found["values"], chart.decode(units), rtol=1e-12)
    assert np.allclose(found["back"], units, atol=1e-12)


def rounds_of(population: Population, chart: Chart, count: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield the trials of each round and their penalties, which depend on the values."""
    for _ in range(count):
        asked = population.ask(8)
        penalties = penalties_of(chart.encode(asked))
        population.tell(penalties)
        yield asked, penalties


def penalties_of(units: Floats) -> Floats:
    """Return three criteria with plateaus, so that there are ties."""
    return np.stack([np.round(np.abs(units[:, i] - 0.3 * i), 1) for i in range(3)], axis=1)


def test_a_population_chooses_the_same_members_and_steps(tmp_path: Path) -> None:
    space = space_of("izhikevich", "tonic_bursting")
    chart = space.chart()
    units = np.random.default_rng(3).random((32, space.size))
    penalties, rng = penalties_of(units), Drawn(4)
    population = Population(chart, units, penalties, rng)
    rounds = list(rounds_of(population, chart, 30))
    run_points = np.random.default_rng(5).random((8, space.size))
    population.take(chart.decode(run_points), penalties_of(run_points))
    source = f"""
        {imported("Chart, Population", "engine/search/space", "engine/search/population")} {REPLAYED}
        function answer({{ axes, units, penalties, drawn, told, points, own }}) {{
            const chart = new Chart(axes);
            const population = new Population(chart, units, penalties, replayed(drawn));
            const asked = told.map((one) => {{
                const trials = population.ask(8);
                population.tell(one);
                return trials;
            }});
            population.take(points, own);
            return {{ asked, units: population.units, losses: population.losses, stale: population.isStale }};
        }}
    """
    given = {
        "axes": axes_of(space),
        "units": units.tolist(),
        "penalties": penalties.tolist(),
        "drawn": rng.numbers,
        "told": [told.tolist() for _, told in rounds],
        "points": chart.decode(run_points).tolist(),
        "own": penalties_of(run_points).tolist(),
    }
    found = run(tmp_path, source, given)
    assert np.allclose(found["asked"], [asked for asked, _ in rounds], rtol=1e-9)
    assert np.allclose(found["units"], population.units, atol=1e-12)
    assert np.allclose(found["losses"], losses_of(population.penalties), atol=1e-12)
    assert found["stale"] == population.stale


def test_a_cma_run_folds_its_points_and_ends_without_a_gain(tmp_path: Path) -> None:
    space = space_of("izhikevich", "tonic_spiking")
    source = f"""
        {imported("Chart, CmaRun, streamOf", "engine/search/space", "engine/search/cmaRun", "engine/search/random")}
        function answer({{ axes }}) {{
            const chart = new Chart(axes);
            const settings = {{ sigma: 0.5, popsize: 8, patience: 15 }};
            const run = new CmaRun(chart, axes.map(() => 1.2), settings, streamOf(1));
            const asked = [];
            while (!run.isFinished) {{
                const points = run.ask();
                asked.push(...points);
                run.tell(points.map(() => 1));
            }}
            return asked;
        }}
    """
    asked = np.array(run(tmp_path, source, {"axes": axes_of(space)}))
    assert len(asked) == 8 * 16  # the first generation is a gain
    assert ((asked >= space.low) & (asked <= space.high)).all()


@pytest.mark.parametrize(
    ("model", "pattern"),
    [
        ("izhikevich", "resonator"),
        ("adex", "accommodation"),
        ("wilson", "integrator"),
        ("hodgkin_huxley", "phasic_spiking"),
    ],
)
def test_losses_and_solved_amplitudes_of_random_points(tmp_path: Path, model: str, pattern: str) -> None:
    space = space_of(model, pattern)
    problem = Problem(pw.models.get(model), pw.patterns.get(pattern), space, pw.models.get(model).dt)
    points = space.chart().decode(np.random.default_rng(6).random((24, space.size)))
    batch = problem.judge_solved(points) if problem.solves_amplitude else problem.judge(space.values(points))
    data, shared = catalogue_of(model)
    source = f"""
        {imported("Objective, NEURONS, patternOf", "engine/search/objective", "engine/neuron", "catalogue")}
        {runtime()}
        Object.assign(NEURONS, {{ {model}: {neuron_object(pw.models.get(model))} }});
        function answer({{ shared, data, axes, values, points, dt }}) {{
            const {{ components, stimulus }} = patternOf(shared, data, "{pattern}");
            const pattern = {{ components, stimulus }};
            const objective = new Objective({{ ...data, settings: shared.bench, pattern, axes, values, dt }});
            return points.map((point) => objective.evaluate(point, "search"));
        }}
    """
    given = {
        "shared": shared,
        "data": data,
        "axes": axes_of(space),
        "values": dict(space.base),
        "points": points.tolist(),
        "dt": problem.dt,
    }
    found = run(tmp_path, source, given)
    rejected = ~batch.accepted
    assert np.allclose([row["loss"] for row in found], batch.loss, atol=1e-6)
    assert np.allclose(np.array([row["penalties"] for row in found])[rejected], batch.guidance[rejected], atol=1e-6)
    judged = np.column_stack([batch.values[name] for name in space.names])
    assert np.allclose(np.array([row["point"] for row in found])[rejected], judged[rejected], rtol=1e-9)


def catalogue_of(model: str) -> tuple[dict, dict]:
    """Return the entries of the catalogue of a model, and what all models share."""
    return tuple(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in (model, "shared"))


def test_the_shapes_of_spikes(tmp_path: Path) -> None:
    t = np.arange(0.0, 60.0, 0.1)
    v = (
        -65.0
        + 90.0 * np.exp(-((t - 10.0) ** 2))
        + 30.0 * np.exp(-((t - 25.0) ** 2))
        + 50.0 * np.exp(-((t - 45.0) ** 2) / 20)
    )
    rest, level, full = -65.0, 0.0, 95.0
    rises, tops = features.upstrokes(v, rest, CLEAR.high * 0.3 * full)
    spikes = tops >= level
    others = np.max(rises[spikes.argmax() :][~spikes[spikes.argmax() :]], initial=0.0)
    source = f"""
        {imported("shapeOf", "engine/search/spikeShapes")}
        const answer = ({{ v }}) => shapeOf(v, {rest}, 0.1, [9.0, 20.0], {{ level: {level}, full: {full} }});
    """
    found = run(tmp_path, source, {"v": v})
    assert found["half"] == pytest.approx(others / full)
    assert found["clear"] == pytest.approx(others / rises[spikes].min())
    assert found["brief"] == pytest.approx(features.longest_above(v, 0.5 * (rest + v.max())) * 0.1)
    ring = features.ringing(v, np.array([90.0, 200.0]), rest, level, PAUSE)
    assert found["ring"] * full == pytest.approx(ring) and ring > 45.0
    assert (RING.high, RING.scale, PAUSE) == (0.15, 0.15, 3.0)
    assert (HALF.high, BRIEF.high, len(rises)) == (0.3, 50.0, 3)
