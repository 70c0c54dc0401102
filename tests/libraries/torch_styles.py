"""Torch modules in the styles in which repositories of one file write a neuron: how each keeps its state.

All of them are leaky or adaptive neurons of a few lines, and valid: they accept one current of each lane and return
spikes.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import Tensor, nn


class FloatState(nn.Module):
    """The state is a float of Python until the first call."""

    def __init__(self):
        super().__init__()
        self.tau, self.v_th, self.v = 10.0, 1.0, 0.0

    def forward(self, x):
        self.v = self.v + (x - self.v) / self.tau
        fired = (self.v >= self.v_th).to(x.dtype)
        self.v = self.v * (1.0 - fired)
        return fired


class FloatAtRest(nn.Module):
    """The state is a float in mV that is not zero."""

    def __init__(self, dt=0.5):
        super().__init__()
        self.dt, self.tau_m, self.E_L, self.R = dt, 20.0, -65.0, 10.0
        self.V_th, self.V_reset = -50.0, -70.0
        self.V = -65.0

    def forward(self, current):
        self.V = self.V + self.dt / self.tau_m * (self.E_L - self.V + self.R * current)
        spikes = torch.gt(self.V, self.V_th).float()
        self.V = torch.where(spikes > 0, self.V_reset, self.V)
        return spikes


class ZeroDimensional(nn.Module):
    """The state is a buffer without an axis."""

    def __init__(self):
        super().__init__()
        self.beta, self.threshold = 0.9, 1.0
        self.register_buffer("mem", torch.tensor(0.0))

    def forward(self, x):
        self.mem = self.beta * self.mem + x
        spk = (self.mem > self.threshold).float()
        self.mem = self.mem - spk * self.threshold
        return spk


class OneElement(nn.Module):
    """The state is a tensor of one element, not zero."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.d = 0.02, 0.2, -65.0, 8.0
        self.v, self.u = torch.tensor([-65.0]), torch.tensor([-13.0])

    def forward(self, x):
        self.v = self.v + 0.5 * (0.04 * self.v**2 + 5.0 * self.v + 140.0 - self.u + x)
        self.v = self.v + 0.5 * (0.04 * self.v**2 + 5.0 * self.v + 140.0 - self.u + x)
        self.u = self.u + self.a * (self.b * self.v - self.u)
        fired = self.v >= 30.0
        self.v = torch.where(fired, torch.full_like(self.v, self.c), self.v)
        self.u = torch.where(fired, self.u + self.d, self.u)
        return fired.float()


class LazyNone(nn.Module):
    """The state is None until the first call, which makes it at rest."""

    def __init__(self):
        super().__init__()
        self.v = None
        self.tau, self.threshold = 20.0, -50.0

    def forward(self, x):
        if self.v is None:
            self.v = torch.full_like(x, -65.0)
        self.v = self.v + (-65.0 - self.v + x) / self.tau
        spike = (self.v >= self.threshold).float()
        self.v = self.v * (1 - spike) + spike * -70.0
        return spike


class LazyLocal(nn.Module):
    """The first state is a local variable, never an attribute."""

    def __init__(self):
        super().__init__()
        self.mem, self.rest, self.leak, self.thr = None, -0.5, 0.1, 1.0

    def forward(self, x):
        mem = self.rest * torch.ones_like(x) if self.mem is None else self.mem
        mem = mem + self.leak * (self.rest - mem) + x
        out = torch.gt(mem, self.thr).to(x)
        self.mem = mem - out * (self.thr - self.rest)
        return out


class LazyPair(nn.Module):
    """Two states, made together in a method, neither of them zero."""

    def __init__(self):
        super().__init__()
        self.state = None
        self.a, self.b = 0.02, 0.2

    def init_state(self, x):
        v = torch.zeros_like(x) - 70.0
        self.state = (v, self.b * v)

    def forward(self, x):
        if self.state is None:
            self.init_state(x)
        v, u = self.state
        for _ in range(2):
            v = v + 0.5 * (0.04 * v * v + 5 * v + 140 - u + x)
        u = u + self.a * (self.b * v - u)
        s = (v > 30.0).float()
        self.state = (v * (1 - s) - 65.0 * s, u + 6.0 * s)
        return s


class HasAttribute(nn.Module):
    """The state exists only after the first call."""

    def __init__(self):
        super().__init__()
        self.decay = nn.Parameter(torch.tensor(0.8))
        self.v_threshold = 1.0

    def forward(self, x):
        if not hasattr(self, "mem"):
            self.mem = torch.zeros_like(x)
        self.mem = self.decay * self.mem + x
        s = (self.mem > self.v_threshold).float()
        self.mem = (1 - s) * self.mem
        return s


