"""What a notebook keeps of figures and widgets: a picture beside what needs Plotly or a kernel."""

import base64
import re
import types
import xml.etree.ElementTree as ElementTree

import IPython.display
import plotly.io as pio
import pytest
import torch
from small_neurons import good_step, make

import plausiwidgets as pw
from plausiwidgets.widgets.figures.static_image import PLOTLY
from plausiwidgets.widgets.handlers.notebook_cells import runs_without_page

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch):
    """The outputs of a cell, updates included, as bundles."""
    outputs = []

    class Handle:
        def __init__(self, place):
            self.place = place

        def update(self, bundle, raw):
            outputs[self.place] = bundle

    def display(bundle, *, metadata=None, raw=False, display_id=None):
        assert raw
        outputs.append(bundle)
        return Handle(len(outputs) - 1)

    monkeypatch.setattr(IPython.display, "display", display)
    return outputs


def texts_of(html):
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    svg = ElementTree.fromstring(base64.b64decode(data))
    return ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]


def table():
    return pw.assess(["lif", "izhikevich"], ["tonic_spiking", "rebound_spike"], budget=300)


def test_a_figure_is_saved_with_a_picture_and_its_data(shown, monkeypatch):
    monkeypatch.setattr(pio.renderers, "default", "plotly_mimetype")
    pw.plot(pw.judge("izhikevich", "rebound_spike"))._ipython_display_()
    (bundle,) = shown
    assert bundle[PLOTLY]["data"] and {"v (mV)", "time (ms)"} <= set(texts_of(bundle["text/html"]))
    shown.clear()
    found = table()
    pw.plot(found)._ipython_display_()
    assert texts_of(shown[0]["text/html"]).count("✓") == (found["status"] == "replicated").sum()
    shown.clear()
    pw.plausibility_chart(found)._ipython_display_()
    assert {"LIF", "Izhikevich", "verified patterns"} <= set(texts_of(shown[0]["text/html"]))


def test_a_map_is_shown_after_its_picture(shown):
    found = table()
    made = pw.plausibility_map(found)
    made._ipython_display_()
    assert made.wait(60)
    still, widget = shown
    assert WIDGET not in still and WIDGET in widget and "run this cell" in widget["text/plain"]
    marks = texts_of(still["text/html"])
    assert marks.count("✓") == (found["status"] == "replicated").sum() and "run this cell" in still["text/html"]


def test_a_cell_that_a_program_runs_ends_after_the_picture(shown, monkeypatch):
    asked = {"header": {"msg_id": "1"}, "metadata": {}}
    shell = types.SimpleNamespace(get_parent=lambda: asked)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    explorer = pw.Explorer("lif", "tonic_spiking")
    explorer._ipython_display_()
    assert "v (mV)" in texts_of(shown[0]["text/html"])
    assert f'plausiwidgets.replaceStill("{explorer.model_id}", parts);' in shown[0]["text/html"]
    assert "run this cell" in shown[0]["text/plain"] and shown[1]["text/plain"] == ""
    explorer.close()
    shown.clear()
    asked["metadata"] = {"cellId": "a"}  # JupyterLab shows the app, and gets the picture later
    assert not runs_without_page()
    asked["metadata"] = {}
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    assert not runs_without_page()


def test_an_explorer_keeps_a_picture_of_its_first_verdict(shown):
    explorer = pw.Explorer("lif", "tonic_spiking", {"tau_mem": 25.0})
    explorer._ipython_display_()
    assert explorer.wait(60.0)
    still, widget = shown
    assert WIDGET in widget and "Tonic spiking" in widget["text/plain"]
    assert "lif, tonic_spiking" in still["text/html"] and "v (mV)" in texts_of(still["text/html"])
    assert "<script" not in still["text/html"]


@pytest.mark.parametrize("settings", [{"locked": ("c",)}, {"mystery": 3}, {"lesson": "lesson"}])
def test_an_exercise_and_a_lesson_have_a_picture_and_no_figure(settings):
    explorer = pw.Explorer("izhikevich", "tonic_bursting", **settings)
    assert explorer._figure() == ""
    explorer.close()


def test_a_map_and_a_neuron_that_only_python_simulates_have_a_picture_and_no_figure():
    def step(current, state, p, dt):
        spikes, (v,) = good_step(current, state, p, dt)
        return spikes, (v + 0.0 * torch.special.bessel_j0(v),)

    small = pw.assess("lif", "tonic_spiking", budget=1)
    for explorer in (pw.plausibility_map(small), pw.Explorer(make(step), "tonic_spiking")):
        assert explorer._figure() == ""
        explorer.close()
