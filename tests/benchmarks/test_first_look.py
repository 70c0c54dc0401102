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
LEAST = {"JupyterLab": 0.15, "app": 0.30}
"""Least share without a tool in a window of a laptop."""
LAPTOPS = [(1400, 900), (1366, 768)]
JUDGED = "() => /✓/.test(document.querySelector('.pw-yours .pw-word')?.textContent ?? '')"
SLIDERS = """() => {
    const rows = [...document.querySelectorAll('.pw-row')].map((row) => row.getBoundingClientRect());
    const { top, bottom } = document.querySelector('.pw-parameters > .pw-scroll').getBoundingClientRect();
    const seen = rows.filter((row) => row.top >= top - 1 && row.bottom <= Math.min(bottom, innerHeight) + 1);
    return `${seen.length}/${rows.length}`;
}"""


def look(page: BrowserPage, size: tuple[int, int], picture: str) -> tuple[float, str]:
    """Return the share of the potential in a window, and how many of the sliders are seen without scrolling."""
    page.page.set_viewport_size({"width": size[0], "height": size[1]})
    page.page.wait_for_timeout(1500)
    if folder := os.environ.get("PICTURES"):
        page.page.screenshot(path=Path(folder) / f"{picture}-{size[0]}.png")
    return page.potential_share(), page.page.evaluate(SLIDERS)


@pytest.mark.parametrize("where", LEAST)
def test_the_share_of_the_potential(command, browser, where: str) -> None:
    page = BrowserPage(browser, *SIZES[0])
    page.page.goto(command(*(["--app"] if where == "app" else [])).address())
    page.wait_for_plot()
    page.page.wait_for_function(JUDGED)
    plain = {size: look(page, size, f"{where}-first") for size in SIZES}
    page.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.page.get_by_role("button", name="Phase plane", exact=True).click()
    page.page.wait_for_selector(".pw-plane .pw-trajectory", state="attached")
    beside = {size: look(page, size, f"{where}-tool") for size in SIZES}
    print(f"\n{where:12}potential  sliders   with the phase plane")
    for size in SIZES:
        (share, seen), (less, fewer) = plain[size], beside[size]
        print(f"{size[0]:5} × {size[1]:4} {share:8.1%} {seen:>8} {less:12.1%} {fewer:>8}")
    assert page.errors == []
    page.close()
    assert all(plain[size][0] >= LEAST[where] for size in LAPTOPS)
