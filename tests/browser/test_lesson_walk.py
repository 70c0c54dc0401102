"""The lessons of the documentation, walked through on their pages: what each card claims is seen there."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from lesson_walk import DOCS, NEURON, WALKS, lesson_of, verdicts
from playwright.sync_api import expect

import plausiwidgets as pw

JUDGED = """marks => {
    const pips = [...document.querySelectorAll('[data-pip]')].map((one) => one.classList.contains('on') ? '✓' : '✗');
    return pips.join('') === marks && document.querySelector('.pw-app').dataset.pwJudged === 'yes';
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("lessons")
    return {name: pw.export_page(NEURON, lesson=DOCS / name, path=folder / f"{name}.html") for name in WALKS}


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_each_card_shows_what_it_claims(open_page, pages: dict, name: str, width: int, scheme: str) -> None:
    page, lesson = open_page(pages[name], width=width, height=900, color_scheme=scheme).page, lesson_of(name)
    looks = verdicts(lesson, WALKS[name])
    page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    cards = page.get_by_label("Card")
    for place, card in enumerate(lesson.cards):
        cards.select_option(str(place))
        expect(page.locator(".pw-lesson h2")).to_have_text(card.title)
        is_met = False
        for look, verdict in [(look, verdict) for one, look, verdict in looks if one is card]:
            # Back to the start first: a look says what is moved from there.
            for other in (place - 1 if place else 1, place):
                cards.select_option(str(other))
                expect(page.locator(".pw-lesson h2")).to_have_text(lesson.cards[other].title)
            if look.moved and not page.locator(".pw-allbutton[aria-expanded=true]").count():
                page.locator(".pw-allbutton").click()
            for slider, value in look.moved.items():
                box = page.get_by_label(re.compile(rf"^Exact value of {slider}$"))
                box.fill(str(value))
                box.press("Enter")
            if look.dt is not None:
                page.evaluate("dt => { location.hash = `${location.hash}&dt=${dt}`; }", look.dt)
            marks = "".join("✓" if check.passed else "✗" for check in verdict.checks)
            page.wait_for_function(JUDGED, arg=marks)
            values = {name: float(x) for name, x in verdict.parameters.items()}
            is_met |= bool(card.until) and all(one.fulfilled(bool(verdict.accepted), values) for one in card.until)
        if card.until:
            assert is_met
            expect(page.locator(".pw-state")).to_contain_text(re.compile("✓ Done|It was reached"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def test_a_lesson_opens_on_a_card_that_is_judged_in_steps(open_page, pages: dict) -> None:
    page = open_page(pages["lesson_long.md"], "#card=4").page
    page.get_by_role("heading", name="11:00 Two ways to begin").wait_for()
    page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    page.locator(".pw-chip", has_text="Holds").or_(page.locator(".pw-chip", has_text="It does")).wait_for()
