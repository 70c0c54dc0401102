"""The objective curve: short enough to send, and true to the search."""

import numpy as np

from plausiwidgets.optimization.tries import DRAWN, Tries
from plausiwidgets.widgets.explorer.loss_curve import LossCurve


def shown(curve: LossCurve) -> np.ndarray:
    return np.frombuffer(curve.rows, np.float32).reshape(-1, 4)


def test_a_long_search_keeps_its_ends_its_restarts_and_each_step_of_the_best() -> None:
    loss = 1.0 + np.random.default_rng(0).random(500_000)
    loss[123_456] = 0.25
    tries = Tries(loss=loss, ends=np.arange(1, 5001) * 100, restarts=np.arange(5000) // 40)
    curve = LossCurve()
    curve.show(tries)
    rows = shown(curve)
    assert len(rows) <= DRAWN
    assert rows[0, 0] == 1 and rows[-1].tolist() == [500_000.0, 0.25, np.float32(loss[-1]), 4999 // 40]
    assert set(np.unique(tries.best).astype(np.float32)) == set(rows[:, 1])
    assert rows[:, 2].min() == 0.25
    assert np.all(np.diff(rows[:, 0]) > 0)
    curve.clear()
    assert curve.rows == b""
