"""The package's own neurons run from programs that were exported from their steps, and need no torch."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from kernel_helpers import lanes_model
from small_neurons import adaptive_counter

import plausiwidgets as pw
from plausiwidgets.engine.compiled import check
from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.engine.compiled.export import export_step
from plausiwidgets.engine.compiled.export_model import export_programs
from plausiwidgets.engine.loop import run_program
from plausiwidgets.engine.program import operations
from plausiwidgets.engine.program.arrays import evaluate
from plausiwidgets.engine.program.neuron import read
from plausiwidgets.engine.program.text import from_text, to_text
from plausiwidgets.models.export_programs import by_torch
from plausiwidgets.models.registry import program_file
from plausiwidgets.upkeep.stale import COMMAND

NAMES = pw.models.library.NAMES


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_programs_of_a_neuron_are_those_of_its_step(name):
    shipped = program_file(name).read_text(encoding="utf-8")
    assert export_programs(by_torch(name)).text() == shipped, f"{name} was edited: {COMMAND} {name}"


@pytest.mark.parametrize("name", NAMES)
def test_the_programs_of_a_neuron_compute_what_torch_computes(name):
    model, bare = pw.models.get(name), by_torch(name)
    program = model.programs.step
    check.compare(bare, check.observe(bare), lambda job: run_program(job, program), program.single)
    rng = np.random.default_rng(0)
    values = {n: p.from_unit(rng.random(200)) for n, p in model.parameters.items()}
    current = model.current.from_unit(rng.random(200))
    np.testing.assert_allclose(model.start(values, current), bare.start(values, current), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.rest_threshold(values), bare.rest_threshold(values), rtol=1e-12)


def test_a_kernel_that_the_compiler_makes_wrong_is_refused(monkeypatch):
    wrong = replace(operations.TABLE["exp"], python="exp({0}) * 1.000001")
    monkeypatch.setitem(operations.TABLE, "exp", wrong)
    model = by_torch("adex")
    model.programs = read(program_file("adex").read_text(encoding="utf-8"))
    assert "differs from its program (in step" in why_not(model)
    assert pw.simulate(model, pw.Current.step(500.0, 20.0)).engine == "numpy"


def test_the_text_of_a_program_is_the_program():
    def odd(current, state, p, dt):
        v = torch.where(torch.isnan(state[0]) ^ True, state[0], torch.inf) + torch.where(current > 1e300, -0.0, 1e-300)
        return (v > p.p).to(v.dtype), (v.to(torch.int32).to(v.dtype) + torch.where(v > 2.0, torch.nan, 1.0),)

    for program in (export_step(adaptive_counter()), export_step(lanes_model(odd, 1))):
        again = from_text(to_text(program))
        assert to_text(again) == to_text(program)
        assert again.parameters == program.parameters
        assert [line.level for line in again.body] == [line.level for line in program.body]
        assert [line.dtype for line in again.body] == [line.dtype for line in program.body]
        lanes = np.linspace(-70.0, -40.0, 9)
        inputs = {"current": lanes, "dt": 0.1, "s0": lanes, "s1": np.arange(9.0), "p0": 10.0 + lanes, "p1": 1.5}
        for a, b in zip(evaluate(again, inputs)[1], evaluate(program, inputs)[1], strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_line_that_is_no_instruction_is_refused():
    with pytest.raises(ValueError, match=r"must have the form .*, got 'x0 = frobnicate s0'"):
        from_text("tau\nx0 = frobnicate s0\n-> 0.0 x0")
    with pytest.raises(ValueError, match=r"the last line must have the form .*, got 'x0 = neg s0'"):
        from_text("tau\nx0 = neg s0")


def test_the_start_of_the_explorer_imports_neither_torch_nor_pandas():
    code = "import sys, plausiwidgets as pw; e = pw.Explorer(); assert e.wait(300); e.close()"
    check = "print(sorted({'torch', 'norse', 'sympy', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{check}"], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
