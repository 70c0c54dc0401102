"""`plausiwidgets assess`: its table, its files, its errors, and Ctrl-C."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from plausiwidgets import app

QUICK = ["lif", "--patterns", "A", "tonic_bursting", "--budget", "300"]


def test_table_on_stdout_progress_on_stderr_and_rows_in_the_csv(tmp_path: Path, capsys) -> None:
    csv = tmp_path / "table.csv"
    assert app.main(["assess", *QUICK, "--csv", str(csv)]) == 0
    told = capsys.readouterr()
    assert "✓ replicated, found after" in told.out
    assert "✗ not found within" in told.out
    assert "lif: 1 replicated, 1 not found" in told.out
    assert "[2/2]" in told.err
    table = pd.read_csv(csv)
    assert list(table["pattern"]) == ["tonic_spiking", "tonic_bursting"]
    assert json.loads(table["parameters"][0])["amplitude"] > 0


def test_json_and_store(tmp_path: Path, capsys) -> None:
    words = ["assess", *QUICK, "--json", "--quiet", "--store", str(tmp_path / "study.db")]
    assert app.main(words) == 0
    first = capsys.readouterr()
    assert first.err == ""
    told = json.loads(first.out)
    assert told["complete"] is True
    assert [row["status"] for row in told["rows"]] == ["replicated", "not found"]
    assert told["rows"][1]["found_after"] is None
    assert app.main(words) == 0  # all of it from the store
    assert json.loads(capsys.readouterr().out) == told
    assert app.main([*words[:-2], "--seed", "1", *words[-2:]]) == 1
    assert "study.db" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lift"], "Did you mean 'lif'?"),
        (["lif", "--patterns", "tonic_spikin"], "Did you mean 'tonic_spiking'?"),
        (["lif", "--budget", "0"], "whole number >= 1"),
        (["lif", "--seed", "-1"], "--seed"),
        ([], "MODEL"),
    ],
)
def test_wrong_use_is_2_and_says_what_is_valid(words: list[str], said: str, capsys) -> None:
    with pytest.raises(SystemExit) as error:
        app.main(["assess", *words])
    assert error.value.code == 2
    assert said in capsys.readouterr().err


def test_what_is_named_twice_is_wrong_use(capsys) -> None:
    assert app.main(["assess", "lif", "lif", "--patterns", "A"]) == 2
    assert "named twice" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, capsys) -> None:
    assert app.main(["assess", *QUICK, "--csv", str(tmp_path / "nowhere" / "table.csv")]) == 1
    told = capsys.readouterr()
    assert "table.csv" in told.err
    assert told.out == ""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_saves_what_there_is(tmp_path: Path) -> None:
    words = ["lif", "--patterns", "A", "C", "M", "--budget", "5000000", "--csv", "table.csv", "--store", "study.db"]
    run = [sys.executable, "-m", "plausiwidgets.app", "assess", *words]
    process = subprocess.Popen(run, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    lines: list[str] = []
    while not any("[1/3]" in line for line in lines):
        assert time.monotonic() < end and process.poll() is None
        lines.append(process.stderr.readline())
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "not complete" in out
    assert "Traceback" not in err
    assert "goes on" in err
    table = pd.read_csv(tmp_path / "table.csv")
    assert table["status"][0] == "replicated"
    with sqlite3.connect(tmp_path / "study.db") as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
