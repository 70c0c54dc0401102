"""Models by name: built-in models, which are imported on first use, and registered models."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from plausiwidgets.engine.program.neuron import read
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.support.arguments import checked, require
from plausiwidgets.support.names import unknown
from plausiwidgets.support.pickled import refuse_local
from plausiwidgets.support.python_file import InFile, Registry

_builtin: dict[str, NeuronModel] = {}


def names() -> list[str]:
    """Return the names of all models, the built-in ones first.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.models.names()[:2]
    ['lif', 'lif_adapt']
    """
    return [*NAMES, *custom.by_key]


def get(model: str | NeuronModel) -> NeuronModel:
    """Return a model by its name, or a NeuronModel unchanged.

    Parameters
    ----------
    model : str or NeuronModel
        Name of a built-in or registered model, or the model itself.

    Returns
    -------
    NeuronModel

    Raises
    ------
    ValueError
        If no model has this name, or a value that the functions of a custom model read has changed since its creation.
        The message for an unknown name suggests the most similar name and lists all names.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.models.get("adex").title
    'Adaptive exponential (AdEx)'
    """
    if isinstance(model, NeuronModel):
        model.refuse_changes()
        return model
    require("models.get", "model", model, str | NeuronModel)
    if model in custom.by_key:
        custom.by_key[model].refuse_changes()
        return custom.by_key[model]
    if model not in NAMES:
        raise unknown(
            "", "model", model, names(), "Pass a custom model as an object, or register it with models.register."
        )
    if model not in _builtin:
        neuron = import_module(f"plausiwidgets.models.library.{model}").NEURON
        try:
            neuron.programs = read(program_file(model).read_text(encoding="utf-8"))
        except FileNotFoundError:
            command = f"python -m plausiwidgets.upkeep {model}"
            raise FileNotFoundError(
                f"model {model!r} has no program file. Run {command} to write it and the packaged results."
            ) from None
        neuron.is_builtin = True
        _builtin.setdefault(model, neuron)
    return _builtin[model]


def program_file(name: str) -> Traversable:
    """Return the file with the programs of a built-in model, which ``models/export_programs.py`` writes."""
    return files("plausiwidgets.models.library") / "programs" / f"{name}.txt"


@checked
def register(model: NeuronModel) -> NeuronModel:
    """Make a model available by its name, also in every explorer that is opened later.

    Parameters
    ----------
    model : NeuronModel
        The custom model. It replaces a registered model of the same name.

    Returns
    -------
    NeuronModel
        The model itself.

    Raises
    ------
    TypeError
        If `model` is not a NeuronModel.
    ValueError
        If it has the name of a built-in model.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> import torch
    >>> def step(current, state, p, dt):
    ...     v = state[0] + dt / p.tau * (current - state[0])
    ...     return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, 0.0, v),)
    >>> neuron = pw.NeuronModel(
    ...     "my_neuron", step, [pw.Parameter("tau", 10.0, 5.0, 20.0, unit="ms")], lambda p, holding: (0.0 * p.tau,),
    ...     pw.Parameter("current", 2.0, -1.0, 5.0, unit="mV"), rest=0.0, threshold=1.0)
    >>> pw.models.register(neuron)
    <NeuronModel 'my_neuron': state v; parameters tau>
    >>> "my_neuron" in pw.models.names()
    True
    """
    return custom.register(model)


@checked
def load(path: str | Path, name: str | None = None) -> list[NeuronModel]:
    """Run a Python file and register the neuron models that it defines.

    The file is executed like a script, so load only files that you trust. Executors run its text again in their own
    processes. These processes therefore need neither the file nor an installed module, except for the imports of the
    file.

    Parameters
    ----------
    path : path
        Python file. Its models are the values of global names, or entries of lists, tuples and dicts among these
        values.
    name : str, optional
        ``NeuronModel.key`` of the only model to register.

    Returns
    -------
    list of NeuronModel
        The registered models, for example for `assess`. `get` returns each of them by its name.

    Raises
    ------
    OSError
        If the file cannot be read.
    ImportError
        If the file needs an optional package that is not installed. The message contains the command that installs it.
    ValueError
        If the file raises an error, defines no model or no model of this name, or defines a model with the name of a
        built-in model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import plausiwidgets as pw
    >>> code = '''
    ... import plausiwidgets as pw
    ... import torch
    ...
    ... def step(current, state, p, dt):
    ...     v = state[0] + dt / p.tau * (current - state[0])
    ...     return (v > 1.0).to(v.dtype), (torch.where(v > 1.0, 0.0, v),)
    ...
    ... leaky = pw.NeuronModel(
    ...     "leaky_of_a_file", step, [pw.Parameter("tau", 10.0, 5.0, 20.0, unit="ms")],
    ...     lambda p, holding: (0.0 * p.tau,), pw.Parameter("current", 2.0, -1.0, 5.0, unit="mV"),
    ...     rest=0.0, threshold=1.0)
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "my_neurons.py"
    ...     size = path.write_text(code)
    ...     pw.models.load(path)
    [<NeuronModel 'leaky_of_a_file': state v; parameters tau>]
    """
    return custom.load(path, name)


def received(model: str | NeuronModel | InFile) -> NeuronModel:
    """Return the model for an object that ``custom.sendable`` has created."""
    return custom.of(model) if isinstance(model, InFile) else get(model)


custom = Registry(
    "model", (NeuronModel,), lambda model: model.is_builtin, lambda key: "the name of a built-in model" * (key in NAMES)
)
"""The custom models."""


def _reduced(model: NeuronModel) -> str | tuple[Callable[..., NeuronModel], tuple[object, ...]]:
    """Return the pickled form of a model: the name of a built-in model, or the functions of a custom one."""
    if model.is_builtin:
        return get, (model.key,)
    functions = {name: getattr(model, name) for name in ("step", "initial_state", "rest", "threshold")}
    instead = "Define the function with def in a module, or use cloudpickle."
    refuse_local(f"model {model.key!r}", functions, instead)
    return model.__reduce_ex__(pickle.DEFAULT_PROTOCOL)


copyreg.pickle(NeuronModel, _reduced)
