"""`plausiwidgets assess`: its table, its files, its errors, and Ctrl-C."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from plausiwidgets.assessment import units
from plausiwidgets.cli import main
from plausiwidgets.cli.console import complain, print_table
from plausiwidgets.support.progress import Bar, TextProgress

RUN = [sys.executable, "-m", "plausiwidgets.cli.main", "assess"]
posix = pytest.mark.skipif(os.name != "posix", reason="sends signals, or closes what is inherited")
QUICK = ["lif_adapt", "--patterns", "A", "tonic_bursting", "--budget", "300"]


def test_table_on_stdout_progress_on_stderr_and_rows_in_the_csv(tmp_path: Path, capsys) -> None:
    csv = tmp_path / "table.csv"
    assert main.main(["assess", *QUICK, "--csv", str(csv)]) == 0
    told = capsys.readouterr()
    assert "✓ verified, found after" in told.out
    assert "✗ not found after" in told.out
    assert "lif_adapt: 1 verified, 1 not found" in told.out
    assert "[2/2]" in told.err
    table = pd.read_csv(csv)
    assert list(table["pattern"]) == ["tonic_spiking", "tonic_bursting"]
    assert json.loads(table["parameters"][0])["amplitude"] > 0


def test_the_score_knows_the_neurons_of_the_command_which_need_not_be_registered(tmp_path: Path, monkeypatch) -> None:
    given: list[str] = []

    def score(table: pd.DataFrame, models) -> pd.DataFrame:
        given.extend(model.key for model in models)
        return table

    monkeypatch.setattr("plausiwidgets.assessment.plausibility_score", score)
    words = [
        "assess",
        "lif_adapt",
        "--patterns",
        "A",
        "--budget",
        "32",
        "--quiet",
        "--score",
        str(tmp_path / "score.csv"),
    ]
    assert main.main(words) == 0 and given == ["lif_adapt"]


def test_json_and_store(tmp_path: Path, capsys) -> None:
    words = ["assess", *QUICK, "--json", "--quiet", "--store", str(tmp_path / "study.jsonl")]
    assert main.main(words) == 0
    first = capsys.readouterr()
    assert first.err == ""
    told = json.loads(first.out)
    assert told["complete"] is True
    assert [row["status"] for row in told["rows"]] == ["replicated", "rejected"]
    assert told["rows"][1]["found_after"] is None
    assert main.main(words) == 0  # all of it from the store
    assert json.loads(capsys.readouterr().out) == told
    assert main.main([*words[:-2], "--seed", "1", *words[-2:]]) == 1
    assert "study.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lift"], "Did you mean 'lif'?"),
        (["lif", "--patterns", "tonic_spikin"], "Did you mean 'tonic_spiking'?"),
        (["lif", "--budget", "0"], "must be an integer ≥ 1, got '0'"),
        (["lif", "--seed", "-1"], "--seed"),
        ([], "MODEL"),
    ],
)
def test_wrong_use_is_2_and_says_what_is_valid(words: list[str], said: str, capsys) -> None:
    with pytest.raises(SystemExit) as error:
        main.main(["assess", *words])
    assert error.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_reported_before_the_work(tmp_path: Path, capsys) -> None:
    assert main.main(["assess", *QUICK, "--csv", str(tmp_path / "nowhere" / "table.csv")]) == 1
    told = capsys.readouterr()
    assert "table.csv" in told.err
    assert told.out == ""


def test_wrong_use_changes_no_file_and_the_table_does_not_replace_the_study(tmp_path: Path, capsys) -> None:
    csv, study, link = (tmp_path / name for name in ("table.csv", "study.jsonl", "link.jsonl"))
    csv.write_text("mine")
    assert main.main(["assess", "lif", "lif", "--csv", str(csv)]) == 2
    assert csv.read_text() == "mine"
    link.symlink_to(study)
    for name in (study, tmp_path / "nowhere" / ".." / "study.jsonl", link):
        assert main.main(["assess", *QUICK, "--store", str(study), "--csv", str(name)]) == 2
        assert "--store and --csv must be two different files" in capsys.readouterr().err
        assert not study.exists()


def test_another_name_of_the_study_is_the_same_file_and_a_link_in_a_circle_is_reported(tmp_path: Path, capsys) -> None:
    study, name, circle = (tmp_path / name for name in ("study.jsonl", "STUDY.jsonl", "circle"))
    study.write_text("mine")
    name.hardlink_to(study)  # as on a disk that does not distinguish capitals
    assert main.main(["assess", *QUICK, "--store", str(study), "--csv", str(name)]) == 2
    more = str(tmp_path / "new.jsonl")
    assert main.main(["assess", *QUICK, "--store", more, str(study), "--csv", str(name)]) == 2
    assert "--store and --csv must be two different files" in capsys.readouterr().err
    assert study.read_text() == "mine"
    circle.symlink_to(circle)
    assert main.main(["assess", *QUICK, "--store", str(study), "--csv", str(circle)]) == 1
    assert f"{circle} cannot be written" in capsys.readouterr().err


def test_failed_searches_are_named(tmp_path: Path, capsys, monkeypatch) -> None:
    made = units.make_problem

    def sometimes(model, pattern, **options):
        if pattern.key == "tonic_bursting":
            raise ZeroDivisionError("in the step")
        return made(model, pattern, **options)

    monkeypatch.setattr(units, "make_problem", sometimes)
    assert main.main(["assess", *QUICK, "--quiet"]) == 1
    told = capsys.readouterr()
    assert "lif_adapt: 1 verified, 1 error" in told.out
    assert told.err == "plausiwidgets assess: error: the search failed for lif_adapt tonic_bursting seed 0.\n"


# ------------------------------------------------------------------ custom optimizers

OPTIMIZER = """
import numpy as np

