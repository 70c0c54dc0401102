"""A part of a study, for jobs that know of each other only their number and how many there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from plausiwidgets.assessment.store import Key
from plausiwidgets.support.arguments import shown

_ACCEPTED = 'the number of a part and the number of parts, such as "3/100" or (3, 100)'


@dataclass(frozen=True)
class Shard:
    """One of `count` parts of a study, the first of which has the number 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def of(cls, shard: Any) -> Shard:
        """Return a shard that is given as text or as two numbers; ValueError for anything else."""
        try:
            number, count = map(int, shard.split("/")) if isinstance(shard, str) else shard
        except (TypeError, ValueError):
            raise ValueError(f"shard must be {_ACCEPTED}, got {shown(shard)}.") from None
        if type(number) is not int or type(count) is not int or not 1 <= number <= count:
            raise ValueError(f"shard must be {_ACCEPTED}, got {shown(shard)}. The parts are counted from 1.")
        return cls(number, count)

    def part(self, keys: Iterable[Key]) -> set[Key]:
        """Return the searches of this part.

        The parts have equally many, up to one. Which they are depends on the searches alone, and not on their order;
        they are mixed, as the searches of one model or pattern take equally long.
        """
        mixed = sorted(keys, key=lambda key: hashlib.sha256(json.dumps(key).encode()).digest())
        return set(mixed[self.number - 1 :: self.count])
