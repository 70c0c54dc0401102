"""Models and patterns of a Python file: users and executors find them, and no link or name runs the file."""

import pandas as pd
import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.cli import main
from plausiwidgets.models import NeuronModel

NEURONS, PATTERNS = DATA / "my_neurons.py", DATA / "my_patterns.py"


def test_the_models_of_a_file_are_registered_and_returned():
    neurons = pw.models.load(NEURONS)
    assert [n.key for n in neurons] == ["low_threshold", "high_threshold"]  # each once, without the built-in one
    assert all(pw.models.get(neuron.key) is neuron for neuron in neurons)
    assert [n.key for n in pw.models.load(str(NEURONS), "high_threshold")] == ["high_threshold"]
    assert [p.key for p in pw.patterns.load(PATTERNS)] == ["at_least_three"]
    assert "at_least_three" in pw.patterns.names()


def test_a_name_of_a_packaged_model_needs_no_file(tmp_path):
    from plausiwidgets.models.registry import custom, received

    path = tmp_path / "gone.py"
    path.write_text(NEURONS.read_text().replace("from my_rates import DECAY", "DECAY = 1.0"))
    sent = custom.sendable(pw.models.load(path)[0])
    path.unlink()
    sent.file.run()  # as a process does that receives it
    assert isinstance(received(sent), NeuronModel)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "defines no model. The model must be the value of a global name"),
        ("x = (1\n", "my.py, line 1: SyntaxError: '(' was never closed"),
        ("x = 1\ny = z\n", "my.py, line 2: NameError: name 'z' is not defined"),
        ("import sys\nsys.exit(3)\n", "my.py, line 2: SystemExit: 3"),
        ("import nowhere_at_all\n", "my.py, line 1: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("\x00", "my.py"),
        ("from my_neurons import *\nother = leaky('low_threshold', Kind(-55.0))\n", "defines 'low_threshold' twice"),
        ("from my_neurons import leaky, Kind\nx = leaky('adex', Kind(-50.0))\n", "'adex' is the name of a built-in"),
    ],
)
def test_a_file_without_models_is_refused_with_the_line(tmp_path, monkeypatch, text, said):
    monkeypatch.syspath_prepend(DATA)
    path = tmp_path / "my.py"
    path.write_text(text)
    with pytest.raises(ValueError) as error:
        pw.models.load(path)
    assert said in str(error.value)


def test_missing_files_and_names_are_reported(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        pw.models.load(tmp_path / "nowhere.py")
    with pytest.raises(ValueError, match=r"Did you mean 'low_threshold'\? Valid: low_threshold, high_threshold\."):
        pw.models.load(NEURONS, "low_treshold")
    with pytest.raises(ValueError, match="defines no pattern"):
        pw.patterns.load(NEURONS)


@pytest.mark.slow
def test_the_command_takes_files_and_its_processes_find_them_again(tmp_path, capsys):
    csv = tmp_path / "t.csv"
    words = ["assess", f"{NEURONS}:all", "lif", "--patterns", f"{PATTERNS}:at_least_three", "A"]
    assert main.main([*words, "--budget", "300", "--csv", str(csv), "--workers", "2", "--quiet"]) == 0
    table = pd.read_csv(csv)
    assert list(table["model"]) == ["low_threshold"] * 2 + ["high_threshold"] * 2 + ["lif"] * 2
    assert set(table["pattern"]) == {"at_least_three", "tonic_spiking"}
    assert set(table["status"]) == {"replicated"}, "the processes have run their steps"
    for word, said in [
        (f"{NEURONS}:low", "Valid: low_threshold, high_threshold."),
        (f"{tmp_path}/no.py:all", "no.py cannot be read (No such file or directory)"),
        (f"{PATTERNS}:all", "defines no model"),
    ]:
        with pytest.raises(SystemExit):
            main.main(["assess", word])
        assert said in capsys.readouterr().err


def test_prints_of_a_file_do_not_mix_with_the_table(tmp_path, capsys):
    path = tmp_path / "loud.py"
    path.write_text("print('hello')\nimport plausiwidgets as pw\n" + "x = 1\n")
    with pytest.raises(SystemExit):
        main.main(["assess", str(path), "--json"])
    told = capsys.readouterr()
    assert told.out == "" and "hello" in told.err


@pytest.mark.parametrize("word", ["{}", "{}:all", "{}:low_threshold"])
def test_a_link_or_a_name_never_runs_a_file(tmp_path, word):
    from plausiwidgets.widgets.handlers.selection import Selection

    mark = tmp_path / "ran"
    path = tmp_path / "my.py"
    path.write_text(f"open({str(mark)!r}, 'w').close()\n")
    for get in (pw.models.get, pw.patterns.get, lambda name: pw.assess(name, "A"), lambda name: pw.assess("lif", name)):
        with pytest.raises(ValueError):
            get(word.format(path))
    _, notes = Selection.from_query(f"model={word.format(path)}&pattern={word.format(path)}")
    assert notes and not mark.exists()
