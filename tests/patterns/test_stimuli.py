"""Stimuli of one's own: what is injected is what was asked for, and nothing of it is ever judged."""

from types import SimpleNamespace

import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.engine.current_text import read_current
from plausiwidgets.engine.lane_current import LaneCurrent, fill_current
from plausiwidgets.patterns import stimuli
from plausiwidgets.widgets.catalogue.sweep_programs import sweep_programs

ALL = [
    *(pw.patterns.stimulus(shape) for shape in stimuli.SHAPES),
    pw.patterns.stimulus("pulses", number=1),
    stimuli.given(pw.Current([pw.pulse(0.0, 50.0, 10.0), pw.noise(0.0, 50.0, 2.0)], 100.0)),
    stimuli.given(pw.Current.values([0.0, 50.0, 100.0], [100.0, 300.0, 0.0])),
]


def injected(pattern, **values):
    """Return times and current (without holding) of the shown sweep, for AdEx, whose time step is 0.1 ms."""
    (trace,) = pw.judge("adex", pattern, values, dt=0.1).traces.values()
    return trace.t, trace.current[0]


def at(pattern, times, **values):
    t, current = injected(pattern, **values)
    return current[np.searchsorted(t, np.asarray(times) - 1e-9)].tolist()


def test_a_step_a_ramp_and_pulses_are_where_their_values_say():
    step = pw.patterns.stimulus("step")
    assert at(step, [9.9, 10.0, 59.9, 60.0], amplitude=-200.0, onset=10.0, duration=50.0) == [0.0, -200.0, -200.0, 0.0]
    ramp = pw.patterns.stimulus("ramp")
    np.testing.assert_allclose(
        at(ramp, [0.0, 50.0, 99.9, 100.0], amplitude=400.0, duration=100.0), [0.2, 200.2, 399.8, 0.0], atol=1e-9
    )
    train = pw.patterns.stimulus("pulses", number=3)
    t, current = injected(train, amplitude=500.0, width=5.0, interval=20.0, onset=10.0, holding=100.0)
    np.testing.assert_allclose(t[np.flatnonzero(np.diff(current) > 0) + 1], [10.0, 30.0, 50.0])
    assert (current == 600.0).sum() == 150 and (current == 100.0).sum() == current.size - 150


def test_noise_is_added_to_a_step_and_a_chirp_to_the_holding_current():
    values = {"amplitude": 400.0, "noise_sd": 50.0, "noise_tau": 3.0, "onset": 10.0, "duration": 200.0, "holding": 20.0}
    t, current = injected(pw.patterns.stimulus("noise", seed=9), **values)
    wanted = pw.Current(
        [pw.pulse(10.0, 200.0, 400.0), pw.noise(10.0, 200.0, 50.0, 3.0, 9)], 410.0, holding=20.0, before=0.0
    )
    np.testing.assert_array_equal(current[t >= -1e-9][:4100], pw.simulate("adex", wanted, dt=0.1).current[0])
    t, current = injected(pw.patterns.stimulus("chirp"), amplitude=100.0, f_start=2.0, f_end=20.0, duration=500.0)
    seconds = (t + 0.05) / 1000.0
    wave = 100.0 * np.sin(2.0 * np.pi * (2.0 * seconds + 18.0 * seconds**2))
    np.testing.assert_allclose(current, np.where((t >= -1e-9) & (t < 500.0 - 1e-9), wave, 0.0), atol=0.01)


def test_a_pulse_that_is_wider_than_the_interval_ends_where_the_next_one_begins():
    t, current = injected(pw.patterns.stimulus("pulses", number=4), amplitude=300.0, width=80.0, interval=25.0)
    assert set(current[(t >= 0.0) & (t < 99.95)]) == {300.0} and current.max() == 300.0
    assert set(current[t >= 100.05]) == {0.0}


