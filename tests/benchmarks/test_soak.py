"""Half an hour of everything at random in a real browser: what it leaves in kernel and page, and whether all is heard.

SOAK_MINUTES=30 SOAK_SEED=1 python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_soak.py
"""

import os
import random
import time
from contextlib import suppress

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError

from tests.browser.conftest import browser, lab, open_notebook
from tests.browser.pages import NotebookPage

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "lab", "open_notebook"]

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
HEARD = 60.0
"""Most time in s until a click shows what it does: a machine under load is slow, a lost click never shows anything."""
GROWTH_KERNEL, GROWTH_PAGE = 30.0, 30.0
"""Most growth in MB in the last two fifths, when what is kept on purpose is full.

In half an hour about thirty explorers are closed in that time; one that stays takes 0.7 in the kernel, 5 in the page.
"""

CELL = """
import threading
import plausiwidgets as pw
try:
    explorer.close()
except NameError:  # what is made once for each model, and kept, must not look like growth
    for name in pw.models.names():
        pw.networks.to_javascript(name)
        pw.judge(name, "tonic_spiking", {}, verify=False)
explorer = pw.Explorer("izhikevich", "tonic_bursting", {})
display(explorer)
"""
REPORT = """
import ctypes, gc
from ipywidgets.widgets.widget import _instances
gc.collect()
ctypes.CDLL(None).malloc_trim(0)  # what nobody holds any more, and the allocator keeps for the next
# JupyterLab begins a subshell with each load of a page, and leaves it.
names = [t.name.split("-")[0] for t in threading.enumerate() if not t.name.startswith("subshell")]
with open("/proc/self/status") as status:
    memory = int(status.read().split("VmRSS:")[1].split()[0]) / 1024
print("kernel", memory, len(_instances), len(names), *sorted(set(names)), sep="|")
"""
SHOWN = "() => [...document.querySelectorAll('.pw-row input:not([type=checkbox])')].map(e => e.value).join()"


class Person:
    """Somebody who does anything at any moment."""

    def __init__(self, opened: NotebookPage, seed: int) -> None:
        self.opened, self.page, self.random = opened, opened.page, random.Random(seed)
        self.done: dict[str, int] = {}

    def act(self) -> None:
        """Do one thing, and wait until it shows."""
        action = self.random.choices(
            [self.drag, self.switch, self.optimize, self.stop, self.undo, self.reload, self.run_again],
            [40, 15, 10, 8, 10, 3, 4],
        )[0]
        action()
        self.done[action.__name__] = self.done.get(action.__name__, 0) + 1

    def drag(self) -> None:
        handles = self.page.locator(".pw-row .noUi-handle:visible")
        at = self.random.randrange(handles.count())
        before = self.page.evaluate(SHOWN)
        try:
            now, most = (handles.nth(at).get_attribute(f"aria-value{end}", timeout=3000) for end in ("now", "max"))
            handles.nth(at).focus(timeout=3000)
        except TimeoutError:
            if at < handles.count():
                raise
            return  # what was switched before came under the hand, with fewer sliders
        keys = ["ArrowRight", "ArrowLeft", "PageUp", "PageDown"]
        for key in self.random.choices(keys, k=self.random.randint(3, 25)):
            self.page.keyboard.press(key)
        self.page.keyboard.press("Home" if now == most else "End")  # wherever it was, it is elsewhere now
        self.page.wait_for_function(f"before => ({SHOWN})() !== before", arg=before, timeout=1000 * HEARD)

    def switch(self) -> None:
        menus = self.page.locator(".pw-explorer select:visible")
        menu = menus.nth(self.random.randrange(menus.count()))
        options = menu.locator("option").count()
        if options > 1:
            with suppress(TimeoutError):  # another switch may come under the hand, with fewer options
                menu.select_option(index=self.random.randrange(options), timeout=3000)

    def optimize(self) -> None:
        self.press("Optimize")

    def stop(self) -> None:
        self.press("Stop")

    def undo(self) -> None:
        self.press("Undo")

    def press(self, name: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True).first
        if button.count() and button.is_visible() and button.is_enabled():
            with suppress(TimeoutError):  # a search may end, and its Stop with it, before the click
                button.click(timeout=3000)

    def reload(self) -> None:
        self.opened.reload(timeout=HEARD)
        self.opened.wait_for_plot(HEARD)

    def run_again(self) -> None:
        self.opened.run_all()  # to its end: what runs while a page is loaded again is not shown, that is Jupyter's way
        self.opened.wait_for_plot(HEARD)


def kernel(opened: NotebookPage) -> tuple[float, int, int, list[str]]:
    """Return memory in MB, threads and widgets of the kernel, and its threads; the last cell prints them."""
    opened.run_all()
    line = opened.page.locator(".jp-OutputArea-output", has_text="kernel|").last.inner_text()
    _, memory, widgets, threads, *names = line.strip().split("|")
    return float(memory), int(threads), int(widgets), names


def page_memory(opened: NotebookPage) -> float:
    """Return the memory of the page's JavaScript in MB, after a collection."""
    session = opened.page.context.new_cdp_session(opened.page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    session.detach()
    return used


def test_half_an_hour_of_everything(open_notebook, tmp_path):
    path = tmp_path / "soak.ipynb"
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CELL), new_code_cell(REPORT)], metadata=spec), path)
    opened = open_notebook(path)
    opened.wait_for_plot(600)
    person = Person(opened, SEED)
    began, marks = time.monotonic(), []
    for part in range(1, 6):
        while time.monotonic() - began < 60.0 * MINUTES * part / 5:
            person.act()
        memory, threads, widgets, names = kernel(opened)
        opened.wait_for_plot()
        marks.append((memory, page_memory(opened), threads, widgets))
        print(
            f"{(time.monotonic() - began) / 60:.1f} min, {sum(person.done.values())} actions: kernel {memory:.0f} MB, "
            f"{threads} threads, {widgets} widgets; page {marks[-1][1]:.0f} MB; console errors {len(opened.errors)}"
        )
    print("seed", SEED, person.done, "threads of the kernel:", names)
    print("console:", *dict.fromkeys(opened.errors), sep="\n")
    assert opened.errors == []
    assert marks[-1][0] - marks[2][0] < GROWTH_KERNEL
    assert marks[-1][1] - marks[2][1] < GROWTH_PAGE
    assert marks[-1][2] - marks[0][2] <= 6
    assert marks[-1][3] < 2 * marks[0][3]
