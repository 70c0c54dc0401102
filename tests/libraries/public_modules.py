"""Forty torch modules written anew after public repositories, each for one neuron and in the style of its repository.

Of each repository only the equations and the form are taken: how the neuron gets its current and keeps its state.
Convolutions and weights are left out. ``MODULES`` has the address and the commit of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class Module(NamedTuple):
    """A module after a repository."""

    make: Callable[[], nn.Module]
    at: str  # repository and path
    commit: str
    single_file: bool = True  # in the style of a repository of one file, not of a library


def heaviside(x: Tensor) -> Tensor:
    return (x > 0).to(x.dtype)


class Spike(torch.autograd.Function):
    """A step whose derivative is a rectangle."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.gt(0).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() < 0.5).to(x.dtype)


# ------------------------------------------------------------------ states that are stacked in one tensor


class FlowLIF(nn.Module):
    """A leaky neuron whose state is a stack of potential and spike."""

    def __init__(self):
        super().__init__()
        self.leak, self.thresh = nn.Parameter(torch.tensor([1.4])), nn.Parameter(torch.tensor([0.8]))

    def forward(self, input_, prev_state, residual=0):
        if prev_state is None:
            prev_state = torch.zeros(2, *input_.shape, dtype=input_.dtype)
        v, z = prev_state
        leak = torch.sigmoid(self.leak)
        v = v * leak * (1 - z.detach()) + (1 - leak) * input_
        z = heaviside(v - self.thresh.clamp_min(0.01))
        return z + residual, torch.stack([v, z])


class FlowALIF(FlowLIF):
    """An adaptive threshold and a soft reset."""

    def forward(self, input_, prev_state, residual=0):
        if prev_state is None:
            prev_state = torch.zeros(3, *input_.shape, dtype=input_.dtype)
        v, z, t = prev_state
        leak, slow, t0, t1 = torch.sigmoid(self.leak), 0.98, 0.3, 1.8
        adapted = t * slow + (1 - slow) * z
        v = v * leak + (1 - leak) * input_ - z * (t0 + t1 * t)
        z = heaviside(v - t0 - t1 * adapted)
        return z + residual, torch.stack([v, z, adapted])


class FlowPLIF(FlowLIF):
    """A trace of the input that is subtracted from it."""

    def forward(self, input_, prev_state, residual=0):
        if prev_state is None:
            prev_state = torch.zeros(3, *input_.shape, dtype=input_.dtype)
        v, z, trace = prev_state
        leak = torch.sigmoid(self.leak)
        trace = 0.9 * trace + 0.1 * input_.abs()
        v = v * leak * (1 - z) + (1 - leak) * (input_ - 0.3 * trace)
        z = heaviside(v - self.thresh)
        return z + residual, torch.stack([v, z, trace])


# ------------------------------------------------------------------ a tuple that is the result and the next state


class Resonator(nn.Module):
    """A resonate-and-fire neuron without a reset."""

    def __init__(self, omega=10.0, b_offset=1.0, dt=0.01):
        super().__init__()
        self.omega, self.b_offset, self.dt, self.theta = omega, b_offset, dt, 1.0

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        z, u, v = state
        b = -abs(self.b_offset)
        new_u = u + b * u * self.dt - self.omega * v * self.dt + x * self.dt
        v = v + self.omega * u * self.dt + b * v * self.dt
        z = heaviside(new_u - self.theta)
        return z, new_u, v


class BalancedResonator(Resonator):
    """A resonator with a refractory variable that raises the threshold and the damping."""

    def forward(self, x, state):
        z, u, v, q = state
        divergence = (-1 + math.sqrt(1 - (self.dt * 10.0) ** 2)) / self.dt
        b = divergence - abs(self.b_offset) - q
        new_u = u + b * u * self.dt - self.omega * v * self.dt + x * self.dt
        v = v + self.omega * u * self.dt + b * v * self.dt
        z = heaviside(new_u - self.theta - q)
        q = q.mul(0.9) + z
        return z, new_u, v, q


class ComplexIzhikevich(nn.Module):
    """A resonator in one complex variable that a spike sets to i."""

    def __init__(self):
        super().__init__()
        self.b, self.omega, self.dt, self.theta = -1.0, 10.0, 0.01, 1.0

    def forward(self, x, u=None):
        if u is None:
            u = torch.zeros_like(x) * 0j
        u = u + u * complex(self.b, self.omega) * self.dt + x * self.dt
        z = heaviside(u.imag - self.theta)
        u = u - u * z + z * 1.0j
        return z, u


