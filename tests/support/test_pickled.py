"""Results, verdicts and models pickle, or one sentence names the reason."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from paths import ROOT
from small_neurons import good_step, make

import plausiwidgets as pw


def test_a_result_of_a_search_pickles_without_the_objects_of_its_model():
    result = pw.optimize("lif", "tonic_spiking", seed=0, budget=200)
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again.problem is None
    assert again.history.equals(result.history)
    assert again.verdict.replicated
    assert copy.deepcopy(result) is result


def test_a_verdict_on_one_set_pickles_with_its_traces():
    verdict = pw.judge("adex", "tonic_bursting")
    again = pickle.loads(pickle.dumps(verdict))
    assert repr(again) == repr(verdict)
    for name, trace in verdict.traces.items():
        np.testing.assert_array_equal(again.traces[name].v, trace.v)
    assert again._picture() == verdict._picture()
    assert pw.plot(again) is not None


def test_a_verdict_on_a_custom_model_and_pattern_pickles():
    model, pattern = make(good_step), pw.patterns.all_of("tonic_spiking", "phasic_spiking")
    again = pickle.loads(pickle.dumps(pw.judge(model, pattern, verify=False)))
    assert set(again.parts) == {"tonic_spiking", "phasic_spiking"}
    assert len(again.traces) > 1


def test_a_verdict_on_many_sets_pickles_and_names_what_it_left_out():
    verdict = pw.judge("lif", "tonic_spiking", {"amplitude": np.array([1.0, 2.0])}, verify=False)
    again = pickle.loads(pickle.dumps(verdict))
    np.testing.assert_array_equal(again.loss, verdict.loss)
    with pytest.raises(ValueError, match="must be read before the verdict is pickled"):
        again.traces
    verdict.traces
    assert list(pickle.loads(pickle.dumps(verdict)).traces) == list(verdict.traces)


@pytest.mark.parametrize("key", ["lif", "adex"])
def test_a_packaged_model_and_pattern_are_the_same_objects_again(key):
    assert pickle.loads(pickle.dumps(pw.models.get(key))) is pw.models.get(key)
    assert pickle.loads(pickle.dumps(pw.patterns.get("rebound_spike"))) is pw.patterns.get("rebound_spike")


def test_a_model_with_a_local_function_is_refused_in_a_sentence():
    model = make(lambda current, state, p, dt: good_step(current, state, p, dt))
    with pytest.raises(TypeError, match=r"^model '\w+' cannot be pickled, because step is a function without a name"):
        pickle.dumps(model)
    assert copy.deepcopy(model) is model
    assert copy.copy(model) is not model


def test_cloudpickle_sends_a_local_function_by_its_code():
    pytest.importorskip("cloudpickle")
    code = (
        "import cloudpickle, pickle\n"
        "from small_neurons import make, good_step\n"
        "model = make(lambda current, state, p, dt: good_step(current, state, p, dt))\n"
        "print(pickle.loads(cloudpickle.dumps(model)).key)\n"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "helpers")])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "mine", done.stderr


def test_a_running_search_is_refused_in_a_sentence():
    run = pw.start_optimization("lif", "tonic_spiking", seed=0, budget=200)
    with pytest.raises(TypeError, match=r"cannot be pickled. Pickle its result\(\) or its snapshot\(\)"):
        pickle.dumps(run)
    assert pickle.loads(pickle.dumps(run.result(60.0))).replicated
