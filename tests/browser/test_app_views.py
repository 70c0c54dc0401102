"""One app in several places of a notebook, what closing leaves, and links to notebooks."""

import re

import pytest

from tests.browser.notebooks import APP, BURSTING, becomes, begin_search, python
from tests.browser.pages import JUDGED

# Threads of the compiled engine stay.
SHOWN = f"{JUDGED}, .pw-chip:has-text('Shown, not judged')"


NEURON = """
import numpy as np
def step(current, state, p, dt):
    (v,) = state
    v = v + dt / p.tau * (-65.0 - v + current)
    return np.where(v > -50.0, 1.0, 0.0), (np.where(v > -50.0, -65.0, v),)
mine = pw.NeuronModel("mine", step, [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")], lambda p, holding: (-65.0,),
    pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"), rest=-65.0, threshold=-50.0, dt=0.1)
"""
SHOWN_FIRST = """() => {
    window.pwSentences = [];
    new MutationObserver(() => {
        const words = document.querySelector('.pw-sentence')?.textContent;
        if (words && !window.pwSentences.includes(words)) window.pwSentences.push(words);
    }).observe(document, { childList: true, subtree: true, characterData: true });
}"""


@pytest.mark.slow
def test_after_a_switch_and_a_reload_nothing_else_is_shown_for_a_moment(open_cells):
    opened = open_cells(BURSTING, NEURON)
    page = opened.page
    page.add_init_script(f"({SHOWN_FIRST})()")
    for shown, words in (("'lif', 'integrator'", "ntegrator"), ("mine, 'tonic_spiking', {'tau': 12.0}", "mine")):
        python(opened, f"app.show({shown})")
        page.locator(".pw-sentence", has_text=words).wait_for()
        opened.reload()
        page.wait_for_selector(JUDGED)
        sentences = page.evaluate("() => window.pwSentences")
        assert sentences
        assert [one for one in sentences if words not in one] == [], sentences
    assert page.locator("input[data-name=tau]").first.get_attribute("aria-valuetext") == "12 ms"
    assert opened.errors == []


LINKS = {
    "of version 0.1": ("model=izhikevich&pattern=C&c=-52&d=3&tau_inv=2", "c", "−52 mV", "tau_inv"),
    "of version 0.2": ("model=adex&pattern=tonic_spiking&tau_w=120&lock=tau_w&seed=3", "tau_w", "120 ms", "seed"),
    "nonsense": (
        "model=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&pattern=..%2F&c=1e999&%00=%F0%9F%92%A9", "c", "",
        "which is not here",
    ),
    "a current": ("model=adex&samples=0~0_20~300_80~0&lines=1", "tau_w", "", ""),
    "half a current": ("model=adex&samples=0~0_20", "tau_w", "", "The current in the link could not be read."),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("what", LINKS)
def test_a_link_of_any_version_opens_the_notebook_and_says_what_is_left_out(open_cells, what):
    query, name, value, said = LINKS[what]
    opened = open_cells(APP.format(""), until=SHOWN, query=query)
    page = opened.page
    if said:
        page.locator(".pw-notice", has_text=re.compile(re.escape(said))).wait_for()
    assert page.locator(".pw-notice").count() == (1 if said else 0)
    assert page.locator("img[src=x]").count() == 0
    if what == "a current":
        page.locator(".pw-sentence", has_text="ustom values").wait_for()
        becomes(opened, "app.pattern.samples[0].tolist()", "[0.0, 20.0, 80.0]")
        page.get_by_role("button", name="Share").click()
        assert "samples=0~0_20~300_80~0" in page.get_by_label("Link to this notebook").input_value().replace("%7E", "~")
    elif value:
        becomes(opened, f"'{name}' in app.parameters", "True")
        page.get_by_role("button", name=re.compile("^All .* values")).click()
        text = f"input[data-name={name}][aria-valuetext='{value}']"
        page.locator(text).first.wait_for()
    assert opened.errors == []


@pytest.mark.slow
def test_a_notebook_that_was_saved_with_an_app_says_nothing_is_missing_when_it_is_opened_again(open_cells, lab):
    opened = open_cells(BURSTING)
    page = opened.page
    page.locator(".pw-chip", has_text="It does").wait_for()
    begin_search(opened)
    becomes(opened, "len(app.results)", "1")
    opened.command("docmanager:save")
    page.wait_for_function("window.jupyterapp.shell.currentWidget.context.model.dirty === false")
    for session in lab.server.get("/api/sessions"):
        if session["path"] == opened.name:
            lab.server.delete(f"/api/sessions/{session['id']}")
    again = lab.open_again(opened)
    try:
        again.page.locator("img[data-pw-still]").wait_for()
        assert again.page.evaluate("() => document.querySelector('img[data-pw-still]').naturalWidth") > 300
        assert "Run the cell to go on." in again.page.locator(".jp-OutputArea").first.inner_text()
        again.wait_for_kernel()
        again.page.wait_for_timeout(2500)  # JupyterLab looks for a model for two seconds
        assert again.page.locator("img[data-pw-still]").count() == 1
        assert "not found" not in again.page.locator(".jp-Notebook").inner_text()
        assert [line for line in again.said if re.search("not found|Error", line) and "favicon" not in line] == []
        again.command("notebook:run-all-cells")
        again.page.wait_for_selector(JUDGED)
        again.page.locator("img[data-pw-still]").wait_for(state="detached")
        assert again.errors == []
    finally:
        again.close()
