"""A plane of two parameters is judged cell by cell as the judge does, and shows what theory says of the neurons."""

from typing import Any

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_parameters


def grid(plane: pw.analysis.ParameterPlane) -> list[np.ndarray]:
    return np.meshgrid(plane.x, plane.y)


# ------------------------------------------------------------------ against the judge


def test_every_cell_is_the_judgement_of_its_set() -> None:
    values = {"a": 0.02, "b": 0.2, "c": -60.0, "d": 2.0, "amplitude": 14.0}
    plane = pw.analysis.parameter_plane("izhikevich", "tonic_bursting", "c", "d", values, points=9)
    assert plane.loss.shape == plane.accepted.shape == plane.status.shape == plane.open_criteria.shape == (9, 9)
    c, d = grid(plane)
    judged = pw.judge("izhikevich", "tonic_bursting", {**values, "c": c.ravel(), "d": d.ravel()}, verify=False)
    assert (plane.loss.ravel() == judged.loss).all() and (plane.accepted == (plane.loss == 0)).all()
    assert 0 < plane.accepted.sum() < 81
    assert (plane.open_criteria == 0).tolist() == plane.accepted.tolist()
    for row, column in ((0, 0), (4, 7), (8, 2)):
        one = pw.judge("izhikevich", "tonic_bursting", {**values, "c": plane.x[column], "d": plane.y[row]})
        assert plane.unmet(row, column) == tuple(check.title for check in one.criteria if not check.passed)
    assert plane.point == (-60.0, 2.0) and plane.pair == ("c", "d")


def test_accepted_cells_are_verified_on_request() -> None:
    values = {"a": 0.02, "b": 0.2, "c": -50.0, "d": 2.0, "amplitude": 15.0}
    plane = pw.analysis.parameter_plane("izhikevich", "tonic_bursting", "c", "d", values, points=8, verify=True)
    c, d = grid(plane)
    judged = pw.judge("izhikevich", "tonic_bursting", {**values, "c": c.ravel(), "d": d.ravel()}, verify=True)
    assert (plane.status.ravel() == judged.status).all()
    assert {"replicated", "rejected"} <= set(plane.status.ravel()) <= {"replicated", "fragile", "rejected"}


def test_ranges_are_those_of_the_sliders_and_reach_to_the_neuron() -> None:
    tau_w, b = (pw.models.get("adex").parameters[name] for name in ("tau_w", "b"))
    plane = pw.analysis.parameter_plane("adex", "tonic_spiking", "tau_w", "b", {"tau_w": 500.0}, points=5)
    assert (plane.x[0], plane.x[-1]) == (tau_w.low, 500.0) and (plane.y[0], plane.y[-1]) == (b.low, b.high)
    assert plane.x[1:] / plane.x[:-1] == pytest.approx(np.full(4, 50.0**0.25))  # a log scale
    assert np.arcsinh(plane.y[2] / b.linear_width) == pytest.approx(0.5 * np.arcsinh(b.high / b.linear_width))
    narrow = pw.analysis.parameter_plane("adex", "tonic_spiking", "tau_w", "b", points=2, bounds={"b": (10.0, 20.0)})
    assert narrow.y.tolist() == [10.0, 20.0]


def test_a_plane_without_a_mapping_lies_through_the_packaged_set_at_its_time_step() -> None:
    plane = pw.analysis.parameter_plane("izhikevich", "phasic_bursting", "a", "b", points=2)
    verdict = pw.judge("izhikevich", "phasic_bursting", verify=False)
    assert plane.parameters == verdict.parameters and plane.verdicts["phasic_bursting"].dt == verdict.dt == 0.2
    plane = pw.analysis.parameter_plane("izhikevich", "phasic_bursting", "a", "b", {}, points=2)
    assert plane.parameters == pw.judge("izhikevich", "phasic_bursting", {}, verify=False).parameters
    assert plane.verdicts["phasic_bursting"].dt == 0.25


def test_several_patterns_have_an_axis_and_their_stimuli_are_at_their_defaults() -> None:
    keys = ["tonic_spiking", "rebound_spike", "resonator"]
    own = {"a": 0.03, "b": 0.25, "c": -60.0, "d": 4.0}  # those of the published rebound spike
    near = {"b": (0.22, 0.26), "c": (-65.0, -50.0)}
    plane = pw.analysis.parameter_plane("izhikevich", keys, "b", "c", own, points=6, bounds=near)
    assert plane.patterns == tuple(keys) and plane.loss.shape == plane.accepted.shape == (3, 6, 6)
    assert plane.parameters["rebound_spike_amplitude"] == 20.0 and plane.solved == ("resonator",)
    stimulus = {"amplitude": 20.0, "holding": 0.0, "width": 5.0}
    again = pw.analysis.parameter_plane("izhikevich", "rebound_spike", "b", "c", own | stimulus, points=6, bounds=near)
    assert plane.parameters["rebound_spike_width"] == 5.0 and (plane.loss[1] == again.loss).all()
    assert plane.accepted[0].any() and plane.accepted[1].any()
    row, column = np.argwhere(plane.accepted[1])[0]
    assert "rebound_spike" in plane.shown_at(row, column)
    frame = plane.to_frame()
    assert len(frame) == 3 * 36 and list(frame.columns[:3]) == ["b", "c", "pattern"]
    assert (frame["accepted"].to_numpy() == plane.accepted.ravel()).all()
    assert frame.query("pattern == 'resonator'")["amplitude"].nunique() > 1
    given = pw.analysis.parameter_plane("izhikevich", keys, "b", "c", {**own, "rebound_spike_amplitude": 0.5}, points=2)
    assert given.parameters["rebound_spike_amplitude"] == 0.5


