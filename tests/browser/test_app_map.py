"""The map of an assessment in JupyterLab: keys reach each cell, its lines are shown, and Enter opens its pair."""

from playwright.sync_api import expect

import plausiwidgets as pw
from tests.browser.pages import findings

CODE = """\
import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table
shown = pw.plausibility_map(packaged_table())
shown
"""


def test_a_keyboard_reaches_every_cell_and_opens_it(open_cells) -> None:
    opened = open_cells(CODE, until="[role=grid]")
    page = opened.page
    grid = page.get_by_role("grid", name="Map of models and patterns")
    cells = grid.locator("[data-at]")
    assert cells.count() == len(pw.models.names()) * len(pw.patterns.names())
    assert grid.locator("[tabindex='0']").count() == 1
    # Keys scroll the map under a pointer at rest, which must not change the cell that is described.
    cells.nth(210).hover()
    grid.locator("[tabindex='0']").focus()
    page.keyboard.press("Control+Home")
    last = len(pw.models.names()) - 1
    # A key of this dict with a space at its end is the same key, pressed again.
    for press, place in {
        "ArrowRight": "0 1",
        "ArrowDown": "1 1",
        "End": "1 19",
        "Control+End": f"{last} 19",
        "ArrowDown ": f"{last} 19",
        "Home": f"{last} 0",
        "ArrowUp": f"{last - 1} 0",
        "Control+Home": "0 0",
        "ArrowLeft": "0 0",
    }.items():
        page.keyboard.press(press.strip())
        expect(page.locator(":focus")).to_have_attribute("data-at", place)
    expect(page.locator(".pw-mapread")).to_contain_text("Tonic spiking")
    lines = page.locator(".pw-mapread span").all_inner_texts()
    assert len(lines) > 2
    for line in lines:
        assert line in page.locator(":focus").get_attribute("aria-label")
    cells.nth(25).hover()
    expect(page.locator(".pw-mapread")).to_contain_text("Spike-frequency adaptation")
    assert findings(page, ".pw-map") == []
    # In JupyterLab, these keys cut, add and delete cells.
    for key in ("x", "b", "d", "d"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("[role=dialog]").wait_for(state="detached")
    expect(page.locator(".pw-sentence")).to_contain_text("phasic spiking")
    assert page.locator(".jp-Cell").count() == 1, "JupyterLab must not handle the keys that are pressed in the map"
