"""Which firing patterns can a neuron model show, and with which parameters?

Examples
--------
>>> import plausiwidgets as pw
>>> pw.judge("izhikevich", "tonic_spiking").replicated
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

__version__ = "0.4.0"

if TYPE_CHECKING:
    from plausiwidgets import analysis as analysis
    from plausiwidgets import assessment as assessment
    from plausiwidgets import models as models
    from plausiwidgets import networks as networks
    from plausiwidgets import patterns as patterns
    from plausiwidgets import recordings as recordings
    from plausiwidgets import teaching as teaching
    from plausiwidgets.assessment.api import assess as assess
    from plausiwidgets.engine.current import Current as Current
    from plausiwidgets.engine.lanes import NotCompilableError as NotCompilableError
    from plausiwidgets.engine.piece import chirp as chirp
    from plausiwidgets.engine.piece import noise as noise
    from plausiwidgets.engine.piece import pulse as pulse
    from plausiwidgets.engine.piece import ramp as ramp
    from plausiwidgets.engine.traces import Traces as Traces
    from plausiwidgets.interop.from_brian2 import from_brian2 as from_brian2
    from plausiwidgets.interop.from_nir import from_nir as from_nir
    from plausiwidgets.interop.from_nir import to_nir as to_nir
    from plausiwidgets.interop.from_torch import from_torch as from_torch
    from plausiwidgets.interop.to_brian2 import to_brian2 as to_brian2
    from plausiwidgets.interop.to_norse import to_norse as to_norse
    from plausiwidgets.models import NeuronModel as NeuronModel
    from plausiwidgets.models import Parameter as Parameter
    from plausiwidgets.models import Preset as Preset
    from plausiwidgets.models import StateVariable as StateVariable
    from plausiwidgets.models.norse import from_norse as from_norse
    from plausiwidgets.models.simulate import simulate as simulate
    from plausiwidgets.optimization import Result as Result
    from plausiwidgets.optimization import Run as Run
    from plausiwidgets.optimization import optimize as optimize
    from plausiwidgets.optimization import start_optimization as start_optimization
    from plausiwidgets.patterns import AmplitudeWindow as AmplitudeWindow
    from plausiwidgets.patterns import Criterion as Criterion
    from plausiwidgets.patterns import Curve as Curve
    from plausiwidgets.patterns import Pattern as Pattern
    from plausiwidgets.patterns import Protocol as Protocol
    from plausiwidgets.patterns import StimulusParameter as StimulusParameter
    from plausiwidgets.patterns import Sweep as Sweep
    from plausiwidgets.patterns import Verdict as Verdict
    from plausiwidgets.patterns import judge as judge
    from plausiwidgets.recordings.from_recording import from_recording as from_recording
    from plausiwidgets.support.extras import require as require
    from plausiwidgets.widgets.explorer import Explorer as Explorer
    from plausiwidgets.widgets.figures.chart import plausibility_chart as plausibility_chart
    from plausiwidgets.widgets.figures.plot import plot as plot
    from plausiwidgets.widgets.page import Page as Page
    from plausiwidgets.widgets.page import export_page as export_page
    from plausiwidgets.widgets.page import export_widget as export_widget
    from plausiwidgets.widgets.plausibility_map import plausibility_map as plausibility_map
    from plausiwidgets.widgets.progress import NotebookProgress as NotebookProgress
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "": ("analysis", "assessment", "models", "networks", "patterns", "recordings", "teaching"),
            "support.extras": ("require",),
            "models": ("NeuronModel", "Parameter", "Preset", "StateVariable"),
            "models.norse": ("from_norse",),
            "interop.from_brian2": ("from_brian2",),
            "interop.from_nir": ("from_nir", "to_nir"),
            "interop.from_torch": ("from_torch",),
            "engine.current": ("Current",),
            "engine.piece": ("chirp", "noise", "pulse", "ramp"),
            "models.simulate": ("simulate",),
            "engine.traces": ("Traces",),
            "engine.lanes": ("NotCompilableError",),
            "interop.to_norse": ("to_norse",),
            "interop.to_brian2": ("to_brian2",),
            "patterns": (
                "AmplitudeWindow",
                "Criterion",
                "Curve",
                "StimulusParameter",
                "Pattern",
                "Protocol",
                "Sweep",
                "Verdict",
                "judge",
            ),
            "recordings.from_recording": ("from_recording",),
            "optimization": ("Result", "Run", "optimize", "start_optimization"),
            "assessment.api": ("assess",),
            "widgets.explorer": ("Explorer",),
            "widgets.figures.chart": ("plausibility_chart",),
            "widgets.figures.plot": ("plot",),
            "widgets.page": ("Page", "export_page", "export_widget"),
            "widgets.plausibility_map": ("plausibility_map",),
            "widgets.progress": ("NotebookProgress",),
        },
    )
