"""Use of the package without extras, for an environment or a process without torch.

``python light.py`` tests all packaged neurons, and ``python light.py adex lif`` tests some of them.
"""

import os
import sys

import numpy as np

import plausiwidgets as pw
from plausiwidgets.engine import threads
from plausiwidgets.widgets.handlers.script import script
from plausiwidgets.widgets.handlers.selection import Selection


def main() -> None:
    """Run the main functions of the package for each neuron."""
    if sys.platform == "linux":  # Background jobs of an explorer would starve on a busy machine.
        threads.NICENESS = os.getpriority(os.PRIO_PROCESS, 0)
    names = sys.argv[1:] or pw.models.names()
    explorer = pw.Explorer()
    assert explorer.wait(300)
    assert pw.judge("adex", "tonic_spiking").replicated
    for name in names:
        assert np.isfinite(pw.judge(name, "tonic_spiking", verify=False).loss), name
    for name in names:
        explorer.show(name, "tonic_spiking")
        assert explorer.wait(300)
        assert "pw.judge" in script(Selection.of(name, "tonic_spiking"))
    explorer.close()
    for name in names:
        model = pw.models.get(name)
        try:
            plane = pw.analysis.phase_plane(name)
        except ValueError:  # The model has one or four variables that change continuously.
            plane = pw.analysis.phase_line(name) if len(model.states) < 3 else None
        assert plane is None or pw.plot(plane).data, name
        assert np.isfinite(pw.analysis.fi_curve(name, [model.current.default])).all(), name
        assert pw.analysis.model_card(name)._repr_html_() and "export" in pw.networks.to_javascript(name), name
    for name in names:
        losses = pw.analysis.parameter_plane(name, "tonic_spiking", "amplitude", "holding", points=4).loss
        assert losses.shape == (4, 4), name
        assert pw.export_page(name, "tonic_spiking", path=f"{name}.html").stat().st_size > 1e5, name
    assert pw.optimize("izhikevich", "tonic_bursting", budget=64).evaluations
    study = pw.assess(names, "tonic_spiking", budget=8, store="study.jsonl")
    assert set(study["status"]) <= {"replicated", "fragile", "rejected"}, study["error"].tolist()
    assert len(pw.assessment.plausibility_score(study)) == len(names)
    assert len(pw.analysis.sample_accepted("lif", "tonic_spiking", 10)) == 10
    assert len(pw.analysis.repertoire("lif", budget=2)) == len(pw.patterns.names())
    assert pw.teaching.mystery("adex", "tonic_spiking").free


if __name__ == "__main__":
    main()
