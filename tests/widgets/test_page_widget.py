"""The page as one widget: what a front end without the layouts of ipywidgets gets."""

import anywidget
import ipywidgets as w
import pytest

import plausiwidgets as pw


def test_it_is_one_widget_that_holds_the_whole_page(tmp_path):
    page = pw.Page("lif", ["tonic_spiking", "integrator"], {"tau_mem": 12.0})
    assert isinstance(page, anywidget.AnyWidget) and page.layout is not None
    held = [name for name in page.keys if isinstance(getattr(page, name), w.Widget)]
    assert held == ["layout"]
    path = pw.export_page("lif", ["tonic_spiking", "integrator"], {"tau_mem": 12.0}, path=tmp_path / "n.html")
    assert page.page == path.read_text("utf-8")
    page.close()


def test_it_takes_an_exercise_or_a_lesson():
    task = pw.Page("lif", "tonic_spiking", {"amplitude": 5.0}, exercise=pw.teaching.Exercise("Make it fire."))
    assert "Make it fire." in task.page
    lesson = pw.Page("lif", lesson="# Firing\n\n## Slower\n\n<!-- card\npattern: tonic_spiking\n-->\n\nDrag it.")
    assert '"title":"Slower"' in lesson.page
    task.close()
    lesson.close()


def test_what_it_cannot_show_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'lif'"):
        pw.Page("lift")
    with pytest.raises(ValueError, match="height is 10"):
        pw.Page("lif", height=10)
    with pytest.raises(ValueError, match="tau_mm"):
        pw.Page("lif", "tonic_spiking", {"tau_mm": 1.0})