class AdaptiveTuple(nn.Module):
    """An adaptive threshold with decays of two time constants."""

    def __init__(self):
        super().__init__()
        self.tau_mem, self.tau_adp, self.theta, self.beta = 20.0, 200.0, 0.1, 1.8

    def forward(self, x, state):
        z, u, a = state
        alpha, rho = math.exp(-1.0 / self.tau_mem), math.exp(-1.0 / self.tau_adp)
        a = rho * a + (1.0 - rho) * z
        theta = self.theta + self.beta * a
        u = alpha * u + (1.0 - alpha) * x - z * theta
        z = heaviside(u - theta)
        return z, u, a


class LeakyTuple(nn.Module):
    """A leaky neuron with a soft reset of the last spike."""

    def __init__(self):
        super().__init__()
        self.tau_mem, self.theta = 20.0, 1.0

    def forward(self, x, state):
        z, u = state
        alpha = math.exp(-1.0 / self.tau_mem)
        u = alpha * u + (1.0 - alpha) * x - z * self.theta
        z = heaviside(u - self.theta)
        return z, u


# ------------------------------------------------------------------ whole sequences


class SequenceLIF(nn.Module):
    """A layer that computes a whole sequence from a random state."""

    def __init__(self):
        super().__init__()
        self.alpha, self.threshold = 0.9, 1.0

    def forward(self, x):
        u = torch.rand(x.shape[0], *x.shape[2:]).to(x.dtype)
        s, out = torch.rand_like(u), []
        for t in range(x.shape[1]):
            u = self.alpha * (u - s) + (1 - self.alpha) * x[:, t]
            s = heaviside(u - self.threshold)
            out.append(s)
        return torch.stack(out, dim=1)


class SequenceDense(nn.Module):
    """A layer that computes a whole sequence from zero, and forgets its state."""

    def __init__(self):
        super().__init__()
        self.beta, self.b = 0.7, 1.0

    def forward(self, x):
        mem, spk, out = torch.zeros_like(x[:, 0]), torch.zeros_like(x[:, 0]), []
        for t in range(x.shape[1]):
            mem = (mem - spk * self.b) * self.beta + x[:, t] * (1.0 - self.beta)
            spk = heaviside(mem - self.b)
            out.append(spk)
        return torch.stack(out, dim=1)


class ConvolvedSequence(nn.Module):
    """A filter over a whole sequence, with a threshold."""

    def forward(self, x):
        kernel = torch.exp(-torch.arange(10.0) / 3.0).to(x.dtype)
        padded = nn.functional.pad(x.reshape(1, 1, -1), (9, 0))
        return heaviside(nn.functional.conv1d(padded, kernel.flip(0)[None, None])[0, 0] - 1.0).reshape(x.shape)


class ConvertedIF(nn.Module):
    """A converted neuron: the batch holds all times, and spikes have the height of the threshold."""

    def __init__(self):
        super().__init__()
        self.T, self.thresh = 4, nn.Parameter(torch.tensor([8.0]))

    def forward(self, x):
        times = x.reshape(self.T, -1)
        mem, out = 0.5 * self.thresh, []
        for t in range(self.T):
            mem = mem + times[t]
            spike = heaviside(mem - self.thresh) * self.thresh
            mem = mem - spike
            out.append(spike)
        return torch.stack(out).reshape(x.shape)


# ------------------------------------------------------------------ states in a tuple beside the spikes


class SymplecticAdLIF(nn.Module):
    """An adaptive neuron in symplectic Euler steps, with a state that a method makes."""

    def __init__(self):
        super().__init__()
        self.tau_u, self.tau_w, self.a, self.b, self.thr = 15.0, 100.0, 0.5, 1.0, 1.0

    def initial_state(self, batch_size):
        zeros = torch.zeros(batch_size)
        return zeros, zeros.clone(), zeros.clone()

    def forward(self, input_tensor, states):
        u, z, w = states
        alpha, beta = math.exp(-1.0 / self.tau_u), math.exp(-1.0 / self.tau_w)
        u = alpha * (u * (1.0 - z)) + (1.0 - alpha) * (input_tensor - w)
        z = Spike.apply(u - self.thr)
        w = beta * w + (1.0 - beta) * (self.a * u + self.b * z)
        return z, (u, z, w)


