"""Simulating and judging for the app."""

import threading

import numpy as np
import pytest
from app_client import Client, set_of

import plausiwidgets as pw
from plausiwidgets.widgets.answers.judging import verdict_data


@pytest.fixture
def client():
    made = Client()
    yield made
    made.close()


def test_the_traces_are_those_of_the_judge(client):
    fields = set_of(a=0.03)
    answer = client.ask("simulate", **fields, sweeps=[], states=True)
    verdict = pw.judge("izhikevich", "tonic_spiking", fields["values"], verify=False)
    assert answer["verdict"] == verdict_data(verdict)
    assert [sweep["name"] for sweep in answer["sweeps"]] == list(verdict.traces)
    trace = next(iter(verdict.traces.values()))
    np.testing.assert_allclose(answer["arrays"]["0.v"], trace.v[0].astype(np.float32))
    np.testing.assert_array_equal(answer["arrays"]["0.spikes"], trace.spike_times[0])
    assert answer["sweeps"][0]["states"] == ["v", "u"]
    assert len(answer["arrays"]["0.u"]) == len(trace.t)


def test_only_the_sweeps_that_are_named_are_sent(client):
    fields = set_of("adex", "resonator")
    names = list(pw.judge("adex", "resonator", fields["values"], verify=False).traces)
    answer = client.ask("simulate", **fields, sweeps=names[1:2], states=False)
    assert [sweep["name"] for sweep in answer["sweeps"]] == names[1:2]


def test_a_verdict_is_told_at_the_time_step_and_then_verified(client):
    identity = client.say("verify", **set_of())
    client.last(identity)
    told = client.of(identity)
    assert [one["verdict"]["status"] for one in told] == ["unverified", "replicated"]
    assert [one["state"] for one in told] == ["running", "done"]


def test_who_asks_again_for_the_same_hears_the_same_verdict_at_once(client):
    first = client.ask("verify", **set_of())
    identity = client.say("verify", **set_of())
    assert client.of(identity)[-1]["verdict"] == first["verdict"]  # without waiting


def test_of_verdicts_the_newest_counts(client):
    gate = threading.Event()
    client.answers.worker.ask("busy", 0, lambda _: gate.wait(30))  # type: ignore[arg-type]
    old = client.say("verify", **set_of(a=0.05))
    new = client.say("verify", **set_of(a=0.03))
    gate.set()
    assert client.last(old)["state"] == "superseded"
    assert client.last(new)["state"] == "done"


def test_of_simulations_the_newest_counts(client):
    gate = threading.Event()
    client.answers.worker.ask("busy", 0, lambda _: gate.wait(30))  # type: ignore[arg-type]
    asked = [client.say("simulate", **set_of(a=0.02 + 0.001 * k), sweeps=[], states=False) for k in range(5)]
    gate.set()
    assert [client.last(one)["state"] for one in asked] == ["superseded"] * 4 + ["done"]


def test_what_was_cancelled_is_stopped_and_told_no_more(client):
    gate = threading.Event()
    client.answers.worker.ask("busy", 0, lambda _: gate.wait(30))  # type: ignore[arg-type]
    identity = client.say("verify", **set_of(a=0.05))
    assert client.ask("cancel", of=identity)["state"] == "done"
    assert client.last(identity)["state"] == "stopped"
    gate.set()
    assert client.answers.worker.join(30)
    assert len(client.of(identity)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": "adx"}, "unknown model: 'adx'.*Did you mean 'adex'"),
        ({"pattern": "tonic"}, "unknown pattern: 'tonic'"),
        ({"values": {"aa": 1.0}}, "unknown parameter of model 'izhikevich'.*'aa'"),
        ({"values": {"holding": -1e9}}, None),
        ({"dt": 50.0}, "dt"),
    ],
)
def test_a_question_that_the_judge_refuses_is_answered_with_its_sentence(client, change, sentence):
    answer = client.ask("verify", **(set_of() | change))
    if sentence is not None:
        assert answer["state"] == "failed"
        import re

        assert re.search(sentence, answer["error"])


def test_a_question_is_answered_once_and_an_id_is_used_once(client):
    message = {"kind": "verify", "id": "twice", **set_of()}
    client.answers.hear(message)
    client.last("twice")
    client.answers.hear(message)
    assert "the id 'twice' was heard before" in client.heard[-1]["error"]
    assert client.heard[-1]["kind"] == "error"


def test_a_model_that_raises_is_told_in_a_sentence(client):
    def step(current, state, p, dt):
        raise ArithmeticError("no such number")

    model = pw.NeuronModel(
        "raises", step, states=("v",), parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
        initial_state=lambda p, holding: (0.0 * holding - 65.0,), current=pw.Parameter("current", 1.0, 0.0, 10.0),
        rest=-65.0, threshold=-50.0, dt=0.1, validate=False,
    )  # fmt: skip
    name = client.answers.known.name_of_model(model)
    answer = client.ask("verify", model=name, pattern="tonic_spiking", values={}, dt=0.1)
    assert answer["state"] == "failed"
    assert "no such number" in answer["error"]
    assert client.ask("verify", **set_of())["state"] == "done"  # the others go on
