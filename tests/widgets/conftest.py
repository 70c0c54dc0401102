"""What each test of the widgets leaves behind: nothing."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _what_a_test_opens_is_closed() -> Iterator[None]:
    """Close the widgets of a test: explorers, pages, boxes beside them."""
    yield
    if "ipywidgets" in sys.modules:
        for one in list(sys.modules["ipywidgets"].widgets.widget._instances.values()):
            one.close()
