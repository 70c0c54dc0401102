"""The page without a server, opened from a file in a browser that reaches no host at all."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import hostile
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import plausiwidgets as pw
from plausiwidgets.patterns.marks import event_window
from plausiwidgets.teaching.mysteries import score
from plausiwidgets.widgets.view import style

pytestmark = pytest.mark.browser

IN_SIGHT = """() => {
    const { x, y, width, height } = document.activeElement.getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2) === document.activeElement;
}"""


DRAWN = """([row, colour]) => {  // pixels of a colour among so many rows at the foot of the figure
    const canvas = document.querySelector("canvas.plot");
    const wanted = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
    const { data } = canvas.getContext("2d").getImageData(0, canvas.height - row, canvas.width, row);
    let found = 0;
    for (let k = 0; k < data.length; k += 4) {
        found += data[k + 3] > 200 && wanted.every((x, c) => Math.abs(x - data[k + c]) < 3);
    }
    return found;
}"""


def times_at_the_ends(page) -> list[float]:
    """Where the figure's axis of time begins and ends, as it reads out below the pointer."""
    canvas = page.locator("canvas.plot")
    width = canvas.bounding_box()["width"]
    found = []
    for x in (73, width - 15):
        canvas.hover(position={"x": x, "y": 40})
        found.append(float(page.locator(".readout").inner_text().partition(" ms")[0].replace("−", "-")))
    return found


@pytest.fixture(scope="module")
def izhikevich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patterns = ["tonic_spiking", "resonator", "class_1_excitable", "bistability"]
    return pw.export_page("izhikevich", patterns, path=tmp_path_factory.mktemp("page") / "izhikevich.html")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_a_slider_moves_the_trace_and_the_verdict(open_page, izhikevich: Path, width: int, scheme: str) -> None:
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
    shown = []
    for presses in (20, 60, 40):
        for _ in range(presses):
            slider.press("ArrowLeft")
        page.wait_for_function("document.querySelector('.badge').classList.contains('waiting') === false")
        amplitude = float(page.get_by_label("Exact value of amplitude (mV/ms)").input_value())
        values = dict(preset.parameters) | {"amplitude": amplitude}
        less = pw.judge("izhikevich", "tonic_spiking", values, dt=preset.dt, verify=False)
        spikes = len(less.traces["step"].spike_times[0])
        page.locator(".legend .yours", has_text=f"your neuron: {spikes} spike").wait_for()
        marks = page.locator(".verdict tbody tr td:first-child").all_inner_texts()
        assert marks == ["✓" if check.passed else "✗" for check in less.checks]
        held = sum(check.passed for check in less.checks)
        shown.append(page.locator(".badge b").inner_text())
        assert shown[-1] == ("○ holds" if less.accepted else f"✗ {held} of {len(marks)} hold")
    assert shown[0] == "○ holds"
    assert shown[-1].startswith("✗")
    assert "verified" not in page.locator(".badge").inner_text()
    page.wait_for_url(lambda url: "amplitude" in url)
    page.locator("[role=status]", has_text=shown[-1]).wait_for()  # once the slider rests
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.get_by_role("button", name="Show me").click()
    assert page.locator(".badge").inner_text() == "✓ shows it (verified)"


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_a_page_speaks_german_to_a_german_browser(open_page, izhikevich: Path, width: int, scheme: str) -> None:
    opened = open_page(izhikevich, width=width, height=900, color_scheme=scheme, locale="de-DE")
    page = opened.page
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.locator(".badge").inner_text() == "✓ zeigt es (überprüft)"
    assert opened.legend() == "Ihr Neuron: 20 Spikes"
    shown = page.locator("main").inner_text()
    assert re.findall(r"\b(?:the|of|and|is|neuron)\b", shown) == []
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.slider("amplitude").press("Home")
    page.locator(".badge", has_text="erfüllt").wait_for()
    page.get_by_role("button", name="Zeig es").click()
    page.locator(".badge", has_text="zeigt es (überprüft)").wait_for()


@pytest.mark.parametrize("locale", ["en-US", "fr-FR"])
def test_a_page_speaks_english_to_other_browsers(open_page, izhikevich: Path, locale: str) -> None:
    page = open_page(izhikevich, locale=locale).page
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator(".badge").inner_text() == "✓ shows it (verified)"


