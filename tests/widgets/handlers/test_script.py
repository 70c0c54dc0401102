"""Scripts and tables give the same as the screen."""

import pytest
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets.widgets.handlers.script import script
from plausiwidgets.widgets.handlers.selection import Selection

PATTERNS = ("tonic_spiking", "phasic_bursting", "resonator", "rebound_spike")
MODELS = ("izhikevich", "adex")


def shown(model, pattern):
    selection = Selection.of(model, pattern)
    preset = next((p for p in selection.model.presets if p.pattern == pattern), None)
    return selection if preset is None else selection.filled(preset.parameters, preset.dt)


def run(text: str) -> dict:
    """Run a script as in a fresh process; return its names."""
    names: dict = {}
    exec(compile(text, "script", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def _no_figure_is_opened(monkeypatch):
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda self: None)


@pytest.mark.parametrize("model", MODELS)
def test_the_script_gives_the_spikes_and_the_verdict_of_the_screen(model):
    for pattern in PATTERNS:
        selection = shown(model, pattern)
        verdict = pw.judge(model, pattern, dict(selection.values), dt=selection.dt)
        found = run(script(selection))["verdict"]
        assert (found.status, found.loss) == (verdict.status, verdict.loss)
        for name, trace in verdict.traces.items():
            assert found.traces[name].spike_times[0].tolist() == trace.spike_times[0].tolist()


def test_a_custom_neuron_is_named_in_the_script():
    assert "'mine' is a custom neuron" in script(Selection.of(copy_of("lif", "mine"), "tonic_spiking"))
    assert "custom" not in script(Selection.of("lif", "tonic_spiking"))


def test_the_script_of_an_explorer_repeats_its_search():
    explorer = pw.Explorer("izhikevich", "tonic_bursting", {"c": -56.0})
    explorer.selection = explorer.selection.with_bounds("d", -3.0, 7.0).with_varied(["c", "d", "amplitude"])
    before = run(explorer.to_python())  # without a search it is a comment
    assert (
        "result" not in before
        and before["verdict"].loss == pw.judge("izhikevich", "tonic_bursting", dict(explorer.selection.values)).loss
    )
    assert "# bounds = {" in explorer.to_python() and "'d': (-3.0, 7.0)" in explorer.to_python()
    made = explorer.optimize(seed=5, budget=200).result(60)
    explorer.selection = explorer.selection.with_value("c", -57.0)
    again = run(explorer.to_python())
    assert again["parameters"]["c"] == -57.0 and again["start"]["c"] == -56.0
    assert again["result"]._history.values.tolist() == made._history.values.tolist()
    assert dict(again["result"].parameters) == dict(made.parameters)


def test_the_script_of_several_patterns_runs():
    selection = Selection.of("izhikevich", pw.patterns.all_of("tonic_spiking", "phasic_spiking"))
    assert list(run(script(selection))["verdict"].parts) == ["tonic_spiking", "phasic_spiking"]


def test_an_explorer_opens_a_result_with_its_ranges():
    result = pw.optimize("lif", "tonic_spiking", bounds={"tau_mem": (5.0, 9.0)}, fixed={"t_ref": 3.0}, dt=0.05, seed=3)
    for opened in (result, pw.Result.from_json(result.to_json())):
        explorer = pw.Explorer(opened)
        shown = explorer.selection
        assert (shown.model.key, shown.pattern.key, shown.dt) == ("lif", "tonic_spiking", 0.05)
        assert dict(shown.values) == dict(result.parameters) and set(shown.varied) == set(result.bounds)
        assert shown.bounds["tau_mem"] == (5.0, 9.0)
    with pytest.raises(ValueError, match="do not pass pattern, parameters, dt or mystery"):
        pw.Explorer(result, "tonic_spiking")
    with pytest.raises(ValueError, match="has no parameter set"):
        pw.Explorer(pw.Result("lif", "tonic_spiking", 0, 10))


def test_the_script_makes_the_parameters_of_a_cell_of_norse():
    text = script(Selection.of("lif", "tonic_spiking", {"tau_mem": 25.0}))
    compile(text, "script", "exec")
    # 1/dt: with 0, which suits a step whose current is set anew, the input of a network would add up.
    assert "LIFParameters(tau_syn_inv=torch.tensor(10.0), tau_mem_inv=torch.tensor(0.04)," in text
    assert "rho_reset=torch.tensor(20.0)" in text and "dt=0.1" in text
    assert "Norse" not in script(Selection.of("adex", "tonic_spiking"))
