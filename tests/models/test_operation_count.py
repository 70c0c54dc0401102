"""What a neuron costs, counted and measured, and the card that says so."""

import re
from html import unescape

import pytest
import torch
from kernel_helpers import lanes_model

import plausiwidgets as pw
from plausiwidgets.models.operation_count import nanoseconds, operations, operations_per_ms


def counted(function):
    """Return the operations of `function` of the state v, the current and a parameter p.

    The new potential is a product with it, one operation more, so that nothing is left out as unused.
    """

    def step(current, state, p, dt):
        return torch.zeros_like(current), (state[0] * function(state[0], current, p.p),)

    return operations(lanes_model(step, 1)) - 1


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda v, i, p: v + i, 1),
        (lambda v, i, p: v - i * p, 2),
        (lambda v, i, p: (v + i) / (v - i), 3),
        (lambda v, i, p: -v, 1),
        (lambda v, i, p: v**2, 1),
        (lambda v, i, p: v**3, 2),
        (lambda v, i, p: torch.exp(v), 10),
        (lambda v, i, p: torch.log(v) + torch.tanh(i), 21),
        (lambda v, i, p: torch.sigmoid(v), 13),
        (lambda v, i, p: torch.sqrt(v), 10),
        (lambda v, i, p: torch.where(v > i, v, i), 2),
        (lambda v, i, p: (v > i).to(v.dtype), 1),
        (lambda v, i, p: torch.abs(v), 1),
        # What the state does not change costs nothing in a step, and what stands there twice is done once.
        (lambda v, i, p: torch.exp(p) * v, 1),
        (lambda v, i, p: torch.exp(v) + torch.exp(v), 11),
    ],
)
def test_operations_are_counted_as_in_2004(function, expected):
    assert counted(function) == expected


def test_a_test_for_a_spike_level_is_counted():
    def step(current, state, p, dt):
        return (state[0] + current * p.p,)

    plain = lanes_model(lambda current, state, p, dt: (torch.zeros_like(current), step(current, state, p, dt)), 1)
    assert operations(lanes_model(step, 1, spike_level=0.0)) == operations(plain) + 3


def test_the_order_of_the_models_is_that_of_2004():
    """Per ms: Izhikevich's model, FitzHugh–Nagumo's, Wilson's and Hodgkin–Huxley's, each dearer than the one before."""
    names = ("izhikevich_2004", "fitzhugh_nagumo", "wilson", "hodgkin_huxley")
    counts = [operations_per_ms(name) for name in names]
    assert counts == sorted(counts)
    assert operations_per_ms("hodgkin_huxley") == operations("hodgkin_huxley") / pw.models.get("hodgkin_huxley").dt


def test_a_step_is_measured():
    """In ns, whatever the machine: no machine steps a neuron in a tenth of one, or takes longer than torch."""
    assert 0.1 < nanoseconds("izhikevich") < 500.0


def test_a_model_that_cannot_be_compiled_has_no_count_and_says_why():
    def step(current, state, p, dt):
        return torch.zeros_like(current), (state[0] + torch.rand_like(current) * p.p,)

    model = lanes_model(step, 1)
    for ask in (operations, operations_per_ms, nanoseconds):
        with pytest.raises(pw.NotCompilableError):
            ask(model)
    assert "cannot be compiled" in pw.analysis.model_card(model).operations


@pytest.mark.parametrize("name", pw.models.names())
def test_a_card_shows_equations_states_parameters_and_presets(name):
    model = pw.models.get(name)
    text = unescape(re.sub("<[^>]*>", " ", model._repr_html_()))
    named = (name, *model.parameters, *(s.key for s in model.states), *(p.title for p in model.presets))
    assert all(part in text for part in (model.title, *named))
    assert model.equations.split("\n")[0].split(" = ")[0] in text
    assert all(p.unit in text for p in (*model.parameters.values(), model.current))


def test_a_card_shows_the_operation_count_on_request():
    card = pw.analysis.model_card("hodgkin_huxley", measure=True)
    assert re.fullmatch(r"\d+ operations a step, \d+ per ms\. .* ns a step, .* per ms, .*", card.operations)
    assert card.operations in card._repr_html_()
    assert "operations" not in pw.models.get("hodgkin_huxley")._repr_html_()
    assert "ns" not in pw.analysis.model_card("hodgkin_huxley").operations.split()


def test_a_card_has_no_markup_from_a_name():
    model = lanes_model(lambda current, state, p, dt: (current, state), 1, title="<script>", description="<b>&")
    assert "&lt;script&gt;" in model._repr_html_()
    assert "<b>&" not in model._repr_html_()
