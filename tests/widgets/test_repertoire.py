"""What can this neuron do: the dots of the gallery are of the neuron of the sliders, until it is another one."""

import pytest
from screen import Alone, until

import plausiwidgets as pw
from plausiwidgets.widgets.explorer.gallery import GalleryPanel
from plausiwidgets.widgets.explorer.repertoire import ASK, RepertoirePanel
from plausiwidgets.widgets.session.selection import Selection


@pytest.fixture
def panel() -> RepertoirePanel:
    host = Alone(Selection.of("lif", "tonic_spiking", {"tau_mem": 12.0}))
    made = host.panel(RepertoirePanel)
    for one in (host.panel(GalleryPanel), made):
        host.session.attach(one)
    return made


def test_a_press_lights_the_dots_of_this_neuron_and_a_find_opens_with_its_stimulus(panel: RepertoirePanel) -> None:
    gallery, session = panel.explorer.panel(GalleryPanel), panel.explorer.session
    of_model, words = dict(gallery.view.found), dict(gallery.view.words)
    panel.view.value = True
    assert gallery.view.found == {}  # nothing is known of this neuron yet
    until(lambda: not panel.view.description.endswith("…"))
    own = {"tau_mem": 12.0}
    table = pw.analysis.repertoire(
        "lif", own | {n: p.default for n, p in pw.models.get("lif").parameters.items() if n not in own}
    )
    assert gallery.view.found == dict(zip(table["pattern"], table["status"], strict=True))
    assert panel.view.description == f"This neuron: 3 of {len(table)}"
    assert gallery.view.words["replicated"].startswith("this neuron")

    gallery.view._handle_custom_msg({"pick": "integrator"}, [])
    opened = session.selection
    stimulus = table.set_index("pattern")["stimulus"]["integrator"]
    assert opened.pattern.key == "integrator" and opened.values["tau_mem"] == 12.0
    assert {name: opened.values[name] for name in stimulus} == stimulus
    assert panel.view.value  # it is the same neuron

    session.change(session.selection.with_value("amplitude", 60.0))
    assert panel.view.value
    session.change(session.selection.with_value("tau_mem", 13.0))
    assert not panel.view.value and panel.view.description == ASK and panel.found == {}
    assert gallery.view.found == of_model and gallery.view.words == words


def test_another_neuron_ends_the_search_at_once(panel: RepertoirePanel) -> None:
    session = panel.explorer.session
    session.show(Selection.of("izhikevich", "tonic_spiking"))
    panel.view.value = True
    until(lambda: panel.found)
    session.change(session.selection.with_value("a", 0.05))
    assert panel.explorer.worker.join(30) and panel.found == {} and not panel.view.value
