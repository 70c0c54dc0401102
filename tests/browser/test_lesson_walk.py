"""The lessons of the documentation, walked through on their pages: what each card claims is seen there."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from lesson_walk import DOCS, NEURON, WALKS, lesson_of, verdicts
from playwright.sync_api import expect

import plausiwidgets as pw
from plausiwidgets.patterns.formatting import number

pytestmark = pytest.mark.browser

SHOWN = """([marks, legend]) =>
    [...document.querySelectorAll('.verdict tbody tr td:first-child')].map(cell => cell.innerText).join('') === marks
    && document.querySelector('.legend .yours').innerText === legend
    && !document.querySelector('.badge').classList.contains('waiting')"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("lessons")
    return {name: pw.export_page(NEURON, lesson=DOCS / name, path=folder / f"{name}.html") for name in WALKS}


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (1024, "light"), (400, "dark")])
def test_each_card_shows_what_it_claims(open_page, pages: dict, name: str, width: int, scheme: str) -> None:
    opened = open_page(pages[name], width=width, height=900, color_scheme=scheme)
    page, lesson = opened.page, lesson_of(name)
    looks = verdicts(lesson, WALKS[name])
    region = page.get_by_role("region", name="Lesson")
    for place, card in enumerate(lesson.cards):
        if place:
            region.get_by_role("button", name="Skip").or_(region.get_by_role("button", name="Next")).click()
        region.get_by_role("heading", name=card.title).wait_for()
        is_met = False
        for look, verdict in [(look, verdict) for one, look, verdict in looks if one is card]:
            # Back to the start first: a look says what is moved from there.
            reset = page.get_by_role("button", name="Reset", exact=True)
            if reset.is_enabled():
                reset.click()
            for slider, value in look.moved.items():
                box = page.get_by_label(re.compile(rf"^Exact value of {slider}( |$)"))
                box.fill(str(value))
                box.press("Enter")
            if look.dt is not None:
                page.evaluate("dt => { location.hash = `#dt=${dt}`; }", look.dt)
            if look.moved or look.dt is not None:  # what is shown may be the same as before
                expect(reset).to_be_enabled()
            if look.sweep is not None:
                page.get_by_role("button", name=look.sweep).click()
            marks = "".join("✓" if check.passed else "✗" for check in verdict.checks)
            spikes = len(verdict.traces[look.sweep or card.pattern.main_sweep].spike_times[0])
            page.wait_for_function(SHOWN, arg=[marks, f"your neuron: {spikes} spike{'' if spikes == 1 else 's'}"])
            values = {name: float(x) for name, x in verdict.parameters.items()}
            is_met |= bool(card.until) and all(one.fulfilled(bool(verdict.accepted), values) for one in card.until)
        if card.until:
            assert is_met
            region.get_by_text("✓ Done").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def test_a_lesson_opens_on_a_card_that_is_judged_in_steps(open_page, pages: dict) -> None:
    page = open_page(pages["lesson_long.md"], "#card=4").page
    page.get_by_role("heading", name="11:00 Two ways to begin").wait_for()
    page.locator(".badge", has_text="○ holds").wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_the_phase_plane_follows_the_sliders_and_the_mouse(open_page, pages: dict, width: int, scheme: str) -> None:
    opened = open_page(pages["lesson.md"], "#card=4", width=width, height=900, color_scheme=scheme)
    page = opened.page
    page.locator(".plane-card summary").click()
    words = page.locator(".plane-card .note").first
    start = {name: float(x) for name, x in lesson_of("lesson.md").cards[3].start.values.items()}
    model = {name: x for name, x in start.items() if name in NEURON.parameters}
    for amplitude in (4.05, 3.99, 3.81, 3.79):
        box = page.get_by_label(re.compile("^Exact value of amplitude"))
        box.fill(str(amplitude))
        box.press("Enter")
        plane = pw.analysis.phase_plane(NEURON, model, amplitude, bounds={"v": (-90.0, 35.0), "u": (-20.0, 0.0)})
        named = ", ".join(f"{point.kind} at v = {number(point.state['v'])}" for point in plane.fixed_points)
        text = f"I = {amplitude} mV/ms: {named or 'no fixed point here'}"
        page.locator(".plane-card", has_text=text).wait_for()
    assert (
        words.inner_text() == page.locator(".plane-card canvas").get_attribute("aria-label")[len("Phase plane at ") :]
    )
    place = page.locator("canvas.plot").bounding_box()
    page.mouse.move(place["x"] + 0.95 * place["width"], place["y"] + 60)  # after the step
    page.locator(".plane-card", has_text="I = 0 mV/ms").wait_for()
    page.mouse.move(1, 1)
    page.locator(".plane-card", has_text="I = 3.79 mV/ms").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
