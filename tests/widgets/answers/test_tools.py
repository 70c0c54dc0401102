"""What the tools of the app are answered, held to the verbs of the package."""

import gzip
import re

import numpy as np
import pytest
from app_client import box_of, set_of

import plausiwidgets as pw
from plausiwidgets.models import get as get_model
from plausiwidgets.patterns import names as pattern_names
from plausiwidgets.widgets.session.selection import Selection


def ranges(fields):
    return {"bounds": box_of(fields)["bounds"]}


# -- plane, curves


def test_a_plane_is_told_coarse_and_then_fine(client):
    fields = set_of("lif", "tonic_spiking")
    identity = client.say("plane", **fields, **ranges(fields), x="amplitude", y="tau_mem", all=False, points=[4, 8])
    client.last(identity)
    coarse, fine = client.of(identity)
    assert (coarse["state"], coarse["finer"], fine["state"], fine["finer"]) == ("running", True, "done", False)
    plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", fields["values"], points=8)
    np.testing.assert_array_equal(fine["arrays"]["x"], plane.x)
    np.testing.assert_allclose(fine["arrays"]["loss"].reshape(8, 8), plane.loss, rtol=1e-6)
    missed = fine["arrays"]["missed"].reshape(8, 8)
    np.testing.assert_array_equal(missed == 0, plane.accepted)
    named = {fine["criteria"][k] for k in range(31) if missed[0, 0] >> k & 1}
    assert named == set(plane.missed(0, 0))


def test_a_plane_of_all_patterns_has_a_bit_for_each(client):
    fields = set_of("izhikevich", "tonic_bursting")
    answer = client.ask("plane", **fields, **ranges(fields), x="c", y="d", all=True, points=[3])
    assert answer["patterns"] == list(pattern_names())
    assert answer["arrays"]["loss"].size == len(pattern_names()) * 9
    assert answer["arrays"]["missed"].size == 9


def test_a_plane_of_one_value_twice_is_refused(client):
    fields = set_of("lif", "tonic_spiking")
    answer = client.ask("plane", **fields, **ranges(fields), x="tau_mem", y="tau_mem", all=False, points=[4])
    assert "x and y are both 'tau_mem'" in answer["error"]


def test_profiles_are_those_of_the_package(client):
    fields = set_of("izhikevich", "tonic_spiking")
    answer = client.ask("profiles", **fields, **ranges(fields), points=[9])
    found = pw.analysis.loss_profiles("izhikevich", "tonic_spiking", fields["values"], points=9)
    assert answer["names"] == list(found)
    for name, profile in found.items():
        np.testing.assert_array_equal(answer["arrays"][f"{name}.values"], profile.values)
        np.testing.assert_allclose(answer["arrays"][f"{name}.loss"], profile.loss, rtol=1e-6)


def test_the_rate_over_the_current_is_that_of_the_package(client):
    values = {"tau_mem": 10.0}
    answer = client.ask("rate", model="lif", values=values, dt=0.1, holding=0.0, most=40.0, points=5)
    rates = pw.analysis.rate_curve("lif", np.linspace(0, 40, 5), values)
    np.testing.assert_allclose(answer["arrays"]["rate"], rates, rtol=1e-6)
    assert answer["arrays"]["rate"][0] == 0.0 < answer["arrays"]["rate"][-1]


def test_the_onset_of_firing_is_told_as_fixed_points_and_then_with_the_firing(client):
    values = {"tau_mem": 20.0, "v_rest": -65.0, "v_threshold": -50.0}
    fields = {"model": "lif", "values": values, "dt": 0.1, "holding": 0.0, "currents": [-5.0, 30.0]}
    identity = client.say("bifurcations", **fields)
    client.last(identity)
    first, last = client.of(identity)
    assert (first["state"], first["sentences"], first["arrays"]["firing"].size) == ("running", [], 0)
    assert (last["state"], last["onset"], last["currents"]) == ("done", "threshold", [-5.0, 30.0])
    (point,) = last["points"]
    assert point["kind"] == "threshold" and point["current"] == pytest.approx(15.0, abs=1e-3)
    stable, unstable = (last["arrays"][name].reshape(2, -1) for name in ("stable", "unstable"))
    assert np.nanmax(stable[0]) == pytest.approx(15.0, abs=0.1) and np.isnan(unstable).all()
    current, low, high, rate = last["arrays"]["firing"].reshape(4, -1)
    assert (high > low).all() and current.max() == pytest.approx(30.0) and rate[-1] > rate[0] > 0.0
    assert last["sentences"][0].startswith("Rest is lost at 15 mV: threshold. Rest reaches the threshold")
    refused = client.ask("bifurcations", **fields | {"holding": 100.0})
    assert "The currents go from −5 to 30" in refused["error"]


