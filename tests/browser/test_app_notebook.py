"""The app as a widget of a notebook, in a real JupyterLab."""

import re

import pytest

from tests.browser.notebooks import (
    APP,
    BURSTING,
    DOTS,
    RUNNING,
    becomes,
    begin_search,
    press,
    python,
    sleep_in_cell,
    slider,
)
from tests.browser.pages import JUDGED, NotebookPage

ENDLESS = (
    APP.format('"hodgkin_huxley", "mixed_mode", {}')
    + "; None\napp.selection = app.selection.with_varied(list(app.model.parameters)[:2])\napp"
)
"""A search that finds nothing: two of the parameters are free."""
WIDGETS = "len(__import__('ipywidgets').widgets.widget._instances)"


@pytest.fixture
def opened(one_notebook: NotebookPage) -> NotebookPage:
    """The app of that notebook on its first selection."""
    python(one_notebook, "app.show('izhikevich', 'tonic_bursting')")
    one_notebook.page.locator(".pw-sentence", has_text="tonic bursting").wait_for()
    one_notebook.page.locator(".pw-app:is([data-pw-status=replicated], [data-pw-status=unverified])").wait_for()
    return one_notebook


def test_the_app_opens_with_two_models_and_so_it_does_when_its_cell_is_run_again(opened):
    for run_again in (False, True):
        if run_again:
            opened.run_all()
            opened.page.wait_for_selector(JUDGED)
        assert python(opened, WIDGETS) == "2"  # the app and its layout
        assert opened.page.locator(".pw-app").count() == 1


def test_a_drag_reaches_the_kernel_and_its_observers(opened):
    python(opened, "globals().update(heard=[])")
    python(opened, "app.observe(lambda change: heard.append(change.new), 'parameters')")
    before = python(opened, "app.parameters")
    press(opened, "ArrowRight", 5)
    becomes(opened, "app.parameters != " + before, "True")
    becomes(opened, "heard[-1] == app.parameters", "True")
    becomes(
        opened,
        "len(app.verdict.parameters) == len(app.parameters) and dict(app.verdict.parameters) == app.parameters",
        "True",
    )


def test_the_app_shows_changes_of_a_script(opened):
    python(opened, "setattr(app, 'model', 'lif')")
    opened.page.locator(".pw-sentence", has_text="integrate-and-fire").wait_for()
    python(opened, "app.show('adex', 'tonic_spiking', {'amplitude': 555.0})")
    opened.page.locator(".pw-sentence", has_text="onic spiking").wait_for()
    opened.page.locator(".pw-app", has_text="555").wait_for()
    assert "TraitError" in python(opened, "setattr(app, 'parameters', {'amplitude': 'much'})")


def test_page_and_script_have_one_history(opened):
    first = python(opened, "app.parameters")
    press(opened, "ArrowRight")
    becomes(opened, "app.parameters != " + first, "True")
    dragged = python(opened, "app.parameters")
    python(opened, "setattr(app, 'parameters', {**app.parameters, 'd': 3.5})")
    opened.page.locator(".pw-app", has_text="3.5").wait_for()
    undo = opened.page.locator(".pw-app").get_by_role("button", name="Undo")
    undo.click()
    becomes(opened, "app.parameters == " + dragged, "True")
    python(opened, "app.undo()")
    becomes(opened, "app.parameters == " + first, "True")
    opened.page.locator(".pw-app").get_by_role("button", name="Redo").click()
    becomes(opened, "app.parameters == " + dragged, "True")


def test_no_key_on_the_app_reaches_the_notebook(opened):
    page = opened.page
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => model.type + model.id)"
    before = page.evaluate(cells)
    places = [slider(opened), page.locator(".pw-app button").first, page.locator(".pw-app [data-pw-figure]")]
    for place in places:
        for key in ("a", "b", "m", "r", "x", "v", "y", "1", "j", "k", "Enter"):
            place.click(position={"x": 5, "y": 5}) if place is places[-1] else place.focus()
            page.keyboard.press(key)
            page.keyboard.press("Escape")
        place.focus()
        page.keyboard.press("d")
        page.keyboard.press("d")
    assert page.evaluate(cells) == before


FOOTER = """() => document.querySelector('.jp-WindowedPanel-outer, .jp-Notebook').getBoundingClientRect().bottom
    - document.querySelector('.pw-footer').getBoundingClientRect().bottom"""
SCROLLED = """() => [...document.querySelectorAll('.pw-side')]
    .filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight).length"""
UNSAVED = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"


