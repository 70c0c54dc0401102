"""Without Numba, plain Python and NumPy give the same verdicts, which are verified only on request."""

import subprocess
import sys

import pytest

from tests.benchmarks.without_numba import compared


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process that cannot import Numba."""
    blocked = "import sys; sys.modules['numba'] = None; import numpy as np, plausiwidgets as pw\n"
    return subprocess.run([sys.executable, "-c", blocked + script], capture_output=True, text=True)


def test_verdicts_are_those_of_the_kernels() -> None:
    rows = compared(["izhikevich/tonic_spiking", "izhikevich/rebound_spike", "hodgkin_huxley/tonic_spiking"])
    for pair, row in rows.items():
        assert row["status"] == row["kernel_status"], pair
        assert row["loss"] == pytest.approx(row["kernel_loss"], abs=1e-9), pair
        assert "Numba is not installed" in str(row["reason"])


def test_the_printed_verdict_states_the_reason_in_one_sentence() -> None:
    answer = run("print(' '.join(str(pw.judge('lif', 'tonic_spiking')).split()))")
    assert "Run by plain Python: Numba is not installed" in answer.stdout and "pip install numba" in answer.stdout
    assert answer.stderr == ""


def test_a_requested_verification_prints_an_estimate_first() -> None:
    answer = run("print(pw.judge('lif', 'tonic_spiking', dt=1.0, verify=True).status)")
    assert "The verification takes" in answer.stderr, answer.stderr
    assert answer.stdout.strip() in ("replicated", "fragile")


def test_many_sets_are_simulated_by_numpy() -> None:
    answer = run(
        "current = pw.Current.step(30.0, end=20.0)\n"
        "print(pw.simulate('lif', current, {'tau_mem': np.linspace(10.0, 30.0, 40)}).engine)"
    )
    assert (answer.stdout, answer.stderr) == ("numpy\n", "")
