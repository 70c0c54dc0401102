"""The gallery: pictures in their order, what was found, and the way from a click to the explorer."""

import re

import numpy as np
import pytest
from screen import Alone, until

import plausiwidgets as pw
from plausiwidgets.analysis.known import published_statuses
from plausiwidgets.widgets.explorer import thumbnails
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.explorer.thumbnails import HEIGHT, WIDTH, packaged_thumbnail, thumbnail
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response


def numbers(path):
    return np.array([float(x) for x in re.findall(r"-?\d+\.?\d*", path)]).reshape(-1, 2)


@pytest.mark.parametrize("key", pw.patterns.names()[:20])
def test_every_pattern_fills_its_picture(key):
    drawn = thumbnail(pw.patterns.get(key))
    points = numbers(drawn["potential"])
    assert len(points) > 4
    assert points[:, 0].min() >= -0.5
    assert points[:, 0].max() == pytest.approx(WIDTH, abs=2.0)
    assert np.ptp(points[:, 1]) > 20.0
    assert points[:, 1].max() <= HEIGHT
    assert len(drawn["potential"]) < 4000


def test_spikes_can_be_counted_in_a_picture():
    points = numbers(thumbnail(pw.patterns.get("phasic_bursting"))["potential"])
    top = points[:, 1] < 3.5
    assert (np.diff(top.astype(int)) == 1).sum() >= 3


def assert_drawn_from_the_patterns():
    """Fail, naming the command, unless the packaged pictures are what is drawn from the patterns."""
    packaged = thumbnails.PICTURES.read_text(encoding="utf-8")
    assert thumbnails.text_of_pictures() == packaged, f"a pattern was edited: {thumbnails.COMMAND}"


def test_the_packaged_pictures_are_those_of_the_patterns(monkeypatch):
    assert_drawn_from_the_patterns()
    monkeypatch.setattr(thumbnails, "LOW", 36.0)
    with pytest.raises(AssertionError, match=re.escape(thumbnails.COMMAND)):
        assert_drawn_from_the_patterns()


def test_the_gallery_has_its_pictures_before_anything_is_simulated():
    panel = Alone(Selection.of("lif", "integrator")).panel(GalleryPanel)
    panel.on_selection(Selection.of("lif", "integrator"), True)
    twenty = panel.view.items[:20]
    assert [item["potential"] for item in twenty] == [
        packaged_thumbnail(pw.patterns.get(item["key"]))["potential"] for item in twenty
    ]
    assert all(item["potential"] for item in twenty)


def panel_of(selection):
    picked = []
    panel = Alone(selection).panel(GalleryPanel)
    panel._pickers.pick = picked.append
    panel.on_selection(selection, True)
    panel.on_response(Response("yours", selection, None))  # the pictures wait for what is picked
    until(lambda: all(item["potential"] for item in panel.view.items[:20]))
    return panel, picked


def test_the_twenty_stand_in_their_order_with_what_the_model_shows():
    panel, picked = panel_of(Selection.of("lif", "integrator"))
    assert [item["letter"] for item in panel.view.items[:20]] == list("ABCDEFGHIJKLMNOPQRST")
    assert panel.view.shown == "integrator"
    found = panel.view.found
    assert {key for key, word in found.items() if word == "replicated"} <= {
        "tonic_spiking", "class_1_excitable", "integrator"}  # fmt: skip
    assert found["tonic_bursting"] == "impossible"
    panel.view._handle_custom_msg({"pick": "rebound_spike"}, [])
    assert picked == [pw.patterns.get("rebound_spike")]
    for nonsense in ({"pick": "no pattern"}, {"pick": 3}, "pick", None, {}):
        panel.view._handle_custom_msg(nonsense, [])
    assert len(picked) == 1


def own_neuron():
    lif = pw.models.get("lif")
    return pw.NeuronModel(
        "mine", lif.step, list(lif.parameters.values()), lif.initial_state, lif.current, lif.rest, lif.threshold
    )


def test_what_was_found_in_this_explorer_fills_the_dot_of_a_neuron_of_ones_own():
    neuron = own_neuron()
    assert published_statuses(neuron) == {}
    selection = Selection.of(neuron, "tonic_spiking", {"amplitude": 40.0})
    panel, _ = panel_of(selection)
    assert panel.view.found == {}
    verdict = pw.judge(neuron, "tonic_spiking", {"amplitude": 40.0})
    panel.on_response(Response("yours", selection, verdict))
    assert panel.view.found == {"tonic_spiking": verdict.status}
    rejected = pw.judge(neuron, "tonic_spiking", {"amplitude": 0.5})
    panel.on_response(Response("yours", selection, rejected))
    assert panel.view.found == {"tonic_spiking": verdict.status}
    panel.on_selection(Selection.of("adex", "tonic_spiking"), True)
    assert panel.view.found["tonic_spiking"] == "replicated"


def test_a_search_of_another_pattern_counts_too():
    result = pw.optimize("lif", "class_1_excitable", budget=300, seed=1)
    panel, _ = panel_of(Selection.of("lif", "tonic_spiking"))
    before = dict(panel.view.found)
    panel.on_result(result)
    assert panel.view.found == before | {"class_1_excitable": "replicated"}


def test_a_pattern_of_ones_own_joins_the_others():
    t = np.arange(0.0, 100.0, 0.1)
    own = pw.from_recording(t, spikes=[20.0, 40.0, 60.0], current=(t > 10.0) * 1.0, key="mine", title="<b>mine</b>")
    panel = Alone(Selection.of("lif", own)).panel(GalleryPanel)
    panel.on_selection(Selection.of("lif", own), True)
    panel.on_response(Response("yours", Selection.of("lif", own), None))
    until(lambda: panel.view.items[-1]["potential"])
    assert panel.view.items[-1]["key"] == "mine"
    assert panel.view.shown == "mine"


def test_what_was_found_of_a_mystery_is_not_said_of_the_next_one():
    first, second = (pw.teaching.mystery("lif", "tonic_spiking", seed) for seed in (1, 2))
    shown = [Selection.of("lif", hidden.pattern, hidden.start, hidden.dt) for hidden in (first, second)]
    panel = Alone(shown[0]).panel(GalleryPanel)
    panel.on_selection(shown[0], True)
    solved = pw.judge("lif", first.pattern, first.reveal(), dt=first.dt)
    panel.on_response(Response("yours", shown[0], solved))
    assert panel.view.found["mystery"] == solved.status
    panel.on_selection(shown[1], True)
    assert first.pattern.key == second.pattern.key and "mystery" not in panel.view.found
    panel.on_selection(shown[0], True)
    assert panel.view.found["mystery"] == solved.status
