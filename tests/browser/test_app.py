"""The console command with a real server: the page it opens, and how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from waiting import until

from tests.browser.pages import BrowserPage
from tests.browser.servers import START_SECONDS, free_port, jupyter_environment

ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):(\d+)/\S*")


class Command:
    """A running `plausiwidgets`, the address that it prints, and its end by Ctrl-C."""

    def __init__(self, arguments: list[str], home: Path) -> None:
        self.log = home / "command.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "plausiwidgets.cli.main",
                    "--no-browser",
                    f"--folder={home / 'work'}",
                    *arguments,
                ],
                cwd=home,
                env=jupyter_environment(home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def address(self) -> str:
        """The address that the command prints for the person to open, as soon as the server listens there."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if found := ADDRESS.search(self.log.read_text(errors="replace")):
                # Jupyter prints it a moment before it listens.
                with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(found[1])), 5):
                    return found.group().replace("localhost", "127.0.0.1")
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.log.read_text(errors="replace"))

    def interrupt(self) -> int:
        """Press Ctrl-C and give the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def kill(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class InLab(NamedTuple):
    """The command, the address that it printed, its page, and the notebook that it shows."""

    command: Command
    address: str
    page: BrowserPage
    notebook: Path


@pytest.fixture(scope="module")
def in_lab(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InLab]:
    """The command as it opens JupyterLab, for the tests that do not end it."""
    home = tmp_path_factory.mktemp("command")
    running = Command([f"--port={free_port()}"], home)
    page = BrowserPage(browser, 1366, 768)
    address = running.address()
    page.page.goto(address)
    page.wait_for_app()
    yield InLab(running, address, page, home / "work" / "explore.ipynb")
    page.close()
    running.kill()


@pytest.mark.slow
def test_the_command_shows_the_explorer_in_jupyterlab_without_a_click(in_lab: InLab) -> None:
    page = in_lab.page.page
    assert re.search(r":\d+/doc/tree/explore.ipynb\?token=", in_lab.address)
    page.locator(".pw-chip", has_text="✓ It does").wait_for()
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
    assert in_lab.command.interrupt() == 0
    assert "Traceback" not in in_lab.command.log.read_text()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Command]:
    """The command as it serves the app."""
    running = Command(["--app", f"--port={free_port()}"], tmp_path)
    yield running
    running.kill()


@pytest.mark.slow
def test_the_command_shows_the_explorer_as_an_app(app: Command, browser) -> None:
    page = BrowserPage(browser)
    page.page.goto(app.address())
    page.wait_for_app()
    assert page.errors == []
    assert page.page.locator("text=pw.Explorer").count() == 0
    assert page.foreign == []
    assert app.interrupt() == 0
    assert not re.search("Traceback|WARNING", app.log.read_text())
    page.close()
