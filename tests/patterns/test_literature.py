"""The table of published parameter sets contains the results of their evaluation, and a reason for each failure."""

import re
from collections import Counter

import pytest
from literature import BEGIN, END, FAMOUS, PAGE, WHY, row

import plausiwidgets as pw
from plausiwidgets.patterns.packaged import DEFAULTS, verdict_rows


def table():
    """Return the lines of the table of the documentation."""
    text = PAGE.read_text(encoding="utf-8")
    return [line for line in text.partition(BEGIN)[2].partition(END)[0].strip().splitlines() if line.startswith("|")][
        2:
    ]


def test_the_table_of_the_documentation_has_every_set_of_the_list():
    assert [line.split(" | ")[:4] for line in table()] == [row(f, "", "").split(" | ")[:4] for f in FAMOUS]


@pytest.mark.parametrize("index", range(0, len(FAMOUS), 10))
def test_verdicts_agree_with_the_table(index):
    for famous, line in zip(FAMOUS[index : index + 10], table()[index:], strict=False):
        judged, by = line.split(" | ")[4:6]
        verdict = famous.judged()
        assert verdict.accepted == (judged in ("verified", "not robust")), (line, str(verdict))
        if not verdict.accepted:
            missed = [re.sub(r" \S+, must be .*", "", part) for part in by.split("; ")]
            assert missed == [check.title for check in verdict.criteria if not check.passed], line


@pytest.mark.parametrize("page", [PAGE, PAGE.parents[2] / "README.md"], ids=lambda page: page.name)
def test_the_text_counts_the_sets_as_the_table_does(page):
    text = page.read_text(encoding="utf-8")
    verified, fragile = (sum(f"| {word} |" in line for line in table()) for word in ("verified", "not robust"))
    text = " ".join(text.split())
    assert re.search(rf"\b{len(FAMOUS)} (published )?parameter sets", text) and f" {verified} are verified, " in text
    assert f" {fragile} are not robust, " in text
    assert re.search(rf" {len(FAMOUS) - verified - fragile} do not meet the (written )?criteria", text)


def test_every_disagreement_has_a_reason():
    for famous, line in zip(FAMOUS, table(), strict=True):
        assert ("| verified |" in line) == ((famous.source, famous.words) not in WHY)
        assert WHY.get((famous.source, famous.words), "") in line


def test_the_text_counts_the_presets_as_the_package_does():
    rows = [row for row in verdict_rows() if row["set"] != DEFAULTS]
    sources = {
        (name, preset.title): preset.source for name in pw.models.names() for preset in pw.models.get(name).presets
    }
    published = [row for row in rows if not sources[row["model"], row["set"]].startswith("found")]
    count = Counter(row["status"] for row in published)
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"{len(rows)} presets for the twenty patterns. Five of them" in text and len(rows) - len(published) == 5
    assert f"Of the {len(published)} published presets, {count['replicated']} are verified, " in text
    assert (
        f"{count['fragile']} are not robust, and {count['rejected']} do not meet the criteria. Three of the four"
        in text
    )
    assert sum("time step" in row["failed_test"] for row in published) == 3 and count["fragile"] == 4
