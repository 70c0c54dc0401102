"""Currents: exact means over steps, edges never missed."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import plausiwidgets as pw
from plausiwidgets.simulation.current import Piece
from plausiwidgets.simulation.lane_current import fill_current, lane_current, next_change

times = st.floats(-5.0, 60.0, allow_nan=False)
pieces = st.lists(st.tuples(times, st.floats(0.0, 30.0), st.floats(-5, 5), st.floats(-5, 5)), max_size=3)


@given(pieces, st.floats(0.05, 1.0))
@example([(0.0, 5e-324, 0.0, 1.0)], 0.09375)  # shorter than any number can say
@settings(max_examples=200, deadline=None)
def test_the_charge_of_a_current_does_not_depend_on_the_grid(parts, dt):
    stimulus = pw.Current(tuple(Piece(a, a + w, x, y) for a, w, x, y in parts), 100.0, before=10.0)
    current = lane_current([stimulus], -10.0)
    values = current.values(int(110.0 / dt) + 2, dt)[0]
    charge = sum(0.5 * (x + y) * w for _, w, x, y in parts)
    assert values.sum() * dt == pytest.approx(charge, abs=1e-6)


@given(pieces, st.floats(0.05, 1.0))
@settings(max_examples=200, deadline=None)
def test_no_change_of_the_current_is_missed(parts, dt):
    stimulus = pw.Current(tuple(Piece(a, a + w, x, y) for a, w, x, y in parts), 100.0, before=10.0)
    c = lane_current([stimulus], -10.0)
    held, due, out = np.nan, 0, np.empty(1)
    for k in range(int(110.0 / dt)):
        fill_current(k, dt, c.t0, c.base, c.pieces, out)
        if k >= due:
            held, due = out[0], next_change(k, dt, c.t0, c.pieces)
        assert out[0] == held


def test_pieces_add_up():
    both = pw.Current([pw.pulse(0.0, 10.0, 2.0), pw.ramp(0.0, 20.0, 4.0)], 20.0, holding=1.0)
    values = lane_current([both], 0.0).values(20, 1.0)[0]
    assert values[0] == pytest.approx(1 + 2 + 0.1) and values[19] == pytest.approx(1 + 3.9)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_current_must_be_finite(bad):
    with pytest.raises(ValueError, match="finite"):
        pw.Current.step(bad)