def test_the_footer_is_in_the_window_below_a_folded_cell(opened):
    page = opened.page
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    opened.command("notebook:hide-all-cell-code")
    for width, height in ((1920, 1080), (1400, 900), (1366, 768), (1400, 1000)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"() => ({FOOTER})() >= 0")
    page.evaluate("() => window.jupyterapp.shell.expandLeft()")
    for width, height in ((1400, 900), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"() => ({FOOTER})() >= 0 && ({SCROLLED})() === 0")
    page.set_viewport_size({"width": 1400, "height": 1000})
    opened.command("notebook:show-all-cell-code")


def test_the_keys_that_save_a_notebook_save_it_from_the_app(opened):
    page = opened.page
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true }")
    slider(opened).focus()
    page.keyboard.press("Control+s")
    page.wait_for_function(f"() => !({UNSAVED})()")


def test_a_click_in_the_header_gives_the_app_the_arrow_keys(opened):
    page = opened.page
    page.locator(".pw-header p").click()
    page.keyboard.press("ArrowRight")
    page.locator(".pw-sentence", has_text="phasic bursting").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator(".pw-sentence", has_text="tonic bursting").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("mended", [True, False], ids=["with the private name", "by public means"])
def test_a_search_is_answered_during_a_sleeping_cell(open_cells, mended):
    unmend = "" if mended else "\nif '_reply_subshell_for' in vars(app.comm): del app.comm._reply_subshell_for"
    sleep = "import time\ntime.sleep(60 if globals().get('again') else 0)\nagain = True"  # not in the first run
    opened = open_cells(BURSTING + "; None" + unmend + "\napp", sleep)
    page = opened.page
    if not mended:
        page.wait_for_timeout(2500)  # the page greets twice
    sleep_in_cell(opened)
    press(opened, "ArrowLeft", 30)
    begin_search(opened)
    page.wait_for_function(f"({DOTS})() > 0", timeout=50_000)
    assert page.evaluate(RUNNING), "the cell has ended: this shows nothing"


def test_the_steps_of_undo_are_there_after_a_reload(open_cells):
    opened = open_cells(BURSTING)
    first = python(opened, "app.parameters")
    python(opened, "app.show('lif', 'integrator')")
    python(opened, "app.show('izhikevich', 'tonic_bursting', {'d': 3.5})")
    opened.reload()
    opened.page.wait_for_selector(JUDGED)
    undo = opened.page.locator(".pw-app").get_by_role("button", name="Undo")
    undo.click()
    opened.page.locator(".pw-sentence", has_text="temporal integration").wait_for()
    becomes(opened, "app.model.key", "'lif'")
    undo.click()
    becomes(opened, "app.parameters == " + first, "True")
    assert python(opened, "app._record.at") == "0"
    opened.page.locator(".pw-app").get_by_role("button", name="Redo").click()
    becomes(opened, "app.model.key", "'lif'")


def test_a_search_is_found_again_after_a_reload_with_all_its_tries_and_can_be_stopped(open_cells):
    opened = open_cells(ENDLESS)
    begin_search(opened)
    page = opened.page
    page.wait_for_function(f"({DOTS})() > 100", timeout=120_000)
    selected = python(opened, "app.parameters")
    before = page.evaluate(DOTS)
    opened.reload()
    page.wait_for_selector(JUDGED)
    page.wait_for_function(f"before => ({DOTS})() >= before", arg=before)
    page.wait_for_function(f"before => ({DOTS})() > before + 50", arg=page.evaluate(DOTS))  # it goes on
    page.locator(".pw-drawer").get_by_role("button", name="Stop").click()
    becomes(opened, "app.searching", "False")
    tried = int(python(opened, "app.results[-1].evaluations"))
    page.wait_for_function(f"tried => ({DOTS})() === tried", arg=tried)
    assert python(opened, "app.results[-1].state") == "'stopped'"
    assert python(opened, "app.parameters == " + selected) == "True"


def test_two_apps_in_one_notebook_do_not_mix(open_cells):
    opened = open_cells(BURSTING, APP.format('"lif", "tonic_spiking"').replace("app", "other"))
    page = opened.page
    # JupyterLab adds what is out of sight when it is idle, which it is not while a test looks at every frame.
    page.wait_for_function(f"() => document.querySelectorAll('{JUDGED}').length === 2", polling=1000)
    press(opened, "ArrowLeft", 1, app=1)
    first = python(opened, "app.parameters")
    becomes(opened, "other.parameters == other._record.steps[0].values", "False")
    assert python(opened, "app.parameters == " + first) == "True"
    begin_search(opened, app=1)
    becomes(opened, "len(other.results)", "1")
    assert page.locator(".pw-app").nth(0).locator("[data-pw-objective]").count() == 0
    python(opened, "other.close()")
    page.wait_for_function("() => document.querySelectorAll('.pw-app').length === 1")
    press(opened, "ArrowLeft", 1)
    becomes(opened, "app.parameters == " + first, "False")


