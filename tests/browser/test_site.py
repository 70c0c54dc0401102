"""The site in a browser: its switcher of versions; and, where ``PLAUSIWIDGETS_SITE`` names a built one, its pages."""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import plausiwidgets as pw
from tests.docs.test_site import DOCS, SITE, built, mini

pytestmark = pytest.mark.browser

SIZES = [(1400, 900, "light"), (400, 800, "dark")]
PAGES = [
    "index.html",
    "tutorials/ten_minutes.html",
    "lesson_long.html",
    "howto/index.html",
    "howto/exercise.html",
    "howto/explorer.html",
    "explanation/engines.html",
    "patterns/index.html",
    "patterns/bistability.html",
    "neurons/index.html",
    "neurons/adex.html",
    "reference/index.html",
    "reference/generated/plausiwidgets.judge.html",
    "CONTRIBUTING.html",
    "explanation/verification.html",
    "notebooks/own_neuron.html",
    "notebooks/own_pattern.html",
    "notebooks/plausibility_and_performance.html",
    "notebooks/which_model.html",
]
SETTLED = "document.fonts.status === 'loaded' && [...document.images].every((image) => image.complete)"


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import versions

    return versions


def violations(page) -> list[str]:
    """What axe finds on a page; it would read style sheets again, which a page of a file may not."""
    return [violation["id"] for violation in Axe().run(page, options={"preload": False}).response["violations"]]


def switched(page, version: str) -> None:
    """Choose another version of the page that is shown."""
    page.get_by_role("combobox", name="Version").select_option(label=version)


def test_a_page_offers_the_other_versions_and_keeps_its_place(open_page, versions, tmp_path: Path) -> None:
    for version, pages in {"0.2": ["index.html", "a/b.html"], "0.3": ["index.html", "a/b.html", "new.html"]}.items():
        versions.add(mini(tmp_path / version, version, pages), tmp_path / "site")
    page = open_page(tmp_path / "site" / "0.2" / "a" / "b.html").page
    page.get_by_role("link", name="There is a newer one").wait_for()
    switched(page, "0.3")
    page.get_by_role("heading", name="0.3 a/b.html").wait_for()
    assert page.get_by_role("link", name="There is a newer one").count() == 0
    page.goto((tmp_path / "site" / "0.3" / "new.html").as_uri())
    switched(page, "0.2")  # which does not have this page
    page.get_by_role("heading", name="0.2 index.html").wait_for()
    page.goto((tmp_path / "site" / "index.html").as_uri())
    page.get_by_role("heading", name="0.3 index.html").wait_for()


def test_a_site_alone_offers_no_version(open_page, tmp_path: Path) -> None:
    page = open_page(mini(tmp_path, "0.2", ["index.html"]) / "index.html").page
    assert page.locator(".versions").count() == 1
    assert not page.locator(".versions").is_visible()


BACKGROUND = {"dark": "rgb(18, 22, 27)", "light": "rgb(247, 248, 250)"}
"""Of the app, by the theme of the site."""

SEEN = """(element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight + 1; // a fraction of a pixel
}"""


SCROLLING = """(root) => [root, ...root.querySelectorAll("*")].filter((element) =>
    element.scrollHeight > element.clientHeight + 1 && (element === document.documentElement
        || ["auto", "scroll"].includes(getComputedStyle(element).overflowY))).map((element) => element.className)
"""
"""Classes of the elements in an element, and of itself, that scroll vertically."""