class EulerPair(nn.Module):
    """Explicit Euler steps of two variables that are required arguments."""

    def __init__(self, dt=0.1):
        super().__init__()
        self.dt, self.tau_m, self.tau_s, self.v_th = dt, 10.0, 5.0, 1.0

    def forward(self, x, syn, mem):
        syn = syn + self.dt * (-syn / self.tau_s) + x
        mem = mem + self.dt * (-mem + syn) / self.tau_m
        spk = (mem > self.v_th).float()
        mem = mem * (1 - spk)
        return spk, syn, mem


class PotentialAndSpike(nn.Module):
    """The potential and the last spike are arguments and results, without another output."""

    def __init__(self):
        super().__init__()
        self.decay, self.thresh = 0.3, 0.5

    def forward(self, x, mem, spike):
        mem = mem * self.decay * (1.0 - spike) + x
        spike = mem.gt(self.thresh).float()
        return mem, spike


class SpikeLast(nn.Module):
    """The state is the first result, and the spikes the last."""

    def __init__(self):
        super().__init__()
        self.beta = 0.95

    def forward(self, x, mem):
        mem = self.beta * mem + (1 - self.beta) * x
        spk = (mem > 1.0).float()
        mem = mem - spk
        return mem, spk


class DictState(nn.Module):
    """The state is a dict that is an argument and a result."""

    def __init__(self):
        super().__init__()
        self.alpha, self.rho, self.b0 = 0.9, 0.98, 1.0

    def init_state(self, batch_size):
        return {"v": torch.zeros(batch_size), "a": torch.zeros(batch_size)}

    def forward(self, x, state):
        v = self.alpha * state["v"] + x
        z = (v > self.b0 + 0.5 * state["a"]).float()
        return z, {"v": v - z * self.b0, "a": self.rho * state["a"] + z}


class DictAttribute(nn.Module):
    """The state is a dict in an attribute."""

    def __init__(self):
        super().__init__()
        self.beta, self.threshold = 0.85, 1.0
        self.state = {}

    def forward(self, x):
        mem = self.state.get("mem", torch.zeros_like(x))
        mem = self.beta * mem + x
        spk = (mem > self.threshold).float()
        self.state["mem"] = mem - spk * self.threshold
        return spk


@dataclass
class Adaptive:
    """A state of two variables."""

    v: Tensor
    w: Tensor


class DataclassState(nn.Module):
    """The state is a dataclass, an argument and a result."""

    def __init__(self):
        super().__init__()
        self.tau, self.tau_w, self.v_th = 10.0, 100.0, 1.0

    def forward(self, x: Tensor, state: Adaptive | None = None) -> tuple[Tensor, Adaptive]:
        if state is None:
            state = Adaptive(torch.zeros_like(x), torch.zeros_like(x))
        v = state.v + (x - state.v - state.w) / self.tau
        s = (v > self.v_th).float()
        return s, Adaptive(v * (1 - s), state.w * (1 - 1 / self.tau_w) + 0.1 * s)


class Fields(NamedTuple):
    v: Tensor
    refractory: Tensor


class NamedState(nn.Module):
    """The state is a NamedTuple, a required argument."""

    def __init__(self):
        super().__init__()
        self.beta, self.v_th, self.period = 0.9, 1.0, 3.0

    def forward(self, x: Tensor, state: Fields) -> tuple[Tensor, Fields]:
        free = (state.refractory <= 0).float()
        v = self.beta * state.v + x * free
        s = (v > self.v_th).float() * free
        return s, Fields(v * (1 - s), torch.clamp(state.refractory - 1, min=0) * (1 - s) + self.period * s)


class TupleState(nn.Module):
    """The state is a tuple with None as a default."""

    def __init__(self):
        super().__init__()
        self.alpha, self.beta = 0.8, 0.9

    def forward(self, x, state=None):
        if state is None:
            state = (torch.zeros_like(x), torch.zeros_like(x))
        i, v = state
        i = self.alpha * i + x
        v = self.beta * v + i
        z = (v > 1.0).float()
        return z, (i, v - z)


class ListAttribute(nn.Module):
    """The state is a list in an attribute."""

    def __init__(self):
        super().__init__()
        self.beta, self.threshold = 0.9, 1.0
        self.states = [0.0, 0.0]

    def forward(self, x):
        current, mem = self.states
        current = 0.7 * current + x
        mem = self.beta * mem + current
        spk = (mem > self.threshold).float()
        self.states = [current, mem - spk * self.threshold]
        return spk


