"""The judge of the page against that of Python: every primitive, and whole verdicts of patterns and models."""

import json
import math

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.engine.program.operations import TABLE
from plausiwidgets.engine.program.program import FIXED, Operation
from plausiwidgets.engine.program.rows import FEATURES, ROW, RowTracer
from plausiwidgets.engine.program.tracer import NotTraceableError, Traced
from plausiwidgets.patterns import features as f
from plausiwidgets.patterns.evaluation import complete, evaluate
from plausiwidgets.patterns.formatting import interval
from plausiwidgets.patterns.packaged import known_sets
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.support.printed import number
from plausiwidgets.widgets.catalogue.described import BENCH, Described
from plausiwidgets.widgets.catalogue.generate_operations import PATH, typescript
from plausiwidgets.widgets.catalogue.replay import checked_tape, play
from plausiwidgets.widgets.catalogue.tape import tape_of
from tests.widgets.app.test_runner import one_pulse
from tests.widgets.test_page import data_of

NAMES = "FEATURES, OPERATIONS, elementwise, Runner, judging, penaltyOf, rangeOf, numberText, intervalText, measuredText"
MODULES = (
    *(f"engine/{name}" for name in ("features", "operations", "tape", "runner", "judge", "criteria")),
    "i18n/words",
)
EXACT = {name: row for name, row in TABLE.items() if row.exact}


@pytest.fixture
def engine() -> str:
    """The statement that imports the app's engine."""
    return node.imported(NAMES, *MODULES)


# ------------------------------------------------------------------ primitives


def trains(rng) -> list[np.ndarray]:
    """Return spike trains: none, one spike, regular, irregular, in bursts."""
    regular = np.arange(20) * 11.3 + 4.0
    irregular = np.cumsum(rng.exponential(9.0, 25)) + 1.0
    bursting = np.concatenate([start + np.arange(5) * 4.1 + rng.random(5) for start in (10.0, 91.0, 170.0, 260.0)])
    growing = np.cumsum([9.0, *([4.0, 5.0, 12.0, 24.0] * 3), 24.0, 60.0, 4.0])
    return [np.empty(0), np.array([37.0]), np.array([20.0, 31.0]), regular, irregular, bursting, growing]


def potentials(rng) -> list[np.ndarray]:
    t = np.arange(400) * 0.5
    swing = -65.0 + 6.0 * np.exp(-t / 40.0) * np.cos(t / 6.0)
    hump = -65.0 + 20.0 * np.exp(-t / 3.0) + 5.0 * np.exp(-(((t - 30.0) / 9.0) ** 2))
    return [swing, hump, swing + rng.normal(0.0, 0.4, t.size), np.where(t > 90.0, np.nan, swing), t[:2] - 65.0]


