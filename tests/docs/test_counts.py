"""No text contains the number of packaged neurons: a text that needs it gets it from the code."""

import json
import re
from pathlib import Path

import pytest

import plausiwidgets as pw
from tests.docs.test_docs import BUILT

ENDINGS = {".md", ".py", ".ts", ".tsx", ".mjs", ".po", ".ipynb", ".toml", ".cff", ".html"}
FOLDERS = ("docs", "notebooks", "plausiwidgets", "binder", "tests")
OTHERS = {"node_modules", "static", "build", "_build", "catalogue"}
"""Folders of other authors, and folders whose files are generated."""
HISTORY = {"CHANGELOG.md"}
"""Texts about versions that had another number of neurons."""

LETTERS = {18: "eighteen", 19: "nineteen", 20: "twenty", 21: "twenty-one", 22: "twenty-two", 23: "twenty-three"}
NUMBERS = "|".join(f"{number}|{word}" for number, word in LETTERS.items()) + "|zwanzig|zweiundzwanzig"
KINDS = "neuron|model|neuronen|modelle|neuronenmodelle"
COUNT = re.compile(
    rf"\b({NUMBERS}) ((built-in|packaged|spiking|different) )?({KINDS})s?\b"
    r"|\b\d\d ?[×x] ?20\b|\b20 ?[×x] ?\d\d\b|\b(400|420|440|460) pairs\b",
    re.IGNORECASE,
)


def texts(root: Path):
    """Yield the path and the text of each file that a person writes."""
    yield from ((root / name, (root / name).read_text(encoding="utf-8")) for name in ("README.md", "CITATION.cff"))
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).parts
            if inside[0] == "docs" and inside[1] in BUILT:
                continue
            if path.suffix in ENDINGS and not OTHERS & set(inside) and path.name not in HISTORY | {Path(__file__).name}:
                text = path.read_text(encoding="utf-8")
                if path.suffix == ".ipynb":
                    text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
                yield path, text


def test_no_text_contains_the_number_of_neurons(root):
    found = [
        f"{path.relative_to(root)}: {match[0]!r}"
        for path, text in texts(root)
        for match in COUNT.finditer(re.sub(r"\s+", " ", text))
    ]
    assert not found, "Remove the number, or let the code write it: " + "; ".join(found)


@pytest.mark.parametrize(
    "text", ["twenty neurons", "one of twenty neuron models", "20 × 20", "22 models", "of the 400 pairs", "20x20"]
)
def test_a_count_is_found_in_each_form(text):
    assert COUNT.search(text)


def test_the_next_number_of_neurons_is_among_those_that_are_found():
    count = len(pw.models.library.NAMES)
    assert {count, count + 1} <= set(LETTERS), f"add {count + 1} to LETTERS in tests/docs/test_counts.py"