class ForwardAdLIF(SymplecticAdLIF):
    """The same neuron in forward Euler steps."""

    def forward(self, input_tensor, states):
        u, _, w = states
        alpha, beta = math.exp(-1.0 / self.tau_u), math.exp(-1.0 / self.tau_w)
        new = alpha * u + (1.0 - alpha) * (input_tensor - w)
        spike = Spike.apply(new - self.thr)
        w = beta * w + (1.0 - beta) * (self.a * u + self.b * spike)
        return spike, (new * (1 - spike), spike, w)


class StateLIF(nn.Module):
    """A leaky neuron whose state is a tuple of potential and spike."""

    def __init__(self):
        super().__init__()
        self.tau, self.thr = 20.0, 1.0

    def initial_state(self, batch_size):
        return torch.zeros(batch_size), torch.zeros(batch_size)

    def forward(self, input_tensor, states):
        u, z = states
        alpha = math.exp(-1.0 / self.tau)
        u = alpha * u * (1.0 - z) + (1.0 - alpha) * input_tensor
        z = Spike.apply(u - self.thr)
        return z, (u, z)


# ------------------------------------------------------------------ potential and spike among the arguments


class CurrentVoltage(nn.Module):
    """Current, potential and spike are arguments and results."""

    def __init__(self):
        super().__init__()
        self.cdecay, self.vdecay, self.vth = 0.5, 0.75, 0.5

    def forward(self, syn_input, current, volt, spike):
        current = current * self.cdecay + syn_input
        volt = volt * self.vdecay * (1.0 - spike) + current
        spike = volt.gt(self.vth).to(volt.dtype)
        return current, volt, spike


class AdaptiveMemUpdate(nn.Module):
    """Potential, spike and adaptation, with the threshold among the results."""

    def __init__(self):
        super().__init__()
        self.tau_m, self.tau_adp, self.b_j0, self.beta = 20.0, 150.0, 0.01, 1.8

    def forward(self, inputs, mem, spike, b):
        alpha, ro = math.exp(-1.0 / self.tau_m), math.exp(-1.0 / self.tau_adp)
        b = ro * b + (1 - ro) * spike
        B = self.b_j0 + self.beta * b
        mem = mem * alpha + (1 - alpha) * inputs - B * spike
        spike = Spike.apply(mem - B)
        return mem, spike, B, b


class LearnedMemUpdate(nn.Module):
    """The same with learned time constants, and a flag for the adaptation."""

    def __init__(self, is_adaptive=1):
        super().__init__()
        self.tau_m, self.tau_adp = nn.Parameter(torch.tensor([20.0])), nn.Parameter(torch.tensor([200.0]))
        self.is_adaptive, self.b_j0, self.R_m = is_adaptive, 0.01, 1.0

    def forward(self, input_spike, mem, spike, b):
        alpha, ro = torch.exp(-1.0 / self.tau_m), torch.exp(-1.0 / self.tau_adp)
        b = ro * b + (1 - ro) * spike
        threshold = self.b_j0 + (1.84 if self.is_adaptive else 0.0) * b
        mem = mem * alpha + (1 - alpha) * self.R_m * input_spike - threshold * spike
        spike = Spike.apply(mem - threshold)
        return mem, spike, threshold, b


class MemUpdate(nn.Module):
    """The potential is multiplied by what the last spike leaves of it."""

    def __init__(self):
        super().__init__()
        self.decay, self.thresh = 0.2, 0.5

    def forward(self, x, mem, spike):
        mem = mem * self.decay * (1.0 - spike) + x
        spike = Spike.apply(mem - self.thresh)
        return mem, spike


class TransferMemUpdate(nn.Module):
    """The same, with the spike returned first."""

    def __init__(self):
        super().__init__()
        self.decay, self.thresh = 0.5, 0.5

    def forward(self, x, mem, spike):
        mem = mem * self.decay * (1.0 - spike) + x
        spike = Spike.apply(mem - self.thresh)
        return spike, mem


class InnerOuter(nn.Module):
    """A neuron that returns by how much it exceeds its threshold."""

    def __init__(self):
        super().__init__()
        self.decay_multiplier, self.threshold, self.penalty_threshold = 0.9, 2.0, 1.5

    def forward(self, x, prev_inner, prev_outer):
        inner = prev_inner * self.decay_multiplier + x
        outer = torch.relu(inner - self.threshold)
        penalty = self.penalty_threshold * heaviside(outer)
        return inner - penalty - outer, outer


