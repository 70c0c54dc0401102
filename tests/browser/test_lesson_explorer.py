"""A lesson beside the explorer's figure: cards are walked through on the page, in the app."""

from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from small_lesson import BURST, OTHER, SLOWER

pytestmark = pytest.mark.browser

LESSON = f"""\
{SLOWER}
## Look

<!-- card
tool: equations
-->

[Eight](#amplitude=8) is enough.

{BURST}
{OTHER}"""


NAMED = """() => [...document.querySelectorAll('.pw-row input, .pw-row .noUi-handle')].every(part => part.ariaLabel)"""
"""The rows of another neuron get their names a moment after they are there."""


IN_SIGHT = """() => {
    const row = document.querySelector('.pw-row:has([data-name=amplitude])').getBoundingClientRect();
    const side = document.querySelector('.pw-side').getBoundingClientRect();
    return row.height && row.top >= side.top && row.bottom <= side.bottom;
}"""
"""The one slider that the last card leaves free: on a telephone it is the last of a column that scrolls."""

TOGETHER = """() => ['.pw-lesson', '.pw-figure', '.pw-side'].every((one) => {
    const { top, bottom, height } = document.querySelector(one).getBoundingClientRect();
    return height >= 150 && top >= 0 && bottom <= innerHeight;
})"""
"""What is to be done, what it does, and with what: nothing is scrolled between them."""

TOO_SMALL = """() => [...document.querySelectorAll('.pw-lesson *')]
    .filter((one) => one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) < 17)
    .map((one) => one.outerHTML)"""
"""For the last row of a class."""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    code = f"import plausiwidgets as pw\n\npw.Explorer('izhikevich', lesson={LESSON!r})"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(code)], metadata=kernel), path)
    return path


def typed(page, name: str, value: str) -> None:
    box = page.locator(f".pw-row:has([data-name={name}]) input[type=number]").first
    box.fill(value)
    box.press("Enter")


@pytest.mark.slow
def test_cards_set_values_go_on_and_open_tools(open_app, notebook: Path) -> None:
    for width in (1400, 400):
        opened = open_app(notebook, width=width, height=900)
        page = opened.page
        card = page.get_by_role("region", name="Lesson")
        card.get_by_role("heading", name="Slower").wait_for()
        card.get_by_text("Go on until Tonic spiking does not hold.").wait_for()
        page.wait_for_function(TOGETHER)
        typed(page, "amplitude", "2")
        card.get_by_text("✓ Done: Tonic spiking does not hold.").wait_for()
        typed(page, "amplitude", "14")
        page.locator(".pw-yours .pw-word", has_text="✓").wait_for()
        card.get_by_text("✓ It was reached; the sliders have moved on since.").wait_for()
        card.get_by_role("button", name="Reset").click()
        card.get_by_role("button", name="Next").click()
        card.get_by_role("heading", name="Look").wait_for()
        page.locator(".pw-maths").wait_for()
        card.get_by_role("link", name="Eight").click()
        page.wait_for_function("() => document.querySelector('.pw-row:has([data-name=amplitude]) input').value === '8'")
        card.get_by_role("button", name="Next").click()
        card.get_by_text("Go on until Tonic bursting holds, and c is below −45.").wait_for()
        typed(page, "c", "-50")
        card.get_by_text("✓ Done: Tonic bursting holds, and c is below −45.").wait_for()
        card.get_by_role("button", name="Next").click()
        card.get_by_text("Go on until Tonic spiking holds.").wait_for()
        page.locator(".pw-row:has([data-name=tau_mem])").first.wait_for()
        page.wait_for_function(IN_SIGHT)
        typed(page, "amplitude", "20")
        card.get_by_text("✓ Done: Tonic spiking holds.").wait_for()
        page.get_by_role("button", name="Present", exact=True).click()
        page.wait_for_selector(".pw-explorer.pw-present:popover-open")
        page.wait_for_function(TOGETHER)
        assert page.evaluate(TOO_SMALL) == []
        for name in ("Undo", "Carry values", "Compare", "Optimize"):  # what cards ask for
            assert page.get_by_role("button", name=name, exact=True).is_visible()
        card.get_by_role("button", name="Back").click()
        card.get_by_text("Go on until Tonic bursting holds, and c is below −45.").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_function("() => !document.querySelector('.pw-explorer').popover")
        page.wait_for_function("() => document.querySelector('.pw-row:has([data-name=c]) input')?.value === '-65'")
        page.wait_for_function(NAMED)
        assert [violation["id"] for violation in Axe().run(page, context=".pw-explorer").response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.errors == []
        opened.close()
