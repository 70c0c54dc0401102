"""Scripts and tables give the same as the screen."""

import io
import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.patterns.evaluation import single
from plausiwidgets.widgets.answers.files import traces_csv
from plausiwidgets.widgets.answers.judging import judge_one
from plausiwidgets.widgets.session.script import script
from plausiwidgets.widgets.session.selection import Selection

PATTERNS = ("tonic_spiking", "phasic_bursting", "resonator", "rebound_spike")
MODELS = ("izhikevich", "adex")


def shown(model, pattern):
    selection = Selection.of(model, pattern)
    preset = next((p for p in selection.model.presets if p.pattern == pattern), None)
    return selection if preset is None else selection.filled(preset.parameters, preset.dt)


def seen(verdict):
    spikes = {name: trace.spike_times[0].tolist() for name, trace in verdict.traces.items()}
    return verdict.status, float(verdict.loss), spikes


def test_the_script_gives_the_spikes_and_the_verdict_of_the_screen_in_a_fresh_process(tmp_path):
    selections = [shown(model, pattern) for model in MODELS for pattern in PATTERNS]
    for i, selection in enumerate(selections):
        (tmp_path / f"{i}.py").write_text(script(selection), encoding="utf-8")
    run = (
        "import glob, json, pathlib, runpy\n"
        "out = {}\n"
        "for path in sorted(glob.glob('*.py')):\n"
        "    v = runpy.run_path(path)['verdict']\n"
        "    spikes = {n: t.spike_times[0].tolist() for n, t in v.traces.items()}\n"
        "    out[path] = [v.status, float(v.loss), spikes]\n"
        "pathlib.Path('out.json').write_text(json.dumps(out))"
    )
    environment = {**os.environ, "PLOTLY_RENDERER": "json"}
    subprocess.run([sys.executable, "-c", run], cwd=tmp_path, env=environment, check=True, capture_output=True)
    found = json.loads((tmp_path / "out.json").read_text())
    for i, selection in enumerate(selections):
        verdict = pw.judge(selection.model, selection.pattern, dict(selection.values), dt=selection.dt)
        assert tuple(found[f"{i}.py"]) == seen(verdict)


def test_traces_are_saved_with_their_spikes():
    selection = shown("izhikevich", "phasic_bursting")
    verdict = single(judge_one(selection, ("v", "u")))
    table = pd.read_csv(io.StringIO(traces_csv(verdict)))
    trace = verdict.traces["step"]
    assert list(table.columns) == ["sweep", "t", "v", "u", "current", "spike"]
    assert table["v"].to_numpy() == pytest.approx(trace.v[0])
    assert table["t"][table["spike"] == 1].tolist() == pytest.approx(trace.spike_times[0].tolist())


def test_a_custom_neuron_is_named_in_the_script():
    assert "'mine' is a custom neuron" in script(Selection.of(copy_of("lif", "mine"), "tonic_spiking"))
    assert "custom" not in script(Selection.of("lif", "tonic_spiking"))


def test_the_script_of_an_explorer_repeats_its_search(monkeypatch):
    import plotly.graph_objects as go

    monkeypatch.setattr(go.Figure, "show", lambda self: None)
    explorer = pw.Explorer("izhikevich", "tonic_bursting", {"c": -56.0})
    explorer.selection = explorer.selection.with_bounds("d", -3.0, 7.0).with_free(["c", "d", "amplitude"])
    before: dict = {}
    exec(explorer.to_python(), before)  # without a search it is a comment
    assert "result" not in before and before["verdict"].loss == pw.judge(
        "izhikevich", "tonic_bursting", dict(explorer.selection.values)
    ).loss  # fmt: skip
    assert "# bounds = {" in explorer.to_python() and "'d': (-3.0, 7.0)" in explorer.to_python()
    made = explorer.optimize(seed=5, budget=200).result(60)
    explorer.selection = explorer.selection.with_value("c", -57.0)
    again: dict = {}
    exec(explorer.to_python(), again)
    assert again["parameters"]["c"] == -57.0 and again["start"]["c"] == -56.0
    assert again["result"].tries.values.tolist() == made.tries.values.tolist()
    assert dict(again["result"].parameters) == dict(made.parameters)
    explorer.close()


def test_the_script_of_several_patterns_runs(monkeypatch):
    import plotly.graph_objects as go

    monkeypatch.setattr(go.Figure, "show", lambda self: None)
    selection = Selection.of("izhikevich", pw.patterns.all_of("tonic_spiking", "phasic_spiking"))
    found: dict = {}
    exec(script(selection), found)
    assert list(found["verdict"].parts) == ["tonic_spiking", "phasic_spiking"]


def test_an_explorer_opens_a_result_with_its_ranges():
    result = pw.optimize("lif", "tonic_spiking", bounds={"tau_mem": (5.0, 9.0)}, fixed={"t_ref": 3.0}, dt=0.05, seed=3)
    for opened in (result, pw.Result.from_json(result.to_json())):
        explorer = pw.Explorer(opened)
        shown = explorer.selection
        assert (shown.model.key, shown.pattern.key, shown.dt) == ("lif", "tonic_spiking", 0.05)
        assert dict(shown.values) == dict(result.parameters) and set(shown.free) == set(result.bounds)
        assert shown.bounds["tau_mem"] == (5.0, 9.0)
        explorer.close()
    with pytest.raises(ValueError, match="its own pattern, parameters and time step"):
        pw.Explorer(result, "tonic_bursting")
    with pytest.raises(ValueError, match="has no set yet"):
        pw.Explorer(pw.Result("lif", "tonic_spiking", 0, 10))


def test_the_script_makes_the_parameters_of_a_cell_of_norse():
    text = script(Selection.of("lif", "tonic_spiking", {"tau_mem": 25.0}))
    compile(text, "script", "exec")
    # 1/dt: with 0, which suits a step whose current is set anew, the input of a network would add up.
    assert "LIFParameters(tau_syn_inv=torch.tensor(10.0), tau_mem_inv=torch.tensor(0.04)," in text
    assert "rho_reset=torch.tensor(20.0)" in text and "dt=0.1" in text
    assert "Norse" not in script(Selection.of("adex", "tonic_spiking"))
