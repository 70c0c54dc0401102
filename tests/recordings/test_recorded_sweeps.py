"""Recorded sweeps: steps without spikes, several sweeps, repeats, sweeps held out, and the files of other programs."""

import datetime
import struct
import sys
import time

import numpy as np
import pandas as pd
import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.patterns import Graded, Response, Responses, features
from plausiwidgets.recordings import recording_file
from plausiwidgets.recordings.recording_file import read_recording
from plausiwidgets.widgets.catalogue.tape import tape_of
from tests.recordings.test_recording import CELL, regular_spiking

T = np.arange(0.0, 500.0, 0.1)
STEP = (100.0, 400.0)
REAL = DATA / "recordings" / "17o05028_ic_steps.abf"


def adex_sweep(amplitude, seed=0, noise=0.0, **parameters):
    """Return potential and current of AdEx under a step, sampled as an amplifier would."""
    rng = np.random.default_rng(seed)
    current = pw.Current.pulse(
        0.0, STEP[1] - STEP[0], amplitude, end=T[-1] - STEP[0] + 0.1, before=100.0, settle=1500.0
    )
    traces = pw.simulate("adex", current, parameters or None)
    v = traces.v[0][: T.size].copy()
    for spike in traces.spike_times[0]:
        k = round((spike + 100.0) / 0.1)
        v[k : k + 4] = (0.0, 20.0, 5.0, -20.0)  # a neuron with a reset has no spike of its own
    injected = np.where((STEP[0] <= T) & (STEP[1] > T), amplitude, 0.0)
    return v + rng.normal(0.0, noise, T.size), injected + rng.normal(0.0, noise, T.size)


def adex_cell(amplitudes, noise=0.1, **options):
    sweeps = [adex_sweep(x, seed, noise) for seed, x in enumerate(amplitudes)]
    return pw.from_recording(
        T, v=[v for v, _ in sweeps], current=[i for _, i in sweeps], units={"current": "pA"}, **options
    )


def by_key(pattern):
    return {c.key: c for c in pattern.criteria}


# -- what is compared ---------------------------------------------------------------------------------


def test_a_hyperpolarizing_step_without_spikes_has_criteria_for_silence_resistance_time_constant_and_sag():
    cell = adex_cell([-100.0])
    found = by_key(cell)
    assert {"rest", "n", "course", "resistance", "time_constant", "sag"} <= set(found)
    assert (found["n"].low, found["n"].high) == (0, 0)
    assert pw.judge("adex", cell).replicated  # what it was recorded from
    # Half the leak has twice the resistance and twice the time constant.
    g_l = pw.models.get("adex").parameters["g_L"].default
    missed = {c.key for c in pw.judge("adex", cell, {"g_L": 0.5 * g_l}, verify=False).criteria if not c.passed}
    assert {"resistance", "time_constant", "course"} <= missed


def test_features_can_be_chosen_and_weighted():
    cell = adex_cell([350.0], compare={"spikes": 1.0, "rest": 0.25, "course": 0.0})
    found = by_key(cell)
    assert "course" not in found and "ahp" not in found
    assert found["rest"].weight == 0.25 and found["gamma"].weight == 1.0
    far = {"E_L": -50.0}
    rest = next(c for c in pw.judge("adex", cell, far, verify=False).criteria if c.key == "rest")
    whole = next(c for c in pw.judge("adex", adex_cell([350.0]), far, verify=False).criteria if c.key == "rest")
    assert rest.penalty == pytest.approx(0.25 * whole.penalty)
    with pytest.raises(ValueError, match="compare: unknown name 'rests'"):
        adex_cell([350.0], compare=["rests"])


