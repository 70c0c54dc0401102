"""A parameter's row and the column of rows, as a user uses them."""

import math
import re
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from screen import Alone, Row, Screen

import plausiwidgets as pw
from plausiwidgets import models, patterns
from plausiwidgets.widgets import Selection, Session
from plausiwidgets.widgets.explorer.parameter_row import in_box
from plausiwidgets.widgets.explorer.parameters import ParameterPanel
from plausiwidgets.widgets.session.link import reach
from plausiwidgets.widgets.session.slider import STEPS, dragged, position
from plausiwidgets.widgets.view.messages import MessageLine
from plausiwidgets.widgets.view.symbols import symbol

PARAMETERS = [
    pytest.param(p, id=f"{name}-{p.key}") for name in models.names() for p in models.get(name).parameters.values()
]
TAU = models.get("lif").parameters["tau_mem"]  # on a log scale, above 0


@pytest.fixture
def host() -> Alone:
    return Alone(Selection.of("lif"))


@pytest.fixture
def session(host: Alone) -> Session:
    return host.session


@pytest.fixture
def messages(host: Alone) -> MessageLine:
    return host.messages


@pytest.fixture
def column(host: Alone) -> Screen:
    for panel in (host.messages, host.panel(ParameterPanel)):
        host.session.attach(panel)
    return Screen(host.panel(ParameterPanel).view)


@pytest.fixture
def row(column: Screen) -> Row:
    return column.rows["tau_mem"]


def test_a_drag_moves_value_and_box(session: Session, row: Row) -> None:
    row.slider.value = STEPS
    assert session.selection.values["tau_mem"] == row.box.value == TAU.high
    row.slider.value = STEPS // 2
    assert session.selection.values["tau_mem"] == pytest.approx((TAU.low * TAU.high) ** 0.5, rel=1e-2)


def test_a_typed_value_is_kept_exactly_and_moves_the_slider(session: Session, row: Row) -> None:
    row.box.value = 5.123456789
    assert session.selection.values["tau_mem"] == 5.123456789
    assert row.slider.value == position(TAU, 5.123456789, TAU.low, TAU.high)


def test_a_selected_value_keeps_digits_that_the_box_does_not_show(session: Session, row: Row) -> None:
    session.change(session.selection.with_value("tau_mem", 12.3456789012345))
    assert row.box.value == 12.3457
    assert session.selection.values["tau_mem"] == 12.3456789012345


@pytest.mark.parametrize("bad", [0.0, -3.0, float("nan"), float("inf")])
def test_a_value_beyond_the_hard_limits_is_refused_with_its_name_and_the_limits(
    session: Session, messages: MessageLine, row: Row, bad: float
) -> None:
    row.box.value = bad
    assert session.selection.values["tau_mem"] == row.box.value == TAU.default
    assert messages.text in ("tau_mem must be at least 2 ms.", "tau_mem must be a number.")
    row.box.value = 21.0
    assert messages.text == ""


def test_bounds_are_edited_and_checked(session: Session, messages: MessageLine, column: Screen) -> None:
    column.show_bounds()
    row = column.rows["tau_mem"]
    low, high = row.bounds
    row.box.value = 20.0
    low.value = 10.0
    assert session.selection.bounds["tau_mem"] == (10.0, TAU.high)
    high.value = 15.0
    assert session.selection.values["tau_mem"] == row.box.value == 15.0
    high.value = 5.0
    assert "tau_mem" in messages.text
    assert session.selection.bounds["tau_mem"] == (10.0, high.value) == (10.0, 15.0)
    column.show_bounds(False)
    assert column.rows["tau_mem"].bounds is None


def test_a_tick_frees_a_parameter(session: Session, row: Row) -> None:
    row.tick.value = False
    assert "tau_mem" not in session.selection.free
    row.tick.value = True
    assert session.selection.free == Selection.of("lif").free


@pytest.mark.parametrize("bad", [0.0, -1.0, 100.0, float("nan")])
def test_a_time_step_that_is_none_is_refused(session: Session, messages: MessageLine, column: Screen, bad) -> None:
    column.dt.value = bad
    assert column.dt.value == session.selection.dt == models.get("lif").dt
    assert "The time step must be" in messages.text
    column.dt.value = 0.05
    assert session.selection.dt == 0.05
    assert messages.text == ""


