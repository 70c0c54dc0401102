"""A figure as a module: what the file contains, and which arguments are errors."""

import base64
import json
import re
import zlib
from pathlib import Path

import hostile
import node
import numpy as np
import pytest
import torch
from small_neurons import copy_of, good_step, make
from small_patterns import doublet

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.patterns.izhikevich import TWENTY
from plausiwidgets.widgets.app.module import module_text, static_script
from plausiwidgets.widgets.catalogue.contents import key_of
from plausiwidgets.widgets.catalogue.generate import FOLDER

PARTS = re.compile(r"^const parts = \{ neurons, \.\.\.(\{.*\}) \};$", re.MULTILINE)


def parts_of(text: str) -> dict:
    """The parts of a module, with its unpacked contents."""
    [parts] = PARTS.findall(text)
    own = json.loads(parts)
    return own | json.loads(zlib.decompress(base64.b64decode(own["contents"])))


def test_a_module_of_one_pair_is_small_and_the_same_each_time(tmp_path):
    texts = [pw.export_widget("adex", "tonic_spiking", path=tmp_path / f"{k}.mjs").read_bytes() for k in range(2)]
    assert texts[0] == texts[1]
    assert len(texts[0]) <= 250_000


def test_a_module_of_all_patterns_is_small_for_the_models_with_most_data():
    most = sorted(pw.models.names(), key=lambda name: (FOLDER / f"{name}.json").stat().st_size)[-3:]
    sizes = {name: len(module_text(name, None).encode()) for name in most}
    assert max(sizes.values()) <= 400_000, sizes


def test_the_script_of_a_static_page_has_the_other_patterns_of_a_packaged_pair():
    lif, spiking = pw.models.get("lif"), pw.patterns.get("tonic_spiking")
    text = static_script(lif, spiking, {"tau_mem": 25.0}, 0.1, "en", "a-<b")
    assert text.startswith('<script type="module">') and text.count("<script") == text.count("</script") == 1
    assert 'plausiwidgets.replaceStill("a-\\u003cb", parts);' in text
    patterns = parts_of(text)["data"]["shipped"]["lif"]["patterns"]
    assert set(patterns) == {one.key for one in TWENTY}
    begun = {key: [one["values"] for one in own["sets"] if one.get("begin")] for key, own in patterns.items()}
    assert [dict(values)["tau_mem"] for values in begun.pop("tonic_spiking")] == [25.0]
    assert not any(begun.values())
    own = parts_of(static_script(make(good_step), spiking, None, None, "en", "a"))["data"]["shipped"]
    assert [list(entry["patterns"]) for entry in own.values()] == [["tonic_spiking"]]


def test_a_module_contains_the_pair_with_its_parameters_and_the_notices():
    text = module_text("adex", ["tonic_bursting", "spike_latency"], {"b": 55.0}, language="de")
    data = parts_of(text)["data"]
    assert (data["model"], data["pattern"], data["language"]) == ("adex", "tonic_bursting", "de")
    assert list(data["shipped"]["adex"]["patterns"]) == ["tonic_bursting", "spike_latency"]
    [own] = [one for one in data["shipped"]["adex"]["patterns"]["tonic_bursting"]["sets"] if one.get("begin")]
    assert dict(own["values"])["b"] == 55.0
    assert key_of("Tonic bursting") in data["texts"]["de"]
    notices = (node.APP / "static/file.js").read_text(encoding="utf-8").partition("*/")[0]
    assert "preact" in notices and text.startswith(notices)


def test_modules_share_one_app_unless_their_own_neurons_differ():
    first, second = (parts_of(module_text(name, "tonic_spiking"))["digest"] for name in ("adex", "lif"))
    own = [
        parts_of(module_text(make(good_step, name=name), "tonic_spiking"))["digest"] for name in ("one", "two", "one")
    ]
    assert first == second
    assert own[0] == own[2] != own[1]
    assert first not in own


def test_names_and_texts_stay_data():
    text = module_text(hostile.model(), hostile.pattern())
    assert "<script" not in text and "</script" not in text
    [model] = parts_of(text)["data"]["shipped"].values()
    assert model["model"]["title"] == hostile.TEXT


UNTRACED = doublet(measure=lambda r, s: {"n": np.exp(r["pulse"].count()), "gap": r["pulse"].last()})
"""A page has no exp of a count."""


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        ("lift", {}, "Did you mean 'lif'"),
        ([], {}, r"^export_widget: model must be .*, got an empty list\.$"),
        (
            copy_of("adex", "adex"),
            {},
            "^export_widget: a custom model must not have the key of a packaged model, got 'adex'",
        ),
        ("lif", {"patterns": []}, r"^export_widget: patterns must be .*, got an empty list\.$"),
        ("lif", {"patterns": UNTRACED}, "^export_widget: the measure of pattern 'doublet' must use only NumPy's"),
        ("lif", {"parameters": {"tau": 1.0}}, "'tau'.*Valid: tau_mem"),
        ("lif", {"dt": 9.0}, "dt must be .*, got 9"),
        ("lif", {"language": "xx"}, "unknown language 'xx'. Valid: en, de"),
    ],
)
def test_bad_input_is_an_error_and_nothing_is_written(tmp_path, model, settings, message):
    with pytest.raises(ValueError, match=message):
        pw.export_widget(model, **({"patterns": "tonic_spiking"} | settings), path=tmp_path / "lif.mjs")
    assert list(tmp_path.iterdir()) == []


def test_a_neuron_without_a_program_is_an_error_that_names_the_operation(tmp_path):
    def step(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (v + 0.0 * torch.special.bessel_j0(v),)

    with pytest.raises(pw.NotCompilableError, match="bessel_j0"):
        pw.export_widget(make(step), "tonic_spiking", path=tmp_path / "mine.mjs")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^export_widget: path must be in an existing folder, got '.*mjs'\.$"):
        pw.export_widget("lif", "tonic_spiking", path=tmp_path / "no" / "lif.mjs")


def test_the_command_writes_a_module(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["page", "lif", "--patterns", "A", "--set", "tau_mem=15", "--module"]) == 0
    assert "shown by a web page that imports it" in capsys.readouterr().out
    assert parts_of(Path("neuron.mjs").read_text(encoding="utf-8"))["data"]["model"] == "lif"
    assert main(["page", "lif", "--patterns", "A", "--module", "--output", "no/lif.mjs"]) == 1
    assert "no/lif.mjs cannot be written (the folder does not exist)." in capsys.readouterr().err
    assert main(["page", "lif", "--module", "--lesson", "lesson"]) == 1
    assert "--module writes one figure." in capsys.readouterr().err
