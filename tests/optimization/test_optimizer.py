"""Verification, fragile solutions, volume, robustness and JSON, on a problem with a known solution."""

import math
from functools import partial

import numpy as np
import pytest
from optimization_fakes import FakeProblem, fake_optimizer, fake_problem

import plausiwidgets as pw
from plausiwidgets.optimization.api import make_problem
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.portfolio import Options, Portfolio
from plausiwidgets.optimization.problem import Batch
from plausiwidgets.optimization.result import FORMAT, Result, describe_unmet
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.strategy import losses_of
from plausiwidgets.optimization.volume import Volume, binomial_interval


def test_stops_at_the_first_verified_solution():
    result = Run(fake_optimizer(radius=0.02)).execute()
    assert result.replicated
    assert result.stop_reason == "solved"
    assert result.found_after <= result.evaluations < 20_000
    tries = result._history
    assert tries.best[-1] == 0.0
    assert (tries.best[: tries.ends[-2]] > 0).all()


def test_a_fragile_solution_is_kept_and_the_search_continues():
    # Accepted within 0.05 of 0.3 at dt, and of 0.5 at dt/2: no point at both.
    optimizer = fake_optimizer(budget=6000, radius=0.05, finer=0.2)
    result = Run(optimizer).execute()
    assert result.accepted
    assert not result.replicated
    assert result.status == "fragile"
    assert "(at half the time step)" in result.summary
    assert result.stop_reason == "budget"
    assert result.evaluations > 5900


def test_a_search_moves_from_a_fragile_to_a_verified_solution():
    result = Run(fake_optimizer(radius=0.05, finer=0.08)).execute()
    assert result.replicated


def test_an_accepted_start_ends_the_search_immediately():
    problem = fake_problem()
    points = problem.space.chart().decode(np.full((1, problem.space.size), 0.3))
    centre = {n: float(v[0]) for n, v in problem.space.values(points).items()}
    result = Run(fake_optimizer(start=centre)).execute()
    assert result.evaluations == 1
    assert result.parameters == centre
    assert math.isnan(result.volume.share)


def test_screen_measures_the_volume():
    optimizer = fake_optimizer(radius=0.2, budget=100_000)
    result = Run(optimizer).execute()
    rng = np.random.default_rng(0)
    unit = rng.random((200_000, optimizer.problem.space.size))
    share = np.mean(np.linalg.norm(unit - 0.3, axis=1) / 2.0 <= 0.2)
    low, high = result.volume.interval
    assert result.volume.screened == result.evaluations == 32
    assert low < share < high
    assert result.expected_random == pytest.approx(1 / result.volume.share)


def solving(seed, budget=512):
    """Return an optimizer of a pattern whose amplitude is solved, with a screen of 256."""
    problem = make_problem("izhikevich", "resonator")
    assert problem.solves_amplitude
    return Optimizer(problem, seed, budget, partial(Portfolio, options=Options(population=256, explore=2)))


class Missing(FakeProblem):
    """Solves an amplitude, so that no candidate is accepted any more."""

    solves_amplitude = True

    def settle(self, values, checkpoint=None):
        return None

    def judge_solved(self, points, checkpoint=None, *, settled=None):
        judged = self.judge(self.space.values(points))
        return Batch.unverified(judged.values, judged.loss + 0.5, judged.penalties + 0.5, judged.criteria)


def test_a_screened_point_that_is_accepted_unsolved_is_kept():
    optimizer = Optimizer(Missing(*vars(fake_problem(radius=0.2)).values()), 0, 64)
    result = optimizer.step()
    assert result.loss == 0.0 and 0 < result.volume.hits < result.volume.screened == result.evaluations


def test_the_history_contains_the_loss_without_the_shortfall():
    optimizer, told = solving(0, budget=300), []
    tell = optimizer.strategy.tell
    optimizer.strategy.tell = lambda penalties: (told.append(penalties), tell(penalties))
    while (result := optimizer.step()) is not None:
        assert result.generation == len(told)
        assert np.median(result._history.loss[-len(told[-1]) :]) < np.median(losses_of(told[-1]))


