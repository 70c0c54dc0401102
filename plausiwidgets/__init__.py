"""Which firing patterns can a neuron model show, and with which parameters?

Examples
--------
>>> import plausiwidgets as pw
>>> pw.judge("izhikevich", "tonic_spiking").replicated
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from plausiwidgets import assessment, models, patterns
    from plausiwidgets.assessment import (
        ParameterPlane,
        assess,
        merge_studies,
        parameter_plane,
        plausibility_score,
        start_assessment,
    )
    from plausiwidgets.assessment.exercise import Answer, Exercise, class_results, read_code
    from plausiwidgets.assessment.mystery import Mystery, mystery
    from plausiwidgets.assessment.repertoire import repertoire
    from plausiwidgets.assessment.versatile import most_versatile
    from plausiwidgets.models import NeuronModel, Parameter, Preset, StateVariable, from_norse
    from plausiwidgets.models.from_torch import from_torch
    from plausiwidgets.optimization import Result, Run, optimize, sample_accepted, start_optimization
    from plausiwidgets.patterns import (
        AmplitudeWindow,
        Criterion,
        Curve,
        FreeValue,
        Pattern,
        Protocol,
        Sweep,
        Verdict,
        judge,
        loss_profiles,
    )
    from plausiwidgets.simulation.cost import model_card
    from plausiwidgets.simulation.current import Current, pulse, ramp
    from plausiwidgets.simulation.javascript.module import to_javascript
    from plausiwidgets.simulation.lanes import NotCompilable
    from plausiwidgets.simulation.network.brian import to_brian2
    from plausiwidgets.simulation.network.layer import to_norse
    from plausiwidgets.simulation.phase_line import PhaseLine, phase_line
    from plausiwidgets.simulation.phase_plane import PhasePlane, phase_plane
    from plausiwidgets.simulation.rate_curve import rate_curve
    from plausiwidgets.simulation.simulate import simulate
    from plausiwidgets.simulation.traces import Traces
    from plausiwidgets.widgets import (
        Explorer,
        NotebookProgress,
        Page,
        export_page,
        plausibility_chart,
        plausibility_map,
        plot,
    )

# Which module each public name lives in: imported when it is first used, so that a script never pays
# for widgets, and the explorer never for a store.
_MODULES = {
    "models.from_torch": ("from_torch",),
    "models": ("NeuronModel", "Parameter", "Preset", "StateVariable", "from_norse"),
    "simulation.current": ("Current", "pulse", "ramp"),
    "simulation.simulate": ("simulate",),
    "simulation.traces": ("Traces",),
    "simulation.phase_line": ("phase_line", "PhaseLine"),
    "simulation.phase_plane": ("phase_plane", "PhasePlane"),
    "simulation.rate_curve": ("rate_curve",),
    "simulation.lanes": ("NotCompilable",),
    "simulation.javascript.module": ("to_javascript",),
    "simulation.network.layer": ("to_norse",),
    "simulation.network.brian": ("to_brian2",),
    "simulation.cost": ("model_card",),
    "patterns": (
        "judge", "loss_profiles", "Pattern", "Protocol", "FreeValue", "Sweep", "Criterion", "AmplitudeWindow", "Curve",
        "Verdict",
    ),
    "optimization": ("optimize", "start_optimization", "sample_accepted", "Result", "Run"),
    "assessment": (
        "assess", "start_assessment", "merge_studies", "plausibility_score", "parameter_plane", "ParameterPlane",
        "most_versatile", "repertoire",
    ),
    "assessment.mystery": ("mystery", "Mystery"),
    "assessment.exercise": ("Exercise", "Answer", "read_code", "class_results"),
    "widgets": (
        "Explorer", "export_page", "NotebookProgress", "Page", "plausibility_map", "plausibility_chart", "plot",
    ),
}  # fmt: skip
_PACKAGES = ("models", "assessment", "patterns")
_HOMES = {name: f"plausiwidgets.{module}" for module, names in _MODULES.items() for name in names}

__all__ = [*_PACKAGES, *_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"plausiwidgets.{name}")  # which binds the name here
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(_HOMES[name]), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)  # what Tab completes, before a name is used
