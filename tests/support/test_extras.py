"""What needs an extra says so with the command that installs it, and all else works without."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import plausiwidgets as pw
from plausiwidgets.optimization.versions import versions
from plausiwidgets.support import extras

HELPERS = Path(__file__).parents[1] / "helpers"
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
PIP = {
    "torch": "pip install 'plausiwidgets[torch]'",
    "norse": "pip install 'plausiwidgets[torch]'",
    "brian2": "pip install 'plausiwidgets[brian2]'",
    "tqdm": "pip install tqdm",
}

OWN = """
def step(current, state, p, dt):
    return current > 1.0, (state[0] + current,)

def neuron(**options):
    return pw.NeuronModel(
        "own", step, [pw.Parameter("tau", 10.0, 5.0, 20.0)], lambda p, holding: (p.tau,),
        pw.Parameter("current", 2.0, 0.0, 5.0), rest=0.0, threshold=1.0, **options)

own = neuron(validate=False)
"""
NEEDS = {
    "pw.require('torch')": "torch",
    "pw.require('norse')": "norse",
    "pw.judge(own, 'tonic_spiking')": "torch",
    "pw.judge(own, 'tonic_spiking', engine='compiled')": "torch",
    "pw.simulate(own, pw.Current.step(1.0, 5.0))": "torch",
    "pw.optimize(own, 'tonic_spiking', budget=4)": "torch",
    "pw.assess(own, 'tonic_spiking', budget=4)": "torch",
    "pw.analysis.parameter_plane(own, 'tonic_spiking', 'tau', 'amplitude', points=2)": "torch",
    "pw.analysis.fi_curve(own, [1.0])": "torch",
    "pw.export_page(own, 'tonic_spiking')": "torch",
    "pw.networks.to_javascript(own)": "torch",
    "pw.analysis.model_card(own)": "torch",
    "own.states": "torch",
    "pw.judge('lif', 'tonic_spiking', engine='torch')": "torch",
    "pw.simulate('lif', pw.Current.step(1.0, 5.0), engine='torch')": "torch",
    "pw.optimize('lif', 'tonic_spiking', engine='torch')": "torch",
    "pw.assess('lif', 'tonic_spiking', engine='torch')": "torch",
    "pw.analysis.repertoire('lif', engine='torch')": "torch",
    "pw.to_norse('lif')": "torch",
    "pw.from_torch(object())": "torch",
    "pw.to_norse('lif', pw.optimize('lif', 'tonic_spiking', budget=64).parameters)": "torch",
    "pw.models.load(MY_NEURONS)": "torch",
    "functional('lif')": "norse",
    "pw.to_brian2('lif')": "brian2",
    "pw.optimize('lif', 'tonic_spiking', progress='tqdm')": "tqdm",
}


def run(hidden: str, script: Path, folder: Path) -> str:
    """Run a script without some packages, and return what it printed."""
    command = [sys.executable, "-W", "error", str(HELPERS / "without.py"), hidden, str(script)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """The error of each expression of NEEDS, as its type, whether it is an ImportError, and its text."""
    folder = tmp_path_factory.mktemp("needs")
    script = folder / "script.py"
    script.write_text(
        "import json\nimport plausiwidgets as pw\nfrom plausiwidgets.models.norse import functional\n"
        f"MY_NEURONS = {str(Path(__file__).parents[1] / 'data' / 'my_neurons.py')!r}\n{OWN}\nfound = {{}}\n"
        f"for code in {list(NEEDS)!r}:\n"
        "    try:\n"
        "        found[code] = ['none', False, repr(eval(code))]\n"
        "    except Exception as error:\n"
        "        found[code] = [type(error).__name__, isinstance(error, ImportError), str(error)]\n"
        "print(json.dumps(found))\n"
    )
    return json.loads(run(",".join(extras.OPTIONAL), script, folder))


@pytest.mark.parametrize("code", NEEDS)
def test_a_function_that_needs_an_extra_raises_one_sentence_with_the_command(errors, code):
    kind, is_import_error, text = errors[code]
    assert is_import_error and kind != "ModuleNotFoundError", (kind, text)
    assert PIP[NEEDS[code]] in text and "\n" not in text
    assert text.count("is not installed") == 1


def test_a_file_that_needs_an_extra_is_named_with_its_line(errors):
    assert "my_neurons.py, line 7: a custom step" in errors["pw.models.load(MY_NEURONS)"][2]


def test_the_command_line_refuses_a_file_of_neurons_without_torch(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom plausiwidgets.cli.main import main\n"
        f"sys.stderr = sys.stdout\ntry:\n    main(['assess', {str(HELPERS.parent / 'data' / 'my_neurons.py')!r}])\n"
        "except SystemExit as error:\n    print('exit', error.code)\n"
    )
    said = run("torch,norse", script, tmp_path)
    assert PIP["torch"] in said and said.endswith("exit 2\n") and "Traceback" not in said


@pytest.mark.parametrize(("platform", "hint"), [("linux", True), ("darwin", False), ("win32", False)])
def test_the_cpu_build_of_torch_is_named_where_pip_brings_another(monkeypatch, platform, hint):
    monkeypatch.setattr(sys, "platform", platform)
    assert ("https://download.pytorch.org/whl/cpu" in str(extras.NotInstalledError("torch"))) is hint
    assert "pytorch.org" not in str(extras.NotInstalledError("brian2"))


def code_cells(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def needs_torch(notebook: Path) -> bool:
    """Whether a notebook imports torch, or runs a file beside it that does."""
    code = "\n".join(code_cells(notebook))
    loaded = [path for path in notebook.parent.glob("*.py") if f'load("{path.name}")' in code]
    texts = [code, *(path.read_text(encoding="utf-8") for path in loaded)]
    return any(re.search("^import torch", text, re.MULTILINE) for text in texts)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_that_needs_torch_says_so_in_its_first_cell(notebook, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.chdir(notebook.parent)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else find(name))
    first = code_cells(notebook)[0]
    if needs_torch(notebook):
        with pytest.raises(ImportError, match=r"pip install 'plausiwidgets\[torch\]'"):
            exec(first, {})
    else:
        assert "pw.require" not in first


def test_another_error_of_an_installed_package_is_not_hidden():
    broken = ImportError("libtorch.so: cannot open shared object file", name="torch._C")
    assert extras.package_missing(broken) is None
    assert extras.package_missing(ModuleNotFoundError("No module named 'numpy.x'", name="numpy.x")) is None
    assert extras.package_missing(ModuleNotFoundError("No module named 'norse'", name="norse.torch")) == "norse"


def test_a_result_depends_on_torch_only_where_torch_runs_its_neuron():
    [own] = pw.models.load(HELPERS.parent / "data" / "my_neurons.py", "low_threshold")
    lif = pw.models.get("lif")
    assert not {"torch", "norse"} & set(versions(lif))
    assert {"torch", "norse"} <= set(versions(own)) & set(versions(lif, own)) & set(versions(lif, engine="torch"))