class Tutorial(nn.Module):
    """A synapse and a membrane, reset by the spike of the same step."""

    def __init__(self):
        super().__init__()
        self.alpha, self.beta = math.exp(-1.0 / 5.0), math.exp(-1.0 / 10.0)

    def forward(self, h, syn, mem):
        out = Spike.apply(mem - 1.0)
        new_syn = self.alpha * syn + h
        new_mem = (self.beta * mem + syn) * (1.0 - out.detach())
        return out, new_syn, new_mem


# ------------------------------------------------------------------ nodes of libraries with hidden state


class OnlineIF(nn.Module):
    """The potential is a float until the first call; a word argument makes it again."""

    def __init__(self, tau=None):
        super().__init__()
        self.v, self.v_threshold, self.v_reset, self.tau = 0.0, 1.0, None, tau

    def neuronal_charge(self, x):
        self.v = self.v.detach() + x if self.tau is None else self.v.detach() * (1.0 - 1.0 / self.tau) + x

    def forward(self, x, **kwargs):
        if kwargs.get("init", False) or isinstance(self.v, float):
            self.v = torch.zeros_like(x)
        self.neuronal_charge(x)
        spike = Spike.apply(self.v - self.v_threshold)
        self.v = self.v - spike.detach() * self.v_threshold
        return spike


class ParametricLIF(nn.Module):
    """The time constant is learned by way of a sigmoid."""

    def __init__(self, init_tau=2.0):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(-math.log(init_tau - 1)))
        self.v_threshold, self.v_reset, self.v = 1.0, 0.0, 0.0

    def reset(self):
        self.v = self.v_reset

    def forward(self, dv):
        self.v = self.v + (dv - (self.v - self.v_reset)) * self.w.sigmoid()
        spike = Spike.apply(self.v - self.v_threshold)
        self.v = (1 - spike) * self.v + spike * self.v_reset
        return spike


class Nodes(nn.Module):
    """A population with a buffer of its potentials for a batch, whose spikes are an attribute."""

    def __init__(self, n=1):
        super().__init__()
        self.n, self.shape = n, [n]
        self.register_buffer("s", torch.zeros(n, dtype=torch.bool))
        self.register_buffer("v", torch.zeros(n))
        self.register_buffer("refrac_count", torch.zeros(n))
        for name, value in (("rest", -65.0), ("reset", -65.0), ("thresh", -52.0), ("refrac", 5.0), ("decay", 0.99)):
            self.register_buffer(name, torch.tensor(value))
        self.dt = 1.0

    def set_batch_size(self, batch_size):
        self.s = torch.zeros(batch_size, *self.shape, dtype=torch.bool)
        self.v = self.rest * torch.ones(batch_size, *self.shape)
        self.refrac_count = torch.zeros(batch_size, *self.shape)

    def forward(self, x):
        self.v = self.decay * (self.v - self.rest) + self.rest
        self.v = self.v + (self.refrac_count <= 0).to(x.dtype) * x
        self.refrac_count = self.refrac_count - self.dt
        self.s = self.v >= self.thresh
        self.refrac_count.masked_fill_(self.s, self.refrac)
        self.v.masked_fill_(self.s, self.reset)


class IFNodes(Nodes):
    """The same without a leak."""

    def forward(self, x):
        self.v = self.v + (self.refrac_count <= 0).to(x.dtype) * x
        self.refrac_count = self.refrac_count - self.dt
        self.s = self.v >= self.thresh
        self.refrac_count.masked_fill_(self.s, self.refrac)
        self.v.masked_fill_(self.s, self.reset)


class AdaptiveNodes(Nodes):
    """A threshold that each spike raises."""

    def __init__(self):
        super().__init__()
        self.register_buffer("theta", torch.zeros(1))
        self.register_buffer("theta_plus", torch.tensor(0.5))
        self.register_buffer("theta_decay", torch.tensor(0.999))

    def set_batch_size(self, batch_size):
        super().set_batch_size(batch_size)
        self.theta = torch.zeros(batch_size, *self.shape)

    def forward(self, x):
        self.v = self.decay * (self.v - self.rest) + self.rest
        self.theta = self.theta * self.theta_decay
        self.v = self.v + (self.refrac_count <= 0).to(x.dtype) * x
        self.refrac_count = self.refrac_count - self.dt
        self.s = self.v >= self.thresh + self.theta
        self.refrac_count.masked_fill_(self.s, self.refrac)
        self.v.masked_fill_(self.s, self.reset)
        self.theta = self.theta + self.theta_plus * self.s.to(x.dtype)


