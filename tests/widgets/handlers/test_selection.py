"""Selection and link: what is copied opens again, and nothing that a link holds can break the explorer."""

import math
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plausiwidgets import models, patterns
from plausiwidgets.widgets.handlers.link import MAX_QUERY
from plausiwidgets.widgets.handlers.selection import Selection

DEFAULT = Selection.defaults()


@pytest.mark.parametrize("model", ["lif", "adex", "adex_norse", "izhikevich", "izhikevich_2004"])
@pytest.mark.parametrize("pattern", ["tonic_spiking", "resonator", "threshold_variability"])
def test_a_link_opens_the_same_selection(model: str, pattern: str) -> None:
    selection = Selection.of(model, pattern, dt=0.05)
    name, value = next(iter(selection.values.items()))
    selection = selection.with_value(name, math.nextafter(value, math.inf))  # to the last bit
    again, notes = Selection.from_query(selection.to_query())
    assert again.values == selection.values
    assert (again.model, again.pattern, again.dt) == (selection.model, selection.pattern, 0.05)
    assert notes == ()


@pytest.mark.parametrize(
    "field",
    [
        "a=nan",
        "a=inf",
        "a=-inf",
        "a=",
        "a=1e400",
        "a=1e30",
        "a=0x10",
        "a=1_0",
        "a=١",
        "a=__import__('os')",
        "dt=0",
        "dt=-1",
        "dt=1e-9",
        "dt=nan",
        "dt=100",
        "model=nope",
        "pattern=nope",
        "model=",
        "interval2=3",
        "a=0.02&a=0.03",
    ],
)
def test_an_unusable_part_of_a_link_gives_a_note_and_the_default(field: str) -> None:
    selection, notes = Selection.from_query(field)
    assert len(notes) == 1
    assert selection == DEFAULT


def test_a_time_of_the_stimulus_stays_in_its_range() -> None:
    """A link with an interval of a day would stand for a day of simulation."""
    selection, notes = Selection.from_query("model=izhikevich&pattern=resonator&interval=86400000")
    assert selection == Selection.of("izhikevich", "resonator")
    assert "interval" in notes[0]


def test_fields_of_servers_give_no_note() -> None:
    _, notes = Selection.from_query("token=secret&reset&voila-theme=dark&voila-template=lab&_xsrf=1&model=adex")
    assert notes == ()


def test_a_long_query_is_not_read() -> None:
    selection, notes = Selection.from_query("a=0.5&" + "x=1&" * 1_000_000)
    assert len(notes) == 1
    assert selection == DEFAULT
    _, notes = Selection.from_query("&".join(f"x{i}=1" for i in range(MAX_QUERY // 10)))
    assert len(notes) == 1


def test_notes_are_short_and_show_little_of_the_link() -> None:
    markup = quote("<script>alert(1)</script>" * 20)
    _, notes = Selection.from_query(f"model={markup}&{markup}=1&a={markup}")
    assert notes
    assert all(len(note) < 250 for note in notes)


@given(st.text(max_size=300))
def test_any_text_gives_a_selection(text: str) -> None:
    selection, notes = Selection.from_query(text)
    assert selection.model.key in models.names()
    assert selection.pattern.key in patterns.names()
    assert all(math.isfinite(value) for value in selection.values.values())
    assert len(notes) <= 7


@given(st.dictionaries(st.sampled_from(["model", "pattern", "a", "amplitude", "dt", "x"]), st.text(max_size=30)))
def test_any_fields_give_a_selection(fields: dict[str, str]) -> None:
    selection, _ = Selection.from_query("&".join(f"{name}={quote(text)}" for name, text in fields.items()))
    assert Selection.from_query(selection.to_query()) == (selection, ())


def test_an_own_model_opens_from_its_link() -> None:
    own = models.get("lif")
    selection, notes = Selection.from_query("model=lif", own)
    assert selection.model is own
    assert notes == ()


def test_a_value_beyond_its_range_widens_it_and_one_beyond_its_limits_is_refused() -> None:
    a = DEFAULT.parameters["a"]
    wider = DEFAULT.with_value("a", 3.0 * a.high)
    assert wider.bounds["a"] == (a.low, 3.0 * a.high)
    assert DEFAULT.bounds["a"] == (a.low, a.high)
    lif = Selection.of("lif")
    for bad in (-1.0, 0.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="tau_mem"):
            lif.with_value("tau_mem", bad)


def test_a_range_is_checked_and_takes_the_value_with_it() -> None:
    selection = Selection.of("lif", parameters={"tau_mem": 20.0})
    assert selection.with_bounds("tau_mem", 10.0, 15.0).values["tau_mem"] == 15.0
    for low, high in ((20.0, 10.0), (10.0, 10.0), (-1.0, 10.0), (math.nan, 10.0), (10.0, math.inf)):
        with pytest.raises(ValueError, match="tau_mem"):
            selection.with_bounds("tau_mem", low, high)


def test_parameters_fixed_by_default_are_not_free() -> None:
    assert "bias" not in DEFAULT.varied
    assert {"a", "b", "c", "d", "amplitude", "holding"} <= set(DEFAULT.varied)
    assert DEFAULT.with_varied(["bias", "a"]).varied == ("a", "bias")  # in the order of the rows
    assert set(DEFAULT.bounds) == set(DEFAULT.values)


def test_a_range_whose_span_overflows_is_refused() -> None:
    with pytest.raises(ValueError, match="bounds of a must span at most"):
        DEFAULT.with_bounds("a", -1e308, 1e308)
