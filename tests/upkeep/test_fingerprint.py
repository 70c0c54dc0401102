"""Fingerprints: what changes them, and what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_neurons import make

import plausiwidgets as pw
from plausiwidgets.engine.compiled.export_model import export_programs
from plausiwidgets.engine.program.rows import FEATURES
from plausiwidgets.models.registry import _builtin as built_in_models
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.registry import _builtin
from plausiwidgets.upkeep import fingerprint
from plausiwidgets.upkeep.rows import Row, all_rows, twenty


def changed(before: dict[tuple[str, ...], str], rows: list[Row]) -> list[Row]:
    """Return the rows whose fingerprint of today differs from an earlier one."""
    return [row for row in rows if before[row[:4]] != row.today]


@pytest.fixture(scope="module")
def before() -> dict[tuple[str, ...], str]:
    return {row[:4]: row.today for row in all_rows()}


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Callable[[pw.Pattern], None]:
    """Replace a packaged pattern."""
    return lambda pattern: monkeypatch.setitem(_builtin, pattern.key, pattern)


def with_bound_moved(pattern: pw.Pattern, key: str) -> pw.Pattern:
    """Return the pattern with the bound of one criterion moved by 1 %."""
    criteria = [
        replace(one, low=1.01 * one.low, high=1.01 * one.high) if one.key == key else one for one in pattern.criteria
    ]
    with trial.untried():
        return replace(pattern, criteria=criteria)


# ------------------------------------------------------------------ patterns


def test_a_bound_that_moves_by_one_per_cent_changes_exactly_the_rows_of_its_pattern(
    before: dict[tuple[str, ...], str], put: Callable[[pw.Pattern], None]
) -> None:
    put(with_bound_moved(pw.patterns.get("rebound_spike"), "latency"))
    rows = list(all_rows())
    assert changed(before, rows) == [row for row in rows if row.pattern == "rebound_spike"]


def test_every_bound_of_every_pattern_counts_and_so_do_those_of_its_verification() -> None:
    for pattern in twenty():
        today = fingerprint.of_pattern(pattern)
        for one in pattern.criteria:
            if one.low != 0.0 and one.high != 0.0:  # 1 % of 0 is 0
                assert fingerprint.of_pattern(with_bound_moved(pattern, one.key)) != today, (pattern.key, one.key)
        for words, form in pattern.verification.items():
            moved = with_bound_moved(form, "min_isi")
            with trial.untried():
                other = replace(pattern, verification={**pattern.verification, words: moved})
            assert fingerprint.of_pattern(other) != today, (pattern.key, words)


def test_texts_names_and_the_order_of_criteria_change_no_fingerprint() -> None:
    for pattern in twenty():
        renamed = [replace(one, title="Other words", description="Other words.") for one in reversed(pattern.criteria)]
        with trial.untried():
            other = replace(pattern, criteria=renamed, title="Another title", description="Other.", marks=())
        assert fingerprint.of_pattern(other) == fingerprint.of_pattern(pattern), pattern.key


def measure(order: int) -> Callable[..., dict[str, object]]:
    """Return one measure in two forms: other names of variables, and another order of independent lines."""

    def first(r: pw.patterns.Responses, s: object) -> dict[str, object]:
        spikes = r["step"].count()
        earliest = r["step"].first()
        return {"n": spikes, "latency": earliest - 2.0}

    def second(r: pw.patterns.Responses, s: object) -> dict[str, object]:
        """Measure the same features."""
        t = r["step"].first()
        delay = t - 2.0
        n = r["step"].count()
        return {"latency": delay, "n": n}

    return (first, second)[order]


def pattern_with(measured: Callable[..., dict[str, object]], width: float = 100.0, sweep: str = "step") -> pw.Pattern:
    return pw.Pattern(
        key="of_a_test",
        title="Of a test",
        stimulus_parameters=[pw.StimulusParameter("amplitude", 1.0, 0.1, 4.0, of="current", limits=(0.0, None))],
        sweeps=lambda s: {sweep: pw.Sweep([pw.pulse(0.0, width, s.amplitude)], end=200.0)},
        measure=measured,
        criteria=[
            pw.Criterion("n", "spikes", "Spikes.", "spikes", low=1, kind="count"),
            pw.Criterion("latency", "soon", "Latency.", "ms", high=50.0),
        ],
    )


def test_names_of_variables_and_the_order_of_independent_lines_of_a_measure_play_no_role() -> None:
    one, other = (fingerprint.of_pattern(pattern_with(measure(order))) for order in (0, 1))
    assert one == other
    assert fingerprint.of_pattern(pattern_with(measure(0), width=101.0)) != one
    assert fingerprint.of_pattern(pattern_with(lambda r, s: measure(0)(r, s) | {"n": r["step"].count(5.0)})) != one


def test_the_name_of_a_sweep_plays_no_role() -> None:
    renamed = pattern_with(lambda r, s: {"n": r["pulse"].count(), "latency": r["pulse"].first() - 2.0}, sweep="pulse")
    assert fingerprint.of_pattern(renamed) == fingerprint.of_pattern(pattern_with(measure(0)))


def test_a_function_that_returns_other_values_has_another_number_and_changes_the_patterns_that_use_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    today = {one.key: fingerprint.of_pattern(one) for one in twenty()}
    fingerprint.of_pattern.cache_clear()
    monkeypatch.setitem(fingerprint.HAND_WRITTEN, "hump", 99)
    other = {one.key: fingerprint.of_pattern(one) for one in twenty()}
    fingerprint.of_pattern.cache_clear()
    assert [key for key in today if today[key] != other[key]] == ["depolarizing_after_potential"]


def test_every_function_that_is_not_traced_has_a_number() -> None:
    procedures = {"runner", "control", "threshold_at", "weakest_step", "steps_show", "onset", "penalty", "verification"}
    home = "plausiwidgets.patterns.features"
    features = {name for name, row in FEATURES.items() if getattr(row.function, "__module__", "") == home}
    assert set(fingerprint.HAND_WRITTEN) == features | procedures


# ------------------------------------------------------------------ neurons


def of_step(step: Callable[..., object], **changes: object) -> str:
    model = make(step, **changes)
    return fingerprint.of_programs(model, export_programs(model))


def first_step(current, state, p, dt):  # type: ignore[no-untyped-def]
    """Step by forward Euler."""
    (v,) = state
    leak = -65.0 - v
    rate = dt / p.tau
    v = v + rate * (leak + current)
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v),)


def renamed_step(current, state, p, dt):  # type: ignore[no-untyped-def]
    potential = state[0]
    factor = dt / p.tau
    to_rest = -65.0 - potential
    new = potential + factor * (to_rest + current)
    spike = new > -50.0
    return spike.to(new.dtype), (torch.where(spike, -65.0, new),)


def other_step(current, state, p, dt):  # type: ignore[no-untyped-def]
    (v,) = state
    v = v + dt / p.tau * (-65.0 - v + current)
    fired = v > -49.9
    return fired.to(v.dtype), (torch.where(fired, -65.0, v),)


def test_names_of_variables_docstrings_and_the_order_of_independent_lines_of_a_step_play_no_role() -> None:
    today = of_step(first_step)
    assert of_step(renamed_step) == today
    assert of_step(first_step, title="Another title", description="Another text.", source="Another source") == today
    assert of_step(other_step) != today
    assert of_step(first_step, dt=0.2) != today


def test_the_order_of_the_parameters_of_a_program_plays_no_role() -> None:
    model = pw.models.get("adex")
    text = model.programs.text()
    swapped = text.replace("C g_L", "g_L C").replace("p0", "p?").replace("p1", "p0").replace("p?", "p1")
    other = type(model.programs)(*(part for part in _read(swapped)))
    assert fingerprint.of_programs(model, other) == fingerprint.of_model(model)


def _read(text: str) -> Iterator[object]:
    from plausiwidgets.engine.program.neuron import read

    programs = read(text)
    yield from (programs.step, programs.start, programs.balance)


def test_a_changed_range_changes_exactly_the_rows_of_its_neuron(
    before: dict[tuple[str, ...], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy(pw.models.get("qif"))
    a = other.parameters["a"]
    other.__dict__["parameters"] = {**other.parameters, "a": replace(a, high=1.01 * a.high)}
    monkeypatch.setitem(built_in_models, "qif", other)
    rows = [row for row in all_rows() if row.data in ("table", "repertoires")]
    assert changed(before, rows) == [row for row in rows if row.model == "qif"]


def test_every_neuron_pattern_and_set_has_a_fingerprint_of_its_own() -> None:
    neurons = [fingerprint.of_model(pw.models.get(name)) for name in pw.models.names()]
    patterns = [fingerprint.of_pattern(one) for one in twenty()]
    assert len({*neurons, *patterns}) == len(neurons) + len(patterns)
    lif, tonic = pw.models.get("lif"), pw.patterns.get("tonic_spiking")
    results = [
        fingerprint.of_set(lif, tonic, {}),
        fingerprint.of_set(lif, tonic, {"tau_mem": np.nextafter(20.0, 30.0)}),
        fingerprint.of_set(lif, tonic, {}, 0.05),
        fingerprint.of_pair(lif, tonic),
        fingerprint.of_pair(lif, tonic, lif.defaults(), 0.1),
    ]
    assert len(set(results)) == len(results)
    assert fingerprint.of_set(lif, tonic, lif.defaults()) == results[0]
