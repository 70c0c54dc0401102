"""The app without Python, in a file and on a static host: a search that the browser runs by itself."""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

import plausiwidgets as pw
from plausiwidgets.widgets.server.site import write

AWAY = "#model=izhikevich&pattern=tonic_bursting&c=-66&d=7&amplitude=9"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("site")
    write(folder, "en")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_search_of_a_file_finds_values_that_hold_and_says_that_they_were_not_verified(open_page, tmp_path: Path):
    shown = open_page(pw.export_page("izhikevich", path=tmp_path / "neuron.html", language="en"), AWAY)
    page = shown.page
    page.wait_for_selector(".pw-app[data-pw-status=rejected]")
    page.get_by_role("button", name="Search for parameters").click()
    expect(page.locator(".pw-drawer")).to_contain_text("Criteria met, not verified", timeout=60_000)
    page.get_by_role("button", name="Use these parameters").click()
    expect(page.locator(".pw-app")).to_have_attribute("data-pw-status", "unverified")
    expect(page.locator(".pw-chip")).not_to_contain_text("Verified")  # which is said of what was verified


def test_a_search_of_the_page_is_held_and_stopped_and_a_drag_goes_on(visit):
    page = visit("#model=lif&pattern=tonic_bursting").page
    page.get_by_role("button", name="Search for parameters").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    page.locator("[data-name=amplitude]").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".pw-drawer")).to_contain_text("Stopped")


def test_every_model_of_a_static_host_opens_by_a_link_and_is_fetched_then(visit):
    page = visit("#model=hodgkin_huxley&pattern=tonic_spiking").page
    expect(page.locator("h1")).to_contain_text("Hodgkin")
    page.evaluate("location.hash = '#model=adex&pattern=tonic_bursting'")
    expect(page.locator("h1")).to_contain_text("AdEx neuron")
    expect(page.locator(".pw-app")).to_have_attribute("data-pw-status", "replicated")
