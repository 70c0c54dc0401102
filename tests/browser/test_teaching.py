"""What explains on the page, in JupyterLab and as an app: gallery, phase plane, equations, marks, mystery."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.pages import TRACES

CODE = "import plausiwidgets as pw\npw.Explorer('izhikevich', 'tonic_bursting', {'c': -50.0, 'd': 2.0})"
KEYS = "() => [...document.querySelectorAll('.pw-thumbnail')].map(e => e.dataset.key)"
SHOWN = "key => document.querySelector('.pw-thumbnail[aria-selected=true]')?.dataset.key === key"
TRAJECTORY = "() => document.querySelector('.pw-plane .pw-trajectory')?.getAttribute('d')"
# Points on the curves of the phase plane that lie under the name of a nullcline.
UNDER_A_NAME = """() => {
    const plane = document.querySelector('.pw-plane');
    const texts = [...plane.querySelectorAll('.pw-layer:not(.pw-other) .pw-nullcline-name')];
    const names = texts.map((text) => text.getBBox());
    const under = (x, y) => names.some((box) =>
        x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 4 && y < box.y + box.height - 4);
    const found = names.length === 2 ? [] : [`${names.length} names`];
    for (const curve of plane.querySelectorAll('.pw-layer:not(.pw-other) .pw-nullcline, .pw-trajectory')) {
        for (const piece of curve.getAttribute('d').split('M')) {
            const points = piece.split('L').map((point) => point.split(',').map(Number));
            for (let i = 1; i < points.length; i++) for (let k = 0; k < 20; k++) {
                const [x, y] = [0, 1].map((n) => points[i - 1][n] + (points[i][n] - points[i - 1][n]) * k / 20);
                if (under(x, y)) found.push([curve.getAttribute('class'), x, y].join());
            }
        }
    }
    return found;
}"""

DATA = f"[...document.querySelectorAll('.pw-plot')].flatMap({TRACES})"
PINNED = f"() => {DATA}.some(trace => trace.uid.startsWith('pinned') && trace.y?.length > 100)"
# Between two stimuli there is no trace of "yours".
HIGHEST = f"() => Math.max(...({DATA}.find(trace => trace.uid === 'yours_current')?.y ?? []))"


@pytest.fixture(params=["lab", "app"])
def opened(request, open_notebook, open_app, tmp_path: Path):
    path = tmp_path / "teach.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=kernel), path)
    page = (open_notebook if request.param == "lab" else open_app)(path)
    page.wait_for_plot()
    page.page.wait_for_selector(".pw-thumbnail path", state="attached")
    page.page.wait_for_selector(".pw-marks .pw-shape", state="attached")
    return page


def test_the_page_explains(opened) -> None:
    page = opened.page

    # The gallery, by mouse and by keys.
    assert len(page.evaluate(KEYS)) >= 20
    patterns = page.get_by_role("button", name="Patterns", exact=True)
    patterns.click()
    page.locator(".pw-thumbnail[data-key=rebound_spike]").click()
    page.wait_for_function(SHOWN, arg="rebound_spike")
    page.locator(".pw-gallery").wait_for(state="hidden")  # picked
    patterns.click()
    page.locator(".pw-thumbnail[data-key=rebound_spike]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function(SHOWN, arg="rebound_burst")
    page.keyboard.press("Escape")

    # A criterion brings its marks forward, and goes back.
    row = page.locator(".pw-checks tr[data-criterion=latency]")
    row.hover()
    page.wait_for_selector(".pw-marks .pw-arrow.pw-hot")
    assert page.locator(".pw-marks .pw-hot").count() == page.locator(".pw-marks .pw-shape").count()
    page.locator(".pw-look-for").hover()
    page.wait_for_selector(".pw-marks .pw-hot", state="detached")
    row.focus()
    page.wait_for_selector(".pw-marks .pw-hot")

    # The phase plane follows a slider, and its point runs and stops.
    page.get_by_role("button", name="Phase plane").click()
    page.wait_for_function(f"() => ({TRAJECTORY})()")
    assert page.evaluate(UNDER_A_NAME) == []
    before = page.evaluate(TRAJECTORY)
    handle = page.locator(".pw-row:has([data-name=b]) .noUi-handle")
    handle.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"before => ({TRAJECTORY})() !== before", arg=before)
    page.get_by_role("button", name="Let the point run").click()
    page.wait_for_selector(".pw-dot[visibility=visible]", state="attached")
    page.get_by_role("button", name="Stop the point").click()
    assert page.locator(".pw-cursor").count() == 1

    # The equations mark the parameter under the hand.
    page.get_by_role("button", name="Equations").click()
    page.wait_for_selector("var[data-symbol=d]")
    page.wait_for_timeout(200)  # it listens from its next frame on
    page.locator(".pw-row [data-name=d]").hover()
    page.wait_for_selector("var.pw-marked[data-symbol=d]")
    assert "Added to u" in page.locator(".pw-meaning").inner_text()

    # A pinned neuron, a custom current for both, from the keyboard and from a file, and the pattern's own again.
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_function(PINNED)
    page.get_by_role("button", name="Stimulus", exact=True).click()
    page.get_by_role("button", name="Values…").click()
    page.locator(".pw-stimulus textarea").fill("0 nan\n100 0")
    page.get_by_role("button", name="Apply", exact=True).click()
    page.wait_for_selector(".pw-error")
    page.locator(".pw-stimulus textarea").fill("0 5\n100 15\n200 0")
    page.get_by_role("button", name="Apply", exact=True).click()
    page.wait_for_function("() => document.querySelector('.pw-yours')?.innerText.includes('not judged')")
    page.wait_for_function(f"() => ({PINNED})() && ({HIGHEST})() === 15")
    assert page.locator(".pw-error").count() == 0
    file = {"name": "own.csv", "mimeType": "text/csv", "buffer": b"t,I\n0,5\n50,25\n120,0\n"}
    with page.expect_file_chooser() as chooser:
        page.locator(".pw-stimulus .pw-file").click()
    chooser.value.set_files(file)
    page.wait_for_function(f"() => ({HIGHEST})() === 25")
    page.get_by_role("button", name="Pattern’s own").click()
    page.wait_for_function(SHOWN, arg="rebound_burst")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_function(f"() => !({PINNED})()")

    # A mystery: a score below 100, and the answer only when it is revealed.
    page.get_by_role("button", name="Mystery", exact=True).click()
    page.get_by_role("button", name="New mystery").click()
    page.wait_for_function("() => /you \\d/.test(document.querySelector('.pw-score')?.innerText ?? '')", timeout=60_000)
    assert "you 100" not in page.locator(".pw-score").inner_text()
    assert page.locator(".pw-answer").count() == 0
    page.get_by_role("button", name="Reveal").click()
    page.wait_for_selector(".pw-answer")
    assert opened.errors == []