def arguments(name: str, rng) -> list[tuple]:
    """Return arguments of one set for a feature: rows as 1-D arrays, numbers as floats."""
    rows, isi = trains(rng), [np.diff(x) for x in trains(rng)]
    reference = np.array([12.0, 33.0, 90.0, 171.0])
    others = {
        "count": [(x, a, b) for x in rows for a, b in ((0.0, 100.0), (20.0, 31.0), (31.0, np.nan))],
        "at": [(x, float(k)) for x in rows for k in (-1, 0, 1, 19)],
        "persistence": [(x, 230.0) for x in rows],
        "bursts": [(x, end) for x in rows for end in (280.0, 400.0)],
        "coincidences": [(x, y, 4.0, 300.0) for x in rows for y in (reference, reference[:1], np.empty(0))],
        "van_rossum": [(x, y, 10.0) for x in rows for y in (reference, reference[:1])],
        "leading": [(x < 9.0,) for x in isi],
        "entry": [(x, k) for x in rows if x.size for k in (0.0, -1.0)],
        "piece": [(x, 0.0, 2.0) for x in rows],
        "place_of_least": [([3.0, 1.0, 1.0],), ([np.inf, np.inf],), ([2.0, np.nan, 1.0],)],
        "one_of": [([3.0, 1.0, 2.0], float(k)) for k in (0, 2)],
        "voltage_range": [(v,) for v in potentials(rng)],
        "swings": [(v, -65.0, size, float(k)) for v in potentials(rng) for size in (0.05, 1.0) for k in (0, 21)],
        "first_below": [(v, -66.0, float(k)) for v in potentials(rng) for k in (0, 100)],
        "hump": [
            (v, -64.5, float(a), float(b), 2.0, float(since))
            for v in potentials(rng)
            for a, b, since in ((0, 150, 0), (12, 999, 3), (90, 40, 90), (30, 200, 0))
        ],
        "climbs": [(x, 1.05) for x in isi],
    }
    spiky = rng.normal(-60.0, 3.0, 600)
    train = np.array([20.0, 31.0, 33.2, 170.0])
    for t in train:
        spiky[int(t / 0.5) : int(t / 0.5) + 3] = (10.0, 30.0, -20.0)
    of_spikes = [(spiky, x, 0.5) for x in (train, train[:1], np.empty(0), np.append(train, 900.0))]
    others["mean_trough"] = others["mean_peak"] = others["half_width"] = [*of_spikes, (potentials(rng)[3], train, 0.5)]
    course = np.where(np.arange(250) % 40 < 8, np.nan, -60.0 + rng.normal(0.0, 2.0, 250))
    others["course_distance"] = [(v, x, 0.5, course, 1.0, 2.0, 4.0) for v in (spiky, *potentials(rng)) for x in rows]
    decay = -65.0 - 9.0 * np.exp(-np.arange(90) * 0.1 / 14.0)
    others["decay_time"] = [(v, -65.0, 0.1) for v in (decay, -decay, np.full(9, -65.0), decay[:2])]
    others["window"] = others["count"]
    others["how_many"] = others["any_of"] = others["all_of"] = others["leading"]
    others["highest"] = others["lowest"] = [*((x,) for x in isi if x.size), (np.array([1.0, np.nan, 0.0]),)]
    of_intervals = ("late_half", "mean", "cv", "cv2", "smallest", "largest", "spread", "median", "growth")
    of_intervals += ("adaptation_index",)
    return others.get(name) or [(x,) for x in (isi if name in of_intervals else rows)]


def batched(x):
    if isinstance(x, list):
        return [np.array([y]) for y in x]
    return x[None] if isinstance(x, np.ndarray) else np.array([x])


def in_python(name: str, given: tuple) -> list[float]:
    """Return what the function gives for one set, a row without its padding, a dataclass as its fields."""
    values = [batched(x) for x in given]
    if name in ("coincidences", "van_rossum"):
        values[1:] = given[1:]
    if name == "course_distance":
        values[2:] = given[2:]
    if name in ("decay_time", "mean_trough", "mean_peak", "half_width"):
        values[2] = given[2]
    if name in ("persistence", "bursts", "climbs", "entry", "piece"):
        values[1:] = given[1:]
    with np.errstate(all="ignore"):
        result = FEATURES[name].function(*values)
    if hasattr(result, "__dataclass_fields__"):
        return [float(np.ravel(getattr(result, field))[0]) for field in result.__dataclass_fields__]
    return [float(x) for x in np.ravel(result)]


_CALL = """
const plain = (x) => (x?.row ? x.row.map((y) => y ?? NaN) : x?.list ? x.list.map((y) => y ?? NaN) : x ?? NaN);
function answer(cases) {
  return cases.map(([name, fields, given]) => {
    const result = FEATURES[name](...given.map(plain));
    const row = fields ? fields.map((field) => result[field]) : typeof result === "object" ? result : [result];
    return bytes(Array.from(row, Number));
  });
}
"""


def sent(x):
    """Return an argument as JSON: nan and infinity as null and a large number do not occur in one row together."""
    if isinstance(x, np.ndarray) and x.dtype == bool:
        return {"row": x.tolist()}
    if isinstance(x, (np.ndarray, list)):
        return {"row": [None if np.isnan(y) else float(y) if np.isfinite(y) else 1e308 for y in x]}
    return None if np.isnan(x) else x


