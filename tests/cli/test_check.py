"""`plausiwidgets --check`: what it says of an installation that works, of one that does not, and of one that hangs."""

import os
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import pytest

from plausiwidgets.cli import check, main


def test_a_working_installation_is_reported_in_a_text_for_a_bug_report(capsys) -> None:
    code = check.check(limit=500.0)  # a busy machine may need more than the half minute, after which the process ends
    told = capsys.readouterr().out
    assert code == 0, told
    assert told.startswith(f"plausiwidgets {version('plausiwidgets')}, Python 3.")
    for part in check.PARTS:
        assert f"\n✓ {part}: " in told
    assert "machine code" in told and "verified, found after" in told
    assert "All tests passed" in told and str(Path.home()) not in told


def test_the_package_is_a_command_too() -> None:
    command = [sys.executable, "-m", "plausiwidgets", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == f"plausiwidgets {version('plausiwidgets')}\n"


def test_the_option_exits_with_the_code_of_the_check(monkeypatch, capsys) -> None:
    monkeypatch.setattr(check, "PARTS", {"optional": check.optional})
    with pytest.raises(SystemExit) as ended:
        main.main(["--check"])
    assert ended.value.code == 0 and "All tests passed" in capsys.readouterr().out


def test_a_failing_part_is_named_with_its_traceback_and_the_others_are_tested(capsys, monkeypatch) -> None:
    def broken() -> str:
        raise OSError(f"no place in {Path.home()}/.cache")

    monkeypatch.setattr(check, "PARTS", {"search": broken, "optional": check.optional})
    assert check.check() == 1
    told = capsys.readouterr().out
    assert "✗ search: OSError: no place in ~/.cache" in told and "✓ optional: " in told
    assert "Traceback" in told and "1 of 2 tests failed" in told and "All tests passed" not in told


def test_a_package_outside_of_its_range_is_named_with_what_is_needed(monkeypatch) -> None:
    monkeypatch.setattr(check, "version", lambda name: "" if name == "cma" else "0.1")
    with pytest.raises(RuntimeError, match=r"numba>=0\.60, found 0\.1.*pip install"):
        check.packages()
    with pytest.raises(RuntimeError, match=r"cma>=4\.0, found none"):
        check.packages()


def test_a_part_that_hangs_is_named_and_ends_the_process(capsys, monkeypatch) -> None:
    codes, ended = [], threading.Event()

    def leave(code: int) -> None:
        codes.append(code)
        ended.set()

    def hangs() -> str:
        assert ended.wait(60.0)
        return "went on, as the process of the test does not end"

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(check, "PARTS", {"search": hangs})
    check.check(limit=0.05)
    assert codes == [1] and "✗ search: this test has not finished 0.05 s after" in capsys.readouterr().out
