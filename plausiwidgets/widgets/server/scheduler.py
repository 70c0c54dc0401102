"""Queue of the requests for the workers, ordered by arrival and expected time.

A request is short or long. A worker computes one short and one long request at the same time, and the long one waits at
its checkpoints for the short one. Requests whose expected time is above `SHORT` are long, and so are the verifications
of patterns with a threshold search. A short request that uses more processor time than `SHORT` starts again as a long
one. The expected time is learned from earlier requests of the same kind, model and pattern. Except for verifications, a
request with an expected time above `MAX_EXPECTED` is rejected.

The rank of a request is the time of its arrival plus `WEIGHT` times its expected time, and the lowest rank is next.
Therefore shorter requests precede longer ones, and no request waits forever. At most one short and one long request of
each visitor are computed at a time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

from plausiwidgets import patterns
from plausiwidgets.patterns import Pattern
from plausiwidgets.texts import tr

SHORT = 1.0
"""Maximum processor time in s of a short request."""
MAX_EXPECTED = 20.0
"""Expected time in s above which a request is rejected."""
WEIGHT = 10.0
"""Delay of a request relative to later requests, in seconds for each second of its expected time."""
VERIFYING = ("verify", "verify_candidate", "simulate")
"""Kinds of requests that are never rejected, because the page needs them for the shown parameters."""
DEFAULT_SECONDS = 0.1
USUAL_SECONDS = {"plane": 0.001, "samples": 0.02, "recording": 1.5, "mystery": 1.5, "bifurcations": 1.5}
"""Expected time in s of each unit of the first request of a kind, a model and a pattern."""
THRESHOLD_SECONDS = 2.0
"""Expected time in s of the first verification of a pattern with a threshold search."""
ALL_PATTERNS = 10
"""Factor by which the plane of all patterns takes longer than that of one pattern."""
MAX_LEARNED = 4096
"""Maximum number of learned times. Above it, all learned times are dropped."""


def units(fields: Mapping[str, Any]) -> int:
    """Return the relative size of a request among requests of its kind, such as the number of samples.

    Examples
    --------
    >>> units({"kind": "plane", "points": [2, 4], "all": False}), units({"kind": "samples", "count": 50})
    (20, 50)
    """
    if fields["kind"] == "plane":
        return sum(points * points for points in fields["points"]) * (ALL_PATTERNS if fields["all"] else 1)
    return int(fields["count"]) if fields["kind"] == "samples" else 1


class Estimates:
    """Estimates of the time of requests, from the processor times of earlier requests.

    Examples
    --------
    >>> estimates = Estimates()
    >>> request = {"kind": "samples", "model": "lif", "pattern": "tonic_spiking", "count": 100}
    >>> estimates.seconds(request)
    2.0
    >>> estimates.learn(request, 4.0)
    >>> estimates.seconds(request | {"count": 50})
    2.0
    """

    def __init__(self) -> None:
        self._learned: dict[tuple[object, ...], float] = {}

    def seconds(self, fields: Mapping[str, Any]) -> float:
        """Return the expected time of a request in s."""
        usual = USUAL_SECONDS.get(fields["kind"], DEFAULT_SECONDS)
        if is_threshold_verification(fields):
            usual = THRESHOLD_SECONDS
        return units(fields) * self._learned.get(_about(fields), usual)

    def learn(self, fields: Mapping[str, Any], seconds: float) -> None:
        """Update the estimate with the measured processor time of a request."""
        if len(self._learned) >= MAX_LEARNED:
            self._learned.clear()
        about, own = _about(fields), seconds / units(fields)
        self._learned[about] = 0.5 * (self._learned.get(about, own) + own)


def _about(fields: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(str(fields.get(name)) for name in ("kind", "model", "pattern", "what"))


def is_threshold_verification(fields: Mapping[str, Any]) -> bool:
    """Return whether a request verifies a pattern with a threshold search."""
    # The name of several patterns contains the key of each.
    return fields["kind"] in VERIFYING and any(key in fields["pattern"] for key in _threshold_patterns())


@cache
def _threshold_patterns() -> tuple[str, ...]:
    packaged = [pattern for key in patterns.names() if isinstance(pattern := patterns.get(key), Pattern)]
    return tuple(pattern.key for pattern in packaged if pattern.searches_threshold)


def is_long(fields: Mapping[str, Any], seconds: float) -> bool:
    """Return whether a request with an expected time in s is long."""
    return seconds > SHORT or is_threshold_verification(fields)


def refusal(kind: str, seconds: float) -> str:
    """Return the reason why a request with an expected time is rejected, else an empty string.

    Examples
    --------
    >>> refusal("samples", 30.0)
    'This request would take about 30 s, but this server allows at most 20 s. A notebook has no such limit.'
    """
    if kind in VERIFYING or seconds <= MAX_EXPECTED:
        return ""
    return tr(
        "This request would take about {seconds} s, but this server allows at most {most} s. A notebook has no such "
        "limit.",
        seconds=round(seconds),
        most=round(MAX_EXPECTED),
    )


class Visitor(Protocol):
    """Interface of a visitor that the queue uses."""

    @property
    def home(self) -> object | None:
        """Only worker that can compute the visitor's requests, or None if any worker can."""


V = TypeVar("V", bound=Visitor)
W = TypeVar("W")
"""Type variables of a visitor and of a worker."""

_numbers = count(1)


@dataclass(eq=False)
class Job(Generic[V, W]):
    """Request in the queue, which may be waiting or running.

    Attributes
    ----------
    client : Visitor
    message : dict
    data : bytes
        Content of the buffer of the request.
    expected : float
        Expected processor time in s.
    is_long : bool
    process : object or None
        Worker that computes the request, or None.
    was_lost : bool
        Whether a worker has ended while it computed the request.
    ahead : int
        Number of visitors ahead, as last reported to the visitor.
    """

    client: V
    message: dict[str, Any]
    data: bytes
    expected: float
    is_long: bool
    process: W | None = None
    was_lost: bool = False
    ahead: int = 0
    number: int = field(default_factory=lambda: next(_numbers))
    arrival: float = field(default_factory=time.monotonic)

    @property
    def identity(self) -> str:
        """Id of the message."""
        return str(self.message["id"])

    @property
    def rank(self) -> tuple[float, int]:
        """Rank in the queue. The lowest rank is next."""
        return self.arrival + WEIGHT * self.expected, self.number


class Queue(list[Job[V, W]], Generic[V, W]):
    """Waiting and running requests."""

    def next(self, is_long: bool, process: W) -> Job[V, W] | None:
        """Return the next request for a worker, or None.

        A visitor with a running request of the same length must wait.
        """
        same = [job for job in self if job.is_long == is_long]
        busy = {job.client for job in same if job.process is not None}
        ready = [job for job in same if job.client not in busy and job.client.home in (None, process)]
        return min(ready, key=lambda job: job.rank, default=None)

    def ahead(self, job: Job[V, W]) -> int:
        """Return the number of other visitors whose requests are computed before a waiting request."""
        same = [other for other in self if other.is_long == job.is_long and other.client is not job.client]
        return len({other.client for other in same if other.process is not None or other.rank < job.rank})