class CurrentNodes(Nodes):
    """A synaptic current that decays."""

    def __init__(self):
        super().__init__()
        self.register_buffer("i", torch.zeros(1))
        self.register_buffer("i_decay", torch.tensor(0.6))

    def set_batch_size(self, batch_size):
        super().set_batch_size(batch_size)
        self.i = torch.zeros(batch_size, *self.shape)

    def forward(self, x):
        self.v = self.decay * (self.v - self.rest) + self.rest
        self.i = self.i * self.i_decay + x
        self.refrac_count = self.refrac_count - self.dt
        self.v = self.v + (self.refrac_count <= 0).to(x.dtype) * self.i
        self.s = self.v >= self.thresh
        self.refrac_count.masked_fill_(self.s, self.refrac)
        self.v.masked_fill_(self.s, self.reset)


class IzhikevichNodes(Nodes):
    """Izhikevich's neuron in two half steps, reset in the next step."""

    def __init__(self):
        super().__init__()
        self.register_buffer("u", torch.zeros(1))
        self.a, self.b, self.c, self.d = 0.02, 0.2, -65.0, 8.0

    def set_batch_size(self, batch_size):
        super().set_batch_size(batch_size)
        self.v = self.rest * torch.ones(batch_size, *self.shape)
        self.u = self.b * self.v

    def forward(self, x):
        self.s = self.v >= 45.0
        self.v = torch.where(self.s, self.c, self.v)
        self.u = torch.where(self.s, self.u + self.d, self.u)
        for _ in range(2):
            self.v = self.v + self.dt * 0.5 * (0.04 * self.v**2 + 5 * self.v + 140 - self.u + x)
        self.u = self.u + self.dt * self.a * (self.b * self.v - self.u)


class StochasticNodes(Nodes):
    """A neuron that fires by chance."""

    def forward(self, x):
        self.v = self.decay * (self.v - self.rest) + self.rest + x
        rho = torch.exp(self.v - self.thresh)
        self.s = torch.rand_like(rho) < 1.0 - torch.exp(-rho)
        self.v = torch.where(self.s, self.reset, self.v)


class RecordingLIF(nn.Module):
    """A layer over [batch, time, neurons] that keeps its potential, and returns its state and its records."""

    def __init__(self):
        super().__init__()
        self.tau_mem, self.tau_syn = nn.Parameter(torch.tensor([0.02])), nn.Parameter(torch.tensor([0.01]))
        self.threshold, self.dt = nn.Parameter(torch.tensor([1.0])), 1e-3
        self.register_buffer("vmem", torch.zeros(1))
        self.register_buffer("isyn", torch.zeros(1))
        self.register_buffer("spikes", torch.zeros(1))

    def forward(self, data):
        batch, times, n = data.shape
        vmem, isyn, spikes = (x.expand(batch, n) for x in (self.vmem, self.isyn, self.spikes))
        alpha, beta = torch.exp(-self.dt / self.tau_mem), torch.exp(-self.dt / self.tau_syn)
        out = []
        for t in range(times):
            vmem = vmem - spikes * self.threshold
            isyn = (isyn + data[:, t]) * beta
            vmem = vmem * alpha + isyn
            spikes = Spike.apply(vmem - self.threshold)
            out.append(spikes)
        self.vmem, self.isyn, self.spikes = vmem.detach(), isyn.detach(), spikes.detach()
        return torch.stack(out, 1), {"vmem": vmem, "isyn": isyn}, {}


class FixedPointCuba(nn.Module):
    """A current-based neuron over [batch, neurons, time] in fixed-point numbers of 1/64."""

    def __init__(self):
        super().__init__()
        self.threshold, self.scale = 1.0, 64.0
        self.register_buffer("current_decay", torch.tensor(0.25))
        self.register_buffer("voltage_decay", torch.tensor(0.1))
        self.register_buffer("current_state", torch.zeros(1))
        self.register_buffer("voltage_state", torch.zeros(1))

    def quantize(self, x):
        return torch.round(x * self.scale) / self.scale

    def forward(self, input):
        if self.current_state.shape != input.shape[:-1]:
            self.current_state = torch.zeros(input.shape[:-1])
            self.voltage_state = torch.zeros(input.shape[:-1])
        out = []
        for t in range(input.shape[-1]):
            self.current_state = self.quantize(self.current_state * (1 - self.current_decay)) + input[..., t]
            self.voltage_state = self.quantize(self.voltage_state * (1 - self.voltage_decay)) + self.current_state
            spike = (self.voltage_state >= self.threshold).to(input.dtype)
            self.voltage_state = self.voltage_state * (1 - spike)
            out.append(spike)
        return torch.stack(out, -1)


