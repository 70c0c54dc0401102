"""One CMA-ES run: reproducible, silent, confined to the cube, ended without gain."""

import warnings

import numpy as np
import pytest
from numpy.random import SeedSequence
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.cmaes import CmaRun
from plausiwidgets.optimization.space import Space

PATIENCE = 30


def make(seed=0, fixed=()):
    chart = Space.build(PARAMETERS, fixed=fixed).chart()
    x0 = np.full(len(chart.parameters), 0.9)
    return chart, CmaRun(chart, x0, 0.3, 16, SeedSequence(seed), PATIENCE)


def sphere(chart, points):
    return np.sum((chart.encode(points) - 0.3) ** 2, axis=1)


def points_of(seed, generations=20):
    chart, run = make(seed)
    out = []
    for _ in range(generations):
        points = run.ask()
        run.tell(sphere(chart, points))
        out.append(points)
    return np.array(out)


def test_finds_the_minimum_within_the_bounds():
    chart, run = make()
    while not run.finished:
        points = run.ask()
        assert np.all((points >= chart.low) & (points <= chart.high))
        run.tell(sphere(chart, points))
    assert run.best < 1e-3


def test_the_same_seed_gives_the_same_points_during_another_run():
    first = points_of(5)
    chart, run = make(5)
    _, other = make(6)
    for expected in first:
        np.testing.assert_array_equal(run.ask(), expected)
        other.tell(sphere(chart, other.ask()))
        run.tell(sphere(chart, expected))
    assert not np.array_equal(first, points_of(6))


@pytest.mark.parametrize("loss", [0.0, 1.7, 20.0])
def test_a_plateau_ends_the_run(loss):
    _, run = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while not run.finished:
            run.ask()
            run.tell(np.full(16, loss))
    assert run.generation <= PATIENCE + 1


def test_one_free_parameter_is_enough(capfd):
    chart, run = make(fixed=("a", "c", "amplitude"))
    for _ in range(15):
        run.tell(sphere(chart, run.ask()))
    assert run.best < 1e-3
    assert capfd.readouterr() == ("", "")
