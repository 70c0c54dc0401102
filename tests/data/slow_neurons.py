"""Neurons of which two cannot be compiled."""

import torch

import plausiwidgets as pw


def leaky(name, leak):
    def step(current, state, p, dt):
        v = state[0] + dt / p.tau * (leak(state[0]) + current)
        fired = v > -50.0
        return fired.to(v.dtype), (torch.where(fired, -65.0 + 0.0 * v, v),)

    return pw.NeuronModel(
        key=name,
        step=step,
        parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")],
        initial_state=lambda p, holding: (-65.0 + 0.0 * p.tau,),
        current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
        rest=-65.0,
        threshold=-50.0,
        dt=0.5,
    )


def numpy_leak(v):
    return torch.from_numpy(-65.0 - v.numpy())


def special_leak(v):
    return -65.0 - v + 0.0 * torch.special.airy_ai(v)


linear = leaky("linear", lambda v: -65.0 - v)
soft = leaky("soft", lambda v: -65.0 - v + torch.exp((v + 50.0) / 2.0).clamp(max=50.0))
cubic = leaky("cubic", lambda v: (-65.0 - v) * (1.0 + 0.001 * (v + 65.0) ** 2))
numpy = leaky("by_numpy", numpy_leak)
special = leaky("special", special_leak)