def test_the_tooltip_says_what_the_parameter_is(row: Row) -> None:
    for text in (TAU.description, f"default {TAU.default:g} ms", f"{TAU.low:g} to {TAU.high:g} ms", "log scale"):
        assert text in row.slider.tooltip


def test_events_from_many_threads_leave_slider_box_and_value_in_agreement(session: Session, row: Row) -> None:
    def drag(offset: int) -> None:
        for i in range(100):
            row.slider.value = (offset + 7 * i) % STEPS

    threads = [threading.Thread(target=drag, args=(40 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row.slider.value = 100
    assert row.box.value == pytest.approx(session.selection.values["tau_mem"], rel=1e-5)
    assert session.selection.values["tau_mem"] == dragged(TAU, 100, TAU.low, TAU.high)


def test_another_pattern_has_its_own_stimulus_in_the_column(session: Session, column: Screen) -> None:
    assert "interval" not in column.rows
    column.rows["tau_mem"].box.value = 30.0
    session.show(session.recalled(models.get("lif"), patterns.get("resonator")))
    assert column.rows["interval"].box.value == session.selection.values["interval"]
    assert column.rows["tau_mem"].box.value == 30.0


NUMBERS = st.one_of(
    st.floats(), st.integers().filter(lambda x: abs(x) < 2**1000).map(float),
    st.sampled_from([0.0, -0.0, 5e-324, 1e-12, 1e12, 1e300, -1e300, float("nan"), float("inf"), float("-inf")]),
)  # fmt: skip


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), value=NUMBERS)
def test_whatever_is_typed_is_taken_or_refused_in_a_sentence(session, messages, column, data, value: float) -> None:
    column.show_bounds()
    rows = column.rows
    name = data.draw(st.sampled_from(sorted(rows)))
    row = rows[name]
    box = data.draw(st.sampled_from([row.box, *row.bounds, column.dt]))
    before, shown = session.selection, box.value
    messages.clear()
    box.value = value
    after = session.selection
    if messages.text:
        assert after == before and box.value == shown
        assert re.fullmatch(r"[a-zA-Z][^:]* (must be|is) .*\.|bounds of .*\.", messages.text), messages.text
        assert "Error" not in messages.text
    else:
        low, high = reach(after.parameters[name])
        assert low <= after.values[name] <= high
        assert all(math.isfinite(x) for x in after.values.values())


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_each_position_is_a_value_of_its_own_with_few_digits(parameter: models.Parameter) -> None:
    low, high = parameter.low, parameter.high
    values = [dragged(parameter, i, low, high) for i in range(STEPS + 1)]
    assert values[0] == low
    assert values[-1] == high
    assert all(a < b for a, b in zip(values[:-1], values[1:], strict=True))
    assert [position(parameter, v, low, high) for v in values] == list(range(STEPS + 1))
    texts = [f"{value!r}" for value in values[1:-1]]
    assert max(len(text.lstrip("-").replace(".", "").lstrip("0")) for text in texts) <= 6


def test_names_are_shown_with_greek_letters_and_an_index() -> None:
    assert symbol("tau_mem") == "τ<sub>mem</sub>"
    assert symbol("<b>") == "&lt;b&gt;"
    assert in_box(0.123456789) == 0.123457
    assert in_box(5.45e-16) == 0.0


@pytest.mark.parametrize("key", patterns.names()[:20])
def test_an_arrow_says_which_current_goes_down(key: str) -> None:
    verdict = pw.judge("izhikevich", key, verify=False)
    falls = any(trace.current.min() < trace.current[0, 0] for trace in verdict.traces.values())
    host = Alone(Selection.of("izhikevich", key))
    host.session.attach(host.panel(ParameterPanel))
    rows = Screen(host.panel(ParameterPanel).view).rows
    down = {name for name, row in rows.items() if "↓" in row.label.value}
    assert down == ({"inhibition" if "inhibition" in rows else "amplitude"} if falls else set())


def test_a_line_that_may_be_cut_can_be_opened_and_stands_there_once(messages: MessageLine) -> None:
    short, long = "Done.", "The budget must be a whole number of evaluations from 100 to 100000000."
    messages.note(short)
    assert "<details>" not in messages.view.value
    messages.note(long)
    assert "<summary>" in messages.view.value and messages.view.value.count(long) == 1
    messages.note([short, long])
    assert re.search(rf"<summary>{short} .*<div>{re.escape(long)}</div>", messages.view.value)
