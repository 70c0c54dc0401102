"""The app opened, reloaded and closed thirty times: which kernels stay, and what its server keeps of memory.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_openings.py
"""

import shutil
import time
from pathlib import Path

import pytest

from tests.browser.conftest import browser
from tests.browser.pages import AppPage
from tests.browser.servers import kernels, start_voila

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser"]

OPENINGS = 30
IDLE = 60.0
"""Most time in s until the kernels of pages that are gone have ended."""


def resident(pid: int) -> float:
    """Return the memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def test_thirty_openings_leave_no_kernel_and_a_flat_server(browser, root, tmp_path):
    copy = tmp_path / "explore.ipynb"
    shutil.copy(root / "notebooks" / "explore.ipynb", copy)
    server = start_voila(copy, tmp_path)
    try:
        sizes = []
        for number in range(1, OPENINGS + 1):
            began = time.monotonic()
            page = AppPage(browser, server.url)
            page.wait_for_plot()
            first = time.monotonic() - began
            page.page.reload()
            page.wait_for_plot()
            assert page.errors == []
            page.page.close(run_before_unload=True)  # as a person closes a tab
            time.sleep(1.0)
            page.close()
            sizes.append(resident(server.process.pid))
            if number % 5 == 0:
                alive = len(kernels(server.process.pid))
                print(f"{number}: server {sizes[-1]:.0f} MB, {alive} kernels, plot after {first:.1f} s", flush=True)
        closed = time.monotonic()
        while kernels(server.process.pid) and time.monotonic() - closed < IDLE:
            time.sleep(1.0)
        print(f"{len(kernels(server.process.pid))} kernels {time.monotonic() - closed:.0f} s after the last page")
        assert kernels(server.process.pid) == []
        # Python collects at times: it falls and rises.
        assert max(sizes[OPENINGS // 2 :]) - max(sizes[: OPENINGS // 2]) < 30.0
    finally:
        server.stop()
