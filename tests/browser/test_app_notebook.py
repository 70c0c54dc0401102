"""The app as a widget of a notebook, in a real JupyterLab."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.pages import JUDGED

APP = "import plausiwidgets as pw\napp = pw.Explorer({})\napp"
BURSTING = APP.format('"izhikevich", "tonic_bursting"')
ENDLESS = (
    APP.format('"hodgkin_huxley", "mixed_mode", {}')
    + "; None\napp.selection = app.selection.with_free(list(app.model.parameters)[:2])\napp"
)
"""A search that finds nothing: two of the parameters are free."""
EVALUATE = """expression => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
    .requestExecute({ code: "", user_expressions: { x: expression }, store_history: false, silent: false }).done
    .then(({ content }) => content.user_expressions?.x?.data?.["text/plain"] ?? JSON.stringify(content))"""
DOTS = "() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0)"
RUNNING = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(one => one.textContent.includes('*'))"
LOST = "The kernel does not answer"


def notebook(folder: Path, *code: str) -> Path:
    path = folder / "app.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[*map(new_code_cell, code)], metadata=kernel), path)
    return path


@pytest.fixture
def open_app_of(open_notebook, tmp_path):
    """Open a notebook of these cells, and wait until its app has judged."""

    def open_one(*code: str, **options):
        opened = open_notebook(notebook(tmp_path, *code), **options)
        opened.page.wait_for_selector(JUDGED, timeout=180_000)  # a custom neuron is exported and compiled first
        return opened

    return open_one


def python(opened, expression: str) -> str:
    """The value of an expression in the kernel, as text."""
    return opened.page.evaluate(EVALUATE, expression)


def becomes(opened, expression: str, value: str) -> None:
    """Wait until an expression has a value in the kernel."""
    for _ in range(300):
        found = python(opened, expression)
        if found == value:
            return
        opened.page.wait_for_timeout(100)
    raise AssertionError(f"{expression} is {found}, not {value}")


def slider(opened, place: int = 0, app: int = 0):
    return opened.page.locator(".pw-app").nth(app).locator("input[type=range], [role=slider]").nth(place)


def press(opened, key: str, times: int = 1, place: int = 0, app: int = 0) -> None:
    slider(opened, place, app).focus()
    for _ in range(times):
        opened.page.keyboard.press(key)


def begin_search(opened, app: int = 0) -> None:
    opened.page.locator(".pw-app").nth(app).get_by_role("button", name="Let a search find it").click()


def sleep_in_cell(opened, seconds: int) -> None:
    """Run the last cell, which keeps the kernel busy, and wait until it does."""
    opened.page.evaluate("""() => {
        const { content } = window.jupyterapp.shell.currentWidget;
        content.activeCellIndex = content.widgets.length - 1;
        window.jupyterapp.commands.execute("notebook:run-cell");
    }""")
    opened.page.wait_for_function(RUNNING)


# -- opening


def test_the_app_opens_judged_with_two_models_and_without_an_error(open_app_of):
    opened = open_app_of(BURSTING)
    assert opened.page.locator(".pw-app").count() == 1
    assert python(opened, "len(__import__('ipywidgets').widgets.widget._instances)") == "2"  # the app and its layout
    assert opened.errors == []


def test_running_the_cell_again_closes_the_app_of_the_former_run(open_app_of):
    opened = open_app_of(BURSTING)
    opened.run_all()
    opened.page.wait_for_selector(JUDGED)
    assert python(opened, "len(__import__('ipywidgets').widgets.widget._instances)") == "2"
    assert opened.page.locator(".pw-app").count() == 1
    assert opened.errors == []


def test_a_custom_widget_is_shown_in_the_slot(open_app_of):
    opened = open_app_of(
        BURSTING + "; None\nimport ipywidgets\nbutton = app.add(ipywidgets.Button(description='Mine'))\napp"
    )
    opened.page.locator(".pw-slot").get_by_role("button", name="Mine").wait_for()
    assert opened.errors == []


# -- traits


def test_what_is_dragged_reaches_the_kernel_and_its_observers(open_app_of):
    seen = "heard = []\napp.observe(lambda change: heard.append(change.new), 'parameters')"
    opened = open_app_of(BURSTING, seen)
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


def test_what_a_script_sets_is_shown(open_app_of):
    opened = open_app_of(BURSTING)
    python(opened, "setattr(app, 'model', 'lif')")
    opened.page.locator(".pw-sentence", has_text="integrate-and-fire").wait_for()
    python(opened, "app.show('adex', 'tonic_spiking', {'amplitude': 555.0})")
    opened.page.locator(".pw-sentence", has_text="onic spiking").wait_for()
    opened.page.locator(".pw-app", has_text="555").wait_for()
    assert "TraitError" in python(opened, "setattr(app, 'parameters', {'amplitude': 'much'})")
    assert opened.errors == []


def test_page_and_script_have_one_history(open_app_of):
    opened = open_app_of(BURSTING)
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


@pytest.mark.slow
def test_a_custom_neuron_is_simulated_on_the_page(open_app_of):
    custom = """
import plausiwidgets as pw
def step(current, state, p, dt):
    v, = state
    v = v + dt * (-(v + 65.0) + current) / p.tau
    spikes = (v >= -50.0).double()
    return spikes, (v + spikes * (-65.0 - v),)
