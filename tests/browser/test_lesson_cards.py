"""The cards of a lesson beside the neuron: what they set, what they lock, when they go on."""

import html
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from small_lesson import BURST, OTHER, SLOWER

import plausiwidgets as pw

pytestmark = pytest.mark.browser

LESSON = f"""\
{SLOWER}
<details><summary>Answer</summary>

There are too few spikes.

</details>

## Look

<!-- card -->

[Four](#amplitude=4) is too little.

{BURST}
{OTHER}"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pw.export_page("izhikevich", lesson=LESSON, path=tmp_path_factory.mktemp("page") / "lesson.html")


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_cards_go_on_when_their_condition_holds(open_page, lesson: Path, width: int, scheme: str) -> None:
    opened = open_page(lesson, width=width, height=900, color_scheme=scheme)
    page = opened.page
    card = page.get_by_role("region", name="Lesson")
    card.get_by_role("heading", name="Slower").wait_for()
    assert page.title() == "Izhikevich (simple model), Tonic spiking"
    assert page.get_by_role("heading", name="Two patterns").is_visible()
    assert opened.slider("c").is_disabled()
    assert card.get_by_text("too few spikes").is_hidden()
    card.get_by_text("Answer").click()
    assert card.get_by_text("too few spikes").is_visible()
    card.get_by_text("Go on until Tonic spiking does not hold.").wait_for()
    assert card.get_by_role("button", name="Skip").is_visible()
    assert page.get_by_role("button", name="Done: next card").is_hidden()
    opened.slider("amplitude").press("Home")
    card.get_by_text("✓ Done: Tonic spiking does not hold.").wait_for()
    assert page.get_by_role("button", name="Done: next card").is_visible() == (width < 980)
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Reset").click()
    amplitude = page.get_by_label("Exact value of amplitude (mV/ms)")
    assert amplitude.input_value() == "14"

    card.get_by_role("button", name="Next").click()
    assert page.evaluate("document.activeElement.textContent") == "Look"
    assert not opened.slider("c").is_disabled()
    card.get_by_role("link", name="Four").click()
    page.wait_for_function("() => document.querySelector('.badge.rejected')")
    assert amplitude.input_value() == "4"
    assert card.get_by_role("heading", name="Look").is_visible()

    card.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="C · Tonic bursting · Izhikevich (simple model)").wait_for()
    c = page.get_by_label("Exact value of c (mV)")
    assert c.input_value() == "-65"
    assert page.url.count("card=3") == 1
    opened.slider("c").press("End")  # it bursts no more, or c is too high: both must hold
    c.fill("-50")
    c.press("Enter")
    card.get_by_text("✓ Done: Tonic bursting holds, and c is below −45.").wait_for()

    card.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="A · Tonic spiking · Leaky integrate-and-fire").wait_for()
    assert card.get_by_role("button", name="Next").is_hidden()  # the last
    assert opened.slider("c").count() == 0
    page.locator("pre", has_text="tau_mem dv/dt").wait_for()
    page.locator("code", has_text="pw.judge('lif', ").wait_for()
    assert page.locator(".plane-card").count() == 0  # of one variable
    other = page.get_by_label("Exact value of amplitude (mV)")
    other.fill("20")
    other.press("Enter")
    card.get_by_text("✓ Done: Tonic spiking holds.").wait_for()
    page.wait_for_function("() => location.hash.includes('amplitude=20')")
    page.reload()
    card.get_by_role("heading", name="Another neuron").wait_for()
    assert other.input_value() == "20"
    card.get_by_role("button", name="Back").click()
    page.get_by_role("heading", name="C · Tonic bursting · Izhikevich (simple model)").wait_for()
    assert c.input_value() == "-65"
    card.get_by_role("button", name="Back").click()
    page.get_by_role("heading", name="A · Tonic spiking · Izhikevich (simple model)").wait_for()
    assert amplitude.input_value() == "14"  # where the card before began: this one sets nothing
    card.get_by_label("Card").select_option("0")
    card.get_by_role("heading", name="Slower").wait_for()
    assert amplitude.input_value() == "14"


def test_a_link_opens_a_card_with_its_values_or_with_others(open_page, lesson: Path) -> None:
    page = open_page(lesson, "#card=3").page
    page.get_by_role("heading", name="Burst", exact=True).wait_for()
    assert page.get_by_label("Exact value of c (mV)").input_value() == "-65"
    page.evaluate("location.hash = '#card=1&pattern=tonic_spiking&amplitude=9.5&c=-50'")
    page.get_by_role("heading", name="Slower").wait_for()
    assert page.get_by_label("Exact value of amplitude (mV/ms)").input_value() == "9.5"
    assert page.get_by_label("Exact value of c (mV)").input_value() == "-65"  # locked on this card
    page.evaluate("location.hash = '#card=77'")
    page.get_by_text("The cards of this lesson are 1 to 4").wait_for()


def test_in_the_frame_of_a_notebook_links_lead_into_the_page(open_page, tmp_path: Path) -> None:
    text = html.escape(pw.Page("izhikevich", lesson=LESSON).page)
    path = tmp_path / "frame.html"
    frame = '<iframe sandbox="allow-scripts" style="width: 1200px; height: 800px"'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame} srcdoc="{text}"></iframe>', encoding="utf-8")
    inside = open_page(path).page.frame_locator("iframe")
    inside.get_by_role("button", name="Skip").click()
    inside.get_by_role("link", name="Four").click()
    inside.locator(".badge.rejected").wait_for()
    assert inside.get_by_label("Exact value of amplitude (mV/ms)").input_value() == "4"
