"""The optional packages, the commands that install them, and the error for a missing one."""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module
from types import ModuleType

from plausiwidgets.support.arguments import checked
from plausiwidgets.support.names import unknown

OPTIONAL = {
    "torch": ("'plausiwidgets[torch]'", "a custom step, the torch engine and a network require PyTorch"),
    "norse": ("'plausiwidgets[torch]'", "a cell or a step from Norse requires Norse"),
    "brian2": ("'plausiwidgets[brian2]'", "to_brian2 and from_brian2 require Brian2"),
    "nir": ("nir", "to_nir requires NIR"),
    "pyabf": ("'plausiwidgets[recordings]'", "a recording in ABF requires pyABF"),
    "pynwb": ("'plausiwidgets[recordings]'", "a recording in NWB requires PyNWB"),
    "tqdm": ("tqdm", "progress='tqdm' requires tqdm"),
}
"""Argument of pip install for each package, and a clause that states what requires the package."""

# Only on Linux does the build on PyPI contain CUDA.
CPU_BUILD = "pip install torch torchvision --index-url https://download.pytorch.org/whl/cpu"


class NotInstalledError(ImportError):
    """An optional package is not installed. The message contains the command that installs it."""

    def __init__(self, package: str, where: str = "") -> None:
        installs, what = OPTIONAL[package]
        on_linux = package in ("torch", "norse") and sys.platform == "linux"
        hint = f" (without a GPU, first run: {CPU_BUILD})" if on_linux else ""
        super().__init__(f"{where}{what}, which is not installed. Run: pip install {installs}{hint}", name=package)


@checked
def require(package: str) -> None:
    """Raise an ImportError with the command that installs an optional package, unless the package is installed.

    Call this function in the first cell of a notebook or at the top of a file with neurons. A reader may have installed
    plausiwidgets without its extras. It imports nothing.

    Parameters
    ----------
    package : {"torch", "norse", "brian2", "nir", "pyabf", "pynwb", "tqdm"}
        Name of the optional package.

    Raises
    ------
    ImportError
        If the package is not installed.
    ValueError
        If `package` is not an optional package.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.require("torch")
    """
    if package not in OPTIONAL:
        raise unknown("require", "optional package", package, OPTIONAL)
    if importlib.util.find_spec(package) is None:
        raise NotInstalledError(package)


def load(name: str) -> ModuleType:
    """Import a module of another package.

    Raises
    ------
    ImportError
        If the module does not exist. For an optional package, the message contains the command that installs it.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if (package := package_missing(error)) is None:
            raise
        raise NotInstalledError(package) from error


def package_missing(error: BaseException) -> str | None:
    """Return the optional package whose absence caused an error, or None."""
    if not isinstance(error, (NotInstalledError, ModuleNotFoundError)):
        return None
    package = (error.name or "").partition(".")[0]
    return package if package in OPTIONAL else None