class AdaptiveCuba(FixedPointCuba):
    """The same with a threshold and a refractory state that move."""

    def forward(self, input):
        if self.current_state.shape != input.shape[:-1]:
            zeros = torch.zeros(input.shape[:-1])
            self.current_state, self.voltage_state = zeros, zeros.clone()
            self.threshold_state, self.refractory_state = zeros + self.threshold, zeros.clone()
        out = []
        for t in range(input.shape[-1]):
            self.current_state = self.current_state * (1 - self.current_decay) + input[..., t]
            self.voltage_state = self.voltage_state * (1 - self.voltage_decay) + self.current_state
            self.threshold_state = (self.threshold_state - self.threshold) * 0.9 + self.threshold
            self.refractory_state = self.refractory_state * 0.8
            spike = (self.voltage_state - self.refractory_state >= self.threshold_state).to(input.dtype)
            self.refractory_state = self.refractory_state + 2 * self.threshold_state * spike
            self.threshold_state = self.threshold_state + 0.2 * spike
            out.append(spike)
        return torch.stack(out, -1)


class BrainNode(nn.Module):
    """A node with an integral and a calculation of spikes, whose potential is a float first."""

    def __init__(self, threshold=0.5):
        super().__init__()
        self.threshold, self.mem, self.spike = threshold, 0.0, 0.0

    def integral(self, inputs):
        self.mem = self.mem + inputs

    def calc_spike(self):
        self.spike = Spike.apply(self.mem - self.threshold)
        self.mem = self.mem * (1 - self.spike.detach())

    def n_reset(self):
        self.mem, self.spike = 0.0, 0.0

    def forward(self, inputs):
        self.integral(inputs)
        self.calc_spike()
        return self.spike


class BrainLIF(BrainNode):
    """The node with a leak."""

    def __init__(self):
        super().__init__()
        self.tau = 2.0

    def integral(self, inputs):
        self.mem = self.mem + (inputs - self.mem) / self.tau


class BrainIzhikevich(BrainNode):
    """Izhikevich's neuron in mV, whose potential begins with a float."""

    def __init__(self):
        super().__init__(threshold=30.0)
        self.a, self.b, self.c, self.d, self.u, self.mem, self.dt = 0.02, 0.2, -60.0, 6.0, 0.0, 0.0, 0.5

    def integral(self, inputs):
        self.mem = self.mem + self.dt * (0.04 * self.mem * self.mem + 5 * self.mem - self.u + 140 + inputs)
        self.u = self.u + self.dt * (self.a * self.b * self.mem - self.a * self.u)

    def calc_spike(self):
        self.spike = Spike.apply(self.mem - self.threshold)
        self.mem = self.mem * (1 - self.spike.detach()) + self.spike.detach() * self.c
        self.u = self.u + self.spike.detach() * self.d


class LockedLIF(nn.Module):
    """A refractory neuron with a batched shape, whose refractory period locks the potential."""

    def __init__(self):
        super().__init__()
        self.step_time, self.time_constant, self.rest_v, self.reset_v, self.thresh_v = 1.0, 20.0, -60.0, -65.0, -50.0
        self.refrac_t = 3.0
        self.register_buffer("voltage", torch.full((1,), -60.0))
        self.register_buffer("refrac", torch.zeros(1))

    def clear(self):
        self.voltage, self.refrac = torch.full((1,), self.rest_v), torch.zeros(1)

    def forward(self, inputs, refrac_lock=True):
        decay = math.exp(-self.step_time / self.time_constant)
        refrac = (self.refrac - self.step_time).clamp(min=0.0)
        integrated = (self.voltage - self.rest_v - inputs) * decay + self.rest_v + inputs
        voltage = torch.where(refrac == 0, integrated, self.voltage) if refrac_lock else integrated
        spikes = torch.logical_and(refrac == 0, voltage >= self.thresh_v)
        self.voltage = torch.where(spikes, self.reset_v, voltage)
        self.refrac = torch.where(spikes, self.refrac_t, refrac)
        return spikes


