"""The app as a server shows it, in a real browser: verdicts of Python, searches of the page, and several visitors."""

import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect
from waiting import until

import plausiwidgets as pw
from tests.browser.pages import COMPILED, BrowserPage, VisitorPage, open_tool
from tests.browser.servers import start_app

ENDLESS = "#model=lif&pattern=tonic_bursting"  # an argument rules it out: a search uses its whole budget


def drawer(page):
    return page.locator(".pw-drawer")


def tried(page) -> int:
    found = re.search(r"(\d+) evaluated", drawer(page).inner_text())
    return int(found[1]) if found else 0


def until_tried(page, least: int) -> None:
    """Wait for a search; the policy of the page allows no function that a test would wait with."""
    until(lambda: drawer(page).count() and tried(page) >= least)


def press(page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_a_drag_is_judged_by_the_page_and_verified_by_the_server(visit):
    page = visit().page
    expect(page.locator(".pw-app")).to_have_attribute("data-pw-status", "replicated")
    shown = page.locator(".pw-row:has([data-name=d]) output")
    before = shown.inner_text()
    page.locator("[data-name=d]").press("ArrowLeft")
    expect(shown).not_to_have_text(before)
    expect(page.locator(".pw-chip")).to_contain_text("Verified", timeout=60_000)  # Python has verified it


def test_the_page_loads_at_most_240_kilobytes_once_and_keeps_them(visit, app_server):
    opened = visit()
    loads = opened.page.evaluate("""() => performance.getEntriesByType('resource').map(
        ({ name, encodedBodySize, transferSize }) => [new URL(name).pathname, encodedBodySize, transferSize])""")
    sizes = {path: size for path, size, _ in loads}
    assert all(re.fullmatch(r"/static/\w+\.[0-9a-f]{16}\.(js|css|json)", path) for path in sizes)
    assert sum(sizes.values()) < 240_000
    # A worker runs the script of the page, from the cache.
    assert sum(transferred > 0 for *_, transferred in loads) == len(sizes)
    opened.page.reload()
    opened.page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    again = opened.page.evaluate("performance.getEntriesByType('resource').map(({ transferSize }) => transferSize)")
    assert sum(again) == 0  # all of it comes from the cache


def test_the_policy_of_a_server_allows_the_kernel_of_a_search(visit):
    assert visit().page.evaluate(COMPILED)


def test_a_search_is_watched_and_its_values_are_taken(visit):
    page = visit("#model=izhikevich&pattern=tonic_bursting&c=-66&d=7&amplitude=9").page
    expect(page.locator(".pw-app")).to_have_attribute("data-pw-status", "rejected")
    press(page, "Search for parameters")
    expect(drawer(page)).to_contain_text("Found and verified", timeout=60_000)
    press(page, "Use these parameters")
    expect(page.locator(".pw-chip")).to_contain_text("Verified", timeout=60_000)


def has_its_share(page, least: float) -> bool:
    """Whether the pictures of a search have at least a share of the window, whose size may just have changed."""
    box, window = page.locator(".pw-evaluations").bounding_box(), page.viewport_size
    share = box["width"] * box["height"] / (window["width"] * window["height"])
    return box["width"] <= window["width"] and share >= least


def test_a_search_is_held_goes_on_is_stopped_and_its_curve_has_its_share_of_the_window(visit):
    page = visit(ENDLESS, width=1400, height=900).page
    press(page, "Search for parameters")
    press(page, "Pause")
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=60_000)
    held = tried(page)
    press(page, "Resume")
    until_tried(page, held + 1)
    for stops in (False, True):
        if stops:
            press(page, "Stop")
            expect(drawer(page)).to_contain_text("Use the best parameters so far", timeout=60_000)
        for width, height in ((1024, 768), (1400, 900)):
            page.set_viewport_size({"width": width, "height": height})
            until(lambda: has_its_share(page, 0.15))


SIZES = [(390, 844), (768, 1024), (1024, 768), (1280, 720), (1366, 768), (1400, 900), (1920, 1080)]
SQUEEZED = """([wide, high]) =>
    [document.querySelector('[data-pw-figure]'), document.querySelector('[data-pw-objective]')]
    .map(({ clientWidth, clientHeight }) => [clientWidth, clientHeight])
    .filter(([width, height]) => width < wide || height < high)"""
"""Sizes of a figure or an objective curve that nobody can read."""


@pytest.mark.parametrize("card", ["", "lesson=lesson&card=2"], ids=["alone", "lesson"])
@pytest.mark.parametrize("tool", ["", "Phase plane"])
def test_figure_and_curve_keep_their_room_beside_a_tool_a_lesson_and_in_large_type(visit, card, tool):
    page = visit(f"#{card or ENDLESS[1:]}").page
    press(page, "Search for parameters")
    until_tried(page, 1)
    if tool:
        open_tool(page, tool)
    for present in (False, True):
        if present:
            page.set_viewport_size({"width": 1400, "height": 900})
            press(page, "Present")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            until(lambda: page.evaluate(SQUEEZED, [250, 130]) == [])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, height, present)


