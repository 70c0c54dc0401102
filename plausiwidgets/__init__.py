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

# Where each public name lives: imported when it is first used, so that a script never pays
# for widgets, and the explorer never for a store.
_HOMES = {
    "models": "plausiwidgets.models",
    "assessment": "plausiwidgets.assessment",
    "patterns": "plausiwidgets.patterns",
    "NeuronModel": "plausiwidgets.models",
    "Parameter": "plausiwidgets.models",
    "Preset": "plausiwidgets.models",
    "StateVariable": "plausiwidgets.models",
    "from_norse": "plausiwidgets.models",
    "Current": "plausiwidgets.simulation.current",
    "pulse": "plausiwidgets.simulation.current",
    "ramp": "plausiwidgets.simulation.current",
    "simulate": "plausiwidgets.simulation.simulate",
    "Traces": "plausiwidgets.simulation.traces",
    "phase_line": "plausiwidgets.simulation.phase_line",
    "PhaseLine": "plausiwidgets.simulation.phase_line",
    "phase_plane": "plausiwidgets.simulation.phase_plane",
    "PhasePlane": "plausiwidgets.simulation.phase_plane",
    "rate_curve": "plausiwidgets.simulation.rate_curve",
    "NotCompilable": "plausiwidgets.simulation.lanes",
    "to_javascript": "plausiwidgets.simulation.javascript.module",
    "to_norse": "plausiwidgets.simulation.network.layer",
    "to_brian2": "plausiwidgets.simulation.network.brian",
    "model_card": "plausiwidgets.simulation.cost",
    "judge": "plausiwidgets.patterns",
    "loss_profiles": "plausiwidgets.patterns",
    "Pattern": "plausiwidgets.patterns",
    "Protocol": "plausiwidgets.patterns",
    "FreeValue": "plausiwidgets.patterns",
    "Sweep": "plausiwidgets.patterns",
    "Criterion": "plausiwidgets.patterns",
    "AmplitudeWindow": "plausiwidgets.patterns",
    "Curve": "plausiwidgets.patterns",
    "Verdict": "plausiwidgets.patterns",
    "optimize": "plausiwidgets.optimization",
    "start_optimization": "plausiwidgets.optimization",
    "sample_accepted": "plausiwidgets.optimization",
    "Result": "plausiwidgets.optimization",
    "Run": "plausiwidgets.optimization",
    "assess": "plausiwidgets.assessment",
    "start_assessment": "plausiwidgets.assessment",
    "merge_studies": "plausiwidgets.assessment",
    "plausibility_score": "plausiwidgets.assessment",
    "parameter_plane": "plausiwidgets.assessment",
    "ParameterPlane": "plausiwidgets.assessment",
    "most_versatile": "plausiwidgets.assessment",
    "repertoire": "plausiwidgets.assessment",
    "mystery": "plausiwidgets.assessment.mystery",
    "Mystery": "plausiwidgets.assessment.mystery",
    "Exercise": "plausiwidgets.assessment.exercise",
    "Answer": "plausiwidgets.assessment.exercise",
    "read_code": "plausiwidgets.assessment.exercise",
    "class_results": "plausiwidgets.assessment.exercise",
    "Explorer": "plausiwidgets.widgets",
    "export_page": "plausiwidgets.widgets",
    "NotebookProgress": "plausiwidgets.widgets",
    "Page": "plausiwidgets.widgets",
    "plausibility_map": "plausiwidgets.widgets",
    "plausibility_chart": "plausiwidgets.widgets",
    "plot": "plausiwidgets.widgets",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(home)
    value = module if home == f"plausiwidgets.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