def test_each_function_of_the_features_is_the_same_in_javascript_to_the_last_bit(tmp_path, engine):
    rng = np.random.default_rng(3)
    cases, expected = [], []
    for name in FEATURES:
        for given in arguments(name, rng):
            if name == "place_of_least" and np.isinf(given[0]).any():
                given = ([1e308, 1e308],)
            cases.append([name, None, [sent(x) for x in given]])
            expected.append(in_python(name, given))
            made = {"bursts": f.Bursts, "coincidences": f.Coincidences, "swings": f.Swings, "hump": f.Hump}.get(name)
            if made:
                cases[-1][1] = list(made.__dataclass_fields__)
    answers = node.run(tmp_path, f"{engine}\n{_CALL}", cases)
    assert {case[0] for case in cases} == set(FEATURES)
    for case, ours, theirs in zip(cases, expected, answers, strict=True):
        # Padding is no entry in JavaScript.
        while len(ours) > len(theirs) and np.isnan(ours[-1]):
            ours.pop()
        tolerance = 1e-12 if case[0] in ("van_rossum", "decay_time") else 0.0  # exp and log of another library
        np.testing.assert_allclose(theirs, ours, rtol=tolerance, atol=0, err_msg=str(case))


def test_the_app_has_every_operation_and_every_feature_of_python(tmp_path, engine):
    source = f"{engine}\nconst answer = () => [FEATURES, OPERATIONS].map((table) => Object.keys(table));"
    features, operations = map(set, node.run(tmp_path, source))
    assert features == set(FEATURES), "add the missing functions to FEATURES in src/engine/features.ts"
    assert operations == set(EXACT), "run python -m plausiwidgets.widgets.catalogue.generate_operations"


def test_the_operations_of_the_app_are_generated_from_the_table():
    generated = "run python -m plausiwidgets.widgets.catalogue.generate_operations"
    assert PATH.read_text(encoding="utf-8") == typescript(), generated


def test_a_row_of_the_table_that_javascript_does_not_have_is_an_error(monkeypatch):
    monkeypatch.setitem(TABLE, "new", Operation("new", "{0} + 1.0", "new", javascript=None))
    with pytest.raises(ValueError, match="'new' must have a form in JavaScript"):
        typescript()


def test_a_form_that_calls_a_missing_function_is_an_error(monkeypatch):
    monkeypatch.setitem(TABLE, "new", Operation("new", "{0} + 1.0", "new", "increased({0})"))
    with pytest.raises(ValueError, match=r"runtime\.js must export increased"):
        typescript()


def test_operations_on_numbers_and_rows_are_the_same_in_javascript(tmp_path, engine):
    values = [-2.5, -0.5, 0.0, 0.5, 1.5, 2.5, 7.0, np.nan]
    unary = {name for name, row in EXACT.items() if "{1}" not in (row.javascript or row.python)}
    cases, expected = [], []
    with np.errstate(all="ignore"):
        for name, row in EXACT.items():
            for a in values:
                for b in values:
                    given = [a] if name in unary else [a > 0.0, a, b] if name == "where" else [a, b]
                    if row.computes == "bool":
                        given = [x > 0.0 for x in given]
                    cases.append([name, [None if isinstance(x, float) and np.isnan(x) else x for x in given]])
                    expected.append(float(row.function(*given)))
    source = """
    function answer(cases) {
      return cases.map(([name, given]) => {
        const values = given.map((x) => x ?? NaN);
        return bytes([Number(elementwise(name, values)), ...elementwise(name, [[values[0]], ...values.slice(1)])]);
      });
    }"""
    for case, ours, theirs in zip(cases, expected, node.run(tmp_path, f"{engine}\n{source}", cases), strict=True):
        np.testing.assert_array_equal(theirs, [ours, ours], err_msg=str(case))


