"""Binder's image: one core and 1 GB for JupyterLab, or the app, with the explorer open and a search running.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_one_core.py

The servers get one core and the environment of ``binder/start``; Chromium has the others.
"""

import os
import re
import shutil
import threading
import time

import pytest

from tests.benchmarks.test_class import memory
from tests.browser.conftest import browser
from tests.browser.pages import AppPage, NotebookPage
from tests.browser.servers import kernels, start_lab, start_voila

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser"]

LIMIT = 1000.0
"""MB that all processes of an image may take together."""
SECONDS = 20.0
"""How long the search is watched."""


class Watch:
    """Notes the most memory that a server and its kernels take together, in MB: pages of several count once."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._over = threading.Event()
        self.most = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def now(self) -> float:
        total = 0.0
        for pid in (self._server, *kernels(self._server)):
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


@pytest.mark.parametrize("where", ["JupyterLab", "app"])
def test_one_core_and_a_gigabyte(browser, root, tmp_path, monkeypatch, where):
    for line in (root / "binder" / "start").read_text().splitlines():
        if line.startswith("export ") and "PATH" not in line:
            for name, value in re.findall(r"(\w+)=(\S+)", line):
                monkeypatch.setenv(name, value)
    monkeypatch.setenv(
        "PLAUSIWIDGETS_CACHE_DIR", str(tmp_path / "cache")
    )  # cold, as on another processor than the image's
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        if where == "app":
            shutil.copy(root / "notebooks" / "explore.ipynb", tmp_path / "explore.ipynb")
            server = start_voila(tmp_path / "explore.ipynb", tmp_path)
        else:
            server = start_lab(tmp_path / "lab")
            shutil.copy(root / "notebooks" / "explore.ipynb", tmp_path / "lab" / "work" / "explore.ipynb")
    finally:
        os.sched_setaffinity(0, cores)
    watch = Watch(server.process.pid)
    try:
        began = time.monotonic()
        if where == "app":
            page = AppPage(browser, server.url, width=1366, height=768)
        else:
            page = NotebookPage(browser, server, "explore.ipynb", width=1366, height=768)
            page.command("notebook:run-all-cells")
        page.wait_for_plot()
        first = time.monotonic() - began
        page.page.wait_for_function("() => /✓/.test(document.querySelector('.pw-yours .pw-word')?.textContent ?? '')")
        verdict, opened = time.monotonic() - began, watch.now()
        page.page.get_by_role("button", name="Settings", exact=True).click()
        page.page.get_by_label("Budget").fill("500000")
        page.page.get_by_label("Budget").press("Enter")
        page.page.get_by_role("button", name="Settings", exact=True).click()
        for menu, title in (("model", "Leaky integrate-and-fire (LIF)"), ("pattern", "C  Tonic bursting")):
            page.page.locator(f".pw-pick-{menu} select").select_option(label=title)  # it has none: the search goes on
        page.page.get_by_role("button", name="Optimize").click()
        time.sleep(SECONDS)
        print(f"\n{where}: first plot {first:.1f} s, verdict {verdict:.1f} s after the page was asked for; ", end="")
        print(f"{opened:.0f} MB with the explorer, at most {watch.most:.0f} MB with a search", flush=True)
        assert page.errors == []
        assert watch.most < LIMIT
        page.close()
    finally:
        watch.close()
        server.stop()