class Buffer(nn.Module):
    """The state is a buffer with one value for each lane, which a method makes."""

    def __init__(self, n=1):
        super().__init__()
        self.tau, self.v_threshold, self.v_reset = 5.0, 1.0, 0.0
        self.register_buffer("v", torch.zeros(n))

    def reset(self, n):
        self.v = torch.zeros(n)

    def forward(self, x):
        self.v = self.v + (x - (self.v - self.v_reset)) / self.tau
        s = (self.v >= self.v_threshold).float()
        self.v = (1 - s) * self.v + s * self.v_reset
        return s


class InPlace(nn.Module):
    """The state changes in place."""

    def __init__(self):
        super().__init__()
        self.beta, self.threshold, self.mem = 0.9, 1.0, None

    @torch.no_grad()
    def forward(self, x):
        if self.mem is None:
            self.mem = torch.zeros_like(x)
        self.mem.mul_(self.beta).add_(x)
        spk = self.mem > self.threshold
        self.mem[spk] = 0.0
        return spk.float()


class MaskedRefractory(nn.Module):
    """Lanes that are refractory are selected by a mask."""

    def __init__(self):
        super().__init__()
        self.v_rest, self.v_thresh, self.decay, self.refrac = -65.0, -52.0, 0.95, 5
        self.v, self.count = None, None

    def forward(self, x):
        if self.v is None:
            self.v = self.v_rest * torch.ones_like(x)
            self.count = torch.zeros_like(x)
        self.v = self.decay * (self.v - self.v_rest) + self.v_rest
        self.v = self.v + (self.count <= 0).float() * x
        self.count = self.count - 1
        s = self.v >= self.v_thresh
        self.count.masked_fill_(s, self.refrac)
        self.v.masked_fill_(s, -60.0)
        return s.float()


class ComplexResonator(nn.Module):
    """The state is a complex tensor."""

    def __init__(self):
        super().__init__()
        self.omega, self.b, self.dt = 0.3, -0.05, 1.0
        self.z = None

    def forward(self, x):
        if self.z is None:
            self.z = torch.zeros_like(x) * 0j
        self.z = self.z + self.dt * ((self.b + 1j * self.omega) * self.z + x)
        s = (self.z.imag > 1.0).to(x.dtype)
        self.z = self.z * (1 - s)
        return s


class DelayLine(nn.Module):
    """A deque delays the input."""

    def __init__(self):
        super().__init__()
        self.beta, self.threshold, self.mem = 0.9, 1.0, 0.0
        self.line = collections.deque(maxlen=3)

    def forward(self, x):
        while len(self.line) < 3:
            self.line.append(torch.zeros_like(x))
        delayed = self.line[0]
        self.line.append(x)
        self.mem = self.beta * self.mem + delayed
        spk = (self.mem > self.threshold).to(x.dtype)
        self.mem = self.mem - spk * self.threshold
        return spk


class RingBuffer(nn.Module):
    """A buffer of several steps with a pointer delays the input."""

    def __init__(self, delay=4):
        super().__init__()
        self.delay, self.beta, self.threshold = delay, 0.9, 1.0
        self.mem, self.ring, self.pointer = None, None, 0

    def forward(self, x):
        if self.mem is None:
            self.mem = torch.zeros_like(x)
            self.ring = torch.zeros(self.delay, *x.shape, dtype=x.dtype)
        delayed = self.ring[self.pointer].clone()
        self.ring[self.pointer] = x
        self.pointer = (self.pointer + 1) % self.delay
        self.mem = self.beta * self.mem + delayed
        spk = (self.mem > self.threshold).to(x.dtype)
        self.mem = self.mem - spk * self.threshold
        return spk


class Step(torch.autograd.Function):
    """A spike with a surrogate of its derivative."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + 10 * x.abs()) ** 2


class SurrogateLayer(nn.Module):
    """Spikes come from a function with a surrogate, and constants from a namespace."""

    def __init__(self):
        super().__init__()
        self.config = SimpleNamespace(tau=8.0, v_th=1.0)
        self.v = torch.zeros(1)

    def forward(self, x):
        self.v = self.v + (x - self.v) / self.config.tau
        s = Step.apply(self.v - self.config.v_th)
        self.v = self.v - s.detach() * self.config.v_th
        return s


STYLES: dict[str, Callable[[], nn.Module]] = {
    kind.__name__: kind
    for kind in (
        FloatState,
        FloatAtRest,
        ZeroDimensional,
        OneElement,
        LazyNone,
        LazyLocal,
        LazyPair,
        HasAttribute,
        EulerPair,
        PotentialAndSpike,
        SpikeLast,
        DictState,
        DictAttribute,
        DataclassState,
        NamedState,
        TupleState,
        ListAttribute,
        Buffer,
        InPlace,
        MaskedRefractory,
        ComplexResonator,
        DelayLine,
        RingBuffer,
        SurrogateLayer,
    )
}