def test_numbers_and_intervals_read_as_in_python(tmp_path, engine):
    rng = np.random.default_rng(0)
    values = [0.0, 1.0, -3.0, 5e-13, 1e-5, 0.5, 250.0, 1e4, 123456.7, 9.9999e6, 1e7, 12345678.0, 9999.96, -0.012345]
    values += (rng.normal(size=300) * 10.0 ** rng.integers(-6, 9, 300)).tolist()
    source = """
    const answer = (given) => given.map(([low, high, unit]) => [
      numberText(low ?? NaN), intervalText(low ?? -Infinity, high ?? Infinity, unit), measuredText(low ?? NaN, unit)]);
    """
    pairs = [(a, b, u) for a, b in zip(values, values[1:] + [3.0], strict=True) for u in ("mV",)]
    pairs += [
        (1.0, 1.0, "spikes"),
        (None, 0.0, "spikes"),
        (1.0, None, "spikes"),
        (3.0, 40.0, "spikes"),
        (None, None, "1"),
        (-30.0, 0.0, "mV"),
        *((1.0, None, unit) for unit in ("bursts", "intervals", "periods", "extrema", "laws", "peaks")),
    ]
    for (low, high, unit), shown in zip(pairs, node.run(tmp_path, f"{engine}\n{source}", pairs), strict=True):
        x = np.nan if low is None else low
        measured = number(x) if math.isnan(x) else interval(x, x, unit)
        assert shown == [number(x), interval(low, high, unit), measured], (low, high, unit)


# ------------------------------------------------------------------ whole verdicts

JUDGE = """
function answer(cases) {
  return cases.map(({ neuron, bench, resets, component, values, dt }) => {
    const own = new Map(values);
    const model = NEURONS[neuron];
    const parameters = Object.fromEntries(model.parameters.map(([name]) => [name, own.get(name)]));
    const runner = new Runner(model, { settings: bench, resets }, parameters, own.get(component.holding) ?? 0, dt);
    const running = judging(component.tape, component.criteria, runner, own);
    let step = running.next();
    while (!step.done) step = running.next();
    const { criteria, loss } = step.value;
    return { loss, keys: criteria.map(({ key }) => key), passed: criteria.map(({ passed }) => passed),
             values: bytes(criteria.map(({ value }) => value)) };
  });
}
"""
MODELS = ("izhikevich", "adex", "lif", "morris_lecar")
SETS = 4


def near_and_far(model, pattern, count: int, rng) -> dict[str, np.ndarray]:
    """Return sets: a known one, some close to it, where criteria begin to fail, and some from all over the sliders."""
    known = known_sets(model, pattern)
    base = complete(model, pattern, known[0].parameters if known else {})
    values = {}
    reach = np.array([0.0, 0.02, 0.05, 0.0])[np.arange(count) % 4]
    anywhere = (np.arange(count) % 4 == 3) | (not known)
    for name, p in pattern.parameters(model).items():
        near = np.clip(p.to_unit(base[name]) + reach * rng.normal(size=count), 0.0, 1.0)
        values[name] = p.from_unit(np.where(anywhere, rng.random(count), near))
    return values


def test_the_page_judges_as_python_does(tmp_path, engine):
    rng = np.random.default_rng(7)
    cases, expected, left_out = [], [], []
    for name in MODELS:
        model = pw.models.get(name)
        for key in pw.patterns.names():
            pattern = pw.patterns.get(key)
            values = near_and_far(model, pattern, SETS, rng)
            component = Described(model, None, None)._component("", pattern)
            if component["tape"] is None:
                left_out.append(f"{name}, {key}")
                continue
            verdict = evaluate(model, pattern, values, model.dt)
            for i in range(SETS):
                cases.append(
                    {
                        "neuron": name,
                        "bench": BENCH,
                        "resets": model.spike_level is None,
                        "component": component,
                        "values": [(n, float(x[i])) for n, x in values.items()],
                        "dt": model.dt,
                    }
                )
                expected.append((f"{name}, {key}, {i}", verdict, i))
    neurons = ", ".join(f"{name}: {neuron_object(pw.models.get(name))}" for name in MODELS)
    answers = node.run(tmp_path, f"{engine}\n{runtime()}\nconst NEURONS = {{ {neurons} }};\n{JUDGE}", cases)
    assert left_out == []
    accepted = 0
    for (where, verdict, i), answer in zip(expected, answers, strict=True):
        assert answer["keys"] == [check.key for check in verdict.criteria], where
        assert answer["passed"] == [bool(check.passed[i]) for check in verdict.criteria], where
        near = {"rtol": 1e-5, "atol": 1e-3}
        np.testing.assert_allclose(
            answer["values"], [float(c.value[i]) for c in verdict.criteria], **near, err_msg=where
        )
        assert answer["loss"] == pytest.approx(verdict.loss[i], rel=near["rtol"], abs=1e-6), where
        assert (answer["loss"] == 0.0) == (verdict.status[i] == "unverified"), where
        accepted += answer["loss"] == 0.0
    assert accepted > 40