LINKED = """
import ipywidgets, traitlets
linked = ipywidgets.FloatSlider(min=-70, max=-40, step=0.5, description="c")
there_and_back = (lambda parameters: parameters["c"], lambda c: {**app.parameters, "c": c})
traitlets.link((app, "parameters"), (linked, "value"), transform=there_and_back)
linked
"""


def test_two_views_and_a_linked_slider_of_ipywidgets_move_together(open_cells):
    opened = open_cells(BURSTING, LINKED, "app")
    page = opened.page
    page.wait_for_function(f"() => document.querySelectorAll('{JUDGED}').length === 2", polling=1000)
    in_views = [page.locator(".pw-app").nth(k).get_by_label(re.compile("^c:")) for k in (0, 1)]
    handle = page.locator(".widget-slider .noUi-handle")
    places = [*in_views, handle]
    numbers = """(places) => places.map((one) => parseFloat(
        (one.ariaValueText ?? one.getAttribute('aria-valuenow')).replace('−', '-')))"""
    drawn = """() => [...document.querySelectorAll('[data-pw-figure]')].map((one) => one.dataset.drawn)"""

    def all_move(place, key: str) -> None:
        before, pictures = python(opened, "app.parameters['c']"), page.evaluate(drawn)
        place.focus()
        for _ in range(4):
            page.keyboard.press(key)
        becomes(opened, f"app.parameters['c'] != {before} and app.parameters['c'] == linked.value", "True")
        handles = [one.element_handle() for one in places]
        page.wait_for_function(
            f"""([before, places]) => {{
                const [first, ...others] = ({numbers})(places);
                return first !== before && others.every((one) => one === first);
            }}""",
            arg=[float(before), handles],
        )
        page.wait_for_function(f"(before) => ({drawn})().every((one, k) => one !== before[k])", arg=pictures)

    all_move(in_views[0], "ArrowRight")
    all_move(in_views[1], "ArrowLeft")
    all_move(handle, "ArrowRight")


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
    for shown, words in (
        ("'lif', 'integrator'", "temporal integration"),
        ("mine, 'tonic_spiking', {'tau': 12.0}", "mine"),
    ):
        python(opened, f"app.show({shown})")
        page.locator(".pw-sentence", has_text=words).wait_for()
        opened.reload()
        page.wait_for_selector(JUDGED)
        sentences = page.evaluate("() => window.pwSentences")
        assert sentences
        assert [one for one in sentences if words not in one] == [], sentences
    assert page.locator("input[data-name=tau]").first.get_attribute("aria-valuetext") == "12 ms"


@pytest.mark.slow
def test_a_link_of_nonsense_opens_the_notebook_and_says_what_is_left_out(open_cells):
    query = "model=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&pattern=..%2F&c=1e999&%00=%F0%9F%92%A9"
    page = open_cells(APP.format(""), query=query).page
    page.locator(".pw-notice", has_text="which is not available here").wait_for()
    assert page.locator(".pw-notice").count() == 1
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.slow
def test_a_link_with_a_current_opens_on_it_and_is_given_again(open_cells):
    current = "samples=0~0_20~300_80~0"
    opened = open_cells(APP.format(""), until=".pw-chip:has-text('No criteria')", query=f"model=adex&{current}&lines=1")
    opened.page.locator(".pw-sentence", has_text="the current waveform").wait_for()
    becomes(opened, "app.pattern.samples[0].tolist()", "[0.0, 20.0, 80.0]")
    opened.page.get_by_role("button", name="Share").click()
    assert current in opened.page.get_by_label("Link to this notebook").input_value().replace("%7E", "~")


@pytest.mark.slow
def test_a_notebook_that_was_saved_with_an_app_says_nothing_is_missing_when_it_is_opened_again(open_cells, lab):
    opened = open_cells(BURSTING)
    page = opened.page
    page.locator(".pw-chip", has_text="Verified").wait_for()
    begin_search(opened)
    becomes(opened, "len(app.results)", "1")
    opened.command("docmanager:save")
    page.wait_for_function("window.jupyterapp.shell.currentWidget.context.model.dirty === false")
    for session in lab.server.sessions(opened.name):
        lab.server.request(session, "DELETE")
    again = lab.open_again(opened)
    try:
        again.page.locator("img[data-pw-still]").wait_for()
        assert again.page.evaluate("() => document.querySelector('img[data-pw-still]').naturalWidth") > 300
        assert (
            "Run this cell to make the figure interactive." in again.page.locator(".jp-OutputArea").first.inner_text()
        )
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
