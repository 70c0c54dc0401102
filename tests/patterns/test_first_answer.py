"""The first verdict of a process: by plain Python, while the kernel is made in the background."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from small_neurons import good_step, has_exponential, make

import plausiwidgets as pw
from plausiwidgets.engine.choice import background_compile
from plausiwidgets.engine.compiled.engine import interim_engine, is_ready
from plausiwidgets.engine.compiled.interpreter import interpreter
from plausiwidgets.models.simulate import broadcast
from plausiwidgets.patterns.evaluation import complete, evaluate
from plausiwidgets.patterns.judge import judge


def process(code: str) -> subprocess.CompletedProcess:
    """Run code in a new process."""
    head = "import os, signal, sys, threading, time\nimport plausiwidgets as pw\n"
    return subprocess.run([sys.executable, "-c", head + code], capture_output=True, text=True, check=False, timeout=300)


def kernels(folder) -> list[str]:
    return [file.name.partition("-")[0] for file in (folder / "cache" / "kernels").glob("*.checked")]


def makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "plausiwidgets-compile"]


def join() -> None:
    """Wait until all kernels are made."""
    for thread in makers():
        thread.join(240)


# ------------------------------------------------------------------ the same answer


@pytest.mark.slow
@pytest.mark.parametrize("name", pw.models.names())
def test_plain_python_judges_as_the_kernel_does(name):
    model = pw.models.get(name)
    plain, record = interpreter(model.programs.step), [state.key for state in model.states]
    slack = 1e-6 if has_exponential(name) else 0.0
    for key in ("tonic_spiking", "integrator", "rebound_spike", "accommodation"):
        pattern = pw.patterns.get(key)
        values = broadcast(complete(model, pattern, pw.assessment.packaged_parameters(name, key)))
        ours = evaluate(model, pattern, values, model.dt, plain, record=record)
        theirs = evaluate(model, pattern, values, model.dt, "compiled", record=record)
        assert (ours.engine, theirs.engine) == ("python", "compiled")
        assert ours.status == theirs.status
        assert ours.diverged == theirs.diverged
        np.testing.assert_allclose(ours.loss, theirs.loss, rtol=1e-12 if has_exponential(name) else 0.0)
        for sweep, trace in theirs.traces.items():
            np.testing.assert_array_equal(ours.traces[sweep].spike_times[0], trace.spike_times[0])
            for state, path in trace.states.items():
                np.testing.assert_allclose(ours.traces[sweep].states[state], path, rtol=slack, atol=slack)


# ------------------------------------------------------------------ when, and by what


def test_a_verdict_without_verification_needs_no_numba_and_a_script_that_ends_compiles_nothing(cold, tmp_path):
    done = process("""
verdict = pw.judge("adex", "tonic_spiking", verify=False)
print(verdict.status, verdict.engine, "numba" in sys.modules, len(verdict.traces["step"].spike_times[0]) > 3)
""")
    assert (done.returncode, done.stdout.split()) == (0, ["unverified", "python", "False", "True"]), done.stderr
    assert done.stderr == ""
    assert kernels(tmp_path) == []


@pytest.mark.slow
def test_a_process_that_continues_uses_the_kernel_once_it_is_compiled(cold, tmp_path):
    done = process("""
engines = []
end = time.monotonic() + 240
while not engines or engines[-1] == "python" and time.monotonic() < end:
    engines.append(pw.judge("lif", "tonic_spiking", verify=False).engine)
    time.sleep(0.1)
print(engines[0], engines[-1])
""")
    assert (done.returncode, done.stdout.split()) == (0, ["python", "compiled"]), done.stderr
    assert done.stderr == ""
    assert kernels(tmp_path) == ["lif"]


def test_a_rejected_set_needs_no_verification_and_does_not_wait_for_the_kernel(cold):
    done = process("""
verdict = pw.judge("adex", "tonic_spiking", {"amplitude": 1.0})
print(verdict.status, verdict.engine, [thread.name for thread in threading.enumerate()])
""")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("rejected python")
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(("stderr", "lines"), [("sys.stderr", 1), ("None", 0)])
def test_a_verification_waits_for_the_kernel_and_prints_one_line_to_stderr(cold, stderr, lines):
    done = process(f"""
