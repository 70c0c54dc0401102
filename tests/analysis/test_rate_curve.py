"""The rate over the current, held against the closed formula of the leaky integrator."""

import numpy as np
import pytest

import plausiwidgets as pw


def test_the_curve_of_a_leaky_integrator_is_the_closed_formula_and_zero_below_its_rheobase():
    p = pw.models.get("lif").defaults()
    currents = np.linspace(0.0, 60.0, 31)
    span, back = p["v_threshold"] - p["v_rest"], p["v_reset"] - p["v_rest"]
    rates = pw.analysis.fi_curve("lif", currents, dt=0.01)
    below = currents <= span
    assert below.sum() > 3
    assert (rates[below] == 0.0).all()
    above = currents[currents > span * 1.05]
    period = p["t_ref"] + p["tau_mem"] * np.log((above - back) / (above - span))
    assert rates[currents > span * 1.05] == pytest.approx(1000.0 / period, rel=0.01)


def test_a_class_2_neuron_jumps_and_a_holding_level_shifts_the_curve():
    currents = np.linspace(0.0, 20.0, 41)
    rates = pw.analysis.fi_curve("hodgkin_huxley", currents)
    assert rates[rates > 0].min() > 40.0
    shifted = pw.analysis.fi_curve("hodgkin_huxley", currents, holding=-2.0)
    assert (shifted > 0).sum() < (rates > 0).sum()


def test_the_rate_is_that_of_the_last_1000_of_1500_ms():
    """A slowly adapting neuron: any other window changes the rate by more than one part in a thousand."""
    adapting = {"tau_w": 600.0, "b": 20.0}
    [times] = pw.simulate("adex", pw.Current.step(500.0, 1500.0), adapting).spike_times
    late = times[times >= 500.0]
    expected = 1000.0 * (late.size - 1) / (late[-1] - late[0])
    assert pw.analysis.fi_curve("adex", [500.0], adapting) == pytest.approx([expected], rel=1e-9)
