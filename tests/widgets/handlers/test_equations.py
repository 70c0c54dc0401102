"""The equations of a neuron as HTML."""

import re
from xml.etree import ElementTree

import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.handlers.equations import maths, meanings


@pytest.mark.parametrize("name", pw.models.names())
def test_every_letter_of_the_equations_is_shown_and_every_parameter_can_be_marked(name):
    model = pw.models.get(name)
    read = ElementTree.fromstring(f"<div>{maths(model)}</div>")  # each tag is closed
    symbols = {var.attrib["data-symbol"] for var in read.iter("var")}
    plain = re.sub(r"d(\w+)/dt", r"d \1 dt", model.equations)
    for word, letter in (("tau", "τ"), ("delta", "Δ"), ("theta", "θ"), ("beta", "β"), ("epsilon", "ε"), ("phi", "φ")):
        plain = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", letter, plain)
    assert re.sub(r"[\s_^]", "", "".join(read.itertext())) == re.sub(r"[\s_^]", "", plain)
    assert symbols <= set(meanings(model))
    named = {p for p in model.parameters if re.search(rf"(?<![\w]){p}(?![\w²³⁴])", model.equations)}
    assert named - symbols == set()


def test_the_equations_of_a_neuron_of_ones_own_are_escaped():
    neuron = pw.NeuronModel(
        "mine",
        lambda i, s, p, dt: ((s[0] > 0).to(s[0].dtype), (s[0] + dt * (i - s[0]),)),
        [],
        lambda p, holding: (0.0,),
        pw.Parameter("current", 1.0, 0.0, 9.0),
        rest=-10.0,
        threshold=0.0,
        equations="dv/dt = <b>I</b> − v\n<script>alert(1)</script>",
        validate=False,
    )
    assert "<script" not in maths(neuron)
    assert "<b>" not in maths(neuron)
    bare = pw.NeuronModel(
        "bare", neuron.step, [], neuron.initial_state, neuron.current, rest=-10.0, threshold=0.0, validate=False
    )
    assert "No equations are available" in maths(bare)
