"""What a type checker says of scripts of a user."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import plausiwidgets as pw

TYPED = Path(__file__).parent / "data" / "typed"


@pytest.fixture(scope="module")
def errors(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[int, str]]:
    """Return the errors of ``mypy --strict`` by script and line; one run for all, as it reads the package first."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--follow-imports=silent",
            f"--cache-dir={tmp_path_factory.mktemp('mypy')}",
            *map(str, sorted(TYPED.glob("*.py"))),
        ],
        env=os.environ | {"MYPYPATH": str(root)},
        cwd=TYPED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    found: dict[str, dict[int, str]] = {path.name: {} for path in TYPED.glob("*.py")}
    for name, line, text in re.findall(r"^(?:.*/)?(\w+\.py):(\d+): error: (.*)$", done.stdout, re.MULTILINE):
        found[name][int(line)] = text
    return found


@pytest.mark.slow
@pytest.mark.parametrize("script", ["verbs.py", "own.py"])
def test_a_script_of_a_user_passes_the_strict_type_checker(errors: dict[str, dict[int, str]], script: str) -> None:
    assert errors[script] == {}


@pytest.mark.slow
def test_each_misspelt_name_and_argument_does_not(errors: dict[str, dict[int, str]]) -> None:
    lines = (TYPED / "misspelt.py").read_text(encoding="utf-8").splitlines()
    assert sorted(errors["misspelt.py"]) == [n for n, line in enumerate(lines, 1) if line.startswith("pw.")]
    assert "optimize" in errors["misspelt.py"][lines.index('pw.optimise("lif", "tonic_spiking")') + 1]


def test_the_scripts_use_every_public_name_that_needs_no_other_package() -> None:
    used = "".join((TYPED / script).read_text(encoding="utf-8") for script in ("verbs.py", "own.py"))
    missing = {name for name in pw.__all__ if not re.search(rf"\bpw\.{name}\b", used)}
    assert missing <= {"from_norse", "from_brian2", "from_nir", "to_nir", "recordings"}
