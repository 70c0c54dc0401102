"""The tools of the app: in a file what the page can do by itself, in JupyterLab what its kernel answers."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from plausiwidgets import patterns
from tests.browser.notebooks import python
from tests.browser.pages import JUDGED, findings, open_tool

MODELS = ["izhikevich", "lif"]

STATUS = ".pw-tool [role=status]"


def model(page, title: str) -> None:
    """Go to another neuron."""
    page.locator(".pw-sentence button").first.click()
    page.locator(".pw-models button").filter(has=page.locator(f"b:text-is('{title}')")).click()


def said(page, text: str, timeout: float = 60.0) -> None:
    """Wait until a tool says a text."""
    expect(page.locator(STATUS)).to_contain_text(text, timeout=1000 * timeout)


def output(page, name: str):
    """The number of a slider, as it is shown."""
    return page.locator(f".pw-row:has([data-name={name}]) output")


def value(page, name: str) -> float:
    return float(output(page, name).inner_text().split()[0].replace("−", "-"))


# ------------------------------------------------------------------ in a file


def test_a_file_judges_its_plane_by_itself_and_a_drag_in_it_is_one_step_of_undo(opened):
    page = opened()
    open_tool(page, "Parameter plane")
    said(page, "of 1600 grid points")
    box = page.locator(".pw-cells").bounding_box()
    x, y = box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=5)
    page.mouse.up()
    expect(output(page, "c")).not_to_have_text("−50 mV")
    expect(page.locator(".pw-at")).to_contain_text("c = ")
    assert "1600 grid points" in page.locator(STATUS).inner_text()  # its own two values leave it as it is
    page.locator("button[aria-label=Undo]").click()
    expect(output(page, "c")).to_have_text("−50 mV")
    assert value(page, "d") == 2


def test_keys_move_the_neuron_through_its_plane_and_leave_the_pattern(opened):
    page = opened()
    open_tool(page, "Parameter plane")
    page.locator(".pw-cells").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(output(page, "c")).to_have_text("−48.47 mV")  # 20 of 400 positions of −70 to −40 mV
    assert "tonic bursting" in page.locator("h1").inner_text()
    assert findings(page, ".pw-app") == []


def test_a_finger_scrolls_over_a_picture_that_takes_no_stroke(opened):
    page = opened()
    for name, touch in {"Phase plane": "pan-y", "Parameter plane": "none"}.items():
        open_tool(page, name)
        expect(page.locator(".pw-cells")).to_have_css("touch-action", touch)


def test_a_file_says_in_one_sentence_which_tools_need_python(opened):
    page = opened()
    page.locator(".pw-end button", has_text="Explore").click()
    assert page.locator(".pw-menu button", has_text="Sample solutions").count() == 0
    assert "A notebook with Python" in page.locator(".pw-menu > p").inner_text()
    assert "Sample solutions" in page.locator(".pw-menu > p").inner_text()
    assert findings(page, ".pw-app") == []


def test_a_file_draws_the_curve_of_each_value(opened):
    page = opened()
    open_tool(page, "Sensitivity")
    expect(page.locator(".pw-profile canvas")).to_have_count(9)
    expect(page.get_by_role("img", name="c: pattern shown for some values")).to_be_visible()
    assert findings(page, ".pw-app") == []


def test_a_file_gives_its_figure_and_its_trace_as_files(opened):
    page = opened()
    page.locator(".pw-end button", has_text="Share").click()
    texts = {}
    for title in ("Figure (SVG)", "Traces (CSV)", "Figure (PNG)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=title).click()
        texts[title] = Path(download.value.path()).read_bytes()
    figure = ElementTree.fromstring(texts["Figure (SVG)"])
    assert "membrane potential" in "".join(figure.itertext()).lower()
    strokes = {path.get("stroke") for path in figure.findall(".//{http://www.w3.org/2000/svg}path")}
    assert {"#0b63b6", "#84919f", "#e6eaef"} <= strokes  # neuron, target, grid
    header, *rows = texts["Traces (CSV)"].decode().splitlines()
    assert header == "t,v,current,spike"
    assert sum(row.endswith(",1") for row in rows) > 10  # its bursts
    assert texts["Figure (PNG)"].startswith(b"\x89PNG")
    assert findings(page, ".pw-app") == []


# ------------------------------------------------------------------ in a notebook


@pytest.fixture
def page(one_notebook) -> Callable:
    """The app of a notebook, the same for all tests here."""
    return one_notebook.page


def test_the_selection_is_saved_as_an_exercise_with_a_custom_question(page, open_page, tmp_path):
    box = page.get_by_label("Exact value of c", exact=True)
    page.locator(".pw-allbutton").click()
    box.fill("-65")
    box.press("Enter")
    page.locator(".pw-end button", has_text="Share").click()
    page.get_by_label("Exercise question (starting from these parameters)").fill("Make it burst.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the exercise (HTML)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "exercise_izhikevich_tonic_bursting.html"
    task = open_page(path).page
    task.wait_for_selector(JUDGED)
    assert "Make it burst." in task.locator(".pw-app").inner_text()
    assert "c=-65" in task.url or task.locator(".pw-row:has([data-name=c]) output").inner_text() == "−65 mV"
    page.keyboard.press("Escape")
    page.locator("button[aria-label=Undo]").click()
    page.locator(".pw-allbutton").click()
    expect(output(page, "c")).to_have_text("−50 mV")


def test_the_plane_of_a_kernel_comes_coarse_first_and_then_of_all_patterns(page):
    open_tool(page, "Parameter plane")
    said(page, "of 1600 grid points")
    page.get_by_role("button", name="all patterns").click()
    said(page, f"of {len(patterns.names())} patterns")
    assert "Tonic bursting" in page.locator(".pw-at").inner_text()
    assert findings(page, ".pw-app") == []


def test_the_onset_of_firing_is_drawn_and_its_kind_is_in_words(page):
    open_tool(page, "Onset of firing")
    # Analytically, at this current 0.08 v + 5 equals a.
    said(page, "The resting state disappears or loses stability at 3.7975 mV/ms: subcritical Andronov–Hopf.")
    said(page, "○ saddle-node: 4 mV/ms")  # where it is b
    expect(page.get_by_role("img", name="The resting state disappears or loses stability at 3.7975")).to_be_visible()
    assert findings(page, ".pw-app") == []


@pytest.mark.slow
def test_samples_come_one_after_the_other_and_one_is_opened_by_keys(one_notebook, page):
    # Tonic spiking is shown by a larger share of the parameter sets than tonic bursting, and its samples come sooner.
    python(one_notebook, "app.show('izhikevich', 'tonic_spiking')")
    expect(page.locator(".pw-sentence")).to_contain_text("tonic spiking")
    open_tool(page, "Sample solutions")
    page.get_by_role("button", name="Draw 500 samples").click()
    said(page, " of 500 solutions, ")
    said(page, "Solutions occupy", 120)
    before = output(page, "c").inner_text()
    page.locator("[data-points]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(output(page, "c")).not_to_have_text(before)
    page.wait_for_selector(":is([data-pw-status=replicated], [data-pw-status=unverified])")
    assert findings(page, ".pw-app") == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()
    assert len(rows) == 501
    assert {"c", "d", "amplitude"} <= set(rows[0].split(","))
    python(one_notebook, "app.show('izhikevich', 'tonic_bursting')")
    expect(page.locator(".pw-sentence")).to_contain_text("tonic bursting")


def test_the_rate_over_the_current_is_that_of_this_neuron(page):
    open_tool(page, "Sensitivity")
    page.get_by_role("button", name="f–I curve").click()
    said(page, " Hz at ")
    assert findings(page, ".pw-app") == []


def test_a_repertoire_is_shown_pattern_by_pattern_and_can_be_stopped_and_opened(page):
    open_tool(page, "What else can this neuron do?")
    page.get_by_role("button", name="Search all patterns").click()
    said(page, f" of {len(patterns.names())} patterns searched")
    page.wait_for_selector(".pw-found li")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Search again")).to_be_visible()
    parameters = page.locator("[data-name=a]").input_value()
    found = page.locator(".pw-found button").first
    title = found.inner_text().split("\n")[0].lstrip("✓~✗∅○·!–ABC ")
    found.click()
    expect(page.locator(".pw-sentence")).to_contain_text(title, ignore_case=True)
    page.locator(".pw-allbutton").click()
    expect(page.locator("[data-name=a]")).to_have_value(parameters)
    page.locator(".pw-allbutton").click()
    assert findings(page, ".pw-app") == []


def test_the_map_is_filled_while_a_neuron_is_assessed_and_keeps_what_was_found(page):
    page.locator(".pw-sentence button").nth(1).click()
    page.get_by_role("button", name="all models").click()
    page.get_by_role("button", name="Assess this model").click()
    page.wait_for_selector(".pw-map .assessed.replicated")
    expect(page.locator(".pw-assess progress")).to_have_attribute("max", str(len(patterns.names())))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".pw-assess [role=status]")).to_contain_text("Stopped after")
    expect(page.locator(".pw-map .assessed.running")).to_have_count(0)
    assert page.locator(".pw-map .assessed").count() > 0
    assert findings(page, ".pw-app") == []
    page.keyboard.press("Escape")


def test_another_current_is_shown_and_not_judged_and_the_pattern_comes_back(page):
    open_tool(page, "Stimulus")
    pattern = page.locator(".pw-sentence button").nth(1).inner_text()
    parameter = output(page, "c").inner_text()
    page.get_by_role("button", name="Ramp", exact=True).click()
    expect(page.locator(".pw-chip")).to_have_text("– No criteria")
    assert output(page, "c").inner_text() == parameter
    assert findings(page, ".pw-app") == []
    page.get_by_role("button", name="Waveform…").click()
    page.locator(".pw-values textarea").fill("0 x")
    page.get_by_role("button", name="Apply").click()
    said(page, "line 1: the value must be a number, got 'x'")
    page.locator(".pw-values textarea").fill("0 10\n100 0\n200 20\n250 0")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".pw-sentence")).to_contain_text("the current waveform")
    page.get_by_role("button", name="Standard").click()
    expect(page.locator(".pw-sentence button").nth(1)).to_have_text(pattern)
    page.wait_for_selector(JUDGED)


def test_a_recording_asks_for_its_units_and_becomes_the_target(page, tmp_path):
    file = tmp_path / "cell.csv"
    rows = [
        f"{t / 2},{30 if t % 80 == 0 and 100 < t < 900 else -65},{10 + k if 100 < t < 900 else 0},{k}"
        for k in range(3)
        for t in range(1000)
    ]
    file.write_text("t,v,current,sweep\n" + "\n".join(rows))
    open_tool(page, "Recording")
    page.locator(".pw-drop input").set_input_files(file)
    expect(page.locator(".pw-tool select")).to_have_count(3)
    assert findings(page, ".pw-app") == []
    page.locator(".pw-tool").get_by_role("button", name="Show").click()
    said(page, "correct them if necessary")
    expect(page.locator(".pw-protocol")).to_contain_text("+10")
    expect(page.locator(".pw-sentence")).not_to_contain_text("cell")
    assert findings(page, ".pw-app") == []
    page.locator(".pw-compare").get_by_label("coefficient of variation (CV)", exact=True).uncheck()
    page.locator(".pw-tool").get_by_role("button", name="Use as target").click()
    said(page, "cell.csv is the target.")
    expect(page.locator(".pw-sentence")).to_contain_text("cell")
    expect(page.locator(".pw-legend")).to_contain_text("recording")
    page.wait_for_selector(JUDGED)
    page.locator(".pw-above").get_by_role("button", name="Next sweep").click()  # nothing lies over it
    expect(page.locator(".pw-above select")).to_have_value("sweep 1")
    page.locator(".pw-chip").click()
    expect(page.locator(".pw-criteria")).to_contain_text("latency")
    expect(page.locator(".pw-criteria")).not_to_contain_text("CV of the intervals")
    page.keyboard.press("Escape")


def test_a_recording_that_is_dropped_on_the_figure_is_read_and_refused_in_a_sentence(page):
    page.locator(".pw-tool").get_by_role("button", name="Close").click()
    expect(page.locator(".pw-tool")).to_have_count(0)
    drop = """() => {
        const data = new DataTransfer();
        const rows = Array.from({ length: 200 }, (_, t) => `${t},-65`);
        data.items.add(new File([["t (ms),v (mV)", ...rows].join("\\n")], "dropped.csv"));
        return data;
    }"""
    page.locator(".pw-main").dispatch_event("drop", {"dataTransfer": page.evaluate_handle(drop)})
    said(page, "v never crosses -45 mV upwards")


def test_the_equations_of_a_kernel_are_typeset_and_each_symbol_is_explained(page):
    open_tool(page, "Equations")
    expect(page.locator(".pw-equations a").first).to_have_attribute("href", re.compile(r"https://doi.org/10\."))
    page.locator(".pw-maths [data-symbol=c]").first.hover()
    expect(page.locator(".pw-equations [aria-live]")).to_contain_text("Reset potential")
    assert findings(page, ".pw-app") == []


def test_a_neuron_of_four_variables_has_a_plane_of_any_two_and_one_of_one_has_a_line(page):
    model(page, "Hodgkin–Huxley")
    expect(page.locator(".pw-sentence")).to_contain_text("Hodgkin")
    panel = open_tool(page, "Phase plane")
    said(page, "at their steady state")
    panel.locator("select").nth(1).select_option("h")
    said(page, "n, m.")
    panel.locator("input[type=checkbox]").check()
    said(page, "The other variables are held")
    assert findings(page, ".pw-app") == []
    model(page, "Leaky integrate-and-fire (LIF)")
    said(page, "The potential rises where the curve is above 0")
