"""The table of the page on recordings is what the sets that were found hold of the real cell."""

import sys

import pytest
from paths import DOCS

PAGE = DOCS / "howto" / "recording.md"


@pytest.fixture(scope="module")
def script():
    pytest.importorskip("pyabf")
    sys.path.insert(0, str(DOCS))
    import real_cell

    yield real_cell
    sys.path.remove(str(DOCS))


def test_the_table_of_the_real_cell_is_that_of_the_sets_that_were_found(script):
    assert script.table() in PAGE.read_text(encoding="utf-8"), "python docs/real_cell.py"


def test_traces_between_two_neighbouring_sweeps_meet_the_criteria_of_the_sweep_between_them(script):
    rows, (held, asked) = script.of_neighbours()
    known = [one for one in rows if one is not None]
    # An interval that the cell itself would miss more often is narrower than what it varies by.
    assert sum(one.passed for one in known) >= 0.95 * sum(one.asked for one in known)
    assert held < 0.85 * asked  # and one that the cell would hold 10 pA away is none
