"""The page without a server: what it holds, and that its bench makes of a neuron what the judge's makes of it."""

import json
import re

import hostile
import node
import numpy as np
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.cli.main import main
from plausiwidgets.patterns.formulas import sweep_formulas
from plausiwidgets.patterns.judge import complete
from plausiwidgets.simulation.formula import Formula
from plausiwidgets.simulation.javascript.module import neuron_object, runtime
from plausiwidgets.widgets.page.contents import Contents
from plausiwidgets.widgets.page.export import page_file


def data_of(path) -> dict:
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])


# ------------------------------------------------------------------ sweeps as formulas


def test_the_sweeps_of_all_patterns_are_formulas_of_their_stimulus_values():
    for key in pw.patterns.names():
        pattern = pw.patterns.get(key)
        assert list(sweep_formulas(pattern)) == list(
            pattern.sweeps_at({v.key: [v.default] for v in pattern.free_values})
        )


def one_pulse(width) -> pw.Pattern:
    return pw.Pattern(
        key="own", title="Own",
        free_values=[
            pw.FreeValue("amplitude", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None)),
            pw.FreeValue("width", 5.0, 2.0, 500.0, unit="ms"),
        ],
        sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, width(s.width), s.amplitude)], end=s.width + 200.0)},
        measure=lambda r, s: {"n": r["pulse"].count()},
        criteria=[pw.Criterion("n", "spikes", "Spikes.", "spikes", low=1, kind="count")],
    )  # fmt: skip


def test_functions_of_numpy_are_taken_and_decisions_are_not():
    taken = sweep_formulas(one_pulse(lambda width: np.maximum(2.0 * width, 10.0) / 3.0))
    assert taken["pulse"]["pieces"][0][1] == ["+", 0.0, ["/", ["max", ["*", 2.0, "width"], 10.0], 3.0]]
    assert taken["pulse"]["duration"] == ["max", ["+", "width", 200.0], 700.0]
    for width in (lambda w: np.where(w > 10.0, w, 10.0), lambda w: np.exp(w / 100.0), lambda w: np.full(w.shape, 3.0)):
        assert sweep_formulas(one_pulse(width)) is None


def test_a_function_that_does_something_else_with_formulas_than_with_numbers_is_found_out():
    def width(w):
        return 7.0 if isinstance(w, Formula) else w

    assert sweep_formulas(one_pulse(width)) is None


# ------------------------------------------------------------------ the bench of the page

_RUN = """
const NEURONS = { %s };
function answer(cases) {
  return cases.map(({ neuron, bench, parameters, values, sweep, holding, dt }) => {
    const rest = settled(NEURONS[neuron], bench, parameters, holding, dt);
    const line = responseTo(sweep, rest, NEURONS[neuron], bench, parameters, holding, dt, new Map(values));
    return { ...line, v: bytes(line.v), current: bytes(line.current), spikes: bytes(line.spikes) };
  });
}
"""


def cases_of(model, pattern, values, dt):
    """Return (inputs for the page's bench, traces of the judge) for each sweep of a pattern at some values."""
    contents = Contents(model, values, dt)
    data = contents.data([pattern])
    entry = data["patterns"][0]
    stored = dict(entry["sets"][0]["values"])
    cases = []
    for component, chosen in zip(entry["components"], entry["sets"][0]["chosen"], strict=True):
        for sweep in component["sweeps"] or chosen:
            cases.append({
                "neuron": model.key, "bench": data["bench"], "parameters": {n: stored[n] for n in model.parameters},
                "values": list(stored.items()), "sweep": sweep, "dt": dt,
                "holding": stored[component["holding"]] if component["holding"] else 0.0,
            })  # fmt: skip
    return cases, pw.judge(model, pattern, values, dt=dt, verify=False).traces


