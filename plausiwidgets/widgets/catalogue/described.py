"""Description of a model as data for the app.

The data contain its parameters, its patterns with currents and targets, and parameter sets with verdicts.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets import models
from plausiwidgets.analysis.atlas_protocols import PROTOCOLS
from plausiwidgets.analysis.phase_planes import Flow
from plausiwidgets.engine.current import SETTLE
from plausiwidgets.engine.program.tracer import NotTraceableError
from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.models.fixed_point import packaged_ranges
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns import Criterion, Pattern, Protocol, Target, judge, settling
from plausiwidgets.patterns import runner as bench_module
from plausiwidgets.patterns import target as target_of
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.annotations import After
from plausiwidgets.patterns.evaluation import Floats, complete
from plausiwidgets.patterns.packaged import KnownSet, default_set, known_sets, packaged_set
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.registry import proof_against
from plausiwidgets.patterns.stimuli import constructor
from plausiwidgets.patterns.sweep import BEFORE
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.lessons import Lesson
from plausiwidgets.texts import marked
from plausiwidgets.widgets.catalogue.replay import checked_programs, checked_tape
from plausiwidgets.widgets.catalogue.sweep_programs import applied_sweeps
from plausiwidgets.widgets.catalogue.symbols import GREEK
from plausiwidgets.widgets.catalogue.tape import trace
from plausiwidgets.widgets.drawing.envelope import envelope, make_grid
from plausiwidgets.widgets.drawing.lines import VoltageScale, current_share, target_lines

BENCH = {
    "settle": SETTLE,
    "before": BEFORE,
    "kick": bench_module.KICK,
    "rate": bench_module.MAX_RATE,
    "highest": bench_module.HIGHEST,
    "subthreshold": bench_module.SUBTHRESHOLD,
    "transient": settling.TRANSIENT,
    "block": settling.BLOCK,
    "longest": settling.LONGEST,
    "settled": settling.SETTLED,
    "rounding": settling.ROUNDING,
}
"""Constants of the runner for the approach to rest and for the rejection of neurons, which the page also uses."""

_RECORDED_COLUMNS, _FINE_COLUMNS = 700, 2500
"""Number of pixel columns of a recorded target, on a page and in an exercise that shows only a part of it."""


class Described:
    """Description of one model for the app.

    Parameters
    ----------
    parameters : mapping of str to float or None
        Values of the call, which are stored as a parameter set. A pattern ignores values that it does not have.
    dt : float or None
        Time step of the call in ms.
    exercise : Exercise or None
        Exercise of the page, which then has one pattern and stores only the start.
    lesson : Lesson or None
        Lesson of the page. The app must be able to evaluate each pattern that is a condition of a card.
    verify : bool
        Whether the stored sets are verified.
    simulate : bool
        Whether the model is simulated. Otherwise its step is not called, its sets are not evaluated, no measure becomes
        a tape, and no procedure chooses sweeps.

    Attributes
    ----------
    neurons : dict of str to NeuronModel
        Models that the page simulates: the described model and the reference neurons of the targets.
    """

    def __init__(
        self,
        model: NeuronModel,
        parameters: Mapping[str, float] | None,
        dt: float | None,
        exercise: Exercise | None = None,
        lesson: Lesson | None = None,
        verify: bool = True,
        simulate: bool = True,
    ) -> None:
        self.model, self.parameters, self.dt, self.exercise = model, parameters, dt, exercise
        self.lesson, self.verify, self.simulate = lesson, verify, simulate
        self.neurons = {model.key: model}

    @property
    def is_given(self) -> bool:
        """Whether the call has values or a time step to store."""
        return self.parameters is not None or self.dt is not None

    def data(self, patterns: Sequence[Protocol]) -> dict[str, Any]:
        """Return the data of the model and of some patterns, ready for JSON."""
        return {**_model(self.model, self.simulate), "patterns": [self._pattern(pattern) for pattern in patterns]}

    def exported(self, pattern: Protocol) -> dict[str, object]:
        """Return the parameter set of the call for a pattern, with which the page opens."""
        return self._set(pattern, "exported", marked("as exported"), *self._given(pattern), "") | {"begin": True}

    def _given(self, pattern: Protocol) -> tuple[dict[str, Floats], float]:
        """Return the parameters and the time step of the call for a pattern."""
        known, given = pattern.parameters(self.model), self.parameters
        own = None if given is None else {name: value for name, value in given.items() if name in known}
        return parameter_set(self.model, pattern, own, self.dt)[:2]

    def checked_pattern(self, exercise: Exercise, patterns: Sequence[Protocol]) -> Judged:
        """Return the pattern of an exercise.

        Raises
        ------
        ValueError
            If the exercise does not fit these patterns.
        """
        if len(patterns) != 1:
            raise ValueError(
                f"an exercise must have one pattern, got {len(patterns)}. To combine patterns, use patterns.all_of(…)."
            )
        pattern = judged(patterns[0], "used in an exercise")
        if exercise.pattern is not None and pattern is not exercise.pattern:
            raise ValueError("the pattern of the page must be that of the exercise. Pass exercise.pattern.")
        known = pattern.parameters(self.model)
        for name in exercise.free:
            if name not in known:
                raise unknown("Exercise: free", "parameter", name, known)
        return pattern

    def _pattern(self, pattern: Protocol) -> dict[str, object]:
        sets = self._sets(pattern)
        return {
            "key": pattern.key,
            "letter": pattern.letter,
            "title": pattern.title,
            "in_sentence": pattern.in_sentence,
            "description": pattern.description,
            "function": pattern.function,
            "hint": pattern.parameter_hint,
            "fine": pattern.fine,
            **_proof(pattern, self.model),
            "source": pattern.source,
            "main": pattern.main_sweep,
            "python": constructor(pattern).replace("'", '"'),
            "stimulus": [_slider(p) for p in pattern.stimulus_parameters_for(self.model).values()],
            "components": [self._component(prefix, part) for prefix, part in pattern.components.items()],
            "sets": sets,
            "targets": [target for prefix, part in pattern.components.items() for target in self._target(prefix, part)],
        }

    def _component(self, prefix: str, part: Protocol) -> dict[str, object]:
        """Return the data of a component, which is a protocol that is applied on its own, with its sweeps and criteria.

        Raises
        ------
        ValueError
            If an exercise or a card requires the pattern, but its measure has no tape.
        """
        tape, criteria = None, []
        if isinstance(part, Pattern):
            tape = checked_tape(self.model, part) if self.simulate else None
            if tape is None and (self.exercise is not None or self._is_asked(part)):
                raise ValueError(
                    f"“{part.title}” cannot be an exercise or the condition of a card, because a page cannot compute "
                    f"its measure. {_why_no_tape(self.model, part)}In measure, use only NumPy's arithmetic and the "
                    "functions of plausiwidgets.patterns.features."
                )
            criteria = [_criterion(prefix, part, c) for c in part.criteria if _applies(c, self.model)]
        return {
            "holding": holding_name(prefix, part),
            "sweeps": live_sweeps(prefix, part),
            "prefix": prefix,
            "label": _within(prefix, part, ""),
            "title": part.title,
            "in_sentence": part.in_sentence,
            "look": part.look_for,
            "tape": None if tape is None else tape.data(),
            "criteria": criteria,
            "event": _event(prefix, part),
            **_of_search(part),
        }

    def _is_asked(self, part: Protocol) -> bool:
        """Return whether a condition of a card requires the evaluation of a pattern."""
        return self.lesson is not None and any(
            card.model.key == self.model.key
            and part in card.pattern.components.values()
            and any(condition.holds is not None for condition in card.until)
            for card in self.lesson.cards
        )

    # -- sets ----------------------------------------------------------------------------------

    def _sets(self, pattern: Protocol) -> list[dict[str, object]]:
        """Return the parameter sets that a page stores, starting with the set with which it opens.

        The others are published sets and the set of the call.
        """
        if self.exercise is not None:
            return [self._start(pattern, self.exercise)]
        first = packaged_set(self.model, pattern) or default_set(self.model, pattern)
        others = [one for one in known_sets(self.model, pattern) if one.preset is not None and one != first]
        sets = [self._known(pattern, one) for one in (first, *others)]
        return [*sets, self.exported(pattern)] if self.is_given else sets

    def _known(self, pattern: Protocol, known: KnownSet) -> dict[str, object]:
        kind, title, source = "defaults", marked("defaults"), ""
        if known.preset is not None:
            kind, title, source = "preset", known.preset.title, known.preset.source
        elif known.parameters:
            kind, title, source = "search", marked("found by a search"), marked("packaged assessment")
        return self._set(pattern, kind, title, known.parameters, known.dt, source, known)

    def _start(self, pattern: Protocol, exercise: Exercise) -> dict[str, object]:
        given: Mapping[str, ArrayLike]
        if exercise.start is not None:
            kind, source = "hidden", marked("a neuron with hidden parameters")
            given, dt = exercise.start, exercise.dt if self.dt is None else self.dt
        else:
            kind, source = "start", ""
            given, dt = self._given(pattern)
        start = self._set(pattern, kind, marked("start"), given, dt, source)
        if start["status"] != "rejected":
            raise ValueError(
                f"the start of an exercise must not show its pattern, but it already shows “{pattern.title}”. Pass "
                "other parameters."
            )
        return start

    def _set(
        self,
        pattern: Protocol,
        kind: str,
        title: str,
        given: Mapping[str, ArrayLike],
        dt: float | None,
        source: str,
        known: KnownSet | None = None,
    ) -> dict[str, object]:
        model = self.model
        values = {name: float(value) for name, value in complete(model, pattern, given).items()}
        if not self.simulate:
            return {
                "kind": kind,
                "title": title,
                "source": source,
                "values": list(values.items()),
                "dt": check_dt(model, dt),
                "status": "unjudged",
                "why": "",
            }
        step = check_dt(model, dt)
        if known is not None and known.status:
            status, failed_test = known.status, known.failed_test
        else:
            verdict = judge(model, pattern, values, dt=step, verify=self.verify)
            status, failed_test = verdict.status, verdict.failed_test
        chosen = [
            [] if live_sweeps(prefix, part) else _chosen(model, part, prefix, values, step)
            for prefix, part in pattern.components.items()
        ]
        entry = {
            "kind": kind,
            "title": title,
            "source": source,
            "values": list(values.items()),
            "dt": step,
            "status": status,
            "why": failed_test,
        }
        return entry | {"chosen": chosen} if any(chosen) else entry

    # -- targets -------------------------------------------------------------------------------

    def _target(self, prefix: str, pattern: Protocol) -> list[dict[str, object]]:
        """Return the target of a component, a neuron that the page simulates or a recording, in a list.

        The list is empty without a target.
        """
        target = target_of(pattern)
        if target is None:
            return []
        if target.verdict is None:
            columns = _RECORDED_COLUMNS if self.exercise is None else _FINE_COLUMNS
            return [{"lines": _recorded(target, columns)}]
        reference = models.get(target.verdict.model)
        self.neurons.setdefault(reference.key, reference)
        values = {name: float(value) for name, value in target.verdict.parameters.items()}
        dt = target.verdict.dt
        sweeps = live_sweeps("", pattern) or _chosen(reference, pattern, "", values, dt)
        for sweep in sweeps:
            sweep["name"] = _within(prefix, pattern, sweep["name"])
        return [
            {
                "neuron": reference.key,
                "title": reference.title,
                "parameters": list(reference.parameters),
                "values": list(values.items()),
                "dt": dt,
                "holding": holding_name("", pattern),
                "sweeps": sweeps,
                "scale": [target.rest, target.threshold, target.peak],
                "resets": reference.spike_level is None,
                "share": current_share(self.model, reference),
            }
        ]


def _proof(pattern: Protocol, model: NeuronModel) -> dict[str, object]:
    """Return the text of the proof that rules a pattern out, and the parameter limits within which it is valid."""
    proof = proof_against(pattern, model)
    if proof is None:
        return {"ruled_out": ""}
    return {"ruled_out": proof.text, **({"limits": dict(proof.limits)} if proof.limits else {})}


def _model(model: NeuronModel, simulate: bool = True) -> dict[str, object]:
    return {
        "model": {
            "name": model.key,
            "title": model.title,
            "in_sentence": model.in_sentence,
            "description": model.description,
            "source": model.source,
            "equations": model.equations,
            "unit": model.current.unit,
            "potential_unit": model.states[0].unit,
            "dt": model.dt,
            **({"discrete": True} if model.discrete else {}),
            "resets": model.spike_level is None,
            "plane": simulate and has_plane(model),
            **(
                {} if model.spike_level is None else {"spike": {"level": model.spike_level, "full": model.full_spike()}}
            ),
            **({} if model.threshold_place is None else {"thresholdPlace": model.threshold_place}),
        },
        "parameters": [_slider(p) for p in model.parameters.values()],
        "atlas": _slider(PROTOCOLS["step"].parameters(model)["amplitude"]),
        **(
            {"currents": [model.current.low, model.current.high]}
            if (ranges := packaged_ranges(model)) is None
            else {"ranges": list(ranges.values())}
        ),
    }


def has_plane(model: NeuronModel) -> bool:
    """Return whether the page draws a phase plane of the model.

    The model must have two state variables, both of which follow a differential equation.
    """
    if len(model.states) != 2:
        return False
    values = {name: float(value) for name, value in model.complete(None).items()}
    return len(Flow(model, values, 0.0).flowing) == 2


def _slider(parameter: Parameter) -> dict[str, object]:
    head, _, index = parameter.key.partition("_")
    return {
        "name": parameter.key,
        "label": [GREEK.get(head, head), index],
        "low": parameter.low,
        "high": parameter.high,
        "default": parameter.default,
        "unit": "" if parameter.unit == "1" else parameter.unit,
        "scale": parameter.scale,
        "linear_width": parameter.linear_width,
        "limits": list(parameter.limits),
        "valid": parameter.limits_text(),
        "group": parameter.group,
        "description": parameter.meaning,
        **({} if parameter.vary else {"vary": False}),
    }


def _of_search(part: Protocol) -> dict[str, object]:
    """Return the settings for a search on the page that differ from those of most patterns."""
    if not isinstance(part, Pattern):
        return {}
    window = part.amplitude_window
    solved: dict[str, object] = {}
    if window is not None:
        solved["window"] = {"fire": list(window.fire), "silent": list(window.silent)}
    halved = part.finer is None or 2 in part.finer
    return solved | ({} if part.at_rest else {"at_rest": False}) | ({} if halved else {"half": False})


def _within(prefix: str, part: Protocol, name: str) -> str:
    return part.within(name) if prefix else name


def live_sweeps(prefix: str, part: Protocol) -> list[dict[str, Any]]:
    """Return the sweeps of a component as programs.

    The list is empty if a procedure chooses the sweeps or their function cannot be traced.
    """
    programs = None if part.adapts else checked_programs(part, prefix)
    return [{"name": _within(prefix, part, name)} | sweep.data() for name, sweep in (programs or {}).items()]


def holding_name(prefix: str, part: Protocol) -> str | None:
    """Return the name of the holding current of a component, or None without one."""
    return f"{prefix}holding" if "holding" in part.stimulus_names else None


def _chosen(
    model: NeuronModel, part: Protocol, prefix: str, values: Mapping[str, float], dt: float
) -> list[dict[str, Any]]:
    """Return the sweeps of a component at some values, with a mark if they do not follow the sliders."""
    programs = checked_programs(part, prefix) or {}
    sweeps = []
    for name, sweep in applied_sweeps(model, part, part_of(prefix, part, model, values), dt).items():
        live = name in programs and programs[name].numbers(values) == sweep
        shown = programs[name].data() if live else sweep
        sweeps.append({"name": _within(prefix, part, name), "fixed": not live} | shown)
    return sweeps


def part_of(prefix: str, part: Protocol, model: NeuronModel, values: Mapping[str, float]) -> dict[str, float]:
    """Return the values of the model and of a component, without the prefix of the stimulus values."""
    return {name: values[prefix + name] for name in part.stimulus_names} | {
        name: values[name] for name in model.parameters
    }


def _event(prefix: str, part: Protocol) -> list[float | str | dict[str, float]] | None:
    """Return the times that delimit the relevant part of a sweep.

    A time is a number in ms, the name of a stimulus value, or a time after the stimulus. The result is None if the
    whole sweep is relevant or if a function computes the part.
    """
    times: list[float | str | dict[str, float]] = []
    for time in part.event or ():
        if isinstance(time, After):
            times.append({"after": time.time})
        elif callable(time):
            return None
        else:
            times.append(prefix + time if isinstance(time, str) else float(time))
    return times or None


def _why_no_tape(model: NeuronModel, pattern: Pattern) -> str:
    """Return a sentence with the operation of a measure that cannot be traced, or an empty string without one."""
    try:
        trace(model, pattern)
    except NotTraceableError as error:
        return f"The measure uses {error}. "
    except Exception:  # A custom function may do anything with its values, so no operation is to blame.
        return ""
    return "The measure returns other features while it is traced. "


def _applies(criterion: Criterion, model: NeuronModel) -> bool:
    return model.spike_level is not None or not criterion.without_reset


def _criterion(prefix: str, part: Protocol, criterion: Criterion) -> dict[str, object]:
    """Return a criterion as the page evaluates and shows it, without open ends and flags that are false."""
    words = {"title": "name", "description": "text"}
    data = {words.get(field, field): x for field, x in dataclasses.asdict(criterion).items()}
    data["name"] = _within(prefix, part, criterion.title)
    data |= {end: _finite(data[end]) for end in ("low", "high")}
    data["at_least_steps"] = criterion.at_least_steps or None
    return {name: x for name, x in data.items() if x is not None and x is not False}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _recorded(target: Target, columns: int) -> list[dict[str, object]]:
    """Return the lines of a recording, reduced to a number of pixel columns."""
    lines: list[dict[str, object]] = []
    for name, line in target_lines(target, VoltageScale(-65.0, -50.0, 20.0)).items():
        grid = make_grid(line.t, columns)
        lines.append(
            {
                "name": name,
                "t": [round(float(x), 3) for x in grid.x],
                "v": [round(float(x), 3) if np.isfinite(x) else None for x in envelope(line.v, grid)],
                "spikes": [round(float(x), 4) for x in line.spikes],
                "peak": line.peak if np.isfinite(line.peak) else None,
            }
        )
    return lines
