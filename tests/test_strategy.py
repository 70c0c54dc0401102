"""The package's own strategy: screen, runs side by side, restarts, budget; replayable from its losses."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import Options, ScreenAndCma, Strategy, distinct

SPACE = Space.build(PARAMETERS)
SMALL = Options(popsize=8, runs=3, screen=64, chunk=32)


def loss(points):
    return np.sum((SPACE.chart().encode(points) - 0.3) ** 2, axis=1) + 0.5


def batches(strategy, loss=loss):
    """Ask and tell to the end; return the phase and the points of each batch."""
    out = []
    while (points := strategy.ask()) is not None:
        out.append((strategy.phase, points))
        strategy.tell(loss(points))
    return out


def made(seed=0, budget=500, options=SMALL, start=None):
    return ScreenAndCma(SPACE, seed, budget, start, options)


def test_it_is_a_strategy():
    assert isinstance(made(), Strategy)


def test_a_screen_comes_before_runs_side_by_side():
    asked = batches(made())
    phases = [phase for phase, _ in asked]
    assert phases == sorted(phases, reverse=True)
    assert [len(p) for phase, p in asked if phase == "screen"] == [32, 32]
    assert {len(p) for phase, p in asked if phase == "CMA-ES"} >= {3 * 8}


@pytest.mark.parametrize("budget", [1, 2, 7, 8, 9, 31, 100, 257, 1000])
@pytest.mark.parametrize("with_start", [False, True])
def test_budget_is_never_exceeded_and_nearly_spent(budget, with_start):
    start = SPACE.point(SPACE.base) if with_start else None
    asked = batches(made(budget=budget, start=start))
    assert budget - SMALL.popsize < sum(len(p) for _, p in asked) <= budget
    if with_start:
        assert asked[0][0] == "start"
        np.testing.assert_array_equal(asked[0][1], start[None, :])


@pytest.mark.parametrize("popsize", [8, 100])
def test_a_larger_budget_never_looks_at_fewer_points(popsize):
    options = replace(SMALL, popsize=popsize)
    spent = [sum(len(p) for _, p in batches(made(budget=budget, options=options))) for budget in range(1, 250)]
    assert spent == sorted(spent)
    assert spent[:popsize] == list(range(1, popsize + 1))


def test_a_raised_budget_goes_on():
    strategy = made(budget=100)
    first = sum(len(p) for _, p in batches(strategy))
    strategy.budget = 300
    assert 100 < first + sum(len(p) for _, p in batches(strategy)) <= 300


def test_points_do_not_depend_on_the_default_type_of_torch():
    expected = made().ask()
    torch.set_default_dtype(torch.float16)
    try:
        np.testing.assert_array_equal(made().ask(), expected)
    finally:
        torch.set_default_dtype(torch.float32)


def test_points_stay_in_the_box():
    for _, points in batches(made(3, 3000)):
        assert np.all((points >= SPACE.low) & (points <= SPACE.high))


def test_told_losses_restore_it():
    def rough(points):
        return np.round(loss(points), 1)

    one, two = made(7, 5000), made(7, 5000)
    for _, points in batches(one, rough):
        np.testing.assert_array_equal(two.ask(), points)
        two.tell(rough(points))
    assert two.ask() is None
    assert one.restarts == two.restarts > 0


def test_different_seeds_differ():
    assert not np.array_equal(made(0).ask(), made(1).ask())


def test_runs_without_gain_are_replaced():
    strategy = made(budget=64 + 24 * 40)
    batches(strategy, lambda points: np.full(len(points), 1.0))
    assert strategy.restarts >= 3


def test_good_points_of_the_screen_are_distinct_and_best_first():
    points = np.array([[0.5, 0.5], [0.51, 0.5], [0.1, 0.9], [0.9, 0.1]])
    assert distinct(points, np.array([0.1, 0.0, 0.3, 0.2])) == [1, 3, 2]
