"""Numbers on sliders: every position is a value of its own, and a value finds its position again."""

import pytest

from plausiwidgets import models
from plausiwidgets.widgets.explorer.numbers import STEPS, dragged, in_box, position, shown, symbol

PARAMETERS = [
    pytest.param(p, id=f"{name}-{p.name}") for name in models.names() for p in models.get(name).parameters.values()
]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_each_position_is_a_value_of_its_own(parameter: models.Parameter) -> None:
    low, high = parameter.low, parameter.high
    values = [dragged(parameter, i, low, high) for i in range(STEPS + 1)]
    assert values[0] == low
    assert values[-1] == high
    assert all(a < b for a, b in zip(values[:-1], values[1:], strict=True))
    assert [position(parameter, v, low, high) for v in values] == list(range(STEPS + 1))


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_dragged_values_have_few_digits(parameter: models.Parameter) -> None:
    texts = [f"{dragged(parameter, i, parameter.low, parameter.high)!r}" for i in range(1, STEPS)]
    assert max(len(text.lstrip("-").replace(".", "").lstrip("0")) for text in texts) <= 6


def test_shown() -> None:
    assert [shown(x) for x in (0.0, -65.0, 0.02, 1234567.0, 1e9, float("nan"))] == [
        "0", "−65", "0.02", "1234567", "1e+09", "–",
    ]  # fmt: skip
    assert in_box(0.123456789) == 0.123457


def test_symbol() -> None:
    assert symbol("tau_mem") == "τ<sub>mem</sub>"
    assert symbol("<b>") == "&lt;b&gt;"
