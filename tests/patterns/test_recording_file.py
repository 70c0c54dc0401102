"""A recording as a picked file: its columns, its units, its errors; and what the explorer makes of it."""

import ipywidgets as w
import numpy as np
import pytest
from paths import DATA
from screen import find, until

import plausiwidgets as pw
from plausiwidgets.patterns.protocol import usual_current
from plausiwidgets.patterns.recording_file import AMPERE, AS_IT_IS, LARGEST, read_recording
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.tools.recording import RecordingDrop, RecordingPanel

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
    (name, sweep), (_, other) = (*pattern.sweeps_at({"holding": 0.0, "current_scale": scale}).items(),
                                 *wanted.sweeps_at({"holding": 0.0, "current_scale": 1.0}).items())  # fmt: skip
    assert name == "recording" and [p.first for p in sweep.pieces] == pytest.approx([p.first for p in other.pieces])


def test_likely_units_come_first():
    assert read_recording(table("t,v", T / 1e3, V / 1e3), "x.csv").choices(ADEX) == {
        "t": ["s", "ms", "us"], "v": ["V", "mV", "uV"]
    }  # fmt: skip
    assert read_recording(b"0.02\n0.06\n0.1\n", "x.csv").choices(ADEX) == {"spikes": ["s", "ms", "us"]}


def test_a_current_that_cannot_be_converted_gets_a_factor():
    izhikevich = pw.models.get("izhikevich")
    file = read_recording(FILE.read_bytes().replace(b"current in pA", b""), FILE.name)
    assert file.choices(izhikevich)["current"][-1] == AS_IT_IS
    free = {n: p.free for n, p in file.pattern(izhikevich, {"current": AS_IT_IS}).parameters(izhikevich).items()}
    assert free["current_scale"]


@pytest.mark.parametrize("name", [n for n in pw.models.names() if pw.models.get(n).current.unit not in AMPERE])
def test_a_current_in_nanoampere_is_opened_for_a_model_without_amperes(name):
    model = pw.models.get(name)
    file = read_recording(table("t (ms),v (mV),current (nA)", T, V, np.where(T >= 5.0, 0.3, 0.0)), "cell.csv")
    assert file.choices(model) == {}
    assert file.pattern(model, {}).parameters(model)["current_scale"].free


def test_spike_times_alone():
    pattern = read_recording(b"22\n60\n101\n140\n182\n", "train.txt").pattern(ADEX, {"spikes": "ms"})
    assert criteria(pattern) == criteria(pw.from_recording((0.0, 218.4), spikes=[22, 60, 101, 140, 182]))
    marks = read_recording(table("t,spikes", T, (V > 0) * 1.0), "x.csv")
    assert set(marks.choices(ADEX)) == {"t"} and marks.pattern(ADEX, {"t": "s"}).criteria


WRONG = {
    b"": "is empty",
    b"\xff\xfe\x00": "is not text",
    b"a,b\n1,2\n": "no column of potentials (v) or spikes",
    b"v\n1\n": "no column of times",
    b"t,v\n0,1\n0,2\n": "line 3, column 't': 0 does not come after 0",
    b"t,v\n0,1\n1,x\n": "line 3, column 'v': 'x' is not a number",
    b"t,v\n0,1\n1,\n": "line 3, column 'v'",
    b"t,v\n0,1\n1\n": "line 3: 1 values, but 2 columns",
    b"t,t,v\n1,2,3\n": "is there twice",
    b"22\n11\n": "line 2, column 'spikes': 11 does not come after 22",
    table("t,v", T, V * 0.0): "no spike in v",
    b'{"cells": []}': "no column of potentials",
}


