"""A recording as a picked file: its columns, its units, its errors; and what the explorer makes of it."""

import numpy as np
import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.recordings.recording_file import AS_IT_IS, read_recording

FILE = DATA / "regular_spiking.csv"
ADEX = pw.models.get("adex")
T = np.arange(0.0, 100.0, 0.5)
V = np.where(T % 20.0 == 10.0, 20.0, -65.0)


def table(head: str, *columns: np.ndarray) -> bytes:
    rows = "\n".join(",".join(map(repr, row)) for row in zip(*(c.tolist() for c in columns), strict=True))
    return f"{head}\n{rows}\n".encode()


def criteria(pattern: pw.Pattern) -> list[tuple[str, float, float]]:
    return [(c.key, round(c.low, 6), round(c.high, 6)) for c in pattern.criteria]


def test_a_file_that_says_its_units_is_the_same_pattern_as_in_python():
    file = read_recording(FILE.read_bytes(), FILE.name)
    assert file.units == {"t": "ms", "v": "mV", "current": "pA"} and file.choices(ADEX) == {}
    pattern = file.pattern(ADEX, {})
    assert criteria(pattern) == criteria(pw.from_recording(FILE))
    assert pattern.key == "recording_regular_spiking"


@pytest.mark.parametrize(
    ("head", "factors"),
    [("time (s),Vm [V],I_nA", (1e-3, 1e-3, 0.3)), ("t_ms,v_mV,current (pA)", (1, 1, 300)), ("Time,V,i", (1, 1, 300))],
)
def test_units_in_the_names_are_converted(head, factors):
    step = np.where(T >= 5.0, 1.0, 0.0)
    file = read_recording(table(head, T * factors[0], V * factors[1], step * factors[2]), "cell.csv")
    asked = file.choices(ADEX)
    assert bool(asked) == (head == "Time,V,i")
    pattern = file.pattern(ADEX, {what: units[0] for what, units in asked.items()})
    wanted = pw.from_recording(T, v=V, current=300.0 * step)
    assert criteria(pattern) == criteria(wanted)
    scale = pattern.parameters(ADEX)["current_scale"].default
    (name, sweep), (_, other) = (
        *pattern.sweeps_at({"holding": 0.0, "current_scale": scale}).items(),
        *wanted.sweeps_at({"holding": 0.0, "current_scale": 1.0}).items(),
    )
    assert name == "recording" and [p.first for p in sweep.pieces] == pytest.approx([p.first for p in other.pieces])


def test_a_column_without_a_usual_name_is_known_by_a_unit_that_no_other_has():
    head = "Zeit [s],Trace #1 (mV),Command (pA)"
    step = np.where(T >= 5.0, 300.0, 0.0)
    file = read_recording(table(head, T / 1e3, V, step), "cell.csv")
    assert file.columns == {"t": "Zeit [s]", "v": "Trace #1 (mV)", "current": "Command (pA)"}
    assert file.units == {"t": "s", "v": "mV", "current": "pA"}
    wanted = pw.from_recording(T, v=V, current=step, units={"current": "pA"})
    assert criteria(file.pattern(ADEX, {})) == criteria(wanted)
    with pytest.raises(ValueError, match=r"a column of potentials .* Pass the name of a column \(v='…'\)"):
        read_recording(table("time (s),soma (mV),dendrite (mV)", T, V, V), "cell.csv")


def test_likely_units_come_first():
    assert read_recording(table("t,v", T / 1e3, V / 1e3), "x.csv").choices(ADEX) == {
        "t": ["s", "ms", "us"],
        "v": ["V", "mV", "uV"],
    }
    assert read_recording(b"0.02\n0.06\n0.1\n", "x.csv").choices(ADEX) == {"spikes": ["s", "ms", "us"]}


def test_a_current_that_cannot_be_converted_gets_a_factor():
    izhikevich = pw.models.get("izhikevich")
    file = read_recording(FILE.read_bytes().replace(b"current in pA", b""), FILE.name)
    assert file.choices(izhikevich)["current"][-1] == AS_IT_IS
    free = {n: p.vary for n, p in file.pattern(izhikevich, {"current": AS_IT_IS}).parameters(izhikevich).items()}
    assert free["current_scale"]


def test_spike_times_alone():
    pattern = read_recording(b"22\n60\n101\n140\n182\n", "train.txt").pattern(ADEX, {"spikes": "ms"})
    assert criteria(pattern) == criteria(pw.from_recording((0.0, 218.4), spikes=[22, 60, 101, 140, 182]))
    marks = read_recording(table("t,spikes", T, (V > 0) * 1.0), "x.csv")
    assert set(marks.choices(ADEX)) == {"t"} and marks.pattern(ADEX, {"t": "s"}).criteria


WRONG = {
    b"\xff\xfe\x00": "must be a CSV file in UTF-8",
    b"a,b\n1,2\n": "must have a column of potentials (v) or spikes",
    b"v\n1\n": "must have a column of times",
    b"22\n11\n": "line 2, column 'spikes': the spike times must increase, got 11 after 22",
    b"# spikes in ms\n-12\n": "the last spike must be at a time > 0, got -12 ms",
    table("t,v", T, V * 0.0): "must have spikes after the stimulus onset",
    b'{"cells": []}': "must have a column of potentials",
}


@pytest.mark.parametrize(("content", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_a_wrong_file_is_refused_in_a_sentence(content, said):
    with pytest.raises(ValueError) as error:
        read_recording(content, "x.csv").pattern(ADEX, {})
    assert said in str(error.value)
