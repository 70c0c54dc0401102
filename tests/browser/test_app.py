"""The console command with a real server: the page it opens, and how it ends."""

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from waiting import until

from tests.browser.pages import BrowserPage
from tests.browser.servers import Server, free_port, start_lab

ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+/\S*")


def address_of(command: Server) -> str:
    """The address that the command prints for the user to open."""

    def found() -> re.Match[str] | None:
        return ADDRESS.search(command.log.read_text(errors="replace"))

    until(found)
    return found().group().replace("localhost", "127.0.0.1")


class InLab(NamedTuple):
    """The command, the address that it printed, its page, and the notebook that it shows."""

    command: Server
    address: str
    page: BrowserPage
    notebook: Path


@pytest.fixture(scope="module")
def in_lab(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InLab]:
    """The command as it opens JupyterLab, for the tests that do not end it."""
    home, port = tmp_path_factory.mktemp("command"), free_port()
    words = ["-m", "plausiwidgets.cli.main", "--no-browser", f"--folder={home / 'work'}", f"--port={port}"]
    running = Server(words, port, home, "/login")
    page = BrowserPage(browser, 1366, 768)
    address = address_of(running)
    page.page.goto(address)
    page.wait_for_app()
    yield InLab(running, address, page, home / "work" / "explore.ipynb")
    page.close()
    running.stop()


@pytest.mark.slow
def test_the_command_shows_the_explorer_in_jupyterlab_without_a_click(in_lab: InLab) -> None:
    page = in_lab.page.page
    assert re.search(r":\d+/doc/tree/explore.ipynb\?token=", in_lab.address)
    page.locator(".pw-chip", has_text="✓ Verified").wait_for()
    assert in_lab.page.potential_share() > 0.25
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_label("Link to this notebook").wait_for()
    page.keyboard.press("Escape")
    assert in_lab.page.errors == []
    assert in_lab.notebook.exists()


@pytest.mark.slow
def test_neither_a_reload_nor_a_second_browser_runs_the_notebook_again(in_lab: InLab, browser) -> None:
    def runs() -> list[int]:
        cells = json.loads(in_lab.notebook.read_text(encoding="utf-8"))["cells"]
        return [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]

    until(lambda: runs() == [1])  # the notebook is saved
    in_lab.page.page.reload()
    in_lab.page.wait_for_app()
    second = BrowserPage(browser)
    second.page.goto(in_lab.address)
    second.wait_for_app()
    second.page.wait_for_timeout(3000)  # one that was run again would be saved by then
    assert runs() == [1]
    assert second.errors == []
    second.close()


@pytest.mark.slow
def test_a_widget_that_a_reload_has_lost_is_shown_again(in_lab: InLab) -> None:
    """What JupyterLab shows of a model that came too late, put into the page by hand: the race itself is rare."""
    page = in_lab.page.page
    page.evaluate("""() => {
        const lost = document.querySelector('.pw-app');
        lost.dataset.lost = '';  // it may be shown again at once
        lost.closest('.jp-OutputArea-output').textContent = 'Error displaying widget: model not found';
    }""")
    page.wait_for_selector(".pw-app:not([data-lost])")
    in_lab.page.wait_for_app()
    assert page.locator("text=model not found").count() == 0
    assert page.locator(".pw-app").count() == 1


@pytest.mark.slow
def test_ctrl_c_ends_jupyterlab_without_a_traceback(in_lab: InLab) -> None:
    in_lab.command.process.send_signal(signal.SIGINT)
    assert in_lab.command.process.wait(20) == 0
    assert "Traceback" not in in_lab.command.log.read_text()


@pytest.mark.slow
def test_the_notebook_runs_in_the_clone_of_the_repository_on_binder(browser, root: Path, tmp_path: Path) -> None:
    """The folders as binder/postBuild and Binder's link have them: the notebook is in a folder below the root."""
    script = (root / "binder" / "postBuild").read_text(encoding="utf-8")
    [copied] = re.findall(r'^cp -r (\S+) "\$\{extensions\}/"$', script, re.MULTILINE)
    shutil.copytree(root / copied, tmp_path / "data" / "labextensions" / Path(copied).name)
    running = start_lab(tmp_path)
    shutil.copytree(root / "notebooks", tmp_path / "work" / "notebooks")
    page = BrowserPage(browser, 1366, 768)
    page.page.goto(f"{running.url}/doc/tree/notebooks/explore.ipynb")
    page.wait_for_app()
    page.page.locator(".pw-chip", has_text="✓ Verified").wait_for()
    page.close()
    running.stop()
