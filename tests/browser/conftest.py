"""Fixtures for tests in a real browser: apps in JupyterLab, in files and on servers.

Chromium is the one that `CHROMIUM` names, the system's, or Playwright's own. Without any the tests are
skipped, unless `PLAUSIWIDGETS_REQUIRE_BROWSER=1`: then they fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from plausiwidgets import export_page
from tests.browser.notebooks import BURSTING, OpenCells, notebook
from tests.browser.pages import JUDGED, FilePage, Lab, NotebookPage, VisitorPage
from tests.browser.servers import Server, start_app, start_lab

expect.set_options(timeout=60_000)  # as of every other wait: a busy machine is no failure

ARGUMENTS = [
    "--no-sandbox",  # a container's root has no sandbox
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a test that needs another host is wrong
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium(own: str) -> str | None:
    """The browser to use: `CHROMIUM`, the system's, or Playwright's `own` one, where it is installed.

    The headless shell, a package of Debian's, is Chromium without its windows: it takes a sixth less processor time.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    return own if Path(own).exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A headless Chromium for the whole run."""
    with sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        if executable is None:
            reason = "no Chromium: install Debian's `chromium`, run `playwright install chromium`, or set CHROMIUM"
            if os.environ.get("PLAUSIWIDGETS_REQUIRE_BROWSER") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab, for the whole run: `lab.open(notebook)` gives a `NotebookPage`; `lab.close` ends it."""
    server = start_lab(tmp_path_factory.mktemp("lab"))
    yield Lab(server, browser)
    server.stop()


@pytest.fixture
def open_cells(lab: Lab, tmp_path: Path) -> Iterator[OpenCells]:
    """Open a notebook of these cells, run them, and wait until an app has judged, or for another selector.

    It is closed after the test; there must have been no error, but where the kernel is to be `lost`.
    """
    opened: list[NotebookPage] = []
    errors: list[list[str]] = []

    def open_one(*code: str, until: str = JUDGED, lost: bool = False, **options: object) -> NotebookPage:
        opened.append(lab.open(notebook(tmp_path, *code), **options))
        if not lost:
            errors.append(opened[-1].errors)
        if until:
            opened[-1].page.wait_for_selector(until, timeout=180_000)  # a custom neuron is exported and compiled first
        return opened[-1]

    yield open_one
    found = [list(one) for one in errors]
    for page in opened:
        lab.close(page)
    assert found == [[]] * len(found)


@pytest.fixture(scope="module")
def one_notebook(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookPage]:
    """A notebook with an app, for the tests of a module that leave it as it was."""
    opened = lab.open(notebook(tmp_path_factory.mktemp("notebook"), BURSTING))
    opened.page.wait_for_selector(JUDGED)
    yield opened
    errors = list(opened.errors)
    lab.close(opened)
    assert errors == []


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., FilePage]]:
    """Open a file, and close it after the test: it must not have raised an error, or asked for anything."""
    opened: list[FilePage] = []

    def open_one(path: Path, fragment: str = "", **options: object) -> FilePage:
        opened.append(FilePage(browser, path, fragment, **options))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
        assert page.errors == []
        assert [url for url in page.requested if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.fixture(scope="module")
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app in one file, with the models that the module of the tests calls MODELS."""
    return export_page(request.module.MODELS, path=tmp_path_factory.mktemp("app") / "neuron.html", language="en")


@pytest.fixture
def opened(open_page, path: Path) -> Callable[..., Page]:
    """Opens the app of :func:`path` at a fragment, and waits for its verdict."""

    def open_one(fragment: str = "#pattern=tonic_bursting", **options: object) -> Page:
        page = open_page(path, fragment, **options).page
        page.wait_for_selector(JUDGED)
        return page

    return open_one


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as a server, for the whole run."""
    server = start_app(tmp_path_factory.mktemp("app_server"), "--workers=2", "--language=en")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def address(app_server: Server) -> str:
    """Where `visit` goes: a module may have another host."""
    return app_server.url


@pytest.fixture
def visit(browser, address: str) -> Iterator[Callable[..., VisitorPage]]:
    """Open the app at the address as a visitor, who leaves after the test; there must have been no error."""
    opened: list[VisitorPage] = []

    def open_one(fragment: str = "", **options: object) -> VisitorPage:
        opened.append(VisitorPage(browser, address, fragment, **options))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
        assert page.errors == []
        assert [url for url in page.foreign if "font" not in url] == []  # Voila's template asks for one