def test_the_page_gives_the_spikes_currents_and_potentials_of_the_judge(tmp_path):
    izhikevich, adex = pw.models.get("izhikevich"), pw.models.get("adex")
    both = pw.patterns.all_of("rebound_spike", "tonic_bursting")
    wanted = [(izhikevich, pw.patterns.get(p.pattern), dict(p.parameters), p.dt) for p in izhikevich.presets]
    wanted += [(adex, pw.patterns.get("rebound_spike"), {"width": 37.7, "amplitude": 700.0}, 0.1)]
    wanted += [(adex, both, {"rebound_spike_width": 11.1, "tonic_bursting_holding": 30.0}, 0.07)]
    given, expected = [], []
    for model, pattern, values, dt in wanted:
        cases, traces = cases_of(model, pattern, values, dt)
        assert [case["sweep"]["name"] for case in cases] == list(traces)
        given += cases
        expected += [(f"{model.key}, {pattern.key}, {name}", trace) for name, trace in traces.items()]
    assert len(given) > 40
    neurons = ", ".join(f"{model.key}: {neuron_object(model)}" for model in (izhikevich, adex))
    bench = page_file("bench.js")
    answers = node.run(tmp_path, f"{runtime()}\n{bench}\n{_RUN % neurons}", given)
    for (where, trace), answer in zip(expected, answers, strict=True):
        np.testing.assert_array_equal(answer["current"], trace.current[0], where)
        np.testing.assert_allclose(answer["spikes"], trace.spike_times[0], rtol=0, atol=1e-9, err_msg=where)
        np.testing.assert_allclose(answer["v"], trace.v[0], rtol=1e-6, atol=1e-3, err_msg=where)
        assert answer["divergedAt"] is None, where


# ------------------------------------------------------------------ the file


def test_a_page_stores_verdicts_presets_and_what_the_assessment_found(tmp_path):
    path = pw.export_page("adex", ["tonic_bursting", "spike_latency"], {"b": 55.0}, path=tmp_path / "adex.html")
    data = data_of(path)
    assert path.stat().st_size < 170_000
    bursting, latency = data["patterns"]
    assert bursting["sets"][0]["title"] == "as exported"
    assert dict(bursting["sets"][0]["values"])["b"] == 55.0
    for entry, key in ((bursting, "tonic_bursting"), (latency, "spike_latency")):
        for stored in entry["sets"]:
            verdict = pw.judge("adex", key, dict(stored["values"]), dt=stored["dt"])
            assert stored["verdict"]["status"] == verdict.status
            assert [c["passed"] for c in stored["verdict"]["checks"]] == [c.passed for c in verdict.checks]
    assert any(stored["title"] == "found by a search" for stored in latency["sets"])
    assert all(sweep["fixed"] for sweep in latency["sets"][0]["chosen"][0] if sweep["name"] != "full amplitude")


def test_a_page_of_one_and_a_page_of_several_patterns_of_the_explorer(tmp_path):
    explorer = pw.Explorer("adex", pw.patterns.all_of("tonic_spiking", "rebound_spike"), {"b": 20.0})
    try:
        data = data_of(explorer.to_html(tmp_path / "both.html"))
    finally:
        explorer.close()
    [entry] = data["patterns"]
    assert [component["holding"] for component in entry["components"]] == [
        "tonic_spiking_holding", "rebound_spike_holding",
    ]  # fmt: skip
    assert len(entry["targets"]) == 2
    assert dict(entry["sets"][0]["values"])["b"] == 20.0


