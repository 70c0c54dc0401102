"""The table of the neurons of six libraries: ``python tests/libraries/table.py`` prints it.

Whether one line takes a neuron, whether it is compiled, how far its states are from its library over 1000 steps of
noise, from rest and from a random state, whether all spikes are the same, and how fast it is judged by tonic spiking.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import brian2
import numpy as np
from brian2_examples import EXAMPLES
from brian2_examples import REFUSED as REFUSED_EXAMPLES
from brian2_neurons import NEURONS, compared
from neurons import MADE, REFUSED, row
from nir_neurons import NODES, RESETS
from nir_neurons import compared as compared_nir

import plausiwidgets as pw
from plausiwidgets.simulation.compiled.engine import why_not

Measured = tuple[pw.NeuronModel, tuple[float, float], bool, int]


def _torch(library: str, name: str) -> Measured:
    made = row(library, name)
    return made.model, made.differences, made.same, made.spikes


def _brian2(words: dict[str, Any]) -> Measured:
    model = pw.from_brian2(**words)
    return model, *compared(words, model, 1000 if words.get("dt", 0.1) == 0.1 else 4000)


def _example(name: str) -> Measured:
    e = EXAMPLES[name]
    model = e.made()
    return model, *compared(e.words | e.here | {"namespace": e.space}, model, e.steps, e.noise, e.below)


def _nir(name: str, reset: str | float) -> Measured:
    model = pw.from_nir(NODES[name], dt=0.1, reset=reset)
    return model, *compared_nir(NODES[name], reset, model)


def rows() -> Iterator[tuple[str, str, Callable[[], Measured]]]:
    """Yield (library, neuron, function that measures it)."""
    for library, neurons in MADE.items():
        for name in neurons:
            yield library, name, lambda library=library, name=name: _torch(library, name)
    for name, words in NEURONS.items():
        yield "Brian2", name, lambda words=words: _brian2(words)
    for name in EXAMPLES:
        yield "Brian2's examples", name, lambda name=name: _example(name)
    for name in NODES:
        for reset in RESETS:
            yield "NIR", f"{name}, reset {reset}", lambda name=name, reset=reset: _nir(name, reset)


def speed(model: pw.NeuronModel) -> tuple[float, float]:
    """Return how many ms a judgement of one set takes, and how many sets are judged in a second, 500 at once."""
    pw.judge(model, "tonic_spiking", verify=False)
    found = []
    for sets in (1, 500):
        values = {"amplitude": np.full(sets, model.current.default)}
        pw.judge(model, "tonic_spiking", values, verify=False)
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            pw.judge(model, "tonic_spiking", values, verify=False)
            times.append(time.perf_counter() - begun)
        found.append(min(times))
    return 1e3 * found[0], 500.0 / found[1]


def main() -> None:
    """Print the table, and what is refused."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    brian2.prefs.codegen.target = "numpy"
    brian2.BrianLogger.suppress_hierarchy("brian2")
    print("| library | neuron | compiled | difference from rest | from a random state | same spikes | spikes | "
          "judged in ms | sets a second |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for library, name, measure in rows():
        model, (first, second), same, spikes = measure()
        compiled = why_not(model) or "yes"
        ms, sets = speed(model)
        print(
            f"| {library} | {name} | {compiled} | {first:.1e} | {second:.1e} | {'yes' if same else 'no'} | {spikes} | "
            f"{ms:.1f} | {sets:.0f} |",
            flush=True,
        )
    print("\n| refused | message |\n|---|---|")
    refused = {name: lambda make=make: pw.from_torch(make()) for name, (make, _) in REFUSED.items()}
    refused |= {f"Brian2's example, {name}": e.made for name, (e, _) in REFUSED_EXAMPLES.items()}
    for name, make in refused.items():
        try:
            make()
        except ValueError as error:
            print(f"| {name} | {error} |", flush=True)


if __name__ == "__main__":
    main()
