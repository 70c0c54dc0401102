"""Catalogue of the app, with neurons as JavaScript, patterns as tapes, and packaged sets with their verdicts.

``python -m plausiwidgets.upkeep`` writes it to ``widgets/app/catalogue``, because its creation takes too long for a
page that opens. The function :func:`describe` returns the same data for custom models and patterns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from plausiwidgets import models, patterns
from plausiwidgets.analysis.atlas_protocols import AXES, PROTOCOLS
from plausiwidgets.engine.javascript.module import neuron_object
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.stimuli import WAVEFORM
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.teaching.lessons import read_lesson
from plausiwidgets.widgets.catalogue.contents import listed
from plausiwidgets.widgets.catalogue.described import BENCH, Described
from plausiwidgets.widgets.catalogue.lessons import lesson_data

FOLDER = Path(__file__).parents[1] / "app" / "catalogue"
FORMAT = 2
ATLAS_POINTS = 24
"""Number of cells along each axis of an atlas in the app."""
MAX_SLIDERS = 4
"""Maximum number of sliders that a user sees at first."""
LESSONS = {"lesson": "en", "lesson_long": "en", "lesson_de": "de"}
"""Lessons of the documentation that the app offers, with their languages."""

_SHARED = (
    "key",
    "letter",
    "title",
    "in_sentence",
    "description",
    "function",
    "hint",
    "source",
    "main",
    "fine",
    "python",
)
_PART = ("holding", "sweeps", "prefix", "label", "title", "in_sentence", "look", "event", "window", "at_rest", "half")
_OF_MODEL = ("model", "parameters", "atlas", "ranges", "currents")
_KINDS = {True: "resets", False: "graded"}
"""Kinds of neurons by whether they reset. Neurons without a reset have additional criteria."""

Json = dict[str, Any]
Rules = Callable[[NeuronModel, Protocol], str]


def describe(
    model: NeuronModel,
    chosen: Sequence[Protocol],
    verify: bool = True,
    contents: Described | None = None,
    simulate: bool = True,
) -> tuple[Json, Json, dict[str, NeuronModel]]:
    """Return the data of a model and some patterns for the app.

    Parameters
    ----------
    chosen : sequence of Pattern
    verify : bool
        Whether the stored sets are verified.
    contents : Described, optional
        Description of the model, such as that of an exercise or a lesson.
    simulate : bool
        Whether the model is simulated. Otherwise its step is not called.

    Returns
    -------
    shared : dict
        Data of each pattern that all models share.
    own : dict
        Data of the model.
    neurons : dict of str to NeuronModel
        Models that the page simulates.
    """
    contents = Described(model, None, None, verify=verify, simulate=simulate) if contents is None else contents
    data = contents.data(list(chosen))
    kind = _KINDS[data["model"]["resets"]]
    shared: Json = {}
    own: Json = {}
    for pattern, protocol in zip(data["patterns"], chosen, strict=True):
        parts = pattern["components"]
        shares = [target.pop("share", None) for target in pattern["targets"]]
        shared[pattern["key"]] = {name: pattern[name] for name in _SHARED} | {
            "components": [{name: part[name] for name in _PART if name in part} for part in parts],
            "judged": {kind: [{name: part[name] for name in ("tape", "criteria")} for part in parts]},
            "targets": pattern["targets"],
        }
        own[pattern["key"]] = {
            "stimulus": pattern["stimulus"],
            **{name: pattern[name] for name in ("ruled_out", "limits") if name in pattern},
            "sets": pattern["sets"],
            "shares": shares,
            "twin": _is_twin(pattern),
            "matter": _matter(protocol, model, pattern, data["parameters"]),
        }
    about_model = {name: data[name] for name in _OF_MODEL if name in data}
    return shared, about_model | {"patterns": own}, contents.neurons


def _is_twin(pattern: Mapping[str, Any]) -> bool:
    """Return whether the first stored set is the target itself, written for this neuron.

    The page then draws the target with this neuron. Two definitions of one model differ by rounding errors, so their
    traces would diverge although all criteria are met.
    """
    first = pattern["sets"][0]
    for target in pattern["targets"]:
        known = dict(target.get("values", ()))
        if first["source"] and known and all(known.get(name) == value for name, value in first["values"]):
            return bool(first["status"] == "replicated")
    return False


def _matter(protocol: Protocol, model: NeuronModel, pattern: Mapping[str, Any], sliders: Sequence[Json]) -> list[str]:
    """Return the names of the sliders that a user sees at first.

    They are the parameters in the pattern's hint, the parameters that its first stored set moves farthest from the
    model's defaults on the scale of the sliders, and the amplitude. The parameters of noise and of a chirp follow the
    amplitude, because the figure has no handles for them.
    """
    amplitudes = [s["name"] for s in pattern["stimulus"] if s["name"].endswith("amplitude")][:1]
    amplitudes += [s["name"] for s in pattern["stimulus"] if s["name"] in WAVEFORM]
    named = [s["name"] for s in sliders if re.search(rf"\b{re.escape(s['name'])}\b", _hint(protocol, model))]
    values = dict(pattern["sets"][0]["values"])
    defaults = model.complete(None)

    def moved(slider: Mapping[str, Any]) -> float:
        name = slider["name"]
        low, high = slider["low"], slider["high"]
        parameter = model.parameters[name]
        at, usual, first, last = (
            float(parameter.transform(x)) for x in (values[name], float(defaults[name]), low, high)
        )
        return abs(at - usual) / (last - first)

    others = sorted(sliders, key=moved, reverse=True)
    order = [*named[: MAX_SLIDERS - len(amplitudes)], *(s["name"] for s in others)]
    rest = [s["name"] for s in pattern["stimulus"] if s["name"] not in amplitudes]
    return [*dict.fromkeys(order)][: MAX_SLIDERS - len(amplitudes)] + amplitudes or rest[:MAX_SLIDERS]


def _hint(protocol: Protocol, model: NeuronModel) -> str:
    """Return the part of a pattern's hint that concerns a model, such as "b" of "(b in Izhikevich, a in AdEx)"."""
    words = {"izhikevich": "Izhikevich", "adex": "AdEx"}.get(model.key.partition("_")[0])
    parts = re.findall(r"((?:\w+(?: and |, ))*\w+) in (?:the )?(Izhikevich|AdEx)", protocol.parameter_hint)
    return ", ".join(names for names, of in parts if of == words)