def test_a_link_opens_on_its_values_and_says_what_it_cannot_use(open_page, izhikevich: Path) -> None:
    opened = open_page(izhikevich, "#pattern=resonator&interval=33.5&b=nonsense&c=1e9&tau=3&__proto__=1")
    page = opened.page
    assert page.get_by_label("Exact value of interval (ms)").input_value() == "33.5"
    # The current of the example is drawn, too: dashed, and under the other.
    assert page.evaluate(DRAWN, [113, style.LIGHT.roles["target"]]) > 50
    preset = next(p for p in pw.models.get("izhikevich").presets if p.pattern == "resonator")
    values = dict(preset.parameters) | {"interval": 33.5}
    verdict = pw.judge("izhikevich", "resonator", values, dt=preset.dt, verify=False)
    pattern = pw.patterns.get("resonator")
    trace = verdict.traces[pattern.main_sweep]
    begin, end = event_window(pattern, pattern.main_sweep, verdict.parameters, trace)
    assert times_at_the_ends(page) == pytest.approx((begin, end), abs=1.0)
    page.get_by_role("button", name="Whole sweep").click()
    assert times_at_the_ends(page) == pytest.approx((float(trace.t[0]), float(trace.t[-1])), abs=3.0)
    page.get_by_role("button", name="The event").click()
    assert times_at_the_ends(page) == pytest.approx((begin, end), abs=1.0)
    message = page.locator(".message").inner_text()
    for words in ("b=‘nonsense’", "c=‘1e9’", "‘tau’", "‘__proto__’"):
        assert words in message
    page.get_by_role("button", name="gap 1.5 T").click()
    assert "gap 1.5 T" in page.locator("canvas.plot").get_attribute("aria-label")
    page.evaluate("location.hash = '#pattern=bistability'")
    page.get_by_role("heading", name="P · Bistability").wait_for()
    page.get_by_role("button", name="second pulse").wait_for()
    assert page.locator(".below .note").is_hidden()


@pytest.mark.parametrize("key", ["class_1_excitable", "bistability"])
def test_sweeps_that_are_chosen_for_a_neuron_follow_the_sliders(open_page, izhikevich: Path, key: str) -> None:
    opened = open_page(izhikevich, f"#pattern={key}")
    page = opened.page
    page.wait_for_function("document.querySelector('.badge.replicated')")
    for _ in range(15):
        opened.slider("b").press("ArrowLeft")
    b = page.get_by_label("Exact value of b (1/ms)").input_value()
    page.wait_for_url(lambda url: f"&b={b}&" in url)  # at rest, after everything is judged
    fields = parse_qsl(page.url.partition("#")[2])
    box = {name: float(value) for name, value in fields if name not in ("pattern", "dt")}
    dt = next(p for p in pw.models.get("izhikevich").presets if p.pattern == key).dt
    verdict = pw.judge("izhikevich", key, box, dt=dt, verify=False)
    marks = page.locator(".verdict tbody tr td:first-child").all_inner_texts()
    assert marks == ["✓" if check.passed else "✗" for check in verdict.checks]
    sweeps = page.locator(".sweeps:visible button span").all_inner_texts()
    assert sweeps in ([], list(verdict.traces))


