"""Several patterns that one set of model parameters must show, each under its own stimulus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.pattern import FreeValue, Pattern


def combine(parts: Sequence[Pattern]) -> Pattern:
    """Return the pattern of a neuron that shows all of several patterns; parts that are combined are taken apart.

    Raises
    ------
    ValueError
        If there are fewer than two, one is named twice, or one is a stimulus without criteria.
    """
    flat = [part for pattern in parts for part in (pattern.parts or (pattern,))]
    keys = [part.key for part in flat]
    if len(flat) < 2:
        raise ValueError(f"all_of takes at least two patterns, not {len(flat)}")
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"all_of: {', '.join(map(repr, twice))} is named twice")
    for part in flat:
        part.require_judged("show together with others")
    titles = [flat[0].title, *(part.title[:1].lower() + part.title[1:] for part in flat[1:])]
    letters = [part.letter for part in flat]
    return Pattern(
        key="_and_".join(keys),
        title=f"{', '.join(titles[:-1])} and {titles[-1]}",
        letter="+".join(letters) if all(letters) else "",
        description="One neuron, with the same parameters, shows each of these patterns under a stimulus of its own.",
        look_for=" ".join(f"{part.title}: {part.look_for}" for part in flat if part.look_for),
        source="; ".join(dict.fromkeys(part.source for part in flat if part.source)),
        free_values=[_value(part, value) for part in flat for value in part.free_values],
        criteria=[_criterion(part, criterion) for part in flat for criterion in part.criteria],
        main_sweep=flat[0].within(flat[0].main_sweep) if flat[0].main_sweep else "",
        parts=flat,
        budget=sum(part.budget for part in flat),
    )


def _value(part: Pattern, value: FreeValue) -> FreeValue:
    return replace(value, name=part.prefix + value.name)


def _criterion(part: Pattern, criterion: Criterion) -> Criterion:
    return replace(criterion, key=part.prefix + criterion.key, name=part.within(criterion.name))
