"""Patterns in number formats of a chip."""

import json

import pytest

import plausiwidgets as pw


@pytest.fixture(scope="module")
def found():
    return pw.analysis.precision("izhikevich", ["tonic_spiking", "subthreshold_oscillations"], bits=[16, 24])


def test_each_entry_is_the_verdict_on_the_packaged_set(found):
    for entry in found.entries:
        verdict = pw.judge(pw.models.fixed_point("izhikevich", entry.bits), entry.pattern)
        assert (entry.status, entry.failed_test) == (verdict.status, verdict.failed_test)
        assert entry.parameters == verdict.parameters
    assert found.shown == {16: 1, 24: 2}


def test_the_table_and_the_picture_have_every_entry(found):
    table = found.to_frame()
    assert len(table) == 4 and json.loads(table["parameters"][0]).keys() >= {"a", "b", "c", "d", "amplitude"}
    [cells] = pw.plot(found).data
    assert [list(row) for row in cells.text] == [["✓", "✓"], ["✗", "✓"]]
    assert [name.partition("<br>")[2] for name in cells.x] == ["1", "2"]


def test_a_pattern_without_a_packaged_set_is_named():
    found = pw.analysis.precision("lif", ["tonic_bursting"], bits=[16])
    assert found.entries[0].status == "no set" and found.shown == {16: 0}


def test_a_repeated_pattern_or_format_has_one_row_or_column():
    found = pw.analysis.precision("lif", ["tonic_spiking", "tonic_spiking"], bits=[16, 16])
    assert len(found.entries) == 1 and str(found).splitlines()[1:3] == ["bits 16", "A     ✓"]


def test_a_search_finds_a_set_of_the_format():
    found = pw.analysis.precision("lif", ["tonic_spiking"], bits=[8], search=True, budget=500)
    chip = pw.models.fixed_point("lif", 8)
    assert found.shown == {8: 1} and pw.judge(chip, "tonic_spiking", found.entries[0].parameters).replicated


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"patterns": []}, "patterns must contain"), ({"bits": []}, "bits must contain"), ({"bits": [1]}, "got 1")],
)
def test_bad_input_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        pw.analysis.precision("lif", **arguments)
