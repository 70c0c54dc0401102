"""A name that another package has, and an argument of 0.2, are refused with the one that is valid."""

from importlib import import_module

import pytest

import plausiwidgets as pw


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
    with pytest.raises(TypeError, match=rf"the argument \w+ is now {new}\.$"):
        call()


def test_a_word_that_never_was_an_argument_is_refused_as_ever():
    with pytest.raises(TypeError, match="unexpected keyword argument 'sed'"):
        pw.optimize("lif", "tonic_spiking", sed=1)


@pytest.mark.parametrize(
    ("home", "name", "there"),
    [
        (pw, "repertoire", "plausiwidgets.analysis.repertoire"),
        (pw, "merge_studies", "plausiwidgets.assessment.merge_studies"),
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
