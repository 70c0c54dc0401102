"""A parameter's row and the column of rows, as a person uses them."""

import threading

import pytest

from plausiwidgets import models, patterns
from plausiwidgets.models import Parameter
from plausiwidgets.widgets.explorer.controls import ParameterRow, Shared
from plausiwidgets.widgets.explorer.numbers import STEPS
from plausiwidgets.widgets.explorer.parameters import ParameterPanel

TAU = Parameter(
    "tau", 20.0, 5.0, 80.0, unit="ms", scale="log", limits=(0.1, None), description="How slow.", source="A. Paper"
)


@pytest.fixture
def events() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def row(events: list[tuple[str, str]]) -> ParameterRow:
    def changed(row: ParameterRow | None, what: str) -> None:
        events.append(("changed", what))

    return ParameterRow(TAU, Shared(threading.RLock(), changed, lambda text: events.append(("refused", text))))


def test_a_drag_moves_value_and_box_and_is_told_once(row: ParameterRow, events: list) -> None:
    row._slider.value = STEPS
    assert row.value == row._box.value == 80.0
    row._slider.value = STEPS // 2
    assert row.value == pytest.approx(20.0, rel=1e-2)  # the middle of a log scale
    assert events == [("changed", "value")] * 2


def test_a_typed_value_is_kept_exactly_and_moves_the_slider(row: ParameterRow, events: list) -> None:
    row._box.value = 5.123456789
    assert row.value == 5.123456789
    assert row._slider.value < 10
    assert events == [("changed", "value")]


def test_a_set_value_keeps_digits_that_the_box_does_not_show(row: ParameterRow, events: list) -> None:
    row.set(12.3456789012345)
    assert row.value == 12.3456789012345
    assert row._box.value == 12.3457
    assert events == []


def test_a_typed_value_beyond_the_range_widens_it(row: ParameterRow, events: list) -> None:
    row._box.value = 200.0
    assert (row.value, row.high, row._slider.value) == (200.0, 200.0, STEPS)


@pytest.mark.parametrize("bad", [0.0, -3.0, float("nan"), float("inf")])
def test_a_value_beyond_the_hard_limits_is_refused_with_name_value_and_limits(
    row: ParameterRow, events: list, bad: float
) -> None:
    row._box.value = bad
    assert row.value == 20.0
    assert row._box.value == 20.0
    ((kind, text),) = events
    assert kind == "refused"
    assert "tau" in text
    assert "0.1" in text


def test_bounds_are_edited_and_checked(row: ParameterRow, events: list) -> None:
    row.show_bounds(True)
    low, high = row._bounds
    low.value = 10.0
    assert (row.low, row.value) == (10.0, 20.0)
    high.value = 15.0
    assert row.value == 15.0
    high.value = 5.0
    assert row.high == high.value == 15.0
    assert [kind for kind, _ in events] == ["changed", "changed", "refused"]
    row.show_bounds(False)
    assert len(row.view.children) == 1


def test_the_tooltip_says_what_the_parameter_is(row: ParameterRow) -> None:
    for text in ("How slow.", "default 20 ms", "5–80 ms", "log scale", "A. Paper"):
        assert text in row._slider.tooltip


def test_events_from_many_threads_leave_slider_box_and_value_in_agreement(row: ParameterRow) -> None:
    def drag(offset: int) -> None:
        for i in range(100):
            row._slider.value = (offset + 7 * i) % STEPS

    threads = [threading.Thread(target=drag, args=(40 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row._slider.value = 100
    assert row._box.value == pytest.approx(row.value, rel=1e-5)


@pytest.fixture
def panel() -> ParameterPanel:
    return ParameterPanel(threading.RLock(), lambda row, what: None, lambda text: None)


def test_another_pattern_keeps_the_parameters_of_the_model(panel: ParameterPanel) -> None:
    model = models.get("izhikevich")
    panel.show(model, patterns.get("tonic_spiking"))
    panel.set_values({"a": 0.05, "amplitude": 7.0})
    panel.show(model, patterns.get("resonator"))
    assert panel.values()["a"] == 0.05
    assert "interval" in panel.values()
    assert panel.values()["amplitude"] != 7.0
    panel.show(model, patterns.get("tonic_spiking"))
    assert panel.values()["amplitude"] == 7.0


def test_another_model_has_its_own_values_and_time_step(panel: ParameterPanel) -> None:
    pattern = patterns.get("tonic_spiking")
    panel.show(models.get("izhikevich"), pattern)
    panel.set_values({"a": 0.05})
    panel.dt = 0.2
    panel.show(models.get("adex"), pattern)
    assert panel.dt == models.get("adex").dt
    panel.show(models.get("izhikevich"), pattern)
    assert panel.values()["a"] == 0.05
    assert panel.dt == 0.2


def test_a_bad_value_changes_no_row(panel: ParameterPanel) -> None:
    panel.show(models.get("lif"), patterns.get("tonic_spiking"))
    before = panel.values()
    with pytest.raises(ValueError, match="tau_mem"):
        panel.set_values({"v_rest": -61.0, "tau_mem": -1.0})
    assert panel.values() == before


def test_what_is_fixed_by_default_is_not_free(panel: ParameterPanel) -> None:
    panel.show(models.get("izhikevich"), patterns.get("tonic_spiking"))
    assert "bias" not in panel.free()
    assert {"a", "b", "c", "d", "amplitude", "holding"} <= set(panel.free())
    assert set(panel.bounds()) == set(panel.values())
