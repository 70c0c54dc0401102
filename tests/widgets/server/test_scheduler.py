"""The queue of requests: the order, the expected times, and the requests that are refused."""

import pytest

from plausiwidgets.widgets.server.scheduler import (
    MAX_EXPECTED,
    MAX_LEARNED,
    SHORT,
    WEIGHT,
    Estimates,
    Job,
    Queue,
    is_long,
    refusal,
)

PAIR = {"model": "lif", "pattern": "tonic_spiking"}
SAMPLES = {"kind": "samples", **PAIR, "count": 100}
WORKER, OTHER = "worker", "other worker"


class Visitor:
    def __init__(self, home):
        self.home = home


def visitor(home=None):
    return Visitor(home)


def job(client, expected=0.1, is_long=False, arrival=0.0, process=None):
    made = Job(client, {"kind": "verify", "id": "a", **PAIR}, b"", expected, is_long, process)
    made.arrival = arrival
    return made


def order(*jobs):
    """Return the numbers of jobs in the order in which a single worker gets them."""
    queue, found = Queue(jobs), []
    while (following := queue.next(jobs[0].is_long, WORKER)) is not None:
        found.append(jobs.index(following))
        queue.remove(following)
    return found


def test_shorter_requests_are_first_and_equal_ones_in_the_order_of_their_arrival():
    assert order(*(job(visitor(), expected) for expected in (0.3, 0.1, 0.2, 0.1))) == [1, 3, 2, 0]


def test_no_request_waits_forever_for_shorter_ones():
    long = job(visitor(), expected=15.0, arrival=0.0)
    later = [job(visitor(), expected=0.1, arrival=float(k)) for k in range(0, 400, 10)]
    place = order(*later, long).index(len(later))
    assert 0 < place < len(later) - 10
    assert later[place].arrival < WEIGHT * 15.0 + 20.0


def test_a_visitor_has_one_short_and_one_long_request_with_a_worker():
    one, other = visitor(), visitor()
    queue = Queue([job(one, process=WORKER), job(one, 0.01), job(one, 5.0, is_long=True), job(other, 0.2)])
    assert queue.next(False, WORKER) is queue[3]
    assert queue.next(True, WORKER) is queue[2]
    queue.remove(queue[0])
    assert queue.next(False, WORKER) is queue[0]


def test_the_requests_of_a_visitor_go_to_the_worker_that_has_the_patterns_of_the_visitor():
    queue = Queue([job(visitor(home=OTHER), 0.1), job(visitor(), 0.5)])
    assert queue.next(False, WORKER) is queue[1]
    assert queue.next(False, OTHER) is queue[0]


def test_the_place_of_a_request_counts_visitors_whose_requests_are_computed_before():
    mine = visitor()
    waits = job(mine, 2.0, is_long=True)
    many = visitor()
    ahead = [job(visitor(), 1.5, is_long=True), job(many, 1.0, is_long=True), job(many, 1.0, is_long=True)]
    running = job(visitor(), 15.0, is_long=True, process=WORKER)
    other = [job(visitor(), 3.0, is_long=True), job(visitor(), 0.1), job(mine, 1.0, is_long=True)]
    assert Queue([waits, *ahead, running, *other]).ahead(waits) == 3


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "verify", **PAIR}, False),
        ({"kind": "verify", "model": "lif", "pattern": "class_1_excitable"}, True),
        ({"kind": "verify_candidate", "model": "lif", "pattern": "tonic_spiking_and_spike_latency"}, True),
        ({"kind": "describe", "model": "lif", "pattern": "class_2_excitable"}, False),
        (SAMPLES, True),
        (SAMPLES | {"count": 10}, False),
        ({"kind": "plane", **PAIR, "points": [12, 48], "all": True}, True),
    ],
)
def test_verifications_with_a_threshold_search_and_large_requests_are_long(fields, expected):
    assert is_long(fields, Estimates().seconds(fields)) is expected


def test_expected_times_are_learned_for_each_kind_model_and_pattern():
    estimates = Estimates()
    for _ in range(8):
        estimates.learn(SAMPLES, 30.0)
    assert estimates.seconds(SAMPLES | {"count": 50}) == pytest.approx(15.0)
    assert estimates.seconds(SAMPLES | {"model": "adex"}) == Estimates().seconds(SAMPLES)
    estimates.learn(SAMPLES, 10.0)
    assert 10.0 < estimates.seconds(SAMPLES) < 30.0


def test_learned_times_do_not_fill_the_memory():
    estimates = Estimates()
    for k in range(2 * MAX_LEARNED):
        estimates.learn(SAMPLES | {"pattern": f"stimulus_{k}"}, 1.0)
    assert len(estimates._learned) <= MAX_LEARNED


def test_requests_with_a_long_expected_time_are_rejected_except_verifications():
    assert "about 42 s" in refusal("samples", 42.0) and "notebook" in refusal("samples", 42.0)
    assert refusal("samples", MAX_EXPECTED) == refusal("verify", 1e6) == refusal("verify_candidate", 1e6) == ""
    assert SHORT < MAX_EXPECTED
