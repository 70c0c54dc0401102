"""The repository follows the guide of Scientific Python (its `repo-review`), but for what is left out on purpose."""

from pathlib import Path

import pytest

LEFT_OUT = {
    "PY006": "no pre-commit: .ci/run is the one command for all checks",
    "PY007": "no task runner: .ci/run is it",
    "PP006": "no dependency groups: the extras `test` and `docs` work with every installer",
    "PP304": "tests read what a user sees, results, messages and warnings, and no logs",
    "GH100": "no CI of a host: the repository stands at none, and .ci/run is what any of them has to call",
    "MY103": "what is given by a user is checked at run time, also where its type says that it cannot be",
    "MY105": "the same",
}


def test_all_checks_pass_but_those_that_are_left_out(root: Path) -> None:
    processor = pytest.importorskip("repo_review.processor")
    results = processor.process(root).results
    failed = {result.name for result in results if result.result is False}
    assert sum(result.result is True for result in results) > 20
    assert failed == set(LEFT_OUT), {r.name: r.err_msg for r in results if r.name in failed ^ set(LEFT_OUT)}