@pytest.fixture(scope="module")
def figure_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long page with a live figure below a link that changes it, as on the site."""
    folder = tmp_path_factory.mktemp("figure")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(DOCS))
        import generate

    pattern = pw.patterns.get("rebound_spike")
    (folder / "patterns").mkdir()
    (folder / "live").mkdir()
    generate.export((generate.REFERENCE, [pattern.key], folder / "live" / "pattern-rebound_spike.html"))
    case = generate.link(pattern, generate.Case({"amplitude": 1.0}, ("spikes",), 0.1), "amplitude to 1", beside=True)
    head = "".join(f"<script>{(DOCS / '_static' / 'figure.js').read_text('utf-8')}</script>")
    style = f"<style>{(DOCS / '_static' / 'site.css').read_text('utf-8')}</style>"
    path = folder / "patterns" / "a.html"
    path.write_text(
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">{head}{style}'
        f'<h1>Rebound spike</h1><p class="asked" style="height: 600px">{case}</p>'
        f"{generate.figure('pattern-rebound_spike', 'live', '')}<p style='height: 2000px'>",
        encoding="utf-8",
    )
    return path


def test_on_a_telephone_a_link_shows_the_figure_with_its_first_sliders(open_page, figure_page: Path) -> None:
    page = open_page(figure_page, width=400, height=800).page
    frame = page.frame_locator(".figure iframe")
    page.get_by_role("link", name="amplitude to 1").click()
    frame.locator(".pw-chip", has_text="met").wait_for()
    assert page.locator(".figure iframe").evaluate(SEEN)
    assert frame.locator(".pw-main canvas").first.evaluate(SEEN)
    assert frame.locator("input[type=range]").first.evaluate(SEEN)


@pytest.mark.parametrize(("width", "height"), [(400, 800), (800, 1000), (1400, 900)])
def test_a_live_figure_on_a_server_does_not_scroll(browser, figure_page: Path, width: int, height: int) -> None:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(figure_page.parents[1]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(f"http://127.0.0.1:{server.server_port}/patterns/a.html")
        frame = page.frame_locator(".figure iframe")
        page.get_by_role("link", name="amplitude to 1").click()
        frame.locator(".pw-chip", has_text="met").wait_for()
        page.wait_for_function("innerHeight > 0 && frames[0].innerHeight >= frames[0].document.body.scrollHeight")
        assert frame.locator("html").evaluate(SCROLLING) == []
        canvas, slider = frame.locator(".pw-main canvas").first, frame.locator("input[type=range]").first
        at = [part.bounding_box() for part in (canvas, slider)]
        assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in at), at
        before = page.evaluate("scrollY")
        page.mouse.move(at[0]["x"] + 50, at[0]["y"] + 50)
        page.mouse.wheel(0, 300)
        page.wait_for_function("(before) => scrollY >= before + 250", arg=before)
        page.close()
        server.shutdown()


@built
@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_site_is_accessible_and_fits(open_page, name: str, width: int, height: int, scheme: str) -> None:
    page = open_page(SITE / name, width=width, height=height, color_scheme=scheme).page
    page.wait_for_function(SETTLED)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("article").evaluate(SCROLLING) == []
    assert violations(page) == []


@built
@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_each_pattern_answers_what_a_student_asks_without_scrolling(
    open_page, width: int, height: int, scheme: str
) -> None:
    opened = open_page(SITE / "index.html", width=width, height=height, color_scheme=scheme)
    for key in pw.patterns.names():
        opened.page.goto((SITE / "patterns" / f"{key}.html").as_uri())
        opened.page.wait_for_function(SETTLED)
        box = opened.page.locator(".asked").bounding_box()
        assert box["y"] + box["height"] <= height, key
        figure = opened.page.locator(".figure iframe").bounding_box()
        assert figure["y"] < height, key


@built
def test_a_live_figure_has_the_theme_of_the_site(open_page) -> None:
    page = open_page(SITE / "patterns" / "rebound_spike.html", width=1400, height=900, color_scheme="null").page
    frame = page.frame_locator(".figure iframe")
    frame.locator(".pw-chip", has_text="Verified").wait_for()
    for theme in ("dark", "light"):
        while page.evaluate("document.body.dataset.theme") != theme:
            page.locator(".theme-toggle >> visible=true").click()
        expect(frame.locator(".pw-app")).to_have_css("background-color", BACKGROUND[theme])
