"""Calls of every public function, which pass `mypy`."""

from pathlib import Path
from typing import assert_type

import numpy as np
import torch
from numpy.typing import NDArray

import plausiwidgets as pw


def judged() -> float:
    verdict = pw.judge("adex", "tonic_spiking", {"tau_w": 120.0})
    assert_type(verdict.accepted, bool)
    if verdict.accepted and verdict.replicated:
        print(verdict.status.upper(), f"{verdict.loss:.3f}", verdict.to_frame())
    missed = [check.title for check in verdict.criteria if not check.passed]
    several = pw.judge("adex", "tonic_spiking", {"tau_w": np.linspace(50.0, 200.0, 5), "b": 20.0}, verify=True)
    assert_type(several.accepted, NDArray[np.bool_])
    best = int(several.loss.argmin())
    share = float(several.accepted.mean()) + len(missed)
    current = pw.Current.pulse(0.0, 20.0, 300.0)
    shown = pw.judge("adex", current, progress="text")
    return share + float(shown.traces["current"].t[0]) + best


def simulated() -> int:
    traces: pw.Traces = pw.simulate("lif", pw.Current.step(20.0), {"tau_mem": [10.0, 20.0]}, dt=0.1)
    print(pw.simulate("lif", pw.pulse(0.0, 5.0, 10.0)), pw.judge("lif", pw.ramp(0.0, 5.0, 10.0)).parameter_source)
    print(pw.Current([pw.noise(0.0, 5.0, 1.0), pw.chirp(0.0, 5.0, 1.0, 1.0, 80.0)], end=10.0))
    print(pw.simulate("lif", pw.Current([pw.pulse(0.0, 5.0, 10.0), pw.ramp(10.0, 5.0, 10.0)], end=50.0)))
    return sum(times.size for times in traces.spike_times)


def searched() -> pw.Result:
    both = pw.patterns.all_of("tonic_spiking", pw.patterns.get("rebound_spike"))
    run: pw.Run = pw.start_optimization("adex", both, seed=1, bounds={"tau_w": (50.0, 200.0)}, time_limit=60.0)
    run.stop()
    result = pw.optimize("lif", "tonic_spiking", start={"tau_mem": 12.0}, fixed=["t_ref"], budget=200, progress=print)
    found: float = result.parameters["tau_mem"]
    if result.verdict.accepted:
        print(result.status, found, result.history.head(), result.to_json())
    return pw.Result.from_json(result.to_json())


def assessed() -> None:
    table = pw.assess(["lif", "izhikevich"], ["tonic_spiking"], seed=0, budget=100, store=Path("study.jsonl"))
    print(table["status"].value_counts(), pw.assessment.plausibility_score(table))
    study = pw.assessment.start_assessment("lif", budget=10, progress=pw.NotebookProgress())
    print(study.result(), pw.assessment.read_study(["study.jsonl"]), pw.assessment.packaged_table())
    print(pw.assessment.estimate("lif", "integrator"), pw.plausibility_map(table), pw.plausibility_chart(table))
    pw.plot(table)


def analysed() -> None:
    plane = pw.analysis.parameter_plane("lif", ["tonic_spiking", "integrator"], "tau_mem", "v_rest", points=8)
    print(plane.accepted.sum(axis=(1, 2)).tolist(), plane.unmet(0, 0), pw.plot(plane))
    phases = pw.analysis.phase_plane("adex", current=100.0, bounds={"v": (-80.0, -40.0)}, points=30)
    line = pw.analysis.phase_line("qif", bounds={"v": (-80.0, -40.0)})
    print([point.kind for point in (*phases.fixed_points, *line.fixed_points)])
    onset = pw.analysis.bifurcation_diagram("izhikevich", {"a": 0.1}, currents=(-5.0, 20.0))
    print(onset.kind, onset.lost.current if onset.lost else None, onset.firing.shape, pw.plot(onset))
    rates = pw.analysis.fi_curve("lif", [10.0, 20.0])
    profiles = pw.analysis.loss_profiles("lif", "tonic_spiking", names=["tau_mem"], points=9)
    sets = pw.analysis.sample_accepted("lif", "tonic_spiking", 100, seed=1)
    print(rates.max(), profiles["tau_mem"].intervals, pw.judge("lif", "tonic_spiking", sets).replicated.any())
    print(pw.analysis.repertoire("lif", patterns="integrator"), pw.analysis.most_versatile("lif", budget=10))
    print(pw.analysis.model_card("lif", measure=False))


def taught() -> None:
    hidden: pw.teaching.Exercise = pw.teaching.mystery("izhikevich", "tonic_bursting", seed=7)
    task = pw.teaching.Exercise("Make it burst.", free=["c"])
    page: Path = pw.export_page("izhikevich", "tonic_bursting", {"c": -65.0}, exercise=task)
    figure: Path = pw.export_widget("adex", ["tonic_spiking"], {"b": 20.0}, path="adex.mjs", language="en")
    print(page.name, figure.name, hidden.reveal(), pw.teaching.class_results(["PW1.abc"]))
    answer = pw.teaching.read_code("PW1.abc", page)
    print(answer.solved, answer.verdict.loss)


def elsewhere(module: torch.nn.Module) -> None:
    neuron: pw.NeuronModel = pw.from_torch(module)
    try:
        pw.networks.to_javascript(neuron)
    except pw.NotCompilableError as error:
        print(error)
    layer = pw.to_norse("lif", learn="all")
    print(layer, pw.to_brian2("lif", n=10), pw.networks.to_javascript("lif"))
    cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0])
    print(pw.patterns.register(cell), pw.patterns.load("my_patterns.py"), pw.models.load("my_neurons.py"))


def shown() -> None:
    explorer = pw.Explorer("izhikevich", pw.patterns.get("tonic_bursting"), {"c": -52.0}, locked=["a"], language="de")
    explorer.close()
    pw.Page("lif", ["tonic_spiking", "integrator"], height=600)
