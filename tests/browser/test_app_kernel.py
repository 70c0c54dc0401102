"""The app of a notebook beside a kernel that is silent, has ended, or was restarted."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.notebooks import BURSTING, LOST, becomes, begin_search, press, python, sleep_in_cell
from tests.browser.pages import JUDGED, open_tool

SILENT = "import ctypes\nif globals().get('again'): ctypes.PyDLL(None).sleep(20)\nagain = True"
"""Holds Python's lock, so that not even a subshell answers; not in the first run."""
PLANE = ".pw-tool [role=status]"


def silence(opened):
    return opened.page.locator(".pw-notice", has_text=re.compile(LOST))


@pytest.mark.slow
def test_with_a_silent_kernel_the_page_continues_and_gets_its_answers_later(open_cells):
    opened = open_cells(BURSTING, SILENT)
    page = opened.page
    becomes(opened, "app.wait(60)", "True")
    sleep_in_cell(opened)
    press(opened, "ArrowRight", 2)
    page.wait_for_selector(JUDGED)
    open_tool(page, "Parameter plane")
    silence(opened).wait_for()
    assert page.locator(".pw-notice").count() == 1
    page.locator(PLANE, has_text="of 1600 grid points").wait_for()  # it judges the plane by itself
    silence(opened).wait_for(state="detached", timeout=120_000)
    opened.wait_for_kernel()
    sliders = page.evaluate(
        "() => document.querySelector('.pw-app input[data-name=amplitude]').getAttribute('aria-valuetext')"
    )
    becomes(opened, f"abs(app.parameters['amplitude'] - {float(sliders.split()[0])}) < 0.01", "True")


def test_a_kernel_that_has_ended_is_one_sentence_and_the_page_judges_its_plane_and_curves(open_cells, lab):
    opened = open_cells(BURSTING, lost=True)
    page = opened.page
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown() }")
    press(opened, "ArrowRight", 2)
    silence(opened).wait_for()
    page.wait_for_selector(JUDGED)
    open_tool(page, "Parameter plane")
    page.locator(PLANE, has_text="of 1600 grid points").wait_for()
    open_tool(page, "Sensitivity")
    page.locator(".pw-profile").nth(3).wait_for()
    begin_search(opened)
    page.locator(".pw-drawer").get_by_role("button", name="Stop").click()
    # Closed before the first evaluation of the page, and otherwise the card of a search that was stopped.
    page.wait_for_function("() => !/starting|running/.test(document.querySelector('.pw-drawer')?.innerText ?? '')")
    expect(page.locator(".pw-drawer").get_by_role("button", name="Stop")).to_have_count(0)
    assert page.locator(".pw-notice").count() == 1


def test_after_a_restart_the_app_goes_on_by_itself_and_all_is_there_again_when_the_cell_has_run(open_cells):
    opened = open_cells(BURSTING, lost=True)
    page = opened.page
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    opened.wait_for_kernel()
    words = "() => document.querySelector('.pw-app').innerText"
    before = page.evaluate(words)
    press(opened, "ArrowRight", 6)
    page.wait_for_function(f"before => ({words})() !== before", arg=before)  # it draws and judges
    silence(opened).wait_for()
    assert page.locator(".pw-notice").count() == 1
    page.wait_for_selector(JUDGED)
    opened.command("notebook:run-all-cells")  # the cell has the same number as before, so that a test waits for its app
    becomes(opened, "globals().get('app') is not None and app.wait(60)", "True")
    page.locator(".pw-chip", has_text="Verified").wait_for()
    assert page.locator(".pw-app").count() == 1
    assert silence(opened).count() == 0
    press(opened, "ArrowRight", 3)
    becomes(opened, "app.parameters == dict(app._record.steps[0].values)", "False")
    begin_search(opened)
    becomes(opened, "len(app.results)", "1")
    python(opened, "app.close()")