# -- the packaged catalogue ------------------------------------------------------------------------------------------


def build(names: Sequence[str] | None = None, rules: Rules | None = None) -> dict[str, Json]:
    """Return the files of the catalogue by their names, which are "shared", "lessons" and the names of the models.

    Parameters
    ----------
    rules : callable, optional
        ``rules(model, pattern)``, which returns the fingerprint that marks the data of a pair.
    """
    chosen = [patterns.get(key) for key in patterns.names()]
    built: dict[str, Json] = {}
    common: dict[str, Json] = {}
    for name in names or models.names():
        model = models.get(name)
        shared, own, neurons = describe(model, chosen)
        for key, pattern in shared.items():
            _check_judged(key, pattern["judged"])
            known = common.setdefault(key, pattern)
            judged = known["judged"]
            for kind, parts in pattern["judged"].items():
                if judged.setdefault(kind, parts) != parts:
                    own["patterns"][key]["judged"] = parts
            if {**known, "judged": judged} != {**pattern, "judged": judged}:
                raise AssertionError(
                    f"pattern {key!r} must have the same shared data for all models, but {name!r} differs."
                )
        if rules is not None:
            for protocol in chosen:
                own["patterns"][protocol.key]["rules"] = rules(model, protocol)
        built[name] = own | {"code": {one: neuron_object(neuron) for one, neuron in neurons.items()}}
    models_ = {
        name: listed(models.get(name), {key: mark_of(pattern) for key, pattern in own["patterns"].items()})
        for name, own in built.items()
    }
    built["lessons"] = lessons()
    about = {name: _about(lesson) for name, lesson in built["lessons"].items()}
    built["shared"] = {
        "format": FORMAT,
        "bench": BENCH,
        "patterns": common,
        "models": models_,
        "lessons": about,
        "atlas": atlas(),
    }
    return built