neuron = pw.NeuronModel("mine", step, states=("v",), parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
    initial_state=lambda p, holding: (-65.0 + holding,), current=pw.Parameter("current", 20.0, 0.0, 60.0), rest=-65.0,
    threshold=-50.0, dt=0.1)
""" + APP.format("neuron, 'tonic_spiking', {}")
    opened = open_app_of(custom)
    opened.page.locator(".pw-sentence", has_text="mine").wait_for()
    opened.page.wait_for_selector(JUDGED)
    assert opened.errors == []


@pytest.mark.slow
def test_a_neuron_that_only_python_can_simulate_is_drawn_and_judged_by_it(open_app_of):
    custom = """
import plausiwidgets as pw
def step(current, state, p, dt):
    v, = state
    v = v + dt * (-(v + 65.0) + current) / p.tau
    if bool((v > -50.0).any()):  # a program has no branch
        pass
    spikes = (v >= -50.0).double()
    return spikes, (v + spikes * (-65.0 - v),)
neuron = pw.NeuronModel("branches", step, states=("v",), parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
    initial_state=lambda p, holding: (-65.0 + holding,), current=pw.Parameter("current", 20.0, 0.0, 60.0), rest=-65.0,
    threshold=-50.0, dt=0.5)
""" + APP.format("neuron, 'tonic_spiking', {}")
    opened = open_app_of(custom)
    opened.page.locator(".pw-sentence", has_text="branches").wait_for(timeout=120_000)
    opened.page.wait_for_selector(JUDGED, timeout=120_000)
    becomes(opened, "app.verdict is not None and app.verdict.engine", "'torch'")
    before = opened.page.evaluate("() => document.querySelector('.pw-app canvas').toDataURL()")
    press(opened, "ArrowLeft", 20)
    opened.page.wait_for_function(
        "before => document.querySelector('.pw-app canvas').toDataURL() !== before", arg=before
    )
    assert opened.errors == []


# -- a busy kernel


@pytest.mark.slow
@pytest.mark.parametrize("mended", [True, False], ids=["with the private name", "by public means"])
def test_a_search_is_answered_beside_a_cell_that_sleeps(open_app_of, mended):
    unmend = "" if mended else "\nif '_reply_subshell_for' in vars(app.comm): del app.comm._reply_subshell_for"
    sleep = "import time\ntime.sleep(60 if globals().get('again') else 0)\nagain = True"  # not in the first run
    opened = open_app_of(BURSTING + "; None" + unmend + "\napp", sleep)
    assert opened.errors == []
    page = opened.page
    if not mended:
        page.wait_for_timeout(2500)  # the page greets twice
    sleep_in_cell(opened, 60)
    press(opened, "ArrowLeft", 30)
    begin_search(opened)
    page.wait_for_function(f"({DOTS})() > 0", timeout=50_000)
    assert page.evaluate(RUNNING), "the cell has ended: this shows nothing"


# -- reload, keys, several apps


def test_the_steps_of_undo_are_there_after_a_reload(open_app_of):
    opened = open_app_of(BURSTING)
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


def test_a_search_is_found_again_after_a_reload_with_all_its_tries_and_can_be_stopped(open_app_of):
    opened = open_app_of(ENDLESS)
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
    assert opened.errors == []


def test_no_key_on_the_app_reaches_the_notebook(open_app_of):
    opened = open_app_of(BURSTING)
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


def test_two_apps_in_one_notebook_do_not_mix(open_app_of):
    opened = open_app_of(BURSTING, APP.format('"lif", "tonic_spiking"').replace("app", "other"))
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


# -- a kernel that is gone


def test_after_a_restart_the_app_goes_on_by_itself_and_says_so_in_one_sentence(open_app_of):
    opened = open_app_of(BURSTING)
    page = opened.page
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_timeout(1000)
    opened.wait_for_kernel()
    words = "() => document.querySelector('.pw-app').innerText"
    before = page.evaluate(words)
    press(opened, "ArrowRight", 6)
    page.wait_for_function(f"before => ({words})() !== before", arg=before)  # it draws and judges
    page.locator(".pw-said", has_text=re.compile(LOST)).wait_for()
    assert page.locator(".pw-said").count() == 1
    page.wait_for_selector(JUDGED)


def test_a_saved_notebook_without_a_kernel_shows_a_still_picture_until_it_runs(open_app_of, lab):
    opened = open_app_of(BURSTING)
    page = opened.page
    page.wait_for_timeout(500)
    opened.reload()
    page.wait_for_selector(JUDGED)  # with its kernel it is the app itself
    for session in lab.server.get("/api/sessions"):
        if session["path"] == opened.name:
            lab.server.delete(f"/api/sessions/{session['id']}")
    page.reload()
    page.locator("img[data-pw-still]").wait_for()
    shown = page.locator(".jp-OutputArea").first.inner_text()
    assert "Run the cell to go on." in shown
    assert "not found" not in shown
    assert page.evaluate("() => document.querySelector('img[data-pw-still]').naturalWidth") > 300
    assert [error for error in opened.errors if "not found" in error or "pw" in error] == []
    opened.wait_for_kernel()
    opened.command("notebook:run-all-cells")
    page.wait_for_selector(JUDGED)
    assert page.locator("img[data-pw-still]").count() == 0
