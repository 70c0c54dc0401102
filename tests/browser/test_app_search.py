"""A search in the app, watched in a real JupyterLab."""

import re

import pytest
from playwright.sync_api import expect

CODE = """\
import ipywidgets
from IPython.display import display
import plausiwidgets as pw
app = pw.Explorer({arguments})
label = ipywidgets.Label("nothing found yet")
def told(change):
    label.value = f"history of {{len(change.new[-1].history)}} rows"
app.observe(told, "results")
app.add(label)
app
"""

ROOMS = "[...document.querySelectorAll('.pw-rows output')].map((one) => one.offsetWidth)"
"""The room of each number, beside which a label would else break its lines anew, and all below it would move."""


@pytest.fixture
def opened(open_cells):
    return lambda arguments: open_cells(CODE.format(arguments=arguments))


@pytest.mark.slow
def test_each_try_is_a_dot_and_the_values_that_were_found_are_taken(opened):
    shown = opened("'izhikevich', 'tonic_bursting', {'c': -66.0, 'd': 7.0, 'amplitude': 9.0}")
    page = shown.page
    assert page.locator("[data-pw-objective]").count() == 0
    page.get_by_role("button", name="Let a search find it").click()
    curve = page.locator("[data-pw-objective]")
    expect(page.locator(".pw-slot")).to_contain_text("history of", timeout=60_000)
    rows = int(re.findall(r"\d+", page.locator(".pw-slot").inner_text())[0])
    expect(curve).to_have_attribute("data-dots", str(rows))  # an easy search is played first
    expect(page.locator(".pw-drawer")).to_contain_text("take these values")
    rooms = page.evaluate(ROOMS)
    page.get_by_role("button", name="Take these values").click()
    expect(page.locator(".pw-app")).to_have_attribute("data-pw-status", "holds")
    expect(page.locator(".pw-drawer")).to_contain_text("these are your values")
    assert page.evaluate(ROOMS) == rooms
    page.locator("button[aria-label=Undo]").click()
    expect(page.locator(".pw-app")).to_have_attribute("data-pw-status", "fails")
    assert shown.errors == []


@pytest.mark.slow
def test_a_hard_search_is_held_goes_on_is_stopped_and_keeps_what_it_found(opened):
    shown = opened("'lif', 'tonic_bursting', {}")  # an argument rules it out
    page = shown.page
    page.get_by_role("button", name="Let a search find it").click()
    expect(page.locator(":focus")).to_have_text("Let a search find it")  # a button that was pressed keeps the focus
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(":focus")).to_contain_text("Go on")
    page.keyboard.press("Enter")
    share = page.evaluate("""() => {
        const box = (one) => document.querySelector(one).getBoundingClientRect();
        const [drawer, main] = [box('.pw-drawer'), box('.pw-app')];
        return (drawer.width * drawer.height) / (main.width * main.height);
    }""")
    assert share > 0.15
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".pw-drawer")).to_contain_text("Stopped: take the best")
    tried = re.search(r"(\d+) tried, least distance (\d+\.?\d*)", page.locator(".pw-drawer").inner_text())
    assert int(tried[1]) > 0
    assert 0 < float(tried[2]) < 20
    page.locator(".pw-drawer").get_by_role("button", name="Close").press("Enter")
    expect(page.locator(":focus")).to_have_text("Let a search find it")
    assert shown.errors == []
