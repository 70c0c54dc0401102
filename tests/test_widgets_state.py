"""State and link: what is copied opens again, and nothing that a link holds can break the explorer."""

import math
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plausiwidgets import models, patterns
from plausiwidgets.widgets.explorer.state import MAX_QUERY, State


def defaults(model: str, pattern: str) -> dict[str, float]:
    declared = patterns.get(pattern).parameters(models.get(model))
    return {name: p.default for name, p in declared.items()}


@pytest.mark.parametrize("model", ["lif", "adex", "adex_norse", "izhikevich", "izhikevich_2004"])
@pytest.mark.parametrize("pattern", ["tonic_spiking", "resonator", "threshold_variability"])
def test_a_link_opens_the_same_state(model: str, pattern: str) -> None:
    values = defaults(model, pattern)
    name = next(iter(values))
    values[name] = math.nextafter(values[name], math.inf)  # to the last bit
    state = State(model, pattern, values, 0.05)
    again, notes = State.from_query(state.to_query())
    assert again == state
    assert notes == []


def test_the_line_of_python_holds_the_same_values() -> None:
    state = State("adex", "tonic_bursting", defaults("adex", "tonic_bursting"), 0.05)
    calls = []
    namespace = {"pw": type("pw", (), {"Explorer": staticmethod(lambda *a, **k: calls.append((a, k)))})}
    exec(state.to_python(), namespace)
    assert calls == [(("adex", "tonic_bursting", dict(state.parameters)), {"dt": 0.05})]


def test_no_query_is_the_default() -> None:
    state, notes = State.from_query("")
    assert (state.model, state.pattern, state.dt, notes) == ("izhikevich", "tonic_spiking", None, [])
    assert state.parameters == defaults("izhikevich", "tonic_spiking")


@pytest.mark.parametrize(
    "field",
    [
        "a=nan", "a=inf", "a=-inf", "a=", "a=1e400", "a=1e30", "a=0x10", "a=1_0", "a=١", "a=__import__('os')",
        "dt=0", "dt=-1", "dt=1e-9", "dt=nan", "dt=100", "model=nope", "pattern=nope", "model=", "interval2=3",
        "a=0.02&a=0.03",
    ],
)  # fmt: skip
def test_what_cannot_be_used_gives_a_note_and_the_default(field: str) -> None:
    state, notes = State.from_query(field)
    assert len(notes) == 1
    expected = defaults("izhikevich", "tonic_spiking")
    assert state == State("izhikevich", "tonic_spiking", expected)


def test_a_time_of_the_stimulus_stays_in_its_range() -> None:
    """A link with an interval of a day would stand for a day of simulation."""
    state, notes = State.from_query("model=izhikevich&pattern=resonator&interval=86400000")
    assert state.parameters == defaults("izhikevich", "resonator")
    assert "interval" in notes[0]


def test_what_servers_add_gives_no_note() -> None:
    _, notes = State.from_query("token=secret&voila-theme=dark&voila-template=lab&_xsrf=1&model=adex")
    assert notes == []


def test_a_long_query_is_not_read() -> None:
    state, notes = State.from_query("a=0.5&" + "x=1&" * 1_000_000)
    assert len(notes) == 1
    assert state.parameters["a"] == defaults("izhikevich", "tonic_spiking")["a"]
    _, notes = State.from_query("&".join(f"x{i}=1" for i in range(MAX_QUERY // 10)))
    assert len(notes) == 1


def test_notes_are_short_and_show_little_of_the_link() -> None:
    markup = quote("<script>alert(1)</script>" * 20)
    _, notes = State.from_query(f"model={markup}&{markup}=1&a={markup}")
    assert notes
    assert all(len(note) < 250 for note in notes)


@given(st.text(max_size=300))
def test_any_text_gives_a_state(text: str) -> None:
    state, notes = State.from_query(text)
    assert state.model in models.names()
    assert state.pattern in patterns.names()
    assert all(math.isfinite(value) for value in state.parameters.values())
    assert len(notes) <= 7


@given(st.dictionaries(st.sampled_from(["model", "pattern", "a", "amplitude", "dt", "x"]), st.text(max_size=30)))
def test_any_fields_give_a_state(fields: dict[str, str]) -> None:
    state, _ = State.from_query("&".join(f"{name}={quote(text)}" for name, text in fields.items()))
    again, notes = State.from_query(state.to_query())
    assert again == state
    assert notes == []


def test_an_own_model_opens_from_its_link() -> None:
    own = models.get("lif")
    state, notes = State.from_query("model=lif", own)
    assert state.model == "lif"
    assert notes == []


def test_state_needs_no_notebook() -> None:
    code = (
        "import sys; from plausiwidgets.widgets.explorer.state import State; State.from_query('model=lif');"
        "assert not {'ipywidgets', 'plotly', 'anywidget'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
