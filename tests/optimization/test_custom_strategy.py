"""Custom strategies: ask and tell are enough; a strategy that fails costs none of the evaluations so far."""

import re

import numpy as np
import pytest
from ask_tell import RandomSearch, failing
from optimization_fakes import comparable, fake_problem

import plausiwidgets as pw
from plausiwidgets.optimization import StrategyError
from plausiwidgets.optimization.optimizer import Optimizer

ASKED = ("lif", "tonic_bursting")
PARAMETERS = pw.patterns.get("tonic_bursting").parameters(pw.models.get("lif"))


def test_an_object_with_ask_and_tell_is_a_strategy():
    result = pw.optimize(*ASKED, strategy=RandomSearch, budget=100, seed=3)
    assert (result.stop_reason, result.evaluations, result.strategy) == ("budget", 100, "RandomSearch")
    assert comparable(pw.optimize(*ASKED, strategy=RandomSearch, budget=100, seed=3)) == comparable(result)
    assert set(result.history["phase"]) == {"search"} and result.restarts == 0
    problem = result.problem
    alone = pw.optimize(*ASKED, strategy=RandomSearch(problem.space, 3, 100), budget=100, seed=3)
    assert alone.history["loss"].equals(result.history["loss"])


def test_the_last_points_of_a_strategy_without_a_distribution_are_its_population():
    optimizer = Optimizer(fake_problem(), 0, 100, RandomSearch)
    first, second = optimizer.step(), optimizer.step()
    assert first._distribution.population.shape == (20, optimizer.problem.space.size)
    np.testing.assert_array_equal(second._distribution.population, second._history.values[-20:])


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("nan", r"generation 3: every point that ask returns must be finite, got nan"),
        ("inf", r"generation 3: every point that ask returns must be finite, got inf"),
        ("raises", r"generation 3: ask raised ZeroDivisionError at ask_tell\.py, line \d+: in my code"),
        ("raises in tell", r"generation 2: tell raised KeyError at ask_tell\.py, line \d+: 'in my code'"),
        ("one point", r"ask must return an array of numbers with shape \(n, \d\) .*, got shape \(\d,\)"),
        ("no point", r"shape \(n, \d\) and n ≥ 1, or None, got shape \(0, \d\)"),
        ("too few columns", r"got shape \(20, \d\)"),
        ("words", "got \\[\\['a'"),
        ("ragged", r"got \[\[1\.0\], \[1\.0, 2\.0\]\]"),
        ("nothing", r"got \{\}"),
        ("too many", "ask must return at most 10000 points, got 20001"),
    ],
)
def test_a_failing_strategy_loses_no_evaluations(how, text):
    with pytest.warns(UserWarning, match="the search ended after 40 evaluations, which the result contains"):
        result = pw.optimize(*ASKED, strategy=failing(how), budget=200)
    assert (result.stop_reason, result.evaluations, len(result.history)) == ("failed", 40, 40)
    assert pytest.approx(result.loss) == pw.judge(*ASKED, result.parameters).loss
    assert re.match(r"strategy Fails, .*" + text, result.error) and "\n" not in result.error


@pytest.mark.parametrize("how", ["nan", "raises", "raises in tell", "no point"])
def test_the_row_of_an_assessment_contains_the_error_and_the_best_set_so_far(how):
    [row] = pw.assess("lif_adapt", "tonic_bursting", strategy=failing(how), budget=200).itertuples()
    assert (row.status, row.evaluations) == ("failed", 40)
    assert row.error.startswith("strategy Fails, generation ") and row.parameters


def test_a_strategy_that_fails_before_its_first_evaluation_raises():
    class Never(RandomSearch):
        def ask(self):
            raise OSError("no licence")

    with pytest.raises(StrategyError, match=r"generation 1: ask raised OSError .*: no licence") as raised:
        pw.optimize(*ASKED, strategy=Never, budget=200)
    assert isinstance(raised.value.__cause__, OSError)
    with pytest.raises(StrategyError, match="must have at most as many points as the budget, got 20 points with a bud"):
        pw.optimize(*ASKED, strategy=RandomSearch, budget=19)


def test_returning_none_ends_the_search_and_a_repetitive_strategy_ends_with_the_budget():
    class Ends(RandomSearch):
        generation = 0

        def ask(self):
            self.generation += 1
            return None if self.generation > 2 else super().ask()

    class Repeats(RandomSearch):
        def ask(self):
            return self.chart.decode(np.full((20, self.size), 0.5))

    ended = pw.optimize(*ASKED, strategy=Ends, budget=200)
    assert (ended.stop_reason, ended.evaluations) == ("finished", 40)
    repeated = pw.optimize(*ASKED, strategy=Repeats, budget=200)
    assert (repeated.stop_reason, repeated.evaluations, repeated.found_after) == ("budget", 200, 1)
    assert repeated.history["loss"].nunique() == 1


def test_a_strategy_that_changes_its_arrays_afterwards_changes_no_evaluation_and_no_bounds():
    class Changes(RandomSearch):
        def ask(self):
            self.points = super().ask()
            return self.points

        def tell(self, penalties):
            self.points[:] = np.nan
            penalties[:] = 0.0

    changed = pw.optimize(*ASKED, strategy=Changes, budget=100, seed=3)
    plain = pw.optimize(*ASKED, strategy=RandomSearch, budget=100, seed=3)
    names = [name for name in plain.history if name != "phase"]
    assert changed.history[names].equals(plain.history[names]) and changed.parameters == plain.parameters

    class Widens(RandomSearch):
        def __init__(self, space, **settings):
            space.low[:] = -1e9

    with pytest.raises(ValueError, match="read-only"):
        pw.optimize(*ASKED, strategy=Widens)


def test_an_object_that_is_not_a_strategy_is_rejected():
    with pytest.raises(TypeError, match=r"strategy must be None, a plausiwidgets.* got 'random'"):
        pw.optimize(*ASKED, strategy="random")
    with pytest.raises(TypeError, match="must return an object with the methods `ask` and `tell`, got object"):
        pw.optimize(*ASKED, strategy=lambda **settings: object())
    with pytest.raises(TypeError, match="must accept the arguments space, seed, budget and start"):
        pw.optimize(*ASKED, strategy=lambda space: RandomSearch(space, 0, 1))
    shared = RandomSearch(pw.optimize(*ASKED, budget=32).problem.space, 0, 100)
    with pytest.raises(
        TypeError, match="assess: strategy must be a class or function, because each search needs a new"
    ):
        pw.assess(*ASKED, strategy=shared)
    with pytest.raises(ValueError, match="assess: pass either popsize or strategy"):
        pw.assess(*ASKED, strategy=RandomSearch, popsize=8)


def test_a_study_is_continued_only_with_the_same_strategy(tmp_path):
    class Other(RandomSearch):
        def ask(self):
            return self.chart.decode(self.rng.random((10, self.size)))

    Other.__qualname__ = RandomSearch.__qualname__
    options = {"budget": 100, "store": tmp_path / "s.jsonl"}
    table = pw.assess("lif_adapt", "tonic_bursting", strategy=RandomSearch, **options)
    again = pw.assess("lif_adapt", "tonic_bursting", strategy=RandomSearch, **options)
    assert again.equals(table)
    for other in (Other, None):
        with pytest.raises(pw.assessment.StoreError, match=r"another request .strategy: 'RandomSearch"):
            pw.assess("lif_adapt", "tonic_bursting", strategy=other, **options)
