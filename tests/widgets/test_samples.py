"""The panel of samples: accepted sets on request, in the background, each of which opens."""

from threading import Event

import numpy as np
import pytest
from screen import Alone, until

import plausiwidgets as pw
from plausiwidgets.analysis import NothingAccepted
from plausiwidgets.analysis.samples import Sampling
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.tools.samples import HINT, SamplesPanel, same_region

FREE = ["tau_mem", "t_ref", "amplitude"]


def panel_of(selection: Selection) -> SamplesPanel:
    host = Alone(selection)
    panel = host.panel(SamplesPanel)
    host.session.attach(panel)
    return panel


@pytest.fixture
def panel() -> SamplesPanel:
    selection = Selection.of("lif", "tonic_spiking", {"tau_mem": 15.0}).with_free(FREE)
    made = panel_of(selection.with_bounds("amplitude", 10.0, 40.0))
    verdict = pw.judge("lif", "tonic_spiking", made.explorer.session.selection.values, verify=False)
    made.explorer.session.publish(Response("yours", made.explorer.session.selection, verdict))
    return made


def press(panel: SamplesPanel) -> None:
    panel._on_message(None, {"press": True}, None)


def settled(panel: SamplesPanel) -> SamplesPanel:
    assert panel.explorer.worker.join(60)
    return panel


def test_on_request_it_shows_the_sets_of_the_function_and_their_marginals(panel: SamplesPanel) -> None:
    assert settled(panel).sets is None and panel.view.columns == [] and not panel.view.running
    press(panel)
    assert panel.view.running
    settled(panel)
    selection = panel.explorer.session.selection
    fixed = {name: selection.values[name] for name in selection.values if name not in FREE}
    bounds = {name: selection.bounds[name] for name in FREE}
    expected = pw.analysis.sample_accepted("lif", "tonic_spiking", 500, seed=0, fixed=fixed, bounds=bounds)
    assert panel.sets is not None and panel.sets.equals(expected) and not panel.view.running
    columns = {column["key"]: column for column in panel.view.columns}
    assert set(FREE) <= set(columns) and "rate" in columns and not set(fixed) & set(columns)
    for name in FREE:
        share = np.frombuffer(columns[name]["share"], np.float32)
        parameter = selection.parameters[name]
        assert share == pytest.approx(parameter.to_unit(expected[name], *selection.bounds[name]), abs=1e-6)
        counts = np.histogram(share, bins=16, range=(0.0, 1.0))[0]
        assert panel._marks.spread[name] == pytest.approx(counts / counts.max(), abs=0.02)
    assert set(panel._marks.spread) == set(FREE) and set(panel.view.pair) <= set(columns)
    assert columns["n"]["label"] == "spikes" and columns["rate"]["label"].endswith("(Hz)")
    assert (np.frombuffer(columns["n"]["value"]) == expected["n"]).all()
    # The neuron of the sliders is there too, by what was measured of it.
    low, high = expected["n"].min(), expected["n"].max()
    n = next(check.value for check in pw.judge("lif", "tonic_spiking", selection.values).checks if check.key == "n")
    assert panel.view.here["n"] == pytest.approx((n - low + 0.04 * (high - low)) / (1.08 * (high - low)))


def test_a_point_opens_its_neuron_and_the_sets_stay(panel: SamplesPanel) -> None:
    press(panel)
    sets = settled(panel).sets
    assert sets is not None
    session = panel.explorer.session
    before = session.selection
    panel._on_message(None, {"open": 7}, None)
    now = session.selection
    assert {name: now.values[name] for name in now.values} == {name: sets[name][7] for name in now.values}
    assert panel.sets is sets and now.bounds == before.bounds
    share = np.frombuffer(next(c for c in panel.view.columns if c["key"] == "t_ref")["share"], np.float32)
    assert panel.view.here["t_ref"] == pytest.approx(share[7])
    session.undo()
    assert session.selection.values == before.values
    panel._on_message(None, {"open": 500}, None)
    panel._on_message(None, {"open": "7"}, None)
    assert session.selection.values == before.values


def test_sets_of_another_region_are_gone(panel: SamplesPanel) -> None:
    press(panel)
    settled(panel)
    session = panel.explorer.session
    session.change(session.selection.with_value("tau_mem", 20.0))
    assert panel.sets is not None  # it moves within the region
    now = session.selection
    others = [
        now.with_value("v_rest", -66.0),
        now.with_free(FREE[:2]),
        now.with_dt(0.05),
        Selection.of("lif", "integrator"),
    ]
    assert not any(same_region(now, other) for other in others)
    session.change(now.with_bounds("t_ref", 0.0, 4.0))
    assert panel.sets is None and panel.view.columns == [] and panel._marks.spread == {}


def test_it_stops_and_other_jobs_come_in_between(panel: SamplesPanel) -> None:
    worker, done = panel.explorer.worker, Event()
    press(panel)
    worker.ask("other", Priority.IDLE, lambda checkpoint: done.set())
    until(done.is_set)
    panel = panel_of(Selection.of("izhikevich", "tonic_bursting"))
    press(panel)
    until(lambda: "judged" in panel.view.text or not panel.view.running)
    press(panel)
    assert not panel.view.running and settled(panel).sets is None and panel.view.text == HINT


def test_where_nothing_is_found_or_to_be_judged_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> None:
        raise NothingAccepted("none in 9 evaluations")

    monkeypatch.setattr(Sampling, "step", nothing)
    panel = panel_of(Selection.of("lif", "tonic_spiking"))
    press(panel)
    assert "Found none" in settled(panel).view.text and not panel.view.running
    panel.explorer.session.show(Selection.of("lif", pw.patterns.stimulus("step")))
    assert not panel.view.possible and "not judged" in panel.view.text
    hidden = pw.teaching.mystery("lif", "tonic_spiking", 1)
    panel.explorer.session.show(Selection.of(hidden.model, hidden.pattern))
    assert not panel.view.possible and "mystery" in panel.view.text