# -- samples


def test_samples_are_told_as_they_come_and_the_last_answer_has_the_final_ones(client):
    fields = set_of("lif", "tonic_spiking")
    identity = client.say("samples", **fields, **box_of(fields), count=120, seed=0)
    end = client.last(identity)
    told = client.of(identity)
    assert end["state"] == "done"
    assert (end["done"], end["total"]) == (120, 120)
    assert 0.01 < end["volume"] < 0.5
    table = pw.analysis.sample_accepted("lif", "tonic_spiking", 120, 0, fixed={"holding": 0.0})
    final = end["arrays"]["values"].reshape(120, -1)
    names = end["names"]
    assert set(table.columns) - {"status"} == set(names)
    values = list(fields["values"])
    some = {name: final[:, names.index(name)] for name in values}
    assert pw.judge("lif", "tonic_spiking", some, verify=False).accepted.all()
    on_the_way = [one for one in told[:-1] if one["arrays"]["values"].size]
    if on_the_way:
        met = np.concatenate([one["arrays"]["values"].reshape(-1, len(one["names"])) for one in on_the_way])
        some = {name: met[:, k] for k, name in enumerate(on_the_way[0]["names"])}
        assert pw.judge("lif", "tonic_spiking", some, verify=False).accepted.all()
        assert on_the_way[-1]["done"] == len(met) <= 120


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


def test_an_assessment_is_told_row_by_row(client):
    identity = client.say("assess", models=["lif"], patterns=["tonic_spiking", "integrator", "tonic_bursting"],
                          seed=0, budget=200)  # fmt: skip
    end = client.last(identity)
    rows = {row["pattern"]: row for one in client.of(identity) for row in one["rows"]}
    assert {key: row["status"] for key, row in rows.items()} == {
        "tonic_spiking": "replicated", "integrator": "replicated", "tonic_bursting": "rejected",
    }  # fmt: skip
    assert rows["tonic_bursting"]["cannot"]
    assert end["csv"].startswith("model,")
    assert len(end["csv"].splitlines()) == 4


def test_a_second_assessment_replaces_the_first(client):
    first = client.say("assess", models=["hodgkin_huxley"], patterns=["mixed_mode"], seed=0, budget=1_000_000)
    client.until(first, lambda one: True)
    second = client.say("assess", models=["lif"], patterns=["tonic_spiking"], seed=0, budget=100)
    assert client.last(first)["state"] == "superseded"
    assert client.last(second)["state"] == "done"


def test_what_a_neuron_can_do_is_told_pattern_by_pattern(client):
    fields = set_of("lif", "tonic_spiking", tau_mem=10.0)
    identity = client.say("repertoire", **fields)
    end = client.last(identity)
    told = client.of(identity)
    rows = [row for one in told for row in one["rows"]]
    assert (end["done"], end["total"], len(rows)) == (len(pattern_names()),) * 3
    assert rows[0]["pattern"] == "tonic_spiking"  # what is shown comes first
    assert rows[0]["status"] == "replicated"
    assert all(row["parameters"].get("tau_mem", 10.0) == 10.0 for row in rows)


# -- phase plane


@pytest.mark.parametrize(("model", "names"), [("izhikevich", ["v", "u"]), ("hodgkin_huxley", ["v", "n"])])
def test_a_phase_plane_has_nullclines_points_and_the_way_of_a_sweep(client, model, names):
    answer = client.ask("phase", **set_of(model, "tonic_spiking"), sweep="", pair=[], others="steady", now=0.0)
    assert answer["names"] == names
    assert answer["arrays"]["path"].size % 4 == 0
    assert len(answer["levels"]) >= 1
    for k, level in enumerate(answer["levels"]):
        assert len(level["nullclines"]) == 2
        assert answer["arrays"][f"{k}.0.0"].size % 2 == 0
        assert answer["arrays"][f"{k}.arrows"].size % 4 == 0
    assert (len(answer["variables"]) > 2) == (model == "hodgkin_huxley")
    wide = [[-200.0, 100.0], answer["ranges"][1]]
    again = client.ask("phase", **set_of(model, "tonic_spiking"), sweep="", pair=names, others="now", now=20.0,
                       ranges=wide)  # fmt: skip
    assert again["ranges"][0] == [-200.0, 100.0]


