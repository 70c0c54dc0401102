"""The share of the window that the potential has, as the command opens the explorer, with and without an open tool.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_first_look.py

With PICTURES=/a/folder there is a screenshot of each.
"""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import browser
from tests.browser.pages import BrowserPage
from tests.browser.test_app import command

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "command"]

SIZES = [(1920, 1080), (1400, 900), (1366, 768), (1024, 768), (400, 800)]
LEAST = {"JupyterLab": 0.25, "app": 0.35}
"""Least share without a tool in a window of a laptop."""
LAPTOPS = [(1400, 900), (1366, 768)]
CONTROLS = """() => [...document.querySelectorAll('.pw-app :is(button, input, a, [role=slider])')].filter((one) => {
    const { width, height, top, left } = one.getBoundingClientRect();
    return !one.disabled && width > 0 && height > 0 && top < innerHeight && left < innerWidth;
}).length"""


def look(page: BrowserPage, size: tuple[int, int], picture: str) -> tuple[float, int]:
    """Return the share of the potential in a window, and how many controls are seen."""
    page.page.set_viewport_size({"width": size[0], "height": size[1]})
    page.page.wait_for_timeout(1500)
    if folder := os.environ.get("PICTURES"):
        page.page.screenshot(path=Path(folder) / f"{picture}-{size[0]}.png")
    return page.potential_share(), page.page.evaluate(CONTROLS)


@pytest.mark.parametrize("where", LEAST)
def test_the_share_of_the_potential(command, browser, where: str) -> None:
    page = BrowserPage(browser, *SIZES[0])
    page.page.goto(command(*(["--app"] if where == "app" else [])).address())
    page.wait_for_app()
    plain = {size: look(page, size, f"{where}-first") for size in SIZES}
    page.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.page.locator(".pw-inside").click()
    page.page.locator(".pw-tool").wait_for()
    beside = {size: look(page, size, f"{where}-tool") for size in SIZES}
    print(f"\n{where:12}potential controls   with the phase plane")
    for size in SIZES:
        (share, seen), (less, more) = plain[size], beside[size]
        print(f"{size[0]:5} × {size[1]:4} {share:8.1%} {seen:>8} {less:12.1%} {more:>8}")
    assert page.errors == []
    page.close()
    assert all(plain[size][0] >= LEAST[where] for size in LAPTOPS)