def test_the_features_of_a_recording_are_those_of_efel():
    efel = pytest.importorskip("efel")
    efel.reset()
    efel.set_setting("interp_step", 0.05)
    t = np.arange(0.0, 500.0, 0.05)
    names = [
        "voltage_base",
        "steady_state_voltage_stimend",
        "sag_amplitude",
        "ohmic_input_resistance_vb_ssse",
        "decay_time_constant_after_stim",
        "minimum_voltage",
    ]
    v = regular_spiking(-100.0, *STEP, t)
    about = {"T": t, "V": v, "stim_start": [STEP[0]], "stim_end": [STEP[1]], "stimulus_current": [-0.1]}
    [his] = efel.get_feature_values([about], names)
    current = np.where((t >= STEP[0]) & (t < STEP[1]), -0.1, 0.0)
    cell = pw.from_recording(t, v, current=current, units={"current": "nA"})
    middle = {key: 0.5 * (c.low + c.high) for key, c in by_key(cell).items()}
    assert middle["rest"] == pytest.approx(his["voltage_base"][0], abs=0.05)
    resistance = by_key(cell)["resistance"]
    assert resistance.unit == "MΩ" and resistance.low / 0.8 == pytest.approx(
        his["ohmic_input_resistance_vb_ssse"][0], rel=0.01
    )
    assert by_key(cell)["time_constant"].low / 0.7 == pytest.approx(his["decay_time_constant_after_stim"][0], rel=0.01)
    assert middle["sag"] == pytest.approx(his["sag_amplitude"][0], abs=0.6)
    v = regular_spiking(400.0, *STEP, t)
    about |= {"V": v, "stimulus_current": [0.4]}
    [his] = efel.get_feature_values([about], ["peak_voltage", "min_voltage_between_spikes", "spike_half_width"])
    cell = pw.from_recording(t, v, current=np.where((t >= STEP[0]) & (t < STEP[1]), 400.0, 0.0))
    middle = {key: 0.5 * (c.low + c.high) for key, c in by_key(cell).items()}
    assert middle["height"] == pytest.approx(np.mean(his["peak_voltage"]), abs=0.1)
    assert middle["ahp"] == pytest.approx(np.mean(his["min_voltage_between_spikes"]), abs=0.1)
    assert middle["width"] == pytest.approx(np.mean(his["spike_half_width"]), rel=0.03)


def test_height_and_width_are_criteria_only_for_neurons_without_a_reset():
    cell = pw.from_recording(CELL)
    asked = {
        model: {c.key for c in pw.judge(model, cell, verify=False).criteria} for model in ("adex", "hodgkin_huxley")
    }
    assert not {"height", "width"} & asked["adex"] and {"height", "width"} <= asked["hodgkin_huxley"]


@pytest.mark.parametrize("model", ["adex", "hodgkin_huxley"])
def test_the_criteria_of_a_recording_have_a_form_for_a_page_without_python(model):
    cell, neuron = adex_cell([-100.0, 350.0]), pw.models.get(model)
    tape = tape_of(neuron, cell)
    assert tape is not None and {"course_0", "resistance_0", "gamma_1"} <= set(tape.features)


# -- several sweeps -----------------------------------------------------------------------------------


def test_several_sweeps_are_one_pattern_and_others_are_held_out():
    cell = adex_cell([-100.0, 250.0, 300.0, 350.0], holdout=[2])
    assert list(cell.protocols) == ["sweep 0", "sweep 1", "sweep 3"] and list(cell.held_out.protocols) == ["sweep 2"]
    verdict = pw.judge("adex", cell, verify=False)
    assert verdict.accepted and list(verdict.traces) == list(cell.protocols)
    assert pw.judge("adex", cell.held_out, verdict.parameters, verify=False).accepted
    for name, trace in verdict.traces.items():
        recorded = pw.patterns.target(cell).traces[name]
        assert abs(trace.spike_times[0].size - recorded.spike_times[0].size) <= 1


def test_sweeps_of_one_current_are_repeats_whose_spread_is_the_interval():
    sweeps = [adex_sweep(350.0, seed, 0.1, b=b) for seed, b in enumerate((60.0, 80.0, 100.0))]
    cell = pw.from_recording(T, v=[v for v, _ in sweeps], current=[i for _, i in sweeps])
    assert len(cell.protocols) == 1
    step = pw.Current.pulse(0.0, 300.0, 350.0, end=400.0, settle=1500.0)
    counts = [pw.simulate("adex", step, {"b": b}).spike_times[0].size for b in (60.0, 80.0, 100.0)]
    n = by_key(cell)["n"]
    assert n.low <= min(counts) < max(counts) <= n.high
    [own] = cell.reliability.values()
    assert own < 1.0 and by_key(cell)["gamma"].low == pytest.approx(0.7 * own)


