"""A custom stimulus in the explorer: applied, dragged, shared, and removed."""

import ipywidgets as w
import numpy as np
import pytest
from screen import Screen, find, named, until, widgets

import plausiwidgets as pw
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.widgets import Selection
from plausiwidgets.widgets.explorer.gallery import GalleryView
from plausiwidgets.widgets.explorer.live import Live, LivePage
from plausiwidgets.widgets.page.contents import Contents
from plausiwidgets.widgets.page.export import page
from plausiwidgets.widgets.session.link import MAX_QUERY, MAX_SAMPLES
from plausiwidgets.widgets.tools.stimulus import StimulusPanel
from plausiwidgets.widgets.view.file_input import FileInput


class Tool:
    """The open panel “Stimulus”."""

    def __init__(self, explorer: pw.Explorer) -> None:
        find(explorer, w.ToggleButton, description="Stimulus").value = True
        self.root = named(explorer, "pw-stimulus")

    def press(self, title: str) -> None:
        find(self.root, w.Button, description=title).click()

    @property
    def active(self) -> list[str]:
        return [x.description for x in widgets(self.root) if "mod-active" in getattr(x, "_dom_classes", ())]

    def type(self, text: str, lines: bool = False) -> None:
        self.press("Values…")
        find(self.root, w.ToggleButtons).value = lines
        self.box.value = text
        self.press("Apply")

    @property
    def box(self) -> w.Textarea:
        return find(self.root, w.Textarea)

    @property
    def number(self) -> w.BoundedIntText:
        return find(self.root, w.BoundedIntText)


@pytest.fixture
def tool(explorer) -> Tool:
    return Tool(explorer)


def current(screen: Screen) -> np.ndarray:
    return screen.trace("yours", "current")["y"]


def test_the_pattern_s_own_is_one_click_away_and_the_parameters_stay(explorer, screen, tool) -> None:
    screen.rows["a"].box.value = 0.05
    screen.rows["amplitude"].box.value = 12.5
    screen.rows["holding"].box.value = 0.5
    before = explorer.selection
    assert tool.active == ["Pattern’s own"]
    for shape, free in (
        ("Step", ("amplitude", "holding", "onset", "duration")),
        ("Pulses", ("amplitude", "holding", "onset", "width", "interval")),
        ("Ramp", ("amplitude", "holding", "onset", "duration")),
    ):
        tool.press(shape)
        shown = explorer.selection
        assert tool.active == [shape] and shown.pattern.free == free and not isinstance(shown.pattern, Judged)
        assert shown.values["a"] == 0.05 and shown.values["holding"] == 0.5
        assert explorer.wait()
        assert "not judged" in screen.badge and "✓" not in screen.badge and "shows it" not in screen.badge
        assert len(screen.yours) > 100 and len(screen.target) == 0
    tool.press("Pattern’s own")
    assert explorer.selection.pattern is before.pattern and dict(explorer.selection.values) == dict(before.values)
    explorer.undo()
    assert tool.active == ["Ramp"]


def test_its_values_are_sliders_and_the_page_draws_their_drags(explorer, screen, tool) -> None:
    tool.press("Step")
    assert explorer.wait()
    (live,) = (x for x in widgets(explorer) if isinstance(x, LivePage))
    live_panel = explorer.panel(Live)
    live_panel._page.pages = 1
    until(lambda: live.module)
    assert [sweep["name"] for sweep in live.about["sweeps"]] == ["stimulus"]
    screen.rows["amplitude"].slider.value = 300
    assert explorer.wait()
    assert current(screen).max() == pytest.approx(explorer.selection.values["amplitude"], rel=1e-6)
    assert explorer.selection.values["amplitude"] == 20.0


def test_pulses_are_counted_and_keep_their_values(explorer, screen, tool) -> None:
    tool.press("Pulses")
    screen.rows["width"].box.value = 8.0
    tool.number.value = 12
    assert explorer.wait()
    assert explorer.selection.pattern.key == "stimulus_pulses_12" and explorer.selection.values["width"] == 8.0
    assert (np.diff(current(screen)) > 1.0).sum() == 12
    explorer.undo()
    assert tool.number.value == 5 and explorer.selection.pattern.key == "stimulus_pulses_5"


def test_another_model_takes_the_stimulus_in_its_own_unit(explorer, screen, tool) -> None:
    tool.type("0 5\n100 10\n200 0")
    screen.menu("Model").value = "adex"
    shown = explorer.selection
    assert tool.active == ["Values…"] and shown.model.key == "adex"
    assert shown.values["amplitude"] == 500.0  # the usual current of either model
    tool.press("Step")
    screen.rows["duration"].box.value = 77.0
    screen.menu("Model").value = "hodgkin_huxley"
    assert explorer.selection.values["duration"] == 77.0 and explorer.selection.values["amplitude"] == 10.0
    assert explorer.wait()


