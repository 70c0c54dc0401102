"""A current that is not judged: in a link, in a line of Python, and on a page."""

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.catalogue.described import Described
from plausiwidgets.widgets.handlers.link import MAX_QUERY, MAX_SAMPLES
from plausiwidgets.widgets.handlers.selection import Selection


def test_a_link_and_a_line_of_python_open_on_it() -> None:
    given = pw.patterns.get(pw.Current.values([0, 12.5, 100], [0.1, -3, 0], lines=True))
    noise, chirp = pw.noise(0.5, 80.0, 1.5, 2.0, 2.0**32 - 1.0), pw.chirp(1.1, 9.0, 2.0, 1.0, 8.0)
    noise = pw.Current([pw.pulse(0.0, 80.25, 3.0), noise, chirp], 200.0)
    made = [pw.patterns.stimulus("noise", seed=12), pw.patterns.stimulus("chirp"), pw.patterns.get(noise)]
    for pattern in (pw.patterns.stimulus("pulses", number=7), pw.patterns.stimulus("ramp"), given, *made):
        selection = Selection.of("adex", pattern, {"holding": 12.0})
        again, notes = Selection.from_query(selection.to_query())
        assert notes == () and dict(again.values) == dict(selection.values)
        assert again.pattern.key == pattern.key and again.dt == selection.dt
        before, after = (
            [sweep.pieces for sweep in s.pattern.sweeps_at({n: [s.values[n]] for n in pattern.stimulus_names}).values()]
            for s in (selection, again)
        )
        assert repr(before) == repr(after)
        line = selection.to_python().replace("pw.Explorer", "Selection.of")
        assert dict(eval(line, {"pw": pw, "Selection": Selection}).values) == dict(selection.values)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("pattern=stimulus_values", "too long for a link"),
        ("pattern=stimulus_values&samples=", "could not be read"),
        ("samples=0~1_nan~2", "‘nan’ is not a number"),
        ("samples=0~1~2_5~3", "could not be read"),
        ("samples=5~1_0~2", "must increase"),
        ("samples=%3Cscript%3E~1_2~3", "is not a number"),
        ("samples=0~9~1~1~1~0~3", "tau must be at least 0.1 ms"),
        ("samples=0~9~1~1~7~5~3", "the fifth number of a piece must be 1"),
        ("samples=0~9~1~1_0~1", "could not be read"),
        ("pattern=stimulus_noise_4294967296", "There is no pattern"),
        ("pattern=stimulus_pulses_99", "There is no pattern"),
        ("pattern=stimulus_step&duration=1e9", "must be from 1 to 1000 ms"),
    ],
)
def test_a_link_with_an_invalid_current_shows_the_default_with_a_note(query, said) -> None:
    selection, notes = Selection.from_query(query)
    assert said in " ".join(notes)
    assert selection.pattern.key in ("tonic_bursting", "stimulus_step")


def test_a_current_that_is_too_long_for_a_link_is_left_out_of_it() -> None:
    rng = np.random.default_rng(0)
    long = Selection.of("adex", pw.Current.values(np.arange(1000.0), rng.normal(size=1000)))
    assert "samples" not in long.to_query() and len(long.to_query()) < MAX_QUERY
    fits = Selection.of("adex", pw.Current.values(np.arange(200.0), rng.normal(size=200).round(3)))
    assert len(fits.to_query()) - 500 < MAX_SAMPLES and Selection.from_query(fits.to_query())[1] == ()


def test_a_page_without_a_server_shows_it_without_a_verdict(tmp_path) -> None:
    given = pw.patterns.get(pw.Current.values([0, 50, 100], [5, 10, 0]))
    model = pw.models.get("izhikevich")
    data = Described(model, {"amplitude": 8.0}, None).data([given, pw.patterns.stimulus("pulses")])
    first, second = data["patterns"]
    assert first["python"].startswith("pw.Current.values(") and second["python"] == '"stimulus_pulses_5"'
    for pattern, sweep in ((first, "current"), (second, "stimulus")):
        assert pattern["sets"][0]["status"] == "unjudged" and pattern["targets"] == []
        assert pattern["components"][0]["sweeps"][0]["name"] == sweep
    assert pw.export_page(model, [given], {"amplitude": 8.0}, path=tmp_path / "page.html").exists()
