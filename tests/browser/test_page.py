"""The page without a server, opened from a file in a browser that reaches no host at all."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import hostile
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.pages import BrowserPage

import plausiwidgets as pw

pytestmark = pytest.mark.browser


class FilePage(BrowserPage):
    """A page of a file; `requested` are the addresses that it asked for besides."""

    def __init__(self, browser, path: Path, fragment: str = "", **options: object) -> None:
        super().__init__(browser, **options)
        self.requested: list[str] = []
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.goto(f"{path.as_uri()}{fragment}")

    def legend(self, role: str = "yours") -> str:
        """What the legend says of a trace."""
        return self.page.locator(f".legend .{role}").inner_text()

    def slider(self, name: str):
        """The slider of a value."""
        return self.page.get_by_role("slider", name=re.compile(rf"^{name}( \(|$)"))


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., FilePage]]:
    """Open a file, and close it after the test: it must not have raised an error, or asked for anything."""
    opened: list[FilePage] = []

    def open_one(path: Path, fragment: str = "", **options: object) -> FilePage:
        opened.append(FilePage(browser, path, fragment, **options))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
        assert page.errors == []
        assert [url for url in page.requested if not url.startswith(("file:", "data:"))] == []


@pytest.fixture(scope="module")
def izhikevich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patterns = ["tonic_spiking", "resonator", "class_1_excitable", "bistability"]
    return pw.export_page("izhikevich", patterns, path=tmp_path_factory.mktemp("page") / "izhikevich.html")


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_a_slider_moves_the_trace_and_the_verdict_stays_with_the_stored_values(
    open_page, izhikevich: Path, width: int, scheme: str
) -> None:
    opened = open_page(izhikevich, width=width, height=900, color_scheme=scheme)
    page = opened.page
    preset = next(p for p in pw.models.get("izhikevich").presets if p.pattern == "tonic_spiking")
    verdict = pw.judge("izhikevich", "tonic_spiking", dict(preset.parameters), dt=preset.dt, verify=False)
    assert opened.legend() == f"your neuron: {len(verdict.traces['step'].spike_times[0])} spikes"
    assert page.locator(".badge").inner_text() == "✓ shows it (verified)"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    slider = opened.slider("amplitude")
    for _ in range(30):
        slider.press("ArrowLeft")
    page.wait_for_url(lambda url: "amplitude" in url)
    amplitude = float(page.get_by_label("Exact value of amplitude (mV/ms)").input_value())
    less = pw.judge("izhikevich", "tonic_spiking", dict(preset.parameters) | {"amplitude": amplitude}, dt=preset.dt)
    assert opened.legend() == f"your neuron: {len(less.traces['step'].spike_times[0])} spikes"
    assert "not for those on the sliders" in page.locator(".badge").inner_text()
    assert "belongs to the stored values" in page.locator(".verdict").inner_text()
    page.get_by_role("button", name="Show me").click()
    assert page.locator(".badge").inner_text() == "✓ shows it (verified)"


def test_a_link_opens_on_its_values_and_says_what_it_cannot_use(open_page, izhikevich: Path) -> None:
    opened = open_page(izhikevich, "#pattern=resonator&interval=33.5&b=nonsense&c=1e9&tau=3&__proto__=1")
    page = opened.page
    assert page.get_by_label("Exact value of interval (ms)").input_value() == "33.5"
    message = page.locator(".message").inner_text()
    for words in ("b=‘nonsense’", "c=‘1e9’", "‘tau’", "‘__proto__’"):
        assert words in message
    page.get_by_role("button", name="gap 1.5 T").click()
    assert "gap 1.5 T" in page.locator("canvas.plot").get_attribute("aria-label")
    page.evaluate("location.hash = '#pattern=bistability'")
    page.get_by_role("heading", name="P · Bistability").wait_for()
    assert opened.slider("amplitude").is_disabled()
    assert "stay as they are" in page.locator(".note").inner_text()


def test_a_value_that_is_typed_is_checked(open_page, izhikevich: Path) -> None:
    opened = open_page(izhikevich)
    box = opened.page.get_by_label("Exact value of c (mV)")
    box.fill("35")
    box.press("Enter")
    assert "c: valid is finite, <= 29 (mV)" in opened.page.locator(".message").inner_text()
    assert box.get_attribute("aria-invalid") == "true"
    box.fill("-50.25")
    box.press("Enter")
    opened.page.locator("code", has_text="'c': -50.25").wait_for()  # it follows with the next frame
    assert opened.page.locator(".message").is_hidden()


def test_data_of_another_version_open_with_a_sentence(open_page, izhikevich: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text(izhikevich.read_text().replace('"format": 1', '"format": 99'))
    assert "format 99, its script reads format 1" in open_page(other).page.locator("main").inner_text()


def test_a_browser_without_scripts_shows_a_sentence(open_page, izhikevich: Path) -> None:
    opened = open_page(izhikevich, java_script_enabled=False)
    assert "needs JavaScript" in opened.page.locator("main").inner_text()


def test_markup_in_names_and_texts_is_shown_as_text(open_page, tmp_path: Path) -> None:
    opened = open_page(pw.export_page(hostile.model(), hostile.pattern(), path=tmp_path / "hostile.html"))
    page = opened.page
    assert opened.legend().startswith("your neuron:")
    page.get_by_role("slider").first.press("ArrowRight")
    page.wait_for_url(lambda url: "toString" in url)
    page.get_by_role("button", name=hostile.MARKUP[0]).last.click()
    page.get_by_role("button", name="Dark").click()
    shown = page.locator("main").inner_text()
    # Quotes, backticks, U+2028 and what would end a script: in a title, a unit, a source, and the name of a criterion.
    for text in (hostile.TEXT, hostile.MARKUP[0], hostile.MARKUP[1], f"Source: {hostile.TEXT}"):
        assert " ".join(text.split()) in " ".join(shown.split())
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img, main script').length") == 0
    assert page.evaluate("document.querySelector('h1').textContent") == hostile.TEXT
