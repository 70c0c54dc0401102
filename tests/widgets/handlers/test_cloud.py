"""The cloud of evaluations of a search: its values, its distribution and its population, as the app gets them."""

import numpy as np
from app_client import Client, box_of, set_of

from plausiwidgets.widgets.handlers import search as searching

HARD = set_of("hodgkin_huxley", "mixed_mode")


def ended(client, **how):
    """The answers of a search, and its last record."""
    identity = client.say("search", **HARD, **box_of(HARD), **how)
    client.last(identity)
    return client.of(identity), client.answers.searches.get(identity).run.snapshot()


def test_the_values_are_those_of_the_search(client):
    told, snapshot = ended(client, begin="random", seed=1, budget=300)
    space = told[0]["space"]
    assert [one["name"] for one in space] == list(snapshot._history.names)
    assert {one["name"]: (one["low"], one["high"]) for one in space} == dict(snapshot.bounds)
    rows = np.concatenate([one["arrays"]["values"].reshape(-1, len(space)) for one in told if one["arrays"]])
    np.testing.assert_array_equal(rows, snapshot._history.values.astype(np.float32))


def test_the_distribution_is_that_of_the_run_and_random_points_have_a_population(client):
    told, snapshot = ended(client, begin="values", seed=1, budget=400)
    last, where = told[-1], snapshot._distribution
    np.testing.assert_array_equal(last["arrays"]["mean"], where.mean)
    np.testing.assert_array_equal(last["arrays"]["covariance"], where.covariance.ravel())
    assert last["spread"] == where.spread
    assert last["arrays"]["population"].size == 0
    told, snapshot = ended(client, begin="random", seed=1, budget=400)
    members = told[-1]["arrays"]["population"].reshape(-1, len(snapshot.bounds))
    np.testing.assert_array_equal(members, snapshot._distribution.population.astype(np.float32))
    assert told[-1]["arrays"]["mean"].size == 0


def test_a_page_that_is_loaded_again_gets_the_newest_values(client, monkeypatch):
    monkeypatch.setattr(searching, "NEWEST", 50)
    told, snapshot = ended(client, begin="random", seed=1, budget=300)
    other = Client(client.answers)
    client.answers._send = other.tell
    identity = told[0]["id"]
    other.say("running")
    whole = other.until(identity, lambda one: True)
    assert len(whole["arrays"]["loss"]) == snapshot.evaluations
    assert [one["name"] for one in whole["space"]] == list(snapshot._history.names)
    newest = snapshot._history.values[-50:].astype(np.float32)
    np.testing.assert_array_equal(whole["arrays"]["values"], newest.ravel())