class Polynomial(nn.Module):
    """A polynomial of the current and two states, integrated by Euler."""

    def __init__(self):
        super().__init__()
        self.register_buffer("weights", torch.tensor(0.1))
        self.threshold, self.v, self.w = 1.0, 0.0, 0.0

    def forward(self, x):
        v, w = self.v, self.w
        self.v = v + 0.2 * (x - self.weights * v - 0.5 * w)
        self.w = w + 0.2 * (0.3 * v - 0.1 * w)
        spike = heaviside(self.v - self.threshold)
        self.v = self.v * (1.0 - spike)
        return spike


class DendriticSoma(nn.Module):
    """A dendrite and a soma, coupled by a conductance, in a dict of states."""

    def __init__(self):
        super().__init__()
        self.tau_soma, self.tau_dend, self.coupling, self.v_threshold = 5.0, 20.0, 0.5, 1.0
        self.states = {"v": 0.0, "dendrite": 0.0}

    def forward(self, x):
        v, dendrite = self.states["v"], self.states["dendrite"]
        dendrite = dendrite + (x - dendrite + self.coupling * (v - dendrite)) / self.tau_dend
        v = v + (self.coupling * (dendrite - v) - v + dendrite) / self.tau_soma
        spike = Spike.apply(v - self.v_threshold)
        self.states = {"v": v - spike * self.v_threshold, "dendrite": dendrite}
        return spike


_FLOW = "tudelft/event_flow: models/spiking_submodules.py", "7d90c9dcbd989ded49c34d32b50796ecdd5fbb88"
_BRF = "AdaptiveAILab/brf-neurons: snn/modules/", "5d45b0e7d545f09b79d029bb40573200fde57fd7"
_NODES = "BindsNET/bindsnet: bindsnet/network/nodes.py", "f147392317b60e690f8d395568fda19298c5e0eb"
_BRAIN = "BrainCog-X/Brain-Cog: braincog/base/node/node.py", "8214fdcc6dfef59ad958a5f1b0ae21a9a3ef9a12"
_LAVA = "lava-nc/lava-dl: src/lava/lib/dl/slayer/neuron/"
_OTTT = "pkuxmq/OTTT-SNN: modules/neuron.py", "18fd1cbfc07cf027dc071304b45e7fc6008c8190"
_SE = "IGITUGraz/SE-adlif: models/"
_YIN = "byin-cwi/Efficient-spiking-networks: "

