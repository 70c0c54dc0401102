"""One screen: what stands where, what is said where, and what a user can reach, in JupyterLab and in the app."""

import re
import time

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from paths import ROOT
from playwright.sync_api import expect

from tests.browser.pages import AppPage
from tests.browser.servers import kernels, start_voila

EXPLORE = ROOT / "notebooks" / "explore.ipynb"
SIZES = [(1400, 900), (1024, 768)]

PLACES = """() => {
    const place = (selector) => [...document.querySelectorAll(selector)].map(element => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return [left, top, width, height].map(Math.round).join(" ");
    });
    return {
        plot: place(".pw-plot"),
        buttons: place(".pw-bar button, .pw-buttons button, .pw-bar select, .pw-head select, .pw-head button"),
        chips: place(".pw-chip"), look: place(".pw-explain"), search: place(".pw-search, .pw-progress-box"),
        side: place(".pw-parameters, .pw-verdict"), foot: place(".pw-foot"),
        model: place(".pw-row").slice(0, 3),
    };
}"""

IN_VIEW = """() => {
    const bottom = document.querySelector(".jp-WindowedPanel-outer")?.getBoundingClientRect().bottom ?? innerHeight;
    const seen = (selector) => {
        const { top, bottom: below, width, height } = document.querySelector(selector).getBoundingClientRect();
        return top >= 0 && below <= bottom + 1 && width > 40 && height > 20;
    };
    return [".pw-plot", ".pw-chip", ".pw-line", ".pw-verdict", ".pw-search", ".pw-foot"]
        .map(selector => [selector, seen(selector)]);
}"""

CUT_OFF = """() => {
    const marks = document.querySelector(".pw-marks").getBoundingClientRect();
    const out = ({ left, right, width }) => width && (left < marks.left - 1 || right > marks.right + 1);
    return [...document.querySelectorAll(".pw-marks text")].filter(text => out(text.getBoundingClientRect()))
        .map(text => text.textContent);
}"""

COVERED = """() => {
    const boxes = [...document.querySelectorAll(".pw-marks .pw-shape")].flatMap((shape, i) =>
        [...shape.querySelectorAll("text, path")].map(part => [i, part, part.getBoundingClientRect()]));
    const texts = boxes.filter(([, part, { width }]) => part.tagName === "text" && width);
    const points = boxes.filter(([, part, { width }]) => part.tagName === "path" && width < 12); // single spikes
    const before = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
    const apart = (a, b) => before(a, b) || before(b, a);
    return texts.flatMap(([i, text, a]) => [...texts, ...points].filter(([j, , b]) => i !== j && !apart(a, b))
        .map(([, other]) => `${text.textContent} / ${other.textContent || "a spike"}`));
}"""

JUDGED = "() => /✓|✗|~|○/.test(document.querySelector('.pw-yours .pw-word')?.textContent ?? '')"


def settled(page) -> None:
    """Wait until the sliders are judged and the page has come to rest."""
    page.wait_for_function(JUDGED, timeout=60_000)
    page.wait_for_timeout(250)


def resize(opened, width: int, height: int) -> None:
    opened.page.set_viewport_size({"width": width, "height": height})
    opened.page.wait_for_timeout(1200)


@pytest.fixture(scope="module")
def in_lab(lab, tmp_path_factory):
    path = tmp_path_factory.mktemp("screen") / "screen.ipynb"
    code = "import plausiwidgets as pw\n\nexplorer = pw.Explorer()\nexplorer"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(code)], metadata=kernel), path)
    opened = lab.open(path, width=1400, height=900)
    opened.wait_for_plot()
    settled(opened.page)
    yield opened
    lab.close(opened)


@pytest.fixture(scope="module")
def app(browser, tmp_path_factory):
    """A Voila server whose kernels are looked at often; `app.open(query)` opens a page."""
    home = tmp_path_factory.mktemp("app")
    copy = home / EXPLORE.name
    copy.write_bytes(EXPLORE.read_bytes())
    server = start_voila(copy, home, idle=5, look=1)
    server.open = lambda query="", **options: AppPage(browser, f"{server.url}/?{query}", **options)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def in_app(app):
    opened = app.open(width=1400, height=900)
    opened.wait_for_plot()
    settled(opened.page)
    yield opened
    opened.close()