@pytest.mark.parametrize(("content", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_a_wrong_file_is_refused_in_a_sentence(content, said):
    with pytest.raises(ValueError) as error:
        read_recording(content, "x.csv").pattern(ADEX, {})
    assert said in str(error.value)


# ------------------------------------------------------------------ in the explorer


def send(explorer: pw.Explorer, name: str, content: bytes) -> None:
    explorer.panel(RecordingDrop).view._handle_custom_msg({"name": name}, [memoryview(content)])


def test_it_becomes_the_target_of_the_neuron_that_is_shown(explorer, screen):
    explorer.selection = Selection.of("adex", "tonic_spiking", {"tau_w": 99.0})
    send(explorer, FILE.name, FILE.read_bytes())
    until(lambda: explorer.selection.pattern.key == "recording_regular_spiking")
    assert explorer.selection.values["tau_w"] == 99.0
    assert explorer.wait(60)
    assert screen.trace("target", "voltage")["y"].max() > 0.0
    assert {"gamma", "latency", "mean_isi"} <= {c.key for c in explorer.selection.pattern.criteria}
    explorer.undo()
    assert explorer.selection.pattern.key == "tonic_spiking"


def test_units_are_asked_for_where_the_file_does_not_say_them(explorer, screen):
    explorer.selection = Selection.of("adex", "tonic_spiking")
    before = explorer.selection
    send(explorer, "cell.csv", table("t,v", T / 1e3, V))
    panel = explorer.panel(RecordingPanel)
    until(lambda: panel._asked.layout.display == "")
    assert explorer.selection is before
    assert find(explorer, w.ToggleButton, description="Data").value
    assert {menu.description: menu.value for menu in panel._units.values()} == {"Times": "s", "Potential": "mV"}
    find(panel.view, w.Button, description="Show").click()
    until(lambda: explorer.selection.pattern.key == "recording_cell")
    until(lambda: panel._asked.layout.display == "none")


def test_wrong_and_large_files_leave_everything_as_it_was(explorer, screen):
    before, panel = explorer.selection, explorer.panel(RecordingPanel)
    for content, said in WRONG.items():
        panel._asked.layout.display = "none"
        send(explorer, "x.csv", content)
        assert explorer.worker.join(60)  # the sentence on the file before may hold the same words
        if panel._asked.layout.display == "":  # it asks for units first
            find(panel.view, w.Button, description="Show").click()
            assert explorer.worker.join(60)
        assert said in explorer.messages.text
    assert explorer.selection is before
    drop = explorer.panel(RecordingDrop).view
    drop._handle_custom_msg({"name": "big.csv", "size": 12_300_000}, [])  # as the page says it, without the file
    assert "big.csv has 12.3 MB, valid is: at most 10 MB" in explorer.messages.text and drop.most == LARGEST
    drop._handle_custom_msg({"name": "folder"}, [])
    assert "cannot be read" in explorer.messages.text


def test_the_link_says_that_it_is_not_in_it(explorer):
    from plausiwidgets.widgets.explorer.share import SharePanel

    send(explorer, FILE.name, FILE.read_bytes().replace(b"current in pA", b"current in nowhere"))
    panel = explorer.panel(RecordingPanel)
    until(lambda: panel._asked.layout.display == "")
    find(panel.view, w.Button, description="Show").click()
    until(lambda: explorer.selection.pattern.key.startswith("recording_"))
    until(lambda: "not in the link" in explorer.panel(SharePanel).view.missing)
    opened, notes = Selection.from_query(explorer.selection.to_query())
    assert opened.pattern.key == "tonic_spiking"
    assert "The recording is not in the link" in notes[0]
    explorer.undo()
    assert explorer.panel(SharePanel).view.missing == ""


def test_with_a_model_of_another_unit_the_current_is_the_same_share_of_what_is_usual(explorer, screen):
    explorer.selection = Selection.of("adex", "tonic_spiking")
    send(explorer, FILE.name, FILE.read_bytes())
    until(lambda: explorer.selection.pattern.key == "recording_regular_spiking")
    assert explorer.selection.values["current_scale"] == 1.0
    screen.menu("Model").value = "hodgkin_huxley"
    there = explorer.selection
    ratio = usual_current(there.model) / usual_current(ADEX)
    assert there.values["current_scale"] == pytest.approx(ratio) and "current_scale" in there.free
    assert "another unit" in screen.origin
    screen.menu("Model").value = "adex"
    assert explorer.selection.values["current_scale"] == 1.0 and "current_scale" not in explorer.selection.free
    screen.menu("Model").value = "hodgkin_huxley"
    assert explorer.selection.values["current_scale"] == there.values["current_scale"]
