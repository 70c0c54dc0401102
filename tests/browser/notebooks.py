"""What a test does with an app in a notebook: write the notebook, ask its kernel, press keys, begin a search."""

from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.pages import NotebookPage

APP = "import plausiwidgets as pw\napp = pw.Explorer({})\napp"
BURSTING = APP.format('"izhikevich", "tonic_bursting"')
LOST = "The kernel is not responding"
DOTS = "() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0)"
RUNNING = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(one => one.textContent.includes('*'))"
EVALUATE = """expression => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
    .requestExecute({ code: "", user_expressions: { x: expression }, store_history: false, silent: false }).done
    .then(({ content }) => content.user_expressions?.x?.data?.["text/plain"] ?? JSON.stringify(content))"""

OpenCells = Callable[..., NotebookPage]
"""Opens a notebook of these cells, and waits for its app: the fixture `open_cells`."""


def notebook(folder: Path, *code: str) -> Path:
    """Write a notebook of these cells."""
    path = folder / "app.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[*map(new_code_cell, code)], metadata=kernel), path)
    return path


def python(opened: NotebookPage, expression: str) -> str:
    """The value of an expression in the kernel, as text."""
    return opened.page.evaluate(EVALUATE, expression)


def becomes(opened: NotebookPage, expression: str, value: str) -> None:
    """Wait until an expression has a value in the kernel."""
    for _ in range(300):
        found = python(opened, expression)
        if found == value:
            return
        opened.page.wait_for_timeout(100)
    raise AssertionError(f"{expression} is {found}, not {value}")


def slider(opened: NotebookPage, place: int = 0, app: int = 0):
    return opened.page.locator(".pw-app").nth(app).locator("input[type=range], [role=slider]").nth(place)


def press(opened: NotebookPage, key: str, times: int = 1, place: int = 0, app: int = 0) -> None:
    """Press a key on a slider."""
    slider(opened, place, app).focus()
    for _ in range(times):
        opened.page.keyboard.press(key)


def begin_search(opened: NotebookPage, app: int = 0) -> None:
    opened.page.locator(".pw-app").nth(app).get_by_role("button", name="Search for parameters").click()


def sleep_in_cell(opened: NotebookPage) -> None:
    """Run the last cell, which keeps the kernel busy, and wait until it does."""
    opened.page.evaluate("""() => {
        const { content } = window.jupyterapp.shell.currentWidget;
        content.activeCellIndex = content.widgets.length - 1;
        window.jupyterapp.commands.execute("notebook:run-cell");
    }""")
    opened.page.wait_for_function(RUNNING)


PYTHON_NEURON = """
import time
from torch import where
import plausiwidgets as pw
def step(current, state, p, dt):
    v, = state
    {body}
    if bool((v > -50.0).any()):  # a program has no branch
        pass
    v = v + dt * (-(v + 65.0) + current) / p.tau
    spikes = (v >= -50.0).double()
    return spikes, (v + spikes * (-65.0 - v),)
neuron = pw.NeuronModel("mine", step, states=("v",), parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
    initial_state=lambda p, holding: (-65.0 + holding,), current=pw.Parameter("current", 20.0, 0.0, 60.0), rest=-65.0,
    threshold=-50.0, dt=0.5, validate=False)
"""


def python_neuron(body: str = "pass", pattern: str = "tonic_spiking") -> str:
    """The cell of a neuron that only Python can simulate; `body` is a line of its step."""
    return PYTHON_NEURON.format(body=body) + APP.format(f"neuron, '{pattern}', {{}}")
