"""Plotly shows the figure of the app while it rests, at the same places, and gives it back with the next change."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import expect

from tests.browser.notebooks import APP, BURSTING

FIGURE = "[data-pw-figure]"
PAINTER = "() => document.querySelector('[data-pw-figure]').dataset.pwPainter"
RANGE = "() => document.querySelector('[data-pw-figure] .pw-plotly').layout.xaxis.range.map(Math.round)"


def point_at(page, x: float = 0.4, y: float = 0.3, place: str = FIGURE) -> None:
    """Move the mouse to a place of a figure."""
    page.locator(place).first.scroll_into_view_if_needed()
    box = page.locator(place).first.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.move(box["x"] + x * box["width"] + 2, box["y"] + y * box["height"])


def wait_for_plotly(page, place: str = FIGURE) -> None:
    expect(page.locator(place).first).to_have_attribute("data-pw-painter", "plotly", timeout=60_000)


def picture(page, place: str = FIGURE) -> Image.Image:
    return Image.open(io.BytesIO(page.locator(place).first.screenshot())).convert("L")


def moved(one: Image.Image, other: Image.Image, far: int = 2) -> float:
    """Share of the pixels of two pictures that have nothing as dark, or as bright, within `far` px in the other."""
    size = 2 * far + 1
    lost = np.zeros((one.height, one.width), bool)
    for a, b in ((one, other), (other, one)):
        low, high = b.filter(ImageFilter.MinFilter(size)), b.filter(ImageFilter.MaxFilter(size))
        x = np.asarray(a, int)
        lost |= (x < np.asarray(low, int) - 40) | (x > np.asarray(high, int) + 40)
    return float(lost.mean())


def takes_over(page, place: str = FIGURE, reads: str = "", most: float = 5e-4, far: int = 2) -> None:
    """Hover over a figure, and wait until Plotly shows it: nothing moves by more than `far` px."""
    page.locator(place).scroll_into_view_if_needed()
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    before = picture(page, place)
    point_at(page, place=place)
    if reads:
        expect(page.locator(f"{place} .pw-readout")).to_contain_text(reads)
    page.mouse.move(5, 5)
    wait_for_plotly(page, place)
    after = picture(page, place)
    assert before.size == after.size and moved(before, after, far) < most


def drag(page, x0: float, x1: float, y0: float = 0.3, y1: float = 0.3) -> None:
    page.locator(FIGURE).scroll_into_view_if_needed()
    box = page.locator(FIGURE).bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((x0, y0), (x1, y1))]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_plotly_takes_over_after_a_hover_saves_a_picture_and_yields_to_a_key(open_cells, dark, tmp_path):
    shown = open_cells(BURSTING)
    page = shown.page
    if dark:
        shown.set_dark()
        page.wait_for_selector(".pw-app.dark")
    page.wait_for_timeout(1500)
    assert page.evaluate(PAINTER) == "light"  # nobody has pointed at it
    assert page.locator(".pw-plotly").count() == 0
    takes_over(page, reads="target, Izhikevich 2004", most=3e-4, far=1)
    point_at(page, 0.5)
    expect(page.locator(".pw-plotly .hoverlayer")).to_contain_text("your neuron")
    expect(page.locator(".pw-plotly .hoverlayer")).to_contain_text("current")
    buttons = page.locator(".pw-plotly .modebar-btn")
    expect(buttons).to_have_count(3)
    with page.expect_download() as saving:
        buttons.nth(2).click()
    saving.value.save_as(tmp_path / "figure.png")
    saved = Image.open(tmp_path / "figure.png")
    assert saved.width == pytest.approx(2 * page.locator(FIGURE).bounding_box()["width"], abs=4)
    assert len(saved.convert("RGB").getcolors(1 << 24)) > 50
    page.locator(".pw-row input[type=range]").first.focus()
    now = page.evaluate("""() => new Promise((give) => {
        const figure = document.querySelector('[data-pw-figure]');
        const before = figure.dataset.drawn;
        document.activeElement.value = Number(document.activeElement.value) + 8;
        document.activeElement.dispatchEvent(new Event('input', { bubbles: true }));
        const look = () =>
            figure.dataset.drawn === before ? requestAnimationFrame(look) : give(figure.dataset.pwPainter);
        look();
    })""")
    assert now == "light"
    wait_for_plotly(page)


@pytest.mark.slow
def test_a_zoom_survives_both_ways_and_a_change_and_ends_by_a_key_a_button_or_a_double_click(open_cells):
    page = open_cells(BURSTING).page
    drag(page, 0.2, 0.5)  # of the light painter
    wait_for_plotly(page)
    first = page.evaluate(RANGE)
    assert 30 < first[0] < 200
    assert 300 < first[1] < 450
    page.locator(".pw-row input[type=range]").first.press("ArrowRight")
    wait_for_plotly(page)
    assert page.evaluate(RANGE) == first
    drag(page, 0.3, 0.6)  # of Plotly
    page.wait_for_function(f"first => ({RANGE})()[1] - ({RANGE})()[0] < 0.5 * (first[1] - first[0])", arg=first)
    wait_for_plotly(page)
    second = page.evaluate(RANGE)
    page.wait_for_timeout(200)
    assert page.evaluate(RANGE) == second
    page.get_by_role("button", name="Present").press("0")
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(0)
    wait_for_plotly(page)
    assert page.evaluate(RANGE) == [-50, 800]
    page.keyboard.press("+")
    page.get_by_role("button", name="Reset zoom").press("Enter")
    wait_for_plotly(page)
    assert page.evaluate(RANGE) == [-50, 800]
    box = page.locator(FIGURE).bounding_box()
    drag(page, 0.2, 0.5, 0.3, 0.6)  # a box
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    page.mouse.dblclick(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    expect(page.get_by_role("button", name="Reset zoom")).to_have_count(0)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()


@pytest.mark.slow
def test_plotly_does_not_take_over_during_a_search_or_a_drag(open_cells):
    # An argument rules the pattern out: it is searched to the end.
    page = open_cells(APP.format("'lif', 'tonic_bursting', {}")).page
    point_at(page)
    wait_for_plotly(page)
    page.locator(".pw-row input[type=range]").first.scroll_into_view_if_needed()
    slider = page.locator(".pw-row input[type=range]").first.bounding_box()
    page.mouse.move(slider["x"] + 60, slider["y"] + slider["height"] / 2)
    page.mouse.down()
    page.mouse.move(slider["x"] + 90, slider["y"] + slider["height"] / 2)
    page.wait_for_timeout(1500)
    assert page.evaluate(PAINTER) == "light"
    page.mouse.up()
    wait_for_plotly(page)
    page.get_by_role("button", name="Search for parameters").click()
    page.wait_for_function("() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0) > 0")
    page.wait_for_timeout(1500)
    assert page.evaluate(PAINTER) == "light"
    page.get_by_role("button", name="Stop").click()
    wait_for_plotly(page)


SAID = {"plane": "of 1600 grid points", "curves": "Hz at", "phase plane": "I = "}


@pytest.mark.slow
@pytest.mark.parametrize("tool", SAID)
def test_plotly_also_shows_tools_without_a_jump(open_cells, tool):
    page = open_cells(f"{BURSTING}; app.open_tool({tool!r})\napp").page
    place = ".pw-cells"
    if tool == "curves":
        page.get_by_role("button", name="f–I curve").click()
    expect(page.locator(".pw-tool [role=status]").last).to_contain_text(SAID[tool], timeout=120_000)
    # The dashes of a line begin elsewhere in it.
    takes_over(page, place, "rate" if tool == "curves" else "", 3e-3 if "phase" in tool else 5e-4)
    point_at(page, 0.5, 0.5, place)
    if "phase" not in tool:
        expect(page.locator(".pw-cells .hoverlayer")).not_to_be_empty()
    if tool == "plane":  # its neuron is dragged, whoever has drawn it
        value = page.locator(".pw-at").inner_text()
        box = page.locator(place).bounding_box()
        page.mouse.down()
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"], steps=3)
        expect(page.locator(place)).to_have_attribute("data-pw-painter", "light")
        page.mouse.up()
        expect(page.locator(".pw-at")).not_to_have_text(value)


@pytest.mark.slow
def test_plotly_shows_the_objective_curve_after_the_search(open_cells):
    page = open_cells(APP.format("'izhikevich', 'tonic_bursting', {'c': -66.0, 'd': 7.0, 'amplitude': 9.0}")).page
    page.get_by_role("button", name="Search for parameters").click()
    expect(page.locator(".pw-drawer")).to_contain_text("Found and verified", timeout=60_000)
    takes_over(page, ".pw-objective", "best so far", 1e-3)
    # The curve is somewhere in its figure, which is small next to the card of the result.
    hover = page.locator(".pw-objective .hoverlayer")
    for x, y in itertools.product((0.5, 0.7, 0.3, 0.85), (0.3, 0.5, 0.7, 0.85)):
        point_at(page, x, y, ".pw-objective")
        page.wait_for_timeout(200)
        if "best so far" in (hover.text_content() or ""):
            break
    expect(hover).to_contain_text("best so far")