def pick(page, menu: str, title: str) -> None:
    page.locator(f".pw-pick-{menu} select").select_option(label=title)
    settled(page)


def places_of_patterns(opened, number: int) -> dict[str, dict]:
    page, seen, look = opened.page, {}, ""
    menu = page.locator(".pw-pick-pattern select")
    for _ in range(number):
        menu.select_option(index=menu.evaluate("one => (one.selectedIndex + 1) % one.options.length"))
        page.wait_for_function("before => document.querySelector('.pw-explain').innerText !== before", arg=look)
        settled(page)
        look = page.locator(".pw-explain").inner_text()
        seen[menu.input_value()] = page.evaluate(PLACES)
        for fault in (CUT_OFF, COVERED):
            assert page.evaluate(fault) == [], menu.input_value()
    assert len(seen) == number
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "size", "patterns"),
    [("in_lab", SIZES[0], 20), ("in_lab", SIZES[1], 4), ("in_app", SIZES[0], 4), ("in_app", SIZES[1], 20)],
)
def test_one_screen_on_which_nothing_moves(request, where: str, size: tuple[int, int], patterns: int) -> None:
    opened = request.getfixturevalue(where)
    resize(opened, *size)
    assert all(seen for _, seen in opened.page.evaluate(IN_VIEW)), opened.page.evaluate(IN_VIEW)
    first = opened.page.evaluate(PLACES)
    for pattern, places in places_of_patterns(opened, patterns).items():
        assert places == first, pattern
    page = opened.page
    page.get_by_role("button", name="Optimize").click()
    page.wait_for_function("() => /\\d evaluations/.test(document.querySelector('.pw-progress-box').innerText)")
    assert page.evaluate(PLACES) == first
    page.get_by_role("button", name="Stop").evaluate("button => button.click()")  # it may have ended by now
    page.wait_for_function("() => !document.querySelector('.pw-buttons button').disabled")
    settled(page)
    assert page.evaluate(PLACES) == first
    assert opened.errors == []


@pytest.mark.parametrize("size", [(1400, 900), (1366, 768), (1920, 1080)])
def test_the_potential_is_large_and_every_slider_is_seen_beside_an_open_tool(in_app, size: tuple[int, int]) -> None:
    page = in_app.page
    pick(page, "model", "Izhikevich (simple model)")
    resize(in_app, *size)
    assert in_app.potential_share() > 0.3
    cut = "() => [...document.querySelectorAll('.pw-small-name')].filter((one) => one.scrollHeight > one.clientHeight)"
    assert page.evaluate(f"{cut}.map((one) => one.textContent)") == []
    hidden = """() => {
        const { top, bottom } = document.querySelector('.pw-parameters > .pw-scroll').getBoundingClientRect();
        return [...document.querySelectorAll('.pw-row')].map((row) => row.getBoundingClientRect())
            .filter((row) => row.top < top - 1 || row.bottom > Math.min(bottom, innerHeight) + 1).length;
    }"""
    if size[1] >= 900:
        assert page.evaluate(hidden) == 0
    page.get_by_role("button", name="Phase plane", exact=True).click()
    page.wait_for_selector(".pw-plane .pw-trajectory", state="attached")
    assert page.evaluate(hidden) == 0
    assert in_app.potential_share() > 0.3
    page.get_by_role("button", name="Phase plane", exact=True).click()
    resize(in_app, *SIZES[0])


