"""A recording meets its own criteria, and one that does not is rejected."""

import numpy as np
import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.recordings import own_response
from tests.recordings.test_recorded_sweeps import T, adex_sweep, by_key

FILES = {
    "17o05028_ic_steps.abf": ([0, 5, 12], False),
    "171116sh_0016.abf": ([0, 1, 8, 10], True),
    "2019_07_24_0055_fsi.abf": ([0, 4, 16], False),
}


@pytest.mark.parametrize("name", FILES)
def test_real_recordings_meet_their_own_criteria(name):
    pytest.importorskip("pyabf")
    sweeps, is_silent = FILES[name]
    cell = pw.from_recording(DATA / "recordings" / name, sweeps=sweeps)
    assert cell.at_rest is is_silent
    assert len(cell.own) == len(cell.compared) > 10
    assert all(one.low <= one.value <= one.high for one in cell.own)


def test_the_noise_of_the_potential_is_no_contradiction():
    v, current = adex_sweep(-100.0, noise=0.1)
    rng = np.random.default_rng(1)
    noisy = pw.from_recording(T, v + rng.normal(0.0, 1.5, T.size), current=current)
    clean = pw.from_recording(T, v, current=current)
    sags = [next(one for one in cell.own if one.key == "sag") for cell in (clean, noisy)]
    # The lowest sample is four standard deviations lower, and a neuron without noise must still be accepted.
    assert sags[1].low <= sags[0].value <= sags[1].high


def test_a_criterion_that_the_cell_does_not_meet_is_rejected(monkeypatch):
    v, current = adex_sweep(-100.0, noise=0.1)
    # The recorded potential is another one than that of which the criteria were made.
    real = own_response.RecordedSweep.on_grid
    monkeypatch.setattr(own_response.RecordedSweep, "on_grid", lambda g, data: real(g, data) + 20.0)
    with pytest.raises(
        ValueError, match=r"must meet its own criteria, but recording, '.+' is .*, and .* is accepted\. Compare"
    ):
        pw.from_recording(T, v, current=current)


def test_the_junction_potential_and_the_series_resistance_are_subtracted():
    v, current = adex_sweep(-100.0)
    plain, corrected = (
        by_key(pw.from_recording(T, v, current=current, units={"current": "pA"}, **more))
        for more in ({}, {"junction_potential": 12.0, "series_resistance": 20.0})
    )
    assert corrected["rest"].low == pytest.approx(plain["rest"].low - 12.0)
    # 20 MΩ belong to the electrode.
    assert corrected["resistance"].high / 1.2 == pytest.approx(plain["resistance"].high / 1.2 - 20.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"series_resistance": 10.0},
            r"requires a current in amperes\. Pass its unit, such as units=\{'current': 'pA'\}",
        ),
        ({"series_resistance": -1.0}, r"series_resistance must be a finite number ≥ 0 and ≤ 1000 \(MΩ\), got -1"),
        ({"junction_potential": 300.0}, r"junction_potential must be a finite number ≥ -100 and ≤ 100 \(mV\), got 300"),
        (
            {"series_resistance": 900.0, "units": {"current": "pA"}},
            r"got an input resistance of -.* or is the series resistance too large\?",
        ),
    ],
)
def test_a_wrong_correction_is_rejected(options, said):
    v, current = adex_sweep(-100.0)
    with pytest.raises(ValueError, match=said):
        pw.from_recording(T, v, current=current, **options)
