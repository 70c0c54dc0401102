"""What the app gives to be copied as Python: run, it is the selection that is shown."""

import json
from collections.abc import Callable
from pathlib import Path

import node
import numpy as np
import pytest
from small_neurons import make

import plausiwidgets as pw
from plausiwidgets.engine.current import Current
from plausiwidgets.patterns.stimuli import given
from plausiwidgets.recordings.recording_file import read_recording
from plausiwidgets.widgets.catalogue import contents
from plausiwidgets.widgets.handlers.describe import outlined
from plausiwidgets.widgets.handlers.initial_selection import first_set
from plausiwidgets.widgets.handlers.lookup import Known
from plausiwidgets.widgets.handlers.selection import Selection

pytestmark = pytest.mark.skipif(node.NODE is None, reason="needs Node")

COPIED = """
function answer({ catalogue, data, selection }) {
  const pattern = patternOf(catalogue, data, selection.pattern);
  const shown = { current: { value: selection }, pattern: { value: pattern }, data: { value: data } };
  return [pythonOf(shown), addressOf(selection, data)];
}
"""


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Selection], list[str]]:
    """Gives the text of Share, and the address, as the page makes them."""

    def of(selection: Selection) -> list[str]:
        shown = Known().step_of(selection)
        data = outlined(selection.model, selection.pattern, str(shown["model"]), str(shown["pattern"]))
        given_ = {"catalogue": json.loads(contents.shared_json()), "data": data, "selection": shown}
        names = node.imported("addressOf, patternOf, pythonOf", "tools/menus", "models/link", "catalogue")
        return node.run(tmp_path, f"{names}\n{COPIED}", given_)

    return of


def leaky() -> pw.NeuronModel:
    def step(current, state, p, dt):
        (v,) = state
        v = v + dt / p.tau * (-65.0 - v + current)
        return np.where(v > -50.0, 1.0, 0.0), (np.where(v > -50.0, -65.0, v),)

    return make(step, key="leaky_for_copies")


@pytest.fixture
def recording(tmp_path, monkeypatch):
    """A file whose times are seconds, of which the file says nothing."""
    samples = np.arange(2000)
    t = samples * 0.00025
    v = -65.0 + 85.0 * (samples % 200 == 160)
    text = "t,v\n" + "\n".join(f"{a:.5f},{b}" for a, b in zip(t, v, strict=True))
    (tmp_path / "a cell's.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    return read_recording(text.encode(), "a cell's.csv").pattern(pw.models.get("adex"), {"t": "s", "v": "mV"})


def run(text: str) -> object:
    """Run a text; the value of its last line."""
    *lines, last = text.splitlines()
    scope: dict[str, object] = {"pw": pw}
    exec("\n".join(lines), scope)
    return eval(last, scope)


def same(verdict: object, selection: Selection) -> None:
    assert (verdict.model, verdict.pattern, verdict.dt) == (selection.model.key, selection.pattern.key, selection.dt)
    assert dict(verdict.parameters) == dict(selection.values)


@pytest.mark.parametrize("model", ["izhikevich", "adex", "hodgkin_huxley"])
def test_the_copied_text_gives_the_same_selection(copied, model):
    selection = Selection.of(model, "tonic_bursting", {"amplitude": 3.25}, 0.05)
    same(run(copied(selection)[0]), selection)


@pytest.mark.parametrize(
    ("model", "pattern"),
    [("izhikevich", "phasic_bursting"), ("adex", "tonic_bursting"), ("adex", "resonator"), ("lif", "tonic_bursting")],
)
def test_the_copied_text_of_what_the_app_opens_gives_the_verdict_of_the_app(copied, model, pattern):
    opened = first_set(pw.models.get(model), pattern)
    verdict = run(copied(opened)[0])
    same(verdict, opened)
    stored = contents.packaged(model)["patterns"][pattern]["sets"][0]
    assert (verdict.status, verdict.failed_test) == (stored["status"], stored["why"])
    assert verdict.loss == pw.judge(model, pattern).loss


def test_the_copied_text_gives_a_registered_neuron_and_several_patterns(copied):
    own = leaky()
    pw.models.register(own)
    together = pw.patterns.all_of("tonic_spiking", "integrator")
    selection = Selection.of(own, together, {"tau": 12.5})
    same(run(copied(selection)[0]), selection)


def test_the_copied_text_gives_a_current_and_its_address_holds_the_values(copied):
    current = given(Current.values([0.0, 20.0, 50.5], [0.0, 300.0, -20.0], lines=True))
    selection = Selection.of("adex", current, {"tau_w": 80.0})
    text, address = copied(selection)
    same(run(text), selection)
    assert Selection.from_query(address)[0].pattern.samples[0].tolist() == [0.0, 20.0, 50.5]


def test_the_copied_text_gives_a_recording_from_its_file(copied, recording):
    selection = Selection.of("adex", recording, {"tau_w": 80.0})
    text, _ = copied(selection)
    verdict = run(text)
    same(verdict, selection)
    assert verdict.loss == pw.judge("adex", recording, dict(selection.values)).loss


def test_the_copied_text_names_custom_objects(copied):
    text, _ = copied(Selection.of(leaky(), "tonic_spiking"))
    assert "# 'leaky_for_copies' is a custom neuron: define it here, and pw.models.register(it)." in text
