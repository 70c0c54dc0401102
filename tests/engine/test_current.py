"""Currents: exact means over steps, edges never missed."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import plausiwidgets as pw
from plausiwidgets.engine.current import samples_of
from plausiwidgets.engine.lane_current import fill_current, lane_current, next_change
from plausiwidgets.engine.piece import Piece
from plausiwidgets.widgets.handlers.selection import Selection

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
        fill_current(k, dt, c.t0, c.base, c.pieces, c.table(0, dt), out)
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


@pytest.mark.parametrize(
    "current",
    [
        pw.Current.step(5.0, 100.0),
        pw.Current.pulse(10.0, 5.0, -3.0, holding=2.0),
        pw.Current.ramp(0.0, 50.0, 4.0, end=80.0),
        pw.Current([pw.ramp(0.0, 40.0, 4.0), pw.pulse(40.0, 20.0, 1.5), pw.pulse(30.0, 20.0, 1.0)], 100.0),
    ],
)
def test_a_current_is_written_as_values_that_make_the_same_one(current):
    t, x, lines = samples_of(current)
    again = pw.Current.values(t, x, lines=lines, end=current.end, holding=current.holding)
    wanted, made = (lane_current([c], 0.0).values(900, 0.1)[0] for c in (current, again))
    np.testing.assert_allclose(made, wanted, atol=1e-12)


def test_simulate_judge_and_a_selection_take_the_same_current():
    current = pw.Current([pw.pulse(0.0, 100.0, 600.0), pw.ramp(100.0, 50.0, 300.0)], 250.0, settle=1500.0)
    simulated = pw.simulate("adex", current)
    verdict = pw.judge("adex", current)
    assert verdict.status == "unjudged" and np.isnan(verdict.loss)
    np.testing.assert_allclose(verdict.traces["current"].current, simulated.current)
    assert len(verdict.traces["current"].spike_times[0]) == len(simulated.spike_times[0]) > 0
    half = pw.judge("adex", current, {"amplitude": 300.0}).traces["current"].current
    np.testing.assert_allclose(half, 0.5 * simulated.current)
    selection = Selection.of("adex", current)
    assert selection.pattern is pw.patterns.get(current)
    assert Selection.from_query(selection.to_query())[0].pattern.current.end == 250.0


@pytest.mark.parametrize("piece", [pw.pulse(0.0, 5.0, 900.0), pw.ramp(10.0, 40.0, 900.0)])
def test_a_piece_is_the_current_that_consists_of_it_and_ends_200_ms_later(piece):
    whole = pw.Current([piece], end=piece.off + 200.0)
    assert pw.simulate("adex", piece).current.tolist() == pw.simulate("adex", whole).current.tolist()
    assert pw.patterns.get(piece) is pw.patterns.get(whole)
    assert pw.judge("adex", piece).status == "unjudged"
    assert Selection.of("adex", piece).pattern is pw.patterns.get(piece)


def test_a_list_means_each_of_the_pieces_and_not_their_sum():
    traces = pw.simulate("adex", [pw.pulse(0.0, 5.0, 900.0), pw.ramp(0.0, 5.0, 100.0), pw.Current.pulse(0.0, 5.0, 1.0)])
    assert [float(row.max()) for row in traces.current] == pytest.approx([900.0, 99.0, 1.0])
    with pytest.raises(ValueError, match="must have the same end"):
        pw.simulate("adex", [pw.pulse(0.0, 5.0, 900.0), pw.pulse(0.0, 6.0, 900.0)])


def test_a_piece_of_arrays_is_refused():
    with pytest.raises(TypeError, match="off of a piece"):
        pw.simulate("adex", pw.pulse(0.0, np.array([1.0, 2.0]), 900.0))
