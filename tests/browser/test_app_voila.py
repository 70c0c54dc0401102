"""The notebook of the command as a page of Voila, where no kernel has subshells."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.pages import AppPage
from tests.browser.servers import Server, start_voila


@pytest.fixture(scope="module")
def voila(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("voila")
    copy = shutil.copy(root / "notebooks" / "explore.ipynb", home)
    server = start_voila(Path(copy), home)
    yield server
    server.stop()


@pytest.fixture
def open_app(browser, voila: Server) -> Iterator[Callable[[str], AppPage]]:
    """Open the notebook with a link, and wait until its app has judged; there must have been no error."""
    opened: list[AppPage] = []

    def open_one(query: str) -> AppPage:
        opened.append(AppPage(browser, f"{voila.url}/?{query}"))
        opened[-1].wait_for_app()
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
        assert page.errors == []


@pytest.mark.slow
def test_a_link_opens_the_app_on_the_senders_parameters(open_app) -> None:
    page = open_app("model=adex&pattern=tonic_bursting&tau_w=123.5&V_r=-46.25&lock=tau_w").page
    page.locator(".pw-allbutton").click()
    boxes = {name: page.get_by_label(f"Exact value of {name}", exact=True) for name in ("tau_w", "V_r")}
    assert [box.input_value() for box in boxes.values()] == ["123.5", "-46.25"]
    assert boxes["tau_w"].is_disabled() and boxes["V_r"].is_enabled()


@pytest.mark.slow
def test_it_judges_and_searches(open_app) -> None:
    page = open_app("model=izhikevich&pattern=tonic_bursting&c=-65").page
    page.get_by_role("button", name="Let a search find it").click()
    page.wait_for_function("() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0) > 0")
    page.locator(".pw-drawer", has_text="Found, and verified").wait_for()  # before the end the best may not hold
    page.locator(".pw-take").click()
    page.locator(".pw-app[data-pw-status=holds], .pw-app[data-pw-status=waiting]").wait_for()
