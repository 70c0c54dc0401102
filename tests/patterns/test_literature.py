"""Sets that are famous for a pattern, at the currents of their authors: the judge agrees, or the table says why not."""

import re

import pytest
from literature import BEGIN, END, FAMOUS, PAGE, WHY, row


def table():
    """Return the lines of the table of the documentation."""
    text = PAGE.read_text(encoding="utf-8")
    return [line for line in text.partition(BEGIN)[2].partition(END)[0].strip().splitlines() if line.startswith("|")][
        2:
    ]


def test_the_table_of_the_documentation_has_every_set_of_the_list():
    assert [line.split(" | ")[:4] for line in table()] == [row(f, "", "").split(" | ")[:4] for f in FAMOUS]


@pytest.mark.parametrize("index", range(0, len(FAMOUS), 10))
def test_the_judge_says_what_the_table_says(index):
    for famous, line in zip(FAMOUS[index : index + 10], table()[index:], strict=False):
        judged, by = line.split(" | ")[4:6]
        verdict = famous.judged()
        assert verdict.accepted == (judged in ("verified", "not robust")), (line, str(verdict))
        if not verdict.accepted:
            missed = [re.sub(r" \S+, must be .*", "", part) for part in by.split("; ")]
            assert missed == [check.title for check in verdict.criteria if not check.passed], line


def test_the_text_counts_the_sets_as_the_table_does():
    text = PAGE.read_text(encoding="utf-8")
    verified, fragile = (sum(f"| {word} |" in line for line in table()) for word in ("verified", "not robust"))
    assert re.search(rf"{len(FAMOUS)} parameter sets", text) and re.search(rf"{verified} sets are\s+verified", text)
    assert re.search(rf"{fragile} are\s+not\s+robust", text)
    assert re.search(rf"{len(FAMOUS) - verified - fragile}\s+sets\s+do\s+not\s+meet\s+the\s+criteria", text)


def test_what_does_not_agree_has_its_reason():
    for famous, line in zip(FAMOUS, table(), strict=True):
        assert ("| verified |" in line) == ((famous.source, famous.words) not in WHY)
        assert WHY.get((famous.source, famous.words), "") in line