MODULES: dict[str, Module] = {
    "event flow LIF": Module(FlowLIF, *_FLOW),
    "event flow ALIF": Module(FlowALIF, *_FLOW),
    "event flow PLIF": Module(FlowPLIF, *_FLOW),
    "resonator": Module(Resonator, _BRF[0] + "rf.py", _BRF[1]),
    "balanced resonator": Module(BalancedResonator, _BRF[0] + "rf.py", _BRF[1]),
    "complex resonator": Module(ComplexIzhikevich, _BRF[0] + "rf.py", _BRF[1]),
    "adaptive tuple": Module(AdaptiveTuple, _BRF[0] + "alif.py", _BRF[1]),
    "leaky tuple": Module(LeakyTuple, _BRF[0] + "lif.py", _BRF[1]),
    "sparch LIF": Module(
        SequenceLIF, "idiap/sparch: sparch/models/snns.py", "ac49b5bcd8f054087c6cac79eb56b56a01188d9c"
    ),
    "dense sequence": Module(
        SequenceDense, "romainzimmer/s2net: models.py", "82c38bf80b55d16d12d0243440e34e52d237a2df"
    ),
    "SLAYER": Module(
        ConvolvedSequence, "bamsumit/slayerPytorch: src/slayer.py", "a399e40943a46ebcbaffdd17ae1ffeb00ccf2f77", False
    ),
    "converted IF": Module(
        ConvertedIF, "putshua/SNN_conversion_QCFS: modules.py", "67f495f8edb2dc2a5afdf7004a3dfa83087a8327"
    ),
    "symplectic adLIF": Module(SymplecticAdLIF, _SE + "alif.py", "28cc8ea5a6c4edec6b70dc9a85bb217d57d2ccab"),
    "forward adLIF": Module(ForwardAdLIF, _SE + "alif.py", "28cc8ea5a6c4edec6b70dc9a85bb217d57d2ccab"),
    "SE-adlif LIF": Module(StateLIF, _SE + "lif.py", "dc0430e0dd1e7165c4ca9adf8bab3eec2b69db80"),
    "population actor": Module(
        CurrentVoltage,
        "combra-lab/pop-spiking-deep-rl: popsan_drl/popsan_td3/popsan.py",
        "0965d8b67d710743baf4f980479f1cbec6dba734",
    ),
    "adaptive mem_update": Module(
        AdaptiveMemUpdate, _YIN + "SHD/SHD_2layer_ALIF.py", "bab5f48c66cced5f9619b49e4c133728ab714c23"
    ),
    "mem_update": Module(
        MemUpdate, "yjwu17/STBP-for-training-SpikingNN: spiking_model.py", "96618666459cd5c2376c535968abe98e4043543d"
    ),
    "mem_update, spike first": Module(
        TransferMemUpdate, "QgZhan/SNNTL: spiking_model.py", "3a97d69a0faeae0f12a3ded80247350aa64f19c4"
    ),
    "inner and outer": Module(
        InnerOuter,
        "guillaume-chevalier/Spiking-Neural-Network-SNN-with-PyTorch-where-Backpropagation-engenders-STDP: "
        "Spiking Neural Networks with PyTorch.ipynb",
        "d4ef2ba56ecbf868aeb5d767e8e5dfd59ab79837",
    ),
    "SpyTorch": Module(
        Tutorial, "fzenke/spytorch: notebooks/SpyTorchTutorial1.ipynb", "6ec2963b97bd160ef9fd6c9c82d9baada7625e2a"
    ),
    "online IF": Module(OnlineIF, *_OTTT),
    "online LIF": Module(lambda: OnlineIF(tau=2.0), *_OTTT),
    "parametric LIF": Module(
        ParametricLIF,
        "fangwei123456/Parametric-Leaky-Integrate-and-Fire-Spiking-Neuron: codes/models.py",
        "384b28c38fdb0c9b9280d263634e1462553cb4ae",
    ),
    "BindsNET LIF": Module(Nodes, *_NODES, False),
    "BindsNET IF": Module(IFNodes, *_NODES, False),
    "BindsNET adaptive": Module(AdaptiveNodes, *_NODES, False),
    "BindsNET current": Module(CurrentNodes, *_NODES, False),
    "BindsNET Izhikevich": Module(IzhikevichNodes, *_NODES, False),
    "BindsNET SRM0": Module(StochasticNodes, *_NODES, False),
    "rockpool LIF": Module(
        RecordingLIF,
        "synsense/rockpool: rockpool/nn/modules/torch/lif_torch.py",
        "665914ace0bb76374e66fef26ae90492913d1818",
        False,
    ),
    "lava CUBA": Module(FixedPointCuba, _LAVA + "cuba.py", "1789ef9bad01b25143c92f2545934e86a6314191", False),
    "lava ALIF": Module(AdaptiveCuba, _LAVA + "alif.py", "1b57cba7eb53fe74f7703b383d692b5e08bfcb14", False),
    "Brain-Cog IF": Module(BrainNode, *_BRAIN, False),
    "Brain-Cog LIF": Module(BrainLIF, *_BRAIN, False),
    "Brain-Cog Izhikevich": Module(BrainIzhikevich, *_BRAIN, False),
    "inferno LIF": Module(
        LockedLIF,
        "mdominijanni/inferno: inferno/neural/neurons/linear.py",
        "d61c4f570fdff4e5c685d5c58f965cc872e72879",
        False,
    ),
    "evolved polynomial": Module(
        Polynomial,
        "nitzsche-fzi/evolving-spiking-neurons: lib/neuron_eval/combined_networks/polynomial.py",
        "81bc863839dc90306ae88507048289a6ebf5b27b",
    ),
    "dendrite and soma": Module(
        DendriticSoma,
        "AllenYolk/dendritic-spiking-neuron: dendsn/model/neuron.py",
        "85264f55148cd8ce9918d7f5203ac12352c7b72c",
    ),
    "learned adaptive mem_update": Module(
        LearnedMemUpdate, _YIN + "GSC/SRNN_layers/spike_neuron.py", "bfd47cff62d26b0812bb2cc24c5f220245443a32"
    ),
}
