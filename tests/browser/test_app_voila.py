"""The notebook of the command as a page of Voila, where no kernel has subshells."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.servers import start_voila


@pytest.fixture(scope="module")
def address(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("voila")
    copy = shutil.copy(root / "notebooks" / "explore.ipynb", home)
    server = start_voila(Path(copy), home)
    yield server.url
    server.stop()


@pytest.mark.slow
def test_a_link_opens_the_app_on_the_senders_parameters_and_a_search_goes_on_from_there(visit) -> None:
    page = visit("?model=izhikevich&pattern=tonic_bursting&c=-65&d=6.25").page
    page.locator(".pw-allbutton").click()
    boxes = [page.get_by_label(f"Exact value of {name}", exact=True) for name in ("c", "d")]
    assert [box.input_value() for box in boxes] == ["-65", "6.25"]
    page.get_by_role("button", name="Search for parameters").click()
    page.wait_for_function("() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0) > 0")