def test_a_search_is_found_again_after_a_reload_and_two_visitors_do_not_see_each_other(visit):
    first, second = visit(ENDLESS).page, visit(ENDLESS).page
    press(first, "Search for parameters")
    until_tried(first, 51)
    assert drawer(second).count() == 0
    seen = tried(first)
    first.reload()
    until_tried(first, seen)
    second.reload()
    second.wait_for_selector(".pw-app[data-pw-judged=yes]")
    press(second, "Search for parameters")
    until_tried(second, 1)
    press(second, "Stop")
    expect(drawer(second)).to_contain_text("Stopped", timeout=60_000)
    press(first, "Stop")
    expect(drawer(first)).to_contain_text("Stopped", timeout=60_000)


def test_a_model_that_is_picked_is_fetched_and_german_too_which_stays_after_a_reload(visit):
    opened = visit()
    page = opened.page
    assert page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.includes('adex.'))") is False
    page.evaluate("location.hash = '#model=adex&pattern=tonic_spiking'")
    expect(page.locator("h1")).to_contain_text("AdEx neuron")
    page.get_by_role("button", name="More", exact=True).click()
    press(page, "Deutsch")
    page.keyboard.press("Escape")
    expect(page.locator(".pw-app")).to_contain_text("Parameter suchen")
    page.reload()
    expect(page.locator(".pw-app")).to_contain_text("Parameter suchen")
    assert page.evaluate("document.documentElement.lang") == "de"


def test_plotly_takes_over_where_a_hand_is_on_the_figure(visit):
    page = visit().page
    assert (
        page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.includes('plotly'))") is False
    )
    page.locator("[data-pw-figure]").hover()
    page.wait_for_selector("[data-pw-painter=plotly]", timeout=60_000)


@pytest.mark.slow
def test_a_recording_is_read_by_the_server_and_shown(visit, root):
    page = visit("#model=izhikevich&pattern=tonic_spiking").page
    open_tool(page, "Recording")
    page.set_input_files("input[type=file]", str(root / "tests/data/regular_spiking.csv"))
    press(page, "Use as target")
    expect(page.locator(".pw-legend")).to_contain_text("recording", timeout=30_000)


def test_an_exercise_is_handed_in_by_one_press_and_the_teachers_page_fills(browser, tmp_path):
    task = pw.teaching.Exercise("Make it burst.", free=["c", "d"])
    file = pw.export_page(
        "izhikevich", "tonic_bursting", {"c": -65.0}, path=tmp_path / "burst.html", exercise=task, language="en"
    )
    server = start_app(tmp_path, "--workers=1", "--exercise", str(file))
    pages = []
    try:
        address = re.search(r"for the teacher: http://[^/]+(/\S+)", server.log.read_text())[1]
        teacher = BrowserPage(browser)
        pages.append(teacher)
        teacher.page.goto(server.url + address)
        expect(teacher.page.locator("main")).to_contain_text("Nothing has been handed in yet", timeout=30_000)
        for name in ("Ada", "Bert"):
            student = VisitorPage(browser, server.url, "exercise/burst/")
            pages.append(student)
            student.page.get_by_role("button", name="Hand in").click()
            student.page.get_by_label("Your name").fill(name)
            student.page.get_by_role("button", name="Hand in to your teacher").click()
            expect(student.page.locator(".pw-handin")).to_contain_text("Handed in.")
            expect(teacher.page.locator(".pw-answers")).to_contain_text(name, timeout=30_000)
        assert len((tmp_path / "burst.codes.txt").read_text().split()) == 2
        assert [page.errors for page in pages] == [[], [], []]
    finally:
        for page in pages:
            page.close()
        server.stop()


class Course(BaseHTTPRequestHandler):
    """A page of another site with the app in a frame. A made-up answer would not be on the local network."""

    html = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.html.encode())

    def log_message(self, *args: object) -> None:
        pass


def test_an_allowed_site_shows_the_app_in_a_frame_and_another_site_does_not(browser, tmp_path):
    sites = [HTTPServer(("127.0.0.1", 0), Course) for _ in range(2)]
    allowed, other = (f"http://127.0.0.1:{site.server_port}" for site in sites)
    server = start_app(tmp_path, "--workers=1", "--language=en", "--allow-frame", allowed)
    Course.html = f'<!doctype html><title>A</title><link rel="icon" href="data:,"><iframe src="{server.url}"></iframe>'
    for site in sites:
        Thread(target=site.serve_forever, daemon=True).start()
    course = BrowserPage(browser)
    try:
        course.page.goto(allowed)
        frame = course.page.frame_locator("iframe")
        frame.locator("[data-pw-status=replicated]").wait_for()
        assert course.errors == []
        course.page.goto(other)
        until(lambda: any("frame-ancestors" in error for error in course.errors))
        assert frame.locator(".pw-app").count() == 0
    finally:
        course.close()
        server.stop()
        for site in sites:
            site.shutdown()
            site.server_close()
