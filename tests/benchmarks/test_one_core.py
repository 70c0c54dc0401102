"""Binder's image: one core and 1 GB for JupyterLab beside which the app is open, with a search running in it.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_one_core.py

The server gets one core and the environment of ``binder/start``; Chromium has the others. It runs under a base address,
as on a hub.
"""

import os
import re
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import browser
from tests.browser.pages import VisitorPage
from tests.browser.servers import Server, children, free_port

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser"]

LIMIT = 1000.0
"""MB that all processes of an image may take together."""
SECONDS = 20.0
"""How long the search is watched."""
BASE = "/user/a-b/"


class Watch:
    """Notes the most memory that a server and its processes take together, in MB: pages of several count once."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._over = threading.Event()
        self.most = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def now(self) -> float:
        total = 0.0
        for pid in (self._server, *children(self._server)):
            try:
                total += memory(pid)[1]
            except (OSError, IndexError):  # it has just ended
                continue
        return total

    def _run(self) -> None:
        while not self._over.wait(0.2):
            self.most = max(self.most, self.now())

    def close(self) -> None:
        self._over.set()


def memory(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process in MB, and its share of it: pages of several are divided among them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(rollup.split(f"{name}:")[1].split()[0]) / 1024 for name in ("Rss", "Pss"))


def test_one_core_and_a_gigabyte(browser, root, tmp_path, monkeypatch):
    for line in (root / "binder" / "start").read_text().splitlines():
        if line.startswith("export ") and "PATH" not in line:
            for name, value in re.findall(r"(\w+)=(\S+)", line):
                monkeypatch.setenv(name, value)
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(tmp_path / "cache"))  # cold, as on another kind of processor
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    port = free_port()
    arguments = [
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={BASE}",
        "--IdentityProvider.token=",
        "--ServerApp.jpserver_extensions={'plausiwidgets.widgets.server': True}",
    ]
    try:
        server = Server(arguments, port, tmp_path, f"{BASE}api/status")
    finally:
        os.sched_setaffinity(0, cores)
    watch = Watch(server.process.pid)
    try:
        idle = watch.now()
        began = time.monotonic()
        opened = VisitorPage(browser, f"{server.url}{BASE}plausiwidgets", "?model=lif&pattern=tonic_bursting")
        judged = time.monotonic() - began
        opened.page.get_by_role("button", name="Search for parameters").click()
        expect(opened.page.locator(".pw-drawer")).to_contain_text("evaluated", timeout=120_000)
        first = time.monotonic() - began
        time.sleep(SECONDS)
        print(
            f"\njudged {judged:.1f} s after the page was asked for, first try of a search after {first:.1f} s, cold; "
        )
        print(f"{idle:.0f} MB before the page, at most {watch.most:.0f} MB with a search", flush=True)
        assert opened.errors == []
        assert watch.most < LIMIT
        opened.close()
    finally:
        watch.close()
        server.stop()
