"""Simulating and judging for the app."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from app_client import Client, set_of
from small_neurons import make

import plausiwidgets as pw
from plausiwidgets.widgets.handlers.judging import verdict_data
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.worker import Priority


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
    assert len(answer["arrays"]["0.state.u"]) == len(trace.t)
    rest, threshold, peak = answer["scale"]
    assert rest == trace.v[0][trace.t < 0.0][-1]
    span = pw.models.get("izhikevich").span({name: np.array([x]) for name, x in fields["values"].items()})[0]
    assert threshold == pytest.approx(rest + span) and peak == pw.models.get("izhikevich").peak


def test_only_the_sweeps_that_are_named_are_sent_and_the_first_where_none_has_the_name(client):
    fields = set_of("adex", "resonator")
    names = list(pw.judge("adex", "resonator", fields["values"], verify=False).traces)
    answer = client.ask("simulate", **fields, sweeps=names[1:2], states=False)
    assert [sweep["name"] for sweep in answer["sweeps"]] == names[1:2]
    answer = client.ask("simulate", **fields, sweeps=["no such sweep"], states=False)
    assert [sweep["name"] for sweep in answer["sweeps"]] == names[:1]


def test_a_candidate_of_a_search_is_verified_and_replaces_no_verification_of_the_shown_set(client):
    shown = client.say("verify", **set_of(a=0.03))
    candidates = [client.say("verify_candidate", **set_of(amplitude=x)) for x in (15.0, 0.5)]
    assert [client.last(one)["verdict"]["status"] for one in candidates] == ["replicated", "rejected"]
    assert client.last(shown)["state"] == "done"


def test_a_verdict_is_sent_at_the_time_step_and_then_verified(client):
    identity = client.say("verify", **set_of())
    client.last(identity)
    told = client.of(identity)
    assert [one["verdict"]["status"] for one in told] == ["unverified", "replicated"]
    assert [one["state"] for one in told] == ["running", "done"]


def test_a_repeated_request_gets_the_same_verdict_immediately(client):
    first = client.ask("verify", **set_of())
    identity = client.say("verify", **set_of())
    assert client.of(identity)[-1]["verdict"] == first["verdict"]  # without waiting


def test_the_newest_simulation_replaces_older_ones(client):
    gate = threading.Event()
    client.answers.worker.ask("busy", 0, lambda _: gate.wait(30))  # type: ignore[arg-type]
    asked = [client.say("simulate", **set_of(a=0.02 + 0.001 * k), sweeps=[], states=False) for k in range(5)]
    gate.set()
    assert [client.last(one)["state"] for one in asked] == ["superseded"] * 4 + ["done"]


def test_a_cancelled_request_is_stopped_and_gets_no_more_answers(client):
    gate = threading.Event()
    client.answers.worker.ask("busy", 0, lambda _: gate.wait(30))  # type: ignore[arg-type]
    identity = client.say("verify", **set_of(a=0.05))
    assert client.ask("cancel", of=identity)["state"] == "done"
    assert client.last(identity)["state"] == "stopped"
    gate.set()
    assert client.answers.worker.join(30)
    assert len(client.of(identity)) == 1


def test_a_request_that_judge_rejects_is_answered_with_the_error(client):
    answer = client.ask("verify", **(set_of() | {"model": "adx"}))
    assert answer["state"] == "failed"
    assert re.search(r"unknown model 'adx'\. Did you mean 'adex'", answer["error"])


def test_a_request_is_answered_once_and_an_id_is_used_once(client):
    message = {"kind": "verify", "id": "twice", **set_of()}
    client.answers.receive(message)
    client.last("twice")
    client.answers.receive(message)
    assert "'twice' was used before" in client.heard[-1]["error"]
    assert client.heard[-1]["kind"] == "error"


def black_box(calls: list[int], seconds: float = 0.0, key: str = "black_box", raises: bool = False) -> pw.NeuronModel:
    """A neuron whose step decides in Python, which nothing but a loop of Python can run."""

    def step(current, state, p, dt):
        calls.append(1)
        time.sleep(seconds)
        (v,) = state
        if raises or bool((v > 1e9).any()):
            raise ZeroDivisionError("one over nothing")
        v = v + dt * (-(v + 65.0) + current) / p.tau
        spikes = (v >= -50.0).double()
        return spikes, (v + spikes * (-65.0 - v),)

    return make(step, key=key, dt=0.5, validate=False)


def of(client: Client, model: pw.NeuronModel, pattern: str = "tonic_spiking") -> dict:
    return {"model": client.answers.known.name_of_model(model), "pattern": pattern, "values": {}, "dt": 0.5}


def test_the_outline_of_a_custom_neuron_is_sent_without_a_call_of_its_step(client):
    calls: list[int] = []
    model = black_box(calls, raises=True)
    answers = client.answers
    hold = threading.Event()
    answers.worker.ask("busy", Priority.FIGURE, lambda _: hold.wait(60))
    identity = client.say("describe", model=of(client, model)["model"], pattern="resonator")
    (outline,) = client.of(identity)
    assert (outline["state"], calls) == ("running", [])
    assert outline["data"]["patterns"]["resonator"]["outlined"] is True
    assert [(slider["name"], slider["default"]) for slider in outline["data"]["parameters"]] == [("tau", 20.0)]
    hold.set()
    whole = client.last(identity)
    assert "outlined" not in whole["data"]["patterns"]["resonator"]
    assert "black_box" in whole["why"]
    assert "black_box" not in whole["data"]["code"]


@pytest.mark.slow
def test_a_loop_in_python_reports_its_progress_and_can_be_stopped(client):
    calls: list[int] = []
    fields = of(client, black_box(calls, seconds=0.002))
    heard = []
    shown = Selection.of(client.answers.known.model(fields["model"]), fields["pattern"], {}, 0.5)
    client.answers.judging.ask(shown, "script", lambda *told: heard.append(told))
    identity = client.say("simulate", **fields, sweeps=[], states=False)
    far = client.until(identity, lambda answer: answer["state"] == "running")
    assert 0 < far["done"] < far["total"]
    assert client.ask("cancel", of=identity)["state"] == "done"
    assert client.last(identity)["state"] == "stopped"
    assert client.answers.worker.join(30)
    assert len(calls) < far["total"]
    assert heard == []
    client.ask("simulate", **fields, sweeps=[], states=False)
    assert [(verdict.loss, last) for verdict, last in heard] == [(0.0, False)]  # whoever waited hears of it


def test_a_running_evaluation_of_the_host_is_shared_with_its_page(client):
    calls: list[int] = []
    fields = of(client, black_box(calls))
    answer = client.ask("simulate", **fields, sweeps=[], states=False)
    once = len(calls)
    assert client.ask("simulate", **fields, sweeps=[], states=False)["sweeps"] == answer["sweeps"]
    assert len(calls) == once
    assert len(answer["arrays"]["0.v"]) > 1000


def test_an_error_of_a_custom_neuron_is_one_sentence_that_names_it(client):
    fields = of(client, black_box([], raises=True))
    answer = client.ask("simulate", **fields, sweeps=[], states=False)
    assert answer["error"] == "black box with tonic spiking raised an error: ZeroDivisionError: one over nothing"
    assert client.ask("simulate", **set_of(), sweeps=[], states=False)["state"] == "done"


def test_a_greeting_is_answered_during_a_long_simulation(client):
    client.say("simulate", **of(client, black_box([], seconds=0.01)), sweeps=[], states=False)
    identity = client.say("alive")
    assert [answer["state"] for answer in client.of(identity)] == ["done"]  # without waiting


def test_requests_from_several_threads_are_each_answered_once(client):
    def ask(_: int) -> list[str]:
        rate = {"model": "lif", "values": {}, "dt": 0.1, "holding": 0.0, "most": 50.0, "points": 4}
        return [client.say("alive") if k % 10 else client.say("rate", **rate) for k in range(44)]

    with ThreadPoolExecutor(2) as pages:
        names = list(pages.map(ask, range(2)))
    for identity in [*names[0], *names[1]]:
        assert client.last(identity)["state"] in ("done", "superseded")
    assert len({one["id"] for one in client.heard}) == len(client.heard) == 88