def test_a_model_that_only_torch_runs_gets_no_page_and_the_sentence_names_the_operation(tmp_path):
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (-65.0 - state[0] + current + 0.0 * torch.lgamma(current.abs() + 1.0))
        return (v > -50.0).to(v.dtype), (torch.where(v > -50.0, -65.0, v),)

    model = pw.NeuronModel(
        "gamma", step, [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")], lambda p, holding: (-65.0,),
        pw.Parameter("current", 25.0, 0.0, 100.0), -65.0, -50.0,
    )  # fmt: skip
    with pytest.raises(pw.NotCompilable, match="operation lgamma"):
        pw.export_page(model, "tonic_spiking", path=tmp_path / "gamma.html")
    assert not (tmp_path / "gamma.html").exists()


@pytest.mark.parametrize(
    ("patterns", "parameters", "dt", "message"),
    [
        ("tonic_spikin", None, None, "tonic_spiking"),
        ([], None, None, "patterns is empty"),
        ("tonic_spiking", {"tau": 1.0}, None, "'tau'.*Valid: tau_mem"),
        ("tonic_spiking", {"tau_mem": -1.0}, None, "'tau_mem' is -1"),
        ("tonic_spiking", None, 9.0, "dt is 9"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(tmp_path, patterns, parameters, dt, message):
    with pytest.raises(ValueError, match=message):
        pw.export_page("lif", patterns, parameters, path=tmp_path / "lif.html", dt=dt)
    assert list(tmp_path.iterdir()) == []


def test_names_and_texts_stay_data(tmp_path):
    path = pw.export_page(hostile.model(), hostile.pattern(), path=tmp_path / "hostile.html")
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script") == 2  # the data, and the page's own
    assert "\u2028" not in text.replace(hostile.MARKUP[4], "")
    data = data_of(path)
    assert data["model"]["title"] == data["patterns"][0]["title"] == hostile.TEXT
    script = text[text.index('<script type="module">') :]
    assert "hacked" not in script


def test_the_command_writes_a_page(tmp_path, capsys):
    path = tmp_path / "page.html"
    assert main(["page", "lif", "--patterns", "A", "--set", "tau_mem=15", "amplitude=30", "--output", str(path)]) == 0
    assert "kB" in capsys.readouterr().out
    assert dict(data_of(path)["patterns"][0]["sets"][0]["values"])["tau_mem"] == 15.0
    assert main(["page", "lif", "--set", "tau=15", "--output", str(path)]) == 1
    assert "unknown parameter" in capsys.readouterr().err
    assert main(["page", "lif", "--patterns", "A", "--output", str(tmp_path / "no" / "page.html")]) == 1
    assert "cannot write" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["page", "lif", "--set", "tau_mem=much"])
    assert "NAME=VALUE" in capsys.readouterr().err


def test_a_page_holds_the_translations_of_what_it_shows(tmp_path):
    path = pw.export_page("lif", "tonic_spiking", path=tmp_path / "lif.html")
    texts = data_of(path)["texts"]["de"]
    assert texts["Tonic spiking"] == "Tonisches Feuern"
    assert "Copy link" in texts
    assert {"Rebound burst", "Done: next card", "Code to hand in"} & set(texts) == {"Code to hand in"}
    fixed = path.with_name("de.html")
    assert main(["page", "lif", "--patterns", "A", "--language", "de", "--output", str(fixed)]) == 0
    assert '<html lang="de">' in fixed.read_text(encoding="utf-8")
    assert data_of(fixed)["texts"] == {"de": texts}


def test_a_page_holds_the_argument_against_a_pattern_that_its_neuron_cannot_show(tmp_path):
    data = data_of(pw.export_page("lif", ["tonic_spiking", "rebound_spike"], path=tmp_path / "lif.html"))
    argument = pw.models.get("lif").cannot["rebound_spike"]
    assert [pattern["cannot"] for pattern in data["patterns"]] == ["", argument]
    assert argument in data["texts"]["de"]


def test_a_page_in_english_holds_no_translations(tmp_path):
    path = pw.export_page("lif", "tonic_spiking", path=tmp_path / "lif.html", language="en")
    assert data_of(path)["texts"] == {}
    with pytest.raises(ValueError, match="language is 'xx', valid is one of 'en', 'de'"):
        pw.Page("lif", "tonic_spiking", language="xx")


def test_values_that_are_left_out_take_their_defaults(tmp_path):
    data = data_of(pw.export_page("lif", "tonic_spiking", {"tau_mem": 15.0}, path=tmp_path / "lif.html"))
    model, pattern = pw.models.get("lif"), pw.patterns.get("tonic_spiking")
    expected = {name: float(x) for name, x in complete(model, pattern, {"tau_mem": 15.0}).items()}
    assert dict(data["patterns"][0]["sets"][0]["values"]) == expected
