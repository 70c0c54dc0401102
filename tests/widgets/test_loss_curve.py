"""The objective curve: short enough to send, and true to the search."""

import numpy as np

from plausiwidgets.widgets.explorer.loss_curve import MOST, LossCurve


def shown(curve: LossCurve) -> np.ndarray:
    return np.frombuffer(curve.rows, np.float32).reshape(-1, 4)


def test_a_long_search_keeps_its_ends_and_its_least_losses() -> None:
    curve = LossCurve()
    evaluations = np.arange(1, 5001) * 256.0
    current = 1.0 + np.random.default_rng(0).random(5000)
    current[1234] = 0.25
    best = np.minimum.accumulate(current)
    restarts = np.arange(5000) // 40
    curve.show(evaluations, best, current, restarts)
    rows = shown(curve)
    assert len(rows) == MOST
    assert rows[-1, 0] == evaluations[-1]
    assert rows[-1, 1] == best[-1]
    assert rows[:, 2].min() == 0.25
    assert rows[-1, 3] == restarts[-1]
    assert np.all(np.diff(rows[:, 0]) > 0)


def test_losses_that_are_not_finite_are_left_out() -> None:
    curve = LossCurve()
    curve.show(np.array([1.0, 2.0]), np.array([np.inf, 3.0]), np.array([np.inf, 3.0]), np.array([0, 1]))
    assert shown(curve).tolist() == [[2.0, 3.0, 3.0, 1.0]]
    curve.clear()
    assert curve.rows == b""