def test_a_column_tells_sweeps_of_a_table_apart(tmp_path):
    rows = []
    for k, amplitude in enumerate((250.0, 350.0)):
        v, i = adex_sweep(amplitude)
        rows.append(pd.DataFrame({"sweep": k, "time (s)": T / 1000.0, "Vm_mV": v, "current (nA)": i / 1000.0}))
    path = tmp_path / "sweeps.csv"
    pd.concat(rows).to_csv(path, index=False)
    cell = pw.from_recording(path)
    assert list(cell.protocols) == ["sweep 0", "sweep 1"] and cell.current_unit == "nA"
    trace = pw.judge("adex", cell, verify=False).traces["sweep 1"]
    assert trace.current[0].max() == pytest.approx(350.0)  # converted to pA


def test_a_current_in_amperes_has_a_free_factor_for_a_model_without():
    cell = adex_cell([350.0])
    scale = cell.parameters(pw.models.get("izhikevich"))["current_scale"]
    assert scale.vary and scale.default == pytest.approx(pw.models.get("izhikevich").current.default / 350.0, rel=1e-3)
    assert not cell.parameters(pw.models.get("adex"))["current_scale"].vary


def test_the_plot_of_a_verdict_draws_the_recording():
    cell = adex_cell([350.0])
    figure = pw.plot(pw.judge("adex", cell, verify=False))
    recorded = pw.patterns.target(cell).traces["recording"]
    drawn = [trace for trace in figure.data if trace.name == "recording" and trace.y is not None and len(trace.y) > 100]
    assert drawn and np.nanmax(drawn[0].y) == pytest.approx(recorded.v.max(), abs=1.0)


# -- a cell that fires by itself ----------------------------------------------------------------------


def restless_sweep(step, seed):
    """Return a sweep of a noisy integrate-and-fire cell that fires without a current: a step, rest, and −120 pA."""
    rng, dt = np.random.default_rng(seed), 0.25
    t = np.arange(0.0, 2000.0, dt)
    current = step * ((t >= 200.0) & (t < 700.0)) - 120.0 * ((t >= 1000.0) & (t < 1500.0))
    noise = rng.normal(0.0, 0.7, t.size)
    v, x, silent = np.empty(t.size), -65.0 + 15.0 * rng.random(), 0
    for k in range(t.size):
        x += dt * ((-47.5 + 0.15 * current[k] - x) / 20.0) + noise[k] * np.sqrt(dt)
        v[k], silent = (30.0 if silent > 8 else -62.0, silent - 1) if silent else (x, 0)
        if silent:
            x = -62.0
        elif x > -50.0:
            silent = 10
    return t, v, current


def restless_cell(seed, **options):
    sweeps = [restless_sweep(step, 100 * seed + k) for k, step in enumerate((-40.0, 40.0, 80.0))]
    t, v, current = sweeps[0][0], [v for _, v, _ in sweeps], [i for *_, i in sweeps]
    return pw.from_recording(t, v=v, current=current, units={"current": "pA"}, **options)


def missed_by(other, cell):
    """Return the criteria of a recorded cell that another recording misses, and how many there are, by name."""
    sweeps, none = {}, np.zeros(1)
    for name, trace in pw.patterns.target(other).traces.items():
        v, dt = trace.v[:, trace.t > -1e-9], float(trace.t[1] - trace.t[0])
        times = trace.spike_times[0][trace.spike_times[0] >= 0.0]
        sweeps[name] = Response(times[None], v.shape[1] * dt, v.max(axis=1), dt, v)
    measured = cell.measure(Responses(sweeps, 1, dt, none, none, none, none, none, none.astype(int), 100.0), None)
    out = {}
    for one in cell.compared:
        if one.name == "rate_before":
            continue
        x = measured[one.criterion.key]
        x = np.atleast_1d(x.value if isinstance(x, Graded) else x)[0]
        missed, count = out.get(one.name, (0, 0))
        out[one.name] = (missed + (not one.criterion.low <= x <= one.criterion.high), count + 1)
    return out


def test_a_spontaneous_cell_is_compared_only_in_features_that_repeats_share():
    cells = [restless_cell(seed) for seed in range(5)]
    assert cells[0].left_out == ("cv", "times") and not cells[0].at_rest
    assert {one.name for one in cells[0].compared} == {
        "n",
        "latency",
        "mean_isi",
        "cv2",
        "rate_before",
        "course",
        "level",
        "sag",
        "ahp",
        "height",
        "width",
    }
    again = [missed_by(other, cell) for cell in cells for other in cells if other is not cell]
    missed, count = np.sum([x for one in again for x in one.values()], axis=0)
    assert missed <= 0.08 * count  # each interval holds some 95 % of repeats
    # Times and irregularity are compared where they are asked for, and the cell itself would miss them.
    asked = restless_cell(0, compare=["spikes"])
    missed, count = np.sum([missed_by(other, asked)["times"] for other in cells[1:]], axis=0)
    assert missed == count


