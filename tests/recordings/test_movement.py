"""A potential that moves while the current does not is reported with its times."""

import numpy as np
import pytest

import plausiwidgets as pw

T = np.arange(0.0, 1000.0, 0.1)
STEP = np.where((T >= 100.0) & (T < 300.0), -100.0, 0.0)


def filtered(x, tau):
    """Return the response of a membrane to an input."""
    out, level = np.empty(x.size), x[0]
    for i, value in enumerate(x):
        level += 0.1 * (value - level) / tau
        out[i] = level
    return out


def cell(*moved, current=STEP):
    """Return the pattern of sweeps with a potential that moves in addition to its response to the current."""
    rng = np.random.default_rng(0)
    response = -65.0 + filtered(0.15 * current, 20.0)
    v = [response + one + rng.normal(0.0, 0.3, T.size) for one in moved]
    return pw.from_recording(T, v=v, current=[current] * len(v), units={"current": "pA"})


def test_a_response_to_the_current_is_no_movement():
    assert cell(0.0).notes == ()


def test_a_pulse_of_light_is_reported_with_its_times():
    light = filtered(np.where((T >= 500.0) & (T < 650.0), 12.0, 0.0), 10.0)
    [note] = cell(light).notes
    assert note == "the potential moves by +12 mV from 504.9 to 660 ms while the current is constant."


def test_spikes_that_light_evokes_are_spontaneous_and_reported():
    light = filtered(np.where((T >= 500.0) & (T < 650.0), 12.0, 0.0), 10.0)
    for spike in np.arange(520.0, 650.0, 25.0):
        light[(spike <= T) & (spike + 2.0 > T)] += 80.0
    found = cell(light, current=np.zeros(T.size))
    assert found.spontaneous is not None  # the app asks whether it is
    assert any("mV from 504.9 to 660 ms" in note for note in found.notes)


def test_a_drug_that_moves_the_rest_is_reported_within_a_sweep_and_from_sweep_to_sweep():
    washed_in = filtered(np.where(T > 500.0, -8.0, 0.0), 80.0)
    [within] = cell(washed_in, current=np.zeros(T.size)).notes
    assert within.startswith("the potential moves by −") and within.endswith(
        "to 1000 ms while the current is constant."
    )
    [between] = cell(0.0, -4.0, -9.0).notes
    assert between.startswith(
        "The median potential before the stimulus moves from −65 mV (sweep 0) to −74 mV (sweep 2)"
    )


def test_the_sawtooth_of_tonic_firing_is_no_movement():
    sawtooth = 15.0 * ((T % 80.0) / 80.0) + 80.0 * (T % 80.0 > 79.0)
    found = cell(sawtooth, current=np.zeros(T.size))
    assert found.spontaneous is not None and len(found.notes) == 1


@pytest.mark.parametrize("slow", [100.0, 400.0])
def test_a_slow_response_to_the_current_is_no_movement(slow):
    after = np.where(T >= 300.0, -12.0 * np.exp(-(T - 300.0) / slow), 0.0)
    assert cell(after).notes == ()
