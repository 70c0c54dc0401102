"""A recording becomes a pattern: its criteria are the recording's own spikes, and bad files say where they are bad."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from paths import DATA
from scipy.integrate import solve_ivp

import plausiwidgets as pw
from plausiwidgets.engine.current import Current, pieces_of_samples
from plausiwidgets.engine.lane_current import lane_current
from plausiwidgets.patterns import features
from plausiwidgets.widgets.drawing.lines import target_lines, voltage_scale

CELL = DATA / "regular_spiking.csv"
"""300 ms of :func:`regular_spiking`, 300 pA from 25 to 275 ms, every 0.2 ms; v rounded to 0.01 mV."""


def regular_spiking(current, on, off, t):
    """Return the potential (mV) at times t (ms) of a conductance-based regular spiking cell under a step (pA).

    Pospischil et al., Biol. Cybern. 99, 2008: Hodgkin–Huxley currents after Traub & Miles, and a slow M current.
    """
    area = np.pi * 61.4**2 * 1e-8  # cm²

    def exprel(x, y):
        return x / np.expm1(x / y) if abs(x) > 1e-9 else y

    def derivative(time, y):
        v, m, h, n, p = y
        u = v + 56.2
        injected = (current if on <= time < off else 0.0) * 1e-6 / area  # µA/cm²
        slow = 608.0 / (3.3 * np.exp((v + 35.0) / 20.0) + np.exp(-(v + 35.0) / 20.0))
        ionic = 0.0205 * (v + 70.3) + 56.0 * m**3 * h * (v - 50.0) + (6.0 * n**4 + 0.075 * p) * (v + 90.0)
        return [
            injected - ionic,
            0.32 * exprel(13.0 - u, 4.0) * (1.0 - m) - 0.28 * exprel(u - 40.0, 5.0) * m,
            0.128 * np.exp((17.0 - u) / 18.0) * (1.0 - h) - 4.0 / (1.0 + np.exp((40.0 - u) / 5.0)) * h,
            0.032 * exprel(15.0 - u, 5.0) * (1.0 - n) - 0.5 * np.exp((10.0 - u) / 40.0) * n,
            (1.0 / (1.0 + np.exp(-(v + 35.0) / 10.0)) - p) / slow,
        ]

    settled, start = (-500.0, t[-1] + 1.0), [-70.0, 0.0, 1.0, 0.0, 0.0]
    return solve_ivp(derivative, settled, start, "LSODA", t, rtol=1e-6, atol=1e-8, max_step=0.5).y[0]


def table():
    return pd.read_csv(CELL, comment="#")


def checks(verdict):
    return {c.key: c for c in verdict.criteria}


# -- the recorded cell -------------------------------------------------------------------------------


def test_the_file_is_what_its_generator_makes():
    file = table()
    np.testing.assert_allclose(regular_spiking(300.0, 25.0, 275.0, file["t"].to_numpy()), file["v"], atol=0.5)


def test_adex_fits_the_cell_until_its_spikes_its_rest_and_its_course_hold():
    cell = pw.from_recording(CELL)
    own = {c.key for c in cell.criteria} - {c.key for c in pw.patterns.get("tonic_spiking").criteria}
    assert own == {"rest", "latency", "mean_isi", "gamma", "course", "ahp", "height", "width"}
    result = pw.optimize("adex", cell, seed=2)
    assert result.replicated
    # Simulated apart from the pattern: the recorded current, as it was.
    neuron = {name: result.parameters[name] for name in pw.models.get("adex").parameters}
    step = pw.Current.pulse(0.0, 250.0, 300.0, end=275.0, settle=1500.0)
    mine = pw.simulate("adex", step, neuron).spike_times[0]
    v = table()["v"].to_numpy()
    measured = table()["t"].to_numpy()[1:][(v[1:] >= -11.0) & (v[:-1] < -11.0)] - 25.0
    assert abs(len(mine) - len(measured)) <= 1 and abs(mine[0] - measured[0]) <= 4.1
    assert np.diff(mine).mean() == pytest.approx(np.diff(measured).mean(), rel=0.11)
    assert np.mean([np.abs(mine - s).min() < 4.3 for s in measured]) > 0.7


def test_without_the_current_a_step_of_free_amplitude_is_searched_too():
    file = table()
    cell = pw.from_recording(file["t"], file["v"], step=(25.0, 275.0), distance="van_rossum")
    assert cell.parameters(pw.models.get("adex"))["amplitude"].unit == "pA"
    assert pw.optimize("adex", cell, seed=2).replicated


def test_a_neuron_without_adaptation_misses_the_intervals_of_an_adapting_cell():
    cell = pw.from_recording(CELL)
    result = pw.optimize("lif", cell, seed=0, budget=1000)
    broken = {c.key for c in pw.judge("lif", cell, result.parameters).criteria if not c.passed}
    assert "cv" in broken


def test_the_recording_meets_its_own_criteria_and_is_shown_as_measured():
    cell = pw.from_recording(CELL)
    target = pw.patterns.target(cell)
    assert target.verdict is None
    trace = target.traces[cell.main_sweep]
    np.testing.assert_array_equal(trace.v[0], table()["v"])
    np.testing.assert_allclose(trace.t, table()["t"] - 25.0)
    own = {c.key: c for c in cell.criteria}
    spikes = trace.spike_times[0]
    assert own["n"].low <= len(spikes) <= own["n"].high
    assert own["latency"].low <= spikes[0] <= own["latency"].high
    assert own["mean_isi"].low <= np.diff(spikes).mean() <= own["mean_isi"].high
    line = target_lines(target, voltage_scale(pw.models.get("adex")))[cell.main_sweep]
    np.testing.assert_array_equal(line.v, table()["v"])


def test_a_recording_of_spikes_only_is_drawn_as_spikes():
    train = pw.from_recording((0.0, 100.0), spikes=[20.0, 60.0])
    target = pw.patterns.target(train)
    scale = voltage_scale(pw.models.get("adex"))
    line = target_lines(target, scale)[train.main_sweep]
    assert set(line.v) == {scale.rest} and line.peak == scale.peak and list(line.spikes) == [20.0, 60.0]


# -- what may be given -------------------------------------------------------------------------------


def spike_times(pattern):
    return pw.patterns.target(pattern).traces[pattern.main_sweep].spike_times[0]


def test_arrays_a_table_and_a_file_make_the_same_pattern():
    file = table()
    renamed = file.rename(columns={"t": "time (ms)", "v": "V", "current": "I"})
    made = [
        pw.from_recording(CELL),
        pw.from_recording(file["t"].to_numpy(), file["v"].tolist(), current=file["current"]),
        pw.from_recording(file),
        pw.from_recording(renamed, "V", current="I", time="time (ms)"),
    ]
    for pattern in made[1:]:
        assert pattern.criteria == made[0].criteria
        np.testing.assert_array_equal(spike_times(pattern), spike_times(made[0]))
    assert made[0].title == "regular spiking" and made[0].source == "regular_spiking.csv"


def test_spikes_are_times_or_marks_at_each_time():
    t = np.arange(0.0, 100.0)
    marks = np.isin(t, (20.0, 60.0)).astype(int)
    np.testing.assert_array_equal(spike_times(pw.from_recording(t, spikes=marks)), [20.0, 60.0])
    np.testing.assert_array_equal(spike_times(pw.from_recording(t, spikes=[20.0, 60.0])), [20.0, 60.0])


def test_a_spike_is_one_upward_crossing_midway_between_median_and_maximum_however_noisy():
    t = np.arange(0.0, 100.0, 0.1)
    v = np.full(t.size, -70.0)
    v[200:220] = [-60, -50, -40, -30, -22, -26, -21, -25, -10, 10, 30, 10, -10, -26, -21, -26, -40, -60, -65, -68]
    once = pw.from_recording(t, v)
    # Midway is -20 mV: crossed between the samples at 20.7 (-25) and 20.8 ms (-10 mV).
    np.testing.assert_allclose(spike_times(once), [20.7 + 0.1 * 5.0 / 15.0])
    np.testing.assert_allclose(spike_times(pw.from_recording(t, v, threshold=-23.5)), [20.4 - 0.1 * 1.5 / 8.0])


def test_a_recording_that_fires_before_its_stimulus_need_not_be_silent():
    t = np.arange(0.0, 200.0)
    current = np.where(t >= 100.0, 800.0, 600.0)
    spikes = [10.0, 60.0, 105.0, 130.0, 155.0, 180.0]
    firing = pw.from_recording(t, spikes=spikes, current=current)
    assert not firing.at_rest and "quiet" not in [c.key for c in firing.criteria]
    verdict = pw.judge("adex", firing, verify=False)
    trace = verdict.traces[firing.main_sweep]
    assert trace.spike_times[0].min() < 0 and trace.current[0, 0] == 600.0
    silent = pw.from_recording(t, spikes=spikes[2:], current=current)
    assert silent.at_rest and not checks(pw.judge("adex", silent, verify=False))["quiet"].passed
    with pytest.raises(ValueError, match=r"silent_before must not be True .* The first spike is at 10 ms"):
        pw.from_recording(t, spikes=spikes, current=current, silent_before=True)
    freed = pw.from_recording(t, spikes=spikes[2:], current=current, silent_before=False)
    assert not freed.at_rest


# -- the current -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "pieces"),
    [
        (lambda t: np.where((t >= 20) & (t < 70), 100.0, 0.0), 1),
        (lambda t: np.where(t >= 20, 100.0, 30.0) * (t < 70), 2),
        (lambda t: np.clip((t - 20.0) * 2.0, 0.0, 100.0), 2),
        (lambda t: 100.0 - 2.0 * np.abs(t - 50.0), 2),
        (lambda t: np.round(50.0 * np.sin(t / 7.0)), 100),
        (lambda t: np.zeros_like(t), 0),
    ],
)
def test_a_sampled_current_becomes_few_pieces_that_are_the_same_current(shape, pieces):
    t = np.arange(0.0, 100.0, 0.5)
    current = shape(t)
    made = pieces_of_samples(t, current)
    assert len(made) <= pieces
    back = lane_current([Current(made, 100.0)], 0.0).values(t.size, 0.5)[0]
    # A ramp is met at its samples, and the current of a step is its mean over the step.
    rises = np.abs(np.diff(current))
    rises[rises > 5.0] = 0.0  # jumps
    half = 0.5 * np.maximum(np.append(rises, 0.0), np.append(0.0, rises))
    np.testing.assert_array_less(np.abs(back - current), half + 1e-9)


@pytest.mark.parametrize("amplitude", [350.0, 150.0, -100.0])
def test_a_tenth_of_a_percent_of_noise_moves_neither_onset_nor_latency(amplitude):
    file, rng = table(), np.random.default_rng(1)
    file["current"] *= amplitude / 300.0
    noisy = file.assign(current=file["current"] + rng.normal(0.0, 0.5, len(file)))
    clean, measured = pw.from_recording(file), pw.from_recording(noisy)
    assert measured.protocols["recording"].onset == clean.protocols["recording"].onset == 25.0
    assert [(c.key, c.low, c.high) for c in measured.criteria] == [(c.key, c.low, c.high) for c in clean.criteria]


def test_a_given_current_is_injected_as_it_is_unless_it_is_asked_to_be_free():
    file = table()
    file["current"] += 40.0
    cell = pw.from_recording(file)
    neuron = pw.models.get("adex")
    declared = cell.stimulus_parameters_for(neuron)
    assert declared["holding"].default == 40.0 and not declared["holding"].vary and not declared["current_scale"].vary
    trace = pw.judge("adex", cell, verify=False).traces[cell.main_sweep]
    assert trace.current[0, 0] == 40.0 and trace.current[0].max() == 340.0
    scaled = pw.judge("adex", cell, {"current_scale": 2.0}, verify=False).traces[cell.main_sweep]
    assert scaled.current[0].max() == 640.0
    result = pw.optimize("adex", cell, seed=0, budget=64)
    assert result.parameters["holding"] == 40.0 and result.parameters["current_scale"] == 1.0
    freed = pw.from_recording(file, vary=["holding"]).stimulus_parameters_for(neuron)
    assert freed["holding"].vary and not freed["current_scale"].vary


def test_a_current_that_never_changes_is_a_holding_current():
    t = np.arange(0.0, 400.0)
    cell = pw.from_recording(t, spikes=np.arange(10.0, 400.0, 40.0), current=np.full(400, 500.0))
    trace = pw.judge("adex", cell, verify=False).traces[cell.main_sweep]
    assert (trace.current == 500.0).all()  # also before the recording
    assert not cell.at_rest and cell.spontaneous.level == 500.0
    assert cell.spontaneous.rate == pytest.approx(25.0)
    # The phase of spontaneous firing is arbitrary, so neither the latency nor the spike times are compared.
    assert {one.name for one in cell.compared} == {"n", "mean_isi", "cv2"}
    silent = pw.from_recording(t, v=-65.0 + 0.01 * np.sin(t), current=np.zeros(400))
    assert silent.at_rest and silent.spontaneous is None


# -- distances ---------------------------------------------------------------------------------------


def trains(rng, lanes, most=12, end=300.0):
    rows = np.full((lanes, most), np.nan)
    for row in rows:
        n = rng.integers(0, most + 1)
        row[:n] = np.sort(rng.uniform(0.0, end, n))
    return rows


def test_gamma_is_the_formula_of_kistler_gerstner_and_van_hemmen():
    rng = np.random.default_rng(0)
    reference = np.arange(15.0, 300.0, 30.0) + rng.uniform(-5, 5, 10)
    rows = trains(rng, 200)
    rows[0, :10], rows[0, 10:] = reference, np.nan
    rows[1, :10], rows[1, 10:] = reference + 3.9, np.nan
    gamma = features.coincidences(rows, reference, 4.0, 300.0).gamma
    for row, value in zip(rows, gamma, strict=True):
        train = row[np.isfinite(row)]
        if not train.size:
            assert value == 0.0
            continue
        apart = np.abs(train[:, None] - reference[None, :])
        found = min((apart.min(axis=0) <= 4.0).sum(), (apart.min(axis=1) <= 4.0).sum())
        rate = train.size / 300.0
        chance = 2.0 * rate * 4.0 * reference.size
        expected = (found - chance) / (0.5 * (train.size + reference.size)) / (1.0 - 2.0 * rate * 4.0)
        assert value == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(gamma[:2], 1.0)


def test_van_rossum_is_the_integral_of_the_squared_difference():
    rng = np.random.default_rng(2)
    reference = np.sort(rng.uniform(0.0, 300.0, 8))
    rows = trains(rng, 30)
    measured = features.van_rossum(rows, reference, 10.0)
    t = np.arange(0.0, 500.0, 0.01) + 0.005

    def filtered(train):
        lag = t[:, None] - train[None, :]
        return np.where(lag >= 0.0, np.exp(-np.maximum(lag, 0.0) / 10.0), 0.0).sum(axis=1)

    for row, value in zip(rows, measured, strict=True):
        difference = filtered(row[np.isfinite(row)]) - filtered(reference)
        assert value == pytest.approx((difference**2).sum() * 0.01 / 10.0, abs=5e-3)


def test_a_spike_that_comes_nearer_costs_less_before_it_coincides():
    cell = pw.from_recording((0.0, 200.0), spikes=[50.0], precision=2.0)
    gamma = next(c for c in cell.criteria if c.key == "gamma")
    one = np.ones(1)
    penalties = []
    for at in (120.0, 80.0, 60.0, 53.0, 51.0):
        found = features.coincidences(np.array([[at]]), np.array([50.0]), 2.0, 200.0)
        penalties.append(gamma.penalty(found.gamma, gamma.low * one, gamma.high * one, one, 0 * one, found.progress)[0])
    assert penalties == sorted(penalties, reverse=True) and len(set(penalties)) == 5 and penalties[-1] == 0.0


# -- what is refused ---------------------------------------------------------------------------------


GOOD = "t,v\n" + "\n".join(f"{0.5 * i:.1f},{20.0 if i == 50 else -70.0}" for i in range(100)) + "\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("10.0,-70.0", "10.0,minus"), "line 22, column 'v': the value must be a number, got 'minus'"),
        (GOOD.replace("10.0,-70.0", "10.0,"), "line 22, column 'v': the value must be a number, got ''"),
        (GOOD.replace("10.0,-70.0", "10.0,nan"), "line 22, column 'v': the value must be finite, got nan"),
        (
            "# today\n" + GOOD.replace("10.0,-70.0", "9.0,-70.0"),
            "line 23, column 't': the times must increase, got 9 af",
        ),
        (GOOD.replace("10.0,-70.0", "10.0,-70.0,3"), "line 22: the line must have 2 values, got 3"),
        (GOOD.replace("t,v", "clock,v"), "must have a column of times (t)"),
        (GOOD.replace("t,v", "t,volume"), "Columns: 't', 'volume'"),
        ("1,2,3,4\n", "line 1: the first line must contain column names"),
        ("", "must not be empty"),
        (GOOD.replace(",20.0", ",-69.0"), "never crosses -50 mV upwards"),
    ],
)
def test_the_error_of_a_bad_file_has_line_and_column(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(GOOD)
    assert pw.from_recording(path).key == "recording"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"bad\.csv|column|upwards") as caught:
        pw.from_recording(path)
    assert said in str(caught.value)


def test_semicolons_and_tabs_separate_too(tmp_path):
    for separator in ";\t":
        path = tmp_path / "recording.csv"
        path.write_text(GOOD.replace(",", separator))
        assert spike_times(pw.from_recording(path)).size == 1


T = np.arange(0.0, 50.0, 0.5)
V = np.where(T == 25.0, 20.0, -70.0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda f: f(T), "must have v or spikes"),
        (lambda f: f(T, V[:-1]), "v must have 100 values, one for each time, got 99"),
        (lambda f: f(T, np.where(T == 7.0, np.nan, V)), r"v\[14\]: the value must be finite, got nan"),
        (lambda f: f(T, pd.Series(V).astype(object).where(T != 7.0, "x")), r"v\[14\]: .* must be a number, got 'x'"),
        (lambda f: f(np.where(T == 7.0, 6.0, T), V), r"t\[14\]: the times must increase, got 6 after 6\.5"),
        (lambda f: f(T, np.stack([V, V])), "has 2 sweeps, which requires a current"),
        (lambda f: f(T, np.zeros((2, 2, 100))), r"v must have one value for each time, got array\("),
        (lambda f: f(T, spikes=[3.0, 500.0]), r"spikes\[1\]: a spike must be within the recording.*, got 500 ms"),
        (lambda f: f(T, spikes=[30.0, 20.0]), r"spikes\[1\]: the spike times must increase, got 20 after 30"),
        (lambda f: f(T, spikes=[]), "every silent neuron shows it"),
        (
            lambda f: f(T, V, step=(30.0, 45.0), silent_before=False, threshold=40.0),
            "without a current must have spikes",
        ),
        (lambda f: f(T, V, step=(30.0, 20.0)), "step must be two increasing times"),
        (lambda f: f(T, V, current=T, step=(0.0, 40.0)), "either current or step"),
        (lambda f: f(T, V, distance="victor"), "Valid: coincidence, van_rossum"),
        (lambda f: f(T, V, precision=0.0), "precision must be a finite number > 0, got 0.0"),
        (lambda f: f(T, spikes=[1.0, 2.0, 3.0], precision=20.0), "coincide by chance"),
        (lambda f: f(T, V, vary=["amplitude", "current_scale"]), "vary: unknown stimulus parameter 'current_scale'"),
        (lambda f: f(pd.DataFrame({"t": T, "v": V}), "voltage"), "v: unknown column 'voltage'"),
        (
            lambda f: f(pd.DataFrame({"t": T, "v": V}), V),
            "if t is a file or a table, v must be the name of a column, got ndarray",
        ),
        (lambda f: f(T, spikes=[5.0, 20.0, 20.5, 45.0]), r"spikes at 20 and 20\.5 ms must be at least .* got 0\.5 ms"),
    ],
)
def test_a_bad_recording_is_refused_with_what_is_valid(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call(pw.from_recording)


def test_a_column_that_is_there_twice_is_refused_only_where_it_is_asked_for(tmp_path):
    table = pd.DataFrame(np.column_stack([T, V, V]), columns=["t", "v", "v"])
    path = tmp_path / "twice.csv"
    table.to_csv(path, index=False)
    for source in (table, path):
        with pytest.raises(ValueError, match="v must be the name of one column, got 'v', which occurs twice"):
            pw.from_recording(source)
    other = table.set_axis(["x", "v", "x"], axis=1)
    assert spike_times(pw.from_recording(other.assign(t=T))).size == 1


def test_quotation_marks_hold_a_line_break_or_are_missing(tmp_path):
    path = tmp_path / "quoted.csv"
    path.write_text('t,v,"a\nremark"\n' + "".join(f"{line},0\n" for line in GOOD.splitlines()[1:]))
    assert spike_times(pw.from_recording(path)).size == 1
    path.write_text(GOOD.replace("10.0,-70.0", '10.0,"-70.0'))
    with pytest.raises(ValueError, match=r"quoted\.csv, line"):
        pw.from_recording(path)
    path.write_text('t,v\n0,"' + "1" * 200_000)
    with pytest.raises(ValueError, match=r"field larger.*quotation mark"):
        pw.from_recording(path)


def test_a_large_file_takes_little_more_memory_than_its_numbers(tmp_path):
    path, n = tmp_path / "large.csv", 200_000
    t = np.arange(n) * 0.1
    pd.DataFrame({"t": t, "v": np.where(np.arange(n) % 5000 == 0, 20.0, -70.0), "note": "x"}).to_csv(path, index=False)
    tracemalloc.start()
    pw.from_recording(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15 * 8 * n
