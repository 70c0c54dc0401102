"""What the tools of the app are answered, held to the verbs of the package."""

import gzip

import numpy as np
import pytest
from app_client import box_of, set_of

import plausiwidgets as pw
from plausiwidgets.widgets.handlers.plane import on_grid
from plausiwidgets.widgets.handlers.selection import Selection


def ranges(fields):
    return {"bounds": box_of(fields)["bounds"]}


def test_a_plane_is_sent_coarse_and_then_fine(client):
    fields = set_of("lif", "tonic_spiking")
    identity = client.say("plane", **fields, **ranges(fields), x="amplitude", y="tau_mem", all=False, points=[4, 8])
    client.last(identity)
    coarse, fine = client.of(identity)
    assert (coarse["state"], coarse["finer"], fine["state"], fine["finer"]) == ("running", True, "done", False)
    plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", fields["values"], points=8)
    np.testing.assert_array_equal(fine["arrays"]["x"], plane.x)
    np.testing.assert_allclose(fine["arrays"]["loss"].reshape(8, 8), plane.loss, rtol=1e-6)
    missed = fine["arrays"]["unmet"].reshape(8, 8)
    np.testing.assert_array_equal(missed == 0, plane.accepted)
    named = {fine["criteria"][k] for k in range(31) if missed[0, 0] >> k & 1}
    assert named == set(plane.unmet(0, 0))


def test_profiles_are_those_of_the_package(client):
    fields = set_of("izhikevich", "tonic_spiking")
    answer = client.ask("profiles", **fields, **ranges(fields), points=[9])
    found = pw.analysis.loss_profiles("izhikevich", "tonic_spiking", fields["values"], points=9)
    assert answer["names"] == list(found)
    for name, profile in found.items():
        np.testing.assert_array_equal(answer["arrays"][f"{name}.values"], profile.values)
        np.testing.assert_allclose(answer["arrays"][f"{name}.loss"], profile.loss, rtol=1e-6)


def test_the_noise_tolerance_is_that_of_the_package_in_words(client):
    fields = set_of("lif", "tonic_spiking")
    answer = client.ask("tolerance", **fields, tau=5.0, seeds=4)
    found = pw.analysis.noise_tolerance("lif", "tonic_spiking", fields["values"], 5.0, 4, dt=fields["dt"])
    assert answer["text"] == found.text and answer["text"].endswith("% of the amplitude")
    adapts = client.ask("tolerance", **set_of("izhikevich", "class_1_excitable"), tau=5.0, seeds=4)
    assert adapts["text"].startswith("not defined, because the pattern adapts")
    refused = client.ask("tolerance", **fields, tau=0.01, seeds=4)
    assert refused["state"] == "failed" and "tau must be" in refused["error"]
    assert client.ask("tolerance", **fields, tau=5.0, seeds=0)["state"] == "failed"


def test_sets_that_are_met_on_the_way_are_accepted():
    from plausiwidgets.analysis.samples import Sampling
    from plausiwidgets.optimization.api import make_problem

    met: list[np.ndarray] = []
    sampling = Sampling(make_problem("lif", "tonic_spiking"), 100, seed=0, met=met.append)
    while sampling.step() is not None:
        pass
    sets = np.concatenate(met)
    names = list(Selection.of("lif", "tonic_spiking").values)
    verdict = pw.judge("lif", "tonic_spiking", dict(zip(names, sets[:50].T, strict=True)), verify=False)
    assert len(sets) > 500
    assert verdict.accepted.all()


def test_sampling_ends_when_it_is_cancelled(client):
    fields = set_of("hodgkin_huxley", "mixed_mode")
    identity = client.say("samples", **fields, **box_of(fields), count=500, seed=0)
    client.until(identity, lambda one: one["state"] == "running")
    client.ask("cancel", of=identity)
    assert client.last(identity)["state"] == "stopped"
    assert client.answers.worker.join(30)


# -- many searches