def test_a_presentation_takes_the_whole_window_and_escape_gives_it_back(in_lab) -> None:
    page = in_lab.page
    resize(in_lab, *SIZES[0])
    page.get_by_role("button", name="Present", exact=True).click()
    page.wait_for_selector(".pw-explorer.pw-present:popover-open")
    page.wait_for_timeout(1000)
    assert in_lab.potential_share() > 0.35
    whole = "() => Object.values(document.querySelector('.pw-screen').getBoundingClientRect().toJSON()).slice(0, 4)"
    assert page.evaluate(whole) == [0, 0, *SIZES[0]]
    # What is over the middle and the corners of the window belongs to the explorer.
    points = [(700, 450), (4, 4), (1396, 4), (4, 896), (1396, 896)]
    covered = "points => points.every(([x, y]) => document.elementFromPoint(x, y).closest('.pw-explorer'))"
    assert page.evaluate(covered, points)
    small = """() => [...document.querySelectorAll('.pw-explorer *')].filter((one) => {
        const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const seen = one.checkVisibility() && one.getBoundingClientRect().width > 2 && !one.matches('style, option');
        return words && seen && parseFloat(getComputedStyle(one).fontSize) < 14;
    }).map((one) => one.outerHTML)"""
    assert page.evaluate(small) == []
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.pw-explorer').popover")
    page.wait_for_timeout(1000)
    assert page.evaluate(whole)[0] > 0


def test_a_telephone_has_the_potential_in_sight_above_the_sliders(in_app) -> None:
    resize(in_app, 400, 800)
    page = in_app.page
    page.locator(".pw-side").evaluate("side => side.scrollTo(0, 200)")
    plot, sliders = (page.locator(s).first.bounding_box() for s in (".pw-plot", ".pw-side"))
    assert plot["y"] >= 0 and plot["y"] + plot["height"] <= sliders["y"] + 1
    assert sliders["y"] + sliders["height"] <= 800
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400
    # An open tool scrolls by itself, above some sliders that are still in sight.
    page.locator(".pw-side").evaluate("side => side.scrollTo(0, 0)")
    page.get_by_role("button", name="Phase plane", exact=True).click()
    page.wait_for_selector(".pw-plane .pw-trajectory", state="attached")
    page.wait_for_function("""() => {
        const { bottom } = document.querySelector('.pw-side').getBoundingClientRect();
        const tool = document.querySelector('.pw-open').getBoundingClientRect();
        const rows = [...document.querySelectorAll('.pw-row')].map((row) => row.getBoundingClientRect());
        return tool.height > 150 && rows.filter((row) => row.top >= tool.bottom && row.bottom <= bottom).length > 1;
    }""")
    page.get_by_role("button", name="Phase plane", exact=True).click()
    resize(in_app, *SIZES[0])


def test_a_search_in_vain_is_never_green_and_has_ways_on(in_lab) -> None:
    resize(in_lab, *SIZES[0])
    page = in_lab.page
    pick(page, "model", "Leaky integrate-and-fire (LIF)")
    pick(page, "pattern", "C  Tonic bursting")
    before = page.evaluate(PLACES)
    page.get_by_role("button", name="Settings").click()
    budget = page.get_by_label("Budget")
    budget.fill("1e9")
    budget.press("Enter")
    page.locator(".pw-status summary", has_text="The budget must be a whole number").wait_for()
    assert budget.input_value() != "100"
    budget.fill("200")
    budget.press("Enter")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Optimize").click()
    page.locator(".pw-headline.pw-failed").wait_for(timeout=60_000)
    page.locator(".pw-best .pw-chip.pw-no").wait_for()  # the best set is judged beside the search
    assert page.locator(".pw-search .pw-is-replicated, .pw-best .pw-yes").count() == 0
    assert re.search(r"must be", page.locator(".pw-best .pw-open-criteria").inner_text())
    for way in ("New seed", "Random start", "Wider ranges", "More budget"):
        assert page.get_by_role("button", name=way).is_visible()
    assert page.evaluate(PLACES) == before
    page.get_by_role("button", name="More budget").click()
    # Or it is done already, and the page has no room to say within how many.
    more = "() => /(of|within) 800/.test(document.querySelector('.pw-progress-box').textContent)"
    page.wait_for_function(more, timeout=30_000)
    page.get_by_role("button", name="The next pattern").click()
    page.locator(".pw-elsewhere", has_text="Tonic bursting").wait_for()
    assert "press Optimize" in page.locator(".pw-best").text_content()
    assert page.evaluate(PLACES) == before
    page.get_by_role("button", name="Back to it").click()
    page.wait_for_function("() => /Tonic bursting/.test(document.querySelector('.pw-pick-pattern select').value)")
    page.locator(".pw-best .pw-no").wait_for()
    assert in_lab.errors == []


