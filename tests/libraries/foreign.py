"""Foreign torch modules, whether each loads in one line, and whether it then has the spikes of the module itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from neurons import MADE, REFUSED, SHARES, in_double
from public_modules import MODULES
from torch_styles import STYLES

import plausiwidgets as pw

STEPS = 400


def foreign() -> Iterator[tuple[str, Callable[[], Any], dict[str, str]]]:
    """Yield (name, function that makes a module, where it comes from)."""
    yield from ((f"style: {name}", make, {"group": "style"}) for name, make in STYLES.items())
    for name, module in MODULES.items():
        yield f"public: {name}", module.make, {"group": "public", "at": module.at, "commit": module.commit}
    for library, neurons in MADE.items():
        yield from ((f"{library}: {name}", make, {"group": "library"}) for name, make in neurons.items())
    yield from ((f"no neuron: {name}", make, {"group": "no neuron"}) for name, (make, _) in REFUSED.items())


def outcome(make: Callable[[], Any]) -> dict[str, object]:
    """Return whether a module loads in one line, or why not; and whether its spikes are those of the module itself."""
    torch.manual_seed(0)
    try:
        model = pw.from_torch(make())
    except ValueError as error:
        return {"loads": False, "reason": " ".join(str(error).split())}
    found: dict[str, object] = {"loads": True, "states": [s.key for s in model.states]}
    found |= {"parameters": list(model.parameters), "current": model.current.default, "dt": model.dt}
    noise = np.random.default_rng(0).uniform(-0.5, 2.5, (STEPS, SHARES.size)) * SHARES * model.current.default
    begin = model.start(model.defaults(), np.zeros(SHARES.size))
    for name, start in (("from the beginning", None), ("from a random state", moved(model, begin))):
        same, spikes = compared(model, make, noise, begin if start is None else start, start is None)
        found[f"equal {name}"], found[f"spikes {name}"] = same, spikes
    return found


def moved(model: pw.NeuronModel, begin: np.ndarray) -> np.ndarray:
    """Return a random state around the first one, by up to a third of the span of the potential."""
    rest, threshold = model.usual_rest_threshold()
    rng, state = np.random.default_rng(1), begin.copy()
    for row, key in zip(state, model.step.states, strict=True):
        if not any(word in key for word in ("spike", "count", "refrac", "rho", ".s", "z")):
            row += (threshold - rest) / 3.0 * rng.uniform(-1.0, 1.0, row.size)
    return state


def compared(
    model: pw.NeuronModel, make: Callable[[], Any], noise: np.ndarray, begin: np.ndarray, first: bool
) -> tuple[bool, int]:
    """Return (all spikes are those of the module's own loop, their number)."""
    currents, lanes = torch.from_numpy(noise), noise.shape[1]
    p = model.namespace({n: np.full(lanes, q.default) for n, q in model.parameters.items()})
    dt, state = torch.tensor(model.dt, dtype=torch.float64), tuple(map(torch.from_numpy, begin.copy()))
    start = None if first else dict(zip(model.step.states, state, strict=True))
    with in_double(), torch.no_grad():
        torch.manual_seed(0)
        module = make().double().eval()
        for part in module.modules():
            for name, value in (("step_mode", "s"), ("record_states", False)):
                if hasattr(part, name):
                    setattr(part, name, value)
        same, count = True, 0
        for x, (outputs, _) in zip(currents, model.step.wrapped.on(module).loop(currents, start), strict=True):
            spikes, state = model.advance(x, state, p, dt)
            theirs = model.step.wrapped.fired(outputs)
            same, count = same and bool(torch.equal(theirs, spikes)), count + int(theirs.sum())
    return same, count
