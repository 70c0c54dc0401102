"""Tests of neurons of other libraries: in an environment that has these, where they are required; else skipped."""

import importlib.util
import os

import pytest

LIBRARIES = ("snntorch", "spikingjelly", "sinabs", "norse", "nir", "brian2")


def pytest_ignore_collect(collection_path):
    """Leave the tests out where a library is missing, unless the environment says that they must run."""
    if os.environ.get("PLAUSIWIDGETS_REQUIRE_LIBRARIES") == "1" or collection_path.suffix != ".py":
        return None
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    return True if missing and collection_path.name != "conftest.py" else None


@pytest.fixture(autouse=True)
def _without_a_compiler_of_brian2():
    """Brian2 runs by NumPy: compiling would take most of the time."""
    import brian2

    brian2.prefs.codegen.target = "numpy"
