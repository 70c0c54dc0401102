"""Plotly shows the figure of the app while it rests, at the same places, and gives it back with the next change."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import expect

import plausiwidgets as pw
from tests.browser.pages import JUDGED

APP = "import plausiwidgets as pw\n{name} = pw.Explorer({arguments})\n{name}"
FIGURE = "[data-pw-figure]"
PAINTER = "() => document.querySelector('[data-pw-figure]').dataset.pwPainter"
RANGE = "() => document.querySelector('[data-pw-figure] .pw-plotly').layout.xaxis.range.map(Math.round)"


@pytest.fixture
def opened(open_cells):
    """Open a notebook with an app for each of the arguments, and wait until all have judged."""

    def open_one(*arguments: str, **options):
        cells = [APP.format(name=f"app{k}", arguments=one) for k, one in enumerate(arguments)]
        shown = open_cells(*cells, **options)
        shown.page.wait_for_function(
            f"count => document.querySelectorAll('{JUDGED}').length === count", arg=len(arguments), polling=500
        )
        return shown

    return open_one


BURSTING = "'izhikevich', 'tonic_bursting'"


def point_at(page, x: float = 0.4, y: float = 0.3, place: str = FIGURE) -> None:
    """Move the mouse to a place of a figure."""
    page.locator(place).first.scroll_into_view_if_needed()
    box = page.locator(place).first.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.move(box["x"] + x * box["width"] + 2, box["y"] + y * box["height"])


def point_away(page) -> None:
    page.mouse.move(5, 5)


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
def test_it_takes_over_at_rest_once_it_was_pointed_at_and_nothing_jumps(opened, dark):
    shown = opened(BURSTING)
    page = shown.page
    if dark:
        shown.set_dark()
    page.wait_for_timeout(1500)
    assert page.evaluate(PAINTER) == "light"  # nobody has pointed at it
    assert page.locator(".pw-plotly").count() == 0
    before = picture(page)
    point_at(page)
    expect(page.locator(".pw-readout")).to_contain_text("your neuron")
    expect(page.locator(".pw-readout")).to_contain_text("example, Izhikevich 2004")
    point_away(page)
    wait_for_plotly(page)
    after = picture(page)
    assert before.size == after.size
    assert moved(before, after) < 1e-4
    assert moved(before, after, 1) < 2e-3
    assert shown.errors == []


@pytest.mark.slow
def test_it_gives_back_at_a_key_and_takes_over_again(opened):
    shown = opened(BURSTING)
    page = shown.page
    point_at(page)
    wait_for_plotly(page)
    point_at(page, 0.5)
    expect(page.locator(".pw-plotly .hoverlayer")).to_contain_text("your neuron")
    expect(page.locator(".pw-plotly .hoverlayer")).to_contain_text("current")
    slider = page.locator(".pw-row input[type=range]").first
    slider.focus()
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
    assert shown.errors == []


@pytest.mark.slow
def test_a_zoom_survives_both_ways_and_a_change_and_ends_by_a_key(opened):
    shown = opened(BURSTING)
    page = shown.page
    drag(page, 0.2, 0.5)  # of the light painter
    expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
    wait_for_plotly(page)
    first = page.evaluate(RANGE)
    assert 50 < first[0] < 200
    assert 300 < first[1] < 450
    slider = page.locator(".pw-row input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    wait_for_plotly(page)
    assert page.evaluate(RANGE) == first
    drag(page, 0.3, 0.6)  # of Plotly
    page.wait_for_function(f"first => ({RANGE})()[1] - ({RANGE})()[0] < 0.5 * (first[1] - first[0])", arg=first)
    wait_for_plotly(page)
    second = page.evaluate(RANGE)
    page.wait_for_timeout(200)
    assert page.evaluate(RANGE) == second
    page.get_by_role("button", name="Present").focus()
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Zoom out")).to_have_count(0)
    wait_for_plotly(page)
    assert page.evaluate(RANGE) == [-50, 800]
    page.keyboard.press("+")
    page.get_by_role("button", name="Zoom out").focus()
    page.keyboard.press("Enter")
    wait_for_plotly(page)
    assert page.evaluate(RANGE) == [-50, 800]
    assert shown.errors == []


@pytest.mark.slow
def test_its_buttons_are_three_and_one_saves_a_picture(opened, tmp_path):
    shown = opened(BURSTING)
    page = shown.page
    point_at(page)
    wait_for_plotly(page)
    point_at(page, 0.5)
    buttons = page.locator(".pw-plotly .modebar-btn")
    expect(buttons).to_have_count(3)
    with page.expect_download() as saving:
        buttons.nth(2).click()
    saving.value.save_as(tmp_path / "figure.png")
    saved = Image.open(tmp_path / "figure.png")
    box = page.locator(FIGURE).bounding_box()
    assert saved.width == pytest.approx(2 * box["width"], abs=4)
    assert len(saved.convert("RGB").getcolors(1 << 24)) > 50
    assert shown.errors == []


@pytest.mark.slow
def test_not_while_a_search_runs_and_not_while_a_hand_holds_a_slider(opened):
    shown = opened("'lif', 'tonic_bursting', {}")  # an argument rules it out: it is searched to the end
    page = shown.page
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
    page.get_by_role("button", name="Let a search find it").click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0) > 0", timeout=60_000
    )
    assert page.evaluate(PAINTER) == "light"
    page.wait_for_timeout(1500)
    assert page.evaluate(PAINTER) == "light"
    page.get_by_role("button", name="Stop").click()
    wait_for_plotly(page)
    assert shown.errors == []


SAID = {"plane": "of 1600 cells", "curves": "Hz at", "phase plane": "steady state", "own phase plane": "I = "}


@pytest.mark.slow
@pytest.mark.parametrize("tool", SAID)
def test_a_tool_is_shown_by_it_as_well_and_nothing_jumps(opened, tool):
    shown = opened("'hodgkin_huxley', 'tonic_spiking'" if tool == "phase plane" else BURSTING)
    page = shown.page
    page.evaluate(
        """code => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }) }""",
        f"app0.open_tool({tool.removeprefix('own ')!r})",
    )
    if tool == "curves":
        page.get_by_role("button", name="rate over current").click()
    status = page.locator(".pw-tool [role=status]").last
    expect(status).to_contain_text(SAID[tool], timeout=120_000)
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    place = ".pw-cells"
    before = picture(page, place)
    point_at(page, 0.5, 0.5, place)
    if tool == "curves":
        expect(page.locator(".pw-cells .pw-readout")).to_contain_text("rate")
    point_away(page)
    wait_for_plotly(page, place)
    # The dashes of a line begin elsewhere in it.
    assert moved(before, picture(page, place)) < (3e-3 if "phase" in tool else 5e-4)
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
    assert shown.errors == []


@pytest.mark.slow
def test_the_objective_curve_is_shown_by_it_once_the_search_has_ended(opened):
    shown = opened("'izhikevich', 'tonic_bursting', {'c': -66.0, 'd': 7.0, 'amplitude': 9.0}")
    page = shown.page
    page.get_by_role("button", name="Let a search find it").click()
    expect(page.locator(".pw-drawer")).to_contain_text("take these values", timeout=60_000)
    place = ".pw-objective"
    page.locator(place).scroll_into_view_if_needed()
    page.mouse.move(5, 5)
    before = picture(page, place)
    point_at(page, 0.3, 0.5, place)
    expect(page.locator(f"{place} .pw-readout")).to_contain_text("best so far")
    point_away(page)
    wait_for_plotly(page, place)
    assert moved(before, picture(page, place)) < 5e-4
    point_at(page, 0.3, 0.5, place)
    expect(page.locator(f"{place} .hoverlayer")).to_contain_text("best so far")
    expect(page.locator(f"{place} .hoverlayer")).to_contain_text("neuron")
    assert shown.errors == []


def test_in_a_file_the_light_painter_has_readout_and_zoom_and_nothing_is_loaded(open_page, tmp_path):
    shown = open_page(
        pw.export_page("izhikevich", path=tmp_path / "neuron.html", language="en"), "#pattern=tonic_bursting"
    )
    page = shown.page
    page.wait_for_selector(JUDGED)
    point_at(page)
    readout = page.locator(".pw-readout")
    expect(readout).to_contain_text(re.compile(r"your neuron: −?[\d.]+ mV"))
    expect(readout).to_contain_text(re.compile(r"example, Izhikevich 2004: −?[\d.]+ mV"))
    expect(readout).to_contain_text(re.compile(r"current: 15 mV/ms"))
    drag(page, 0.2, 0.5, 0.3, 0.6)
    expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
    box = page.locator(FIGURE).bounding_box()
    page.mouse.dblclick(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    expect(page.get_by_role("button", name="Zoom out")).to_have_count(0)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
    page.wait_for_timeout(2000)
    assert page.evaluate(PAINTER) == "light"
    assert page.locator(".pw-plotly").count() == 0
