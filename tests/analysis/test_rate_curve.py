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
