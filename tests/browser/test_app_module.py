"""Figures of `export_widget` in a page, in which MyST's renderer, a short script or nbconvert shows them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

import plausiwidgets as pw
from tests.browser.pages import JUDGED, BrowserPage

SITE = "http://127.0.0.1:9"
"""Where the page would be: the test answers each request itself."""

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A book</title><link rel="icon" href="data:,">
<h1>A book</h1><p>Text</p><div></div><div></div><script type="module">
const model = () => ({ get() {}, set() {}, save_changes() {}, on() {}, off() {} });
// As MyST's renderer: a module for each place, in a shadow root, with a model to which nothing answers.
const shown = [...document.querySelectorAll("div")].map(async (place, k) => {
    const { default: widget } = await import(["./adex.mjs", "./lif.mjs"][k]);
    const el = document.createElement("div");
    (SHADOW ? place.attachShadow({ mode: "open" }) : place).replaceChildren(el);
    return widget.render({ model: model(), el });
});
window.closeAll = async () => { for (const close of await Promise.all(shown)) close(); };
</script></html>"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("modules")
    pairs = {"adex": "tonic_bursting", "lif": "integrator"}
    paths = [pw.export_widget(name, pattern, path=folder / f"{name}.mjs") for name, pattern in pairs.items()]
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def book(browser, modules: dict[str, str]) -> Iterator[Callable[..., Page]]:
    """Opens a page with two figures, and waits for their verdicts."""
    opened: list[BrowserPage] = []

    def open_one(shadow: bool, **options: object) -> Page:
        opened.append(BrowserPage(browser, **options))
        page = opened[-1].page
        html = PAGE.replace("SHADOW", "true" if shadow else "false")

        def answer(route) -> None:
            name = route.request.url.rpartition("/")[2]
            body, kind = (modules[name], "text/javascript") if name in modules else (html, "text/html")
            route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

        page.route(f"{SITE}/**", answer)
        page.goto(f"{SITE}/book.html")
        page.locator(JUDGED).nth(1).wait_for()
        return page

    yield open_one
    for one in opened:
        one.close()
        assert one.errors == []


def test_two_figures_in_shadow_roots_share_one_app_and_leave_the_page_alone(book):
    page = book(shadow=True)
    assert page.evaluate("globalThis[Symbol.for('plausiwidgets')].size") == 1
    assert page.evaluate("document.styleSheets.length") == 0
    assert page.evaluate("[document.title, document.documentElement.lang, location.hash]") == ["A book", "en", ""]
    backs = "(apps) => apps.map((one) => getComputedStyle(one).backgroundColor)"
    assert page.locator(".pw-app").evaluate_all(backs) == ["rgb(247, 248, 250)"] * 2
    quiet = page.locator(".pw-notice.quiet")
    expect(quiet).to_have_count(1)
    expect(quiet).to_contain_text("Searches run in this page in JavaScript, without verification by Python.")
    assert page.locator(".pw-app").first.bounding_box()["height"] <= 1100


def test_a_figure_searches_in_workers_of_the_page_and_closes(book):
    page = book(shadow=False)
    first = page.locator(".pw-app").first
    first.locator("input[type=range]").first.press("ArrowRight")
    expect(first.get_by_role("button", name="Undo")).to_be_enabled()
    with page.expect_event("worker"):
        first.get_by_role("button", name="Search for parameters").click()
    first.locator(".pw-result").wait_for()
    page.evaluate("closeAll()")
    expect(page.locator(".pw-app")).to_have_count(0)
    assert page.workers == []


@pytest.mark.parametrize(("width", "height"), [(1100, 900), (1280, 720)])
def test_a_figure_shows_all_its_buttons_without_scrolling(book, width, height):
    page = book(shadow=False, width=width, height=height, screen={"width": width, "height": height})
    for side in page.locator(".pw-side").all():
        box = side.bounding_box()
        button = side.get_by_role("button", name="Search for parameters").bounding_box()
        assert button["y"] + button["height"] <= box["y"] + box["height"]


@pytest.fixture(scope="module")
def executed(root: Path) -> nbformat.NotebookNode:
    """The notebook of the command, as nbconvert executes it."""
    notebook = nbformat.read(root / "notebooks" / "explore.ipynb", as_version=4)
    ExecutePreprocessor().preprocess(notebook)
    return notebook


def test_an_executed_notebook_contains_a_page_in_a_frame(browser, tmp_path):
    cells = [new_code_cell('import plausiwidgets as pw\npw.Page("lif", "tonic_spiking", height=700)')]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    ExecutePreprocessor(store_widget_state=False).preprocess(notebook)
    html, _ = HTMLExporter(require_js_url="", mathjax_url="").from_notebook_node(notebook)
    path = tmp_path / "page.html"
    path.write_text(html, encoding="utf-8")
    opened = BrowserPage(browser)
    opened.page.goto(path.as_uri())
    app = opened.page.frame_locator("iframe").locator(".pw-app")
    expect(app.locator(".pw-verdict")).to_contain_text("Verified")
    assert opened.page.locator("iframe").bounding_box()["height"] == 700
    app.locator("input[data-name=amplitude]").press("Home")
    expect(app.locator(".pw-verdict")).to_contain_text("Criteria not met")
    opened.close()
    assert (opened.errors, opened.foreign) == ([], [])


@pytest.mark.parametrize("loads", [True, False])
def test_an_executed_notebook_is_a_page_that_runs_without_other_hosts(browser, executed, tmp_path, loads):
    notebook, settings = executed, {}
    if not loads:  # the scripts of nbconvert's template, and the states of widgets, which the figure does not need
        notebook = nbformat.from_dict(executed | {"metadata": {}})
        settings = {"require_js_url": "", "mathjax_url": ""}
    html, _ = HTMLExporter(**settings).from_notebook_node(notebook)
    assert len(html) <= 700_000 or loads
    path = tmp_path / "explore.html"
    path.write_text(html, encoding="utf-8")
    opened = BrowserPage(browser)
    opened.page.goto(path.as_uri())
    opened.wait_for_app()
    app = opened.page.locator(".pw-app")
    expect(app).to_have_count(1)
    expect(app.locator(".pw-verdict")).to_contain_text("Verified")
    expect(opened.page.locator(".pw-still")).to_have_count(0)
    app.locator("input[type=range]").first.press("End")
    expect(app.locator(".pw-verdict")).to_contain_text("Criteria not met")
    app.get_by_role("button", name="Search for parameters").click()
    app.locator(".pw-result").wait_for()
    opened.close()
    assert opened.errors == []
    assert bool(opened.foreign) is loads