def test_what_only_python_measures_is_not_judged_once_the_sliders_move(open_page, tmp_path: Path) -> None:
    pattern = pw.Pattern(
        key="own", title="Own", free_values=[pw.FreeValue("amplitude", 2.0, 0.02, 20.0, of="current", scale="log")],
        sweeps=lambda s: {"step": pw.Sweep([pw.pulse(0.0, 200.0, s.amplitude)], end=300.0)},
        measure=lambda r, s: {"x": np.exp(r["step"].count() / 100.0)},
        criteria=[pw.Criterion("x", "many spikes", "Many.", low=1.01)],
    )  # fmt: skip
    opened = open_page(pw.export_page("izhikevich", pattern, path=tmp_path / "own.html"))
    page = opened.page
    assert "judged on" not in page.locator(".badge").inner_text()
    opened.slider("amplitude").press("ArrowLeft")
    page.locator(".badge", has_text="– not judged on this page").wait_for()
    assert "known to Python alone" in page.locator(".verdict").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_an_exercise_is_solved_and_handed_in(open_page, tmp_path: Path, width: int, scheme: str) -> None:
    task = pw.teaching.Exercise("Make it burst.", free=["c", "d"], hints=["The reset.", "The jump of u."])
    start = {"c": -65.0, "d": 8.0}
    path = pw.export_page("izhikevich", "tonic_bursting", start, path=tmp_path / "task.html", exercise=task)
    opened = open_page(path, "#pattern=tonic_bursting&a=0.1&c=-64", width=width, height=900, color_scheme=scheme)
    page = opened.page
    card = page.get_by_role("region", name="Exercise")
    card.get_by_text("Not yet: 9 of 11 criteria hold").wait_for()
    assert "You can move: c, d." in card.inner_text()
    assert opened.slider("a").is_disabled()
    assert page.get_by_label("Exact value of a (1/ms)").input_value() == "0.02"  # a link does not unlock it
    page.get_by_role("button", name="Hint (2 left)").click()
    assert "The reset." in card.inner_text()
    assert "The jump" not in card.inner_text()
    page.get_by_label("Exact value of c (mV)").fill("-90")  # which a reader of codes would refuse
    page.get_by_label("Exact value of c (mV)").press("Enter")
    assert page.locator(".message").inner_text() == "c: valid is −70 to −40 mV."
    for name, value in (("c (mV)", "-50"), ("d (mV/ms)", "2")):
        box = page.get_by_label(f"Exact value of {name}")
        box.fill(value)
        box.press("Enter")
    card.get_by_text("✓ Solved").wait_for()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    opened.slider("c").focus()
    assert page.evaluate(IN_SIGHT)  # and not below the figure, which stays
    told = page.get_by_role("button", name="Solved: get your code")
    assert told.is_visible() == (width < 980)  # where the card may be scrolled away
    (told if width < 980 else page.get_by_role("button", name="Hand in")).click()
    assert told.is_hidden()
    answer = pw.teaching.read_code(page.get_by_label("Code to hand in").input_value())
    assert answer.solved
    assert (answer.parameters["c"], answer.parameters["d"]) == (-50.0, 2.0)
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Undo").click()
    card.get_by_text("Not yet").wait_for()
    assert page.get_by_label("Exact value of d (mV/ms)").input_value() == "8"
    assert page.get_by_label("Code to hand in").is_hidden()
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("Exact value of c (mV)").input_value() == "-65"


def test_on_a_telephone_on_its_side_the_figure_stays_beside_the_sliders(open_page, izhikevich: Path) -> None:
    opened = open_page(izhikevich, width=800, height=360)
    opened.slider("d").focus()
    assert opened.page.evaluate(IN_SIGHT)
    figure = opened.page.locator("canvas.plot").bounding_box()
    assert figure["y"] >= 0 and figure["y"] + figure["height"] <= 360
    assert figure["x"] + figure["width"] < opened.slider("d").bounding_box()["x"]
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 800


def test_a_mystery_begins_with_few_points_and_is_solved_by_its_hidden_values(open_page, tmp_path: Path) -> None:
    hidden = pw.teaching.mystery("izhikevich", "rebound_spike", 7)
    path = pw.export_page(hidden.model, hidden.pattern, exercise=hidden, path=tmp_path / "mystery.html")
    opened = open_page(path)
    page = opened.page
    card = page.get_by_role("region", name="Exercise")
    begun = score(pw.judge(hidden.model, hidden.pattern, hidden.start, dt=hidden.dt, verify=False))
    card.get_by_text(f"Not yet: {begun} of 100 points").wait_for()
    assert page.get_by_role("button", name="Whole sweep").is_visible()  # it shows where the spikes are
    for name, value in hidden.reveal().items():
        if name in hidden.moved:
            box = page.get_by_label(re.compile(f"^Exact value of {name}( |$)"))
            box.fill(str(value))
            box.press("Enter")
    card.get_by_text("Solved").wait_for()
    page.get_by_role("button", name="Hand in").click()
    answer = pw.teaching.read_code(page.get_by_label("Code to hand in").input_value())
    assert answer.solved
    assert answer.seed == 7


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
    other.write_text(izhikevich.read_text().replace('"format":3', '"format":99'))
    assert "format 99, its script reads format 3" in open_page(other).page.locator("main").inner_text()


def test_a_browser_without_scripts_shows_a_sentence(open_page, izhikevich: Path) -> None:
    opened = open_page(izhikevich, java_script_enabled=False)
    assert "needs JavaScript" in opened.page.locator("main").inner_text()


def test_the_chosen_theme_is_kept_beside_what_other_pages_of_the_address_keep(open_page, izhikevich: Path) -> None:
    page = open_page(izhikevich).page
    for key in ("theme", "plausiwidgets-theme"):
        page.evaluate(f"localStorage.setItem('{key}', 'auto')")
    for theme, other in (("light", "Dark colours"), ("dark", "Light colours")):
        page.reload()
        page.locator(".badge", has_text="shows it").wait_for()
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        page.get_by_role("button", name=other).click()
    assert page.evaluate("localStorage.getItem('theme')") == "auto"


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