def test_missed_criteria_belong_to_the_reported_amplitude():
    optimizer = solving(0, budget=20_000)
    while (result := optimizer.step()) is not None:
        assert result.unmet == describe_unmet(pw.judge("izhikevich", "resonator", result.parameters).criteria)
    assert optimizer.result.replicated


def test_robustness_is_the_accepted_share_of_jittered_copies():
    assert Run(fake_optimizer(radius=0.2)).execute().robustness > 0.8
    assert Run(fake_optimizer(radius=-1.0, budget=100)).execute().robustness is None


def test_binomial_interval_against_scipy():
    stats = pytest.importorskip("scipy.stats")
    for hits, n in ((1, 10), (5, 10), (3, 1024), (700, 1024)):
        exact = stats.binomtest(hits, n).proportion_ci(method="exact")
        assert binomial_interval(hits, n) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert binomial_interval(0, 1024)[1] == pytest.approx(3 / 1024, rel=0.01)
    assert binomial_interval(0, 0) == (0.0, 1.0)
    assert binomial_interval(10, 10)[1] == 1.0
    assert Volume(0, 1024).expected_random_bound == pytest.approx(1024 / 3, rel=0.01)


def test_a_record_read_from_json_is_equal_to_the_last_bit():
    seen = []
    result = Run(fake_optimizer(radius=0.02), progress=seen.append).execute()
    odd = Result(
        'my "model"',
        "mine",
        2**60,
        10,
        parameters={"a": 0.1 + 0.2, "b": -0.0, "c": 5e-324, "d": math.inf},
        unmet={"silent": "–, asked for 0"},
        loss=math.nextafter(1.0, 2.0),
        seconds=math.nan,
        dt=None,
        bounds={"a": (-math.inf, 1 / 3)},
        robustness=None,
        stop_reason="failed",
        error="a\nb\u2028c\x00 é",
    )
    for one in (Result("lif", "mine", 0, 5), *seen[:2], result, odd):
        text = one.to_json()
        assert "NaN" not in text and "Infinity" not in text and "\n" not in text
        again = Result.from_json(text)
        assert again.to_json() == text
        for name, value in vars(one).items():
            if name not in ("problem", "_history", "_distribution"):
                assert repr(getattr(again, name)) == repr(value)
        assert len(text) < 3000 and len(again._history) == 0


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        "no JSON",
        '{"format": "other"}',
        '{"format": "plausiwidgets-result-1"}',
        f'{{"format": "{FORMAT}"}}',
        Result("lif", "mine", 0, 5).to_json().replace("waiting", "wating"),
        Result("lif", "mine", 0, 5).to_json().replace('"seed": 0', '"seed": {}'),
    ],
)
def test_from_json_rejects_other_texts(text):
    with pytest.raises(ValueError, match=r"Result: |Expecting value"):
        Result.from_json(text)


def test_a_nan_loss_is_refused():
    optimizer = fake_optimizer(radius=np.nan)
    with pytest.raises(ValueError, match="must be finite"):
        optimizer.step()


def test_values_at_a_bound_are_named_on_either_side_and_on_every_scale():
    box = {"E_L": (-80.0, -55.0), "g_L": (1.0, 20.0), "b": (0.0, 400.0), "tau": (10.0, 300.0), "fixed": (5.0, 5.0)}

    def ends(**values: float) -> tuple[str, ...]:
        return Result("adex", "mine", 0, 64, parameters=values, bounds=box).at_bounds

    assert ends(E_L=-55.1, g_L=1.01, b=3.0, tau=12.0, fixed=5.0) == ("E_L", "g_L")
    assert ends(E_L=-70.0, g_L=4.0, b=0.0, tau=299.0) == ("b", "tau")
