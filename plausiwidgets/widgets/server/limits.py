"""What one visitor may ask of a server, and how many there may be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from plausiwidgets.support.printed import grouped
from plausiwidgets.texts import tr

MIN_DT = 0.005
"""Least time step in ms of a visitor, as of a link: a smaller one may stand for hours of work."""


class Bucket:
    """Lets so much happen a second, and at most a number of times at once.

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
        """Return whether it may happen once more, and count it."""
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
        Pages that are open at once.
    workers : int
        Processes that simulate; 0 for one a core.
    budget : int
        Tries of a search.
    samples : int
        Sets of one question for samples.
    pairs : int
        Searches of one assessment.
    message : int
        Bytes of a message without a buffer.
    upload : int
        Bytes of a message with one: a recording.
    uploads : int
        Bytes of recordings, and of messages that have not arrived or been read completely, of all visitors together.
    answer : int
        Bytes of an answer, whether a text or arrays.
    questions : int
        Questions of one visitor that are answered at the same time.
    rate : float
        Messages a second of one visitor, over ten seconds.
    grace : float
        Time in s after which who has left is forgotten.
    memory : int
        Bytes of a worker process, beyond which it is replaced.
    silence : float
        Time in s without a checkpoint after which a worker process is replaced.
    """

    visitors: int = 200
    workers: int = 0
    budget: int = 20_000
    samples: int = 500
    pairs: int = 40
    message: int = 64_000
    upload: int = 8_000_000
    uploads: int = 100_000_000
    answer: int = 8_000_000
    questions: int = 16
    rate: float = 40.0
    grace: float = 60.0
    memory: int = 1_500_000_000
    silence: float = 60.0

    def data(self) -> dict[str, Any]:
        """Return them ready for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return what :meth:`data` returned."""
        return cls(**data)

    def refused(self, kind: str, fields: Mapping[str, Any]) -> str:
        """Return why a question is refused, in a sentence; empty where it is not."""
        if fields.get("dt", MIN_DT) < MIN_DT:
            return tr("On this server dt must be at least {least} ms, got {dt} ms. A notebook has no such limit.",
                      least=f"{MIN_DT:g}", dt=f"{fields['dt']:g}")  # fmt: skip
        asked, most, what = 0, 0, ""
        if kind in ("search", "assess") and fields.get("budget"):
            asked, most, what = fields["budget"], self.budget, tr("evaluations per search")
        if kind == "samples":
            asked, most, what = fields["count"], self.samples, tr("sampled parameter sets")
        if kind == "assess" and asked <= most:
            from plausiwidgets import patterns  # here, as the command line reads the limits before anything else

            asked = len(fields["models"]) * (len(fields["patterns"]) or len(patterns.names()))
            most, what = self.pairs, tr("searches per assessment")
        if asked <= most:
            return ""
        return tr("This server allows at most {most} {what}, but {asked} were requested. A notebook has no such "
                  "limit.", most=grouped(most), what=what, asked=grouped(asked))  # fmt: skip
