"""Settings of a recording: the compared features and their tolerances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plausiwidgets.support.arguments import finite, shown
from plausiwidgets.support.names import unknown

SPIKES = ("n", "latency", "mean_isi", "cv", "cv2", "times")
ALL = (
    *SPIKES,
    "rest",
    "rate_before",
    "course",
    "resistance",
    "time_constant",
    "level",
    "sag",
    "ahp",
    "height",
    "width",
)
"""Names of all features that can be compared, in the order of their criteria."""
MAX_JUNCTION, MAX_SERIES = 100.0, 1000.0
"""Maximum junction potential in mV and series resistance in MΩ. A larger value is probably in another unit."""


@dataclass(frozen=True)
class Settings:
    """Settings of a recording, which are arguments of :func:`from_recording`."""

    key: str = "recording"
    title: str = ""
    step: tuple[float, float] | None = None
    silent_before: bool | None = None
    threshold: float | None = None
    as_measured: bool | None = None
    compare: Mapping[str, float] | None = None
    distance: str = "coincidence"
    precision: float | None = None
    time_constant: float = 10.0
    tolerance: float = 0.1
    vary: tuple[str, ...] = ()
    junction_potential: float = 0.0
    series_resistance: float = 0.0
    budget: int = 50_000

    def __post_init__(self) -> None:
        finite(
            "from_recording",
            "junction_potential",
            self.junction_potential,
            low=-MAX_JUNCTION,
            high=MAX_JUNCTION,
            unit="mV",
        )
        finite("from_recording", "series_resistance", self.series_resistance, low=0.0, high=MAX_SERIES, unit="MΩ")

    def weight(self, name: str) -> float:
        """Return the weight of a feature, 0 if it is not compared."""
        return 1.0 if self.compare is None else self.compare.get(name, 0.0)


def weights_of(compare: Iterable[str] | Mapping[str, float] | None) -> dict[str, float] | None:
    """Return the weight of each compared feature, scaled to a maximum of 1, or None to compare all features."""
    if compare is None:
        return None
    asked = compare if isinstance(compare, Mapping) else dict.fromkeys(compare, 1.0)
    out: dict[str, float] = {}
    for name, weight in asked.items():
        if name not in (*ALL, "spikes"):
            raise unknown("from_recording: compare", "name", name, ("spikes", *ALL))
        finite("from_recording", f"the weight of {name!r} in compare", weight, low=0.0)
        out |= dict.fromkeys(SPIKES if name == "spikes" else (name,), float(weight))
    out = {name: weight for name, weight in out.items() if weight > 0.0}
    if not out:
        raise ValueError(
            f"from_recording: compare must contain at least one name with a weight > 0, got {shown(compare)}. "
            f"Names: spikes, {', '.join(ALL)}."
        )
    largest = max(out.values())
    return {name: weight / largest for name, weight in out.items()}
