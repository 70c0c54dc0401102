"""Decimal commas, Axon Text Files, and several files as the sweeps of one cell."""

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.recordings.recording_file import code_of, read_recording, read_recordings

T = np.arange(0.0, 300.0, 0.5)
ADEX = pw.models.get("adex")


def sweep(amplitude):
    inside = (T >= 100.0) & (T < 250.0)
    return -65.0 + 0.1 * amplitude * inside * (1.0 - np.exp(-np.maximum(T - 100.0, 0.0) / 10.0)), amplitude * inside


def table(amplitude):
    rows = "\n".join(f"{t / 1e3:.5f};{v:.4f};{i:.1f}" for t, v, i in zip(T, *sweep(amplitude), strict=True))
    return f"Zeit (s);Vm (mV);I (pA)\n{rows.replace('.', ',')}\n"


def criteria(pattern):
    return [(c.key, round(c.low, 3), round(c.high, 3)) for c in pattern.criteria]


def test_decimal_commas_are_read_where_they_do_not_separate_columns(tmp_path):
    path = tmp_path / "komma.csv"
    path.write_text(table(-100.0))
    v, current = sweep(-100.0)
    wanted = pw.from_recording(T, v, current=current, units={"current": "pA"})
    assert criteria(pw.from_recording(path)) == criteria(wanted)


def axon_text(*amplitudes):
    columns = [T / 1e3] + [x for amplitude in amplitudes for x in sweep(amplitude)]
    titles = ['"Time (s)"'] + [f'"Trace #{k + 1} ({unit})"' for k in range(len(amplitudes)) for unit in ("mV", "pA")]
    head = [
        "ATF\t1.0",
        f"2\t{len(columns)}",
        '"AcquisitionMode=Episodic Stimulation"',
        '"YTop=2000"',
        "\t".join(titles),
    ]
    return "\n".join([*head, *("\t".join(f"{x:.7g}" for x in row) for row in np.transpose(columns))]) + "\n"


def test_an_axon_text_file_has_a_potential_and_a_current_for_each_sweep(tmp_path):
    path = tmp_path / "cell.atf"
    path.write_text(axon_text(-100.0, -50.0))
    cell = pw.from_recording(path)
    assert cell.current_unit == "pA" and [found.pieces[0].first for found in cell.protocols.values()] == [-100.0, -50.0]
    sweeps = [sweep(x) for x in (-100.0, -50.0)]
    wanted = pw.from_recording(T, [v for v, _ in sweeps], current=[i for _, i in sweeps], units={"current": "pA"})
    assert criteria(cell) == criteria(wanted)


def test_several_files_are_the_sweeps_of_one_cell(tmp_path):
    v, current = sweep(-50.0)
    rows = "\n".join(f"{a / 1e3};{b / 1e3};{c / 1e3}" for a, b, c in zip(T, v, current, strict=True))
    contents = {"a.csv": table(-100.0), "b.csv": f"t (s);v (V);current (nA)\n{rows}\n"}  # in other units
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    cell = pw.from_recording([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert [found.pieces[0].first for found in cell.protocols.values()] == pytest.approx([-100.0, -50.0])
    bytes_of = {name: content.encode() for name, content in contents.items()}
    file = read_recordings(b"".join(bytes_of.values()), list(bytes_of), [len(x) for x in bytes_of.values()])
    pattern = file.pattern(ADEX, {}, silent_before=True, junction_potential=12.0)
    assert code_of(pattern).startswith(
        "pw.from_recording(['a.csv', 'b.csv'], units={}, key='recording_a', silent_before=True"
    )
    assert code_of(pattern).endswith("junction_potential=12.0)")


WRONG = {
    "t;v\n0,0;-65,2\n0,1;-65.2\n": "either decimal points or decimal commas, got -65.2 in line 3 and 0,0 in line 2",
    "t,v\n0,0,-65,2\n": "line 2: the line must have 2 values, got 4. If the numbers have decimal commas",
    "ATF\t1.0\nx\n": "an Axon Text File must have the numbers of its header lines and of its columns here, got 'x'",
    'ATF\t1.0\n0\t2\n"Time (s)"\t"Trace #1 (pA)"\n0\t1\n': "must have a column in mV or V or uV. Columns: 'Time (s)'",
    'ATF\t1.0\n0\t2\n"Time (s)"\t"A (mV)"\n0\tx\n': "line 4, column 'column 2': the value must be a number, got 'x'",
}


@pytest.mark.parametrize(("content", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_a_wrong_text_file_is_rejected_with_its_line(content, said):
    with pytest.raises(ValueError) as error:
        read_recording(content.encode(), "x.csv").pattern(ADEX, {})
    assert said in str(error.value)


def test_files_with_other_columns_or_units_are_rejected():
    def together(*contents):
        parts = [content.encode() for content in contents]
        return read_recordings(b"".join(parts), ["a.csv", "b.csv"], [len(x) for x in parts])

    with pytest.raises(ValueError, match=r"b\.csv must have the same columns as a\.csv, t, v, got t, v, current"):
        together("t,v\n0,1\n1,2\n", "t,v,current\n0,1,0\n1,2,0\n")
    with pytest.raises(ValueError, match=r"b\.csv must name the unit of v, because a\.csv does"):
        together("t (ms),v (mV)\n0,1\n1,2\n", "t (ms),v\n0,1\n1,2\n")
