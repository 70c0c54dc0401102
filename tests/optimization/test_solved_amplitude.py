"""Solved amplitudes: their thresholds are those of every sweep bisected alone."""

import numpy as np
import pytest

from plausiwidgets.optimization.amplitude import AMPLITUDE, BISECTIONS, FIRST_BISECTIONS, NEAR
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.patterns import runner as benches


def by_hand(problem, settled, i):
    """Return the thresholds of one set, its sweeps bisected one after the other."""
    pattern, (low, high) = problem.pattern, np.log(problem.limits(AMPLITUDE))
    values = {name: value[i : i + 1] for name, value in vars(settled.stimulus_values).items()}
    one = problem.settle({n: x[i : i + 1] for n, x in (settled.parameters | vars(settled.stimulus_values)).items()})[""]

    def fires(name, log_amplitude):
        sweep = pattern.sweeps_at({**values, AMPLITUDE: np.exp([log_amplitude])})[name]
        t0, t1 = (np.ravel(t)[0] for t in sweep.window)
        times = one.apply({name: sweep}).responses[name].times[0]
        return bool(((times >= t0) & (times < t1)).any())

    def threshold(name, bisections):
        a, b = low, high
        if not fires(name, b):
            return np.inf
        for _ in range(bisections):
            middle = 0.5 * (a + b)
            a, b = (a, middle) if fires(name, middle) else (middle, b)
        return b

    window = pattern.amplitude_window
    for bisections in (FIRST_BISECTIONS, BISECTIONS):
        fire = max(threshold(name, bisections) for name in window.fire)
        silent = min(threshold(name, bisections) for name in window.silent)
        if min(silent, 100.0) - fire <= NEAR:
            break
    return fire, min(silent, high)


@pytest.mark.parametrize("key", ["resonator", "integrator", "threshold_variability", "accommodation"])
def test_thresholds_are_those_of_plain_bisection(monkeypatch, key):
    monkeypatch.setattr(benches, "WORTH_A_RUN", 5_000)  # run even these few lanes in groups
    problem = make_problem("lif", key)
    points = problem.space.chart().decode(np.random.default_rng(1).random((40, problem.space.size)))
    settled = problem.settle(problem.space.values(points))
    found = problem.thresholds(settled)[AMPLITUDE]
    known = np.flatnonzero(np.isfinite(found.fire_above))
    assert known.size > 3
    for i in known[:6]:
        assert by_hand(problem, settled[""], i) == (found.fire_above[i], found.silent_below[i])


def test_groups_of_lanes_do_not_change_the_result(monkeypatch):
    problem = make_problem("izhikevich", "accommodation")
    points = problem.space.chart().decode(np.random.default_rng(2).random((64, problem.space.size)))
    made = []
    for worth in (0, 10**12):
        monkeypatch.setattr(benches, "WORTH_A_RUN", worth)
        made.append(problem.judge_solved(points))
    np.testing.assert_array_equal(made[0].guidance, made[1].guidance)
    np.testing.assert_array_equal(made[0].values[AMPLITUDE], made[1].values[AMPLITUDE])