# ------------------------------------------------------------------ tapes


def made(measure, **more) -> pw.Pattern:
    return pw.Pattern(
        key="own",
        title="Own",
        stimulus_parameters=one_pulse(lambda w: w).stimulus_parameters,
        sweeps=lambda s: {"pulse": pw.Sweep([pw.pulse(0.0, s.width, s.amplitude)], end=700.0)},
        measure=measure,
        criteria=[pw.Criterion("x", "x", "X.", low=0.5)],
        **more,
    )


def of(measure):
    return checked_tape(pw.models.get("lif"), made(measure))


def names_in(tape) -> set[str]:
    return {line.operation.name for line in tape.body}


def test_a_custom_measurement_is_traced_if_the_table_has_its_operations():
    tape = of(lambda r, s: {"x": np.where(r["pulse"].count() > 1, s.width / r["pulse"].first(s.width), 0.0)})
    assert {"count", "first", "where", "div"} <= names_in(tape)
    json.dumps(tape.data(), allow_nan=False)
    assert of(lambda r, s: {"x": np.exp(r["pulse"].count() / 100.0)}) is None
    assert of(lambda r, s: {"x": np.nansum(r["pulse"].times, axis=-1)}) is None
    assert of(lambda r, s: {"x": r["pulse"].count() if len(r) else 0.0}) is not None


def test_a_decision_that_is_used_as_a_number_is_converted():
    tape = of(lambda r, s: {"x": (r["pulse"].count() > 1) * 2.0 + (r["pulse"].times > 3.0).sum(axis=1)})
    body = tape.data()["body"]
    place = next(i for i, (name, *given) in enumerate(body) if name == "gt" and given[1] == 1.0)
    assert ["where", [place], 1.0, 0.0] in body and "how_many" in names_in(tape)


def caught(r, s):
    try:
        return {"x": np.exp(r["pulse"].count() / 100.0)}
    except Exception:
        return {"x": 0.0}


def test_a_measurement_that_does_something_else_while_it_is_traced_has_no_tape():
    assert of(lambda r, s: {"x": 1.0 * r["pulse"].count() + isinstance(s.width, Traced)}) is None
    assert of(caught) is None


@pytest.mark.parametrize("key", ["class_2_excitable", "bistability", "subthreshold_oscillations"])
def test_a_tape_played_in_python_gives_what_the_pattern_measures(key):
    model, pattern = pw.models.get("izhikevich"), pw.patterns.get(key)
    values = near_and_far(model, pattern, 12, np.random.default_rng(1))
    runner = Runner(model, values, model.dt)
    measured = pattern.measured_on(runner)
    features, _, gap = play(tape_of(model, pattern), runner.with_stimulus(values))
    np.testing.assert_array_equal(gap, measured.gap_to_threshold)
    for name, value in features.items():
        expected = getattr(measured.features[name], "value", measured.features[name])
        np.testing.assert_array_equal(np.broadcast_to(value, 12), np.broadcast_to(expected, 12), err_msg=name)


def test_functions_that_mix_sets_or_depend_on_the_order_of_a_sum_are_not_traced():
    row = RowTracer().input("@times", FIXED, ROW)
    for wrong in (
        lambda: row.sum(axis=1),
        lambda: row.max(),
        lambda: row.max(axis=0),
        lambda: row[0],
        lambda: bool(row > 1.0),
        lambda: ~(row > 1.0),
        lambda: float(row[:, 0]),
        lambda: row.astype(np.int64),
        lambda: np.sort(row),
    ):
        with pytest.raises(NotTraceableError):
            wrong()


def test_a_page_keeps_stored_verdicts_of_a_pattern_that_it_cannot_measure(tmp_path):
    pattern = made(lambda r, s: {"x": np.exp(r["pulse"].count() / 100.0)})
    data = data_of(pw.export_page("lif", [pattern, "tonic_spiking"], path=tmp_path / "page.html"))
    assert data["shipped"]["lif"]["shared"]["own"]["judged"]["resets"][0]["tape"] is None
    assert data["shipped"]["lif"]["patterns"]["own"]["sets"][0]["status"] == "replicated"
