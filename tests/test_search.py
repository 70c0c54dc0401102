"""The search: screen, starts side by side, restarts, budget; replayable from its losses."""

import numpy as np
import pytest
import torch
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.search import Options, Search, _distinct
from plausiwidgets.optimization.space import Space

SPACE = Space.build(PARAMETERS)
SMALL = Options(popsize=8, starts=3, screen=64, chunk=32)


def loss(points):
    return np.sum((SPACE.chart().encode(points) - 0.3) ** 2, axis=1) + 0.5


def batches(search, loss=loss, most=10_000):
    out = []
    while len(out) < most and (points := search.ask()) is not None:
        out.append((search.phase, points))
        search.tell(loss(points))
    return out


def test_screen_then_starts_side_by_side():
    made = batches(Search(SPACE, 0, 500, SMALL))
    assert [len(p) for phase, p in made if phase == "screen"] == [32, 32]
    assert {len(p) for phase, p in made if phase == "search"} == {24, 8, 16} or {24} <= {
        len(p) for phase, p in made if phase == "search"
    }


@pytest.mark.parametrize("budget", [1, 2, 7, 8, 9, 31, 100, 257, 1000])
@pytest.mark.parametrize("with_start", [False, True])
def test_budget_is_never_exceeded_and_nearly_spent(budget, with_start):
    start = SPACE.point(SPACE.base) if with_start else None
    search = Search(SPACE, 0, budget, SMALL, start)
    made = batches(search)
    assert sum(len(p) for _, p in made) == search.evaluations
    assert budget - SMALL.popsize < search.evaluations <= budget
    if with_start:
        np.testing.assert_array_equal(made[0][1], start[None, :])


@pytest.mark.parametrize("popsize", [8, 32, 100])
def test_a_larger_budget_never_looks_at_fewer_points(popsize):
    def looked_at(budget):
        size = Search(SPACE, 0, budget, Options(popsize=popsize))._screen_size(budget)
        return size + (budget - size) // popsize * popsize

    made = [looked_at(budget) for budget in range(1, 400)]
    assert made == sorted(made)
    assert made[: 2 * popsize // 2] == list(range(1, popsize + 1))


def test_points_do_not_depend_on_the_default_type_of_torch():
    expected = Search(SPACE, 0, 100, SMALL).ask()
    torch.set_default_dtype(torch.float16)
    try:
        np.testing.assert_array_equal(Search(SPACE, 0, 100, SMALL).ask(), expected)
    finally:
        torch.set_default_dtype(torch.float32)


def test_points_stay_in_the_box():
    for _, points in batches(Search(SPACE, 3, 3000, SMALL)):
        assert np.all((points >= SPACE.low) & (points <= SPACE.high))


def test_told_losses_restore_the_search():
    def rough(points):
        return np.round(loss(points), 1)

    one, two = Search(SPACE, 7, 5000, SMALL), Search(SPACE, 7, 5000, SMALL)
    losses = [rough(points) for _, points in batches(one, rough)]
    for told, (_, points) in zip(losses, batches(Search(SPACE, 7, 5000, SMALL), rough), strict=True):
        np.testing.assert_array_equal(two.ask(), points)
        two.tell(told)
    assert two.ask() is None
    assert one.restarts == two.restarts


def test_different_seeds_differ():
    first, second = Search(SPACE, 0, 100, SMALL).ask(), Search(SPACE, 1, 100, SMALL).ask()
    assert not np.array_equal(first, second)


def test_starts_without_gain_are_replaced():
    search = Search(SPACE, 0, 64 + 24 * 40, SMALL)
    batches(search, lambda points: np.full(len(points), 1.0))
    assert search.restarts >= 3


def test_good_points_of_the_screen_are_distinct_and_best_first():
    points = np.array([[0.5, 0.5], [0.51, 0.5], [0.1, 0.9], [0.9, 0.1]])
    assert _distinct(points, np.array([0.1, 0.0, 0.3, 0.2])) == [1, 3, 2]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_refused(bad):
    search = Search(SPACE, 0, 100, SMALL)
    losses = loss(search.ask())
    losses[3] = bad
    with pytest.raises(ValueError, match="not finite"):
        search.tell(losses)


def test_losses_must_match_the_points():
    search = Search(SPACE, 0, 100, SMALL)
    search.ask()
    with pytest.raises(ValueError, match="one loss for each"):
        search.tell(np.zeros(3))
