"""The population: where members move and which points survive."""

import numpy as np
import pytest
from optimization_fakes import PARAMETERS

from plausiwidgets.optimization.cmaes import GAIN
from plausiwidgets.optimization.evolution import Population
from plausiwidgets.optimization.space import Space
from plausiwidgets.optimization.strategy import losses_of

SPACE = Space.build(PARAMETERS)
CHART = SPACE.chart()


def population(penalties, seed=0):
    """Return a population of these penalties and the points of its members."""
    units = np.random.default_rng(seed).random((len(penalties), SPACE.size))
    return Population(CHART, units, penalties, np.random.default_rng(seed)), units


def drawn_towards(penalties, member, rounds=200):
    """Return the share of trials next to a member, without telling any penalties."""
    group, units = population(penalties)
    near = 0
    for _ in range(rounds):
        trials = CHART.encode(group.ask(8))
        near += int((np.linalg.norm(trials[:, None] - units, axis=-1).argmin(axis=1) == member).sum())
    return near / (8 * rounds)


@pytest.mark.parametrize(
    ("own", "low", "high"),
    [
        ([0.0, 1.9, 0.0], 2.0, np.inf),  # best in one criterion, in spite of the worst sum
        ([1.0, 0.5, 0.1], 0.0, 0.2),  # best in no criterion
    ],
)
def test_a_member_attracts_others_by_the_criterion_in_which_it_is_best(own, low, high):
    penalties = np.tile([1.0, 0.5, 0.0], (32, 1))
    usual = drawn_towards(penalties, member=5)
    penalties[5] = own
    assert losses_of(penalties).argmax() == 5
    assert low * usual < drawn_towards(penalties, member=5) < high * usual


def test_the_point_with_the_smaller_sum_survives():
    group, _ = population(np.tile([1.0, 0.5, 0.0], (32, 1)))
    group.ask(4)
    told = np.array([[0.0, 1.9, 0.0], [1.0, 0.5, 0.0], [0.2, 0.2, 0.2], [2.0, 0.0, 0.0]])
    group.tell(told)
    expected = np.tile([1.0, 0.5, 0.0], (32, 1))
    expected[2] = told[2]
    np.testing.assert_array_equal(group.penalties, expected)
    np.testing.assert_array_equal(group.losses, losses_of(expected))


@pytest.mark.parametrize("columns", [1, 2, 9])
def test_members_with_equal_losses_attract_equally(columns):
    group, units = population(np.ones((16, columns)))
    led = np.zeros(16)
    for _ in range(400):
        near = np.linalg.norm(CHART.encode(group.ask(4))[:, None] - units, axis=-1).argmin(axis=1)
        led += np.bincount(near, minlength=16)
    assert led.min() > 0.2 * led.mean()


def test_a_point_of_another_search_replaces_the_nearest_member():
    group, units = population(np.ones((16, 2)))
    points = CHART.decode(units[[3, 7]])
    group.take(points, np.array([[1.0, 1.5], [0.5, 0.5]]))
    assert np.flatnonzero(group.losses < 2.0).tolist() == [7]
    group.take(points[:1], np.array([[1.5, 1.0]]))
    assert np.flatnonzero(group.losses != 2.0).tolist() == [7]


@pytest.mark.parametrize(("rounds", "stale"), [(11, False), (12, True)])
def test_a_population_ends_after_twelve_rounds_of_trials_without_a_gain(rounds, stale):
    group, _ = population(np.ones((8, 2)))
    for _ in range(rounds * 2):
        group.ask(4)
        group.tell(np.full((4, 2), 2.0))
    assert group.stale is stale


def test_a_gain_starts_the_count_again_and_a_smaller_difference_does_not():
    group, _ = population(np.ones((8, 2)))
    for best in (1.9, 1.9 - 0.5 * GAIN):
        group.ask(8)
        group.tell(np.tile([best, 0.0], (8, 1)))
    for _ in range(10):
        group.ask(8)
        group.tell(np.full((8, 2), 2.0))
    assert not group.stale
    group.ask(8)
    group.tell(np.full((8, 2), 2.0))
    assert group.stale