def test_an_assessment_is_sent_row_by_row(client):
    identity = client.say(
        "assess", models=["lif"], patterns=["tonic_spiking", "integrator", "tonic_bursting"], seed=0, budget=200
    )
    end = client.last(identity)
    rows = {row["pattern"]: row for one in client.of(identity) for row in one["rows"]}
    assert {key: row["status"] for key, row in rows.items()} == {
        "tonic_spiking": "replicated",
        "integrator": "replicated",
        "tonic_bursting": "rejected",
    }
    assert rows["tonic_bursting"]["ruled_out"]
    assert end["csv"].startswith("model,")
    assert len(end["csv"].splitlines()) == 4


def test_a_second_assessment_replaces_the_first(client):
    first = client.say("assess", models=["hodgkin_huxley"], patterns=["mixed_mode"], seed=0, budget=1_000_000)
    client.until(first, lambda one: True)
    second = client.say("assess", models=["lif"], patterns=["tonic_spiking"], seed=0, budget=100)
    assert client.last(first)["state"] == "superseded"
    assert client.last(second)["state"] == "done"


def test_a_phase_plane_of_variables_that_there_are_not_is_refused(client):
    answer = client.ask("phase", **set_of(), sweep="", pair=["v", "w"], others="steady", now=0.0)
    assert answer["error"] == "phase: pair must be two different variables of v, u, got ['v', 'w']."


# -- files


def exported(client, what, fields=None, **more):
    fields = fields or set_of("lif", "tonic_spiking")
    return client.ask("export", what=what, **fields, **({"free": list(fields["values"]), "text": "", "of": ""} | more))


def test_a_script_and_the_line_of_python_have_the_values(client):
    fields = set_of("lif", "tonic_spiking", tau_mem=15.0)
    script = exported(client, "script", fields)
    assert script["name"] == "lif_tonic_spiking.py" and "'tau_mem': 15.0" in script["text"]
    assert exported(client, "line", fields)["text"].startswith("pw.Explorer('lif', 'tonic_spiking', {'tau_mem': 15.0")


def test_a_page_is_a_file_and_an_exercise_that_is_solved_is_none(client):
    page = exported(client, "page")
    assert page["name"] == "lif_tonic_spiking.html" and "<!doctype html>" in page["text"].lower()
    assert "already shows" in exported(client, "exercise")["error"]


def test_traces_and_evaluations_are_tables(client):
    traces = exported(client, "traces")
    assert (traces["name"], traces["text"], [sweep["name"] for sweep in traces["sweeps"]]) == (
        "lif_tonic_spiking.csv",
        "",
        ["step"],
    )
    trace = pw.judge("lif", "tonic_spiking", {}).traces["step"]
    np.testing.assert_allclose(traces["arrays"]["0.v"], trace.v[0], rtol=1e-6)
    assert traces["arrays"]["0.spikes"].tolist() == trace.spike_times[0].tolist()
    identity = client.say(
        "search",
        **set_of("lif", "tonic_spiking"),
        **box_of(set_of("lif", "tonic_spiking")),
        begin="random",
        seed=0,
        budget=200,
    )
    end = client.last(identity)
    tries = exported(client, "search", of=identity)["text"].splitlines()
    assert len(tries) == end["search"]["evaluations"] + 1


def test_a_file_of_more_sweeps_than_are_shown_is_refused_with_two_ways_on(client):
    rows = [f"{t},{-70 + t % 3},{k}" for k in range(101) for t in range(0, 200, 10)]
    data = "\n".join(["t (ms),v (mV),sweep", *rows]).encode()
    answer = client.ask("recording", [data], model="adex", name="many.csv", units={})
    assert answer["state"] == "failed"
    assert "many.csv has 101 sweeps, but the app shows at most 100. Save fewer" in answer["error"]
    assert "pw.from_recording('many.csv', sweeps=[0, 3, 6])" in answer["error"]


