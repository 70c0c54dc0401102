"""What each test of the answers asks."""

from collections.abc import Iterator

import pytest
from app_client import Client


@pytest.fixture
def client() -> Iterator[Client]:
    """A page of its own; all that it was answered is as the table of messages says."""
    made = Client()
    yield made
    made.close()