class Random:
    def __init__(self, space, seed, budget, start=None):
        self.chart, self.rng, self.size = space.chart(), np.random.default_rng(seed), space.size

    def ask(self):
        return self.chart.decode(self.rng.random((20, self.size)))

    def tell(self, penalties):
        pass

number = 3
instance = Random.__new__(Random)
"""


@pytest.fixture
def my_optimizers(tmp_path: Path, monkeypatch) -> Iterator[str]:
    """A module in the current folder."""
    (tmp_path / "my_optimizers_of_a_test.py").write_text(OPTIMIZER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    yield "my_optimizers_of_a_test"
    sys.modules.pop("my_optimizers_of_a_test", None)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_custom_optimizer_of_a_module_searches_here_and_in_worker_processes(my_optimizers, workers, capsys) -> None:
    words = ["assess", *QUICK[:-1], "60", "--strategy", f"{my_optimizers}:Random", "--json", "--quiet"]
    assert main.main([*words, "--workers", workers]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["evaluations"] for row in rows][1] == 60 and rows[0]["evaluations"] % 20 == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Random", "must be MODULE:FACTORY, such as my_strategies:RandomSearch, got 'Random'"),
        ("my_optimizers_of_a_test.py:", "must be MODULE:FACTORY"),
        ("my_optimizers_of_a_test:Tittle", "module 'my_optimizers_of_a_test' has no 'Tittle'"),
        ("my_optimizers_of_a_test:number", "--strategy: strategy must be None, a plausiwidgets.optimization.Strategy"),
        ("my_optimizers_of_a_test:instance", "--strategy: strategy must be a class or function, because each search"),
        ("no_module_of_a_test:Random", "module 'no_module_of_a_test' cannot be imported (ModuleNotFoundError"),
    ],
)
def test_an_optimizer_that_does_not_exist_is_refused(my_optimizers, name, said, capsys) -> None:
    with pytest.raises(SystemExit) as error:
        main.main(["assess", *QUICK, "--strategy", name])
    assert error.value.code == 2
    assert said in capsys.readouterr().err


# ------------------------------------------------------------------ streams that fail


@pytest.fixture
def unread() -> Iterator[int]:
    """A pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.slow
@posix
def test_a_failing_output_does_not_lose_the_table(tmp_path: Path, unread: int) -> None:
    words = [*RUN, *QUICK, "--quiet", "--csv", "table.csv"]
    full = Path("/dev/full")
    with open(full if full.exists() else unread, "wb", closefd=full.exists()) as stdout:
        done = subprocess.run(words, cwd=tmp_path, stdout=stdout, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("plausiwidgets assess: error: the table cannot be printed (")
    assert done.stderr.count("\n") == 1
    assert len(pd.read_csv(tmp_path / "table.csv")) == 2


def test_an_ascii_output_replaces_the_marks_and_one_that_is_closed_is_reported(monkeypatch) -> None:
    written = io.BytesIO()
    ascii_output = io.TextIOWrapper(written, "ascii")
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", ascii_output)
        assert print_table("✓ replicated") == ""
        patch.setattr("sys.stdout", None)
        assert "standard output is closed" in print_table("✓ replicated")
    assert written.getvalue() == f"? replicated{os.linesep}".encode()


def test_without_a_standard_error_nothing_of_it_is_written_to_standard_output(capsys, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", None)
        TextProgress().close(SimpleNamespace(_bar=Bar("", 0, 0, "", "half")))
        complain("an error")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), ValueError("I/O operation on closed file")])
