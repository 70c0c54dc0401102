"""The words of 0.2 for fields that have another name now."""

import pytest

import plausiwidgets as pw
from plausiwidgets.analysis import Profile
from plausiwidgets.patterns import Check


def objects():
    return {
        "NeuronModel": pw.models.get("lif"),
        "Parameter": pw.Parameter("tau", 20.0, 5.0, 80.0),
        "StateVariable": pw.StateVariable("w"),
        "FreeValue": pw.FreeValue("width", 5.0, 2.0, 50.0, unit="ms", description="Width."),
        "Criterion": pw.Criterion("n", "spikes", "Number of spikes after the pulse.", low=1.0),
        "Check": Check("n", "spikes", "Spikes.", "spikes", 1.0, 1.0, 1.0, True, 0.0),
        "Profile": Profile("tau", [1.0], [0.0]),
        "Result": pw.Result("lif", "tonic_spiking", 0, 10),
    }


RENAMED = [
    ("NeuronModel", "name", "key"), ("Parameter", "name", "key"), ("StateVariable", "name", "key"),
    ("FreeValue", "name", "key"), ("FreeValue", "text", "description"), ("Criterion", "name", "title"),
    ("Criterion", "text", "description"), ("Check", "name", "title"), ("Check", "text", "description"),
    ("Profile", "name", "key"), ("Result", "key", "id"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new"), RENAMED)
def test_an_old_word_is_an_error_that_says_the_new_one(kind, old, new):
    thing = objects()[kind]
    assert getattr(thing, new)
    assert not hasattr(thing, old) and old not in dir(thing)
    with pytest.raises(AttributeError, match=rf"^{kind}\.{old} is now {kind}\.{new}$"):
        getattr(thing, old)


@pytest.mark.parametrize("kind", sorted(objects()))
def test_a_misspelt_attribute_is_the_usual_error(kind):
    with pytest.raises(AttributeError, match=f"^'{kind}' object has no attribute 'tittle'$"):
        objects()[kind].tittle


def test_an_old_word_of_an_argument_is_an_error_that_says_the_new_one():
    with pytest.raises(TypeError, match=r"^Criterion: the argument text is now description$"):
        pw.Criterion("n", "spikes", text="Number of spikes after the pulse.")
    with pytest.raises(TypeError, match=r"^Parameter: the argument name is now key$"):
        pw.Parameter(name="tau", default=20.0, low=5.0, high=80.0)