def test_a_drag_by_mouse_is_one_step_back_and_a_typed_value_another(in_lab) -> None:
    page = in_lab.page
    pick(page, "model", "Izhikevich (simple model)")
    box = page.locator(".pw-row:has([data-name=c]) input[type=number]")
    first = box.input_value()
    handle = page.locator(".pw-row:has([data-name=c]) .noUi-handle").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(x + 4 * step, y)
        page.wait_for_timeout(120)  # longer in all than what would make two steps of it
    page.mouse.up()
    page.wait_for_timeout(400)
    dragged = box.input_value()
    assert dragged != first
    box.fill("-57.5")
    box.press("Enter")
    page.wait_for_timeout(400)
    undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    value = "value => document.querySelector('.pw-row:has([data-name=c]) input[type=number]').value === value"
    for button, expected in ((undo, dragged), (undo, first), (redo, dragged), (redo, "-57.5")):
        button.click()
        page.wait_for_function(value, arg=expected, timeout=10_000)
    assert in_lab.errors == []


def test_what_is_refused_is_said_in_a_sentence_and_moves_nothing(in_lab) -> None:
    page = in_lab.page
    settled(page)
    box = page.locator(".pw-row:has([data-name=c]) input[type=number]")
    box.scroll_into_view_if_needed()
    before = page.evaluate(PLACES)
    value = box.input_value()
    for text, side in (("1e30", "most"), ("-1e12", "least")):
        box.fill(text)
        box.press("Enter")
        said = page.locator(".pw-error", has_text=re.compile(rf"c must be at {side} .*mV\."))
        said.wait_for()
        assert "Error" not in said.inner_text()
        shown = "value => document.querySelector('.pw-row:has([data-name=c]) input[type=number]').value === value"
        page.wait_for_function(shown, arg=value)  # the answer of the kernel
        assert page.evaluate(PLACES) == before


def test_the_focus_is_seen_and_help_needs_no_mouse(in_lab) -> None:
    page = in_lab.page
    page.keyboard.press("Tab")  # from here on the keyboard is what is used
    box = page.locator(".pw-row:has([data-name=d]) input[type=number]")
    box.focus()
    outline = "element => { const style = getComputedStyle(element); return [style.outlineStyle, style.outlineWidth] }"
    assert box.evaluate(outline) == ["solid", "3px"]
    assert "d:" in page.locator(".pw-help").inner_text()
    about = page.locator(".pw-about summary")
    about.focus()
    page.keyboard.press("Enter")
    assert page.locator(".pw-about h4").first.is_visible()
    page.keyboard.press("Enter")
    page.locator(".pw-checks tbody tr").first.focus()
    page.wait_for_function("() => document.querySelector('.pw-help').innerText.length > 20")


def test_escape_closes_what_is_open_and_no_key_reaches_the_notebook(in_lab) -> None:
    page = in_lab.page
    share, settings = (page.get_by_role("button", name=name, exact=True) for name in ("Share", "Settings"))
    share.click()
    settings.click()  # one at a time
    page.locator(".pw-settings").wait_for()
    assert page.locator(".pw-share-panel").is_hidden()
    page.keyboard.press("Escape")
    page.locator(".pw-settings").wait_for(state="hidden")
    share.click()
    page.keyboard.press("Escape")
    assert page.locator(".pw-share-panel").is_hidden()
    page.get_by_role("button", name="Present", exact=True).click()
    page.locator(".pw-explorer.pw-present").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.pw-explorer.pw-present')")
    cells = page.locator(".jp-Cell").count()
    page.get_by_role("button", name="Patterns", exact=True).click()
    for focus in (page.locator(".pw-thumbnail").first.focus, page.locator(".pw-foot").click):
        focus()
        for key in "bxm":  # a cell below, cut, Markdown
            page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.locator(".jp-Cell").count() == cells and page.locator(".pw-explorer").is_visible()
    assert page.locator(".jp-MarkdownCell").count() == 0


