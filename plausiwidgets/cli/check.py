"""The option `plausiwidgets --check`, which verifies an installation within half a minute."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from plausiwidgets.cli.console import DONE, FAILED, print_table
from plausiwidgets.support.extras import OPTIONAL

LIMIT = 30.0
"""Maximum duration in s of all tests."""

WIDGETS = ("anywidget", "@jupyter-widgets/jupyterlab-manager")
"""Extensions that JupyterLab requires to show the app."""

NEURON, PATTERN = "lif", "tonic_spiking"


class Check(argparse.Action):
    """Option `--check`, which runs the tests and exits."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Exit with the code of `check`."""
        parser.exit(check())


def check(limit: float | None = None) -> int:
    """Run all `PARTS`, print a line for each result immediately, and return the exit code.

    The process ends if the tests take longer than `limit` seconds, by default `LIMIT`.
    """
    limit = LIMIT if limit is None else limit
    began, running, failed = time.perf_counter(), [""], list[str]()

    def give_up() -> None:
        print_table(
            f"✗ {running[0]}: this test has not finished {limit:g} s after the start, with {time.process_time():.1f} s "
            "of processor time. If the processor time is short, the machine is busy, so try again later. Otherwise, "
            "copy this whole text into your question."
        )
        os._exit(FAILED)

    print_table(f"plausiwidgets {version('plausiwidgets')}, {system()}")
    timer = threading.Timer(limit, give_up)
    timer.daemon = True
    timer.start()
    try:
        for name, part in PARTS.items():
            running[0] = name
            words, error = tried(part)
            print_table(f"{'✗' if error else '✓'} {name}: {words}")
            if error:
                failed.append(error)
    finally:
        timer.cancel()
    seconds = f"{time.perf_counter() - began:.1f} s"
    if not failed:
        print_table(f"All tests passed ({seconds}). If you ask a question, copy this whole text into it.")
        return DONE
    print_table("\n".join(["", *failed, f"{len(failed)} of {len(PARTS)} tests failed ({seconds})."]))
    print_table("For solutions, see the FAQ in the documentation. If you ask a question, copy this whole text into it.")
    return FAILED


def tried(part: Callable[[], str]) -> tuple[str, str]:
    """Return the output of a part, and the traceback of its error or an empty text."""
    began = time.perf_counter()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", RuntimeWarning)
        try:
            words, error = part(), ""
        except Exception as problem:  # continue with the next part after any error
            words, error = f"{type(problem).__name__}: {problem}", traceback.format_exc().rstrip()
    words += "".join(f"; {one.message}" for one in warned if issubclass(one.category, RuntimeWarning))
    return without_home(f"{words} ({time.perf_counter() - began:.1f} s)"), without_home(error)


def without_home(text: str) -> str:
    """Return a text with ~ instead of the home folder.

    Users publish the text, and the path may contain their names.
    """
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def system() -> str:
    """Return the version of Python and a description of the machine."""
    cores = os.cpu_count() or 1
    machine = f"{platform.system()} {platform.release()} {platform.machine()}, {cores} cores"
    return f"Python {platform.python_version()}, {machine}"


def version(package: str) -> str:
    """Return the installed version of a package, or an empty text."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


# ------------------------------------------------------------------ parts


def packages() -> str:
    """Return the versions of the required packages.

    Raises
    ------
    RuntimeError
        If a package is missing or its version is out of range.
    """
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in importlib.metadata.requires("plausiwidgets") or ()]
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    found = {one: version(one.name) for one in needed}
    if wrong := [
        f"{one.name}{one.specifier}, found {found[one] or 'none'}"
        for one in needed
        if not one.specifier.contains(found[one] or "0")
    ]:
        raise RuntimeError(f"plausiwidgets requires {'; '.join(wrong)}. Run: pip install -U plausiwidgets")
    return ", ".join(f"{one.name} {found[one]}" for one in needed)


def optional() -> str:
    """Return the versions of the installed optional packages, and the names of the missing ones."""
    found = {name: version(name) for name in OPTIONAL}
    there = ", ".join(f"{name} {number}" for name, number in found.items() if number) or "none"
    missing = ", ".join(name for name, number in found.items() if not number) or "none"
    return f"{there}; not installed: {missing}"


def simulation() -> str:
    """Simulate with each engine, and compare the numbers of spikes."""
    from plausiwidgets.engine.current import Current
    from plausiwidgets.models.simulate import simulate

    engines = {"machine code": "compiled"} | ({"PyTorch": "torch"} if version("torch") else {})
    step = Current.step(40.0, 300.0)
    spikes = {name: len(simulate(NEURON, step, engine=one).spike_times[0]) for name, one in engines.items()}
    if len(set(spikes.values())) != 1 or 0 in spikes.values():
        raise RuntimeError(f"all engines must return the same number of spikes, got {spikes}.")
    return f"{', '.join(spikes)}: {spikes['machine code']} spikes"


def search() -> str:
    """Search for a pattern that is easy to find."""
    from plausiwidgets.optimization import optimize

    result = optimize(NEURON, PATTERN, seed=0)
    if result.status != "replicated":
        raise RuntimeError(f"the search for {PATTERN} with {NEURON} must find a verified set, got: {result.summary}.")
    return f"{NEURON}, {PATTERN}: {result.summary}"


def app() -> str:
    """Request a verdict from the Python part of the app, and write a page."""
    from plausiwidgets.widgets.explorer import Explorer
    from plausiwidgets.widgets.page import export_page

    explorer = Explorer(NEURON, PATTERN)
    try:
        explorer.wait()
        status = explorer.verdict.status if explorer.verdict else "no verdict"
    finally:
        explorer.close()
    if status != "replicated":
        raise RuntimeError(f"the app's verdict on {PATTERN} with {NEURON} must be replicated, got {status}.")
    with tempfile.TemporaryDirectory() as folder:
        size = export_page(NEURON, PATTERN, path=Path(folder) / "neuron.html").stat().st_size
    return f"verdict {status}; page of {size / 1000:.0f} kB"


def jupyter() -> str:
    """Return the extensions that JupyterLab finds for widgets."""
    from jupyter_core.paths import jupyter_path

    if find_spec("jupyterlab") is None:
        return "JupyterLab is not installed; plausiwidgets --app serves the app without it"
    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    if missing := [
        name for name in WIDGETS if not any((folder / name / "package.json").is_file() for folder in folders)
    ]:
        raise RuntimeError(
            f"JupyterLab of this Python must have the extensions {', '.join(missing)} to show the app. Run: pip "
            "install -U plausiwidgets"
        )
    return f"JupyterLab has {', '.join(WIDGETS)}"


def cache() -> str:
    """Return the folder in which compiled models are cached."""
    from plausiwidgets.engine.compiled.directory import cache_directory, kernel_directory

    if kernel_directory() is None:
        raise RuntimeError(
            f"the cache for compiled models, {cache_directory()}, is not writable, so every start compiles the models "
            "again. Make the folder writable for you only, or set PLAUSIWIDGETS_CACHE_DIR to another folder."
        )
    return f"compiled models are cached in {cache_directory()}"


PARTS: dict[str, Callable[[], str]] = {
    "packages": packages,
    "optional": optional,
    "simulation": simulation,
    "search": search,
    "app": app,
    "jupyter": jupyter,
    "cache": cache,
}