def test_of_a_neuron_of_one_variable_it_is_a_phase_line(client):
    answer = client.ask("phase", **set_of("lif", "tonic_spiking"), sweep="", pair=[], others="steady", now=0.0)
    assert answer["names"] == ["v"]
    assert answer["labels"][1] == "dv/dt (mV/ms)"


def test_a_phase_plane_of_variables_that_there_are_not_is_refused(client):
    answer = client.ask("phase", **set_of(), sweep="", pair=["v", "w"], others="steady", now=0.0)
    assert answer["error"] == "phase: pair is ['v', 'w'], valid are two of v, u"


# -- files


def exported(client, what, fields=None, **more):
    fields = fields or set_of("lif", "tonic_spiking")
    return client.ask("export", what=what, **fields, **({"free": list(fields["values"]), "text": "", "of": ""} | more))


def test_the_script_and_the_line_of_python_show_the_same(client, capsys):
    answer = exported(client, "script", set_of("lif", "tonic_spiking", tau_mem=15.0))
    assert answer["name"] == "lif_tonic_spiking.py"
    lines = answer["text"].replace("figure.show()\n", "").replace("figure = pw.plot(verdict)\n", "")
    scope: dict = {}
    exec(compile(lines, "script", "exec"), scope)
    assert scope["verdict"].parameters["tau_mem"] == 15.0
    line = exported(client, "line", set_of("lif", "tonic_spiking", tau_mem=15.0))["text"]
    assert line.startswith("pw.Explorer('lif', 'tonic_spiking', {'tau_mem': 15.0")


def test_a_page_and_an_exercise_are_files_of_their_own(client):
    page = exported(client, "page")
    assert page["name"] == "lif_tonic_spiking.html"
    assert "<!doctype html>" in page["text"].lower()
    solved = exported(client, "exercise")
    assert "already shows" in solved["error"]
    exercise = exported(client, "exercise", set_of("lif", "tonic_spiking", amplitude=5.0), text="Make it fire.")
    assert "Make it fire." in exercise["text"]


def test_traces_and_tries_are_tables(client):
    traces = exported(client, "traces")["text"].splitlines()
    assert traces[0] == "sweep,t,v,current,spike"
    identity = client.say("search", **set_of("lif", "tonic_spiking"), **box_of(set_of("lif", "tonic_spiking")),
                          begin="random", seed=0, budget=200)  # fmt: skip
    end = client.last(identity)
    tries = exported(client, "search", of=identity)["text"].splitlines()
    assert len(tries) == end["search"]["evaluations"] + 1


def test_a_recording_is_asked_for_its_units_and_becomes_a_pattern(client, root):
    content = (root / "tests" / "data" / "regular_spiking.csv").read_bytes()
    answer = client.ask("recording", [content], model="izhikevich", name="regular_spiking.csv", units={})
    units = {what: choices[0] for what, choices in answer["choices"].items()}
    if not answer["pattern"]:
        assert units
        answer = client.ask("recording", [content], model="izhikevich", name="regular_spiking.csv", units=units)
    assert answer["pattern"].startswith("recording_")
    judged = client.ask("verify", model="izhikevich", pattern=answer["pattern"], values={}, dt=0.1)
    assert judged["verdict"]["checks"]


def test_a_file_of_more_sweeps_than_are_shown_is_refused_with_two_ways_on(client):
    rows = [f"{t},{-70 + t % 3},{k}" for k in range(101) for t in range(0, 200, 10)]
    data = "\n".join(["t (ms),v (mV),sweep", *rows]).encode()
    answer = client.ask("recording", [data], model="adex", name="many.csv", units={})
    assert answer["state"] == "failed"
    assert "many.csv has 101 sweeps, and at most 100 are shown here. Save fewer" in answer["error"]
    assert "pw.from_recording('many.csv', sweeps=[0, 3, 6])" in answer["error"]


