"""The app as a widget of a notebook, in a real JupyterLab."""

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
)  # fmt: skip
from tests.browser.pages import JUDGED, NotebookPage

WIDGETS = "len(__import__('ipywidgets').widgets.widget._instances)"


@pytest.fixture
def opened(one_notebook: NotebookPage) -> NotebookPage:
    """The app of that notebook on its first selection."""
    python(one_notebook, "app.show('izhikevich', 'tonic_bursting')")
    one_notebook.page.locator(".pw-sentence", has_text="tonic bursting").wait_for()
    one_notebook.page.locator(".pw-app[data-pw-status=holds]").wait_for()
    return one_notebook


def test_the_app_opens_with_two_models_and_so_it_does_when_its_cell_is_run_again(opened):
    for run_again in (False, True):
        if run_again:
            opened.run_all()
            opened.page.wait_for_selector(JUDGED)
        assert python(opened, WIDGETS) == "2"  # the app and its layout
        assert opened.page.locator(".pw-app").count() == 1
        assert opened.errors == []


def test_what_is_dragged_reaches_the_kernel_and_its_observers(opened):
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
    assert opened.errors == []


def test_what_a_script_sets_is_shown(opened):
    python(opened, "setattr(app, 'model', 'lif')")
    opened.page.locator(".pw-sentence", has_text="integrate-and-fire").wait_for()
    python(opened, "app.show('adex', 'tonic_spiking', {'amplitude': 555.0})")
    opened.page.locator(".pw-sentence", has_text="onic spiking").wait_for()
    opened.page.locator(".pw-app", has_text="555").wait_for()
    assert "TraitError" in python(opened, "setattr(app, 'parameters', {'amplitude': 'much'})")
    assert opened.errors == []


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


@pytest.mark.slow
@pytest.mark.parametrize("mended", [True, False], ids=["with the private name", "by public means"])
def test_a_search_is_answered_beside_a_cell_that_sleeps(open_cells, mended):
    unmend = "" if mended else "\nif '_reply_subshell_for' in vars(app.comm): del app.comm._reply_subshell_for"
    sleep = "import time\ntime.sleep(60 if globals().get('again') else 0)\nagain = True"  # not in the first run
    opened = open_cells(BURSTING + "; None" + unmend + "\napp", sleep)
    assert opened.errors == []
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
    opened.page.locator(".pw-sentence", has_text="ntegrator").wait_for()
    becomes(opened, "app.model.key", "'lif'")
    undo.click()
    becomes(opened, "app.parameters == " + first, "True")
    assert python(opened, "app._history.before") == "0"
    opened.page.locator(".pw-app").get_by_role("button", name="Redo").click()
    becomes(opened, "app.model.key", "'lif'")
    assert opened.errors == []


def test_two_apps_in_one_notebook_do_not_mix(open_cells):
    opened = open_cells(BURSTING, APP.format('"lif", "tonic_spiking"').replace("app", "other"))
    page = opened.page
    # JupyterLab adds what is out of sight when it is idle, which it is not while a test looks at every frame.
    page.wait_for_function(f"() => document.querySelectorAll('{JUDGED}').length === 2", polling=1000)
    press(opened, "ArrowLeft", 1, app=1)
    first = python(opened, "app.parameters")
    becomes(opened, "other.parameters == other._history._steps[0].selection.values", "False")
    assert python(opened, "app.parameters == " + first) == "True"
    begin_search(opened, app=1)
    becomes(opened, "len(other.results)", "1")
    assert page.locator(".pw-app").nth(0).locator("[data-pw-objective]").count() == 0
    python(opened, "other.close()")
    page.wait_for_function("() => document.querySelectorAll('.pw-app').length === 1")
    press(opened, "ArrowLeft", 1)
    becomes(opened, "app.parameters == " + first, "False")
    assert opened.errors == []