def test_values_are_constant_until_the_next_value_or_linearly_interpolated():
    values = [10.0, 60.0, 110.0], [100.0, 300.0, 0.0]
    held, lines = pw.Current.values(*values), pw.Current.values(*values, lines=True)
    assert at(held, [9.9, 10.0, 59.9, 60.0, 109.9, 110.0]) == [0.0, 100.0, 100.0, 300.0, 300.0, 0.0]
    np.testing.assert_allclose(at(lines, [10.0, 60.0, 85.0, 110.0]), [100.2, 299.7, 149.7, 0.0], atol=1e-9)
    assert at(held, [20.0, 70.0], amplitude=-600.0) == [-200.0, -600.0]
    stairs = pw.Current.values(np.arange(6.0) * 10, [1.0, 2.0, 3.0, 4.0, 5.0, 0.0])
    assert at(stairs, [5.0, 15.0, 25.0, 45.0]) == [1.0, 2.0, 3.0, 5.0]


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: pattern.key)
def test_nothing_is_judged_and_every_claim_is_withheld(pattern):
    verdict = pw.judge("izhikevich", pattern)
    assert verdict.status == "unjudged" and not verdict.accepted and not verdict.replicated and np.isnan(verdict.loss)
    assert verdict.criteria == () and verdict.to_frame().empty and "unjudged" in repr(verdict)
    assert "no criteria" in verdict._repr_html_() and "<svg" in pattern._repr_html_()
    many = pw.judge("izhikevich", pattern, {"amplitude": [1.0, 5.0, 9.0]})
    assert set(many.status) == {"unjudged"} and "3 unjudged" in repr(many)
    assert sweep_programs(pattern) is not None  # a page can draw a drag by itself
    for refused in (
        lambda: pw.optimize("izhikevich", pattern),
        lambda: pw.assess("izhikevich", pattern),
        lambda: pw.teaching.mystery("izhikevich", pattern, 1),
        lambda: pw.analysis.loss_profiles("izhikevich", pattern),
        lambda: pw.patterns.all_of("tonic_spiking", pattern),
        lambda: pw.patterns.register(pattern),
    ):
        with pytest.raises(ValueError, match="stimulus without criteria"):
            refused()


def test_stimuli_have_keys_and_are_not_listed_as_patterns():
    assert len(pw.patterns.names()) >= 20 and not any(name.startswith("stimulus") for name in pw.patterns.names())
    assert pw.patterns.get("stimulus_ramp") is pw.patterns.stimulus("ramp")
    assert pw.patterns.get("stimulus_pulses") is pw.patterns.stimulus("pulses", number=5)
    assert pw.patterns.get("stimulus_pulses_7") is pw.patterns.stimulus("pulses", number=7)
    assert pw.patterns.registry.is_registered(pw.patterns.stimulus("step")) and not pw.patterns.registry.is_builtin(
        ALL[0]
    )
    assert not pw.patterns.registry.is_registered(ALL[-1])
    assert pw.patterns.get("stimulus_noise") is pw.patterns.stimulus("noise", seed=1)
    assert pw.patterns.get("stimulus_noise_4294967295") is pw.patterns.stimulus("noise", seed=2**32 - 1)
    wrong = ("noise_4294967296", "noise_01", "chirp_1", "steps", "step_2", "pulses_51", "pulses_0", "values")
    for key in (f"stimulus_{name}" for name in wrong):
        with pytest.raises(ValueError, match="unknown pattern"):
            pw.patterns.get(key)


def test_no_train_of_pulses_is_longer_than_a_drag_can_wait_for():
    for number in (1, 2, 10, 50):
        pattern = pw.patterns.stimulus("pulses", number=number)
        values = SimpleNamespace(**{value.key: np.array([value.default]) for value in pattern.stimulus_parameters})
        longest = pattern.durations(values)["stimulus"]
        assert longest <= stimuli.LONGEST + 500.0


