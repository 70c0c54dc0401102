"""A name that another package has, and a misspelt name, are rejected with the valid one."""

from importlib import import_module

import pytest

import plausiwidgets as pw


def test_a_word_that_never_was_an_argument_is_refused_as_ever():
    with pytest.raises(TypeError, match="unexpected keyword argument 'sed'"):
        pw.optimize("lif", "tonic_spiking", sed=1)


@pytest.mark.parametrize(
    ("home", "name", "there"),
    [
        (pw, "repertoire", "plausiwidgets.analysis.repertoire"),
        (pw, "read_study", "plausiwidgets.assessment.read_study"),
        (pw, "mystery", "plausiwidgets.teaching.mystery"),
        (pw, "to_javascript", "plausiwidgets.networks.to_javascript"),
        (pw.assessment, "parameter_plane", "plausiwidgets.analysis.parameter_plane"),
        (pw.models, "from_norse", "plausiwidgets.from_norse"),
        (import_module("plausiwidgets.optimization"), "sample_accepted", "plausiwidgets.analysis.sample_accepted"),
        (pw.patterns, "from_recording", "plausiwidgets.from_recording"),
    ],
)
def test_a_name_of_another_package_is_refused_with_its_place(home, name, there):
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}'\. Use {there}\.$"):
        getattr(home, name)
    assert name not in dir(home)


def test_a_misspelt_name_is_refused_and_the_nearest_one_is_named():
    with pytest.raises(AttributeError, match=r"has no attribute 'optimise'\. Did you mean 'optimize'\?"):
        _ = pw.optimise
