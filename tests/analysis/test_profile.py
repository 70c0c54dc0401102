"""Profiles of the loss along one value."""

import numpy as np
import pytest

import plausiwidgets as pw

VALUES = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 6.0, "amplitude": 14.0}


def test_every_point_is_the_loss_of_the_judge():
    profiles = pw.analysis.loss_profiles("izhikevich", "tonic_spiking", VALUES, points=7)
    assert list(profiles) == ["a", "b", "c", "d", "sq", "mn", "bias", "amplitude", "holding"]
    for name in ("b", "amplitude"):
        profile = profiles[name]
        judged = pw.judge("izhikevich", "tonic_spiking", {**VALUES, name: profile.values}, verify=False)
        assert (profile.loss == judged.loss).all()


def test_the_present_value_is_among_the_points_and_accepted_like_the_verdict():
    assert pw.judge("izhikevich", "tonic_spiking", VALUES, verify=False).accepted
    for name, profile in pw.analysis.loss_profiles("izhikevich", "tonic_spiking", VALUES, points=5).items():
        present = VALUES.get(name, pw.models.get("izhikevich").defaults().get(name, 0.0))
        assert (np.diff(profile.values) > 0).all()
        [at] = np.flatnonzero(profile.values == present)
        assert profile.loss[at] == 0.0
        assert any(low <= present <= high for low, high in profile.intervals)


def test_intervals_are_the_runs_of_accepted_points():
    profile = pw.analysis.Profile("a", np.arange(6.0), np.array([0.0, 1.0, 0.0, 0.0, 2.0, 0.0]))
    assert profile.intervals == [(0.0, 0.0), (2.0, 3.0), (5.0, 5.0)]
    assert pw.analysis.Profile("a", np.arange(2.0), np.ones(2)).intervals == []


def test_bounds_and_scale_are_those_of_the_slider():
    profile = pw.analysis.loss_profiles(
        "adex", "tonic_spiking", {}, names=["tau_w"], bounds={"tau_w": (10.0, 1000.0)}, points=3
    )
    assert profile["tau_w"].values == pytest.approx([10.0, 100.0, 120.0, 1000.0])  # a log scale, and the default


def test_without_a_mapping_the_profiles_lie_through_the_packaged_set() -> None:
    profile = pw.analysis.loss_profiles("adex", "tonic_spiking", names=["tau_w", "V_T"], points=3)
    packaged = pw.judge("adex", "tonic_spiking", verify=False)
    assert packaged.parameters["tau_w"] == 30.0
    for name, along in profile.items():
        assert along.loss[along.values == packaged.parameters[name]] == packaged.loss


def test_a_progress_can_end_it():
    def progress(snapshot):
        raise LookupError

    with pytest.raises(LookupError):
        pw.analysis.loss_profiles("izhikevich", "tonic_spiking", progress=progress)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"^loss_profiles: progress must be None, .*, got 'bar'\.$"):
        pw.analysis.loss_profiles("izhikevich", "tonic_spiking", progress="bar")
    with pytest.raises(ValueError, match=r"'tau'.*Valid: a, b"):
        pw.analysis.loss_profiles("izhikevich", "tonic_spiking", names=["tau"])
    with pytest.raises(ValueError, match=r"points must be an integer ≥ 2, got 1"):
        pw.analysis.loss_profiles("izhikevich", "tonic_spiking", points=1)
