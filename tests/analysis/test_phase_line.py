"""The phase line from the step alone, held against closed formulas and SciPy's root finder."""

import numpy as np
import pytest
from scipy.optimize import brentq

import plausiwidgets as pw


@pytest.mark.parametrize("current", [-5.0, 0.0, 10.0, 14.9])
@pytest.mark.parametrize("tau", [5.0, 20.0])
def test_lif_is_a_line_of_slope_minus_one_over_tau_through_rest_plus_current(tau: float, current: float) -> None:
    line = pw.analysis.phase_line("lif", {"tau_mem": tau, "v_rest": -65.0, "v_threshold": -50.0}, current)
    known = np.isfinite(line.rate)
    assert line.x[known].max() == pytest.approx(-50.0, abs=0.2) and line.x.max() > -50.0, "beyond it spikes"
    assert line.rate[known] == pytest.approx((-65.0 + current - line.x[known]) / tau, abs=1e-7)
    (point,) = line.fixed_points
    assert point.state["v"] == pytest.approx(-65.0 + current, abs=1e-6)
    assert point.kind == "stable" and point.stable
    assert point.eigenvalues == pytest.approx([-1.0 / tau], rel=1e-4)


def eif(v: float, p: dict[str, float], current: float) -> float:
    upswing = p["g_L"] * p["delta_T"] * np.exp((v - p["V_T"]) / p["delta_T"])
    return (p["g_L"] * (p["E_L"] - v) + upswing + current) / p["C"]


def qif(v: float, p: dict[str, float], current: float) -> float:
    return p["a"] * (v - p["v_rest"]) * (v - p["v_threshold"]) + current


EIF = {"C": 100.0, "g_L": 10.0, "E_L": -65.0, "V_T": -50.0, "delta_T": 3.0}
QIF = {"a": 0.02, "v_rest": -65.0, "v_threshold": -45.0}


@pytest.mark.parametrize(
    ("model", "formula", "p", "valley", "rheobase"),
    [("eif", eif, EIF, -50.0, 10.0 * (-50.0 + 65.0 - 3.0)), ("qif", qif, QIF, -55.0, 0.02 * 20.0**2 / 4.0)],
)
@pytest.mark.parametrize("share", [-1.0, 0.0, 0.5, 0.99])
def test_eif_and_qif_have_the_roots_of_their_formulas(model, formula, p, valley, rheobase, share) -> None:
    current = share * rheobase
    line = pw.analysis.phase_line(model, p, current, bounds={"v": (-90.0, -20.0)})
    known = np.isfinite(line.rate)
    assert line.rate[known] == pytest.approx(formula(line.x[known], p, current), rel=1e-4, abs=1e-6)
    stable, unstable = line.fixed_points
    expected = [brentq(formula, *ends, args=(p, current), xtol=1e-12) for ends in ((-200.0, valley), (valley, 0.0))]
    assert [stable.state["v"], unstable.state["v"]] == pytest.approx(expected, abs=1e-5)
    assert (stable.kind, unstable.kind) == ("stable", "unstable")
    for point in line.fixed_points:
        v = point.state["v"]
        slope = (formula(v + 1e-4, p, current) - formula(v - 1e-4, p, current)) / 2e-4
        assert point.eigenvalues == pytest.approx([slope], rel=1e-3)


@pytest.mark.parametrize(("model", "p", "current"), [("eif", EIF, 120.5), ("qif", QIF, 2.01)])
def test_beyond_the_rheobase_nothing_rests(model: str, p: dict[str, float], current: float) -> None:
    assert pw.analysis.phase_line(model, p, current, bounds={"v": (-90.0, -20.0)}).fixed_points == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"bounds": {"v": (-40.0, -60.0)}}, "low < high"),
        ({"bounds": {"w": (-40.0, -20.0)}}, "Valid: v"),
        ({"bounds": {"v": (-40.0, float("inf"))}}, "bounds"),
        ({"points": 2}, "points"),
        ({"parameters": {"tau": 3.0}}, "tau"),
    ],
)
def test_an_object_that_is_not_a_phase_line_is_rejected(arguments: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pw.analysis.phase_line("lif", **arguments)


def test_several_variables_have_a_plane_and_one_has_a_line() -> None:
    with pytest.raises(ValueError, match=r"Use phase_plane\."):
        pw.analysis.phase_line("adex")
    with pytest.raises(ValueError, match=r"Use phase_line\."):
        pw.analysis.phase_plane("lif")
