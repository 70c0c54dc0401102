"""The tries of a search as arrays: complete, shared by snapshots, and thinned for a curve."""

import numpy as np
import pytest
from optimization_fakes import fake_optimizer, fake_problem

import plausiwidgets as pw
from plausiwidgets.assessment.units import Unit
from plausiwidgets.optimization.evaluations import EvaluationRecorder, Evaluations
from plausiwidgets.optimization.optimizer import Optimizer
from plausiwidgets.optimization.problem import Batch
from plausiwidgets.optimization.run import Run
from plausiwidgets.optimization.versions import versions


def record(generations, size=10, names=("a", "b")):
    """Return a recorder with generations of random tries, and the tries after each."""
    rng, recorder = np.random.default_rng(0), EvaluationRecorder(names)
    seen = []
    for i in range(generations):
        values, loss = rng.random((size, len(names))), rng.random(size)
        batch = Batch.unverified(dict(zip(names, values.T, strict=True)), loss, loss[:, None], ("x",))
        seen.append(recorder.append(batch, i // 3, "search"))
    return seen


def test_arrays_that_grow_keep_all_rows():
    *_, last = record(1000, size=7)
    rng = np.random.default_rng(0)
    for i in range(1000):
        rows = slice(7 * i, 7 * i + 7)
        assert np.array_equal(last.values[rows], rng.random((7, 2)))
        assert np.array_equal(last.loss[rows], rng.random(7))
    assert np.array_equal(last.penalties[:, 0], last.loss)
    assert last.ends.tolist() == [7 * (i + 1) for i in range(1000)]
    assert last.generation.tolist() == [i // 7 for i in range(7000)]
    assert last.restarted.tolist() == [21 * k for k in range(1, 334)]


def test_a_curve_keeps_every_improvement_even_if_it_draws_fewer_points():
    loss = np.linspace(1.0, 0.5, 5000)
    assert Evaluations(loss=loss).drawn(100).tolist() == list(range(5000))
    loss[1::2] = 2.0
    drawn = Evaluations(loss=loss).drawn(100)
    assert set(range(0, 5000, 2)) <= set(drawn.tolist()) and drawn[-1] == 4999
    assert len(Evaluations().drawn()) == 0


def test_the_evaluations_contain_the_best_set_and_its_status():
    result = Run(fake_optimizer(radius=0.02)).execute()
    tries, at = result._history, result.found_after - 1
    assert dict(zip(tries.names, tries.values[at], strict=True)) == {n: result.parameters[n] for n in result.bounds}
    assert tries.status[at] == "replicated" and tries.loss[at] == 0.0 and tries.penalties[at].tolist() == [0.0]
    assert set(tries.status[:at]) == {"rejected"}


def test_a_parameter_with_the_name_of_a_column_gets_its_own_column():
    *_, tries = record(2, names=("loss", "b"))
    frame = tries.to_frame()
    assert list(frame) == [
        "loss",
        "best",
        "status",
        "generation",
        "restarts",
        "phase",
        "parameter_loss",
        "b",
        "penalty_x",
    ]
    assert frame["parameter_loss"].tolist() == tries.values[:, 0].tolist()


def test_an_assessment_keeps_no_evaluations():
    study = pw.assessment.start_assessment("lif", "tonic_spiking", budget=64)
    study.result()
    assert [len(result._history) for result in study.snapshot().results] == [0]
    assert len(Unit("lif", "tonic_spiking", 0, 64).optimizer().step()._history) == 0  # not while it searches, either


def test_a_search_without_kept_evaluations_has_the_same_result():
    problem = fake_problem(radius=0.02)
    kept, other = (Optimizer(problem, 0, 20_000, keep_history=keep) for keep in (True, False))
    while (result := kept.step()) is not None:
        assert other.step() == result
    assert other.step() is None and other.result.replicated
    assert len(kept.result._history) == kept.result.evaluations > len(other.result._history) == 0


def test_a_record_of_the_former_format_is_read_without_its_generations():
    result = Run(fake_optimizer(radius=0.02)).execute()
    former = result.to_dict() | {
        "format": "plausiwidgets-result-5",
        "columns": {
            "evaluations": [32.0],
            "best": [0.0],
            "current": [0.0],
            "median": [1.0],
            "restarts": [0],
            "phase": ["screen"],
        },
    }
    again = pw.Result.from_dict(former)
    assert again.to_dict() == result.to_dict() and again.versions == versions()
    with pytest.raises(ValueError, match="Result: format must be"):
        pw.Result.from_dict(former | {"format": "plausiwidgets-result-4"})
