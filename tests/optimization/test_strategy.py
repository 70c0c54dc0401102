"""The default strategy: screen, population, CMA-ES runs, budget, replay from its penalties."""

from dataclasses import replace

import numpy as np
import pytest
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.portfolio import Options, Portfolio
from plausiwidgets.optimization.space import Space

SPACE = Space.build(PARAMETERS)
SMALL = Options(popsize=8, population=32)


def penalties(points):
    return np.column_stack([(SPACE.chart().encode(points) - 0.3) ** 2, np.full(len(points), 0.5)])


def batches(strategy, penalties=penalties):
    """Run to the end; return the phase and the points of each batch."""
    out = []
    while (points := strategy.ask()) is not None:
        out.append((strategy.phase, points))
        strategy.tell(penalties(points))
    return out


def made(seed=0, budget=500, options=SMALL, start=None):
    return Portfolio(SPACE, seed, budget, start, options)


@pytest.mark.parametrize("budget", [1, 2, 7, 8, 9, 31, 32, 33, 100, 257, 1000])
@pytest.mark.parametrize("with_start", [False, True])
@pytest.mark.parametrize("explore", [0, 2])
def test_the_whole_budget_is_spent_and_never_exceeded(budget, with_start, explore):
    start = SPACE.point(SPACE.base) if with_start else None
    asked = batches(made(budget=budget, start=start, options=replace(SMALL, alone=0, explore=explore)))
    assert sum(len(p) for _, p in asked) == budget
    if with_start:
        assert asked[0][0] == "start"
        np.testing.assert_array_equal(asked[0][1], start[None, :])


def test_a_search_starts_at_the_starting_point():
    # A needle that screen and population do not find by chance.
    start = SPACE.chart().decode(np.full((1, SPACE.size), 0.9))[0]

    def needle(points):
        distance = np.linalg.norm(SPACE.chart().encode(points) - 0.85, axis=1)
        return np.where(distance < 0.2, distance, 2.0)[:, None]

    asked = batches(made(budget=1500, start=start), needle)
    assert min(needle(points).min() for _, points in asked) < 0.02


def test_equal_losses_give_equal_points():
    def rough(points):
        return np.round(penalties(points), 1)

    one, two = made(7, 5000), made(7, 5000)
    for _, points in batches(one, rough):
        np.testing.assert_array_equal(two.ask(), points)
        two.tell(rough(points))
    assert two.ask() is None
    assert one.restarts == two.restarts > 0


def test_different_seeds_differ():
    assert not np.array_equal(made(0).ask(), made(1).ask())


def test_without_gain_populations_are_replaced_by_larger_ones():
    asked = batches(made(budget=5000), lambda points: np.full((len(points), 1), 1.0))
    assert [len(p) for phase, p in asked if phase == "screen"][:3] == [32, 64, 128]
    searched = [len(p) for phase, p in asked if phase == "search"]
    assert searched[-2] > searched[0]
