"""The figure of the app in one file: its handles for a mouse, a finger and keys, and where criteria look."""

import re

import pytest
from playwright.sync_api import expect
from small_neurons import make

import plausiwidgets as pw
from plausiwidgets.models import StateVariable
from tests.browser.pages import JUDGED

MODELS = "izhikevich"

PIXELS = "() => document.querySelector('[data-pw-figure] canvas').toDataURL()"


def value(page, axis: str = "height") -> float:
    return float(page.locator(f".pw-handle.{axis}").get_attribute("aria-valuenow"))


def changes(page, axis: str, before: float) -> None:
    """Wait until a handle says another value: it is drawn in the next frame."""
    expect(page.locator(f".pw-handle.{axis}")).not_to_have_attribute("aria-valuenow", f"{before:g}")


def middle(page, axis: str = "height") -> tuple[float, float]:
    box = page.locator(f".pw-handle.{axis}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_a_handle_is_large_enough_for_a_mouse_and_for_a_finger(opened, touch, least):
    page = opened("#pattern=rebound_spike", has_touch=touch, is_mobile=touch)
    for axis in ("height", "time"):
        box = page.locator(f".pw-handle.{axis}").bounding_box()
        assert min(box["width"], box["height"]) >= least, axis


def test_a_mouse_drags_height_and_time_each_as_one_step_of_undo(opened):
    page = opened("#pattern=rebound_spike")
    for axis, by in (("height", (0, 6)), ("time", (40, 0))):
        before, (x, y) = value(page, axis), middle(page, axis)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + by[0], y + by[1], steps=3)
        page.mouse.up()
        changes(page, axis, before)
        assert value(page, axis) > before
        page.locator("button[aria-label=Undo]").click()
        expect(page.locator(f".pw-handle.{axis}")).to_have_attribute("aria-valuenow", f"{before:g}")


def test_keys_move_the_handle_that_a_hand_has_left(opened):
    page = opened("#pattern=rebound_spike")
    height, time = value(page), value(page, "time")
    page.mouse.click(*middle(page))
    page.keyboard.press("ArrowDown")  # below zero: away from it is more
    changes(page, "height", height)
    assert value(page) > height and value(page, "time") == time
    page.keyboard.press("ArrowRight")
    changes(page, "time", time)
    assert value(page, "time") > time
    expect(page.locator(":focus")).to_have_class("pw-handle time")
    assert "rebound spike" in page.locator("h1").inner_text()  # the arrow is not that to the next pattern


def test_a_finger_drags_the_height_and_the_page_does_not_scroll(opened):
    page = opened(width=400, height=800, has_touch=True, is_mobile=True)
    before, (x, y) = value(page), middle(page)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": a, "y": b} for a, b in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", (x, y))
    for step in range(1, 6):
        send("touchMove", (x, y + 3 * step))
    send("touchEnd")
    changes(page, "height", before)
    assert value(page) < before
    assert page.evaluate("scrollY") == 0


def test_each_pip_marks_its_criterion_in_the_figure_and_esc_takes_the_marks_away(opened):
    page = opened()
    page.wait_for_timeout(300)
    plain = page.evaluate(PIXELS)
    page.locator(".pw-chip").focus()
    seen = set()
    count = page.locator("[data-pip]").count()
    for _ in range(count):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"before => ({PIXELS})() !== before", arg=plain)
        seen.add(page.locator(".pw-detail").inner_text())
    assert len(seen) == count
    page.keyboard.press("Escape")
    page.wait_for_function(f"before => ({PIXELS})() === before", arg=plain)


def test_a_criterion_that_is_pointed_at_is_marked_until_its_table_is_closed(opened):
    page = opened()
    page.locator(".pw-chip").click()
    page.locator(".pw-criteria tbody tr").nth(1).hover()
    page.wait_for_selector(".pw-criteria tr.marked")
    page.keyboard.press("Escape")
    page.locator(".pw-criteria").wait_for(state="detached")
    page.wait_for_function("() => !document.querySelector('.pw-detail, .pw-pips .marked')")


HEIGHT_OF_LINE = """() => {
    const figure = document.querySelector('[data-pw-figure]');
    const canvas = figure.querySelector('canvas');
    const [left, , width, height] = figure.dataset.potential.split(' ').map(Number);
    const ratio = canvas.width / canvas.clientWidth;
    const { data } = canvas.getContext('2d').getImageData(left * ratio, 0, width * ratio, (height + 30) * ratio);
    const rows = new Set();
    for (let k = 0; k < data.length; k += 4) {
        if (data[k + 3] > 200 && data[k + 2] > data[k] + 100) rows.add(Math.floor(k / 4 / Math.round(width * ratio)));
    }
    return (Math.max(...rows) - Math.min(...rows)) / (height * ratio);
}"""
"""Share of the axis of the potential between the first and the last row with a pixel of the neuron's blue."""


def test_a_potential_from_0_to_1_fills_the_figure_and_has_no_unit_of_millivolts(open_page, tmp_path):
    def step(current, state, p, dt):
        v = state[0] + dt * (current - state[0]) / p.tau
        spikes = (v >= 1.0).to(v.dtype)
        return spikes, (v * (1.0 - spikes),)

    model = make(
        step,
        key="unit_lif",
        states=(StateVariable("v", "1"),),
        initial_state=lambda p, holding: (holding,),
        current=pw.Parameter("current", 1.5, 0.0, 6.0),
        rest=0.0,
        threshold=1.0,
    )
    path = pw.export_page(model, "tonic_spiking", path=tmp_path / "unit.html", language="en")
    page = open_page(path).page
    page.wait_for_selector(JUDGED)
    page.locator("[data-pw-figure]").hover()
    expect(page.locator(".pw-readout .yours")).to_have_text(re.compile(r"^your neuron: 0\.\d+$"))
    assert page.evaluate(HEIGHT_OF_LINE) > 0.7