def test_progress_stops_after_the_first_write_error(error: Exception) -> None:
    written = []

    def write(text: str) -> None:
        written.append(text)
        raise error

    progress = TextProgress(SimpleNamespace(write=write), every=0.0)
    snapshot = SimpleNamespace(_bar=Bar("", 0, 0, "", "half"))
    progress.init(snapshot)
    progress.step(snapshot)
    progress.step(snapshot)
    progress.close(snapshot)
    assert written == ["half"]


def test_the_first_line_of_progress_comes_within_two_seconds(monkeypatch) -> None:
    written, now = [], [100.0]
    monkeypatch.setattr("plausiwidgets.support.progress.time.monotonic", lambda: now[0])
    progress = TextProgress(SimpleNamespace(write=lambda text: written.append((now[0], text)), flush=str), every=10.0)
    snapshot = SimpleNamespace(_bar=Bar("", 0, 0, "", "half"))
    progress.init(snapshot)
    for second in range(20):
        now[0] = 100.0 + second
        progress.step(snapshot)
    assert [moment for moment, text in written if text == "half"] == [102.0, 112.0]


# ------------------------------------------------------------------ Ctrl-C

LONG = ["lif_adapt", "--patterns", "A", "C", "D", "--budget", "5000000", "--csv", "table.csv", "--store", "study.jsonl"]


@posix
@pytest.mark.parametrize("where", ["main.build_parser", "assessment.start_assessment"])
def test_ctrl_c_before_the_work_is_reported_even_if_an_import_swallows_it(tmp_path: Path, where: str) -> None:
    code = f"""
import contextlib, os, signal, sys
from plausiwidgets import assessment
from plausiwidgets.cli import main

def interrupted(*arguments, **options):
    with contextlib.suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    return before(*arguments, **options)

before, {where} = {where}, interrupted
sys.exit(main.main())
"""
    run = [sys.executable, "-c", code, "assess", *QUICK, "--csv", "table.csv"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, preexec_fn=restore_ctrl_c)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "plausiwidgets: stopped before the command started.\n"
    assert list(tmp_path.iterdir()) == []


def restore_ctrl_c() -> None:
    """Restore Ctrl-C in a child process: a shell that runs the tests in the background ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt(run: list[str], folder: Path, presses: int) -> tuple[int, str, str]:
    """Press Ctrl-C after the first finished search; return the exit code and both outputs."""
    process = subprocess.Popen(
        run, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=restore_ctrl_c
    )
    end = time.monotonic() + 60
    while "[1/3]" not in process.stderr.readline():
        assert time.monotonic() < end and process.poll() is None
    time.sleep(0.3)
    for _ in range(presses):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


@pytest.mark.slow
@posix
@pytest.mark.parametrize("presses", [1, 20])
def test_ctrl_c_saves_the_results_so_far(tmp_path: Path, presses: int) -> None:
    code, out, err = interrupt([*RUN, *LONG], tmp_path, presses)
    assert code == 130
    assert "not complete" in out
    assert "Traceback" not in err
    assert "run the same command again to continue" in err
    table = pd.read_csv(tmp_path / "table.csv")
    assert list(table["stop_reason"]) == ["solved", "stopped"]
    head, *searches = (tmp_path / "study.jsonl").read_text().splitlines()
    assert json.loads(head)["request"]["seeds"] == [0]
    assert [json.loads(line)["pattern"] for line in searches] == ["tonic_spiking"]


@pytest.mark.slow
@posix
def test_a_second_ctrl_c_does_not_wait_for_the_running_search(tmp_path: Path) -> None:
    code = "import sys; from plausiwidgets.cli import main; from plausiwidgets.assessment import Study; "
    code += "Study.stop = lambda self: None; sys.exit(main.main())"
    code, out, err = interrupt([sys.executable, "-c", code, "assess", *LONG], tmp_path, 20)
    assert code == 130
    assert "not complete" in out
    assert "Traceback" not in err
    assert err.endswith(
        "Saved: 1 rows in table.csv and the study in study.jsonl (run the same command again to continue).\n"
    )
    assert list(pd.read_csv(tmp_path / "table.csv")["status"]) == ["replicated"]