from plausiwidgets.engine.choice import background_compile
background_compile.PATIENCE = 0.2
before, sys.stderr = sys.stderr, {stderr}
verdict = pw.judge("lif", "tonic_spiking")
again = pw.judge("lif", "tonic_spiking")
sys.stderr = before
print(verdict.status, verdict.engine, again.engine)
""")
    assert (done.returncode, done.stdout.split()) == (0, ["replicated", "compiled", "compiled"]), done.stderr
    assert done.stderr == lines * "plausiwidgets: compiling model 'lif', which takes some seconds\n"


def test_a_verification_without_a_kernel_prints_the_reason_and_an_estimate(cold, monkeypatch, capsys):
    def branching(current, state, p, dt):
        (v,) = state
        v = v + dt / p.tau * (-65.0 - v + current)
        return (True, (-65.0,)) if v > -50.0 else (False, (v,))

    during = []

    def verify_sets(model, pattern, verdict, *others):
        during.append(capsys.readouterr().err)
        return verdict

    monkeypatch.setattr(sys.modules["plausiwidgets.patterns.judge"], "verify_sets", verify_sets)
    judge(make(branching), "tonic_spiking", dt=0.5)
    assert len(during) == 1
    assert "cannot be compiled" in during[0] and "np.where instead of an `if`" in during[0]
    assert "The verification takes" in during[0]
    judge(make(good_step), "tonic_spiking")
    assert "cannot be compiled" not in during[1] and "The verification takes" not in during[1]


def test_arrays_and_an_engine_by_name_are_not_answered_by_plain_python(cold):
    model = make(good_step)
    assert judge(model, "tonic_spiking", {"amplitude": [20.0, 25.0]}, verify=False).engine == "compiled"
    assert judge(make(good_step), "tonic_spiking", verify=False, engine="torch").engine == "torch"
    assert judge(make(good_step), "tonic_spiking", verify=False, engine="compiled").engine == "compiled"


def test_an_error_of_a_progress_display_also_ends_the_first_evaluation(cold):
    def stop(snapshot):
        if snapshot.state == "running" and snapshot.seconds > 0.0:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        judge(make(good_step), "tonic_spiking", verify=False, progress=stop)


def test_a_pattern_that_adapts_its_sweeps_waits_for_the_kernel(cold):
    assert judge(make(good_step), "class_1_excitable", verify=False).engine == "compiled"


def test_a_custom_neuron_is_exported_once_and_answered_before_it_is_compiled(cold, monkeypatch):
    monkeypatch.setattr(background_compile, "DELAY", 1000.0)
    model = make(good_step)
    verdict = judge(model, "tonic_spiking", verify=False)
    assert (verdict.engine, is_ready(model)) == ("python", False)
    assert interim_engine(model) is interim_engine(model)
    background_compile.compile_in_background(model, 0.0)
    join()
    assert is_ready(model)
    kernel = judge(model, "tonic_spiking", verify=False)
    assert (kernel.engine, kernel.status, kernel.loss) == ("compiled", verdict.status, verdict.loss)


# ------------------------------------------------------------------ the thread


def test_a_process_that_ends_while_a_kernel_is_made_ends_quietly(cold, tmp_path):
    done = process("""
from plausiwidgets.engine.choice import background_compile
background_compile.compile_in_background(pw.models.get("lif"), 0.0)
background_compile.compile_in_background(pw.models.get("adex"), 0.0)
time.sleep(0.3)
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "adex" not in kernels(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGINT as of a terminal")
def test_ctrl_c_while_a_verification_waits_for_the_kernel_leaves_no_thread(cold):
    done = process("""
from plausiwidgets.engine.compiled import engine
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
def wait(model):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
engine._compile = wait
try:
    pw.judge("hodgkin_huxley", "tonic_spiking")
except KeyboardInterrupt:
    print(threading.active_count())
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_waits_for_the_kernel_that_is_being_made_and_its_child_can_compile(cold):
    done = process("""
from plausiwidgets.engine.choice import background_compile
background_compile.compile_in_background(pw.models.get("lif"), 0.0)
background_compile.compile_in_background(pw.models.get("adex"), 1000.0)
time.sleep(0.2)
child = os.fork()
if not child:
    statuses = [pw.judge(name, "tonic_spiking").status for name in ("lif", "qif")]
    os._exit(7 if statuses == ["replicated", "replicated"] else 1)
left = [thread.name for thread in threading.enumerate() if "compile" in thread.name]
print(left, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "numba" in sys.modules)
""")
    assert (done.returncode, done.stdout.split()) == (0, ["[]", "7", "True"]), done.stderr
