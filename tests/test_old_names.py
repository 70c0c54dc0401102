"""A name or an argument of 0.2 is refused with its new one."""

import pytest

import plausiwidgets as pw


@pytest.mark.parametrize(
    ("call", "new"),
    [
        (lambda: pw.optimize("lif", "tonic_spiking", max_seconds=1.0), "time_limit"),
        (lambda: pw.start_optimization("lif", "tonic_spiking", max_seconds=1.0), "time_limit"),
        (lambda: pw.loss_profiles("lif", "tonic_spiking", checkpoint=print), "progress"),
        (lambda: pw.sample_accepted("lif", "tonic_spiking", checkpoint=print), "progress"),
        (lambda: pw.parameter_plane("lif", pattern="tonic_spiking", x="tau_mem", y="v_rest"), "patterns"),
        (lambda: pw.phase_line("lif", x_range=(-80.0, -40.0)), "bounds"),
        (lambda: pw.phase_plane("adex", ranges=((-80.0, -40.0), (0.0, 1.0))), "bounds"),
        (lambda: pw.phase_plane("adex", grid=(10, 10)), "points"),
    ],
)
def test_an_old_word_of_an_argument_is_refused_with_the_new_one(call, new):
    with pytest.raises(TypeError, match=rf"the argument \w+ is now {new}$"):
        call()


def test_a_word_that_never_was_an_argument_is_refused_as_ever():
    with pytest.raises(TypeError, match="unexpected keyword argument 'sed'"):
        pw.optimize("lif", "tonic_spiking", sed=1)
