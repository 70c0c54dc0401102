"""What 0.2 called by another name: an old name is refused with the new one, until 0.4."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def _to(home: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, home)


_MOVED: Mapping[str, Mapping[str, str]] = {
    "plausiwidgets": {
        **_to("analysis", "loss_profiles", "model_card", "most_versatile", "parameter_plane", "ParameterPlane",
              "phase_line", "phase_plane", "PhaseLine", "PhasePlane", "rate_curve", "repertoire", "sample_accepted"),
        **_to("assessment", "merge_studies", "NotebookProgress", "plausibility_chart", "plausibility_map",
              "plausibility_score", "start_assessment"),
        **_to("teaching", "Answer", "class_results", "Exercise", "Mystery", "mystery", "read_code"),
        **_to("networks", "to_javascript"),
    },
    "plausiwidgets.assessment": _to("analysis", "most_versatile", "parameter_plane", "ParameterPlane", "repertoire"),
    "plausiwidgets.models": _to("", "from_norse"),
    "plausiwidgets.optimization": _to("analysis", "NothingAccepted", "sample_accepted"),
    "plausiwidgets.patterns": _to("analysis", "loss_profiles", "Profile") | _to("", "from_recording"),
}  # fmt: skip
"""Names that another package has now, by the package that had them; empty for `plausiwidgets` itself."""

_GONE: Mapping[str, Mapping[str, str]] = {
    "plausiwidgets.widgets": {
        "AssessmentPanel": "the map of pw.Explorer assesses; pw.assess(…, progress=NotebookProgress()) shows one",
        "Panel": "explorer.add(widget) shows a widget of ipywidgets, which observes the explorer's traits",
        "PlausibilityChart": "pw.assessment.plausibility_chart returns a figure of Plotly",
        "Response": "explorer.verdict is the verdict of what is shown, with its traces",
        "Session": "pw.Explorer has the selection as a trait: explorer.observe(f, 'selection')",
    },
}
"""Names without a successor, by the package that had them, each with what to do in its place."""

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "checkpoint": ("progress",),
    "grid": ("points",),
    "max_seconds": ("time_limit",),
    "name": ("key",),
    "pattern": ("patterns",),
    "ranges": ("bounds",),
    "x_range": ("bounds",),
}
"""Old words of arguments, each with the new ones: that one is meant which a function has and was not given."""

_NO_ARGUMENTS: Mapping[str, str] = {"current_tolerance": "the noise of the current is estimated, leave it out"}
"""Arguments without a successor, each with what to do in its place."""


def renamed(package: str, name: str) -> str:
    """Return where what a package called by a name is now; empty where it never had the name.

    Examples
    --------
    >>> renamed("plausiwidgets", "repertoire")
    'plausiwidgets.analysis.repertoire'
    """
    home = _MOVED.get(package, {}).get(name)
    return "" if home is None else ".".join(filter(None, ["plausiwidgets", home, name]))


def in_place_of(package: str, name: str) -> str:
    """Return what to do in place of a name that a package had; empty where it never had the name."""
    return _GONE.get(package, {}).get(name, "")


def renamed_argument(where: str, given: Collection[str], valid: Collection[str]) -> TypeError | None:
    """Return the error for the first keyword that a function no longer has, where it has the new word; else None.

    Examples
    --------
    >>> renamed_argument("optimize", ["max_seconds"], ["seed", "time_limit"])
    TypeError('optimize: the argument max_seconds is now time_limit')
    """
    for old in given:
        new = next((word for word in ARGUMENTS.get(old, ()) if word in valid and word not in given), None)
        if old not in valid and new is not None:
            return TypeError(f"{where}: the argument {old} is now {new}")
        if old not in valid and old in _NO_ARGUMENTS:
            return TypeError(f"{where}: the argument {old} is gone: {_NO_ARGUMENTS[old]}")
    return None


def renamed_fields(**words: str) -> Callable[[type[T]], type[T]]:
    """Make a class refuse the old words for its fields, as attributes and as arguments.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Parameter("tau", 20.0, 5.0, 80.0).name
    Traceback (most recent call last):
    AttributeError: Parameter.name is now Parameter.key
    >>> pw.FreeValue("width", 5.0, 2.0, 500.0, unit="ms", text="Width of the pulse.")
    Traceback (most recent call last):
    TypeError: FreeValue: the argument text is now description
    """

    def decorated(kind: type[T]) -> type[T]:
        made = kind.__init__

        @functools.wraps(made)
        def init(self: T, *args: Any, **kwargs: Any) -> None:
            for old in words.keys() & kwargs.keys():
                raise TypeError(f"{kind.__name__}: the argument {old} is now {words[old]}")
            made(self, *args, **kwargs)

        def missing(self: T, name: str) -> Any:
            if name in words:
                raise AttributeError(f"{kind.__name__}.{name} is now {kind.__name__}.{words[name]}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

        # By setattr, so that a type checker goes on refusing what is misspelt.
        for method, function in (("__init__", init), ("__getattr__", missing)):
            setattr(kind, method, function)
        return kind

    return decorated


def gone(**instead: str) -> Callable[[type[T]], type[T]]:
    """Make a class say what to do in place of attributes that it had in 0.2, each with a sentence."""

    def decorated(kind: type[T]) -> type[T]:
        def missing(self: T, name: str) -> Any:
            more = f": {instead[name]}" if name in instead else ""
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{more}", name=name, obj=self)

        name = "__getattr__"  # by setattr, so that a type checker goes on refusing what is misspelt
        setattr(kind, name, missing)
        return kind

    return decorated
