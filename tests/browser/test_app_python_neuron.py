"""Neurons that only Python can simulate, in a real JupyterLab: the kernel draws and judges them."""

import re

import pytest

from tests.browser.notebooks import becomes, press, python, python_neuron, slider
from tests.browser.pages import JUDGED

CHIP = ".pw-chip"
PICTURE = "() => document.querySelector('.pw-app [data-pw-figure] canvas').toDataURL()"


def chip(opened, words: str):
    found = opened.page.locator(CHIP, has_text=re.compile(words))
    found.wait_for()
    return found


@pytest.mark.slow
def test_a_step_of_ten_milliseconds_shows_its_neuron_at_once_and_how_far_python_is(open_cells):
    opened = open_cells(python_neuron("time.sleep(0.01)"), until=".pw-app")
    page = opened.page
    # Its name, its sliders and the current are there before anything is simulated.
    assert "mine" in page.locator(".pw-sentence").inner_text()
    assert "Izhikevich" not in page.locator(".pw-sentence").inner_text()
    assert page.locator("input[data-name=tau]").count() == 1
    chip(opened, r"Python is simulating … [1-9]\d* %")
    page.locator(".pw-verdict").get_by_role("button", name="Stop").click()
    chip(opened, "Not simulated")
    becomes(opened, "app.wait(30)", "True")
    before = python(opened, "len(app._handlers.worker._running)")
    assert before == "0"  # nothing goes on behind it
    page.locator(".pw-verdict").get_by_role("button", name="Try again").click()
    chip(opened, r"Python is simulating … [1-9]\d* %")
    press(opened, "ArrowLeft", 3)  # another set begins anew
    becomes(opened, "app.parameters['amplitude'] < 60", "True")
    chip(opened, r"Python is simulating … [1-9]\d? %")


@pytest.mark.slow
def test_a_neuron_without_a_program_is_drawn_and_judged_at_each_value_and_pattern(open_cells):
    opened = open_cells(python_neuron())
    page = opened.page
    becomes(opened, "app.verdict is not None and app.verdict.engine", "'torch'")
    before = page.evaluate(PICTURE)
    press(opened, "ArrowLeft", 20)
    page.wait_for_function(f"before => ({PICTURE})() !== before", arg=before)
    page.wait_for_selector(JUDGED)
    page.get_by_role("button", name="All 3 parameters and ranges").click()
    page.get_by_role("button", name="Restore model defaults").click()
    becomes(opened, "app.parameters['tau']", "20.0")
    python(opened, "app.show(neuron, 'resonator', {})")  # which adapts its sweeps
    page.locator(".pw-sentence", has_text="resonance").wait_for()
    page.wait_for_selector(JUDGED)


@pytest.mark.slow
def test_a_neuron_that_diverges_is_drawn_as_far_as_it_goes(open_cells):
    opened = open_cells(python_neuron("v = where(v > -60.0, 1e9 * v, v)"), until=".pw-app")
    chip(opened, "divergence")
    assert slider(opened).is_enabled()
