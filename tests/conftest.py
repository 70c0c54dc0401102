"""What every test may use, and in which order the tests run."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from plausiwidgets import texts
from plausiwidgets.cli.explore import leave_out_grammars
from plausiwidgets.engine import threads
from plausiwidgets.models import registry as models
from plausiwidgets.patterns import registry as patterns

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "tests" / "benchmarks"
collect_ignore = ["data"]  # files of models that a test loads by their path
leave_out_grammars()  # nbformat would import them, in each process of the tests


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project: pyproject.toml, README.md, notebooks/."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def _searches_get_on() -> None:
    """Give searches in the background the priority of the tests: at their own they would starve on a busy machine."""
    if sys.platform == "linux":
        threads.NICENESS = os.getpriority(os.PRIO_PROCESS, 0)


@pytest.fixture(autouse=True)
def default_print_options():
    """Restore NumPy's print options, which pyABF changes when a test imports it."""
    with np.printoptions():
        yield


@pytest.fixture(autouse=True)
def _what_a_test_registers_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test registries of its own, and English: others count on the built-in models and patterns alone."""
    monkeypatch.setattr(models.custom, "by_key", {})
    monkeypatch.setattr(patterns.custom, "by_key", {})
    monkeypatch.setattr(texts, "_usual", texts.ENGLISH)


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kernel on disk."""
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(tmp_path / "cache"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Workers of ``-n auto``: three on two cores, as those with a browser wait for it; none for a single file."""
    if len(config.args) == 1 and Path(config.args[0].partition("::")[0]).is_file():
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 2


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore benchmarks without examples if ``-m`` excludes benchmarks: each worker would import all of them."""
    is_benchmark = collection_path.parent == BENCHMARKS and collection_path.suffix == ".py"
    if is_benchmark and "not benchmark" in config.option.markexpr:
        return True if ">>> " not in collection_path.read_text(encoding="utf-8") else None
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests and move them to the end.

    In one process (``-n 0``), quick tests therefore fail first. Several processes start with the files that contain the
    most tests, so browser tests and others run in any order. A coroutine of a test runs in a separate thread
    (`waiting.run`), because Playwright's event loop continues in the thread of the tests.
    """
    for item in items:
        if "browser" in item.path.relative_to(ROOT).parts:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
