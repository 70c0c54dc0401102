"""The app tests the same noises as Python, and gets the same tolerance to the last bit."""

import node

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.widgets.catalogue.described import BENCH, Described

_RUN = """
const NEURONS = { %s };
function answer(cases) {
  return cases.map(({ pattern, neuron, model, values, dt, noises }) => {
    const of = { settings: BENCH, model, parameters: model.parameters };
    const runnerAt = runnersOfKind(NoisyRunner, of, NEURONS[neuron], new Map(values), dt);
    const work = toleranceOf(pattern, runnerAt, new Map(values), noises);
    let step = work.next();
    while (!step.done) step = work.next();
    return bytes([step.value]);
  });
}
"""


def case_of(model, pattern, seeds):
    """Return the input of the app for a packaged set."""
    chosen = parameter_set(model, pattern)
    values = {name: float(x) for name, x in chosen.values.items()}
    entry = Described(model, values, chosen.dt).data([pattern])["patterns"][0]
    return {
        "pattern": {"components": entry["components"], "stimulus": [{"name": n} for n in pattern.stimulus_names]},
        "neuron": model.key,
        "model": {"resets": model.spike_level is None, "parameters": [{"name": n} for n in model.parameters]},
        "values": list(values.items()),
        "dt": chosen.dt,
        "noises": {"tau": 5.0, "seeds": seeds},
    }


def test_the_app_finds_the_tolerance_of_python(tmp_path):
    izhikevich, adex = pw.models.get("izhikevich"), pw.models.get("adex")
    both = pw.patterns.all_of("rebound_spike", "tonic_bursting")
    wanted = [
        (izhikevich, pw.patterns.get(key), 10) for key in ("phasic_spiking", "resonator", "subthreshold_oscillations")
    ]
    wanted += [(adex, pw.patterns.get("tonic_spiking"), 3), (izhikevich, both, 4)]
    found = [pw.analysis.noise_tolerance(model, pattern, seeds=seeds) for model, pattern, seeds in wanted]
    neurons = ", ".join(f"{model.key}: {neuron_object(model)}" for model in (izhikevich, adex))
    names = node.imported("NoisyRunner, toleranceOf, runnersOfKind", "engine/noise", "engine/judge")
    source = f"{names}\n{runtime()}\nconst BENCH = {node.json.dumps(BENCH)};\n{_RUN % neurons}"
    answers = node.run(tmp_path, source, [case_of(*one) for one in wanted])
    for one, answer in zip(found, answers, strict=True):
        assert answer[0] == one.tolerance or (one.reason and answer[0] != answer[0]), (
            one.pattern,
            answer,
            one.tolerance,
        )
    assert sum(0.0 < one.tolerance < 400.0 for one in found) >= 3