def test_a_recording_of_an_amplifier_is_dropped_with_its_protocol_in_words(client, root):
    pytest.importorskip("pyabf")
    content = (root / "tests" / "data" / "recordings" / "17o05028_ic_steps.abf").read_bytes()
    answer = client.ask("recording", [content], model="adex", name="17o05028_ic_steps.abf", units={})
    assert answer["pattern"] and answer["choices"] == {}
    assert [one["numbers"] for one in answer["sweeps"]] == [[k] for k in range(16)]
    assert answer["sweeps"][8]["protocol"] == (
        "holding current 0 pA; +30 pA from 146.85 to 646.85 ms; −50 pA from 1146.85 to 1646.85 ms; "
        "+30 pA from 1646.85 to 2146.85 ms"
    )
    assert answer["left_out"] == ["cv", "times"]  # it fires by itself
    corners = answer["arrays"]["8.protocol"].reshape(-1, 2)
    np.testing.assert_allclose(corners[1:5], [[146.85, 0], [146.85, 30], [646.85, 30], [646.85, 0]], atol=1e-3)
    recorded = answer["arrays"]["8.v"]
    assert recorded.size == answer["arrays"]["8.t"].size and recorded.max() > 20.0
    chosen = client.ask(
        "recording",
        [content],
        model="adex",
        name="17o05028_ic_steps.abf",
        units={},
        compare={"n": 1.0, "course": 0.5},
        sweeps=[0, 8],
        holdout=[12],
    )
    assert chosen["pattern"] != answer["pattern"] and chosen["held_out"]
    judged = {
        name: client.ask("verify", model="adex", pattern=name, values={}, dt=0.1)["verdict"]["criteria"]
        for name in (chosen["pattern"], chosen["held_out"])
    }
    kinds = {check["key"].split("_")[0] for check in judged[chosen["pattern"]]}
    assert kinds == {"n", "course", "min", "cell"}
    assert any("sweep 8" in check["name"] for check in judged[chosen["pattern"]])


def test_a_file_that_is_no_recording_is_refused_in_a_sentence(client):
    answer = client.ask("recording", [b"a,b,c,d\n1,2,3,4\n"], model="izhikevich", name="cell.csv", units={})
    assert answer["state"] == "failed" and "column" in answer["error"]


def test_two_currents_have_names_of_their_own(client):
    names = {
        client.ask("stimulus", shape="values", number=1, text=f"0 {k}\n100 0", lines=False, title="")["pattern"]
        for k in (10, 20)
    }
    assert len(names) == 2


def test_a_mystery_is_begun_and_revealed(client):
    answer = client.ask("mystery", model="lif", pattern="tonic_spiking", seed=1)
    hidden = pw.teaching.mystery("lif", "tonic_spiking", 1)
    exercise = answer["exercise"]
    assert (dict(exercise["start"]["values"]), exercise["free"]) == (dict(hidden.start), list(hidden.free))
    assert client.ask("reveal", pattern=answer["pattern"])["values"] == dict(hidden.reveal())
    other = client.ask("mystery", model="lif", pattern=answer["pattern"], seed=2)  # about the same pattern
    assert other["pattern"] != answer["pattern"]
    assert other["exercise"]["shared"]["link"] == "mystery=lif.tonic_spiking.2"
    assert "must be a mystery of this app" in client.ask("reveal", pattern="tonic_spiking")["error"]
    refused = client.ask(
        "profiles",
        **set_of("lif", "tonic_spiking") | {"pattern": other["pattern"], "values": {}},
        bounds={},
        points=[5],
    )
    assert "because profiles show its answer" in refused["error"]


def test_the_script_of_plotly_is_that_of_the_installed_package(client):
    from importlib import metadata

    answer = client.ask("plotly")
    assert answer["version"] == metadata.version("plotly")
    assert len(gzip.decompress(answer["arrays"]["script"].tobytes())) > 1_000_000


def test_a_host_without_a_selection_reports_that(client):
    answer = client.ask("select", revision=1, kept=[0, 0], steps=[set_of()], at=0, **box_of(set_of()))
    assert answer["error"] == "select: this host has no selection."


def test_the_plane_of_all_patterns_has_the_stimulus_of_the_nearest_known_neuron() -> None:
    own = {"a": 0.03, "b": 0.25, "c": -60.0, "d": 4.0}  # those of the published rebound spike
    selection = Selection.of("izhikevich", "rebound_burst", {**own, "width": 7.0})
    plane = on_grid(selection, "b", "c", 2, every=True)
    stimulus = {name: x for name, x in plane.parameters.items() if name.startswith("rebound_")}
    assert (stimulus["rebound_spike_amplitude"], stimulus["rebound_burst_width"]) == (15.0, 7.0)
    assert len(plane.patterns) >= 20 and "resonator" in plane.solved and "rebound_burst" not in plane.solved
