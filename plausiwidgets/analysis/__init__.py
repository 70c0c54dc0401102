"""Analyses of a neuron, such as its phase plane, parameter plane, repertoire and robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.analysis.atlas_protocols import AtlasAxis as AtlasAxis
    from plausiwidgets.analysis.atlases import Atlas as Atlas
    from plausiwidgets.analysis.atlases import Behaviour as Behaviour
    from plausiwidgets.analysis.atlases import atlas as atlas
    from plausiwidgets.analysis.fi_curves import fi_curve as fi_curve
    from plausiwidgets.analysis.impedances import Impedance as Impedance
    from plausiwidgets.analysis.impedances import impedance as impedance
    from plausiwidgets.analysis.noise_tolerances import NoiseTolerance as NoiseTolerance
    from plausiwidgets.analysis.noise_tolerances import noise_tolerance as noise_tolerance
    from plausiwidgets.analysis.onsets import Bifurcation as Bifurcation
    from plausiwidgets.analysis.onsets import BifurcationDiagram as BifurcationDiagram
    from plausiwidgets.analysis.onsets import bifurcation_diagram as bifurcation_diagram
    from plausiwidgets.analysis.phase_lines import PhaseLine as PhaseLine
    from plausiwidgets.analysis.phase_lines import phase_line as phase_line
    from plausiwidgets.analysis.phase_planes import FixedPoint as FixedPoint
    from plausiwidgets.analysis.phase_planes import PhasePlane as PhasePlane
    from plausiwidgets.analysis.phase_planes import phase_plane as phase_plane
    from plausiwidgets.analysis.planes import ParameterPlane as ParameterPlane
    from plausiwidgets.analysis.planes import parameter_plane as parameter_plane
    from plausiwidgets.analysis.precisions import Precision as Precision
    from plausiwidgets.analysis.precisions import PrecisionEntry as PrecisionEntry
    from plausiwidgets.analysis.precisions import precision as precision
    from plausiwidgets.analysis.profiles import Profile as Profile
    from plausiwidgets.analysis.profiles import loss_profiles as loss_profiles
    from plausiwidgets.analysis.reliabilities import Reliability as Reliability
    from plausiwidgets.analysis.reliabilities import reliability as reliability
    from plausiwidgets.analysis.repertoires import repertoire as repertoire
    from plausiwidgets.analysis.samples import NoSolutionError as NoSolutionError
    from plausiwidgets.analysis.samples import sample_accepted as sample_accepted
    from plausiwidgets.analysis.versatile import most_versatile as most_versatile
    from plausiwidgets.models.operation_count import model_card as model_card
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "analysis.atlas_protocols": ("AtlasAxis",),
            "analysis.atlases": ("Atlas", "Behaviour", "atlas"),
            "analysis.onsets": ("Bifurcation", "BifurcationDiagram", "bifurcation_diagram"),
            "analysis.planes": ("ParameterPlane", "parameter_plane"),
            "analysis.phase_planes": ("FixedPoint", "PhasePlane", "phase_plane"),
            "analysis.phase_lines": ("PhaseLine", "phase_line"),
            "analysis.fi_curves": ("fi_curve",),
            "analysis.impedances": ("Impedance", "impedance"),
            "analysis.noise_tolerances": ("NoiseTolerance", "noise_tolerance"),
            "analysis.reliabilities": ("Reliability", "reliability"),
            "analysis.precisions": ("Precision", "PrecisionEntry", "precision"),
            "analysis.profiles": ("Profile", "loss_profiles"),
            "analysis.samples": ("NoSolutionError", "sample_accepted"),
            "analysis.repertoires": ("repertoire",),
            "analysis.versatile": ("most_versatile",),
            "models.operation_count": ("model_card",),
        },
    )
