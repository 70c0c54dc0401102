"""The console command with a real server: the page it opens, and how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

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


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    started: list[Command] = []

    def start(*arguments: str) -> Command:
        started.append(Command(list(arguments), tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def page(browser) -> Iterator[BrowserPage]:
    opened = BrowserPage(browser)
    yield opened
    opened.close()


@pytest.mark.slow
def test_the_command_shows_the_explorer_in_jupyterlab_without_a_click(command, page, tmp_path: Path) -> None:
    port = free_port()
    running = command(f"--port={port}")
    address = running.address()
    assert f":{port}/doc/tree/explore.ipynb?token=" in address
    page.page.set_viewport_size({"width": 1366, "height": 768})
    page.page.goto(address)
    page.wait_for_app()
    page.page.locator(".pw-chip", has_text="✓ It does").wait_for()
    assert page.potential_share() > 0.25
    page.page.get_by_role("button", name="Share", exact=True).click()
    page.page.get_by_label("Link to this notebook").wait_for()
    assert page.errors == []
    assert running.interrupt() == 0
    assert "Traceback" not in running.log.read_text()
    assert (tmp_path / "work" / "explore.ipynb").exists()


@pytest.mark.slow
def test_neither_a_reload_nor_a_second_browser_runs_the_notebook_again(command, page, browser, tmp_path) -> None:
    def runs() -> list[int]:
        cells = json.loads((tmp_path / "work" / "explore.ipynb").read_text(encoding="utf-8"))["cells"]
        return [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]

    address = command().address()
    page.page.goto(address)
    page.wait_for_app()
    page.page.wait_for_timeout(2000)  # the notebook is saved
    assert runs() == [1]
    page.page.reload()
    page.wait_for_app()
    page.page.wait_for_timeout(3000)
    assert runs() == [1]
    second = BrowserPage(browser)
    second.page.goto(address)
    second.wait_for_app()
    second.page.wait_for_timeout(3000)
    assert runs() == [1]
    assert second.errors == []
    second.close()


@pytest.mark.slow
def test_a_widget_that_a_reload_has_lost_is_shown_again(command, page) -> None:
    """What JupyterLab shows of a model that came too late, put into the page by hand: the race itself is rare."""
    page.page.goto(command().address())
    page.wait_for_app()
    page.page.evaluate("""() => {
        const lost = document.querySelector('.pw-app');
        lost.dataset.lost = '';  // it may be shown again at once
        lost.closest('.jp-OutputArea-output').textContent = 'Error displaying widget: model not found';
    }""")
    page.page.wait_for_selector(".pw-app:not([data-lost])")
    page.wait_for_app()
    assert page.page.locator("text=model not found").count() == 0
    assert page.page.locator(".pw-app").count() == 1


@pytest.mark.slow
def test_the_command_shows_the_explorer_as_an_app(command, page) -> None:
    port = free_port()
    running = command("--app", f"--port={port}")
    address = running.address()
    assert f":{port}/" in address
    page.page.goto(address)
    page.wait_for_app()
    assert page.errors == []
    assert page.page.locator("text=pw.Explorer").count() == 0
    assert page.foreign == []
    assert running.interrupt() == 0
    assert not re.search("Traceback|WARNING", running.log.read_text())


def notebook(root: Path) -> Path:
    return root / "notebooks" / "explore.ipynb"


@pytest.mark.slow
def test_a_link_opens_the_app_on_the_senders_parameters(open_app, root: Path) -> None:
    opened = open_app(notebook(root), "model=adex&pattern=tonic_bursting&tau_w=123.5&V_r=-46.25&lock=tau_w")
    opened.wait_for_app()
    page = opened.page
    page.locator(".pw-allbutton").click()
    boxes = {name: page.get_by_label(f"Exact value of {name}", exact=True) for name in ("tau_w", "V_r")}
    assert [box.input_value() for box in boxes.values()] == ["123.5", "-46.25"]
    assert boxes["tau_w"].is_disabled() and boxes["V_r"].is_enabled()
    assert opened.errors == []


@pytest.mark.slow
def test_a_hostile_link_gives_a_note_and_the_defaults(open_app, root: Path) -> None:
    markup = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    query = f"model={markup}&pattern=nan&a=nan&b=1e999&lock={markup},a&{markup}=1&{'x' * 3000}=2"
    opened = open_app(notebook(root), query)
    opened.wait_for_app()
    assert "There is no model" in opened.page.get_by_role("alert").inner_text()
    assert opened.page.locator("img[src=x]").count() == 0
    assert opened.errors == []
