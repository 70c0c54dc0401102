"""The protocol of a noisy current is recovered: synthetic recordings, made without the reader, against their truth."""

import numpy as np
import pytest
from synthetic_recordings import compared, synthetic

import plausiwidgets as pw
from plausiwidgets.recordings.injected_current import injected

T = np.arange(0.0, 600.0, 0.1)


def pink(rng, n):
    """Return noise with a power of 1/f and a standard deviation of 1."""
    x = np.fft.irfft(np.fft.rfft(rng.normal(size=n)) / np.sqrt(np.maximum(np.arange(n // 2 + 1), 1)), n)
    return x / x.std()


NOISES = {
    "white": lambda rng, t: rng.normal(0.0, 2.0, t.size),
    "1/f": lambda rng, t: 2.0 * pink(rng, t.size),
    "mains": lambda rng, t: 2.0 * np.sin(2.0 * np.pi * t / 20.0 + 1.0) + rng.normal(0.0, 0.5, t.size),
    "drift": lambda rng, t: 4.0 * t / t[-1] + rng.normal(0.0, 0.5, t.size),
    "converter": lambda rng, t: np.round(rng.normal(0.0, 0.3, t.size) / 0.6) * 0.6,
}
KINDS = {
    "step": [(100.0, 400.0, 350.0, 350.0)],
    "hyperpolarizing": [(80.0, 480.0, -100.0, -100.0)],
    "two": [(100.0, 300.0, 200.0, 200.0), (300.0, 450.0, -100.0, -100.0)],
    "pulses": [(100.0, 102.0, 500.0, 500.0), (110.0, 112.0, 500.0, 500.0)],
    "ramp": [(100.0, 400.0, 0.0, 300.0)],
    "triangle": [(100.0, 250.0, 0.0, 200.0), (250.0, 400.0, 200.0, 0.0)],
}


def made(pieces, t, holding=0.0):
    """Return the mean current of each sample."""
    x, middle = np.full(t.size, holding), t + 0.5 * (t[1] - t[0])
    for on, off, first, last in pieces:
        inside = (middle > on) & (middle < off)
        x[inside] += first + (last - first) * (middle[inside] - on) / (off - on)
    return x


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("kind", KINDS)
def test_steps_pulses_and_ramps_are_found_under_noise_at_their_sample(kind, noise):
    rng = np.random.default_rng(5)
    pieces = KINDS[kind]
    found = injected(T, made(pieces, T, holding=20.0) + NOISES[noise](rng, T))
    assert not found.measured and len(found.pieces) == len(pieces)
    assert found.holding == pytest.approx(20.0, abs=3.0)
    is_ramp = kind in ("ramp", "triangle")
    for p, (on, off, first, last) in zip(found.pieces, pieces, strict=True):
        # An edge is found to the sample, a corner as well as noise of some percent of the range lets it.
        assert p.on == pytest.approx(on, abs=3.5 if is_ramp else 0.051)
        assert p.off == pytest.approx(off, abs=3.5 if is_ramp else 0.051)
        assert (p.first, p.last) == pytest.approx((first, last), abs=6.0 if noise in ("drift", "1/f") else 3.0)


@pytest.mark.parametrize("khz", [5, 20, 50])
def test_the_sampling_rate_does_not_matter(khz):
    t = np.arange(0.0, 500.0, 1.0 / khz)
    rng = np.random.default_rng(2)
    (piece,) = injected(t, made([(50.0, 250.0, 80.0, 80.0)], t) + rng.normal(0.0, 3.0, t.size)).pieces
    assert (piece.on, piece.off) == pytest.approx((50.0, 250.0), abs=1e-6)


def test_omitted_parts_are_reported():
    rng = np.random.default_rng(3)
    found = injected(T, made(KINDS["step"], T, 20.0) + 9.0 * T / T[-1] + rng.normal(0.0, 0.5, T.size))
    assert found.noise == pytest.approx(0.5, rel=0.1) and found.drift == pytest.approx(9.0, rel=0.15)
    text = found.words("pA")
    assert text.startswith("holding current 2") and "from 100 to 400 ms" in text and "noise of 0.49 pA" in text
    assert "drift of" in text


def test_a_current_without_noise_is_itself():
    for pieces in KINDS.values():
        found = injected(T, made(pieces, T, 20.0))
        assert found.noise == 0.0 and not found.measured
        again = made([(p.on, p.off, p.first, p.last) for p in found.pieces], T, found.holding)
        # A ramp holds its value over a sample.
        np.testing.assert_allclose(again, made(pieces, T, 20.0), atol=0.1)


def test_frozen_noise_is_a_current_of_its_own_and_never_smoothed_away():
    rng = np.random.default_rng(4)
    t = np.arange(0.0, 300.0, 0.5)
    frozen = np.where((t >= 50) & (t < 250), 100.0 + rng.normal(0.0, 30.0, t.size), 0.0)
    found = injected(t, frozen + rng.normal(0.0, 0.5, t.size))
    assert found.measured
    x = made([(p.on, p.off, p.first, p.last) for p in found.pieces], t, found.holding)
    inside = (t > 60) & (t < 240)
    assert np.corrcoef(x[inside], frozen[inside])[0, 1] > 0.99
    with pytest.raises(ValueError, match="as_measured=True"):
        injected(t, frozen + rng.normal(0.0, 0.5, t.size), measured=False)


def test_noise_around_a_level_requires_an_answer_instead_of_a_guess():
    rng = np.random.default_rng(6)
    noise = rng.normal(0.0, 50.0, 500)
    t = np.arange(500) * 1.0
    with pytest.raises(ValueError, match=r"as_measured=False.*as_measured=True"):
        injected(t, noise)
    assert injected(t, noise, measured=True).measured
    assert injected(t, noise, measured=False).pieces == ()
    assert injected(t, 0.01 * noise, reach=300.0).pieces == ()  # other sweeps say what is large


def test_a_current_of_too_many_pieces_is_refused():
    rng = np.random.default_rng(7)
    with pytest.raises(ValueError, match=r"at most 1000 linear pieces, got 5999.*as_measured=False"):
        injected(T, rng.normal(0.0, 50.0, T.size), measured=True)


@pytest.mark.parametrize(
    "rounded", [lambda x: x.astype(np.float32), lambda x: np.round(x, 2)], ids=["single", "digits"]
)
@pytest.mark.parametrize("kind", ["ramp", "triangle"])
def test_a_ramp_that_a_file_rounds_has_no_noise(kind, rounded):
    x = rounded(made(KINDS[kind], T, 20.0)).astype(np.float64)
    found = injected(T, x)
    assert not found.measured and len(found.pieces) <= 3
    again = made([(p.on, p.off, p.first, p.last) for p in found.pieces], T, found.holding)
    np.testing.assert_allclose(again, x, atol=0.15)


def test_a_ramp_that_ends_at_its_largest_current_is_not_clipped():
    current = np.interp(T, [0.0, 15.6, 580.0], [0.0, 0.0, 100.0])
    cell = pw.from_recording(T, -65.0 + 0.1 * current, current=current, units={"current": "pA"})
    assert cell.protocols["recording"].words("pA") == (
        "holding current 0 pA; +0 pA to +100 pA from 15.6 to 580 ms; +100 pA from 580 to 600 ms"
    )


@pytest.mark.parametrize("edge", [0.5, 2.0, 8.0, 25.0])
@pytest.mark.parametrize("noise", ["white", "1/f", "mains"])
def test_short_edges_of_ramps_are_found_within_2_ms(edge, noise):
    corners = [100.0, 100.0 + edge, 400.0, 400.0 + edge]
    x = np.interp(T + 0.05, corners, [0.0, 100.0, 100.0, 0.0]) + NOISES[noise](np.random.default_rng(1), T)
    bounds = np.array([x for p in injected(T, x).pieces for x in (p.on, p.off)])
    assert max(np.abs(bounds - corner).min() for corner in corners) < 2.0


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_chirp_becomes_segments_that_stay_close_to_it(noise):
    t = np.arange(0.0, 1000.0, 0.2)
    chirp = np.where((t >= 100.0) & (t < 900.0), 50.0 * np.sin(2.0 * np.pi * 1e-5 * (t - 100.0) ** 2), 0.0)
    found = injected(t, chirp + np.random.default_rng(0).normal(0.0, noise, t.size) * (noise > 0.0))
    again = made([(p.on, p.off, p.first, p.last) for p in found.pieces], t, found.holding)
    assert len(found.pieces) <= 1000 and np.sqrt(np.mean((again - chirp) ** 2)) < 1.0


@pytest.mark.parametrize("kind", ["steps", "ramp", "chirp", "noise"])
@pytest.mark.parametrize("is_noisy", [False, True])
def test_a_synthetic_recording_has_the_stimulus_that_was_injected(kind, is_noisy):
    found = compared(synthetic(kind, 1, is_noisy=is_noisy))
    assert found["rms_error"] < 0.01 and found["edge_error_ms"] < 2.0 and found["potential_error_mV"] < 0.2
    assert not found["spontaneous"] and found["own_criteria_met"] == found["own_criteria"]
