"""A name or an argument of 0.2 is refused with its new one."""

from importlib import import_module

import pytest

import plausiwidgets as pw
from plausiwidgets.support.old_names import _MOVED


@pytest.mark.parametrize(
    ("call", "new"),
    [
        (lambda: pw.optimize("lif", "tonic_spiking", max_seconds=1.0), "time_limit"),
        (lambda: pw.start_optimization("lif", "tonic_spiking", max_seconds=1.0), "time_limit"),
        (lambda: pw.analysis.loss_profiles("lif", "tonic_spiking", checkpoint=print), "progress"),
        (lambda: pw.analysis.sample_accepted("lif", "tonic_spiking", checkpoint=print), "progress"),
        (lambda: pw.analysis.parameter_plane("lif", pattern="tonic_spiking", x="tau_mem", y="v_rest"), "patterns"),
        (lambda: pw.analysis.phase_line("lif", x_range=(-80.0, -40.0)), "bounds"),
        (lambda: pw.analysis.phase_plane("adex", ranges=((-80.0, -40.0), (0.0, 1.0))), "bounds"),
        (lambda: pw.analysis.phase_plane("adex", grid=(10, 10)), "points"),
    ],
)
def test_an_old_word_of_an_argument_is_refused_with_the_new_one(call, new):
    with pytest.raises(TypeError, match=rf"the argument \w+ is now {new}$"):
        call()


def test_an_argument_that_is_gone_is_refused_with_what_to_do():
    with pytest.raises(TypeError, match="current_tolerance is gone: the noise of the current is estimated"):
        pw.from_recording([0.0, 1.0], [-65.0, -65.0], current_tolerance=0.1)


def test_a_word_that_never_was_an_argument_is_refused_as_ever():
    with pytest.raises(TypeError, match="unexpected keyword argument 'sed'"):
        pw.optimize("lif", "tonic_spiking", sed=1)


MOVED = [(import_module(home), name) for home, names in _MOVED.items() for name in names]


@pytest.mark.parametrize(("home", "name"), MOVED, ids=lambda x: x if isinstance(x, str) else x.__name__)
def test_an_old_name_is_refused_with_the_new_one_which_is_there(home, name):
    with pytest.raises(AttributeError, match=rf"{name} is now plausiwidgets\.[\w.]+$") as refused:
        getattr(home, name)
    assert name not in dir(home)
    *packages, new = str(refused.value).split(" is now ")[1].split(".")
    assert getattr(import_module(".".join(packages)), new)


def test_a_misspelt_name_is_refused_and_the_nearest_one_is_named():
    with pytest.raises(AttributeError, match=r"has no attribute 'optimise'\. Did you mean 'optimize'\?"):
        _ = pw.optimise
