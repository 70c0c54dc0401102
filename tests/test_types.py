"""Scripts of users for the type checker: `mypy` checks them together with the package."""

import re
import tomllib
from pathlib import Path

import plausiwidgets as pw

TYPED = Path(__file__).parent / "data" / "typed"


def test_mypy_checks_the_scripts_and_reports_an_expected_error_that_is_absent(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] and TYPED in [root / path for path in settings["files"]]
    lines = (TYPED / "misspelt.py").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("pw.")] == [line for line in lines if "# type: ignore[" in line]


def test_the_scripts_use_every_public_name_that_needs_no_other_package() -> None:
    used = "".join((TYPED / script).read_text(encoding="utf-8") for script in ("verbs.py", "own.py"))
    missing = {name for name in pw.__all__ if not re.search(rf"\bpw\.{name}\b", used)}
    assert missing <= {"from_norse", "from_brian2", "from_nir", "to_nir", "recordings"}
