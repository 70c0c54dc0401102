"""The guide for contributors: its table has the messages of the tests, and the files that it names exist."""

import re
import subprocess
from functools import cache

import pytest
from paths import DOCS, ROOT

GUIDES = [DOCS / "CONTRIBUTING.md", *sorted((DOCS / "contributing").glob("*.md"))]
FOLDERS = ("plausiwidgets", "tests")
NEW = r"my_|my[A-Z]|\bdist/|…|docs/_build|\*"
"""Parts of the names of files that a contributor or a command creates."""


@cache
def sources() -> str:
    """Return the text of all sources with messages, except this file."""
    files = subprocess.run(["git", "ls-files", "-z", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in files.stdout.split("\0") if name.endswith((".py", ".ts", ".tsx", ".mjs"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.name != "test_contributing.py")


def rows() -> list[list[str]]:
    """Return the cells of the table of what fails."""
    text = (DOCS / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("what to do |\n|---|---|\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="a source distribution has no git")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_message_of_the_table_is_in_the_sources(row: list[str]) -> None:
    place, _, message = row[1].partition(": ")
    for path in re.findall(r"`(tests/[\w/.]+)`", place):
        assert (ROOT / path).is_file(), path
    for part in re.findall(r"`([^`]+)`", message)[0].split("…"):
        assert part.strip() in sources(), part


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_each_file_that_a_guide_names_exists(guide) -> None:
    names = re.findall(
        r"(?<![\w/.-])((?:plausiwidgets|tests|docs|notebooks|\.ci|\.github)/[\w./*…-]+)", guide.read_text("utf-8")
    )
    assert [name for name in names if not re.search(NEW, name) and not (ROOT / name.rstrip(".,")).exists()] == []


def test_the_table_has_a_row_for_each_part() -> None:
    assert len(rows()) > 20 and all(len(row) == 2 and all(row) for row in rows())
