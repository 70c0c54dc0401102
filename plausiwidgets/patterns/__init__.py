"""Firing patterns: protocols, criteria and the functions that evaluate parameter sets."""

from typing import TYPE_CHECKING

from plausiwidgets.engine.piece import chirp, noise, pulse, ramp
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.judge import judge
from plausiwidgets.patterns.pattern import AmplitudeWindow, Curve, Pattern
from plausiwidgets.patterns.protocol import Protocol, StimulusParameter
from plausiwidgets.patterns.registry import all_of, get, load, names, register
from plausiwidgets.patterns.response import Graded, Measurement, Response, Responses
from plausiwidgets.patterns.stimuli import stimulus
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.target import Target, target
from plausiwidgets.patterns.verdict import CriterionResult, Verdict
from plausiwidgets.support.lazy import lazily

__all__ = [
    "AllOf",
    "AmplitudeWindow",
    "Criterion",
    "CriterionResult",
    "Curve",
    "Graded",
    "Measurement",
    "Pattern",
    "Protocol",
    "Response",
    "Responses",
    "StimulusParameter",
    "Sweep",
    "Target",
    "Verdict",
    "all_of",
    "chirp",
    "get",
    "judge",
    "load",
    "names",
    "noise",
    "pulse",
    "ramp",
    "register",
    "stimulus",
    "target",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {})[0]  # imports the module of each name on first use
