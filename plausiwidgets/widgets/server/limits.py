"""Limits of a server for the requests of a visitor and for the number of visitors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from plausiwidgets.texts import tr

MIN_DT = 0.005
"""Minimum time step in ms that a visitor may use. A smaller time step could require hours of work."""


class Bucket:
    """Limit of the number of events per second and of the number of simultaneous events.

    Examples
    --------
    >>> bucket = Bucket(1.0, 2.0, clock=lambda: 0.0)
    >>> [bucket.take() for _ in range(3)]
    [True, True, False]
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = burst, clock()

    def take(self) -> bool:
        """Count an event, and return whether it is within the limit."""
        now = self._clock()
        self._left, self._at = min(self._left + (now - self._at) * self._rate, self._burst), now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


@dataclass(frozen=True)
class Limits:
    """Limits of a server.

    Attributes
    ----------
    visitors : int
        Maximum number of open pages.
    workers : int
        Number of worker processes, or 0 for one per core.
    seconds : float
        Maximum processor time in s of a request, except for verifications.
    message : int
        Maximum size in bytes of a message without a buffer.
    upload : int
        Maximum size in bytes of a buffer, such as a recording.
    uploads : int
        Maximum size in bytes of all files in open requests. The same limit applies to all messages that have not
        arrived or been read completely.
    answer : int
        Maximum size in bytes of an answer.
    requests : int
        Maximum number of open requests of one visitor.
    rate : float
        Maximum number of messages per second of one visitor, over ten seconds.
    grace : float
        Time in s after which the session of a visitor who has left ends.
    memory : int
        Memory in bytes above which a worker process is replaced.
    silence : float
        Time in s without a checkpoint after which a worker process is replaced.
    """

    visitors: int = 200
    workers: int = 0
    seconds: float = 60.0
    message: int = 64_000
    upload: int = 8_000_000
    uploads: int = 100_000_000
    answer: int = 8_000_000
    requests: int = 16
    rate: float = 40.0
    grace: float = 60.0
    memory: int = 1_500_000_000
    silence: float = 60.0

    def data(self) -> dict[str, Any]:
        """Return the limits as a dict for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the limits from the result of :meth:`data`."""
        return cls(**data)

    def refused(self, fields: Mapping[str, Any]) -> str:
        """Return the reason why a request is rejected because of its time step, else an empty string."""
        if fields.get("dt", MIN_DT) < MIN_DT:
            return tr(
                "On this server dt must be at least {least} ms, got {dt} ms. A notebook has no such limit.",
                least=f"{MIN_DT:g}",
                dt=f"{fields['dt']:g}",
            )
        return ""