def test_a_link_and_a_line_of_python_are_offered_and_the_link_opens_in_jupyterlab(in_lab, lab) -> None:
    page = in_lab.page
    pick(page, "model", "Adaptive exponential (AdEx)")
    box = page.locator(".pw-row:has([data-name=tau_w]) input[type=number]")
    box.fill("123.5")
    box.press("Enter")
    page.get_by_role("button", name="Share").click()  # at once, while the model is being compiled
    line = page.get_by_label("Line of Python")
    expect(line).to_have_value(re.compile(r"^pw\.Explorer\('adex'.*'tau_w': 123\.5"), timeout=60_000)
    link = page.get_by_label("Link to this page").input_value()
    assert "tau_w=123.5" in link and in_lab.name in link
    page.get_by_role("button", name="Close").click()
    other = lab.open(EXPLORE, query=link.split("?")[1])
    try:
        other.page.wait_for_function(
            "() => [...document.querySelectorAll('.pw-row input')].some(box => box.value === '123.5')", timeout=30_000
        )
        assert other.page.locator(".pw-pick-model select").input_value() == "Adaptive exponential (AdEx)"
        assert other.errors == []
    finally:
        other.close()


def test_names_of_criteria_are_not_cut_off(in_app):
    page = in_app.page
    resize(in_app, 1400, 900)
    pick(page, "pattern", "C  Tonic bursting")
    page.wait_for_function("() => document.querySelectorAll('.pw-checks tbody tr').length > 8")
    names = page.locator(".pw-checks tbody td:nth-child(2)")
    assert names.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)") == []


def test_empty_axes_stand_where_the_figure_will_be(in_app):
    whole, empty, line = in_app.page.evaluate("""() => {
        const plot = document.querySelector(".pw-figure .pw-plot"), before = plot.cloneNode(false);
        const whole = plot.getBoundingClientRect().height;
        before.classList.remove("pw-scene"); // as it is until its script has come
        plot.replaceWith(before);
        const { height, borderLeftWidth } = getComputedStyle(before, "::before");
        before.replaceWith(plot);
        return [whole, parseFloat(height), borderLeftWidth];
    }""")
    assert 0.8 * whole < empty < whole and line == "1px"


@pytest.mark.parametrize(("where", "dark"), [("in_lab", False), ("in_lab", True), ("in_app", False)])
def test_axe_finds_nothing_serious(request, where: str, dark: bool) -> None:
    opened = request.getfixturevalue(where)
    page = opened.page
    if where == "in_lab":
        opened.set_dark(dark)
    page.wait_for_timeout(500)
    found = Axe().run(page, context=".pw-screen", options={"runOnly": ["wcag2a", "wcag2aa"]})
    serious = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]][:3])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_the_app_asks_no_other_host_and_has_no_button_that_uploads(in_app) -> None:
    buttons = in_app.page.locator(".modebar-btn").evaluate_all("all => all.map(one => one.dataset.title)")
    assert len(buttons) == 4
    assert not any("hare" in title or "loud" in title for title in buttons)
    assert in_app.foreign == []
    assert in_app.errors == []


@pytest.mark.slow
def test_no_kernel_is_left_when_the_pages_are_gone(app) -> None:
    def count() -> int:
        return len(kernels(app.process.pid))

    def wait_for(number: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        while count() != number:
            assert time.monotonic() < end, f"{count()} kernels, not {number}"
            time.sleep(0.2)

    before = count()
    opened = app.open()
    opened.wait_for_plot()
    assert count() == before + 1
    opened.page.reload()
    opened.wait_for_plot()
    wait_for(before + 1, 10)
    opened.close()
    wait_for(before, 10)
    lost = app.open()
    lost.page.route("**/voila/api/shutdown/**", lambda route: route.abort())  # as if the page had crashed
    lost.wait_for_plot()
    lost.close()
    wait_for(before, 40)
