"""What the neurons without a reset share: one time step of an equation, a rate of Hodgkin's and Huxley's, and the rest.

The step is exponential Euler, half a step apart: the gates are advanced from the potential and the potential from the
new gates (Hines, *Int. J. Bio-Medical Computing* 15, 1984), so that each takes from the other what it is in the middle
of its own step. That is of second order with the rates taken once a step, and stays finite however fast a gate is.
Hodgkin and Huxley's neuron at 10 µA/cm² is then 0.6 ms late after 500 ms with steps of 0.05 ms; forward Euler is
13 ms early, and diverges with steps of 0.1 ms.
"""

from __future__ import annotations

from collections.abc import Callable

from plausiwidgets.engine.program.lowest_root import root_finder
from plausiwidgets.support.lazy import torch

SCHEME = (
    "Exponential Euler, the potential half a step apart from the other variables, which step first: of second order."
)


def advance(x: torch.Tensor, slope: torch.Tensor, decay: torch.Tensor | float, dt: torch.Tensor) -> torch.Tensor:
    """Return `x` one step later, by exponential Euler: x + slope (1 − e^−z)/decay with z = decay dt.

    e^−z is taken as (1 − z/3)/(1 + 2 z/3 + z²/6), its Padé approximant: a quotient instead of an exponential, right
    to z⁴/72. It falls to 0 for fast gates, below 0 by at most a tenth of what is left to go, and has no pole, so that
    `decay` may also be negative, as that of a potential in the upswing is.

    Parameters
    ----------
    x : torch.Tensor, shape [lanes]
    slope : torch.Tensor, shape [lanes]
        dx/dt, with the other variables as they are in the middle of the step.
    decay : torch.Tensor, shape [lanes], or float
        −∂slope/∂x, in 1/ms: for a gate α + β, for the potential the conductance over the capacitance.
    dt : torch.Tensor
        Time step, in the unit of 1/`decay`.

    Examples
    --------
    >>> x, dt = torch.tensor([1.0]), torch.tensor(0.1)
    >>> advance(x, slope=-2.0 * x, decay=2.0, dt=dt), torch.exp(torch.tensor([-0.2]))
    (tensor([0.8187]), tensor([0.8187]))
    """
    z = dt * decay
    sixth = z * (1.0 / 6.0)
    return x + dt * slope * (1.0 + sixth) / (1.0 + z * (2.0 / 3.0 + sixth))


def linoid(x: torch.Tensor, e: torch.Tensor) -> torch.Tensor:
    """Return x/(1 − e) for e = exp(−x), which is 1 at x = 0: by its series where the quotient would lose digits.

    Examples
    --------
    >>> x = torch.tensor([-1.0, 0.0, 1.0])
    >>> linoid(x, torch.exp(-x))
    tensor([0.5820, 1.0000, 1.5820])
    """
    return torch.where(torch.abs(x) < 2e-3, 1.0 + x * (0.5 + x * (1.0 / 12.0)), x / (1.0 - e))


def lowest_rest(balance: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Return the lowest potential in mV at which the current through the membrane is balanced, shape [lanes].

    A neuron starts there: from anywhere else it may fall onto its limit cycle, where it has both. It may be unstable.

    Parameters
    ----------
    balance : callable
        ``balance(v)`` is the current at potentials [potentials, lanes] with all gates as they settle there, positive
        where the potential rises; what does not cross 0 between −150 and 60 mV starts at the end it is driven to.

    Examples
    --------
    >>> drive = torch.tensor([0.0, 1000.0])
    >>> lowest_rest(lambda v: drive - (v + 65.0) * (v + 40.0) * (v - 30.0)).round(decimals=1)
    tensor([-65.0000, -64.6000], dtype=torch.float64)
    """
    return root_finder.get()(balance)
