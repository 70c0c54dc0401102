"""All packaged verdicts on presets and defaults are what an evaluation returns, which takes a minute of processor time.

``pytest -n 0 -m benchmark tests/benchmarks/test_packaged_verdicts.py`` runs it.
"""

import pytest
from packaged_verdicts import check_verdict

from plausiwidgets.patterns.packaged import verdict_rows


@pytest.mark.benchmark
@pytest.mark.parametrize("row", verdict_rows(), ids=lambda row: f"{row['model']}-{row['pattern']}-{row['set']}")
def test_a_packaged_verdict_is_what_an_evaluation_returns(row: dict[str, str]) -> None:
    check_verdict(row)