def test_a_recording_of_an_amplifier_is_dropped_with_its_protocol_in_words(client, root):
    pytest.importorskip("pyabf")
    content = (root / "tests" / "data" / "recordings" / "17o05028_ic_steps.abf").read_bytes()
    answer = client.ask("recording", [content], model="adex", name="17o05028_ic_steps.abf", units={})
    assert answer["pattern"] and answer["choices"] == {}
    assert [one["numbers"] for one in answer["sweeps"]] == [[k] for k in range(16)]
    assert answer["sweeps"][8]["protocol"] == (
        "holding 0 pA; +30 pA from 146.85 to 646.85 ms; −50 pA from 1146.85 to 1646.85 ms; "
        "+30 pA from 1646.85 to 2146.85 ms"
    )
    assert answer["left_out"] == ["cv", "times"]  # it fires by itself
    corners = answer["arrays"]["8.protocol"].reshape(-1, 2)
    np.testing.assert_allclose(corners[1:5], [[146.85, 0], [146.85, 30], [646.85, 30], [646.85, 0]], atol=1e-3)
    recorded = answer["arrays"]["8.v"]
    assert recorded.size == answer["arrays"]["8.t"].size and recorded.max() > 20.0
    chosen = client.ask("recording", [content], model="adex", name="17o05028_ic_steps.abf", units={},
                        compare={"n": 1.0, "course": 0.5}, sweeps=[0, 8], holdout=[12])  # fmt: skip
    assert chosen["pattern"] != answer["pattern"] and chosen["held_out"]
    judged = {name: client.ask("verify", model="adex", pattern=name, values={}, dt=0.1)["verdict"]["checks"]
              for name in (chosen["pattern"], chosen["held_out"])}  # fmt: skip
    kinds = {check["key"].split("_")[0] for check in judged[chosen["pattern"]]}
    assert kinds == {"n", "course", "min", "cell"}
    assert any("sweep 8" in check["name"] for check in judged[chosen["pattern"]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "."), (b"\xff\xfe\x00", "text"), (b"a,b,c,d\n1,2,3,4\n", "column"), (b"<html>", ".")],
)
def test_a_file_that_is_no_recording_is_refused_in_a_sentence(client, content, sentence):
    answer = client.ask("recording", [content], model="izhikevich", name="cell.csv", units={})
    assert answer["state"] == "failed"
    assert re.search(sentence, answer["error"])


def test_another_current_becomes_a_pattern_that_is_not_judged(client):
    for fields in (
        {"shape": "step", "number": 1, "text": ""},
        {"shape": "pulses", "number": 7, "text": ""},
        {"shape": "values", "number": 1, "text": "0 10\n100 0\n200 20\n250 0"},
    ):
        answer = client.ask("stimulus", **fields, lines=False, title="")
        judged = client.ask("verify", model="lif", pattern=answer["pattern"], values={}, dt=0.1)
        assert judged["verdict"]["status"] == "unjudged"
    wrong = client.ask("stimulus", shape="values", number=1, text="0 ten", lines=False, title="")
    assert wrong["state"] == "failed"


def test_two_currents_have_names_of_their_own(client):
    names = {
        client.ask("stimulus", shape="values", number=1, text=f"0 {k}\n100 0", lines=False, title="")["pattern"]
        for k in (10, 20)
    }
    assert len(names) == 2


# -- the rest


def test_a_mystery_is_begun_and_revealed(client):
    answer = client.ask("mystery", model="lif", pattern="tonic_spiking", seed=1)
    hidden = pw.teaching.mystery("lif", "tonic_spiking", 1)
    assert (answer["values"], answer["moved"]) == (dict(hidden.start), list(hidden.moved))
    assert client.ask("reveal", pattern=answer["pattern"])["values"] == dict(hidden.reveal())
    other = client.ask("mystery", model="lif", pattern=answer["pattern"], seed=2)  # about the same pattern
    assert other["pattern"] != answer["pattern"]
    assert other["link"] == "mystery=lif.tonic_spiking.2"
    assert "no mystery" in client.ask("reveal", pattern="tonic_spiking")["error"]
    refused = client.ask("profiles", **set_of("lif", "tonic_spiking") | {"pattern": other["pattern"], "values": {}},
                         bounds={}, points=[5])  # fmt: skip
    assert "its answer would be among them" in refused["error"]


def test_the_equations_of_a_model_are_told_with_their_meanings(client):
    answer = client.ask("equations", model="adex")
    assert "<sub>L</sub>" in answer["html"]
    assert answer["meanings"]["V_T"].startswith("V_T")
    assert get_model("adex").title in answer["card"]


def test_the_script_of_plotly_is_that_of_the_installed_package(client):
    from importlib import metadata

    answer = client.ask("plotly")
    assert answer["version"] == metadata.version("plotly")
    assert len(gzip.decompress(answer["arrays"]["script"].tobytes())) > 1_000_000


@pytest.mark.parametrize("kind", ["select", "undo", "redo"])
def test_a_host_without_a_selection_says_so(client, kind):
    more = set_of() | box_of(set_of()) | {"locked": [], "step": "a"} if kind == "select" else {}
    assert client.ask(kind, **more)["error"] == f"{kind}: this host keeps no selection"