def test_spikes_of_a_spontaneous_cell_are_counted_between_changes_of_the_current():
    cell = restless_cell(0)
    spans = [(0.0, 500.0), (500.0, 800.0), (800.0, 1300.0), (1300.0, 1800.0)]
    spikes = pw.patterns.target(cell).traces["sweep 1"].spike_times[0]
    for j, (begin, end) in enumerate(spans):
        count, asked = ((spikes >= begin) & (spikes < end)).sum(), by_key(cell)[f"n_1_{j}"]
        assert asked.low <= count <= asked.high and asked.high < 2 * count + 3
    assert by_key(cell)["n_1_2"].high == 0  # silent under −120 pA
    assert "spikes from 200 to 700 ms" in by_key(cell)["n_1_0"].title
    level = by_key(cell)["level_1_1"]
    assert level.low < -47.5 - 0.15 * 120.0 < level.high


def test_repeats_of_a_spontaneous_cell_measure_the_reliability_of_spike_times():
    sweeps = [restless_sweep(80.0, seed) for seed in range(3)]
    cell = pw.from_recording(sweeps[0][0], v=[v for _, v, _ in sweeps], current=[i for *_, i in sweeps])
    [own] = cell.reliability.values()
    assert own < 0.5 and by_key(cell)["gamma"].low == pytest.approx(0.7 * own) and cell.left_out == ("cv",)
    assert cell.numbers == {"sweep 0": (0, 1, 2)} and cell.begins == {"sweep 0": 200.0}


# -- files of other programs --------------------------------------------------------------------------


def test_a_real_recording_is_read_with_its_protocol():
    pytest.importorskip("pyabf")
    cell = pw.from_recording(REAL, sweeps=[0, 8], holdout=[12])
    [first, second] = cell.protocols.values()
    assert [(p.on, p.off, p.first) for p in second.pieces] == [
        (pytest.approx(on), pytest.approx(off), level)
        for on, off, level in ((146.85, 646.85, 30.0), (1146.85, 1646.85, -50.0), (1646.85, 2146.85, 30.0))
    ]
    assert [p.first for p in first.pieces] == [-50.0, -50.0] and first.noise == 0.0
    # It fires by itself: its rate is asked for, and neither silence nor rest.
    assert not cell.at_rest and "rate_before" in by_key(cell) and "rest" not in by_key(cell)
    assert list(cell.held_out.protocols) == ["sweep 12"] and cell.current_unit == "pA"
    dropped = read_recording(REAL.read_bytes(), REAL.name)
    assert len(dropped.sources) == 16 and dropped.units == {"t": "ms", "v": "mV", "current": "pA"}


@pytest.fixture
def nwb(tmp_path):
    """A file of NWB without a sweep, options of a series of it, and a function that writes it and returns its path."""
    pynwb = pytest.importorskip("pynwb")
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    file = pynwb.NWBFile(session_description="steps", identifier="x", session_start_time=start)
    device = file.create_device(name="amplifier")
    electrode = file.create_icephys_electrode(name="electrode", description="sharp", device=device)

    def write():
        with pynwb.NWBHDF5IO(str(tmp_path / "written.nwb"), "w") as io:
            io.write(file)
        return tmp_path / "written.nwb"

    return file, {"rate": 10_000.0, "electrode": electrode, "gain": 1.0}, write


def assert_is_the_cell(path):
    cell = pw.from_recording(path)
    assert [(p.onset, p.pieces[0].first) for p in cell.protocols.values()] == [
        (pytest.approx(100.0), pytest.approx(level)) for level in (-100.0, 350.0)
    ]
    assert pw.judge("adex", cell, verify=False).accepted


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("by", ["table", "number"])
def test_a_file_that_pynwb_writes_is_read_back(nwb, by):
    from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries

    file, about, write = nwb
    for k, (v, i) in enumerate([adex_sweep(x) for x in (-100.0, 350.0)]):
        number = {"sweep_number": np.uint64(k)} if by == "number" else {}
        stimulus = CurrentClampStimulusSeries(name=f"i{k}", data=i, conversion=1e-12, **about, **number)
        response = CurrentClampSeries(name=f"v{k}", data=v, conversion=1e-3, **about, **number)
        if by == "table":
            file.add_intracellular_recording(electrode=about["electrode"], stimulus=stimulus, response=response)
        else:
            file.add_stimulus(stimulus)
            file.add_acquisition(response)
    assert_is_the_cell(write())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("late", [0.0, 0.01])