def test_a_solved_amplitude_finds_what_a_given_one_misses() -> None:
    found = dict(packaged_parameters("izhikevich", "resonator"))
    around = {"a": (0.15, 0.2), "b": (0.235, 0.245)}
    settings = {"parameters": found, "points": 12, "bounds": around}
    given = pw.analysis.parameter_plane("izhikevich", "resonator", "a", "b", **settings)
    solved = pw.analysis.parameter_plane("izhikevich", "resonator", "a", "b", solve_amplitude=True, **settings)
    assert solved.accepted.sum() > 10 * given.accepted.sum() > 0
    amplitudes = solved.verdicts["resonator"].parameters["amplitude"].reshape(12, 12)
    row, column = np.argwhere(solved.accepted & ~given.accepted)[0]
    values = {**found, "a": solved.x[column], "b": solved.y[row], "amplitude": amplitudes[row, column]}
    assert pw.judge("izhikevich", "resonator", values, verify=False).accepted


def test_a_combined_pattern_is_one_pattern() -> None:
    both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    plane = pw.analysis.parameter_plane("izhikevich", both, "b", "rebound_spike_amplitude", points=3)
    assert plane.loss.shape == (3, 3) and "and" in plane.patterns[0]


def test_a_progress_can_end_it() -> None:
    def progress(snapshot: object) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        pw.analysis.parameter_plane("izhikevich", "tonic_spiking", "a", "b", progress=progress)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"y": "tau"}, r"'tau'.*Valid: a, b"),
        (
            {"patterns": ["tonic_spiking", "mixed_mode"], "y": "amplitude"},
            r"several patterns: unknown parameter 'amplitude'",
        ),
        ({"y": "a"}, "two different parameters, got 'a' for both"),
        ({"points": 1}, r"points must be an integer ≥ 2, got 1"),
        ({"points": 1000}, r"must be at most 100000, got 1e\+06"),
        ({"bounds": {"a": (2.0, 1.0)}}, r"bounds of 'a' must be .*, got \(2, 1\)"),
        ({"patterns": []}, "empty list"),
        ({"parameters": {"b": [0.1, 0.2]}}, "the value of 'b' in parameters"),
        ({"patterns": ["tonic_spiking"], "parameters": {"amplitude": 3.0}}, "'amplitude'.*tonic_spiking_amplitude"),
        ({"patterns": pw.patterns.stimulus("step")}, "cannot be used in a parameter plane"),
    ],
)
def test_errors_for_bad_input_name_the_accepted_values(arguments: dict[str, Any], said: str) -> None:
    usual = {"model": "izhikevich", "patterns": "tonic_spiking", "x": "a", "y": "b"}
    with pytest.raises((ValueError, TypeError), match=said):
        pw.analysis.parameter_plane(**(usual | arguments))


def test_a_pattern_of_another_plane_is_refused() -> None:
    with pytest.raises(ValueError, match="pattern of this plane"):
        pw.analysis.parameter_plane("lif", "tonic_spiking", "tau_mem", "v_rest", points=2).unmet(0, 0, "mixed_mode")


# ------------------------------------------------------------------ against theory


def test_lif_fires_where_its_exact_period_says() -> None:
    """The period is t_ref + tau ln((I − reset) / (I − threshold)), with both above rest; the rheobase is 15 mV."""
    plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", {"t_ref": 2.0}, points=30)
    current, tau = grid(plane)

    def fires(slack: float) -> np.ndarray:
        """Whether 5 spikes or more fit into 500 ms, at no more than 250 Hz, with intervals longer by `slack` ms."""
        above = np.where(current > 15.0, current - 15.0, np.nan)
        first = tau * np.log(current / above) + slack
        n = np.floor((500.0 - first) / (first + 2.0)) + 1.0
        return (first < 500.0) & (n >= 5.0) & (n / 0.5 <= 250.0)

    certain = fires(-2 * 0.1) == fires(2 * 0.1)  # a spike is found at the end of a time step
    assert certain.sum() > 870
    assert (plane.accepted == fires(0.0))[certain].all()
    assert not plane.accepted[:, plane.x < 15.0].any() and plane.accepted.any()


def test_class_2_of_izhikevich_is_near_the_line_where_saddle_node_and_hopf_part() -> None:
    """The trace is zero at v = (a − mn)/(2 sq), the fixed points meet at (b − mn)/(2 sq): Hopf comes first for a < b.

    Far below the line most sets are class 1. Above it firing may end at a homoclinic orbit, which is class 1 too.
    """
    keys = ["class_1_excitable", "class_2_excitable"]
    neuron = {"c": -65.0, "d": 6.0}
    bounds = {"a": (0.002, 1.0), "b": (0.05, 0.25)}
    stimulus = {f"{key}_amplitude": 20.0 for key in keys} | {f"{key}_holding": 0.0 for key in keys}
    plane = pw.analysis.parameter_plane("izhikevich", keys, "a", "b", neuron | stimulus, points=16, bounds=bounds)
    a, b = grid(plane)
    first, second = plane.accepted
    assert first.sum() > 10 and second.sum() > 5
    assert (b / a)[second].min() > 0.5 and (b / a)[second].max() < 3.0
    assert np.mean(first[b < 0.5 * a]) > 0.5 and not second[b < 0.5 * a].any()
    assert not (first & second).any()
