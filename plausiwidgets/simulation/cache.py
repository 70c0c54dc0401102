from __future__ import annotations
from plausiwidgets.simulation.export import export_step
from plausiwidgets.simulation.kernel import emit, Layout
def load_kernel(model):
    src = emit(export_step(model), cached=False)
    d = {"__name__": "plausiwidgets_kernel"}
    exec(compile(src, "<kernel>", "exec"), d)
    return d["kernel"], Layout(d["STATES"], d["PARAMETERS"], d["ROWS"])
