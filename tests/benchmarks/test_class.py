"""A class at one app: memory, time to the first trace and the answer to a moved slider, of students driven by script.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_class.py

STUDENTS=30 of them come, one each EVERY=2 s; BROWSERS=2 more are pages in Chromium.
"""

import asyncio
import os
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.student import Student
from tests.benchmarks.test_latency import PRESSED, WATCH
from tests.benchmarks.test_openings import resident
from tests.browser.conftest import browser
from tests.browser.pages import AppPage
from tests.browser.servers import kernels, start_voila

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser"]

STUDENTS, BROWSERS = int(os.environ.get("STUDENTS", "30")), int(os.environ.get("BROWSERS", "2"))
EVERY = float(os.environ.get("EVERY", "2"))
BOUTS, MOVES, PAUSE, THINK = 3, 8, 0.25, 8.0
"""Each student moves a slider in bouts, with a pause in s after each answer, and thinks between two bouts."""


def memory(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process in MB, and its share of it: pages of several are divided among them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return tuple(int(rollup.split(f"{name}:")[1].split()[0]) / 1024 for name in ("Rss", "Pss"))


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    most = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {statistics.median(ordered):.2f} s, 95 % {most:.2f} s, most {ordered[-1]:.2f} s"


class Class:
    """Students on a thread of their own: Playwright keeps a loop in the one of the test."""

    def __init__(self, url: str, size: int) -> None:
        self.students = [Student(url) for _ in range(size)]
        self._loop = asyncio.new_event_loop()
        self._over = threading.Event()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def each(self, action: Callable[[Student, int], Coroutine[Any, Any, None]]) -> Future[list[None]]:
        """Let each do something, all at once."""

        async def all_of_them() -> list[None]:
            return await asyncio.gather(*(action(one, k) for k, one in enumerate(self.students)))

        return asyncio.run_coroutine_threadsafe(all_of_them(), self._loop)

    def close(self) -> None:
        self.each(lambda one, _: one.close()).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)


async def come(student: Student, number: int) -> None:
    await asyncio.sleep(EVERY * number)
    await student.open()


async def work(student: Student, number: int, over: threading.Event | None = None) -> None:
    await asyncio.sleep(THINK * number / STUDENTS)  # not all at once
    for _ in range(BOUTS if over is None else 10_000):
        if over is not None and over.is_set():
            return
        await student.move("c", MOVES, PAUSE)
        await asyncio.sleep(THINK)


def test_a_class_of_thirty(browser, root, tmp_path):
    copy = tmp_path / "explore.ipynb"
    shutil.copy(root / "notebooks" / "explore.ipynb", copy)
    server = start_voila(copy, tmp_path, f"--ExplorerApp.kernels={STUDENTS + BROWSERS}", idle=3600, look=600)
    room, over = Class(server.url, STUDENTS), threading.Event()
    try:
        empty = resident(server.process.pid)
        room.each(come).result()
        print(f"\n{STUDENTS} students, one each {EVERY:g} s, {os.cpu_count()} cores; first trace: ", end="")
        print(spread([one.first_trace for one in room.students]))
        tell_memory(server.process.pid, "open")
        room.each(work).result()
        moves = [x for one in room.students for x in one.latencies]
        print(f"slider moved → judged, {len(moves)} times: {spread(moves)}")
        tell_memory(server.process.pid, "used")
        print(f"server: {empty:.0f} → {resident(server.process.pid):.0f} MB")
        busy = room.each(lambda one, k: work(one, k, over))
        for _ in range(BROWSERS):
            look(browser, server.url)
        over.set()
        busy.result()
        room.close()
    finally:
        server.stop()


def tell_memory(server: int, when: str) -> None:
    sizes = [memory(pid) for pid in kernels(server)]
    rss, pss = (sum(column) for column in zip(*sizes, strict=True))
    print(f"{len(sizes)} kernels, {when}: {rss / len(sizes):.0f} MB resident, ", end="")
    print(f"{pss / len(sizes):.0f} MB each of {pss:.0f} MB", flush=True)


def look(browser, url: str) -> None:
    """Open a page in Chromium beside a class at work, and press keys there."""
    began = time.monotonic()
    page = AppPage(browser, url, width=1400, height=900)
    page.wait_for_plot()
    first = time.monotonic() - began
    page.page.evaluate(WATCH)
    page.page.wait_for_function("() => lineOf(1)")
    page.page.evaluate("async () => { await whenJudged(120000) }")
    seen = page.page.evaluate(PRESSED, [20, 800])
    redraw, verdict = (statistics.median(seen[key] or [float("nan")]) for key in ("redraws", "verdicts"))
    print(f"a browser: first plot {first:.1f} s, key → redraw {redraw:.0f} ms, → verdict {verdict:.0f} ms", flush=True)
    assert page.errors == []
    page.close()