def test_a_part_of_a_long_series_is_a_sweep_and_what_begins_at_another_time_is_named(nwb, late):
    from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries

    file, about, write = nwb
    v, i = (np.concatenate(x) for x in zip(*(adex_sweep(x) for x in (-100.0, 350.0)), strict=True))
    stimulus = CurrentClampStimulusSeries(name="i", data=i, conversion=1e-12, starting_time=late, **about)
    response = CurrentClampSeries(name="v", data=v, conversion=1e-3, starting_time=0.0, **about)
    for k in range(2):
        part = {f"{what}_start_index": k * T.size for what in ("stimulus", "response")}
        part |= {f"{what}_index_count": T.size for what in ("stimulus", "response")}
        file.add_intracellular_recording(electrode=about["electrode"], stimulus=stimulus, response=response, **part)
    if late:
        with pytest.raises(
            ValueError, match=r"sweep 0: v and its current must start at the same time, got 0 and 0\.01 s"
        ):
            pw.from_recording(write())
    else:
        assert_is_the_cell(write())


@pytest.mark.filterwarnings("ignore")
def test_a_file_that_says_that_it_has_more_samples_than_fit_is_refused_before_they_are_read(nwb):
    h5py = pytest.importorskip("h5py")
    from pynwb.icephys import CurrentClampSeries

    file, about, write = nwb
    file.add_acquisition(CurrentClampSeries(name="v", data=np.zeros(10), conversion=1e-3, sweep_number=0, **about))
    path = write()
    with h5py.File(path, "a") as io:
        place = io["acquisition/v"]
        kept = dict(place["data"].attrs)
        del place["data"]
        place.create_dataset("data", (10**13,), "f8", chunks=(1000,)).attrs.update(kept)
    assert path.stat().st_size < 1e6
    with pytest.raises(ValueError, match=r"number of samples must be .*, got 1e\+13"):
        pw.from_recording(path)


@pytest.mark.filterwarnings("ignore")
def test_a_series_that_many_rows_name_is_counted_for_each_of_them(nwb):
    from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries

    file, about, write = nwb
    stimulus = CurrentClampStimulusSeries(name="i", data=np.zeros(20_000), **about)
    response = CurrentClampSeries(name="v", data=np.zeros(20_000), **about)
    for _ in range(300):
        file.add_intracellular_recording(electrode=about["electrode"], stimulus=stimulus, response=response)
    with pytest.raises(ValueError, match=r"number of samples must be .*, got 1\.2e\+07"):
        pw.from_recording(write())


@pytest.mark.filterwarnings("ignore")
def test_an_upload_has_fewer_samples_than_a_file_of_python(nwb, monkeypatch):
    from pynwb.icephys import CurrentClampSeries

    file, about, write = nwb
    file.add_acquisition(CurrentClampSeries(name="v", data=np.zeros(2000), conversion=1e-3, sweep_number=0, **about))
    path = write()
    monkeypatch.setattr(recording_file, "MAX_UPLOADED", 1000.0)
    with pytest.raises(ValueError, match="number of samples must be at most 1000, got 2000"):
        read_recording(path.read_bytes(), path.name)
    assert len(recording_file.read_path(path, path.name).sources) == 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("how", ["storage", "link", "virtual"])
