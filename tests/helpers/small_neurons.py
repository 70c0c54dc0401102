"""Small custom neurons for tests."""

import torch

import plausiwidgets as pw


def make(step, parameters=None, name="mine", **changes):
    """Return a neuron with one time constant and a given step. `changes` are arguments of NeuronModel."""
    options = dict(
        key=name,
        step=step,
        parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log")] if parameters is None else parameters,
        initial_state=lambda p, holding: (-65.0,),
        current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
        rest=-65.0,
        threshold=-50.0,
        dt=0.1,
    )
    return pw.NeuronModel(**(options | changes))


def good_step(current, state, p, dt):
    """Step a leaky integrate-and-fire neuron."""
    (v,) = state
    v = v + dt / p.tau * (-65.0 - v + current)
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v),)


def copy_of(name, key, **changes):
    """Return a custom neuron with the step of a packaged neuron and another key."""
    model = pw.models.get(name)
    options = dict(
        parameters=list(model.parameters.values()),
        initial_state=model.initial_state,
        current=model.current,
        rest=model.rest,
        threshold=model.threshold,
        states=model.states,
        dt=model.dt,
    )
    return pw.NeuronModel(key, model.step, **(options | changes))


def linoid(x: torch.Tensor) -> torch.Tensor:
    """Return x / (1 − exp(−x)), which is nan at x = 0."""
    return x / (1.0 - torch.exp(-x))


def safe_linoid(x: torch.Tensor) -> torch.Tensor:
    """Return x / (1 − exp(−x)) in the form that an error of the package recommends."""
    return torch.where(x.abs() < 1e-6, 1 + x / 2, x / -torch.expm1(-x))


def hodgkin_huxley(fires, rate=safe_linoid):
    """Return a step of the Hodgkin-Huxley model.

    Parameters
    ----------
    fires : callable or None
        Function of the potential before and after the step that returns the spikes. With None, the step returns none.
    rate : callable, optional
        Function x / (1 − exp(−x)).
    """

    def step(current, state, p, dt):
        v, n, m, h = state
        alphas = 0.1 * rate(0.1 * v + 5.5), rate(0.1 * v + 4.0), 0.07 * torch.exp(-(v + 65.0) / 20.0)
        betas = 0.125 * torch.exp(-(v + 65.0) / 80.0), 4.0 * torch.exp(-(v + 65.0) / 18.0), torch.sigmoid(0.1 * v + 3.5)
        ionic = p.g_Na * m**3 * h * (v - 50.0) + 36.0 * n**4 * (v + 77.0) + 0.3 * (v + 54.387)
        gates = tuple(x + dt * (a * (1.0 - x) - b * x) for x, a, b in zip((n, m, h), alphas, betas, strict=True))
        new = v + dt * (current - ionic)
        return (new, *gates) if fires is None else (fires(v, new).to(v.dtype), (new, *gates))

    return step


def axon(step, **changes):
    """Return a Hodgkin-Huxley neuron with a step of :func:`hodgkin_huxley`."""
    options = dict(
        initial_state=lambda p, holding: (-65.0, 0.318, 0.053, 0.596),
        states=("v", "n", "m", "h"),
        current=pw.Parameter("current", 10.0, -20.0, 60.0, unit="µA/cm²"),
        dt=0.02,
        threshold=-55.0,
    )
    return make(step, [pw.Parameter("g_Na", 120.0, 60.0, 200.0, unit="mS/cm²")], **(options | changes))


def adaptive_counter():
    """Return a neuron with an integer counter and float32 arithmetic, which uses floor, remainder and power."""

    def step(current, state, p, dt):
        v, n = state
        count = n.to(torch.int64)
        held_back = p.k * (n % 7.0) - 2.0 * torch.floor(n / 3.0).float().to(torch.float64)
        v = v + dt / p.tau * (-65.0 - v + current - held_back)
        fired = v > -50.0
        counted = (count + fired.to(torch.int64)).to(torch.float64)
        return fired.to(torch.float64), (torch.where(fired, -65.0 - p.k**2, v), counted)

    parameters = [pw.Parameter("tau", 10.0, 5.0, 20.0, unit="ms"), pw.Parameter("k", 1.0, 0.5, 1.5)]
    return make(
        step,
        parameters,
        "counter",
        initial_state=lambda p, holding: (-65.0, 0.0),
        states=("v", "n"),
        current=pw.Parameter("current", 30.0, 0.0, 60.0),
        threshold=lambda p: 0.0 * p.tau - 50.0,
    )


def has_exponential(name):
    """Return whether a packaged neuron uses an operation whose last bits differ between libraries."""
    body = pw.models.get(name).programs.step.body
    return not {line.operation.name for line in body}.isdisjoint({"exp", "log", "sigmoid"})
