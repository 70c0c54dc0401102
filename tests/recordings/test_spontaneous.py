"""A cell that fires without a stimulus is recognized from all sweeps of its file, and compared accordingly."""

import numpy as np
import pytest
from paths import DATA

import plausiwidgets as pw
from tests.recordings.test_recorded_sweeps import REAL, T, adex_sweep, by_key

RAMP = DATA / "recordings" / "171116sh_0016.abf"


def test_a_cell_is_spontaneous_if_another_sweep_of_its_file_fires():
    pytest.importorskip("pyabf")
    # The cell is silent before the stimulus of sweep 12, and fires before that of sweep 1.
    cell = pw.from_recording(REAL, sweeps=[12])
    assert not cell.at_rest and cell.spontaneous.sweeps == 16 and "sweep 1" in cell.spontaneous.spikes
    assert cell.notes[0].startswith("The cell fires at the holding current of 0 pA in ")
    rested = pw.from_recording(REAL, sweeps=[12], silent_before=True)
    assert rested.at_rest and "rate_before" not in by_key(rested)


def test_a_statement_that_the_recording_contradicts_is_rejected_with_the_sweeps_that_do_not():
    pytest.importorskip("pyabf")
    with pytest.raises(
        ValueError, match=r"first spike is at \S+ ms in sweep 1\. Pass the other sweeps only \(sweeps=\[12\]"
    ):
        pw.from_recording(REAL, sweeps=[1, 12], silent_before=True)


def test_spikes_in_response_to_a_step_are_not_spontaneous():
    v, current = adex_sweep(350.0)
    after = np.searchsorted(T, 450.0)
    v[after : after + 4] = (0.0, 20.0, 5.0, -20.0)  # 50 ms after the step
    assert pw.from_recording(T, v, current=current).spontaneous is None


def test_each_sweep_has_its_own_holding_current():
    pytest.importorskip("pyabf")
    cell = pw.from_recording(RAMP, sweeps=[0, 1, 8])
    assert cell.at_rest and [found.holding for found in cell.protocols.values()] == [0.0, 0.0, 70.0]
    # A neuron settles at 70 pA before the recording, and is compared from its start on.
    assert cell.begins["sweep 8"] == -500.0
    trace = pw.judge("adex", cell, verify=False).traces["sweep 8"]
    lead = (trace.t > 1.0) & (trace.t < 500.0)
    np.testing.assert_allclose(trace.current[0, lead], 70.0, atol=1e-6)
    np.testing.assert_allclose(trace.current[0, trace.t > 1481.0], 80.0, atol=1e-6)


def test_the_regularity_of_spontaneous_firing_is_compared():
    t = np.arange(0.0, 2000.0)
    irregular = np.cumsum([40.0, 20.0, 90.0, 30.0, 120.0, 25.0, 80.0, 40.0, 110.0, 20.0, 95.0, 35.0])
    cells = [
        pw.from_recording(t, spikes=x, current=np.zeros(t.size)) for x in (irregular, np.arange(50.0, 2000.0, 60.0))
    ]
    bursting, regular = (by_key(cell)["cv2"] for cell in cells)
    assert bursting.low > 0.3 and regular.low == 0.0 and regular.high == pytest.approx(0.2)
    isi = np.diff(irregular)
    ratios = 2.0 * np.abs(np.diff(isi)) / (isi[1:] + isi[:-1])
    assert 0.5 * (bursting.low + bursting.high) == pytest.approx(ratios.mean())