def test_an_uploaded_file_reads_no_other_file(nwb, tmp_path, how):
    h5py = pytest.importorskip("h5py")
    from pynwb.icephys import CurrentClampSeries

    file, about, write = nwb
    file.add_acquisition(CurrentClampSeries(name="v", data=np.zeros(1000), conversion=1e-3, sweep_number=0, **about))
    path, secret = write(), tmp_path / "secret.bin"
    secret.write_bytes(bytes(range(250)) * 4)
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["data"] = np.arange(1000.0)
    with h5py.File(path, "a") as io:
        place = io["acquisition/v"]
        kept = dict(place["data"].attrs)
        del place["data"]
        if how == "storage":
            place.create_dataset("data", (1000,), "u1", external=[(str(secret), 0, 1000)]).attrs.update(kept)
        elif how == "link":
            place["data"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "data")
        else:
            layout = h5py.VirtualLayout((1000,), "f8")
            layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "data", (1000,))
            place.create_virtual_dataset("data", layout).attrs.update(kept)
    with pytest.raises(ValueError, match=r"written\.nwb must contain all of its data, but .*/data is in another file"):
        read_recording(path.read_bytes(), path.name)


def changed(content: bytes, place: int, value: int) -> bytes:
    return content[:place] + struct.pack("<I", value) + content[place + 4 :]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (12, 2**31 - 1, "number of sweeps"),
        (92 + 8, 2**30, "more entries than the file contains"),
        (252 + 8, 2**24, "more entries than the file contains"),
        (236 + 8, 2**31 - 1, "more entries than the file contains"),
    ],
)
def test_an_abf_file_that_declares_more_than_it_has_is_refused_before_it_is_read(place, value, said):
    pytest.importorskip("pyabf")
    began = time.process_time()
    with pytest.raises(ValueError, match=said):
        read_recording(changed(REAL.read_bytes(), place, value), "x.abf")
    assert time.process_time() - began < 3.0


def test_an_abf_file_whose_command_is_longer_than_its_sweeps_is_refused():
    pytest.importorskip("pyabf")
    block = struct.unpack_from("<I", REAL.read_bytes(), 156)[0]  # of the table of epochs
    with pytest.raises(ValueError, match="samples of a command must be at most"):
        read_recording(changed(REAL.read_bytes(), 512 * block + 14, 2**30), "x.abf")


def test_reading_an_abf_file_leaves_how_arrays_are_printed(monkeypatch):
    pytest.importorskip("pyabf")
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyabf"]:
        monkeypatch.delitem(sys.modules, name)  # it changes the format when it is imported
    before = np.get_printoptions()
    read_recording(REAL.read_bytes(), REAL.name)
    assert np.get_printoptions() == before


@pytest.mark.parametrize("name", ["x.abf", "x.nwb"])
def test_a_file_that_is_not_a_recording_is_rejected_with_a_sentence(name):
    pytest.importorskip({"x.abf": "pyabf", "x.nwb": "pynwb"}[name])
    with pytest.raises(ValueError, match=rf"{name} must be an? \w+ file that [Pp]y\w+"):
        read_recording(b"nothing of the kind", name)


# -- bad input ----------------------------------------------------------------------------------------


def spiking():
    v, i = adex_sweep(350.0, noise=0.1)
    return T.copy(), v, i


def with_artefact(v):
    v = v.copy()
    v[1000] = 60.0
    return v


def with_the_wrong_sign():
    v, current = adex_sweep(-100.0)
    return T, v, -current


KEPT = np.r_[0:2000, 2100:5000]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t, v, i: (t[KEPT], v[KEPT], i[KEPT]), r"samples are missing between 199\.9 and 210 ms"),
        (lambda t, v, i: (t, v, i[::2]), r"current must have 5000 values, .* got 2500.*different rates"),
        (lambda t, v, i: (t, v, np.minimum(i, 200.0)), r"the current is clipped at 200, starting at 100 ms"),
        (lambda t, v, i: (t, v / 1000.0, i), r"If these are volts.*units=\{'v': 'V'\}"),
        (lambda t, v, i: (t, v * 1000.0, i), r"a median of -\S+\. If these are microvolts.*units=\{'v': 'uV'\}"),
        (lambda t, v, i: (t / 1000.0, v, i), r"multiply them by 1000, or pass units=\{'t': 's'\}"),
        (
            lambda t, v, i: (np.arange(60_000) * 1e-4, np.tile(v, 12), np.tile(i, 12)),  # 6 s in seconds
            r"must be at least 0\.0005 ms, got 0\.0001 ms\. If the times are in seconds",
        ),
        (lambda t, v, i: (t, v, i * 1e-12), r"the largest current is 3\.5e-10\. Is it in amperes"),
        (
            lambda t, v, i: (t, with_artefact(v), i),
            r"for less than 0\.2 ms, at an edge of the current\. This is an artefact",
        ),
        (lambda t, v, i: (t, [v, with_artefact(v)], [i, i]), r"^sweep 1: v crosses the threshold"),
        (lambda t, v, i: (t[::10], v[::10], i[::10]), r"the time between samples of v must be .*, got 1 ms"),
        (lambda t, v, i: with_the_wrong_sign(), r"must follow the current .* wrong sign"),
    ],
)
def test_a_recording_with_a_fault_is_refused_with_its_fault(change, said):
    t, v, current = change(*spiking())
    with pytest.raises(ValueError, match=said):
        pw.from_recording(t, v, current=current)


