"""Common functions of the neurons without a reset: a time step, a rate of Hodgkin and Huxley, and the resting state.

The step is exponential Euler with staggered variables: the gates are advanced from the potential, and the potential
from the new gates (Hines, *Int. J. Bio-Medical Computing* 15, 1984). Each of them therefore uses the value of the other
in the middle of its own step. This scheme is of second order with one evaluation of the rates per step, and it stays
finite even for very fast gates. With steps of 0.05 ms, a spike of the Hodgkin–Huxley neuron at 10 µA/cm² is 0.6 ms late
after 500 ms. With forward Euler it is 13 ms early, and forward Euler diverges with steps of 0.1 ms.
"""

from __future__ import annotations

from collections.abc import Callable

from plausiwidgets.engine.program.lowest_root import root_finder
from plausiwidgets.support.lazy import torch

SCHEME = (
    "Exponential Euler, the potential half a step apart from the other variables, which step first: of second order."
)


def advance(x: torch.Tensor, slope: torch.Tensor, decay: torch.Tensor | float, dt: torch.Tensor) -> torch.Tensor:
    """Return `x` after one time step of exponential Euler, x + slope (1 − e^−z)/decay with z = decay dt.

    e^−z is approximated by its Padé approximant (1 − z/3)/(1 + 2 z/3 + z²/6), a quotient instead of an exponential,
    which is accurate to z⁴/72. For fast gates it approaches 0, and falls below 0 by at most a tenth of the remaining
    distance. It has no pole, so `decay` may also be negative, like that of a potential during the upstroke.

    Parameters
    ----------
    x : torch.Tensor, shape (lanes,)
        Variable to advance.
    slope : torch.Tensor, shape (lanes,)
        dx/dt, with the other variables as they are in the middle of the step.
    decay : torch.Tensor, shape (lanes,), or float
        −∂slope/∂x. This is α + β for a gate, and the conductance for the potential.
    dt : torch.Tensor
        Time step, in the unit of 1/`decay`.

    Returns
    -------
    torch.Tensor, shape (lanes,)

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
    """Return x/(1 − e) for e = exp(−x), with the value 1 at x = 0.

    Near x = 0 a series replaces the quotient, which would lose digits.

    Examples
    --------
    >>> x = torch.tensor([-1.0, 0.0, 1.0])
    >>> linoid(x, torch.exp(-x))
    tensor([0.5820, 1.0000, 1.5820])
    """
    return torch.where(torch.abs(x) < 2e-3, 1.0 + x * (0.5 + x * (1.0 / 12.0)), x / (1.0 - e))


def lowest_rest(balance: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Return the lowest potential in mV at which the current through the membrane is balanced, shape (lanes,).

    A neuron starts there, because from another state it may reach its limit cycle if it has both. The balanced state
    may be unstable. If the balance does not cross 0 between −150 and 60 mV, the result is the end of this interval
    towards which it drives the potential.

    Parameters
    ----------
    balance : callable
        ``balance(v)`` returns the current at potentials of shape (potentials, lanes) with steady-state gates. It is
        positive where the potential rises.

    Examples
    --------
    >>> drive = torch.tensor([0.0, 1000.0])
    >>> lowest_rest(lambda v: drive - (v + 65.0) * (v + 40.0) * (v - 30.0)).round(decimals=1)
    tensor([-65.0000, -64.6000], dtype=torch.float64)
    """
    return root_finder.get()(balance)
