"""The app treated roughly: what nobody should type, keys alone, clicks during everything, and many switches."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.notebooks import BURSTING, becomes, begin_search, python, python_neuron
from tests.browser.pages import JUDGED, findings, open_tool

MODELS = ["izhikevich", "adex", "lif"]
TYPED = ("nan", "-inf", "1e999", "", "1e308", "-1e308", "1e-320", "１２", "٣", "1,5", "--1", "0x10", "9" * 60)
FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
STOP = """() => {
    const one = document.activeElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return {
        name: one.getAttribute('aria-label') ?? one.textContent.trim(),
        kind: one.type ?? one.getAttribute('role') ?? one.tagName,
        // The handle of a slider has the ring, not its track.
        seen: (one.type === 'range' && one.matches(':focus-visible'))
            || (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
        inside: Boolean(one.closest('.pw-app')),
    };
}"""
HEAP = ("JSHeapUsedSize", "Nodes", "JSEventListeners")
CLICKS = """async (seed) => {
    const app = document.querySelector('.pw-app');
    const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
    for (let k = 0; k < 400; k++) {
        const all = [...app.querySelectorAll('button, input:not([type=file]), [role=spinbutton]')].filter((one) => {
            const isFile = /copy|save|figure|traces|python|html/i.test(one.textContent);
            const isLanguage = one.lang !== '';
            return !one.disabled && one.offsetParent && !isFile && !isLanguage;
        });
        const one = all[random(all.length)];
        if (one.type === 'range') {
            one.value = String(random(1000));
            one.dispatchEvent(new Event('input', { bubbles: true }));
            if (random(2)) one.dispatchEvent(new Event('change', { bubbles: true }));
        } else one.click();
        if (k % 4 === 0) await new Promise((done) => setTimeout(done, 15));
    }
}"""
"""400 clicks on whatever can be pressed, from a seed."""
KERNEL = "(len(__import__('ipywidgets').widgets.widget._instances), __import__('threading').active_count())"


@pytest.mark.slow
def test_a_number_field_accepts_only_numbers_within_its_limits(opened):
    page = opened("#model=adex&pattern=resonator")
    page.locator(".pw-allbutton").click()
    page.locator(".pw-all > .pw-link").first.click()
    boxes = page.locator(".pw-all input[type=number]")
    for k in (0, 1, 3, 8, boxes.count() - 1):
        for text in TYPED:
            boxes.nth(k).focus()
            page.keyboard.press("Control+a")
            page.keyboard.press("Delete")
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            page.evaluate(FRAME)
    ranges = "[...document.querySelectorAll('.pw-app input[type=range]')]"
    shown = page.evaluate(f"() => {ranges}.map((one) => one.getAttribute('aria-valuetext'))")
    assert not [text for text in shown if re.search("NaN|Infinity", text)]
    assert "NaN" not in page.locator(".pw-app").inner_text()
    page.evaluate("""async () => {
        const undo = document.querySelector('.pw-app button[aria-label=Undo]');
        for (let k = 0; k < 300 && !undo.disabled; k++) {
            undo.click();
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }
    }""")
    page.locator(".pw-app:is([data-pw-status=replicated], [data-pw-status=unverified])").wait_for()  # nothing is lost


@pytest.mark.slow
def test_the_first_screen_is_walked_by_keys_alone(opened):
    page = opened()
    page.locator("body").press("Tab")
    stops = []
    while (stop := page.evaluate(STOP))["inside"] and len(stops) < 40:
        stops.append(stop)
        page.keyboard.press("Tab")
    first = next(k for k, stop in enumerate(stops) if stop["kind"] == "range")
    assert first + 1 <= 8, [stop["name"] for stop in stops[: first + 1]]
    assert len(stops) <= 20
    assert [stop for stop in stops if not stop["name"] or not stop["seen"]] == []
    # A slider, a sheet with its way back, a turn.
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+z")
    page.locator(".pw-app:is([data-pw-status=replicated], [data-pw-status=unverified])").wait_for()
    page.get_by_role("button", name="Share").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("() => Boolean(document.activeElement.closest('[role=dialog]'))")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Share")
    page.get_by_role("button", name="tonic bursting").press("Enter")
    expect(focused).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(focused).to_contain_text("tonic bursting")
    # A tool takes the focus from the menu that is gone, and gives it back.
    page.locator(".pw-inside").press("Enter")
    expect(focused).to_have_attribute("aria-label", "Phase plane")
    page.keyboard.press("Escape")
    expect(focused).to_contain_text("Explore")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(opened, scheme):
    page = opened("#pattern=tonic_bursting&c=-60&zz=3", color_scheme=scheme)
    assert findings(page) == []  # with a sentence about the link
    for name in ("tonic bursting", "Izhikevich neuron", "Explore", "Share", "More"):
        page.get_by_role("button", name=name, exact=name in ("Share", "More")).first.click()
        page.get_by_role("dialog").wait_for()
        assert findings(page) == [], name
        page.keyboard.press("Escape")
    page.locator(".pw-chip").click()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Present").click()
    assert findings(page) == []
    page.get_by_role("button", name="Present").click()
    page.get_by_role("button", name="Your turn").click()
    for name in ("Show a hint", "Show the solution"):
        page.get_by_role("button", name=name).click()
        assert findings(page) == []
    page.get_by_role("button", name="Give up").click()
    page.locator(".pw-allbutton").click()
    box = page.locator(".pw-all input[type=number]").first
    box.fill("-1")
    box.press("Enter")
    assert findings(page) == []
    open_tool(page, "Keep for comparison")
    assert findings(page) == []
    for tool in ("Parameter plane", "Sensitivity", "Equations", "Criteria", "Phase plane"):
        open_tool(page, tool).wait_for()
        assert findings(page) == [], tool


@pytest.mark.slow
def test_axe_finds_nothing_while_a_search_and_a_simulation_by_python_go_on_and_fail(open_cells):
    shown = open_cells(python_neuron("time.sleep(0.002 if float(p.tau[0]) > 15.0 else 1 / 0)"), until=".pw-app")
    page = shown.page
    page.locator(".pw-chip", has_text="Python is simulating").wait_for()
    assert findings(page, ".pw-app") == []
    python(shown, "setattr(app, 'parameters', {'tau': 10.0})")
    page.locator(".pw-chip", has_text="Not simulated").wait_for()
    assert findings(page, ".pw-app") == []
    python(shown, "app.show('hodgkin_huxley', 'mixed_mode', {})")
    page.wait_for_selector(JUDGED)
    begin_search(shown)
    page.get_by_role("button", name="Pause").wait_for()
    assert findings(page, ".pw-app") == []
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    assert findings(page, ".pw-app") == []
    page.locator(".pw-drawer").get_by_role("button", name="Stop").click()
    page.locator(".pw-drawer").get_by_role("button", name="Close").wait_for()
    assert findings(page, ".pw-app") == []


@pytest.mark.slow
def test_random_clicks_leave_a_working_app(open_cells):
    shown = open_cells(BURSTING)
    page = shown.page
    page.evaluate(CLICKS, 7)
    page.keyboard.press("Escape")
    python(shown, "app.wait()")  # what was pressed last may have an answer that shows something
    python(shown, "(app.stop(), app.show('izhikevich', 'tonic_bursting'))")
    page.locator(".pw-sentence", has_text="tonic bursting").wait_for()
    page.locator(".pw-chip", has_text="Verified").wait_for()
    becomes(shown, "app.verdict is not None and app.verdict.status", "'replicated'")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [63359, 79197, 840421])
def test_random_clicks_leave_a_working_page_of_a_server(visit, seed):
    page = visit().page  # no error of the page: what is drawn is what is shown
    page.evaluate(CLICKS, seed)
    page.evaluate("location.hash = '#model=adex&pattern=rebound_spike'")
    expect(page.locator(".pw-sentence")).to_contain_text("rebound spike", timeout=60_000)
    expect(page.locator(".pw-chip")).to_contain_text("Verified", timeout=60_000)
    assert page.locator(".pw-sweeps").count() == 0  # all of it is drawn


@pytest.mark.slow
def test_switching_models_and_patterns_leaves_nothing_behind(open_cells):
    shown = open_cells(BURSTING)
    page = shown.page
    models = ("lif", "adex", "izhikevich", "hodgkin_huxley", "fitzhugh_nagumo")
    patterns = ("tonic_spiking", "tonic_bursting", "resonator", "rebound_burst")

    def measured() -> dict[str, float]:
        page.wait_for_selector(JUDGED)
        assert python(shown, "app.wait(60)") == "True"
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.enable")
        session.send("Performance.enable")
        session.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        session.detach()
        return {name: found[name] for name in HEAP}

    def switch(times: int) -> None:
        for k in range(times):
            python(shown, f"app.show('{models[k % 5]}', '{patterns[k % 4]}')")
            page.locator(".pw-app button").first.focus()
            page.keyboard.press("ArrowRight")

    switch(20)  # each of them was there once
    before, kernel = measured(), python(shown, KERNEL)
    switch(40)
    after = measured()
    assert all(after[name] < 1.1 * before[name] for name in HEAP), (before, after)
    widgets, threads = map(int, re.findall(r"\d+", python(shown, KERNEL)))
    assert widgets == 2
    assert threads <= int(re.findall(r"\d+", kernel)[1]) + 3
