"""What needs no extra: a script for a process, or an environment, without torch.

``python light.py`` does it with all neurons of the package, ``python light.py adex lif`` with some.
"""

import os
import sys
import time

import numpy as np

import plausiwidgets as pw
from plausiwidgets.simulation import threads
from plausiwidgets.widgets.session.script import script
from plausiwidgets.widgets.session.selection import Selection


def main() -> None:
    """Do it all, and print how long each part takes."""
    if sys.platform == "linux":  # what an explorer does in the background would starve on a busy machine
        threads.NICENESS = os.getpriority(os.PRIO_PROCESS, 0)
    names, began = sys.argv[1:] or pw.models.names(), time.process_time()

    def done(what: str) -> None:
        nonlocal began
        now = time.process_time()
        print(f"{what}: {now - began:.1f} s of processor time", flush=True)
        began = now

    explorer = pw.Explorer()
    assert explorer.wait(300)
    done("the first picture of the explorer")
    assert pw.judge("adex", "tonic_spiking").replicated
    for name in names:
        assert np.isfinite(pw.judge(name, "tonic_spiking", verify=False).loss), name
    done("judge")
    for name in names:
        explorer.show(name, "tonic_spiking")
        assert explorer.wait(300)
        assert "pw.judge" in script(Selection.of(name, "tonic_spiking"))
    explorer.close()
    done("the explorer")
    for name in names:
        model = pw.models.get(name)
        try:
            plane = pw.analysis.phase_plane(name)
        except ValueError:  # one variable flows, or four
            plane = pw.analysis.phase_line(name) if len(model.states) < 3 else None
        assert plane is None or pw.plot(plane).data, name
        assert np.isfinite(pw.analysis.rate_curve(name, [model.current.default])).all(), name
        assert pw.analysis.model_card(name)._repr_html_() and "export" in pw.networks.to_javascript(name), name
    done("phase planes, rates, cards, JavaScript")
    for name in names:
        losses = pw.analysis.parameter_plane(name, "tonic_spiking", "amplitude", "holding", points=4).loss
        assert losses.shape == (4, 4), name
        assert pw.export_page(name, "tonic_spiking", path=f"{name}.html").stat().st_size > 1e5, name
    done("planes and pages")
    assert pw.optimize("izhikevich", "tonic_bursting", budget=64).evaluations
    study = pw.assess(names, "tonic_spiking", budget=8, store="study.jsonl")
    assert set(study["status"]) <= {"replicated", "fragile", "rejected"}, study["error"].tolist()
    assert len(pw.assessment.plausibility_score(study)) == len(names)
    assert len(pw.analysis.sample_accepted("lif", "tonic_spiking", 10)) == 10
    assert len(pw.analysis.repertoire("lif", budget=2)) == len(pw.patterns.names())
    assert pw.teaching.mystery("adex", "tonic_spiking").moved
    done("searches")


if __name__ == "__main__":
    main()