def test_values_are_applied_as_they_are_typed_and_edited(explorer, screen, tool) -> None:
    tool.type("0 5\n100 15\n200 0")
    assert explorer.wait()
    pattern = explorer.selection.pattern
    assert pattern.samples[0].tolist() == [0.0, 100.0, 200.0] and tool.active == ["Values…"]
    assert current(screen).max() == 15.0
    tool.press("Apply")
    assert explorer.selection.pattern is pattern  # the same once more is no step
    tool.press("Pattern’s own")
    tool.press("Values…")
    assert explorer.selection.pattern is pattern and tool.box.value == "0 5\n100 15\n200 0"
    find(tool.root, w.ToggleButtons).value = True
    assert explorer.selection.pattern.samples[2] and explorer.selection.pattern.samples[0].tolist() == [
        0.0,
        100.0,
        200.0,
    ]
    explorer.undo()
    assert find(tool.root, w.ToggleButtons).value is False


def test_straight_lines_keep_end_and_holding_level_of_a_current(explorer, screen, tool) -> None:
    given = pw.Current.values([0, 100, 200], [300, 100, 0], end=1500, holding=20.0)
    explorer.show("adex", given, {})
    for lines in (True, False):
        find(tool.root, w.ToggleButtons).value = lines
        shown = explorer.selection
        assert shown.pattern.samples[2] is lines
        assert (shown.pattern.current.end, shown.pattern.current.holding, shown.values["holding"]) == (1500, 20, 20)
    assert shown.pattern.current == given


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no values"), ("5", "1 value"), ("0 nan\n1 2", "not a finite number"), ("5 1\n0 1", "must increase"),
        ("0 ☃\n1 2", "not a number"), ("0 0\n9 0", "0 throughout"), ("<b>0</b> 1\n2 3", "not a number"),
        ("\n".join(f"{i / 1000} 1" for i in range(150_000)), "at most 100000"),
    ],
)  # fmt: skip
def test_values_that_are_none_are_refused_in_a_sentence_and_change_nothing(explorer, screen, tool, text, said) -> None:
    before = explorer.selection
    tool.type(text)
    assert said in screen.message and "<b>" not in screen.message
    assert explorer.selection is before
    tool.press("Step")
    assert screen.message == ""


def test_a_file_is_read(explorer, screen, tool) -> None:
    upload = find(tool.root, FileInput)

    def choose(name: str, content: bytes) -> None:
        upload._handle_custom_msg({"name": name}, [memoryview(content)])

    noise = np.random.default_rng(0).normal(size=900)
    lines = "\n".join(f"{i},{x!r}" for i, x in enumerate(noise.tolist()))
    choose("noise.csv", f"t,I\n{lines}\n".encode())
    assert (
        explorer.selection.pattern.title == "noise.csv" and explorer.selection.pattern.samples[0].size == 901
    )  # and where the last ends
    assert "901 values" in tool.box.value
    shown = explorer.selection
    tool.press("Apply")
    assert explorer.selection is shown and screen.message == ""
    for name, content, said in (("x.csv", b"\xff\xfe\x00", "is not text"), ("y.csv", b"", "no values"),
                                ("z.csv", b"0 1\n" * 1_100_000, "4 MB")):  # fmt: skip
        choose(name, content)
        assert said in screen.message and explorer.selection is shown
    assert len(shown.to_query()) < MAX_QUERY


def test_a_search_refuses_it_in_a_sentence_and_what_runs_goes_on(explorer, screen, tool) -> None:
    explorer.selection = Selection.of("lif", "tonic_bursting")
    run = explorer.optimize(budget=10_000_000)
    tool.press("Step")
    screen.press("Optimize")
    assert "stimulus without criteria" in screen.message and not run.snapshot().ended
    assert not screen.button("Optimize").disabled
    with pytest.raises(ValueError, match="nothing to search for"):
        explorer.optimize()
    explorer.stop()
    for title in ("Show me", "Practise"):
        screen.press(title)
        assert "Pick a pattern" in screen.message and explorer.selection.pattern.key == "stimulus_step"


def test_a_published_set_is_put_under_the_stimulus(explorer, screen, tool) -> None:
    tool.press("Step")
    screen.rows["duration"].box.value = 123.0
    screen.pick_preset("C tonic bursting")
    assert explorer.selection.pattern.key == "stimulus_step" and explorer.selection.values["duration"] == 123.0
    assert explorer.selection.values["c"] == -50.0


