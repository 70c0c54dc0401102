"""The runner of the app gives the responses of Python's judge."""

import node
import numpy as np

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.widgets.catalogue.described import BENCH, Described
from plausiwidgets.widgets.catalogue.replay import checked_programs
from plausiwidgets.widgets.catalogue.sweep_programs import sweep_programs


def one_pulse(width) -> pw.Pattern:
    return pw.Pattern(
        key="own",
        title="Own",
        stimulus_parameters=[
            pw.StimulusParameter("amplitude", 2.0, 0.02, 20.0, of="current", scale="log", limits=(0.0, None)),
            pw.StimulusParameter("width", 5.0, 2.0, 500.0, unit="ms"),
        ],
        sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, width(s.width), s.amplitude)], end=s.width + 200.0)},
        measure=lambda r, s: {"n": r["pulse"].count()},
        criteria=[pw.Criterion("n", "spikes", "Spikes.", "spikes", low=1, kind="count")],
    )


def traced(width) -> dict:
    return sweep_programs(one_pulse(width))["pulse"].data()


def test_functions_of_numpy_are_traced_if_the_table_has_them():
    sweep = traced(lambda width: np.maximum(2.0 * width, 10.0) / 3.0)
    assert sweep["body"] == [
        ["mul", 2.0, "width"],
        ["maximum", [0], 10.0],
        ["div", [1], 3.0],
        ["add", 0.0, [2]],
        ["add", "width", 200.0],
        ["maximum", [4], 700.0],
    ]
    assert (sweep["pieces"], sweep["end"], sweep["duration"]) == ([[0.0, [3], "amplitude", "amplitude"]], [4], [5])
    chosen = traced(lambda width: np.where(width > 10.0, width, 10.0))
    assert chosen["body"][:3] == [["gt", "width", 10.0], ["where", [0], "width", 10.0], ["add", 0.0, [1]]]
    for width in (lambda w: np.exp(w / 100.0), lambda w: np.full(w.shape, 3.0)):
        assert sweep_programs(one_pulse(width)) is None


def test_a_function_that_does_something_else_while_it_is_traced_has_no_program():
    assert checked_programs(one_pulse(lambda width: 2.0 * width)) is not None
    assert checked_programs(one_pulse(lambda width: 7.0 if isinstance(width, Traced) else width)) is None


def test_a_stimulus_parameter_may_have_the_name_of_a_result():
    pattern = pw.Pattern(
        key="own",
        title="Own",
        stimulus_parameters=[
            pw.StimulusParameter("x0", 2.0, 0.02, 20.0, of="current"),
            pw.StimulusParameter("width", 5.0, 2.0, 500.0, unit="ms"),
        ],
        sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, s.width, 3.0 * s.x0)], end=700.0)},
        measure=lambda r, s: {"n": r["pulse"].count() + 0.0 * s.x0},
        criteria=[pw.Criterion("n", "spikes", "Spikes.", "spikes", low=1)],
    )
    program = checked_programs(pattern)["pulse"]
    assert program.numbers({"x0": 2.0, "width": 9.0})["pieces"] == [[0.0, 9.0, 6.0, 6.0]]


_RUN = """
const NEURONS = { %s };
function answer(cases) {
  return cases.map(({ neuron, bench, parameters, values, sweep, holding, dt }) => {
    const runner = new Runner(NEURONS[neuron], { settings: bench, resets: true }, parameters, holding, dt);
    const { v, current, spikes, divergedAt } = runner.respond(numbersOf(sweep, new Map(values)));
    return { v: bytes(v), current: bytes(current), spikes: bytes(spikes), divergedAt };
  });
}
"""


def cases_of(model, pattern, values, dt):
    """Return (inputs for the page's bench, traces of the judge) for each sweep of a pattern at some values."""
    entry = Described(model, values, dt).data([pattern])["patterns"][0]
    exported = entry["sets"][-1]
    stored = dict(exported["values"])
    cases = []
    for component, chosen in zip(
        entry["components"], exported.get("chosen", [[]] * len(entry["components"])), strict=True
    ):
        for sweep in component["sweeps"] or chosen:
            cases.append(
                {
                    "neuron": model.key,
                    "bench": BENCH,
                    "parameters": {n: stored[n] for n in model.parameters},
                    "values": list(stored.items()),
                    "sweep": sweep,
                    "dt": dt,
                    "holding": stored[component["holding"]] if component["holding"] else 0.0,
                }
            )
    return cases, pw.judge(model, pattern, values, dt=dt, verify=False).traces


def test_the_page_gives_the_spikes_currents_and_potentials_of_the_judge(tmp_path):
    izhikevich, adex = pw.models.get("izhikevich"), pw.models.get("adex")
    both = pw.patterns.all_of("rebound_spike", "tonic_bursting")
    wanted = [(izhikevich, pw.patterns.get(p.pattern), dict(p.parameters), p.dt) for p in izhikevich.presets]
    wanted += [(adex, pw.patterns.get("rebound_spike"), {"width": 37.7, "amplitude": 700.0}, 0.1)]
    wanted += [(adex, both, {"rebound_spike_width": 11.1, "tonic_bursting_holding": 30.0}, 0.07)]
    noise = {"amplitude": 450.0, "noise_sd": 200.0, "noise_tau": 3.3, "onset": 12.34, "duration": 222.2}
    wanted += [(adex, pw.patterns.stimulus("noise", seed=2**32 - 1), noise, 0.1)]
    wanted += [(adex, pw.patterns.stimulus("chirp"), {"amplitude": 300.0, "f_end": 33.3, "holding": 60.0}, 0.13)]
    given, expected = [], []
    for model, pattern, values, dt in wanted:
        cases, traces = cases_of(model, pattern, values, dt)
        assert [case["sweep"]["name"] for case in cases] == list(traces)
        given += cases
        expected += [(f"{model.key}, {pattern.key}, {name}", trace) for name, trace in traces.items()]
    assert len(given) > 40
    neurons = ", ".join(f"{model.key}: {neuron_object(model)}" for model in (izhikevich, adex))
    engine = node.imported("Runner, numbersOf", "engine/runner", "models/response")
    answers = node.run(tmp_path, f"{engine}\n{runtime()}\n{_RUN % neurons}", given)
    for (where, trace), answer in zip(expected, answers, strict=True):
        np.testing.assert_array_equal(answer["current"], trace.current[0], where)
        np.testing.assert_allclose(answer["spikes"], trace.spike_times[0], rtol=0, atol=1e-9, err_msg=where)
        np.testing.assert_allclose(answer["v"], trace.v[0], rtol=1e-6, atol=1e-3, err_msg=where)
        assert answer["divergedAt"] is None, where