def test_named_units_are_converted():
    t, v, i = spiking()
    said = pw.from_recording(t / 1000.0, v / 1000.0, current=i / 1000.0, units={"t": "s", "v": "V", "current": "nA"})
    plain = pw.from_recording(t, v, current=i, units={"current": "pA"})
    for a, b in zip(said.criteria, plain.criteria, strict=True):
        assert (a.key, a.low, a.high) == (b.key, pytest.approx(b.low), pytest.approx(b.high))
    with pytest.raises(ValueError, match=r"the largest current is 3\.5e-10 pA\. Is it in amperes"):
        pw.from_recording(t, v, current=i * 1e-12, units={"current": "pA"})
    with pytest.raises(ValueError, match=r"units of 'v': unknown unit 'kV'"):
        pw.from_recording(t, v, current=i, units={"v": "kV"})


def test_clipped_spikes_and_an_artefact_among_spikes_that_last_longer_are_named():
    cell = pd.read_csv(CELL, comment="#")
    fine = np.arange(0.0, 299.0, 0.05)
    v = np.interp(fine, cell["t"], cell["v"])
    with pytest.raises(
        ValueError, match=r"v\[\d+\]: v is clipped at 20 mV, here and at .* ms, so the peaks of the spikes"
    ):
        pw.from_recording(fine, np.minimum(v, 20.0), step=(25.0, 275.0))
    assert pw.from_recording(fine, v, step=(25.0, 275.0))
    v[3000:3002] = 60.0  # 0.1 ms, far from an edge of the current
    with pytest.raises(
        ValueError, match=r"at 149\.\d+ ms for less than 0\.2 ms, while other spikes last for .* not a spike"
    ):
        pw.from_recording(fine, v, step=(25.0, 275.0))


def test_a_plateau_is_no_spike():
    v = np.where((STEP[0] <= T) & (STEP[1] > T), -40.0, -75.0)
    i = np.where((STEP[0] <= T) & (STEP[1] > T), 100.0, 0.0)
    assert by_key(pw.from_recording(T, v, current=i))["n"].high == 0


def test_a_file_larger_than_memory_allows_is_refused_at_once(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(ValueError, match=r"huge\.csv: the size in bytes must be at most 3e\+08, got 5e\+08"):
        pw.from_recording(path)


def test_sweeps_that_are_not_there_are_named():
    with pytest.raises(ValueError, match=r"holdout must contain numbers from 0 to 1, got 7"):
        adex_cell([250.0, 350.0], holdout=[7])
    with pytest.raises(ValueError, match=r"sweeps must contain each sweep only once, got \[0, 1, 0\]"):
        adex_cell([250.0, 350.0], sweeps=[0, 1, 0])  # a sweep is no repeat of itself
    with pytest.raises(ValueError, match=r"at least one sweep that is not in holdout"):
        adex_cell([250.0, 350.0], holdout=[0, 1])


def test_the_distance_of_a_course_leaves_out_spikes_of_both():
    v = np.full((1, 100), -60.0)
    reference = np.full(10, -61.0)
    reference[3] = np.nan
    none = np.empty((1, 0))
    assert features.course_distance(v, none, 1.0, reference, 10.0, 2.0, 4.0) == pytest.approx(1.0)
    v[0, 48:52] = 30.0
    assert features.course_distance(v, np.array([[50.0]]), 1.0, reference, 10.0, 2.0, 4.0) == pytest.approx(1.0)


@pytest.mark.parametrize("tolerance", [0.1, 0.5, 0.9])
def test_resistance_is_a_ratio_however_much_it_may_differ(tolerance):
    resistance = by_key(adex_cell([-100.0], tolerance=tolerance))["resistance"]
    assert 0.0 < resistance.low < resistance.high