def test_gallery_and_menu_list_it_only_while_it_is_shown(explorer, screen, tool) -> None:
    (gallery,) = (x for x in widgets(explorer) if isinstance(x, GalleryView))
    items, options = gallery.items, screen.menu("Pattern").options
    tool.press("Ramp")
    assert [i["key"] for i in gallery.items] == [i["key"] for i in items] and gallery.shown == "stimulus_ramp"
    assert ("Ramp of current", "stimulus_ramp") in screen.menu("Pattern").options
    screen.menu("Pattern").value = "rebound_spike"
    assert explorer.selection.pattern.key == "rebound_spike" and screen.menu("Pattern").options == options


def test_a_link_and_a_line_of_python_open_on_it() -> None:
    given = pw.patterns.get(pw.Current.values([0, 12.5, 100], [0.1, -3, 0], lines=True))
    for pattern in (pw.patterns.stimulus("pulses", number=7), pw.patterns.stimulus("ramp"), given):
        selection = Selection.of("adex", pattern, {"holding": 12.0})
        again, notes = Selection.from_query(selection.to_query())
        assert notes == () and dict(again.values) == dict(selection.values)
        assert again.pattern.key == pattern.key and again.dt == selection.dt
        before, after = (
            [sweep.pieces for sweep in s.pattern.sweeps_at({n: [s.values[n]] for n in pattern.free}).values()]
            for s in (selection, again)
        )
        assert repr(before) == repr(after)
        line = selection.to_python().replace("pw.Explorer", "Selection.of")
        assert dict(eval(line, {"pw": pw, "Selection": Selection}).values) == dict(selection.values)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("pattern=stimulus_values", "too long for the link"),
        ("pattern=stimulus_values&samples=", "could not be read"),
        ("samples=0~1_nan~2", "‘nan’ is not a number"),
        ("samples=0~1~2_5~3", "could not be read"),
        ("samples=5~1_0~2", "must increase"),
        ("samples=%3Cscript%3E~1_2~3", "is not a number"),
        ("pattern=stimulus_pulses_99", "There is no pattern"),
        ("pattern=stimulus_step&duration=1e9", "out of range"),
    ],
)
def test_a_link_that_holds_anything_else_shows_something_and_says_why(query, said) -> None:
    selection, notes = Selection.from_query(query)
    assert said in " ".join(notes)
    assert selection.pattern.key in ("tonic_spiking", "stimulus_step")


def test_a_current_that_is_too_long_for_a_link_is_left_out_of_it() -> None:
    rng = np.random.default_rng(0)
    long = Selection.of("adex", pw.Current.values(np.arange(1000.0), rng.normal(size=1000)))
    assert "samples" not in long.to_query() and len(long.to_query()) < MAX_QUERY
    fits = Selection.of("adex", pw.Current.values(np.arange(200.0), rng.normal(size=200).round(3)))
    assert len(fits.to_query()) - 500 < MAX_SAMPLES and Selection.from_query(fits.to_query())[1] == ()


def test_a_page_without_a_server_shows_it_without_a_verdict() -> None:
    given = pw.patterns.get(pw.Current.values([0, 50, 100], [5, 10, 0]))
    model = pw.models.get("izhikevich")
    data = Contents(model, {"amplitude": 8.0}, None).data([given, pw.patterns.stimulus("pulses")])
    first, second = data["patterns"]
    assert first["python"].startswith("pw.Current.values(") and second["python"] == '"stimulus_pulses_5"'
    for pattern, sweep in ((first, "current"), (second, "stimulus")):
        assert pattern["sets"][0]["verdict"]["status"] == "unjudged" and pattern["targets"] == []
        assert pattern["components"][0]["sweeps"][0]["name"] == sweep
    assert "Values" not in page(model, [given], {"amplitude": 8.0}, None)[:50]


def test_an_explorer_opens_on_one_and_closes(monkeypatch) -> None:
    explorer = pw.Explorer("adex", pw.Current.values([0, 100], [300, 0]))
    assert explorer.wait(60)
    screen, tool = Screen(explorer), Tool(explorer)
    assert tool.active == ["Values…"] and tool.box.value == "0 300\n100 0" and "not judged" in screen.badge
    assert "Response" in named(explorer, "pw-verdict").children[0].value
    tool.press("Pattern’s own")
    assert explorer.selection.pattern.key == "tonic_spiking"
    assert "Criteria" in named(explorer, "pw-verdict").children[0].value
    explorer.close()
    assert isinstance(explorer.panel(StimulusPanel), StimulusPanel)