def atlas() -> Json:
    """Return the protocol of an atlas as a pattern, and the axes of the atlas with the edges of their cells."""
    step = PROTOCOLS["step"]
    found = [describe(models.get(name), [step])[0][step.key] for name in ("izhikevich", "hodgkin_huxley")]
    pattern = found[0] | {"judged": {kind: parts for one in found for kind, parts in one["judged"].items()}}
    for parts in pattern["judged"].values():
        for criterion in (one for part in parts for one in part["criteria"]):
            criterion |= {"name": "", "text": ""}  # An atlas shows no criteria.
    axes = [
        {
            **{name: getattr(axis, name) for name in ("key", "title", "unit", "low", "high", "scale", "below")},
            "edges": axis.edges(ATLAS_POINTS).tolist(),
        }
        for axis in AXES.values()
    ]
    return {"pattern": pattern, "axes": axes}


def _check_judged(key: str, judged: Mapping[str, Sequence[Json]]) -> None:
    """Check that the app can evaluate a packaged pattern without Python.

    Raises
    ------
    ValueError
        If a part of the pattern has no tape.
    """
    if any(part["tape"] is None for parts in judged.values() for part in parts):
        raise ValueError(
            f"pattern {key!r}: measure must use only NumPy's elementwise operations, np.where and the functions of "
            "plausiwidgets.patterns.features, which the app can evaluate without Python."
        )


def lessons() -> Json:
    """Return the lessons of the documentation by their names."""
    found: Json = {}
    for name, language in LESSONS.items():
        lesson = read_lesson(Path(__file__).parents[3] / "docs" / f"{name}.md", models.get("izhikevich"))
        data = lesson_data(lesson, lambda model: model.key, lambda pattern: pattern.key)
        found[name] = {"name": name, "language": language, **data}
    return found


def _about(lesson: Json) -> Json:
    """Return the title, the language, the number of cards and the shown pairs of a lesson.

    The app uses these data before it requests the lesson.
    """
    shown = dict.fromkeys((card["model"], card["pattern"]) for card in lesson["cards"])
    return {
        "title": lesson["title"],
        "language": lesson["language"],
        "cards": len(lesson["cards"]),
        "shown": [list(pair) for pair in shown],
    }


def mark_of(pattern: Mapping[str, Any]) -> str:
    """Return the best status of the stored sets, or "ruled_out" if a proof rules the pattern out."""
    ranks = ("replicated", "fragile", "unverified", "rejected", "unjudged")
    best = min((entry["status"] for entry in pattern["sets"]), key=ranks.index)
    return "ruled_out" if pattern["ruled_out"] and best != "replicated" else str(best)


def file_text(value: Mapping[str, object]) -> str:
    """Return the text of a catalogue file, with one line for each pattern or text so that a diff is readable."""

    def lines(value: object, depth: int) -> str:
        if not isinstance(value, dict) or depth == 0 or not value:
            return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
        inner = ",\n".join(f"{json.dumps(name, ensure_ascii=False)}:{lines(x, depth - 1)}" for name, x in value.items())
        return f"{{\n{inner}\n}}"

    return lines(value, 2) + "\n"


def write(rules: Rules) -> None:
    """Write the catalogue to the package.

    Parameters
    ----------
    rules : callable
        See :func:`build`.
    """
    FOLDER.mkdir(exist_ok=True)
    for name, value in build(rules=rules).items():
        write_whole(FOLDER / f"{name}.json", file_text(value))