# -- as text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0 5\n10 0", [(0, 5), (10, 0)]),
        ("0, 5\n\n# a note\n10, 0\n", [(0, 5), (10, 0)]),
        ("t;I\n0;5\n10;0", [(0, 5), (10, 0)]),
        ("n,time (ms),v,Current (pA)\n1,0,-70,5\n2,10,-69,−3", [(0, 5), (10, -3)]),
        ("time\tcurrent\n0\t5e2\n1.5e1\t.5", [(0, 500), (15, 0.5)]),
        ("\ufeff".lstrip("\ufeff") + "０ ５\n1０ 0", [(0, 5), (10, 0)]),
    ],
)
def test_values_are_read_from_typed_text_and_from_files(text, wanted):
    t, current = read_current(text)
    assert list(zip(t, current, strict=True)) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the current must not be empty"),
        ("5", "line 1: the line must have two values, .* got 1"),
        ("0 1 2", "line 1: the line must have two values, .* got 3"),
        ("0 nan\n5 1", "line 1: the value must be finite, got nan"),
        ("0 1\n5 inf", "line 2: the value must be finite, got inf"),
        ("0 1\n☃ 2", "line 2: the value must be a number, got '☃'"),
        ("v,w\n0,1", "a column must have the name of the time"),
        ("t,I\n0,1,2", "line 2: the line must have 2 values, one for each column, got 3"),
        ("1 2\n" * 100_002, "must have at most 100000 lines"),
    ],
)
def test_a_text_that_is_not_a_current_is_rejected_with_its_line(text, said):
    with pytest.raises(ValueError, match=said):
        read_current(text)


@pytest.mark.parametrize(
    ("t", "current", "said"),
    [
        ([0.0], [1.0], "at least two times .*, got 1"),
        ([], [], "at least two times .*, got 0"),
        ([0.0, 5.0], [1.0], "got 1 values for 2 times"),
        ([0.0, 5.0], None, "current must have one value for each time in t, got None"),
        ([5.0, 1.0], [1.0, 2.0], "times must increase, got 1 ms after 5 ms"),
        ([-1.0, 5.0], [1.0, 2.0], "times of the current must be .*, got -1 ms"),
        ([0.0, 6000.0], [1.0, 2.0], "times of the current must be"),
        ([0.0, 5.0], [0.0, 0.0], "must not be 0 at all times"),
        ([0.0, 5.0], [1.0, float("nan")], r"current\[1\] must be a finite number, got nan"),
        ([0.0, 5.0], ["a", "b"], "must be a list of numbers"),
        (np.arange(200_000.0) / 100, np.ones(200_000), "at most 100000 values, got 200000"),
        (np.arange(2000.0), np.arange(2000.0) ** 2 % 7 - 3.0, "at most 1000 linear pieces"),
    ],
)
def test_values_that_cannot_be_injected_are_refused(t, current, said):
    with pytest.raises(ValueError, match=said):
        pw.patterns.get(pw.Current.values(t, current))


def test_a_text_file_is_read_and_a_binary_file_is_rejected(tmp_path):
    path = tmp_path / "my_noise.csv"
    path.write_text("\ufefft,I\n0,5\n20,0\n", encoding="utf-8")
    assert pw.Current.values(path) == pw.Current([pw.pulse(0.0, 20.0, 5.0)], 220.0)
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ValueError, match=r"my_noise\.csv must be a text file"):
        pw.Current.values(path)
    with pytest.raises(ValueError, match="current must be None if t is a file"):
        pw.Current.values(path, [1.0])


def test_a_current_over_all_steps_is_that_of_every_step_to_the_last_bit():
    rng = np.random.default_rng(0)
    for _ in range(40):
        lanes, m, steps = int(rng.integers(1, 4)), int(rng.integers(0, 6)), 400
        on = np.round(rng.uniform(-20.0, 130.0, (m, lanes)), 2)
        off = on + np.round(rng.uniform(-5.0, 60.0, (m, lanes)), int(rng.integers(0, 4)))
        start = rng.normal(size=(m, lanes)).round(2)
        end = np.where(rng.random((m, lanes)) < 0.5, start, rng.normal(size=(m, lanes)))
        current = LaneCurrent(
            rng.normal(size=lanes), np.stack([on, off, start, end, 0 * on]), float(rng.choice([0.0, -50.0]))
        )
        dt = float(rng.choice([0.1, 0.25, 0.3]))
        wanted = np.empty((steps, lanes))
        for k in range(steps):
            fill_current(k, dt, current.t0, current.base, current.pieces, current.table(0, dt), wanted[k])
        np.testing.assert_array_equal(current.values(steps, dt), wanted.T)
