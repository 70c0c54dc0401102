"""Searches of the app: what is told of them, and to whom."""

import time

import numpy as np
import pytest
from app_client import Client, box_of, losses, set_of

import plausiwidgets as pw

EASY = set_of("izhikevich", "tonic_bursting", c=-70.0)
NEVER = {"budget": 1_000_000, "seed": 1, "begin": "random"}


def search(client, fields, **more):
    return client.say("search", **fields, **box_of(fields), **({"begin": "values"} | more))


def endless(client):
    """Begin a search that ends by a stop alone."""
    return search(client, set_of("hodgkin_huxley", "mixed_mode"), **NEVER)


def test_every_evaluation_of_a_search_is_sent_once_in_its_place(client):
    identity = search(client, EASY, seed=3)
    end = client.last(identity)
    told = client.of(identity)
    assert end["state"] == "done"
    result = pw.optimize("izhikevich", "tonic_bursting", start=EASY["values"], seed=3)
    assert end["search"]["best"] == dict(result.parameters)
    assert end["search"]["status"] == result.status == "replicated"
    assert end["search"]["sentence"] == result.summary
    np.testing.assert_array_equal(losses(told), result._history.loss.astype(np.float32))
    assert sum(len(one["arrays"]["loss"]) for one in told) == result.evaluations  # none of them twice
    assert end["search"]["evaluations"] == result.evaluations


def test_a_search_of_random_points_does_not_begin_at_the_values(client):
    identity = search(client, EASY, begin="random", budget=300, seed=2)
    client.last(identity)
    result = pw.optimize("izhikevich", "tonic_bursting", seed=2, budget=300)
    np.testing.assert_array_equal(losses(client.of(identity)), result._history.loss.astype(np.float32))


def test_fixed_parameters_keep_their_values(client):
    fields = set_of("izhikevich", "tonic_bursting", c=-70.0)
    box = box_of(fields) | {"free": ["c", "amplitude"]}
    identity = client.say("search", **fields, **box, begin="values", budget=200)
    best = client.last(identity)["search"]["best"]
    assert {n for n, x in best.items() if x != fields["values"][n]} <= {"c", "amplitude"}


def test_a_search_is_paused_resumed_and_stopped(client):
    identity = endless(client)
    client.until(identity, lambda one: len(one["arrays"].get("loss", ())) > 0)
    assert client.ask("pause", of=identity)["state"] == "done"
    client.until(identity, lambda one: one["state"] == "paused")
    time.sleep(0.3)
    before = losses(client.of(identity)).size
    time.sleep(0.4)
    assert losses(client.of(identity)).size == before
    assert client.ask("resume", of=identity)["state"] == "done"
    client.until(identity, lambda one: one["from"] >= before and len(one["arrays"]["loss"]) > 0)
    assert client.ask("stop", of=identity)["state"] == "done"
    assert client.last(identity)["state"] == "stopped"


def test_another_page_gets_all_evaluations_of_a_running_search_and_can_stop_it(client):
    identity = endless(client)
    client.until(identity, lambda one: one["from"] > 0)
    other = Client(client.answers)
    client.answers._send = other.tell  # the page was loaded again
    asked = other.say("running")
    assert other.last(asked)["searches"] == [identity]
    whole = other.until(identity, lambda one: True)
    assert whole["from"] == 0
    assert len(whole["arrays"]["loss"]) == whole["search"]["evaluations"] > 0
    other.until(identity, lambda one: one["from"] >= len(whole["arrays"]["loss"]) and len(one["arrays"]["loss"]))
    assert not np.isnan(losses(other.of(identity))).any()  # news follow on the record without a gap
    assert other.ask("stop", of=identity)["state"] == "done"
    assert other.last(identity)["state"] == "stopped"
    assert other.wrong == []


def test_a_second_search_stops_the_first(client):
    first = endless(client)
    client.until(first, lambda one: len(one["arrays"].get("loss", ())) > 0)
    second = search(client, EASY, seed=1)
    assert client.last(first)["state"] == "stopped"
    assert client.last(second)["state"] == "done"


def test_an_ended_search_is_found_by_its_id_and_sent_completely(client):
    identity = search(client, EASY, seed=3)
    end = client.last(identity)
    asked = client.ask("running")
    assert asked["searches"] == [identity]
    again = client.until(identity, lambda one: one["from"] == 0 and one["state"] == "done")
    assert len(again["arrays"]["loss"]) == end["search"]["evaluations"]
    assert client.ask("stop", of=identity)["state"] == "done"  # nothing to stop is no error


def test_an_unknown_search_cannot_be_stopped(client):
    assert "there is no search 'x'" in client.ask("stop", of="x")["error"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"free": ["aa"]}, "model 'izhikevich' with pattern 'tonic_bursting': unknown parameter 'aa'"),
        ({"bounds": {"c": [-60.0, -50.0]}}, "bounds of c must contain its value, -70, got -60 to -50"),
    ],
)
def test_a_search_that_cannot_start_reports_the_reason_and_the_running_search_continues(client, change, sentence):
    first = endless(client)
    answer = client.ask("search", **EASY | box_of(EASY) | change, begin="values")
    assert sentence in answer["error"]
    assert not client.answers.searches.get(first).run.snapshot().ended


def test_a_search_in_a_race_is_held_back(client):
    identity = search(client, set_of("hodgkin_huxley", "mixed_mode"), **NEVER, pace=True)
    client.until(identity, lambda one: one["state"] == "running")
    time.sleep(1.0)
    assert losses(client.of(identity)).size <= 32 + 8 * 12  # within the first of its generations
    client.ask("stop", of=identity)
    assert client.last(identity)["state"] == "stopped"


def test_closing_ends_a_search(client):
    run = client.answers.searches.get(endless(client)).run
    client.answers.close()
    assert run.wait(30) and run.snapshot().state == "stopped"


def test_a_range_whose_span_overflows_is_refused_and_the_next_search_is_answered(client):
    fields = set_of("izhikevich", "tonic_spiking")
    box = box_of(fields) | {"bounds": box_of(fields)["bounds"] | {"a": [-1e308, 1e308]}}
    refused = client.last(client.say("search", **fields, **box, begin="values", budget=50))
    assert refused["state"] == "failed"
    assert "span" in refused["error"]
    assert client.last(search(client, EASY, seed=3))["state"] == "done"


def test_an_answer_that_cannot_be_written_is_a_failure_and_the_publisher_goes_on(client):
    def broken(answer, data):
        if answer["state"] == "failed":
            client.tell(answer, data)
        else:
            raise ValueError("Out of range float values are not JSON compliant")

    client.answers._send = broken
    identity = endless(client)
    failed = client.last(identity)
    assert failed["state"] == "failed"
    assert "JSON" in failed["error"]
    assert client.answers.searches.get(identity).run.wait(30.0)  # nobody would see its end
    fields = set_of("izhikevich", "tonic_spiking")
    other = client.say("plane", **fields, bounds={}, x="a", y="b", all=False, points=[2])
    assert client.last(other)["state"] == "failed"
    client.answers._send = client.tell
    assert client.last(search(client, EASY, seed=3))["state"] == "done"
